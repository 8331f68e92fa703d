//! What Python's ctypes offers, row by row: that each has a test, and the tests of rows that no other
//! file shows. The table is in `tests/README.md`.
#![cfg(target_os = "linux")]
#![deny(warnings, missing_docs, clippy::all)]

mod arrays;
#[allow(dead_code)]
#[path = "../records/c.rs"]
mod c;
#[allow(dead_code, missing_docs, unreachable_pub)]
#[path = "../oracle/compilers.rs"]
mod compilers;
mod complex;
mod formats;
mod long_double;
mod memory;
mod objects;
mod pointers;
#[path = "../common/programs.rs"]
mod programs;
mod structs;
mod table;
mod wintypes;
