//! C objects (`CData`): what ctypes' instances do, with C on the other side of the memory.

use crate::c;
use core::ffi::{c_int, c_void};
use ctypes_wrap::memory::{AccessFault, Init, NullPointer, memmove, memset};
use ctypes_wrap::prelude::*;
use ctypes_wrap::{CData, Heap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Done = Result<(), Error>;

/// What a refusal says.
fn refusal<T: std::fmt::Debug>(result: Result<T, impl std::fmt::Display>) -> String {
    result.expect_err("it was not refused").to_string()
}

fn says<T: std::fmt::Debug>(result: Result<T, impl std::fmt::Display>, parts: &[&str]) {
    let said = refusal(result);
    assert!(parts.iter().all(|part| said.contains(part)), "expected {parts:?}, found {said}");
}

/// `struct all`, and functions that read and write it.
const TEXT: &str = "
#include <string.h>
#include <wchar.h>
enum colour { RED, GREEN = 5 };
struct point { int x, y; };
struct all {
    unsigned char u8; short i16; unsigned long long u64; float f; double d; _Bool b; char c; wchar_t w;
    unsigned low : 3; int high : 5; enum colour colour;
    struct point at; struct point row[2]; const char *name; const wchar_t *wide; struct all *next; void *any;
    union { int i; float f; } u;
};
struct all made(void) {
    static struct all a = { 200, -3, 1ull << 63, 0.5f, -0.25, 1, 'c', L'w', 5, -3, GREEN, {1, 2}, {{3, 4}, {5, 6}},
        \"name\", L\"wide\", 0, 0, { .f = 1.0f } };
    a.next = &a;
    return a;
}
void make(struct all *p) { *p = made(); }
int is_made(const struct all *p) {
    struct all a = made();
    return p->u8 == a.u8 && p->i16 == a.i16 && p->u64 == a.u64 && p->f == a.f && p->d == a.d && p->b == a.b && p->c == a.c
        && p->w == a.w && p->low == a.low && p->high == a.high && p->colour == a.colour
        && !memcmp(&p->at, &a.at, sizeof p->at) && !memcmp(p->row, a.row, sizeof p->row) && !strcmp(p->name, a.name)
        && !wcscmp(p->wide, a.wide) && p->next == p && p->any == &p->at && p->u.i == a.u.i;
}
unsigned short wrapped(long long n) { return (unsigned short)n; }
int bits(int n) { struct { int b : 5; } s = { n }; return s.b; }
struct point shared = { 7, 8 };
const int fixed = 42;
int sum(const int *p, int n) { int s = 0; while (n--) s += p[n]; return s; }
";

const DECLARED: &str = "
enum colour { RED, GREEN = 5 };
struct point { int x, y; };
struct all {
    unsigned char u8; short i16; unsigned long long u64; float f; double d; _Bool b; char c; wchar_t w;
    unsigned low : 3; int high : 5; enum colour colour;
    struct point at; struct point row[2]; const char *name; const wchar_t *wide; struct all *next; void *any;
    union { int i; float f; } u;
};
struct fixed { const int id; int n; };
";

fn types() -> Types {
    let types = Types::new();
    types.parse(&format!("typedef {} wchar_t; {DECLARED}", Type::WCHAR)).expect("C");
    types
}

fn get(types: &Types, name: &str) -> Type {
    types.get(name).expect("declared")
}

#[test]
fn objects_are_what_c_reads_and_writes() -> Done {
    let (lib, types) = (c::library("rows_objects", TEXT), types());
    let (make, is_made) = (
        lib.declare_in(&types, "void make(struct all *p);")?,
        lib.declare_in(&types, "int is_made(const struct all *p);")?,
    );
    let all = get(&types, "struct all");
    let from_c = CData::new(&all)?;
    // SAFETY: the functions are declared as they are.
    unsafe { make.call_void((from_c.byref(),))? };
    assert_eq!((from_c.get::<u8>("u8")?, from_c.get::<i64>("i16")?), (200, -3));
    assert_eq!((from_c.get::<u64>("u64")?, from_c.get::<f64>("f")?), (1 << 63, 0.5));
    assert_eq!((from_c.get::<f32>("d")?, from_c.get::<bool>("b")?), (-0.25, true));
    assert_eq!((from_c.get::<u8>("c")?, from_c.get::<char_of_c>("w")?), (b'c', 'w' as char_of_c));
    assert_eq!((from_c.get::<u8>("low")?, from_c.get::<i8>("high")?), (5, -3));
    assert_eq!(from_c.enumerator("colour")?.as_deref(), Some("GREEN"));
    assert_eq!(from_c.get::<i32>("row[1].x")?, 5);
    assert_eq!(from_c.get::<i32>("u.i")?, 1.0_f32.to_bits() as i32);
    // C's own memory is followed only by who vouches for it.
    says(from_c.text("name"), &["`name` of `struct all`"]);
    // SAFETY: a string literal of the library.
    assert_eq!(unsafe { from_c.deref("name", 3)? }.get::<u8>("")?, b'e');

    let ours = CData::with(
        &all,
        Init::fields([
            ("u8", 200.into()),
            ("i16", (-3).into()),
            ("u64", (1_u64 << 63).into()),
            ("f", 0.5.into()),
            ("d", Init::from(-0.25)),
            ("b", true.into()),
            ("c", "c".into()),
            ("w", "w".into()),
            ("low", 5.into()),
            ("high", (-3).into()),
            ("colour", "GREEN".into()),
            ("at", [1, 2].into()),
            ("row", Init::list([[3, 4].into(), [5, 6].into()])),
            ("name", "name".into()),
            ("wide", "wide".into()),
            ("u.f", 1.0.into()),
        ]),
    )?;
    ours.set("next", &ours)?;
    ours.set("any", &ours.at("at")?)?;
    // SAFETY: as above.
    assert_eq!(unsafe { is_made.call::<c_int>((ours.byref(),))? }, 1);
    assert_eq!((ours.text("name")?, ours.text("wide")?), ("name".to_owned(), "wide".to_owned()));
    assert!(ours.contents("next")?.is_same(&ours));
    ours.set("high", -4)?;
    // SAFETY: as above.
    assert_eq!(unsafe { is_made.call::<c_int>((ours.byref(),))? }, 0, "C looks");
    Ok(())
}

#[allow(non_camel_case_types)]
type char_of_c = libc::wchar_t;

/// Zero at first; checked, or masked where that is asked for.
#[test]
fn numbers() -> Done {
    let lib = c::library("rows_objects_numbers", TEXT);
    // SAFETY: the library declares them so.
    let (wrapped, bits) = unsafe {
        let wrapped: extern "C" fn(i64) -> u16 = c::get(&lib, "wrapped");
        (wrapped, c::get::<extern "C" fn(c_int) -> c_int>(&lib, "bits"))
    };
    for ty in [&Type::INT, &Type::DOUBLE, &Type::BOOL, &Type::CHAR, &Type::I128] {
        assert!(CData::new(ty)?.to_vec("")?.iter().all(|b| *b == 0), "{ty}");
    }
    let short = CData::with(&Type::USHORT, 5)?;
    for n in [-3, 65_536, 1 << 40, i64::MIN, 70_000] {
        says(short.set("", n), &["0 to 65535", "unsigned short", &n.to_string()]);
        short.set_wrapping("", n.into())?;
        assert_eq!(short.get::<u16>("")?, wrapped(n), "{n}");
    }
    let field = Types::new();
    let field = field.declare_struct("s")?.define(|r| r.bits("b", Type::INT, 5))?;
    let field = CData::new(&field)?;
    for n in [15, 16, -17, 1000, -1] {
        field.set_wrapping("b", n.into())?;
        assert_eq!(field.get::<i32>("b")?, bits(n), "{n}");
        assert_eq!(field.set("b", n).is_ok(), (-16..16).contains(&n));
    }
    let int = CData::new(&Type::INT)?;
    says(int.set("", 1.0), &["`int`", "double"]);
    says(int.set("", "1"), &["`int`", "text"]);
    says(int.set("", true), &["`int`", "bool"]);
    let double = CData::with(&Type::DOUBLE, 1_i64 << 53)?;
    assert_eq!(double.get::<f64>("")?, 9_007_199_254_740_992.0);
    says(double.set("", (1_i64 << 53) + 1), &["`double`", "9007199254740993"]);
    says(double.set("", u128::MAX), &["`double`"]);
    says(CData::new(&Type::FLOAT)?.set("", 1e39), &["`float`", "1e39"]);
    assert_eq!(double.get::<f64>("")?, 9_007_199_254_740_992.0, "a refusal changes nothing");
    // A truth value is 0 or 1, or an error when it is read.
    let truth = CData::with(&Type::BOOL, true)?;
    assert!(truth.get::<bool>("")?);
    truth.write_bytes(0, &[2])?;
    says(truth.get::<bool>(""), &["0 or 1", "`_Bool`"]);
    says(truth.set("", 1), &["`_Bool`", "integer"]);
    Ok(())
}

/// One character is one unit: of a byte, or of `wchar_t` and its kin.
#[test]
fn characters() -> Done {
    let c = CData::with(&Type::CHAR, "x")?;
    assert_eq!(c.get::<u8>("")?, b'x');
    for long in ["", "xy", "é"] {
        says(c.set("", long), &["one `char`"]);
    }
    c.set("", 65)?;
    assert_eq!(c.to_vec("")?, b"A");
    let wide = CData::with(&Type::CHAR32, "🦀")?;
    assert_eq!(wide.get::<u32>("")?, u32::from('🦀'));
    let half = CData::with(&Type::CHAR16, "é")?;
    assert_eq!(half.get::<u16>("")?, 0xe9);
    says(half.set("", "🦀"), &["one `char16_t`"]);
    Ok(())
}

/// `c_char_p` and `c_wchar_p` in memory: to store a text is to store a pointer, and the text lives as long.
#[test]
fn texts_behind_pointers() -> Done {
    for (ty, text) in [(Type::CONST_CHAR_PTR, "päth"), (Type::WCHAR.const_pointer(), "wäit")] {
        let p = CData::new(&ty)?;
        assert!(p.is_null("")?);
        says(p.text(""), &["NULL"]);
        p.set("", text)?;
        let (first, before) = (p.address("")?, p.duplicate()?);
        p.set("", "other")?;
        assert_ne!(p.address("")?, first, "the pointer changes, not the bytes");
        assert_eq!((before.text("")?.as_str(), p.text("")?.as_str()), (text, "other"));
        says(p.set("", "a\0b"), &["NUL"]);
        says(p.set("", 5), &["integer"]);
        assert_eq!(p.text("")?, "other");
        p.set("", None)?;
        assert!(p.is_null("")?);
        assert_eq!(before.text("")?, text, "kept alive by the copy");
    }
    let any = CData::new(&Type::VOID_PTR)?;
    let number = CData::with(&Type::INT, 3)?;
    any.set("", &number)?;
    assert_eq!(any.address("")?, number.as_ptr().addr());
    any.set("", core::ptr::dangling_mut::<u64>())?;
    assert_eq!(any.address("")?, 8);
    says(any.contents(""), &["`void *`"]);
    Ok(())
}

/// The address, for C; and `byref`, for a call.
#[test]
fn addresses() -> Done {
    let lib = c::library("rows_objects_addresses", TEXT);
    let sum = lib.declare("int sum(const int *p, int n);")?;
    let row = CData::with(&Type::INT.array(4)?, [1, 2, 3, 4])?;
    // SAFETY: `sum` reads as many numbers as there are.
    unsafe {
        assert_eq!(sum.call::<c_int>((&row, 4))?, 10);
        assert_eq!(sum.call::<c_int>((row.at("[1]")?.byref(), 3))?, 9);
        let f: extern "C" fn(*const c_void, c_int) -> c_int = c::get(&lib, "sum");
        assert_eq!(f(row.as_ptr(), 4), 10);
        assert_eq!(f(row.at("[2]")?.as_ptr(), 2), 7);
        says(
            sum.call::<c_int>((CData::new(&Type::DOUBLE)?.byref(), 1)),
            &["`const int *`", "double"],
        );
    }
    let p = row.at("[2]")?.pointer()?;
    assert_eq!((p.address("")?, p.ty().to_string().as_str()), (row.as_ptr().addr() + 8, "int *"));
    drop(row);
    assert_eq!(p.contents("")?.get::<i32>("")?, 3, "the pointer keeps the whole alive");
    Ok(())
}

/// Tells when it is dropped.
struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// An object whose end can be seen.
fn watched(ty: &Type) -> (CData<'static>, Arc<AtomicUsize>) {
    let (ended, size) = (Arc::new(AtomicUsize::new(0)), ty.size());
    let memory: &'static mut [u64] = Box::leak(vec![0; size.div_ceil(8)].into_boxed_slice());
    let guard = Box::new(Guard(ended.clone()));
    // SAFETY: the memory is leaked, aligned to 8 bytes, and known to nobody else.
    let data = unsafe { CData::from_ptr_with(ty, memory.as_mut_ptr().cast(), size, Some(guard)) }
        .expect("an address");
    (data, ended)
}

#[test]
fn what_is_pointed_at_lives_as_long() -> Done {
    let types = types();
    let all = get(&types, "struct all");
    let ended = |n: &Arc<AtomicUsize>| n.load(Ordering::Relaxed);
    let (target, end) = watched(&all);
    let holder = CData::new(&all)?;
    holder.set("next", &target)?;
    drop(target);
    assert_eq!(ended(&end), 0);
    let part = holder.contents("next")?.at("row[1]")?;
    holder.set("next", None)?;
    assert_eq!(ended(&end), 0, "a part of it is in use");
    drop(part);
    assert_eq!(ended(&end), 1);

    // What is copied is kept by the copy, what is overwritten is not.
    let (target, end) = watched(&all);
    holder.set("next", &target)?;
    let copy = holder.duplicate()?;
    drop((target, holder));
    assert_eq!(ended(&end), 0);
    let cast = copy.at("next")?.cast(&Type::VOID_PTR)?;
    copy.write_bytes(0, &vec![0; all.size()])?;
    assert!(copy.is_null("next")?);
    assert_eq!(ended(&end), 0, "the cast pointer keeps it");
    drop(cast);
    assert_eq!(ended(&end), 1);

    // `a, b = b, a` in Python is famous for its result.
    let names = CData::with(&Type::CONST_CHAR_PTR.array(2)?, ["left", "right"])?;
    names.swap("[0]", "[1]")?;
    assert_eq!((names.text("[0]")?.as_str(), names.text("[1]")?.as_str()), ("right", "left"));
    let points = CData::with(
        &get(&types, "struct point").array(2)?,
        Init::list([[1, 2].into(), [3, 4].into()]),
    )?;
    points.swap("[0]", "[1]")?;
    assert_eq!((points.get::<i32>("[0].x")?, points.get::<i32>("[1].y")?), (3, 2));

    // Circles end with their heap.
    let heap = Heap::new();
    let (a, b) = (CData::new_in(&heap, &all)?, CData::new_in(&heap, &all)?);
    let (target, end) = watched(&all);
    a.set("next", &b)?;
    b.set("next", &a)?;
    b.set("any", &target)?;
    drop((target, heap, a));
    assert_eq!(ended(&end), 0);
    drop(b);
    assert_eq!(ended(&end), 1);
    Ok(())
}

#[test]
fn a_pointer_is_cast() -> Done {
    let row = CData::with(&Type::U32.array(2)?, [0x0403_0201_u32, 0x0807_0605])?;
    let bytes = row.cast(&Type::U8.pointer())?;
    assert_eq!(bytes.address("")?, row.as_ptr().addr());
    let expected = u64::from_ne_bytes({
        let mut all = [0; 8];
        row.read_bytes(0, &mut all)?;
        all
    });
    let wide = bytes.cast(&Type::U64.pointer())?;
    assert_eq!(wide.contents("")?.get::<u64>("")?, expected);
    drop(row);
    assert_eq!(bytes.element("", 7)?.get::<u8>("")?, wide.contents("")?.to_vec("")?[7]);
    says(bytes.cast(&Type::INT), &["pointer type", "`int`"]);
    says(CData::new(&Type::INT)?.cast(&Type::VOID_PTR), &["`int`"]);
    says(wide.cast(&Type::U64.array(2)?.pointer())?.contents(""), &["16 bytes", "found 8"]);
    Ok(())
}

#[test]
fn memory_is_moved_and_set() -> Done {
    let original: Vec<u8> = (0..16).collect();
    let (mut ours, mut theirs) = (original.clone(), original.clone());
    let (p, q) = (ours.as_mut_ptr(), theirs.as_mut_ptr());
    // SAFETY: all is inside of the two arrays.
    unsafe {
        memmove(p.add(3).cast(), p.cast(), 10).expect("no NULL");
        libc::memmove(q.add(3).cast(), q.cast(), 10);
        memset(p.add(1).cast(), 0xee, 2).expect("no NULL");
        libc::memset(q.add(1).cast(), 0xee, 2);
        assert_eq!(memmove(core::ptr::null_mut(), p.cast(), 1), Err(NullPointer));
        assert_eq!(memmove(p.cast(), core::ptr::null(), 1), Err(NullPointer));
        assert_eq!(memset(core::ptr::null_mut(), 0, 1), Err(NullPointer));
    }
    assert_eq!(ours, theirs);
    let object = CData::copy_of(&Type::U8.array(16)?, &original)?;
    object.fill(1, 0xee, 2)?;
    object.write_bytes(3, &original[..10])?;
    assert_eq!(object.to_vec("")?, theirs);
    for too_far in
        [object.fill(15, 0, 2), object.write_bytes(16, &[0]), object.fill(usize::MAX, 0, 2)]
    {
        let error = too_far.expect_err("beyond the end");
        assert!(matches!(*error.fault, AccessFault::TooShort { found: 16, .. }), "{error}");
    }
    assert_eq!(object.to_vec("")?, theirs);
    Ok(())
}

/// `string_at`, `wstring_at`, `memoryview_at`: copies, and a view.
#[test]
fn texts_and_views_at_addresses() -> Done {
    use ctypes_wrap::memory::{string_at, wstring_at};
    let text = c"with";
    let all = b"ab\0cd\0";
    let wide = ['w', 'ï', '🦀', '\0', 'x', '\0'].map(|c| c as libc::wchar_t);
    // SAFETY: the texts end where they say.
    unsafe {
        assert_eq!(string_at(text.as_ptr(), None).as_deref(), Ok(&b"with"[..]));
        assert_eq!(string_at(all.as_ptr().cast(), Some(5)).as_deref(), Ok(&b"ab\0cd"[..]));
        assert_eq!(string_at(all.as_ptr().cast(), Some(0)).as_deref(), Ok(&b""[..]));
        assert_eq!(string_at(core::ptr::null(), None), Err(NullPointer));
        let units = wide.map(|c| c as u32);
        assert_eq!(
            wstring_at(wide.as_ptr().cast(), None).as_deref(),
            Ok(&units[..libc::wcslen(wide.as_ptr())])
        );
        assert_eq!(wstring_at(wide.as_ptr().cast(), Some(5)).as_deref(), Ok(&units[..5]));
        assert_eq!(wstring_at(core::ptr::null(), Some(1)), Err(NullPointer));
        let view = CData::from_const_ptr(&Type::U8.array(6)?, all.as_ptr().cast())?;
        assert_eq!((view.as_ptr().addr(), view.to_vec("")?), (all.as_ptr().addr(), all.to_vec()));
        says(view.set("[0]", 1), &["read only"]);
        says(view.fill(0, 1, 1), &["read only"]);
    }
    Ok(())
}

/// `from_address` and `in_dll`: memory that is another's.
#[test]
fn foreign_memory_is_seen() -> Done {
    let (lib, types) = (c::library("rows_objects_foreign", TEXT), types());
    let point = get(&types, "struct point");
    let symbol = |name: &str| lib.symbol(name).map(|s| s.as_ptr());
    // SAFETY: the library has variables of these types, which nobody else uses.
    unsafe {
        let mut seen = CData::from_ptr(&point, symbol("shared")?)?;
        assert_eq!((seen.get::<i32>("x")?, seen.get::<i32>("y")?), (7, 8));
        seen.set("y", 9)?;
        assert_eq!(*c::get::<*const [c_int; 2]>(&lib, "shared"), [7, 9]);
        says(seen.resize(16), &["16", "borrowed"]);
        let fixed = CData::from_const_ptr(&Type::INT, symbol("fixed")?)?;
        assert_eq!(fixed.get::<i32>("")?, 42);
        says(fixed.set("", 1), &["read only"]);
        says(CData::from_ptr(&point, core::ptr::null_mut()), &["NULL", "`struct point`"]);
        says(CData::from_ptr(&Type::VOID, (&raw mut seen).cast()), &["`void`", "no size"]);
    }
    says(lib.symbol("shard"), &["shard", "shared"]);
    Ok(())
}

/// `from_buffer`, `from_buffer_copy`.
#[test]
fn bytes_of_rust_are_seen_or_copied() -> Done {
    let types = types();
    let point = get(&types, "struct point");
    let mut memory = [0_u64; 2];
    let bytes = bytes_of(&mut memory);
    bytes[..8].copy_from_slice(&[1_i32, 2].map(i32::to_ne_bytes).concat());
    {
        let seen = CData::borrow(&point, bytes)?;
        assert_eq!(seen.get::<i32>("y")?, 2);
        seen.set("x", -1)?;
    }
    let bytes = bytes_of(&mut memory);
    assert_eq!(bytes[..4], (-1_i32).to_ne_bytes());
    let copy = CData::copy_of(&point, &bytes[..8])?;
    copy.set("x", 5)?;
    assert_eq!(bytes[..4], (-1_i32).to_ne_bytes(), "the copy has memory of its own");
    says(CData::copy_of(&point, &bytes[..7]), &["at least 8", "found 7"]);
    says(CData::borrow(&point, &mut bytes[..7]), &["at least 8", "found 7"]);
    says(CData::borrow(&point, &mut bytes[2..10]), &["multiple of 4"]);
    Ok(())
}

fn bytes_of(memory: &mut [u64; 2]) -> &mut [u8] {
    // SAFETY: any bytes are numbers, and numbers are bytes.
    unsafe { core::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), 16) }
}

#[test]
fn memory_grows() -> Done {
    let packet = Types::new().declare_struct("packet")?;
    let packet = packet.define(|r| r.field("len", Type::U16).flexible("data", Type::U16))?;
    let mut p = CData::new(&packet)?;
    p.set("len", 3)?;
    says(p.set("data[0]", 1), &["`data[0]` of `struct packet`"]);
    says(p.resize(1), &["the type has 2 bytes"]);
    p.resize(8)?;
    assert_eq!((p.size(), p.len("data")?, p.get::<u16>("len")?), (8, 3, 3));
    assert_eq!(p.get_vec::<u16>("data")?, [0, 0, 0]);
    p.set("data[2]", 9)?;
    let other = p.clone();
    says(p.resize(16), &["other handles"]);
    drop(other);
    let pointer = p.pointer()?;
    says(p.resize(16), &["keep it alive"]);
    drop(pointer);
    let mut part = p.at("data")?;
    says(part.resize(64), &["other handles"]);
    drop(part);
    let _ = p.as_ptr();
    says(p.resize(16), &["address"]);
    assert_eq!(p.get::<u16>("data[2]")?, 9);
    let mut numbers = CData::with(&Type::INT.array(2)?, [1, 2])?;
    numbers.resize(16)?;
    assert_eq!(numbers.view_as(&Type::INT.array(4)?)?.get_vec::<i32>("")?, [1, 2, 0, 0]);
    Ok(())
}

/// A struct from values in order, or by name.
#[test]
fn structs_are_initialised() -> Done {
    let types = types();
    let (point, all) = (get(&types, "struct point"), get(&types, "struct all"));
    let values =
        |p: &CData<'_>| -> Result<_, Error> { Ok((p.get::<i32>("x")?, p.get::<i32>("y")?)) };
    assert_eq!(values(&CData::with(&point, [1, 2])?)?, (1, 2));
    assert_eq!(values(&CData::with(&point, [1])?)?, (1, 0));
    assert_eq!(values(&CData::with(&point, Init::fields([("y", 2.into())]))?)?, (0, 2));
    says(CData::with(&point, [1, 2, 3]), &["at most 2", "found 3"]);
    says(CData::with(&point, Init::fields([("z", 2.into())])), &["`z`", "`struct point`"]);
    says(CData::with(&point, [1.0, 2.0]), &["`x`", "double"]);
    let nested =
        CData::with(&all, Init::fields([("row", Init::list([[1].into(), [2, 3].into()]))]))?;
    assert_eq!((nested.get::<i32>("row[0].y")?, nested.get::<i32>("row[1].y")?), (0, 3));
    says(
        CData::with(&all, Init::fields([("row", Init::list([[1, 2, 3].into()]))])),
        &["`row[0]`", "`struct all`", "at most 2"],
    );
    // A constant member is set by the initialiser, and by nothing else.
    let fixed = CData::with(&get(&types, "struct fixed"), [1, 2])?;
    says(fixed.set("id", 3), &["`id`", "const"]);
    fixed.set("n", 3)?;
    assert_eq!((fixed.get::<i32>("id")?, fixed.get::<i32>("n")?), (1, 3));
    Ok(())
}

#[test]
fn fields_are_read_and_assigned() -> Done {
    let types = types();
    let (point, all) = (get(&types, "struct point"), get(&types, "struct all"));
    let a = CData::new(&all)?;
    // A part is a view of the whole.
    let at = a.at("at")?;
    at.set("x", 4)?;
    assert_eq!(a.get::<i32>("at.x")?, 4);
    a.set("row[1]", &at)?;
    at.set("x", 5)?;
    assert_eq!((a.get::<i32>("row[1].x")?, a.get::<i32>("at.x")?), (4, 5), "an assignment copies");
    says(a.set("at", &CData::new(&all)?), &["`at`", "`struct point`", "found `struct all`"]);
    says(a.set("at", 5), &["`at`", "integer"]);
    says(
        a.set("next", &CData::new(&point)?),
        &["`next`", "`struct all *`", "found `struct point`"],
    );
    a.set("next", &a)?;
    a.set("next", None)?;
    assert!(a.is_null("next")?);
    says(a.get::<i32>("nothing"), &["`nothing`", "`struct all`"]);
    says(a.get::<i32>("at"), &["`at`", "struct point"]);
    says(a.at("low"), &["`low`", "address"]);
    says(a.set("low", 8), &["0 to 7", "3 bits"]);
    says(a.set("colour", "BLUE"), &["enum colour", "BLUE"]);
    // Members of a union are one memory.
    a.set("u.f", 1.0)?;
    assert_eq!(a.get::<u32>("u.i")?, 1.0_f32.to_bits());
    let u = CData::with(a.at("u")?.ty(), [7])?;
    assert_eq!(u.get::<i32>("i")?, 7, "an initialiser without names is for the first");
    says(CData::with(u.ty(), [7, 8]), &["at most 1"]);
    Ok(())
}

/// As C would write it, and equal by type and bytes.
#[test]
fn objects_are_shown_and_compared() -> Done {
    let point = get(&types(), "struct point");
    let (a, b) = (CData::with(&point, [1, -2])?, CData::with(&point, [1, -2])?);
    assert_eq!(format!("{a:?}"), "struct point { x: 1, y: -2 }");
    assert_eq!(format!("{:?}", CData::with(&Type::INT, 42)?), "(int) 42");
    assert_eq!(format!("{:?}", CData::new(&Type::VOID_PTR)?), "(void *) NULL");
    assert!(a == b && !a.is_same(&b) && a.is_same(&a.clone()));
    b.set("y", 2)?;
    assert_ne!(a, b);
    assert_ne!(CData::with(&Type::INT, 1)?, CData::with(&Type::UINT, 1)?);
    Ok(())
}
