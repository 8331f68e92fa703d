//! Parameters that no C function has, and a name that is there twice.
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "C" {
    fn labs(x: [i64; 1]) -> i64;
    fn div(x: i32, y: i32) -> [i32; 2];
    fn abs(x: impl Copy) -> i32;
    fn strlen(text: *const u8) -> usize;
    fn strlen(text: *const i8) -> usize;
}

type Numbers = [i64; 1];

#[foreign_fn]
unsafe extern "C" {
    fn llabs(x: Numbers) -> i64;
}

fn main() {}
