//! The arguments of the bench.

use crate::count;

/// What a run does.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) json: bool,
    pub(crate) check: bool,
    pub(crate) quick: bool,
    pub(crate) counted: bool,
    pub(crate) help: bool,
}

pub(crate) const HELP: &str = "\
Measures what calls between Rust and C cost: cargo bench --bench calls -- [arguments]
  --json   one JSON object per line instead of tables
  --check  fail if a bound on instructions is violated, or cannot be checked for lack of valgrind
  --quick  only the shapes that --check looks at, few rounds
  --help   this text
  --bench  accepted, because cargo bench passes it; without it (cargo test) the run is quick";

/// Parses the arguments.
///
/// # Errors
/// An argument that is not known; the message lists those that are.
pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut bench = false;
    for arg in args {
        match arg.as_str() {
            "--json" => options.json = true,
            "--check" => options.check = true,
            "--quick" => options.quick = true,
            "--help" | "-h" => options.help = true,
            "--bench" => bench = true,
            count::CHILD => options.counted = true,
            _ => return Err(format!("unknown argument `{arg}`\n{HELP}")),
        }
    }
    if !bench && !options.counted {
        options.quick = true;
    }
    Ok(options)
}
