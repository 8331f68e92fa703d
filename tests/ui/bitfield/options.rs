use ctypes_wrap::{CStruct, bitfield};

#[bitfield(u32)]
#[derive(CStruct)]
#[repr(C)]
struct Options {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
#[ctypes(layout = "vax")]
struct Layout {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(CStruct, PartialEq, PartialOrd)]
#[repr(C)]
struct Ordered {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
struct NoRepr {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, align(3))]
struct Misaligned {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
#[ctypes(remote = libc::timespec)]
struct Mirror {
    #[bits(3)]
    tv_sec: u64,
    tv_nsec: u64,
}

fn main() {}
