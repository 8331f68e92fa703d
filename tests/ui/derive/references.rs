use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
struct Borrowing<'a> {
    name: &'a u8,
}

#[derive(CStruct)]
#[repr(C)]
struct Static {
    name: &'static mut u8,
    rest: [u8],
}

fn main() {}
