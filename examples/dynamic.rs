//! A function whose name and type come from the command line.
//!
//!     cargo run --example dynamic -- m hypot double double double -- 3 4
//!
//! is `double hypot(double, double)` of libm, called with 3 and 4.

// Each unsafe block calls a C function in the way that its manual page says.
#![allow(clippy::undocumented_unsafe_blocks)]

use ctypes_wrap::prelude::*;
use ctypes_wrap::types::Scalar;

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    if args.is_empty() {
        args = "m hypot double double double -- 3 4".split(' ').map(str::to_owned).collect();
    }
    let (spec, values) = match args.iter().position(|a| a == "--") {
        Some(i) => (&args[..i], &args[i + 1..]),
        None => (&args[..], &[][..]),
    };
    let [library, name, result, params @ ..] = spec else {
        return Err("usage: dynamic LIBRARY FUNCTION RESULT [PARAMETER…] -- [VALUE…]".into());
    };

    let params = params.iter().map(|p| type_of(p)).collect::<Result<Vec<_>, _>>()?;
    let signature = Signature::new(CallConv::C, &type_of(result)?, &params)?;
    let function = unsafe { Library::open(library)? }.function(name, &signature)?;

    // Arguments are pushed one by one and converted to what the signature wants.
    let mut args = Args::new();
    for value in values {
        match value.parse::<i64>() {
            Ok(n) => args.push(n),
            Err(_) => args.push(value.parse::<f64>()?),
        }
    }
    println!("{}", signature.ty().declare(name));
    match unsafe { function.call_args(&mut args)? } {
        Value::Void => println!("done"),
        value => println!("= {value:?}"),
    }
    Ok(())
}

/// A scalar by its C name.
fn type_of(name: &str) -> Result<Type, String> {
    if name == "void" {
        return Ok(Type::VOID);
    }
    let scalar = Scalar::ALL.iter().find(|s| s.c_name() == name);
    scalar.map(|s| Type::scalar(*s)).ok_or(format!("no C scalar has the name `{name}`"))
}
