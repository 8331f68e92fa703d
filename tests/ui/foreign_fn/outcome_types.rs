//! Results that cannot mean what is said of them.
use core::ffi::c_int;
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "C" {
    #[errno(null)]
    fn never_null() -> c_int;
    #[errno(result)]
    fn no_number() -> f64;
    #[check]
    fn does_not_check() -> c_int;
    #[check(unary -> Result<c_int, ()>)]
    #[errno]
    fn one_too_many() -> c_int;
    #[errno(-1)]
    fn unsigned() -> u32;
}

fn unary(x: c_int) -> Result<c_int, ()> {
    Ok(x)
}

fn main() {}
