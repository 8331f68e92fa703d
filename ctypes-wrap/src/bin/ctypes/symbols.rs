//! `ctypes symbols`: what a library exports, of any system.

use crate::{Failure, Output};
use clap::Args;
use ctypes_wrap::library::{ExportedSymbol, Symbols, find_library};
use regex::Regex;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The library: its path, or a name such as m or sqlite3
    #[arg(value_name = "LIB")]
    library: OsString,
    /// Only names in which this regular expression is found
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    /// Shows kind, size, ordinal, version and what is forwarded to
    #[arg(short, long, conflicts_with = "json")]
    long: bool,
    /// Writes an array of symbols in JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Output, Failure> {
    let given = PathBuf::from(&arguments.library);
    let path = if given.exists() {
        given
    } else {
        let shown = given.display();
        find_library(&arguments.library)
            .ok_or_else(|| format!("expected a library or its path, found no `{shown}`"))?
    };
    let symbols = Symbols::read(&path)?;
    let is_wanted = |name: &str| arguments.pattern.as_ref().is_none_or(|p| p.is_match(name));
    let mut found: Vec<(String, &ExportedSymbol)> =
        symbols.iter().map(|symbol| (name(symbol), symbol)).collect();
    found.retain(|(name, _)| is_wanted(name));
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let mut text = String::new();
    if arguments.json {
        let records = found.iter().map(|(_, symbol)| record(symbol)).collect();
        text = format!("{:#}\n", Value::Array(records));
    } else if arguments.long {
        for (name, symbol) in &found {
            let _ = writeln!(text, "{}", line(name, symbol));
        }
    } else {
        // Versions of one name look the same.
        found.dedup_by(|one, other| one.0 == other.0);
        for (name, _) in &found {
            let _ = writeln!(text, "{name}");
        }
    }
    Ok(Output { text, complete: true })
}

/// The name, fit to be shown on a terminal; the ordinal of one that has no name.
fn name(symbol: &ExportedSymbol) -> String {
    match (symbol.name(), symbol.ordinal()) {
        (Some(name), _) => shown(name),
        (None, Some(ordinal)) => format!("#{ordinal}"),
        (None, None) => String::new(),
    }
}

fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn line(name: &str, symbol: &ExportedSymbol) -> String {
    let size = symbol.size().map_or(String::new(), |size| size.to_string());
    let mut line = format!("{:<12} {size:>8} {name}", symbol.kind().to_string());
    if let Some(version) = symbol.version() {
        // As nm and linkers write it.
        let mark = if version.is_default() { "@@" } else { "@" };
        let _ = write!(line, "{mark}{}", shown(version.name()));
    }
    if let Some(ordinal) = symbol.ordinal().filter(|_| symbol.name().is_some()) {
        let _ = write!(line, " #{ordinal}");
    }
    if let Some(forwarder) = symbol.forwarder() {
        let _ = write!(line, " -> {}", shown(forwarder));
    }
    line
}

fn record(symbol: &ExportedSymbol) -> Value {
    json!({
        "name": symbol.name(),
        "kind": symbol.kind().to_string(),
        "size": symbol.size(),
        "version": symbol.version().map(|v| v.name()),
        "is_default_version": symbol.version().map(|v| v.is_default()),
        "ordinal": symbol.ordinal(),
        "forwarder": symbol.forwarder(),
    })
}
