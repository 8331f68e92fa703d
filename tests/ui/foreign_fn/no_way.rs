//! Types that neither rustc nor the call engine passes by value as C does, or only rustc where another one needs the
//! engine.
use core::ffi::{c_char, c_int};
use ctypes_wrap::{CStruct, LongDouble, foreign_fn};

#[derive(CStruct, Clone, Copy)]
#[repr(C, align(32))]
struct Wide {
    bytes: [c_char; 32],
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Nothing {
    none: [c_int; 0],
}

#[foreign_fn]
unsafe extern "C" {
    fn wide(wide: Wide);
    fn wide_beside(number: LongDouble, wide: Wide);
    fn wide_given(number: LongDouble) -> Wide;
    fn nothing(nothing: Nothing) -> c_int;
}

fn main() {}
