use core::ffi::c_int;
use ctypes_wrap::{CStruct, CUnion, bitfield};

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

#[derive(CStruct, Debug, PartialEq)]
#[repr(C)]
struct Counted {
    count: c_int,
}

#[bitfield]
#[derive(CStruct, Debug, PartialEq)]
#[repr(C, packed(2), align(8))]
struct NoCopy {
    inner: Counted,
}

#[bitfield]
#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union NoCopyEither {
    inner: Counted,
    #[bits(3)]
    bits: c_int,
}

fn main() {}
