//! The main job in one program: real libraries called twice, through attributes and through
//! signatures made at run time, with the results side by side.
//!
//!     cargo run --example tour
//!     cargo run --example tour -- --db FILE --query SQL
//!
//! A library that this machine lacks is named with everything that was tried, and the tour goes on.

// Each unsafe block calls a C function in the way that its manual page says.
#![allow(clippy::undocumented_unsafe_blocks)]

mod libc_tour;
mod libm_tour;
mod sqlite_tour;
mod zlib_tour;

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

/// What a stop of the tour returns: the reason, if a library or a symbol is missing.
type Stop = Result<(), Box<dyn Error>>;

type Visit = fn() -> Stop;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => tour(),
        ["--db", file, "--query", sql] | ["--query", sql, "--db", file] => {
            match sqlite_tour::query(file, sql) {
                Ok(()) => ExitCode::SUCCESS,
                Err(e) => {
                    eprintln!("{e}");
                    ExitCode::FAILURE
                }
            }
        }
        _ => {
            eprintln!("usage: tour [--db FILE --query SQL]");
            ExitCode::FAILURE
        }
    }
}

fn tour() -> ExitCode {
    let stops: [(&str, Visit); 4] = [
        ("libm: numbers, an out parameter, a variable", libm_tour::visit),
        ("libc: strings, structs, callbacks, variadics, errno", libc_tour::visit),
        ("zlib: buffers", zlib_tour::visit),
        ("SQLite: handles and a callback per row", sqlite_tour::visit),
    ];
    let mut missed = 0;
    for (title, visit) in stops {
        println!("\n{title}");
        println!("  {:<34} {:<24} run-time signature", "", "attribute");
        if let Err(e) = visit() {
            println!("  left out: {e}");
            missed += 1;
        }
    }
    println!("\n{} of {} libraries visited", stops.len() - missed, stops.len());
    ExitCode::SUCCESS
}

/// One line of results, and whether both ways agree.
fn row<T: Display + PartialEq>(what: &str, by_attribute: T, at_run_time: T) {
    let differs = if by_attribute == at_run_time { "" } else { "   DIFFERENT" };
    let by_attribute = by_attribute.to_string();
    println!("  {what:<34} {by_attribute:<24} {at_run_time}{differs}");
}
