//! Instructions per operation, counted by callgrind (valgrind).
//!
//! The bench runs itself once under callgrind, with a hidden argument that makes it run each case with
//! [`FEW`] and with [`MANY`] iterations and enter [`ctypes_bench_mark`] before, between and after. Callgrind writes
//! its count at each entry. The difference of the two counts is that of `MANY - FEW` iterations, without whatever
//! happens once: what is reported is the whole loop around an operation, exactly, on any machine of one instruction
//! set with the same compilers.

use super::Case;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs, process};

/// The argument that makes the bench run as the process that is counted.
pub(crate) const CHILD: &str = "--as-counted-process";

const FEW: u64 = 100;
const MANY: u64 = 1_100;

/// Why there are no counts.
#[derive(Debug, Clone)]
pub(crate) struct Uncounted(String);

impl Uncounted {
    pub(crate) fn reason(&self) -> &str {
        &self.0
    }
}

/// Where callgrind writes a count. The name is its own symbol, by which callgrind is told of it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn ctypes_bench_mark() {
    // Not empty, so that no other function is merged with it.
    core::hint::black_box(0x6d61_726b);
}

/// What the counted process does.
pub(crate) fn run_counted(cases: &mut [Case]) {
    for case in cases {
        // What is bound or built at first is no part of an operation.
        case.run(FEW);
        ctypes_bench_mark();
        case.run(FEW);
        ctypes_bench_mark();
        case.run(MANY);
        ctypes_bench_mark();
    }
}

/// Instructions per operation of each of the `count` cases that a process run with `args` counts.
///
/// # Errors
/// valgrind is missing, or failed.
pub(crate) fn measure(count: usize, args: &[&str]) -> Result<Vec<f64>, Uncounted> {
    let failed = |what: &str| Uncounted(format!("valgrind failed: {what}"));
    let program = env::current_exe().map_err(|e| failed(&e.to_string()))?;
    let out = Temporary::new();
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--combine-dumps=yes", "--dump-before=ctypes_bench_mark"])
        .arg(format!("--callgrind-out-file={}", out.0.display()))
        .arg(program)
        .arg(CHILD)
        .args(args)
        .stdin(Stdio::null())
        .output();
    let run = match run {
        Ok(run) => run,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err(Uncounted("valgrind not found".to_owned()));
        }
        Err(e) => return Err(failed(&e.to_string())),
    };
    if !run.status.success() {
        let errors = String::from_utf8_lossy(&run.stderr);
        return Err(failed(&format!("{}\n{errors}", run.status)));
    }
    let text =
        fs::read_to_string(&out.0).map_err(|e| failed(&format!("{}: {e}", out.0.display())))?;
    let totals: Vec<u64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("totals: "))
        .filter_map(|total| total.trim().parse().ok())
        .collect();
    // One count before each mark, and one at the end of the process.
    if totals.len() != 3 * count + 1 {
        let expected = 3 * count + 1;
        return Err(failed(&format!("expected {expected} counts, found {}", totals.len())));
    }
    Ok(totals
        .chunks_exact(3)
        .map(|counts| (counts[2] as f64 - counts[1] as f64) / (MANY - FEW) as f64)
        .collect())
}

/// A file that is removed when it is dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Temporary {
        Temporary(env::temp_dir().join(format!("ctypes_bench.{}.callgrind", process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // If it was never written there is nothing to remove.
        let _ = fs::remove_file(&self.0);
    }
}
