//! Two blocks of one module need two names for what binds them.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn cos(x: f64) -> f64;
}

#[foreign_fn(lib = "z")]
unsafe extern "C" {
    fn zlibVersion() -> *const u8;
}
fn main() {}
