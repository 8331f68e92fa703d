//! The command line of the long forms that compile random programs.

use super::long_form::{Progress, options};
use super::machine::{MACHINES, Machine};
use std::process::ExitCode;

/// What is asked for.
pub(crate) struct Wanted {
    pub(crate) count: usize,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
    pub(crate) machine: &'static Machine,
}

/// Runs the command `name`, `count` programs unless another number is asked for; `judge` is given what to tell how many are
/// done, and says what they came to.
pub(crate) fn run(
    name: &str,
    count: usize,
    judge: impl FnOnce(&Wanted, &(dyn Fn(usize) + Sync)) -> Result<String, String>,
) -> ExitCode {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let mut wanted = Wanted { count, seed: 20_050_101, threads, machine: &MACHINES[0] };
    let targets: Vec<&str> = MACHINES.iter().map(|m| m.name).collect();
    let usage = format!(
        "usage: {name} [--count N] [--seed S] [--threads N] [--target NAME], where NAME is one of {}",
        targets.join(", ")
    );
    options(&usage, |option, value| {
        match option {
            "--count" => wanted.count = value.parse().ok()?,
            "--seed" => wanted.seed = value.parse().ok()?,
            "--threads" => wanted.threads = value.parse::<usize>().ok()?.clamp(1, 64),
            "--target" => wanted.machine = MACHINES.iter().find(|m| m.name == value)?,
            _ => return None,
        }
        Some(())
    });
    let progress = Progress::new(wanted.machine.name, wanted.count);
    match judge(&wanted, &|done| progress.show(done)) {
        Ok(outcome) => {
            eprintln!("\n{outcome}");
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("\n{e}");
            ExitCode::FAILURE
        }
    }
}
