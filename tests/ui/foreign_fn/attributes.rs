//! Attributes that mean nothing on a late-bound item.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
#[link(name = "m")]
unsafe extern "C" {
    #[unsafe(no_mangle)]
    fn a();
    #[alias]
    fn b();
}

fn main() {}
