//! A typo in the use of a handle.
use ctypes_wrap::library;

#[library("m", handle = pub Maths)]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
    fn unsafe_cos(x: f64) -> f64;
    #[unknown]
    fn sin(x: f64) -> f64;
}

fn call(maths: &Maths) -> f64 {
    maths.cos(1.0) + maths.unsafe_cos(2.0)
}
fn main() {}
