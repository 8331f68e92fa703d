//! Names that no loader can open.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "")]
unsafe extern "C" {
    fn a();
}

#[foreign_fn(linux = [], load = load_b)]
unsafe extern "C" {
    fn b();
}

#[foreign_fn(lib = ["x\0y"], load = load_c)]
unsafe extern "C" {
    fn c();
}

#[foreign_fn(lib = 5, load = load_d)]
unsafe extern "C" {
    fn d();
}
fn main() {}
