//! What `#[foreign_fn]` and `#[library]` make of a function besides calling it, against libc and a C fixture: error
//! numbers, checks, parameters that C fills, calling conventions.
#![cfg(target_os = "linux")]
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unused, clippy::all)]

mod checks;
mod conventions;
mod errno;
mod handles;
mod lent;
mod outputs;

use ctypes_wrap::Library;

/// Loads `tests/native/outcomes.c`, which the loader then knows as `liboutcomes.so`.
fn fixture() -> Library {
    // SAFETY: a library without initialisers, built from this repository.
    unsafe { Library::open_path(env!("CTYPES_OUTCOMES_LIB")) }
        .unwrap_or_else(|e| panic!("the C fixture was not built: {e}"))
}
