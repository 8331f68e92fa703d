//! A type that rustc does not pass as C does, in a function that is handed out as a bare pointer.
use ctypes_wrap::foreign_fn;

use ctypes_wrap::LongDouble;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    #[optional]
    fn cosl(x: LongDouble) -> LongDouble;
}

fn main() {}
