use ctypes_wrap::{CStruct, CType, CUnion, bitfield};

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Behind<T> {
    #[bits(3)]
    a: u32,
    inner: T,
    #[bits(3)]
    b: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct BehindArray<const N: usize> {
    name: [u8; N],
    #[bits(3)]
    a: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Bits<T: CType, const N: u32> {
    #[bits(3)]
    a: T,
    #[bits(N)]
    b: u32,
    #[bits({ N + 1 })]
    c: u32,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed(2), align(8))]
struct Bytes<T> {
    next: *mut T,
    inner: [T; 2],
}

#[bitfield]
#[derive(CUnion)]
#[repr(C)]
union Either<T: Copy> {
    #[bits(3)]
    a: u32,
    inner: T,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct Borrowed<'a> {
    #[bits(3)]
    a: u32,
    name: &'a u8,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
struct TooWide<T> {
    #[bits(33)]
    a: u32,
    inner: T,
}

fn main() {}
