//! rustc's own lint sees the declarations, and points at the user's type.
#![deny(improper_ctypes)]
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    safe fn not_c(x: &str) -> f64;
}

#[foreign_fn(lib = "m", load = load_allowed)]
#[allow(improper_ctypes)]
unsafe extern "C" {
    #[optional]
    safe fn allowed(x: &str) -> f64;
}

fn main() {}
