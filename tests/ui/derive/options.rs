use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
#[ctypes(rename = "point")]
struct Unknown {
    x: i32,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "struct point")]
#[ctypes(name = "point")]
struct Twice {
    #[ctypes(name = "y")]
    x: i32,
}

#[derive(CStruct)]
#[repr(C)]
#[ctype("long")]
struct OnStruct {
    x: i32,
}

#[derive(CStruct)]
#[repr(transparent)]
#[ctypes(name = "handle", remote = libc::timespec)]
struct Transparent {
    x: i32,
    y: [u8; 0],
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(extends = OnStruct)]
struct Extending {
    x: i32,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(bytes)]
struct Bytes {
    x: i32,
}

fn main() {}
