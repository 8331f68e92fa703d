//! The macros of ctypes for Rust.
