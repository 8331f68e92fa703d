use ctypes_wrap::CStruct;
use core::ffi::c_void;

#[derive(CStruct)]
#[repr(C)]
struct Size {
    #[ctype("short")]
    count: i32,
}

#[derive(CStruct)]
#[repr(C)]
struct Sign {
    #[ctype("unsigned int")]
    count: [i32; 2],
}

#[derive(CStruct)]
#[repr(C)]
struct Class {
    #[ctype("double")]
    count: *mut u64,
}

#[allow(non_camel_case_types)]
type c_int = u8;

#[derive(CStruct)]
#[repr(C)]
struct Lookalike {
    count: c_int,
}

#[derive(CStruct)]
#[repr(C)]
struct Pointer {
    #[ctype("int")]
    count: Raw,
}
type Raw = *mut c_void;

fn main() {}
