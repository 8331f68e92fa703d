//! The same where there is no system to run programs of: what the system's compiler makes of functions that pass and
//! return the records is machine code that needs nothing of the system, so that it runs here, linked with
//! a half that this machine's compiler makes (`apart.c`).
//!
//! The compiler writes assembly for the system that is meant. Of that, instructions, labels and `.globl` are kept and given
//! to the assembler of Linux; the rest says how objects of COFF and Mach-O are made.

use super::super::compilers::{JUDGES, Judge};
use super::super::evidence::{PRELUDE, define};
use super::{Found, Scratch, compare, output_of};
use ctypes_core::Type;
use ctypes_core::target::{Abi, Target};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::process::Command;

const OURS: &str = include_str!("apart.c");

/// Named so alike on every system, whatever it puts before names.
const THEIRS: &str = "\
#define NAMED(f) __asm__(#f)
#define JUDGE(I, TYPE) \\
    unsigned size##I(void) NAMED(size##I); \\
    unsigned size##I(void) { return sizeof(TYPE); } \\
    void put##I(void (*f)(TYPE), void *unused, TYPE *at) NAMED(put##I); \\
    void put##I(void (*f)(TYPE), void *unused, TYPE *at) { f(*at); } \\
    void second##I(void (*f)(int, TYPE), void *unused, TYPE *at) NAMED(second##I); \\
    void second##I(void (*f)(int, TYPE), void *unused, TYPE *at) { f(0x7e7e7e7e, *at); } \\
    TYPE give##I(void *unused, TYPE *at) NAMED(give##I); \\
    TYPE give##I(void *unused, TYPE *at) { return *at; }
";

/// The compiler that has the last word on a target; of clang a version to which a bit field of no bits is nothing in a
/// homogeneous aggregate of AArch64, as it is from 15 on.
pub fn judge_of(target: &Target) -> Judge {
    let known = JUDGES.iter().find(|j| j.target.name == target.name);
    let judge = *known.expect("every named target has a judge");
    match judge.program {
        "clang" => Judge { program: "clang-19", package: "clang-19", ..judge },
        _ => judge,
    }
}

/// Runs the functions of that compiler and compares with what is said of `target`.
pub fn judge(judge: &Judge, target: &Target, types: &[Type]) -> Result<Found, String> {
    let mut theirs = PRELUDE.to_owned() + THEIRS;
    let mut ours = OURS.to_owned();
    let mut calls = String::new();
    let mut defined = HashSet::new();
    for ty in types {
        define(ty, &mut defined, &mut theirs);
    }
    for (i, ty) in types.iter().enumerate() {
        writeln!(theirs, "JUDGE({i}, {ty})").unwrap();
        writeln!(ours, "extern Size size{i};\nextern Put put{i}, second{i};\nvoid give{i}(void);")
            .unwrap();
        writeln!(calls, "if (judge({i}, size{i}, put{i}, second{i}, (void *)give{i})) return 1;")
            .unwrap();
    }
    write!(ours, "int main(void) {{\n{calls}return 0; }}\n").unwrap();
    let assembly = assembly(judge, &theirs)?;
    let output = link_and_run(&judge.target, &ours, &assembly)?;
    compare(&output, types, target)
}

/// What the compiler makes of a text, for the assembler of Linux.
fn assembly(judge: &Judge, text: &str) -> Result<String, String> {
    let source = Scratch::new(judge.target.name, "c");
    let made = Scratch::new(judge.target.name, "txt");
    source.write(text)?;
    let mut command = Command::new(judge.program);
    command.args(judge.options).args(["-std=gnu11", "-ffreestanding", "-w", "-O0", "-S"]);
    command.args(["-fno-stack-protector", "-fno-asynchronous-unwind-tables"]);
    match judge.target.name {
        name if name.contains("windows") => command.arg("-mno-stack-arg-probe"),
        "aarch64-apple" => command.args(["-mllvm", "-aarch64-neon-syntax=generic"]),
        name if name.contains("linux") => command.arg("-fno-pic"),
        _ => &mut command,
    };
    command.arg("-o").args([made.path(), source.path()]);
    output_of(command, judge.package)?;
    let text = std::fs::read_to_string(made.path()).map_err(|e| e.to_string())?;
    // What Apple's assembler for AArch64 takes for the start of a comment separates instructions elsewhere.
    let comment = if judge.target.name == "aarch64-apple" { ";" } else { "\n" };
    text.lines().map(|line| linux(line.split(comment).next().unwrap_or(""))).collect()
}

/// A line of assembly for any system, as Linux has it.
fn linux(line: &str) -> Result<String, String> {
    let line = line.trim();
    let word = line.split_whitespace().next().unwrap_or("");
    let is_data = [".quad", ".long", ".byte", ".space", ".zero", ".comm", ".lcomm", ".zerofill"];
    if is_data.contains(&word) {
        return Err(format!("the functions have data: {line}"));
    }
    let is_kept =
        !word.starts_with('.') || [".globl", ".global"].contains(&word) || word.ends_with(':');
    let is_feature = line.contains("@feat.00");
    if !is_kept || is_feature {
        return Ok(String::new());
    }
    let mut line = line.to_owned() + "\n";
    for name in ["memcpy", "memset"] {
        line = line.replace(&format!("_{name}"), name).replace(name, &format!("their_{name}"));
    }
    Ok(line)
}

fn link_and_run(target: &Target, ours: &str, assembly: &str) -> Result<String, String> {
    let (gcc, run) = match target.abi {
        Abi::SysV64 | Abi::AppleX64 | Abi::Win64 => ("x86_64-linux-gnu-gcc", "qemu-x86_64"),
        Abi::SysV32 | Abi::Win32 => ("i686-linux-gnu-gcc", "qemu-i386"),
        Abi::Aapcs64 | Abi::AppleArm64 | Abi::WinArm64 => ("aarch64-linux-gnu-gcc", "qemu-aarch64"),
        other => return Err(format!("no machine for {other:?}")),
    };
    let source = Scratch::new(target.name, "c");
    let theirs = Scratch::new(target.name, "s");
    let program = Scratch::new(target.name, "run");
    source.write(ours)?;
    theirs.write(assembly)?;
    let mut command = Command::new(gcc);
    command.args(["-std=gnu11", "-w", "-O1", "-static", "-no-pie", "-fno-stack-protector"]);
    command.args(["-fno-pic", "-Wa,--noexecstack"]);
    if target.abi == Abi::Win64 {
        command.arg("-DWIN64");
    }
    command.arg("-o").args([program.path(), source.path(), theirs.path()]);
    output_of(command, "what ci/setup names")?;
    let native = gcc.starts_with("x86_64") && cfg!(target_arch = "x86_64");
    let mut command = Command::new(if native { program.path().as_os_str() } else { run.as_ref() });
    if !native {
        command.arg(program.path());
    }
    output_of(command, "qemu-user")
}
