use ctypes_wrap::{CStruct, CUnion, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
union WrongDerive {
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(Clone, Copy)]
#[repr(C)]
union NoDerive {
    #[bits(3)]
    a: u32,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Padded {
    a: u8,
    b: u32,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Plain {
    a: u8,
    b: u32,
}

#[bitfield]
#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Members {
    #[bits(3)]
    a: u32,
    flag: bool,
    padded: Padded,
    plain: Plain,
}

#[bitfield]
#[derive(CUnion)]
#[repr(C)]
union Lent {
    #[bits(3)]
    a: u32,
    #[anonymous(c: u8)]
    inner: Padded,
    #[base]
    base: Padded,
}

#[bitfield]
#[derive(CUnion)]
#[repr(C)]
union TooWide {
    #[bits(33)]
    a: u32,
    b: u64,
}

#[bitfield]
#[derive(CUnion)]
#[repr(C)]
union Empty {}

#[bitfield]
#[derive(CUnion, PartialOrd)]
#[repr(C)]
union Ordered {
    #[bits(33)]
    a: u64,
    #[bits(3)]
    a: u64,
}

fn main() {}
