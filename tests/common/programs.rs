//! The programs that tests start: the C compiler of the target that they are built for, and programs of that target.
//!
//! Where the target is not this machine `ci/targets/run` starts the tests, and sets the variables.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The C compiler that `CC` names, or gcc.
pub(crate) fn compiler() -> OsString {
    std::env::var_os("CC").unwrap_or_else(|| "gcc".into())
}

/// A program of the target: the kernel cannot start it itself if it is that of another machine, what
/// `CTYPES_TEST_RUNNER` names can.
pub(crate) fn program(path: impl AsRef<OsStr>) -> Command {
    let runner = std::env::var("CTYPES_TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace();
    let Some(first) = words.next() else { return Command::new(path) };
    let mut command = Command::new(first);
    command.args(words).arg(path);
    command
}

/// What a shell runs it by.
pub(crate) fn line(path: &str, arguments: &str) -> String {
    let runner = std::env::var("CTYPES_TEST_RUNNER").unwrap_or_default();
    format!("{runner} {path} {arguments}")
}

/// The test binary itself, of which a part is run again.
pub(crate) fn itself() -> Command {
    program(std::env::current_exe().expect("the path of the test binary"))
}
