use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
struct Node {
    value: u8,
    next: [Node; 1],
}

fn main() {}
