//! Names that the expansion would define twice.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "c", load = load)]
unsafe extern "C" {
    fn lock(x: i32);
    fn try_lock(x: i32) -> i32;
    fn load();
}
fn main() {}
