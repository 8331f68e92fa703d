use ctypes_wrap::{CStruct, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed, align(8))]
struct Header {
    kind: u8,
    #[bits(3)]
    low: u32,
}

fn main() {}
