//! Options that do not fit.
use ctypes_wrap::library;

#[library("m", "n", handle = pub Twice)]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}

#[library("m", handle = pub Unknown, eager, load = x)]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}

#[library("m", handle = pub Environment, env = "")]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}

#[library("m", handle = "Text")]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}
fn main() {}
