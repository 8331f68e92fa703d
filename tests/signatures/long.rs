//! The long form of the test of signatures: `cargo run --release --example signatures -- [--count N] [--seed S] [--threads N]
//! [--target NAME]`, with progress on standard error.

#[path = "../rust_records/batches.rs"]
mod batches;
#[path = "../rust_records/c.rs"]
#[allow(dead_code)]
mod c;
mod callees;
mod callers;
#[path = "../rust_records/command.rs"]
mod command;
#[path = "../rust_records/generate.rs"]
mod generate;
#[path = "../common/long_form.rs"]
mod long_form;
#[path = "../rust_records/machine.rs"]
mod machine;
#[path = "../rust_records/model.rs"]
#[allow(dead_code)]
mod model;
mod plan;
#[path = "../oracle/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;
mod run;
#[path = "../rust_records/rust.rs"]
#[allow(dead_code)]
mod rust;
#[path = "../rust_records/search.rs"]
mod search;
#[path = "../rust_records/shrink.rs"]
mod shrink;
#[path = "../rust_records/workshop.rs"]
mod workshop;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run::<plan::Batch>("signatures", 100_000, |tally| run::Counts::of(tally).to_string())
}
