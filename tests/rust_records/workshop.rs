//! Compiling a C half and a Rust half, running what they became, and reading what it said.

use super::machine::Machine;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What gcc is to be told beside: a member without a name may be of a type that has one.
const OPTIONS: &[&str] = &["-fms-extensions", "-w", "-O1"];

/// How long a compiler or a program may take.
const LIMIT: Duration = Duration::from_secs(300);

/// A directory to work in, and what rustc links the programs to.
pub(crate) struct Workshop {
    pub(crate) machine: &'static Machine,
    directory: PathBuf,
    linked: Vec<String>,
}

/// What a batch came to.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) tally: Tally,
    pub(crate) findings: Vec<Finding>,
}

/// What was tried.
#[derive(Default)]
pub(crate) struct Tally {
    /// Whatever the judge counts, in its order.
    pub(crate) counts: Vec<usize>,
    /// What was not tried, and why.
    pub(crate) refused: Vec<String>,
}

/// Something wrong.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// The number of what it is about, if it is known.
    pub(crate) about: Option<usize>,
    pub(crate) text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// The C compiler refuses the C half.
    NoC,
    /// rustc refuses the Rust half, with this code of its own, or an empty one.
    NoRust(String),
    /// The program ended before its end.
    Ended,
    /// The languages disagree.
    Differs,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(sum, n)| *sum += n);
        self.refused.extend(other.refused);
    }
}

impl Workshop {
    /// Builds the judge for a machine, in cargo's own directory for it: an example of this package, a library, which says
    /// what was found of both halves.
    ///
    /// # Errors
    /// What is missing or did not compile.
    pub(crate) fn open(machine: &'static Machine, judge: &'static str) -> Result<Workshop, String> {
        // Cargo tells the programs that it runs which one it is; that of the target's compiler is to be taken.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut cargo = Command::new(cargo);
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.args(["build", "--example", judge, "--message-format=json-render-diagnostics"]);
        // The features that this program itself has, so that what is built already serves.
        if cfg!(feature = "libffi-system") {
            cargo.args(["--no-default-features", "--features", "libffi-system"]);
        }
        if let Some(triple) = machine.triple {
            let variable = triple.to_uppercase().replace('-', "_");
            cargo.args(["--target", triple]);
            cargo.env(format!("CARGO_TARGET_{variable}_LINKER"), machine.compiler);
        }
        let built = cargo.output().map_err(|e| format!("cannot run {cargo:?}: {e}"))?;
        let messages = String::from_utf8_lossy(&built.stdout);
        if !built.status.success() {
            return Err(format!(
                "the judge for {} does not compile; it needs Debian's {}{}:\n{}",
                machine.name,
                machine.packages,
                machine.triple.map(|t| format!(" and `rustup target add {t}`")).unwrap_or_default(),
                String::from_utf8_lossy(&built.stderr)
            ));
        }
        let mut linked = Vec::new();
        for name in ["ctypes_wrap", judge] {
            let file = artifact(&messages, name, ".rlib")?;
            linked.extend(["--extern".to_owned(), format!("{name}={}", file.display())]);
            linked.push(format!("-Ldependency={}", parent(&file)));
        }
        // A macro is a library of the machine that compiles.
        let macros = artifact(&messages, "ctypes_derive", std::env::consts::DLL_SUFFIX)?;
        linked.push(format!("-Ldependency={}", parent(&macros)));
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = format!("ctypes-{judge}-{}-{}-{number}", machine.name, std::process::id());
        let directory = std::env::temp_dir().join(place);
        std::fs::create_dir_all(&directory)
            .map_err(|e| format!("cannot make {}: {e}", directory.display()))?;
        Ok(Workshop { machine, directory, linked })
    }

    /// What becomes of a C half and of a Rust half, which is told the file that the C half is in and the functions
    /// that it is to leave out. `batch` is a name that no other batch has at that time.
    ///
    /// A function whose declaration is an error, because a type of it cannot be passed by value, is left out in a second
    /// try: the program is to hold it against what a signature of it says at run time.
    ///
    /// # Errors
    /// A compiler that cannot be run, or a file that cannot be written.
    pub(crate) fn try_out(
        &self,
        batch: &str,
        c: &str,
        rust: &dyn Fn(&str, &BTreeSet<String>) -> String,
    ) -> Result<Verdict, String> {
        let file = |name: &str| self.directory.join(format!("{batch}{name}"));
        let (library, program) = (file(".so"), file(".run"));
        let library_name = library.to_str().ok_or("the directory's name is no text")?;
        write(&file(".c"), c)?;

        let mut compiler = Command::new(self.machine.compiler);
        compiler.args(OPTIONS).args(["-shared", "-fPIC", "-o"]).arg(&library).arg(file(".c"));
        let compiled = run(&mut compiler, &file(".log"))?;
        if !compiled.is_success {
            return Ok(Verdict::of(Kind::NoC, compiled.errors));
        }

        let mut left_out = BTreeSet::new();
        loop {
            write(&file(".rs"), &rust(library_name, &left_out))?;
            let built = run(&mut self.rustc(&file(".rs"), &program), &file(".log"))?;
            if built.is_success {
                break;
            }
            let refused = refused(&built.errors);
            if refused.is_empty() || !left_out.is_empty() {
                let rest = built.errors.split_once("error[").map(|(_, rest)| rest);
                let code = rest.and_then(|rest| rest.split_once(']')).map(|(code, _)| code);
                let kind = Kind::NoRust(code.unwrap_or_default().to_owned());
                return Ok(Verdict::of(kind, built.errors));
            }
            left_out = refused;
        }

        let mut command = match self.machine.runner {
            [] => Command::new(&program),
            [runner, options @ ..] => {
                let mut command = Command::new(runner);
                command.args(options).arg(&program);
                command
            }
        };
        let ran = run(&mut command, &file(".log"))?;
        for name in [".c", ".rs", ".so", ".run", ".log"] {
            // What remains is removed with the directory.
            let _ = std::fs::remove_file(file(name));
        }
        Ok(Verdict::read(&ran))
    }

    fn rustc(&self, source: &Path, program: &Path) -> Command {
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        // The macros ask Cargo.toml for the name of the crate.
        rustc.env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"));
        rustc.args(["--edition=2024", "--crate-name=batch", "-Cdebuginfo=0", "-Ccodegen-units=2"]);
        // Nobody catches a panic, and without what unwinds a fifth of the work is saved.
        rustc.arg("-Cpanic=abort");
        if let Some(triple) = self.machine.triple {
            rustc.args(["--target", triple]);
            rustc.arg(format!("-Clinker={}", self.machine.compiler));
        }
        rustc.args(&self.linked).arg("-o").arg(program).arg(source);
        rustc
    }
}

/// The functions whose declarations rustc refuses for a type that is not passed by value as C does; none if it has other
/// errors.
fn refused(errors: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for error in errors.split("error[E").skip(1) {
        // The line that is shown: `22 |     fn name(…`.
        let line = error.lines().find_map(|line| line.split_once("fn "));
        let name = line.and_then(|(_, rest)| rest.split_once('(')).map(|(name, _)| name);
        match name {
            Some(name) if error.contains("by value as C does") => found.insert(name.to_owned()),
            _ => return BTreeSet::new(),
        };
    }
    found
}

/// The number that an environment variable says, or another one.
#[allow(dead_code, reason = "the long forms have options")]
pub(crate) fn number(variable: &str, default: u64) -> u64 {
    let Some(text) = std::env::var_os(variable) else { return default };
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("{variable} is to be a decimal number, found {text:?}"))
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // It is a temporary one; what remains of it harms nobody.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Verdict {
    fn of(kind: Kind, text: String) -> Verdict {
        let findings = vec![Finding { kind, about: None, text }];
        Verdict { tally: Tally::default(), findings }
    }

    /// What a program said, as `judge.rs` of the records describes it.
    fn read(ran: &Run) -> Verdict {
        let mut verdict = Verdict::default();
        let (mut last, mut is_complete) = (None, false);
        for line in ran.output.lines() {
            let (letter, rest) = line.split_at(line.len().min(1));
            let rest = rest.trim_start();
            let id = || rest.get(1..).and_then(|id| id.parse().ok());
            match letter {
                "A" => last = id(),
                "F" => {
                    let finding = Finding { kind: Kind::Differs, about: id(), text: String::new() };
                    verdict.findings.push(finding);
                }
                " " => {
                    if let Some(finding) = verdict.findings.last_mut() {
                        finding.text += &line[1..];
                        finding.text.push('\n');
                    }
                }
                "N" => verdict.tally.refused.push(rest.to_owned()),
                "T" => {
                    verdict.tally.counts = rest.split(' ').filter_map(|n| n.parse().ok()).collect();
                    is_complete = true;
                }
                _ => {}
            }
        }
        if !ran.is_success || !is_complete {
            let text = format!("the program ended with {}:\n{}", ran.end, ran.errors);
            verdict.findings.push(Finding { kind: Kind::Ended, about: last, text });
        }
        verdict
    }
}

/// What came of a command.
struct Run {
    is_success: bool,
    end: String,
    output: String,
    errors: String,
}

/// Files and no pipes: who waits for the end cannot read.
fn run(command: &mut Command, log: &Path) -> Result<Run, String> {
    let make = |path: &Path| {
        File::create(path).map_err(|e| format!("cannot write {}: {e}", path.display()))
    };
    let errors = log.with_extension("errors");
    command.stdin(Stdio::null()).stdout(make(log)?).stderr(make(&errors)?);
    let mut child = command.spawn().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|e| format!("cannot wait for {command:?}: {e}"))? {
            Some(status) => break Some(status),
            None if start.elapsed() > LIMIT => {
                // It may have ended since; either way it is waited for.
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let read = |path: &Path| {
        let bytes = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()));
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let run = Run {
        is_success: status.is_some_and(|s| s.success()),
        end: status.map_or_else(|| format!("no end in {} s", LIMIT.as_secs()), |s| s.to_string()),
        output: read(log)?,
        errors: read(&errors)?,
    };
    let _ = std::fs::remove_file(errors);
    Ok(run)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

fn parent(path: &Path) -> String {
    path.parent().unwrap_or(path).display().to_string()
}

/// The file of a library in what cargo says of it.
fn artifact(messages: &str, name: &str, suffix: &str) -> Result<PathBuf, String> {
    let named = format!("\"name\":\"{name}\"");
    let lines = messages.lines().filter(|l| l.contains("compiler-artifact") && l.contains(&named));
    let mut files = lines.filter_map(|l| l.split_once("\"filenames\":[")).flat_map(|(_, rest)| {
        rest.split(']').next().unwrap_or_default().split(',').map(|file| file.trim_matches('"'))
    });
    let file = files.find(|file| file.ends_with(suffix));
    file.map(PathBuf::from).ok_or_else(|| format!("cargo does not say where {name}{suffix} is"))
}
