//! `check`: by the result's own type, and by a function; newtypes stay what they are.

use crate::fixture;
use core::ffi::{c_char, c_int};
use ctypes_wrap::prelude::*;
use ctypes_wrap::{CheckReturn, Errno, HResult};

/// What the fixture's functions return: to C an integer, a type of its own to Rust.
#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(transparent)]
struct Status(i32);

impl CheckReturn for Status {
    type Out = u32;
    type Error = String;

    fn check(self) -> Result<u32, String> {
        u32::try_from(self.0).map_err(|_| format!("status {}", self.0))
    }
}

fn even(value: c_int) -> Result<c_int, OddNumber> {
    if value % 2 == 0 { Ok(value / 2) } else { Err(OddNumber(value)) }
}

#[derive(Debug, PartialEq)]
struct OddNumber(c_int);

/// For any result that has a zero.
fn not_default<R: Default + PartialEq>(result: R) -> Result<R, &'static str> {
    if result == R::default() { Err("nothing") } else { Ok(result) }
}

/// Sees the number too.
fn failed(result: c_int, errno: Errno) -> Result<(), (c_int, Errno)> {
    if result == 0 { Ok(()) } else { Err((result, errno)) }
}

mod fixture_functions {
    use super::*;

    #[foreign_fn(lib = ["liboutcomes.so"])]
    unsafe extern "C" {
        pub(super) safe fn get_status(value: i32) -> Status;
        #[check]
        #[symbol = "get_status"]
        pub(super) safe fn checked_status(value: i32) -> Status;
        #[check(even -> Result<c_int, OddNumber>)]
        #[symbol = "error_number"]
        pub(super) safe fn half(value: c_int) -> c_int;
        #[check(failed -> Result<(), (c_int, Errno)>)]
        #[errno]
        pub(super) safe fn fail_with(number: c_int, times: c_int) -> c_int;
        #[check]
        pub(super) safe fn make(result: i32, #[inout] made: *mut i32) -> HResult;
        /// Any type may be what a check makes of a result.
        #[check(Option::Some::<c_int> -> Option<c_int>)]
        #[symbol = "error_number"]
        pub(super) safe fn wrapped(value: c_int) -> c_int;
    }
}
use fixture_functions::{checked_status, fail_with, get_status, half, make, wrapped};

/// One word for functions whose results have several types.
mod generic {
    use super::*;

    #[foreign_fn(lib = "c", check(not_default -> Result<_, &'static str>))]
    unsafe extern "C" {
        pub(super) safe fn abs(x: c_int) -> c_int;
        pub(super) fn strlen(text: *const c_char) -> usize;
    }
}

#[test]
fn a_newtype_stays_one() {
    let _fixture = fixture();
    let status: Status = get_status(-5);
    assert_eq!(status, Status(-5));
    assert_eq!(checked_status(5), Ok(5));
    assert_eq!(checked_status(-5), Err("status -5".to_owned()));
}

#[test]
fn a_function_checks() {
    let _fixture = fixture();
    assert_eq!(half(8), Ok(4));
    assert_eq!(half(7), Err(OddNumber(7)));
    assert_eq!(wrapped(7), Some(7));
    assert_eq!(fixture_functions::try_half(8).expect("it is there"), Ok(4));
    assert_eq!(fail_with(34, 1), Err((-1, Errno(34))));
    assert_eq!((generic::abs(-3), generic::abs(0)), (Ok(3), Err("nothing")));
    // SAFETY: the texts end with NUL.
    let lengths = unsafe { (generic::strlen(c"four".as_ptr()), generic::strlen(c"".as_ptr())) };
    assert_eq!(lengths, (Ok(4), Err("nothing")));
}

#[test]
fn hresults() {
    let _fixture = fixture();
    assert_eq!(make(0, 41), Ok(42));
    assert_eq!(make(HResult::S_FALSE.0, 41), Ok(42), "a success that is not S_OK");
    assert_eq!(make(HResult::E_FAIL.0, 41), Err(HResult::E_FAIL));
}

/// One declaration, and a wrapper with a body.
#[foreign_fn(lib = ["liboutcomes.so"], check(even -> Result<c_int, OddNumber>))]
safe fn error_number(value: c_int) -> c_int;

#[foreign_fn(lib = ["liboutcomes.so"], check)]
fn status_of(value: i32) -> Result<u32, String> {
    unsafe extern "C" {
        safe fn get_status(value: i32) -> Status;
    }
    get_status(value)
}

#[test]
fn other_places_of_the_attribute() {
    let _fixture = fixture();
    assert_eq!(error_number(4), Ok(2));
    assert_eq!(status_of(4), Ok(4));
}
