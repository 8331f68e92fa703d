//! Compiling records with rustc and a C compiler, running what they became, and reading what it said.

use super::machine::Machine;
use super::model::Plan;
use super::{c, rust};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a compiler or a program of records may take.
const LIMIT: Duration = Duration::from_secs(300);

/// A directory to work in, and what rustc links the programs to.
pub(crate) struct Workshop {
    pub(crate) machine: &'static Machine,
    directory: PathBuf,
    linked: Vec<String>,
}

/// What a batch of records came to.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) tally: Tally,
    pub(crate) findings: Vec<Finding>,
}

/// What was tried.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) records: usize,
    /// Bit fields and other members that were read and written by both languages.
    pub(crate) accesses: usize,
    /// Passed by value as rustc does it, and by the engine.
    pub(crate) direct: usize,
    pub(crate) engine: usize,
    /// Why a record was not passed by value.
    pub(crate) refused: Vec<String>,
}

/// Something wrong.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// The record, if it is known.
    pub(crate) record: Option<usize>,
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
        self.records += other.records;
        self.accesses += other.accesses;
        self.direct += other.direct;
        self.engine += other.engine;
        self.refused.extend(other.refused);
    }
}

impl Workshop {
    /// Builds the judge for a machine, in cargo's own directory for it.
    ///
    /// # Errors
    /// What is missing or did not compile.
    pub(crate) fn open(machine: &'static Machine) -> Result<Workshop, String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.args([
            "build",
            "--example",
            "rust_records_judge",
            "--message-format=json-render-diagnostics",
        ]);
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
        for name in ["ctypes_wrap", "rust_records_judge"] {
            let file = artifact(&messages, name, ".rlib")?;
            linked.extend(["--extern".to_owned(), format!("{name}={}", file.display())]);
            linked.push(format!("-Ldependency={}", parent(&file)));
        }
        // A macro is a library of the machine that compiles.
        let macros = artifact(&messages, "ctypes_derive", std::env::consts::DLL_SUFFIX)?;
        linked.push(format!("-Ldependency={}", parent(&macros)));
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = format!("ctypes-rust-records-{}-{}-{number}", machine.name, std::process::id());
        let directory = std::env::temp_dir().join(place);
        std::fs::create_dir_all(&directory)
            .map_err(|e| format!("cannot make {}: {e}", directory.display()))?;
        Ok(Workshop { machine, directory, linked })
    }

    /// What becomes of the records of `of_c` where Rust has those of `of_rust`, which are the same if nothing is to be
    /// found. `batch` is a name that no other batch has at that time.
    ///
    /// # Errors
    /// A compiler that cannot be run, or a file that cannot be written.
    pub(crate) fn judge(
        &self,
        batch: &str,
        of_c: &[Plan],
        of_rust: &[Plan],
    ) -> Result<Verdict, String> {
        let file = |name: &str| self.directory.join(format!("{batch}{name}"));
        let (library, program) = (file(".so"), file(".run"));
        let library_name = library.to_str().ok_or("the directory's name is no text")?;
        write(&file(".c"), &c::source(of_c))?;
        write(&file(".rs"), &rust::source(of_rust, of_c, library_name))?;

        let mut compiler = Command::new(self.machine.compiler);
        compiler.args(c::OPTIONS).args(["-shared", "-fPIC", "-o"]).arg(&library).arg(file(".c"));
        let compiled = run(&mut compiler, &file(".log"))?;
        if !compiled.is_success {
            return Ok(Verdict::of(Finding {
                kind: Kind::NoC,
                record: None,
                text: compiled.errors,
            }));
        }

        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        // The macros ask Cargo.toml for the name of the crate.
        rustc.env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"));
        rustc.args(["--edition=2024", "--crate-name=batch", "-Cdebuginfo=0", "-Ccodegen-units=2"]);
        if let Some(triple) = self.machine.triple {
            rustc.args(["--target", triple]);
            rustc.arg(format!("-Clinker={}", self.machine.compiler));
        }
        rustc.args(&self.linked).arg("-o").arg(&program).arg(file(".rs"));
        let built = run(&mut rustc, &file(".log"))?;
        if !built.is_success {
            let code = built.errors.split_once("error[").and_then(|(_, rest)| rest.split_once(']'));
            let kind = Kind::NoRust(code.map(|(code, _)| code.to_owned()).unwrap_or_default());
            return Ok(Verdict::of(Finding { kind, record: None, text: built.errors }));
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
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // It is a temporary one; what remains of it harms nobody.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Verdict {
    fn of(finding: Finding) -> Verdict {
        Verdict { tally: Tally::default(), findings: vec![finding] }
    }

    /// What a program said, as `judge.rs` describes it.
    fn read(ran: &Run) -> Verdict {
        let mut verdict = Verdict::default();
        let (mut last, mut is_complete) = (None, false);
        for line in ran.output.lines() {
            let (letter, rest) = line.split_at(line.len().min(1));
            let rest = rest.trim_start();
            let id = || rest.strip_prefix('R').and_then(|id| id.parse().ok());
            match letter {
                "A" => last = id(),
                "F" => {
                    let finding =
                        Finding { kind: Kind::Differs, record: id(), text: String::new() };
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
                    let numbers: Vec<usize> =
                        rest.split(' ').filter_map(|n| n.parse().ok()).collect();
                    let tally = &mut verdict.tally;
                    if let [records, accesses, direct, engine] = numbers[..] {
                        (tally.records, tally.accesses) = (records, accesses);
                        (tally.direct, tally.engine) = (direct, engine);
                        is_complete = true;
                    }
                }
                _ => {}
            }
        }
        if !ran.is_success || !is_complete {
            let text = format!("the program ended with {}:\n{}", ran.end, ran.errors);
            verdict.findings.push(Finding { kind: Kind::Ended, record: last, text });
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
