//! ctypes for Rust.

// Lets the macros name this crate by one path, also in its own tests.
extern crate self as ctypes_wrap;

#[cfg(feature = "load")]
mod bindings;
pub mod prelude;

#[cfg(feature = "load")]
pub use bindings::Bindings;
pub use ctypes_core::*;
pub use ctypes_derive::CStruct;
#[cfg(feature = "load")]
pub use ctypes_derive::{foreign_fn, library};

#[doc(hidden)]
pub use ctypes_core::__private;
