//! Mistakes and what is said of them. None of these crashes.

// Each unsafe block calls a C function in the way that its manual page says.
#![allow(clippy::undocumented_unsafe_blocks)]

use core::ptr::null;
use ctypes_wrap::prelude::*;

fn main() -> Result<(), Error> {
    let show = |what: &str, e: &dyn std::error::Error| {
        println!("{what}:\n    {}\n", e.to_string().replace('\n', "\n    "))
    };

    if let Err(e) = unsafe { Library::open("sqlit3") } {
        show("a library that is not there", &e);
    }
    let libm = unsafe { Library::open("m")? };
    if let Err(e) = libm.symbol("lgama") {
        show("a symbol that is not there", &e);
    }
    if let Err(e) = unsafe { Library::open_path("Cargo.toml") } {
        show("a file that is no library", &e);
    }

    let sig = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE, &Type::INT])?;
    let ldexp = libm.function("ldexp", &sig)?;
    // Nothing is called in any of these.
    unsafe {
        if let Err(e) = ldexp.call::<f64>((1.0,)) {
            show("too few arguments", &e);
        }
        if let Err(e) = ldexp.call::<f64>((1.0, 2.5)) {
            show("a float for an int", &e);
        }
        if let Err(e) = ldexp.call::<f64>((1.0, 1_i64 << 40)) {
            show("an integer that does not fit", &e);
        }
        if let Err(e) = ldexp.call::<i32>((1.0, 2)) {
            show("another result type", &e);
        }
    }

    let sig = Signature::new(CallConv::C, &Type::SIZE, [&Type::CONST_CHAR_PTR.nonnull()])?;
    let strlen = Library::this().function("strlen", &sig)?;
    if let Err(e) = unsafe { strlen.call::<usize>((null::<i8>(),)) } {
        show("NULL where the signature forbids it", &e);
    }
    Ok(())
}
