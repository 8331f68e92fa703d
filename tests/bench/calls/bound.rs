//! Calls of functions that this project's macros bind: `#[foreign_fn]` and a `#[library]` handle.

use crate::harness::Case;
use crate::paths;
use crate::shapes::{self, Block, Pair, for_each_shape};
use core::ffi::{c_double, c_float, c_int, c_long, c_uchar};
use ctypes_wrap::{Bindings, Library, foreign_fn, library};

macro_rules! declared {
    ($module:ident $($trace:ident)?) => {
        mod $module {
            use super::*;

            // The bench opens the library by its path before it calls any of these: the loader then finds it by
            // these names, because it is open.
            #[foreign_fn(
                linux = ["libcalls_bench.so"],
                macos = ["libcalls_bench.dylib"],
                windows = ["calls_bench.dll"]
                $(, $trace)?
            )]
            unsafe extern "C" {
                pub(super) fn calls_bench_nothing();
                pub(super) fn calls_bench_add(a: c_int, b: c_int) -> c_int;
                pub(super) fn calls_bench_fma3(a: c_double, b: c_double, c: c_double) -> c_double;
                pub(super) fn calls_bench_sum8(
                    a: c_long,
                    b: c_long,
                    c: c_long,
                    d: c_long,
                    e: c_long,
                    f: c_long,
                    g: c_long,
                    h: c_long,
                ) -> c_long;
                pub(super) fn calls_bench_pair(p: Pair) -> Pair;
                pub(super) fn calls_bench_block(b: Block) -> Block;
                pub(super) fn calls_bench_mixed(
                    a: c_int,
                    b: c_double,
                    c: *const c_int,
                    d: i64,
                    e: c_float,
                    f: c_uchar,
                ) -> c_double;
            }
        }
    };
}

declared!(foreign);
#[cfg(feature = "tracing")]
declared!(traced trace);

#[library(handle = Callees)]
unsafe extern "C" {
    fn calls_bench_nothing();
    fn calls_bench_add(a: c_int, b: c_int) -> c_int;
    fn calls_bench_fma3(a: c_double, b: c_double, c: c_double) -> c_double;
    fn calls_bench_sum8(
        a: c_long,
        b: c_long,
        c: c_long,
        d: c_long,
        e: c_long,
        f: c_long,
        g: c_long,
        h: c_long,
    ) -> c_long;
    fn calls_bench_pair(p: Pair) -> Pair;
    fn calls_bench_block(b: Block) -> Block;
    fn calls_bench_mixed(
        a: c_int,
        b: c_double,
        c: *const c_int,
        d: i64,
        e: c_float,
        f: c_uchar,
    ) -> c_double;
}

/// Calls of functions declared with `#[foreign_fn]`.
pub(crate) fn foreign_fn_calls(cases: &mut Vec<Case>) {
    // SAFETY: the library has no initialisers.
    let library = unsafe { Library::open_path(crate::LIBRARY) };
    std::mem::forget(library.unwrap_or_else(|e| panic!("{e}")));
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let args: ($($t,)*) = ($($arg,)*);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::FOREIGN_FN, args, $expected, |_args| {
                // SAFETY: the functions of calls_bench.c accept any numbers, and a pointer to an int.
                unsafe { foreign::$name($(_args.$i),*) }
            }));
        };
    }
    for_each_shape!(case);
}

/// The same functions with `trace`, in a program without a subscriber.
#[cfg(feature = "tracing")]
pub(crate) fn traced_calls(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let args: ($($t,)*) = ($($arg,)*);
            let way = paths::FOREIGN_FN_TRACED;
            cases.push(Case::new::<_, $r, _>(shapes::$shape, way, args, $expected, |_args| {
                // SAFETY: as above.
                unsafe { traced::$name($(_args.$i),*) }
            }));
        };
    }
    for_each_shape!(case);
}

/// Calls of methods of a handle.
pub(crate) fn handle_methods(cases: &mut Vec<Case>) {
    // SAFETY: the library has no initialisers, and the declarations are those of calls_bench.c.
    let callees = unsafe { Callees::open_path(crate::LIBRARY) }.unwrap_or_else(|e| panic!("{e}"));
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let args: ($($t,)*) = ($($arg,)*);
            let setup = (callees.clone(), args);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::HANDLE, setup, $expected, |s| {
                // SAFETY: as above.
                unsafe { s.0.$name($(s.1.$i),*) }
            }));
        };
    }
    for_each_shape!(case);
}
