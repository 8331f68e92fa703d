//! Runs the preprocessor, and nothing else of a compiler.
//!
//! The command line and what the compiler says are kept for messages. What it writes and how long it
//! takes are bounded, so that one that never ends (a header may include `/dev/zero`, a wrapper may wait
//! for a licence) is an error.

use super::compiler::Candidate;
use super::options::Options;
use super::process::{self, Limits};
use ctypes_core::decl::MAX_TEXT;
use ctypes_core::error::HeaderError;
use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

/// What a preprocessor wrote.
pub(super) struct Preprocessed {
    pub(super) text: String,
    pub(super) command: String,
}

/// Why it did not.
pub(super) enum Failure {
    /// The program could not be started.
    Missing(String),
    Other(HeaderError),
}

/// The lines of a compiler's messages that are kept.
const MAX_MESSAGE_LINES: usize = 30;

/// The bytes that pkg-config may write; systems take no longer command lines.
const MAX_FLAGS: usize = 1 << 20;

/// What the preprocessor is to write.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// The text, with the definitions of macros where they are.
    Text,
    /// The definitions in force at the end.
    Definitions,
}

pub(super) fn preprocess(
    options: &Options,
    candidate: &Candidate,
    flags: &[OsString],
    wanted: Wanted,
) -> Result<Preprocessed, Failure> {
    let mut args = candidate.args.clone();
    let dump = match wanted {
        Wanted::Text => "-dD",
        Wanted::Definitions => "-dM",
    };
    // -w: warnings are for those who write headers.
    args.extend(["-E", dump, "-w", "-x", "c"].map(OsString::from));
    args.extend_from_slice(flags);
    args.push("-".into());
    let shown = shown(candidate, &args);
    let refused = |message: Vec<String>| {
        Failure::Other(HeaderError::Refused {
            header: options.name.clone(),
            command: shown.clone(),
            message,
        })
    };
    let mut command = Command::new(&candidate.program);
    command.args(&args).env("LC_ALL", "C");
    let limits = Limits { time: options.time_limit, output: MAX_TEXT };
    let finished =
        process::run(&mut command, options.includes().as_bytes(), limits).map_err(|e| match e {
            process::Failure::NotStarted(e) => Failure::Missing(format!("{shown}: {e}")),
            process::Failure::TimedOut => Failure::Other(HeaderError::TimedOut {
                header: options.name.clone(),
                command: shown.clone(),
                limit: options.time_limit,
            }),
            process::Failure::TooLong => {
                refused(vec![format!("expected at most {MAX_TEXT} bytes, found more")])
            }
            process::Failure::Broken(e) => refused(vec![e.to_string()]),
        })?;
    if !finished.status.success() {
        let mut lines = lines(&finished.messages);
        if lines.is_empty() {
            lines.push(finished.status.to_string());
        }
        return Err(refused(lines));
    }
    let text = String::from_utf8(finished.output)
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    Ok(Preprocessed { text, command: shown })
}

/// Text of another program, fit to be shown on a terminal.
pub(super) fn lines(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let lines = text.lines().filter(|l| !l.trim().is_empty());
    let clean =
        |l: &str| l.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
    lines.map(clean).take(MAX_MESSAGE_LINES).collect()
}

fn shown(candidate: &Candidate, args: &[OsString]) -> String {
    let mut shown = candidate.program.to_string_lossy().into_owned();
    for arg in args {
        shown.push(' ');
        shown.push_str(&arg.to_string_lossy());
    }
    match &candidate.variable {
        Some(variable) => format!("{shown} (from {variable})"),
        None => shown,
    }
}

/// What pkg-config says is needed to compile with the packages.
pub(super) fn package_flags(
    packages: &[String],
    time_limit: Duration,
) -> Result<Vec<OsString>, HeaderError> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let program = std::env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    let command = format!("{} --cflags {}", program.to_string_lossy(), packages.join(" "));
    let failed = |message| HeaderError::PkgConfig { command: command.clone(), message };
    let mut run = Command::new(&program);
    // What follows are names, even if they look like options.
    run.args(["--print-errors", "--cflags", "--"]).args(packages).env("LC_ALL", "C");
    let limits = Limits { time: time_limit, output: MAX_FLAGS };
    let finished = process::run(&mut run, &[], limits).map_err(|e| {
        failed(vec![match e {
            process::Failure::NotStarted(e) | process::Failure::Broken(e) => e.to_string(),
            process::Failure::TimedOut => format!("did not end within {time_limit:?}"),
            process::Failure::TooLong => format!("expected at most {MAX_FLAGS} bytes, found more"),
        }])
    })?;
    if !finished.status.success() {
        return Err(failed(lines(&finished.messages)));
    }
    Ok(words(&String::from_utf8_lossy(&finished.output)))
}

/// Splits as a shell does, which pkg-config writes for.
fn words(text: &str) -> Vec<OsString> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, _) if c.is_whitespace() => words.extend(word.take().map(OsString::from)),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word.map(OsString::from));
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn as_a_shell_splits() {
        let found = words("-I/usr/include/x  -DA=\\\"b\\\" '-DC=d e' -I/with\\ space\n");
        assert_eq!(found, ["-I/usr/include/x", "-DA=\"b\"", "-DC=d e", "-I/with space"]);
    }
}
