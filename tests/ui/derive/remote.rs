use ctypes_wrap::CStruct;
use core::ffi::{c_int, c_long};

mod other {
    #[repr(C)]
    pub struct Original {
        pub first: u32,
        pub second: u64,
        pub third: u16,
        private: u8,
    }
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(remote = other::Original)]
struct Swapped {
    second: u64,
    first: u32,
    third: u8,
    _pad: u8,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(remote = other::Original)]
struct Short {
    first: u32,
    second: u64,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(remote = other::Original)]
struct Names {
    first: u32,
    zweitens: u64,
    third: u16,
    private: u8,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(remote = other::Original)]
struct Generic<T> {
    first: T,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(remote = libc::timespec)]
struct Timespec {
    tv_sec: c_int,
    tv_nsec: c_long,
}

fn main() {}
