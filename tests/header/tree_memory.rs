//! How much memory a command and all processes that it starts take: `tree_memory COMMAND…` writes two
//! numbers of kilobytes, for `ci/header-speed`. The first is the largest resident set of any of the
//! processes, as the kernel accounts for it. The second adds to it the largest of each other one, as if
//! all were that large at once and shared nothing: the tree takes no more.

use std::collections::HashMap;
use std::fs;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

fn main() -> ExitCode {
    let command: Vec<String> = std::env::args().skip(1).collect();
    let file = std::env::temp_dir().join(format!("ctypes-tree-memory-{}", std::process::id()));
    let child = Command::new("/usr/bin/time")
        .args(["-f", "%M", "-o"])
        .arg(&file)
        .args(&command)
        .stdout(Stdio::null())
        .spawn();
    let mut child = child.expect("/usr/bin/time runs: install Debian's package `time`");
    // The last that is seen of a process: before it runs its own program it has its parent's memory.
    let mut last = HashMap::new();
    let status = loop {
        look(child.id(), &mut last);
        if let Some(status) = child.try_wait().expect("the child is waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    let largest = fs::read_to_string(&file).unwrap_or_default();
    let _ = fs::remove_file(&file);
    let largest = largest.lines().last().and_then(|l| l.trim().parse::<u64>().ok());
    let (true, Some(largest)) = (status.success(), largest) else {
        eprintln!("failed: {command:?}");
        return ExitCode::FAILURE;
    };
    let mut seen: Vec<u64> = last.into_values().collect();
    seen.sort_unstable();
    let seen_largest = seen.pop().unwrap_or(0);
    println!("{largest} {}", largest.max(seen_largest) + seen.iter().sum::<u64>());
    ExitCode::SUCCESS
}

/// The high-water marks (`VmHWM`, proc(5)) of all processes below one.
fn look(parent: u32, last: &mut HashMap<u32, u64>) {
    // A process that starts others in a thread of its own has them in another list.
    let tasks = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists = tasks.map(|task| task.path().join("children"));
    for list in lists {
        let children = fs::read_to_string(list).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|c| c.parse().ok()) {
            let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
            let mark = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
            let mark = mark.and_then(|m| m.trim().trim_end_matches("kB").trim().parse().ok());
            if let Some(mark) = mark {
                last.insert(child, mark);
            }
            look(child, last);
        }
    }
}
