use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
struct Record {
    name: String,
    boxed: Box<i32>,
    letter: char,
    pair: (u8, u8),
    callback: fn(i32),
    list: *mut Vec<u8>,
    table: [String; 2],
    takes: Option<extern "C" fn(String)>,
}

fn main() {}
