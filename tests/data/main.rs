//! C objects in memory, `CData`, judged by functions in C and by a model of memory.
#![allow(clippy::undocumented_unsafe_blocks)] // Functions of the C library, as its manual describes them.

mod c_functions;
mod limits;
mod lives;
#[allow(dead_code, unreachable_pub)]
mod model;
#[allow(dead_code, unreachable_pub)]
#[path = "../oracle/random.rs"]
mod random;
mod threads;

#[global_allocator]
static ALLOCATOR: model::watch::Watching = model::watch::Watching;
mod rust_values;
