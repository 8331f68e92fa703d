//! What the long forms of tests share: their options, and the bar that shows how far they are.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

/// Hands each `--name VALUE` of the command line to `set`; if that does not know the name, or the value is none for
/// it, the program ends with `usage`.
pub(crate) fn options(usage: &str, mut set: impl FnMut(&str, &str) -> Option<()>) {
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        if args.next().and_then(|value| set(&name, &value)).is_none() {
            eprintln!("{usage}");
            std::process::exit(2);
        }
    }
}

/// A bar on standard error, of which a file gets one line in a thousand.
pub(crate) struct Progress {
    label: String,
    total: usize,
    start: Instant,
}

impl Progress {
    pub(crate) fn new(label: impl Into<String>, total: usize) -> Progress {
        Progress { label: label.into(), total, start: Instant::now() }
    }

    pub(crate) fn show(&self, done: usize) {
        let Progress { label, total, start } = self;
        if std::io::stderr().is_terminal() || done.is_multiple_of(1000) || done >= *total {
            let filled = (done * 40 / (*total).max(1)).min(40);
            let bar = format!("{:#<filled$}{:.<rest$}", "", "", rest = 40 - filled);
            let seconds = start.elapsed().as_secs();
            let _ = write!(std::io::stderr(), "\r{label:<22} {bar} {done}/{total} {seconds} s");
        }
    }
}
