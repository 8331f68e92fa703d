//! The mathematics library.

use crate::{Stop, row};
use core::ffi::{c_double, c_int};
use ctypes_wrap::prelude::*;

// The block that every Rust user knows. The attribute makes it late-bound: libm is opened when
// the first function is called, not when the program starts.
#[foreign_fn(lib = "m", load = load_libm)]
unsafe extern "C" {
    safe fn cos(x: c_double) -> c_double;
    safe fn lgamma(x: c_double) -> c_double;
    fn frexp(x: c_double, exp: *mut c_int) -> c_double;
    static signgam: c_int;
}

pub(crate) fn visit() -> Stop {
    load_libm()?;
    let libm = unsafe { Library::open("m")? };
    let unary = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE])?;

    let cos_rt = libm.function("cos", &unary)?;
    row("cos(1.0)", cos(1.0), unsafe { cos_rt.call::<f64>((1.0,))? });

    // An out parameter is a pointer to a variable of ours.
    let sig = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE, &Type::INT.pointer()])?;
    let frexp_rt = libm.function("frexp", &sig)?;
    let (mut e1, mut e2): (c_int, c_int) = (0, 0);
    let m1 = unsafe { frexp(48.0, &mut e1) };
    let m2 = unsafe { frexp_rt.call::<f64>((48.0, &raw mut e2))? };
    row("frexp(48.0, &e)", format!("{m1} * 2^{e1}"), format!("{m2} * 2^{e2}"));

    // gamma(-0.5) is negative: lgamma says so in a variable that libm exports.
    let signgam_rt = libm.symbol("signgam")?.as_ptr().cast::<c_int>();
    let value = lgamma(-0.5);
    let sign = unsafe { signgam.read() };
    let value_rt = unsafe { libm.function("lgamma", &unary)?.call::<f64>((-0.5,))? };
    let sign_rt = unsafe { signgam_rt.read() };
    row("lgamma(-0.5)", value, value_rt);
    row("signgam", sign, sign_rt);
    Ok(())
}
