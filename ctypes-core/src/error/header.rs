//! Why a header could not be read.

use std::fmt;

/// A header cannot be read, or not used as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name of a header, macro or directory is none.
    #[error("expected {expected}, found {found:?}")]
    BadName {
        /// What was asked for.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The file is there, but cannot be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// There is no C compiler for the target.
    #[error("no C compiler preprocesses `{header}` for {target}; tried:{}", Lines(tried))]
    NoCompiler {
        /// The header.
        header: String,
        /// The name of the target.
        target: String,
        /// What was tried, each with what became of it.
        tried: Vec<String>,
    },
    /// The compiler did not preprocess the header.
    #[error("`{command}` does not preprocess `{header}`:{}", Lines(message))]
    Refused {
        /// The header.
        header: String,
        /// The command that was run.
        command: String,
        /// What the compiler said, a line each.
        message: Vec<String>,
    },
    /// The compiler did not end in time, and was killed.
    #[error(
        "`{command}` does not preprocess `{header}`: expected it to end within {limit:?}, and killed it"
    )]
    TimedOut {
        /// The header.
        header: String,
        /// The command that was run.
        command: String,
        /// The time that it had.
        limit: std::time::Duration,
    },
    /// The compiler is for another target.
    #[error("`{command}` does not compile for {target}:{}", Lines(differences))]
    Mismatch {
        /// The name of the target.
        target: String,
        /// The command that was run.
        command: String,
        /// Each macro that says something else, with what was expected and what was found.
        differences: Vec<String>,
    },
    /// pkg-config does not know the package, or does not run.
    #[error("`{command}` gives no options:{}", Lines(message))]
    PkgConfig {
        /// The command that was run.
        command: String,
        /// What it said, a line each.
        message: Vec<String>,
    },
    /// The header was read for another target than the one that this program runs on.
    #[error("`{header}` was read for {target}: its functions cannot be called here")]
    OtherTarget {
        /// The header.
        header: String,
        /// The name of the target.
        target: String,
    },
    /// The header declares no such function or variable.
    #[error("`{header}` declares no {kind} `{name}`{}", Close(close))]
    Undeclared {
        /// The header.
        header: String,
        /// `function` or `variable`.
        kind: &'static str,
        /// The name.
        name: String,
        /// What the name stands for there, or a name that is close, in words; may be empty.
        close: String,
    },
}

/// Each on a line of its own, indented.
struct Lines<'a>(&'a [String]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

struct Close<'a>(&'a str);

impl fmt::Display for Close<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "; {}", self.0) }
    }
}
