use ctypes_wrap::CStruct;
use ctypes_wrap::{CType, Type};

/// Claims to be a `double`.
#[repr(C)]
struct Liar(u32);
unsafe impl CType for Liar {
    const TYPE: &'static Type = &Type::DOUBLE;
    const BY_VALUE: bool = false;
    const ANY_BITS: bool = false;
}

/// Claims an alignment of 1.
#[repr(C)]
struct Flat(u32);
unsafe impl CType for Flat {
    const TYPE: &'static Type = <[u8; 4]>::TYPE;
    const BY_VALUE: bool = false;
    const ANY_BITS: bool = false;
}

#[derive(CStruct)]
#[repr(C)]
struct Wrong {
    first: u8,
    liar: Liar,
    last: u8,
}

#[derive(CStruct)]
#[repr(C)]
struct Moved {
    first: u8,
    flat: Flat,
}

#[derive(CStruct)]
#[repr(C)]
struct Whole {
    flat: Flat,
    last: u8,
}

#[derive(CStruct)]
#[repr(C)]
struct Generic<T> {
    first: u8,
    second: T,
}

const N: usize = <Generic<Flat>>::TYPE.size();

fn main() {}
