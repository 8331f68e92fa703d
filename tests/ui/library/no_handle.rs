//! A handle needs a name.
use ctypes_wrap::library;

#[library("m")]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}
fn main() {}
