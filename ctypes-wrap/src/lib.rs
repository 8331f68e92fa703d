//! ctypes for Rust.
pub use ctypes_core::*;
pub use ctypes_derive::CStruct;

#[doc(hidden)]
pub use ctypes_core::__private;
