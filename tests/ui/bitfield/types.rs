use ctypes_wrap::{CStruct, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Tokens {
    #[bits(3)]
    float: f32,
    #[bits(3)]
    pointer: *mut u8,
    #[bits(3)]
    array: [u8; 2],
    #[bits(3)]
    function: extern "C" fn(),
}

type Real = f64;

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Alias {
    #[bits(3)]
    real: Real,
}

fn main() {}
