//! What travels through a `void *`, and texts as arguments.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null;
use ctypes_wrap::prelude::*;

#[foreign_fn(lib = "c")]
unsafe extern "C" {
    fn qsort_r(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: Option<unsafe extern "C" fn(*const c_void, *const c_void, *mut c_void) -> c_int>,
        user: *mut c_void,
    );
}

/// A Rust value that C only carries: a box as `void *`, and what a closure has captured needs not even that.
#[test]
fn a_rust_value_is_user_data() {
    struct Log(Vec<String>);
    unsafe extern "C" fn compare(a: *const c_void, b: *const c_void, user: *mut c_void) -> c_int {
        // SAFETY: the elements are of i32, and `user` is what was given to qsort_r.
        let (a, b, log) = unsafe { (*a.cast::<i32>(), *b.cast::<i32>(), &mut *user.cast::<Log>()) };
        log.0.push(format!("{a}:{b}"));
        a - b
    }
    let mut numbers = [3, 1, 2];
    let user = Box::into_raw(Box::new(Log(Vec::new())));
    // SAFETY: three elements of four bytes; the box is taken back afterwards.
    let log = unsafe {
        qsort_r(numbers.as_mut_ptr().cast(), 3, 4, Some(compare), user.cast());
        Box::from_raw(user)
    };
    assert_eq!(numbers, [1, 2, 3]);
    assert!(log.0.len() >= 2 && log.0.iter().all(|entry| entry.len() == 3), "{:?}", log.0);
}

/// `c_char_p` and `c_wchar_p` as parameters: texts with a null at their end, arrays of their characters and NULL pass;
/// integers, texts of other characters and Rust's own do not.
#[test]
fn texts_are_arguments() {
    // SAFETY: the C library has no initializers of its own to be wary of.
    let c = unsafe { Library::open("c") }.expect("libc");
    let function = |name: &str, result: &Type, text: &Type| {
        let signature = Signature::new(CallConv::C, result, [text]).expect("a signature");
        c.function(name, &signature).expect("libc has it")
    };
    let strlen = function("strlen", &Type::SIZE, &Type::CONST_CHAR_PTR);
    let wcslen = function("wcslen", &Type::SIZE, &Type::WCHAR.const_pointer());
    let time = function("time", &Type::TIME, &Type::TIME.pointer());
    let owned = c"caf\xe9".to_owned();
    let bytes = *b"ab\0cd\0";
    let wide = ['w', 'ï', '🦀', '\0'].map(|c| c as libc::wchar_t);
    // SAFETY: each call that is made passes a text of the right characters, or NULL where it may be.
    unsafe {
        assert_eq!(strlen.call::<usize>((c"",)), Ok(0));
        assert_eq!(strlen.call::<usize>((&*owned,)), Ok(4));
        assert_eq!(strlen.call::<usize>((owned.as_ptr(),)), Ok(4));
        assert_eq!(strlen.call::<usize>((bytes.as_ptr(),)), Ok(2));
        assert_eq!(CStr::from_bytes_until_nul(&bytes).map(CStr::count_bytes), Ok(2));
        assert_eq!(wcslen.call::<usize>((wide.as_ptr(),)), Ok(3));
        assert!(time.call::<libc::time_t>((null::<c_void>().cast_mut(),)).expect("NULL") > 0);
        for refused in [
            strlen.call::<usize>((bytes.as_ptr() as usize,)),
            strlen.call::<usize>((wide.as_ptr(),)),
            strlen.call::<usize>((b'a' as c_char,)),
            wcslen.call::<usize>((c"narrow",)),
            wcslen.call::<usize>(([0_u16].as_ptr(),)),
        ] {
            let error = refused.expect_err("no such text").to_string();
            assert!(error.starts_with("argument 1 of `") && error.contains("expected"), "{error}");
        }
    }
    // A null inside of a text is an error where the text is made, not a shorter text.
    assert!(std::ffi::CString::new("a\0b").is_err());
}
