//! What C fills must be a C type, and zero before.
use core::ffi::{c_int, c_void};
use core::ptr::NonNull;
use ctypes_wrap::foreign_fn;

struct Opaque(#[allow(dead_code)] String);

#[foreign_fn]
unsafe extern "C" {
    fn never_zero(#[out] x: *mut NonNull<c_int>);
    fn no_type(#[out] x: *mut c_void);
    fn not_of_c(#[inout] x: *mut Opaque);
    fn not_constant(x: c_int, #[default(x + 1)] y: c_int);
    fn wrong_constant(#[default("text")] y: c_int);
}

fn main() {}
