//! A function that its author does not vouch for is unsafe to call.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn cos(x: f64) -> f64;
}

fn call() -> f64 {
    cos(1.0)
}
fn main() {}
