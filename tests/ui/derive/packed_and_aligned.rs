use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C, packed, align(8))]
struct Header {
    kind: u8,
    length: u32,
}

fn main() {}
