//! Items that are no extern block.
use ctypes_wrap::library;

#[library("m", handle = pub Maths)]
struct NotABlock;
fn main() {}
