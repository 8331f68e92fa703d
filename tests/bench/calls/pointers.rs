//! Calls that need nothing of this project: bound by the linker, through a pointer, through libloading.

use crate::harness::Case;
use crate::paths;
use crate::shapes::{self, for_each_shape, linked};
use core::ffi::c_void;
use std::sync::OnceLock;

/// What is called and with what.
struct Setup<F, A> {
    function: F,
    args: A,
}

/// Calls that the linker binds: the yardstick.
///
/// rustc reaches a function of an archive through the GOT, which the linker turns into a plain call. In a
/// loop the compiler may keep the address in a register instead: one instruction too, and predicted as well.
pub(crate) fn direct(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let args: ($($t,)*) = ($($arg,)*);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::DIRECT, args, $expected, |_args| {
                // SAFETY: the functions of calls_bench.c accept any numbers, and a pointer to an int.
                unsafe { linked::$name($(_args.$i),*) }
            }));
        };
    }
    for_each_shape!(case);
}

/// Calls through a function pointer.
pub(crate) fn pointer(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let args: ($($t,)*) = ($($arg,)*);
            // SAFETY: the type is that of the function in calls_bench.c.
            let function = unsafe {
                core::mem::transmute::<*const c_void, unsafe extern "C" fn($($t),*) -> $r>(
                    address(stringify!($name)),
                )
            };
            let setup = Setup { function, args };
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::POINTER, setup, $expected, |s| {
                // SAFETY: as above.
                unsafe { (s.function)($(s.args.$i),*) }
            }));
        };
    }
    for_each_shape!(case);
}

/// The shared library. Never closed: the cases keep symbols of it.
fn library() -> &'static libloading::Library {
    static LIBRARY: OnceLock<libloading::Library> = OnceLock::new();
    // SAFETY: the library has no initialisers.
    let open = || unsafe { libloading::Library::new(crate::LIBRARY) };
    LIBRARY.get_or_init(|| open().unwrap_or_else(|e| panic!("{}: {e}", crate::LIBRARY)))
}

/// The address of a function in the shared library.
pub(crate) fn address(name: &str) -> *const c_void {
    // SAFETY: the address is not used as one of a function before it gets the type of that function.
    let symbol = unsafe { library().get::<*const c_void>(name) };
    *symbol.unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Calls through libloading, whose `Symbol` is a pointer to the function with the lifetime of the library.
pub(crate) fn symbol(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            // SAFETY: the type is that of the function in calls_bench.c.
            let function = unsafe { library().get::<unsafe extern "C" fn($($t),*) -> $r>(stringify!($name)) };
            let function = function.unwrap_or_else(|e| panic!("{}: {e}", stringify!($name)));
            let args: ($($t,)*) = ($($arg,)*);
            let setup = Setup { function, args };
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::SYMBOL, setup, $expected, |s| {
                // SAFETY: as above.
                unsafe { (s.function)($(s.args.$i),*) }
            }));
        };
    }
    for_each_shape!(case);
}
