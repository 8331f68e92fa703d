//! `trace` without the feature that it needs.
use core::ffi::c_int;
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "C" {
    #[trace]
    fn abs(x: c_int) -> c_int;
}

fn main() {}
