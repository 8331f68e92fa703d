//! C objects (`CData`): what ctypes' instances do, with C on the other side of the memory.

use crate::c;
use core::ffi::c_int;
use ctypes_wrap::CData;
use ctypes_wrap::memory::Init;
use ctypes_wrap::prelude::*;

/// What a test ends with.
pub(crate) type Done = Result<(), Error>;

/// Asserts that something is refused, in a message with these parts.
#[track_caller]
pub(crate) fn says<T: std::fmt::Debug>(result: Result<T, impl std::fmt::Display>, parts: &[&str]) {
    let said = result.expect_err("it was not refused").to_string();
    assert!(parts.iter().all(|part| said.contains(part)), "expected {parts:?}, found {said}");
}

/// `struct all`, and functions that read and write it.
pub(crate) const TEXT: &str = "
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

/// A namespace with the types of [`TEXT`].
pub(crate) fn types() -> Types {
    let types = Types::new();
    types.parse(&format!("typedef {} wchar_t; {DECLARED}", Type::WCHAR)).expect("C");
    types
}

pub(crate) fn get(types: &Types, name: &str) -> Type {
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
    assert_eq!(any.address("")?, align_of::<u64>());
    says(any.contents(""), &["`void *`"]);
    Ok(())
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[ctypes(name = "point")]
struct Point {
    x: c_int,
    y: c_int,
}

/// A derived type as a member of one made at run time, as C has both.
#[test]
fn derived_types_are_members_of_run_time_ones() -> Done {
    let lib = c::library(
        "rows_objects_derived",
        "struct point { int x, y; };
        struct line { char c; struct point from, to[2]; };
        const unsigned long size[2] = { sizeof(struct line), _Alignof(struct line) };
        int width(struct line l, struct point p) { return l.to[1].x - l.from.x + p.y; }",
    );
    let types = Types::new();
    let line = types.declare_struct("line")?.define(|r| {
        let r = r.field("c", Type::CHAR).field("from", Point::TYPE);
        r.field("to", Point::TYPE.array(2).expect("small"))
    })?;
    assert_eq!(c::extent(&lib, "size"), [line.size(), line.align()]);
    let point = get(&self::types(), "struct point");
    assert!(point == *Point::TYPE && line.fields()[1].ty() == &point, "equal by structure");
    let l = CData::with(&line, Init::fields([("from", [3, 0].into()), ("to[1].x", 10.into())]))?;
    let signature = Signature::new(CallConv::C, &Type::INT, [&line, &point])?;
    let width = lib.function("width", &signature)?;
    // SAFETY: the function has that type.
    unsafe {
        assert_eq!(width.call::<c_int>((&l, Point { x: 0, y: 5 }))?, 12);
        let run_time = CData::with(&point, [0, 6])?;
        assert_eq!(width.call::<c_int>((&l, &run_time))?, 13);
        l.set("from", &run_time)?;
        assert_eq!(width.call::<c_int>((&l, &run_time))?, 16);
    }
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
