//! In this edition an extern block is `unsafe`: its author vouches for the signatures.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
extern "C" {
    fn cos(x: f64) -> f64;
}

fn main() {}
