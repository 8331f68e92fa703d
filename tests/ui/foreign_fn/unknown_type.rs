//! A type that does not exist is rustc's to report.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    safe fn unknown(x: NoSuchType) -> f64;
}

fn main() {}
