use core::ffi::{c_int, c_uint};
use ctypes_wrap::{Be, CStruct, CUnion, Le, bitfield};

#[derive(CStruct)]
#[repr(C)]
#[ctypes(endian = "big")]
struct Pointer {
    length: Be<u32>,
    next: *mut u8,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(endian = "big")]
struct Native {
    tag: [u8; 4],
    length: c_int,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
#[ctypes(endian = "little")]
union Other {
    a: Le<u16>,
    b: [Be<u16>; 2],
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Inner {
    n: u64,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(endian = "big")]
struct Outer {
    inner: Inner,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
#[ctypes(endian = "big")]
struct Bits {
    #[bits(4)]
    a: c_uint,
    native: u32,
}

#[bitfield]
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct NativeBits {
    #[bits(4)]
    a: c_uint,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(endian = "big")]
struct AroundNativeBits {
    bits: NativeBits,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(endian = "middle")]
struct Middle {
    a: u8,
}

#[derive(CStruct)]
#[repr(C)]
struct Spelled {
    #[ctype("unsigned short")]
    a: Be<u32>,
}

fn main() {}
