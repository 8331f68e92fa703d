use ctypes_wrap::CStruct;
use core::ffi::c_int;

#[derive(CStruct)]
struct Point {
    x: c_int,
}

// The use of a refused type is not a second error.
#[derive(CStruct)]
#[repr(C)]
struct Line {
    from: Point,
    to: *mut Point,
}

fn main() {}
