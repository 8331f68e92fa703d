//! Reads one header, and says how much was in it: what `ci/header-speed` times.

use ctypes_wrap::header::Header;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(name) = args.next() else {
        eprintln!("usage: header_read HEADER [PACKAGE…]");
        return ExitCode::from(2);
    };
    let header = args.fold(Header::new(&name), |header, package| header.pkg_config(&package));
    match header.read() {
        Ok(header) => {
            let found = header.declarations();
            println!(
                "{name}: {} functions, {} typedefs, {} enumerators, {} constants, {} aliases, {} skipped",
                found.functions.len(),
                found.typedefs.len(),
                found.constants.len(),
                header.constants().len(),
                header.aliases().len(),
                header.skipped().len()
            );
            // The end of the process frees what was read, all at once.
            std::process::exit(0)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
