//! Arguments of the wrong type are rustc's to report.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}

fn call() -> f64 {
    cos(1)
}
fn main() {}
