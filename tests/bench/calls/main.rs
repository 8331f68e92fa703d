//! What a call between Rust and C costs, by the way in which it is made: `cargo bench --bench calls`.
//!
//! Every way calls the same small C functions, and gives C's result before it is measured. The direct call
//! takes them from an archive, all others from one shared library, whose code is farther away: some processors
//! take a little longer for that, without another instruction. Times are the
//! fastest of interleaved rounds; instructions are counted by callgrind where valgrind is installed, and are
//! the same on every run. Both are those of a whole loop around one call.

mod bound;
mod bounds;
mod callbacks;
mod case;
mod count;
mod dynamic;
mod options;
mod paths;
mod pointers;
mod report;
mod shapes;
mod through_libffi;
mod time;

use case::Case;
use report::Row;
use shapes::Shape;
use std::process::ExitCode;

/// The shared library with the C functions.
const LIBRARY: &str = env!("CTYPES_BENCH_LIB");

/// How often each case is timed.
const ROUNDS: u32 = 30;
const QUICK_ROUNDS: u32 = 5;

/// All cases, ordered by shape, and in each shape in the order of the report.
fn cases(quick: bool) -> Vec<Case> {
    let mut all = Vec::new();
    pointers::direct(&mut all);
    pointers::pointer(&mut all);
    pointers::symbol(&mut all);
    bound::foreign_fn_calls(&mut all);
    bound::handle_methods(&mut all);
    dynamic::tuples(&mut all);
    dynamic::kept_args(&mut all);
    dynamic::refilled_args(&mut all);
    through_libffi::raw_calls(&mut all);
    through_libffi::crate_calls(&mut all);
    callbacks::callbacks(&mut all);
    if quick {
        all.retain(|case| bounds::SHAPES.contains(&case.shape));
    }
    // Stable: within a shape the order above stays.
    all.sort_by_key(|case| Shape::ALL.iter().position(|shape| *shape == case.shape));
    all
}

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        println!("{}", options::HELP);
        return ExitCode::SUCCESS;
    }
    let mut cases = cases(options.quick);
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
    let rows: Vec<Row> = cases
        .iter()
        .enumerate()
        .map(|(i, case)| Row {
            shape: case.shape,
            path: case.path,
            ns: times[i],
            instructions: counts.as_ref().ok().map(|counts| counts[i]),
        })
        .collect();
    if options.json {
        print!("{}", report::json(&rows));
    } else {
        let uncounted = counts.as_ref().err().map(count::Uncounted::reason);
        print!("{}", report::tables(&rows, uncounted));
    }
    if options.check {
        let violated = bounds::violated(&rows);
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
