//! Calling conventions that are not foreign or not known.
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "Rust" {
    fn a();
}

#[foreign_fn(load = load_b)]
unsafe extern "pascal" {
    fn b();
}
fn main() {}
