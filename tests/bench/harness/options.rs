//! The arguments of a bench.

use super::{Bench, count};

/// What a run does.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) json: bool,
    pub(crate) check: bool,
    pub(crate) quick: bool,
    pub(crate) peers: bool,
    pub(crate) counted: bool,
    pub(crate) help: bool,
}

/// The help text.
pub(crate) fn help(bench: &Bench) -> String {
    let Bench { name, about, quick, .. } = bench;
    let peers = match bench.peers {
        Some(_) => {
            "\n  --peers  also what other languages take for the same, if they are installed"
        }
        None => "",
    };
    format!(
        "\
{about}: cargo bench --bench {name} -- [arguments]
  --json   one JSON object per line instead of tables
  --check  fail if a bound on instructions is violated, or cannot be checked for lack of valgrind
  --quick  {quick}, few rounds{peers}
  --help   this text
  --bench  accepted, because cargo bench passes it; without it (cargo test) the run is quick"
    )
}

/// Parses the arguments.
///
/// # Errors
/// An argument that is not known; the message lists those that are.
pub(crate) fn parse(bench: &Bench, args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut is_bench = false;
    for arg in args {
        match arg.as_str() {
            "--json" => options.json = true,
            "--check" => options.check = true,
            "--quick" => options.quick = true,
            "--peers" if bench.peers.is_some() => options.peers = true,
            "--help" | "-h" => options.help = true,
            "--bench" => is_bench = true,
            count::CHILD => options.counted = true,
            _ => return Err(format!("unknown argument `{arg}`\n{}", help(bench))),
        }
    }
    if !is_bench && !options.counted {
        options.quick = true;
    }
    Ok(options)
}
