//! C objects in memory, `CData`, judged by functions in C.
#![allow(clippy::undocumented_unsafe_blocks)] // Functions of the C library, as its manual describes them.

mod c_functions;
