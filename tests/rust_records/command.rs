//! The command line of the long forms that compile random programs.

use super::batches::{Material, judge};
use super::long_form::{Progress, options};
use super::machine::MACHINES;
use super::workshop::{Tally, Workshop};
use std::process::ExitCode;

/// Runs the command `name`, for so many unless another number is asked for; `say` says what they came to.
pub(crate) fn run<M: Material>(
    name: &str,
    mut count: usize,
    say: impl FnOnce(&Tally) -> String,
) -> ExitCode {
    let mut threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let (mut seed, mut machine) = (20_050_101, &MACHINES[0]);
    let targets: Vec<&str> = MACHINES.iter().map(|m| m.name).collect();
    let usage = format!(
        "usage: {name} [--count N] [--seed S] [--threads N] [--target NAME], where NAME is one of {}",
        targets.join(", ")
    );
    options(&usage, |option, value| {
        match option {
            "--count" => count = value.parse().ok()?,
            "--seed" => seed = value.parse().ok()?,
            "--threads" => threads = value.parse::<usize>().ok()?.clamp(1, 64),
            "--target" => machine = MACHINES.iter().find(|m| m.name == value)?,
            _ => return None,
        }
        Some(())
    });
    let progress = Progress::new(machine.name, count);
    let judged = Workshop::open(machine, M::JUDGE).and_then(|workshop| {
        judge::<M>(&workshop, seed, count, threads, &|done| progress.show(done))
    });
    match judged {
        Ok(tally) => {
            eprintln!("\n{}", say(&tally));
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("\n{e}");
            ExitCode::FAILURE
        }
    }
}
