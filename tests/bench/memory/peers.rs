//! What other languages take for the same: LuaJIT's FFI and Python's ctypes.
//!
//! Each runs a script of its own in one process, which prints a line for each group: its key and the
//! nanoseconds of one operation, with the loop around it as in all cases, the fastest of several rounds.

use crate::harness::{Label, Row};
use crate::ways;
use std::process::{Command, Stdio};

const LUA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/memory/peers/fields.lua");
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/memory/peers/fields.py");

/// The rows of all peers that are installed; of the others standard error says that they are absent.
pub(crate) fn measure(groups: &[Label]) -> Vec<Row> {
    let peers: [(Label, &str, &[&str]); 3] = [
        (ways::LUAJIT, "luajit", &[LUA]),
        (ways::LUAJIT_OFF, "luajit", &["-joff", LUA]),
        (ways::PYTHON, "python3", &[PYTHON]),
    ];
    let mut rows = Vec::new();
    for (way, program, args) in peers {
        match output(program, args) {
            Ok(text) => rows.extend(parsed(way, groups, &text)),
            Err(reason) => eprintln!("ABSENT: {}: {program}: {reason}", way.text),
        }
    }
    rows
}

fn output(program: &str, args: &[&str]) -> Result<String, String> {
    let run = Command::new(program).args(args).stdin(Stdio::null()).output();
    let run = run.map_err(|e| e.to_string())?;
    if run.status.success() {
        Ok(String::from_utf8_lossy(&run.stdout).into_owned())
    } else {
        Err(format!("{}: {}", run.status, String::from_utf8_lossy(&run.stderr).trim()))
    }
}

/// Lines of the form `key nanoseconds`, of which those of other groups are left out.
fn parsed(way: Label, groups: &[Label], text: &str) -> Vec<Row> {
    let row = |line: &str| {
        let (key, ns) = line.split_once(' ')?;
        let group = *groups.iter().find(|group| group.key == key)?;
        Some(Row { group, way, ns: Some(ns.parse().ok()?), instructions: None })
    };
    text.lines().filter_map(row).collect()
}
