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

#[derive(CStruct)]
#[repr(C)]
struct Inside {
    callback: Option<extern "C" fn(&u8, u8) -> *const &'static u8>,
    row: [&'static mut u8; 2],
}

fn main() {}
