use ctypes_wrap::{CStruct, bitfield};

#[derive(CStruct)]
#[bitfield]
#[repr(C)]
struct Below {
    #[bits(3)]
    a: u32,
}

#[derive(CStruct)]
#[repr(C)]
struct Forgotten {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(Debug)]
#[repr(C)]
struct NoStruct {
    #[bits(3)]
    a: u32,
}

fn main() {}
