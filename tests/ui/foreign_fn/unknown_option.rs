//! Options that do not exist, that are given twice, that lack a value or have one too many.
use ctypes_wrap::foreign_fn;

#[foreign_fn(library = "m", lib = "m", lib = "c")]
unsafe extern "C" {
    fn cos(x: f64) -> f64;
}

#[foreign_fn(lib, load = load_b)]
unsafe extern "C" {
    fn sin(x: f64) -> f64;
}

#[foreign_fn(callbacks = true, lib = "m", load = load_c)]
unsafe extern "C" {
    fn tan(x: f64) -> f64;
}
fn main() {}
