//! ctypes for Rust: call C libraries without linking to them, mirror C types, and do both as data at run time.
//!
//! ```
//! use ctypes_wrap::prelude::*;
//! use core::ffi::c_double;
//!
//! #[foreign_fn(lib = "m")]
//! unsafe extern "C" {
//!     safe fn cos(x: c_double) -> c_double;
//! }
//! println!("{}", cos(1.0));
//! ```
//!
//! The [`guide`] has a page for each subject. In short:
//!
//! | to | use |
//! |---|---|
//! | declare functions of a library | [`#[foreign_fn]`](foreign_fn) |
//! | have a library as a value with methods | [`#[library]`](macro@library) |
//! | mirror a struct | [`#[derive(CStruct)]`](derive@CStruct) |
//! | open a library whose name comes later | [`Library`] |
//! | call a function whose type comes later | [`Signature`], [`Function`] |
//! | make types at run time | [`Type`], [`Types`] |
//! | say types and signatures in C | [`Types::parse`], [`Library::declare`] |
//! | read a C header | [`header::Header`] |
//! | let C call a closure | [`Callback`] |
//!
//! # Features
//!
//! `load` (libraries and the two attributes), `dynamic` (signatures, functions and callbacks at run time), `decl` (C
//! declarations as text), `header` (C headers, by the platform's preprocessor) and `libffi` (the engine of calls, from bundled
//! source) are on by default; `libffi-system` uses the system's libffi instead, `symbols` lists what a library's file exports,
//! `tracing` lets `trace` report calls, `cli` builds the command `ctypes`. Without any of them there are types, layouts and
//! the derive.

// Lets the macros name this crate by one path, also in its own tests.
extern crate self as ctypes_wrap;

#[cfg(feature = "load")]
mod bindings;
#[cfg(any(doc, doctest))]
pub mod guide;
#[cfg(feature = "header")]
pub mod header;
pub mod prelude;
pub mod wintypes;

#[cfg(feature = "load")]
pub use bindings::Bindings;
pub use ctypes_core::*;
pub use ctypes_derive::{CEnum, CStruct, CUnion, bitfield};
#[cfg(feature = "load")]
pub use ctypes_derive::{foreign_fn, library};

#[doc(hidden)]
pub use ctypes_core::__private;

/// Tests the examples of the README.
#[cfg(all(doctest, feature = "libffi", feature = "decl"))]
#[doc = include_str!("../../README.md")]
mod readme {}
