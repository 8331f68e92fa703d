//! Calling conventions that another processor has: rustc's own error, on the name. (The tests run on 64-bit machines.)
use ctypes_wrap::foreign_fn;

#[foreign_fn]
unsafe extern "fastcall" {
    fn labs(x: i64) -> i64;
}

fn main() {}
