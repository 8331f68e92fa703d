//! The smallest program: one C function, declared and called.

use ctypes_wrap::foreign_fn;

// `safe fn` is the promise that any argument is fine; without it the function is `unsafe` to call.
#[foreign_fn(lib = "m")]
unsafe extern "C" {
    safe fn cos(x: f64) -> f64;
}

fn main() {
    println!("cos(1) = {}", cos(1.0));

    // The same as a Result, for a library that may be missing.
    match try_cos(1.0) {
        Ok(y) => println!("cos(1) = {y}"),
        Err(e) => println!("{e}"),
    }
}
