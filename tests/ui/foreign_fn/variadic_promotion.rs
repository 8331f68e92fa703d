//! C promotes what follows the `...`; rustc asks for the promoted type, and so it does of a late-bound function.
use core::ffi::{c_char, c_int};
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "C" {
    fn printf(format: *const c_char, ...) -> c_int;
}

fn main() {
    unsafe {
        printf(c"%f %d %d\n".as_ptr(), 1.5_f32, 1_i8, true);
    }
}
