//! Calls of this project whose signature is known only at run time, with all checks.

use crate::harness::Case;
use crate::paths;
use crate::shapes::{self, for_each_shape};
use ctypes_wrap::prelude::*;
use ctypes_wrap::{CReturn, CType};

fn function(name: &str, result: &Type, params: &[&Type]) -> Function {
    // SAFETY: the library has no initialisers.
    let library = unsafe { Library::open_path(crate::LIBRARY) };
    let library = library.unwrap_or_else(|e| panic!("{e}"));
    let signature = Signature::new(CallConv::C, result, params.iter().copied());
    let signature = signature.unwrap_or_else(|e| panic!("{name}: {e}"));
    library.function(name, &signature).unwrap_or_else(|e| panic!("{e}"))
}

/// Calls with a tuple of arguments and a typed result.
pub(crate) fn tuples(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let f = function(stringify!($name), <$r>::result(), &[$(<$t>::TYPE),*]);
            let args: ($($t,)*) = ($($arg,)*);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::CALL, (f, args), $expected, |s| {
                // SAFETY: the signature is that of the function in calls_bench.c, which accepts any
                // numbers, and a pointer to an int.
                unsafe { s.0.call::<$r>(s.1) }.unwrap_or_else(|e| panic!("{e}"))
            }));
        };
    }
    for_each_shape!(case);
}

/// The same with functions that are traced, in a program without a subscriber.
#[cfg(feature = "tracing")]
pub(crate) fn traced_tuples(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let f = function(stringify!($name), <$r>::result(), &[$(<$t>::TYPE),*]).traced();
            let args: ($($t,)*) = ($($arg,)*);
            let way = paths::CALL_TRACED;
            cases.push(Case::new::<_, $r, _>(shapes::$shape, way, (f, args), $expected, |s| {
                // SAFETY: as above.
                unsafe { s.0.call::<$r>(s.1) }.unwrap_or_else(|e| panic!("{e}"))
            }));
        };
    }
    for_each_shape!(case);
}

/// Calls with arguments that were pushed one by one before, and a result of any type.
pub(crate) fn kept_args(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let f = function(stringify!($name), <$r>::result(), &[$(<$t>::TYPE),*]);
            #[allow(unused_mut)]
            let mut args = Args::new();
            $(args.push::<$t>($arg);)*
            let setup = (f, args);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::CALL_ARGS, setup, $expected, |s| {
                // SAFETY: as above.
                unsafe { s.0.call_args(&mut s.1) }.unwrap_or_else(|e| panic!("{e}"))
            }));
        };
    }
    for_each_shape!(case);
}

/// The same with all arguments pushed again for each call, as an interpreter does it.
pub(crate) fn refilled_args(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let f = function(stringify!($name), <$r>::result(), &[$(<$t>::TYPE),*]);
            let args: ($($t,)*) = ($($arg,)*);
            let setup = (f, Args::new(), args);
            let path = paths::CALL_ARGS_REFILLED;
            cases.push(Case::new::<_, $r, _>(shapes::$shape, path, setup, $expected, |s| {
                s.1.clear();
                $(s.1.push(s.2.$i);)*
                // SAFETY: as above.
                unsafe { s.0.call_args(&mut s.1) }.unwrap_or_else(|e| panic!("{e}"))
            }));
        };
    }
    for_each_shape!(case);
}
