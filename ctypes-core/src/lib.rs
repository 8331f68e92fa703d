//! The run-time core of ctypes for Rust: C types described as data, their layouts, calls, callbacks and libraries.
//!
//! Most programs depend on `ctypes-wrap`, which re-exports this crate and adds the macros.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod error;
pub mod layout;
#[cfg(feature = "load")]
pub mod library;

#[doc(hidden)]
pub mod __private;

pub use error::Error;
#[cfg(feature = "load")]
pub use library::{Library, Symbol};
