//! Objects handed to the C library, and what it does to them.

use ctypes_core::{CData, Error, Library, SyncCallback, Type, Types};
use std::ffi::c_int;
use std::sync::Arc;

#[test]
fn text_has_the_length_that_c_finds() -> Result<(), Error> {
    let strlen = Library::this().declare("size_t strlen(const char *);")?;
    for text in ["", "a", "sixteen bytes!!!", "äöü"] {
        let buffer = CData::string(text)?;
        assert_eq!(unsafe { strlen.call::<usize>((&buffer,))? }, text.len());
        let holder = CData::new(&Type::CONST_CHAR_PTR)?;
        holder.set("", text)?;
        assert_eq!(unsafe { strlen.call::<usize>((&holder,))? }, text.len());
        assert_eq!(holder.text("")?, text);
    }
    let wcslen = Library::this().declare("size_t wcslen(const wchar_t *);")?;
    let wide = CData::wide_string("weit: ä€𝄞")?;
    assert_eq!(unsafe { wcslen.call::<usize>((&wide,))? }, wide.len("")? - 1);
    assert_eq!(wide.text("")?, "weit: ä€𝄞");
    Ok(())
}

#[test]
fn c_sorts_an_array_with_a_callback() -> Result<(), Error> {
    let qsort = Library::this()
        .declare("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")?;
    let row = CData::with(&Type::INT.array(5)?, [3, 1, 2, 5, 4])?;
    let compare =
        SyncCallback::new(|a: *const core::ffi::c_void, b: *const core::ffi::c_void| unsafe {
            *a.cast::<c_int>() - *b.cast::<c_int>()
        })?;
    unsafe { qsort.call_void((&row, 5_usize, 4_usize, &compare))? };
    assert_eq!(row.get_vec::<i32>("")?, [1, 2, 3, 4, 5]);
    Ok(())
}

#[test]
fn a_callback_in_a_struct_is_kept_and_called() -> Result<(), Error> {
    let types = Types::new();
    types.parse("struct ops { int (*add)(int, int); };")?;
    let ops = CData::new(&types.get("struct ops").unwrap())?;
    let add = Arc::new(SyncCallback::new(|a: c_int, b: c_int| a + b)?);
    ops.set("add", &add)?;
    drop(add);
    let add = ops.function("add", "ops.add")?;
    assert_eq!(unsafe { add.call::<c_int>((2, 3))? }, 5);
    Ok(())
}

#[test]
fn records_are_passed_and_returned() -> Result<(), Error> {
    let types = Types::new();
    types.parse("typedef struct { int quot, rem; } div_t;")?;
    let div = Library::this().declare_in(&types, "div_t div(int, int);")?;
    let ctypes_core::convert::Value::Bytes(bytes) = (unsafe { div.call_value((17, 5))? }) else {
        panic!("a record")
    };
    let result = CData::copy_of(bytes.ty(), bytes.as_bytes())?;
    assert_eq!((result.get::<i32>("quot")?, result.get::<i32>("rem")?), (3, 2));
    assert_eq!(result.value("")?, bytes.into());
    Ok(())
}
