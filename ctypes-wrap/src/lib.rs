//! ctypes for Rust.
pub use ctypes_core::*;

#[doc(hidden)]
pub use ctypes_core::__private;
