use ctypes_wrap::{CStruct, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
enum Number {
    One,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Tuple(#[bits(3)] u32);

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct None {
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Twice {
    #[bits(3)]
    a: u32,
    #[bits(3)]
    a: u32,
    #[bits(3)]
    _a: u32,
    #[bits(3)]
    _a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Fields {
    #[cfg(unix)]
    #[bits(3)]
    a: u32,
    __bits0: u32,
}

#[bitfield]
fn function() {}

fn main() {}
