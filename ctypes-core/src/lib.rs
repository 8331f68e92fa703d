//! The run-time core of ctypes for Rust: C types described as data, their layouts, calls, callbacks and libraries.
//!
//! Most programs depend on `ctypes-wrap`, which re-exports this crate and adds the macros.

// In a build without a call engine nothing is called and nothing is entered.
#![cfg_attr(not(feature = "libffi"), allow(dead_code))]

// Lets the macros name this crate by one path, also in its own tests.
extern crate self as ctypes_core;

#[cfg(feature = "dynamic")]
pub mod call;
#[cfg(feature = "dynamic")]
pub mod callback;
#[cfg(feature = "dynamic")]
pub mod convert;
#[cfg(feature = "decl")]
pub mod decl;
mod errno;
pub mod error;
#[cfg(feature = "libffi")]
mod ffi;
#[cfg(feature = "load")]
pub mod foreign;
mod guard;
mod hresult;
pub mod layout;
#[cfg(feature = "load")]
pub mod library;
pub mod memory;
pub mod target;
#[cfg(any(feature = "load", feature = "tracing"))]
mod trace;
pub mod types;

#[doc(hidden)]
pub mod __private;

pub use crate::errno::Errno;
#[cfg(windows)]
pub use crate::errno::LastError;
#[cfg(feature = "dynamic")]
pub use call::{Args, Function, Signature};
#[cfg(feature = "dynamic")]
pub use callback::{Callback, SyncCallback};
pub use error::Error;
pub use hresult::{CheckReturn, HResult};
#[cfg(feature = "load")]
pub use library::{Library, Symbol};
pub use memory::{CData, CView, CViewMut, Heap};
pub use target::Target;
pub use types::{
    Be, CPointee, CReturn, CType, CallConv, Complex, Discrete, Le, LongDouble, Raw, Type, Types,
};
