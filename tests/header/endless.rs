//! Compilers that never end, or never stop writing.

use crate::plain::directory;
use ctypes_wrap::header::{Header, HeaderError};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// What they do once they have said which process they are.
const NEVER_END: &[(&str, &str)] = &[
    // A process of its own that holds the pipes, as a compiler has for its driver.
    ("sleeps", "sleep 1000; exit 0"),
    ("is one process", "exec sleep 1000"),
    ("ignores signals", "trap '' TERM INT HUP; while :; do sleep 1; done"),
    ("closes its output", "exec >&- 2>&-; exec sleep 1000"),
    ("closes everything", "exec <&- >&- 2>&-; exec sleep 1000"),
    ("leaves a child behind", "sleep 1000 & exit 0"),
    ("leaves a child without output", "echo 'int x;'; sleep 1000 >&- & exit 0"),
    ("complains for ever", "while :; do echo complaint; done >&2"),
    ("writes a little at a time", "while :; do echo '/* more */'; sleep 0.05; done"),
];

fn script(dir: &Path, text: &str) -> String {
    let path = dir.join("cc");
    let pid = dir.join("pid").display().to_string();
    fs::write(&path, format!("#!/bin/sh\necho $$ > {pid}\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

/// The living processes of the group that the script led, by what the kernel says.
fn left(dir: &Path) -> Vec<String> {
    let group = fs::read_to_string(dir.join("pid")).unwrap().trim().to_owned();
    let stats = fs::read_dir("/proc").expect("Linux has /proc").flatten();
    let stats = stats.filter_map(|e| fs::read_to_string(e.path().join("stat")).ok());
    let is_left = |stat: &String| {
        // pid (comm) state ppid pgrp: proc(5).
        let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 1..].split_whitespace().collect();
        fields[2] == group && !matches!(fields[0], "Z" | "X")
    };
    stats.filter(is_left).collect()
}

/// Whoever is killed takes a moment to go.
fn assert_gone(dir: &Path, what: &str) {
    let start = Instant::now();
    while !left(dir).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(5), "{what}: still there: {:?}", left(dir));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn compilers_that_never_end() {
    let limit = Duration::from_millis(400);
    for (i, (what, text)) in NEVER_END.iter().enumerate() {
        let dir = directory(&format!("endless-{i}"));
        let start = Instant::now();
        let read = Header::new("stdio.h").compiler(&script(&dir, text)).time_limit(limit).read();
        let took = start.elapsed();
        assert!(took >= limit && took < Duration::from_secs(10), "{what}: {took:?}");
        let error = read.unwrap_err();
        let HeaderError::TimedOut { limit: said, .. } = &error else { panic!("{what}: {error}") };
        assert_eq!(*said, limit);
        assert!(error.to_string().ends_with("expected it to end within 400ms, and killed it"));
        assert_gone(&dir, what);
    }
}

#[test]
fn a_compiler_that_writes_for_ever() {
    let dir = directory("writes");
    let read = Header::new("stdio.h").compiler(&script(&dir, "yes '/* more */'; exit 0")).read();
    let error = read.unwrap_err().to_string();
    assert!(error.ends_with("expected at most 67108864 bytes, found more"), "{error}");
    assert_gone(&dir, "writes");
}

/// Who leaves the group is not killed, but not waited for either; and no thread stays to read it.
#[test]
fn a_child_that_escapes() {
    let dir = directory("escapes");
    let text = format!("setsid sh -c 'echo $$ > {}; sleep 8' & exit 0", dir.join("away").display());
    let limit = Duration::from_millis(400);
    let start = Instant::now();
    let read = Header::new("stdio.h").compiler(&script(&dir, &text)).time_limit(limit).read();
    assert!(matches!(read, Err(HeaderError::TimedOut { .. })));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_gone(&dir, "escapes");
}

/// What a compiler says, whatever it does with its input, comes through.
#[test]
fn compilers_that_end() {
    let dir = directory("ends");
    // More than fits into the pipe.
    let many = |text: &str| {
        let mut header = Header::new("stdio.h").compiler(&script(&dir, text));
        for _ in 0..20_000 {
            header = header.include("some/header/with/a/long/name.h");
        }
        header.read().unwrap_err().to_string()
    };
    let error = many("exec <&-; echo 'no licence' >&2; exit 3");
    assert!(error.ends_with(":\n    no licence"), "{error}");
    let error = many("echo \"$(wc -l) lines\" >&2; exit 1");
    assert!(error.ends_with(":\n    20001 lines"), "{error}");
    let error = many("kill -9 $$");
    assert!(error.contains("signal: 9"), "{error}");
    // All messages are read, and the first ones are kept.
    let error = many("for i in $(seq 60000); do echo \"line $i of some length\"; done >&2; exit 1");
    assert!(error.contains(":\n    line 1 of some length\n"), "{error}");
}
