//! The long form of the test of records in Rust: `cargo run --release --example rust_records -- [--count N] [--seed S]
//! [--target NAME]`, with progress on standard error.

mod batches;
mod c;
mod command;
mod generate;
#[path = "../common/long_form.rs"]
mod long_form;
mod machine;
#[allow(dead_code)]
mod model;
#[path = "../oracle/random.rs"]
#[allow(dead_code)]
#[allow(unreachable_pub)]
mod random;
mod run;
mod rust;
mod search;
mod shrink;
mod workshop;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run::<Vec<model::Plan>>("rust_records", 10_000, |tally| {
        format!("{}, {} not", run::Counts::of(tally), tally.refused.len())
    })
}
