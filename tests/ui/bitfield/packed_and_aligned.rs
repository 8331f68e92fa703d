use core::ffi::c_int;
use ctypes_wrap::{CStruct, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed(2), align(8))]
struct Header {
    kind: u8,
    #[bits(3)]
    low: u32,
}

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

fn main() {}
