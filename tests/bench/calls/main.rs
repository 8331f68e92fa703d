//! What a call between Rust and C costs, by the way in which it is made: `cargo bench --bench calls`.
//!
//! Every way calls the same small C functions, and gives C's result before it is measured. The direct call
//! takes them from an archive, all others from one shared library, whose code is farther away: some processors
//! take a little longer for that, without another instruction.

mod bound;
mod bounds;
mod callbacks;
mod dynamic;
#[path = "../harness/mod.rs"]
mod harness;
mod paths;
mod pointers;
mod shapes;
mod through_libffi;

use harness::{Bench, Case};
use std::process::ExitCode;

/// The shared library with the C functions.
const LIBRARY: &str = env!("CTYPES_BENCH_LIB");

/// All cases, ordered by shape, and in each shape in the order of the report.
fn cases(quick: bool) -> Vec<Case> {
    let mut all = Vec::new();
    pointers::direct(&mut all);
    pointers::pointer(&mut all);
    pointers::symbol(&mut all);
    bound::foreign_fn_calls(&mut all);
    #[cfg(feature = "tracing")]
    bound::traced_calls(&mut all);
    bound::handle_methods(&mut all);
    dynamic::tuples(&mut all);
    #[cfg(feature = "tracing")]
    dynamic::traced_tuples(&mut all);
    dynamic::kept_args(&mut all);
    dynamic::refilled_args(&mut all);
    through_libffi::raw_calls(&mut all);
    through_libffi::crate_calls(&mut all);
    callbacks::callbacks(&mut all);
    if quick {
        all.retain(|case| bounds::has(case.group));
    }
    // Stable: within a shape the order above stays.
    all.sort_by_key(|case| shapes::ALL.iter().position(|shape| *shape == case.group));
    all
}

fn main() -> ExitCode {
    harness::run(&Bench {
        name: "calls",
        about: "Measures what calls between Rust and C cost",
        quick: "only the shapes that --check looks at",
        cases,
        violated: bounds::violated,
        peers: None,
    })
}
