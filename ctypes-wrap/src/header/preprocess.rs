//! Runs the preprocessor, and nothing else of a compiler.
//!
//! The command line and what the compiler says are kept for messages. What it writes is bounded;
//! how long it takes is not: the compiler and the files that it is told to read are the caller's.

use super::compiler::Candidate;
use super::options::Options;
use ctypes_core::decl::MAX_TEXT;
use ctypes_core::error::HeaderError;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

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

pub(super) fn preprocess(
    options: &Options,
    candidate: &Candidate,
    flags: &[OsString],
) -> Result<Preprocessed, Failure> {
    let mut args = candidate.args.clone();
    // -w: warnings are for those who write headers.
    args.extend(["-E", "-dD", "-w", "-x", "c"].map(OsString::from));
    args.extend_from_slice(flags);
    args.push("-".into());
    let shown = shown(candidate, &args);
    let mut child = Command::new(&candidate.program)
        .args(&args)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| Failure::Missing(format!("{shown}: {e}")))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let includes = options.includes();
    let (text, messages) = std::thread::scope(|scope| {
        // Both are written to while the other is read, whatever the compiler does first.
        scope.spawn(move || {
            // A compiler that stops reading says why itself.
            let _ = stdin.map(|mut stdin| stdin.write_all(includes.as_bytes()));
        });
        let messages = scope.spawn(move || read(stderr, 1 << 20));
        let text = read(stdout, MAX_TEXT as u64 + 1);
        (text, messages.join().unwrap_or_else(|_| Ok(Vec::new())))
    });
    let refused = |message: Vec<String>| {
        Failure::Other(HeaderError::Refused {
            header: options.name.clone(),
            command: shown.clone(),
            message,
        })
    };
    let text = text.map_err(|e| refused(vec![e.to_string()]))?;
    if text.len() > MAX_TEXT {
        // It may still be writing.
        let _ = child.kill();
        let _ = child.wait();
        return Err(refused(vec![format!("expected at most {MAX_TEXT} bytes, found more")]));
    }
    let status = child.wait().map_err(|e| refused(vec![e.to_string()]))?;
    if !status.success() {
        let messages = messages.unwrap_or_default();
        let mut lines = lines(&messages);
        if lines.is_empty() {
            lines.push(status.to_string());
        }
        return Err(refused(lines));
    }
    let text = String::from_utf8(text)
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    Ok(Preprocessed { text, command: shown })
}

/// Reads at most so many bytes, and closes the pipe.
fn read(pipe: Option<impl Read>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
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
pub(super) fn package_flags(packages: &[String]) -> Result<Vec<OsString>, HeaderError> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let program = std::env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    let command = format!("{} --cflags {}", program.to_string_lossy(), packages.join(" "));
    let failed = |message| HeaderError::PkgConfig { command: command.clone(), message };
    let output = Command::new(&program)
        // What follows are names, even if they look like options.
        .args(["--print-errors", "--cflags", "--"])
        .args(packages)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|e| failed(vec![e.to_string()]))?;
    if !output.status.success() {
        return Err(failed(lines(&output.stderr)));
    }
    Ok(words(&String::from_utf8_lossy(&output.stdout)))
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
