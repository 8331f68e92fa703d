//! Attributes of parameters that cannot be.
use core::ffi::{c_char, c_int};
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "C" {
    fn a(#[out] x: c_int);
    fn b(#[out] x: *const c_int);
    fn c(#[inout] x: &mut c_int);
    fn d(#[out(zero)] x: *mut c_int);
    fn e(#[default] x: c_int);
    fn f(#[default()] x: c_int);
    fn g(#[out] #[inout] x: *mut c_int);
    fn h(#[optional] x: c_int);
    #[optional]
    fn i(#[out] x: *mut c_int);
    fn sscanf(#[default(core::ptr::null())] text: *const c_char, format: *const c_char, ...) -> c_int;
}

fn main() {}
