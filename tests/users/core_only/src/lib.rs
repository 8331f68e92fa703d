//! The macros in a crate of the 2021 edition that has `ctypes-core` and no call engine.
#![deny(warnings, missing_docs, unsafe_op_in_unsafe_fn, clippy::all)]

use core::ffi::{c_double, c_int};
use ctypes_core::CType;
use ctypes_derive::{CStruct, foreign_fn};

/// A record.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
pub struct Pair {
    /// One.
    pub a: c_int,
    /// Another.
    pub next: *mut Pair,
}

#[foreign_fn(lib = "m")]
extern "C" {
    /// The cosine.
    pub fn cos(x: c_double) -> c_double;
}

/// The size of the record on another machine.
pub fn size_on_i686() -> Result<u64, ctypes_core::Error> {
    Ok(Pair::TYPE.at(&ctypes_core::Target::I686_LINUX)?.size())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_macros_find_the_crate() {
        assert_eq!(super::size_on_i686().expect("it has a layout"), 8);
        // SAFETY: the cosine takes any number.
        assert_eq!(unsafe { super::cos(0.0) }, 1.0);
    }
}
