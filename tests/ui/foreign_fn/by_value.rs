//! A type that rustc does not pass as C does.
use ctypes_wrap::foreign_fn;

use ctypes_wrap::LongDouble;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn cosl(x: LongDouble) -> LongDouble;
}
fn main() {}
