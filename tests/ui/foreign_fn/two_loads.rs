//! Two blocks may stand in one module, but then what binds them needs names.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn cos(x: f64) -> f64;
}

#[foreign_fn(lib = "z")]
unsafe extern "C" {
    fn zlibVersion() -> *const u8;
}

fn main() {
    load();
}

