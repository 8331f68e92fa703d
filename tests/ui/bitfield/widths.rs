use ctypes_wrap::{CStruct, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Zero {
    #[bits(0)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct TooWide {
    #[bits(4)]
    a: u8,
    #[bits(9)]
    b: u8,
}

const WIDTH: u32 = 0;

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct ZeroByName {
    #[bits(WIDTH)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct WideBool {
    #[bits(2)]
    a: bool,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct NoWidth {
    #[bits]
    a: u32,
}

// Not the one of the standard library, as a name says it is.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct NonNull<T>(T, u8);

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Shadowed {
    #[bits(3)]
    a: u32,
    no_pointer: NonNull<u64>,
    #[bits(3)]
    b: u32,
}

fn main() {}
