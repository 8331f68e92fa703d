//! The command `ctypes`: looks into headers and libraries, and calls functions.
//!
//! It exits with 0 if all went well, with 1 if something asked for cannot be had, with 2 if the command
//! line makes no sense.

mod call;
mod consts;
mod header;
mod layout;
mod symbols;

use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::process::ExitCode;

/// C headers, libraries and calls from the command line.
#[derive(Parser)]
#[command(name = "ctypes", version, about, max_term_width = 100)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Shows where the fields of structs and unions are, for any target.
    Layout(layout::Arguments),
    /// Calls a function of a library.
    Call(call::Arguments),
    /// Lists the symbols that a library exports, without loading it.
    Symbols(symbols::Arguments),
    /// Lists the constants of a header: macros that have a value, and enumerators.
    Consts(consts::Arguments),
}

/// Why a command fails, in words.
type Failure = Box<dyn std::error::Error>;

/// What a command writes; and whether all that was asked for is in it.
struct Output {
    text: String,
    complete: bool,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let result = match &command.action {
        Action::Layout(arguments) => layout::run(arguments),
        Action::Call(arguments) => call::run(arguments),
        Action::Symbols(arguments) => symbols::run(arguments),
        Action::Consts(arguments) => consts::run(arguments),
    };
    let output = match result {
        Ok(output) => output,
        Err(error) => {
            report("error", &error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(output.text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) if output.complete => ExitCode::SUCCESS,
        // Who reads has seen enough.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(e) => {
            report("error", &format!("standard output: {e}"));
            ExitCode::FAILURE
        }
    }
}

/// Says something on standard error.
fn report(kind: &str, message: &str) {
    let mut stderr = std::io::stderr().lock();
    let (on, off) = match kind {
        _ if !is_coloured(&stderr) => ("", ""),
        "error" => ("\x1b[1;31m", "\x1b[0m"),
        _ => ("\x1b[1;33m", "\x1b[0m"),
    };
    // Names of files may have what terminals obey.
    let is_harmful = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let message: String =
        message.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect();
    // Where standard error is closed nobody listens.
    let _ = writeln!(stderr, "{on}{kind}{off}: {message}");
}

/// Colours are for terminals, unless <https://no-color.org> is wished for.
fn is_coloured(stream: &impl std::io::IsTerminal) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    stream.is_terminal() && !unwanted
}

/// Whether standard output is coloured.
fn colours() -> bool {
    is_coloured(&std::io::stdout())
}
