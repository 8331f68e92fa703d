//! `ctypes symbols`: what a library exports.

use crate::{Failure, Output};
use clap::Args;
use ctypes_wrap::library::{exported_symbols, find_library};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The library: its path, or a name such as m or sqlite3
    #[arg(value_name = "LIB")]
    library: OsString,
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
    let mut names = exported_symbols(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    names.sort();
    names.dedup();
    let mut text = names.join("\n");
    text.push('\n');
    Ok(Output { text, complete: true })
}
