use core::ffi::c_int;
use ctypes_wrap::{CStruct, bitfield};

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Pair {
    a: c_int,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed, align(8))]
struct Extended {
    #[base]
    pair: Pair,
    more: u8,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
#[ctypes(bytes)]
struct Lent {
    #[anonymous(a: c_int)]
    pair: Pair,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed(2), align(8))]
struct NoCopy {
    inner: Lent,
}

fn main() {}
