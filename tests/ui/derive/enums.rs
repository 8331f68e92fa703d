use ctypes_wrap::CEnum;

#[derive(CEnum, Clone, Copy)]
enum NoRepr {
    A,
}

#[derive(CEnum, Clone, Copy)]
#[repr(C)]
enum Fields {
    A(i32),
}

#[derive(CEnum, Clone, Copy)]
#[repr(u128)]
enum Huge {
    A,
}

#[derive(CEnum, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "enum e", lay = 1)]
enum Unknown {
    A,
}

#[derive(CEnum, Clone, Copy)]
#[repr(C)]
struct Point {
    x: i32,
}

#[derive(CEnum)]
#[repr(C)]
enum NotCopy {
    A,
}

#[derive(CEnum)]
#[repr(u8)]
enum Empty {}

fn main() {}
