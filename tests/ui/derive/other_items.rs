use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
enum Color {
    Red,
}

#[derive(CStruct)]
#[repr(C)]
union Number {
    i: i32,
    f: f32,
}

fn main() {}
