//! The long form of the test of layouts: `cargo run --release --example layout_oracle --
//! [--count N] [--seed S] [--target NAME]`, with progress on standard error.

#[path = "../common/long_form.rs"]
mod long_form;
// Each of the programs that share this module uses a part of it.
#[allow(dead_code, unreachable_pub)]
#[path = "mod.rs"]
mod oracle;

use long_form::{Progress, options};
use oracle::compilers::{JUDGES, USER_MADE};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut count, mut seed, mut name) = (100_000, 20_050_101, None);
    options("usage: layout_oracle [--count N] [--seed S] [--target NAME]", |option, value| {
        match option {
            "--count" => count = value.parse().ok()?,
            "--seed" => seed = value.parse().ok()?,
            "--target" => name = Some(value.to_owned()),
            _ => return None,
        }
        Some(())
    });
    let judges = JUDGES
        .iter()
        .chain(USER_MADE)
        .filter(|j| name.as_deref().is_none_or(|n| n == j.target.name));
    let judges: Vec<_> = judges.collect();
    if judges.is_empty() {
        let known: Vec<&str> = JUDGES.iter().chain(USER_MADE).map(|j| j.target.name).collect();
        eprintln!("expected a target of {}; found {name:?}", known.join(", "));
        return ExitCode::from(2);
    }
    let mut failed = false;
    for judge in judges {
        let progress = Progress::new(judge.target.name, count);
        let verdict = oracle::run::judge(judge, seed, count, |done| progress.show(done));
        match verdict {
            Ok(()) => eprintln!("  0 mismatches"),
            Err(report) => {
                failed = true;
                eprintln!("\n{report}");
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
