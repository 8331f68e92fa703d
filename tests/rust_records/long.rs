//! The long form of the test of records in Rust: `cargo run --release --example rust_records -- [--count N] [--seed S]
//! [--target NAME]`, with progress on standard error.

mod c;
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
mod shrink;
mod workshop;

use long_form::{Progress, options};
use machine::MACHINES;
use std::process::ExitCode;
use workshop::Workshop;

const USAGE: &str = "usage: rust_records [--count N] [--seed S] [--threads N] [--target NAME]";

fn main() -> ExitCode {
    let (mut count, mut seed, mut name) = (10_000, 20_050_101, "native".to_owned());
    let mut threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    options(USAGE, |option, value| {
        match option {
            "--count" => count = value.parse().ok()?,
            "--seed" => seed = value.parse().ok()?,
            "--threads" => threads = value.parse::<usize>().ok()?.clamp(1, 64),
            "--target" => name = value.to_owned(),
            _ => return None,
        }
        Some(())
    });
    let Some(machine) = MACHINES.iter().find(|m| m.name == name) else {
        let known: Vec<&str> = MACHINES.iter().map(|m| m.name).collect();
        eprintln!("expected a target of {}; found {name}", known.join(", "));
        return ExitCode::from(2);
    };
    let workshop = match Workshop::open(machine) {
        Ok(workshop) => workshop,
        Err(e) => {
            eprintln!("{e}");
            return ExitCode::FAILURE;
        }
    };
    let progress = Progress::new(name, count);
    match run::judge(&workshop, seed, count, threads, &|done| progress.show(done)) {
        Ok(tally) => {
            eprintln!(
                "\n{} records, {} members exchanged; by value {} directly, {} by the engine, {} not",
                tally.records,
                tally.accesses,
                tally.direct,
                tally.engine,
                tally.refused.len()
            );
            ExitCode::SUCCESS
        }
        // It has been shown.
        Err(_) => ExitCode::FAILURE,
    }
}
