use core::ffi::c_int;
use ctypes_wrap::{CStruct, CUnion};

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Number {
    i: c_int,
    f: f32,
}

#[derive(CStruct)]
#[repr(C)]
struct Value {
    #[anonymous(i: c_int, unsafe f: f64)]
    number: Number,
}

#[derive(CStruct)]
#[repr(C)]
struct Other {
    #[anonymous(unsafe d: f64)]
    number: Number,
}

fn main() {}
