//! libc's functions on text, and the environment.

use crate::{TEXT, function, open};
use core::ffi::{CStr, c_char, c_long};
use core::ptr::{null, null_mut};
use ctypes_wrap::prelude::*;

#[test]
fn libc_numbers_and_texts() {
    let c = open("c", "libc6");
    let strlen = function(&c, "strlen", &Type::SIZE, &[TEXT.nonnull()]);
    let strtol = function(&c, "strtol", &Type::LONG, &[TEXT, Type::CHAR_PTR.pointer(), Type::INT]);
    let getenv = function(&c, "getenv", &Type::CHAR_PTR, &[TEXT]);
    // SAFETY: the functions have these types; texts end with NUL, and pointers point at what they should.
    unsafe {
        assert_eq!(strlen.call::<usize>((c"sphinx of black quartz",)), Ok(22));
        let error = strlen.call::<usize>((null::<c_char>(),)).expect_err("NULL");
        assert_eq!(
            error.to_string(),
            "argument 1 of `strlen`: expected `const char *_Nonnull`, found NULL"
        );
        let text = c"  -0x7fx";
        let mut end: *mut c_char = null_mut();
        let (value, errno) = strtol.call_errno::<c_long>((text, &raw mut end, 0)).expect("a call");
        assert_eq!((value, errno), (-0x7f, Errno(0)));
        assert_eq!(end.cast_const(), text.as_ptr().add(7));
        let nowhere = null_mut::<*mut c_char>();
        let (value, errno) =
            strtol.call_errno::<c_long>((c"99999999999999999999", nowhere, 10)).expect("a call");
        assert_eq!((value, errno), (c_long::MAX, Errno(libc::ERANGE)));
        let nothing = getenv.call::<*mut c_char>((c"CTYPES_NO_SUCH_VARIABLE",));
        assert_eq!(nothing, Ok(null_mut()));
        let none = getenv.call::<Option<core::ptr::NonNull<c_char>>>((c"CTYPES_NO_SUCH_VARIABLE",));
        assert_eq!(none, Ok(None));
        if let Some(path) = std::env::var_os("PATH") {
            let found = getenv.call::<*mut c_char>((c"PATH",)).expect("a call");
            assert_eq!(CStr::from_ptr(found).to_bytes(), path.as_encoded_bytes());
        }
    }
}
