//! What access to C objects costs, beside a plain load or store: `cargo bench --bench memory`.
//!
//! All ways access one struct with the same values, and give what Rust gives before they are measured. With
//! `--peers` also what LuaJIT's FFI and Python's ctypes take for the same.

mod arrays;
mod bounds;
mod groups;
#[path = "../harness/mod.rs"]
mod harness;
mod objects;
mod peers;
mod sample;
mod scalars;
mod ways;

use harness::{Bench, Case};
use std::process::ExitCode;

/// All cases; a quick run has those that the bounds speak of.
fn cases(quick: bool) -> Vec<Case> {
    let mut all = Vec::new();
    scalars::loads(&mut all);
    scalars::stores(&mut all);
    objects::pointers(&mut all);
    objects::objects(&mut all);
    arrays::arrays(&mut all);
    if quick {
        all.retain(|case| bounds::is_in(case.group));
    }
    all
}

fn main() -> ExitCode {
    harness::run(&Bench {
        name: "memory",
        about: "Measures what access to C objects costs",
        quick: "only what --check looks at",
        cases,
        violated: bounds::violated,
        peers: Some(peers::measure),
    })
}
