//! The long form of the test of layouts: `cargo run --release --example layout_oracle --
//! [--count N] [--seed S] [--target NAME]`, with progress on standard error.

// Each of the programs that share this module uses a part of it.
#[allow(dead_code, unreachable_pub)]
#[path = "mod.rs"]
mod oracle;

use oracle::compilers::{JUDGES, USER_MADE};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut count, mut seed, mut name) = (100_000, 20_050_101, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next();
        let number = value.as_deref().and_then(|v| v.parse::<u64>().ok());
        match (arg.as_str(), number, value) {
            ("--count", Some(n), _) => count = n as usize,
            ("--seed", Some(n), _) => seed = n,
            ("--target", _, Some(target)) => name = Some(target),
            _ => {
                eprintln!("usage: layout_oracle [--count N] [--seed S] [--target NAME]");
                return ExitCode::from(2);
            }
        }
    }
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
        let start = std::time::Instant::now();
        let bar = |done: usize| {
            if std::io::stderr().is_terminal() || done == count {
                let filled = done * 40 / count.max(1);
                let name = judge.target.name;
                let seconds = start.elapsed().as_secs();
                let bar = format!("{:#<filled$}{:.<rest$}", "", "", rest = 40 - filled);
                let _ = write!(std::io::stderr(), "\r{name:<22} {bar} {done}/{count} {seconds} s");
            }
        };
        let verdict = oracle::run::judge(judge, seed, count, bar);
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
