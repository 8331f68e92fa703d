//! Typed declarations with types that rustc does not pass as C does: they take the general engine, and the Rust
//! signature stays what it is.
#![cfg(all(target_os = "linux", feature = "libffi"))]

use core::ffi::{c_char, c_int};
use ctypes_wrap::prelude::*;

#[foreign_fn(lib = "m", load = load_m)]
unsafe extern "C" {
    safe fn sqrtl(x: LongDouble) -> LongDouble;
    safe fn ldexpl(x: LongDouble, exp: c_int) -> LongDouble;
}

#[foreign_fn]
unsafe extern "C" {
    fn strtold(text: *const c_char, end: Option<&mut *mut c_char>) -> LongDouble;
    fn snprintf(to: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
}

#[library("m", handle = Maths)]
unsafe extern "C" {
    safe fn sqrtl(x: LongDouble) -> LongDouble;
}

fn number(text: &core::ffi::CStr) -> LongDouble {
    // SAFETY: the text ends with NUL, and the end may be null.
    unsafe { strtold(text.as_ptr(), None) }
}

/// What C prints of a long double, which only a run-time signature can pass after the dots.
fn printed(x: LongDouble) -> String {
    let sig = Signature::variadic(
        CallConv::C,
        &Type::INT,
        [&Type::CHAR.pointer(), &Type::SIZE, &Type::CONST_CHAR_PTR],
    )
    .expect("a signature of C");
    let print = Library::this().function("snprintf", &sig).expect("libc has it");
    let mut buffer = [0_u8; 64];
    // SAFETY: the format takes one long double; the buffer has that size.
    let length = unsafe {
        print.call::<c_int>((buffer.as_mut_ptr(), buffer.len(), c"%.18Lg", x)).expect("it prints")
    };
    String::from_utf8_lossy(&buffer[..length as usize]).into_owned()
}

#[test]
fn long_double_through_typed_functions() {
    load_m().expect("libm is there");
    // The square root of 2 to 18 digits (OEIS A002193), more than a double has.
    assert_eq!(printed(sqrtl(number(c"2"))), "1.41421356237309505");
    // The same times 1,024, by Python's decimal module.
    let root = try_sqrtl(number(c"2")).expect("libm has it");
    assert_eq!(printed(ldexpl(root, 10)), "1448.15468787004933");
    // SAFETY: the declarations are those of libm.
    let maths = unsafe { Maths::open() }.expect("libm is there");
    assert_eq!(printed(maths.sqrtl(number(c"16"))), "4");
    let mut buffer = [0; 8];
    // SAFETY: the format takes an int; the buffer has that size.
    let length = unsafe { snprintf(buffer.as_mut_ptr(), 8, c"%d".as_ptr(), 7) };
    assert_eq!(length, 1);
}
