//! The guide: one page a subject, every example tested.
//!
//! * [`calls`]: declared functions, library handles, signatures made at run time.
//! * [`structs`]: C structs as Rust structs, and as data.
//! * [`callbacks`]: closures that C calls, and their panics.
//! * [`libraries`]: variables, modes of opening, what is loaded, what is missing when a library does not open.
//! * [`headers`]: C headers read as they are, their functions and constants, other targets, the command.
//! * [`objects`]: C objects whose types exist at run time: fields, arrays, pointers, text.
//! * [`safety`]: what is checked, what is promised, who is trusted.

#[cfg(all(feature = "load", feature = "dynamic"))]
#[doc = include_str!("../docs/callbacks.md")]
pub mod callbacks {}
#[cfg(all(feature = "load", feature = "dynamic", feature = "decl"))]
#[doc = include_str!("../docs/calls.md")]
pub mod calls {}
#[cfg(all(feature = "load", feature = "dynamic", feature = "header"))]
#[doc = include_str!("../docs/headers.md")]
pub mod headers {}
#[cfg(all(feature = "load", feature = "dynamic", feature = "decl"))]
#[doc = include_str!("../docs/libraries.md")]
pub mod libraries {}
#[cfg(all(feature = "load", feature = "dynamic", feature = "decl"))]
#[doc = include_str!("../docs/objects.md")]
pub mod objects {}
#[cfg(all(feature = "load", feature = "dynamic", feature = "decl"))]
#[doc = include_str!("../docs/safety.md")]
pub mod safety {}
#[doc = include_str!("../docs/structs.md")]
pub mod structs {}
