//! The same in `#[library]`, eager and lazy.

use core::ffi::{c_char, c_int, c_long};
use ctypes_wrap::{Bindings, Errno, HResult, library};

#[library(lib = ["liboutcomes.so"], handle = Outcomes, errno(-1))]
unsafe extern "C" {
    safe fn fail_with(number: c_int, times: c_int) -> c_int;
    #[check]
    safe fn make(result: i32, #[inout] made: *mut i32) -> HResult;
    #[errno(u64::MAX)]
    safe fn sum_with_flags(
        a: u64,
        #[default(7)] flags: u64,
        #[default(core::ptr::null())] reserved: *const c_int,
        b: u64,
    ) -> u64;
    #[errno]
    safe fn only_errno(number: c_int);
}

#[library(lib = ["libno_such_library_of_ours.so", "libc.so.6"], handle = Lazy, lazy, errno)]
unsafe extern "C" {
    fn strtol(text: *const c_char, #[out] end: *mut *mut c_char, base: c_int) -> c_long;
}

#[test]
fn a_handle() {
    // SAFETY: the declarations are those of the fixture.
    let outcomes = unsafe { Outcomes::from_library(crate::fixture()) }.expect("all are there");
    assert_eq!(outcomes.fail_with(21, 2), Err(Errno(21)));
    assert_eq!(outcomes.make(0, 1), Ok(2));
    assert_eq!(outcomes.make(HResult::E_POINTER.0, 1), Err(HResult::E_POINTER));
    assert_eq!(outcomes.sum_with_flags(3, 4), Ok(3_007_004));
    assert_eq!(outcomes.only_errno(4), Errno(4));
}

#[test]
fn a_lazy_handle() {
    // SAFETY: the declarations are those of libc.
    let libc = unsafe { Lazy::open() }.expect("libc is there");
    let text = c"12x";
    // SAFETY: the text ends with NUL.
    let (number, end, errno) = unsafe { libc.strtol(text.as_ptr(), 10) };
    assert_eq!((number, end.addr() - text.as_ptr().addr(), errno), (12, 2, Errno(0)));
    // SAFETY: as above.
    let (number, _, errno) = unsafe { libc.strtol(c"-99999999999999999999".as_ptr(), 10) };
    assert_eq!((number, errno), (c_long::MIN, Errno(libc::ERANGE)));
}
