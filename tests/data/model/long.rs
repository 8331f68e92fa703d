//! The long form of the test of objects against a model:
//! `cargo run --release --example data_model -- [--count 1000000] [--seed S]`.

#![allow(dead_code, unreachable_pub)]
#[path = "mod.rs"]
mod model;
#[path = "../../oracle/random.rs"]
mod random;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: model::watch::Watching = model::watch::Watching;

fn main() -> ExitCode {
    let (mut count, mut seed) = (1_000_000, 20_050_101);
    let mut args = std::env::args().skip(1);
    while let Some(option) = args.next() {
        match (option.as_str(), args.next().and_then(|v| v.parse().ok())) {
            ("--count", Some(n)) => count = n,
            ("--seed", Some(n)) => seed = n,
            _ => {
                eprintln!("usage: data_model [--count N] [--seed S]");
                return ExitCode::from(2);
            }
        }
    }
    println!("seed {seed}, {count} operations");
    let start = std::time::Instant::now();
    let progress = |done: u64| {
        if done.is_multiple_of(100_000) || done >= count {
            println!("{done} operations, {} s", start.elapsed().as_secs());
        }
    };
    match model::run(seed, count, progress) {
        Ok(_) => ExitCode::SUCCESS,
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}
