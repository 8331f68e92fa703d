use core::ffi::c_int;
use ctypes_wrap::{CStruct, CUnion};

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Pair {
    a: c_int,
    b: c_int,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Number {
    i: c_int,
    f: f32,
}

#[derive(CStruct)]
#[repr(C)]
struct NoRecord {
    #[anonymous]
    a: c_int,
}

#[derive(CStruct)]
#[repr(C)]
struct Second {
    a: c_int,
    #[base]
    pair: Pair,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Extended {
    #[base]
    pair: Pair,
}

#[derive(CStruct)]
#[repr(C, packed)]
struct Packed {
    #[anonymous(a: c_int)]
    pair: Pair,
}

#[derive(CStruct)]
#[repr(C)]
struct Twice {
    #[base]
    #[anonymous]
    pair: Pair,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Inherited {
    #[base]
    pair: Pair,
    c: c_int,
}

#[derive(CStruct)]
#[repr(C)]
struct Shadowed {
    #[base]
    inherited: Inherited,
    a: u8,
}

#[derive(CStruct)]
#[repr(C)]
struct Both {
    #[anonymous]
    pair: Pair,
    #[anonymous]
    other: Inherited,
}

fn main() {}
