//! Items that declare nothing foreign.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
struct NotAFunction;

#[foreign_fn(lib = "m")]
fn no_block_inside() {}

#[foreign_fn(lib = "m", load = load_one)]
unsafe extern "C" fn one();
fn main() {}
