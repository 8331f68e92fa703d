//! The memory of C objects: addresses, who keeps it alive, whose it is, and how large.

use crate::c;
use crate::objects::{Done, TEXT, get, says, types};
use core::ffi::{c_int, c_void};
use ctypes_wrap::memory::{AccessFault, Init, NullPointer, memmove, memset};
use ctypes_wrap::prelude::*;
use ctypes_wrap::{CData, Heap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
        // Through pointers that C set, as `.value` of a `c_char_p` is: bytes as many as strlen finds, and wide ones.
        let pointer = CData::new(&Type::CONST_CHAR_PTR)?;
        says(pointer.deref_text(""), &["NULL"]);
        for text in [c"with", c"", c"\xff"] {
            pointer.set("", text.as_ptr())?;
            says(pointer.text(""), &["nothing keeps", "`deref`"]);
            match text.to_str() {
                Ok(expected) => assert_eq!(pointer.deref_text("")?, expected),
                Err(_) => says(pointer.deref_text(""), &["`const char *`", "UTF-8"]),
            }
        }
        pointer.set("", "kept alive")?;
        assert_eq!(pointer.deref_text("")?, "kept alive");
        let wide_pointer = CData::new(&Type::WCHAR.pointer())?;
        wide_pointer.set("", wide.as_ptr())?;
        assert_eq!(wide_pointer.deref_text("")?, "wï🦀");
        says(CData::with(&Type::INT, 1)?.deref_text(""), &["characters", "`int`"]);
        let numbers = CData::new(&Type::INT.pointer())?;
        numbers.set("", (&raw const numbers).cast::<i32>())?;
        says(numbers.deref_text(""), &["characters", "`int *`"]);
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
