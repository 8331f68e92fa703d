//! The macros in a crate that calls `ctypes-wrap` by another name.
#![deny(warnings, missing_docs, unsafe_op_in_unsafe_fn, clippy::all)]

use core::ffi::{c_double, c_int};
use ffi::{Bindings, CStruct, CType, foreign_fn, library};

/// A record.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
pub struct Pair {
    /// One.
    pub a: c_int,
    /// Another.
    pub next: *mut Pair,
}

/// Its size, at compile time.
pub const SIZE: usize = Pair::TYPE.size();

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    /// The cosine.
    pub safe fn cos(x: c_double) -> c_double;
}

#[library("m", handle = pub Maths)]
unsafe extern "C" {
    /// The sine.
    pub safe fn sin(x: c_double) -> c_double;
}

/// All three at once.
pub fn everything() -> Result<f64, ffi::foreign::BindErrors> {
    // SAFETY: the declaration is that of libm.
    let maths = unsafe { Maths::open() }?;
    Ok(cos(0.0) + maths.sin(0.0) + SIZE as f64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_macros_find_the_crate() {
        assert_eq!(super::everything().expect("libm is there"), 17.0);
    }
}
