//! The long form of the test of records in Rust: `cargo run --release --example rust_records -- [--count N] [--seed S]
//! [--target NAME]`, with progress on standard error.

mod c;
mod generate;
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

use machine::MACHINES;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;
use workshop::Workshop;

const USAGE: &str = "usage: rust_records [--count N] [--seed S] [--threads N] [--target NAME]";

fn main() -> ExitCode {
    let (mut count, mut seed, mut name) = (10_000, 20_050_101, "native".to_owned());
    let mut threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next();
        let number = value.as_deref().and_then(|v| v.parse::<u64>().ok());
        match (arg.as_str(), number, value) {
            ("--count", Some(n), _) => count = n as usize,
            ("--seed", Some(n), _) => seed = n,
            ("--threads", Some(n), _) => threads = (n as usize).clamp(1, 64),
            ("--target", _, Some(target)) => name = target,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
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
    let start = Instant::now();
    let bar = |done: usize| {
        if std::io::stderr().is_terminal() || done.is_multiple_of(1000) || done >= count {
            let filled = done * 40 / count.max(1);
            let seconds = start.elapsed().as_secs();
            let bar = format!("{:#<filled$}{:.<rest$}", "", "", rest = 40 - filled);
            let _ = write!(std::io::stderr(), "\r{name:<12} {bar} {done}/{count} {seconds} s");
        }
    };
    match run::judge(&workshop, seed, count, threads, &bar) {
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
