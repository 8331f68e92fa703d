//! What benches share: cases that are timed side by side and counted, their report, and their arguments.
//!
//! Times are the fastest of interleaved rounds; instructions are counted by callgrind where valgrind is
//! installed, and are the same on every run. Both are those of a whole loop around one operation.

mod case;
mod count;
mod options;
mod report;
mod time;

pub(crate) use case::{Case, Label, Outcome, labels};
pub(crate) use report::Row;
use std::process::ExitCode;

/// How often each case is timed.
const ROUNDS: u32 = 30;
const QUICK_ROUNDS: u32 = 5;

/// Measures what other programs make of the same groups.
pub(crate) type Peers = fn(groups: &[Label]) -> Vec<Row>;

/// A bench: what it measures and what must hold.
pub(crate) struct Bench {
    /// What `cargo bench --bench` calls it.
    pub(crate) name: &'static str,
    /// What it does, for the help.
    pub(crate) about: &'static str,
    /// What a quick run measures.
    pub(crate) quick: &'static str,
    /// The cases of a full or a quick run. Groups, and the ways in each, are reported in their order.
    pub(crate) cases: fn(quick: bool) -> Vec<Case>,
    /// The bounds that do not hold, each in a sentence.
    pub(crate) violated: fn(&[Row]) -> Vec<String>,
    /// What other programs measured of the same groups.
    pub(crate) peers: Option<Peers>,
}

/// Runs a bench with the arguments of the process.
pub(crate) fn run(bench: &Bench) -> ExitCode {
    let options = match options::parse(bench, std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        println!("{}", options::help(bench));
        return ExitCode::SUCCESS;
    }
    let mut cases = (bench.cases)(options.quick);
    if options.counted {
        count::run_counted(&mut cases);
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) {
        eprintln!("built without optimisation: these figures say nothing");
    }
    let times = time::measure(&mut cases, if options.quick { QUICK_ROUNDS } else { ROUNDS });
    let quick: &[&str] = if options.quick { &["--quick"] } else { &[] };
    let counts = count::measure(cases.len(), quick);
    if let Err(e) = &counts {
        eprintln!("NO INSTRUCTIONS COUNTED: {}", e.reason());
    }
    let mut rows: Vec<Row> = cases
        .iter()
        .enumerate()
        .map(|(i, case)| Row {
            group: case.group,
            way: case.way,
            ns: times[i],
            instructions: counts.as_ref().ok().map(|counts| counts[i]),
        })
        .collect();
    if let (true, Some(peers)) = (options.peers, bench.peers) {
        let groups: Vec<Label> = rows.iter().map(|row| row.group).collect();
        rows.extend(peers(&groups));
    }
    if options.json {
        print!("{}", report::json(&rows));
    } else {
        let uncounted = counts.as_ref().err().map(count::Uncounted::reason);
        print!("{}", report::tables(&rows, uncounted));
    }
    if options.check {
        let violated = (bench.violated)(&rows);
        for bound in &violated {
            eprintln!("BOUND VIOLATED: {bound}");
        }
        if !violated.is_empty() {
            return ExitCode::FAILURE;
        }
        eprintln!("all bounds on instructions hold");
    }
    ExitCode::SUCCESS
}
