//! Small mistakes in a call: the compiler knows the declared signature.
use core::ffi::c_int;
use ctypes_wrap::foreign_fn;

#[repr(transparent)]
struct FileNumber(c_int);

#[foreign_fn]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
    safe fn frexp(x: f64, exp: &mut c_int) -> f64;
    safe fn abs(x: c_int) -> c_int;
    safe fn dup(file: FileNumber) -> FileNumber;
}

fn main() {
    cos();
    cos(1.0, 2.0);
    cos(1);
    frexp(1.0, 1);
    abs(2.0);
    dup(1);
    let _: c_int = dup(FileNumber(1));
}
