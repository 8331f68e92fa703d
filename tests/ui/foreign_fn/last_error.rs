//! Only Windows has `GetLastError`.
use core::ffi::c_int;
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "C" {
    #[last_error(0)]
    fn is_window(x: *mut c_int) -> c_int;
    // Under a condition it is fine.
    #[cfg(windows)]
    #[last_error(0)]
    fn is_child(x: *mut c_int) -> c_int;
}

fn main() {}
