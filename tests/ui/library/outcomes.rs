//! Options that both macros have are checked in handles as well.
use core::ffi::c_int;
use ctypes_wrap::library;

#[library(handle = pub One, errno(-1))]
unsafe extern "C" {
    safe fn abs(x: c_int) -> c_int;
    #[check(positive)]
    safe fn checked(x: c_int) -> c_int;
    safe fn filled(#[out] x: c_int) -> c_int;
    #[optional]
    #[errno]
    safe fn absent(x: c_int) -> c_int;
}

#[library(handle = pub Two, check(-> Result<c_int, ()>))]
unsafe extern "C" {
    safe fn abs(x: c_int) -> c_int;
}

fn main() {}
