//! What the accessors of `#[bitfield]` cost: as many instructions as what gcc emits for the same
//! field, and at most two more.
//!
//! `asm/bits.rs` and `asm/bits.c` say the same in both languages; rustc and gcc compile them
//! optimised, to text, and the instructions of each function are counted. What the code does is not
//! asked here (`records/bitfields.rs` does that). Only x86-64 Linux is looked at: a count there says
//! that nothing of the abstraction is left over, and that is so on every target or on none.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// How many instructions each function has.
type Counts = BTreeMap<String, usize>;

/// What is allowed beyond what gcc emits.
const SLACK: usize = 2;

#[test]
fn accessors_cost_what_c_costs() {
    let (ours, theirs) = (rust(), c());
    assert!(theirs.len() >= 16, "gcc's output holds too few functions: {theirs:?}");
    let (table, worst) = compare(&ours, &theirs);
    println!("{table}");
    assert!(worst.is_empty(), "more than {SLACK} instructions above gcc: {worst:?}\n{table}");
}

/// The comparison sees what it is for, and the count what it counts.
#[test]
fn the_comparison_finds_what_costs_more() {
    let gcc = "\t.globl\tf\nf:\n.LFB0:\n\t.cfi_startproc\n\tendbr64\n\tmovl\t(%rdi), %eax\n\tret\n\
               \t.cfi_endproc\n.LFE0:\n\t.size\tf, .-f\n";
    let rustc = "f:\n\t.cfi_startproc\n\tmovl\t(%rdi), %eax\n\tnop\n\tjne\t.LBB0_1\n.LBB0_1:\n\
                 \tnop\n\tretq\n.Lfunc_end0:\n\t.size\tf, .Lfunc_end0-f\n";
    let (ours, theirs) = (count(rustc), count(gcc));
    assert_eq!((ours["f"], theirs["f"]), (5, 2));
    assert_eq!(compare(&ours, &theirs).1, ["f"]);
    assert!(compare(&theirs, &theirs).1.is_empty());
    assert_eq!(compare(&Counts::new(), &theirs).1, ["f"], "what is missing is not cheap");
}

/// The table, and the functions that cost too much or are missing.
fn compare(ours: &Counts, theirs: &Counts) -> (String, Vec<String>) {
    let mut table = format!("{:<32}{:>6}{:>6}{:>6}\n", "", "rust", "gcc", "diff");
    let mut worst = Vec::new();
    for (name, &theirs) in theirs {
        let Some(&ours) = ours.get(name) else {
            worst.push(name.clone());
            continue;
        };
        let diff = ours as i64 - theirs as i64;
        let _ = writeln!(table, "{name:<32}{ours:>6}{theirs:>6}{diff:>+6}");
        if ours > theirs + SLACK {
            worst.push(name.clone());
        }
    }
    (table, worst)
}

/// The instructions of each function of a compiler's output. Labels, directives, and `endbr64`, which
/// a compiler is configured to write or not, are none.
fn count(assembly: &str) -> Counts {
    let mut counts = Counts::new();
    let mut current = None;
    for line in assembly.lines() {
        let is_indented = line.starts_with([' ', '\t']);
        let text = line.trim();
        if let Some(label) = text.strip_suffix(':').filter(|_| !is_indented) {
            if !label.starts_with('.') {
                current = Some(label.to_owned());
                counts.insert(label.to_owned(), 0);
            }
        } else if text.starts_with(".size") {
            current = None;
        } else if !text.is_empty()
            && !text.starts_with(['.', '#'])
            && !text.starts_with("endbr64")
            && let Some(count) = current.as_ref().and_then(|name| counts.get_mut(name))
        {
            *count += 1;
        }
    }
    counts
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asm").join(name)
}

fn output(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn c() -> Counts {
    let to = output("bits.c.s");
    let mut gcc = Command::new("gcc");
    gcc.args(["-O2", "-S", "-o"]).args([&to, &source("bits.c")]);
    run(&mut gcc, "the Debian package `gcc`", &to)
}

fn rust() -> Counts {
    let to = output("bits.rs.s");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    // Cargo builds the library for this test before it runs it, next to the test's own file.
    let test = std::env::current_exe().expect("a running test has a file");
    let deps = test.parent().expect("a file is in a folder");
    let mut library = std::ffi::OsString::from("ctypes_wrap=");
    library.push(newest(deps, "libctypes_wrap-"));
    let mut rustc = Command::new(rustc);
    rustc
        .args(["--edition=2024", "-Copt-level=3", "-Cpanic=unwind", "-Ccodegen-units=1"])
        .args(["-Adead_code", "--emit=asm", "--extern"])
        .arg(library)
        .arg("-L")
        .arg(deps)
        .arg("-o")
        .args([&to, &source("bits.rs")]);
    run(&mut rustc, "rustc", &to)
}

/// Of the builds of a library (there may be some with other features) the last one.
fn newest(folder: &Path, prefix: &str) -> PathBuf {
    let entries = std::fs::read_dir(folder).expect("the folder of the test can be read");
    let built = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let is_it = name.starts_with(prefix) && name.ends_with(".rlib");
        let time = entry.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        is_it.then(|| (time, entry.path()))
    };
    let newest = entries.filter_map(|entry| built(entry.ok()?)).max();
    newest.unwrap_or_else(|| panic!("no {prefix}*.rlib in {}", folder.display())).1
}

fn run(compiler: &mut Command, what: &str, to: &Path) -> Counts {
    let output =
        compiler.output().unwrap_or_else(|e| panic!("this test needs {what}: {compiler:?}: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler:?}:\n{errors}");
    count(&std::fs::read_to_string(to).expect("the compiler has written it"))
}
