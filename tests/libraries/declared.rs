//! Variables and functions that are declared in Rust, against a library that has other ones under their names.

use crate::tools::{Scratch, open};
use core::ffi::{c_int, c_longlong, c_short};
use ctypes_wrap::{Bindings, Errno, foreign_fn, library};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock};

const SOURCE: &str = "
int number = 7;
const int constant = 42;
short narrow = 3;
_Thread_local int mine = 5;
char packed[16] __attribute__((aligned(16)));
__asm__(\".globl odd\\n.set odd, packed + 1\\n.globl untyped\\n.set untyped, number\\n\");
int get_number(void) { return number; }
int is_mine(const int *p) { return p == &mine; }
";

/// The library, which the loader then knows by its name.
fn fixture() -> &'static PathBuf {
    static FILE: OnceLock<(Scratch, PathBuf)> = OnceLock::new();
    let made = || {
        let scratch = Scratch::new("declared");
        let name = ["-Wl,-soname,libctypes_declared.so"];
        let file = scratch.library("ctypes_declared", SOURCE, &name);
        open(&file);
        (scratch, file)
    };
    &FILE.get_or_init(made).1
}

/// Keeps the tests that read and write the same variable apart.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

/// `no variable `narrow` in library `libctypes_declared.so` (/tmp/…)` and the reason, of a binding's error.
#[track_caller]
fn assert_refused(error: &str, kind: &str, symbol: &str, reason: &str) {
    for part in [
        &format!("cannot bind `{symbol}`, declared by `libraries::declared::"),
        &format!(": no {kind} `{symbol}` in library `"),
        "libctypes_declared.so",
    ] {
        assert!(error.contains(part), "{error}\nlacks {part}");
    }
    assert!(error.ends_with(reason), "{error}\ndoes not end with {reason}");
}

fn panic_text(run: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
    payload.downcast_ref::<String>().unwrap().clone()
}

mod by_statics {
    use super::*;

    #[foreign_fn(lib = ["libctypes_declared.so"])]
    unsafe extern "C" {
        pub(super) safe fn get_number() -> c_int;
        pub(super) static mut number: c_int;
        pub(super) static untyped: c_int;
        pub(super) static constant: c_int;
        pub(super) static packed: [u8; 0];
    }

    #[foreign_fn(lib = ["libctypes_declared.so"], load = pub(super) load_wrong)]
    unsafe extern "C" {
        pub(super) static narrow: c_int;
        #[symbol = "get_number"]
        pub(super) static code: c_int;
        pub(super) static mine: c_int;
        pub(super) static odd: c_short;
        pub(super) static numbr: c_int;
        #[symbol = "number"]
        pub(super) safe fn data() -> c_int;
        #[symbol = "number"]
        pub(super) fn data_variadic(x: c_int, ...) -> c_int;
        #[symbol = "number"]
        #[optional]
        pub(super) safe fn optional_data() -> c_int;
    }
}

#[test]
fn statics_are_what_they_are_declared_as() {
    use by_statics::*;
    fixture();
    let _alone = alone();
    load().unwrap();
    // SAFETY: the types are those of the source, and no other thread uses the variables.
    unsafe {
        assert_eq!(number.read(), 7);
        number.write(8);
        assert_eq!(get_number(), 8);
        number.try_write(9).unwrap();
        assert_eq!(get_number(), 9);
        assert_eq!(untyped.as_ptr(), number.as_ptr(), "what has no type and no size is believed");
        assert_eq!(
            packed.as_ptr().addr() % 16,
            0,
            "no size is too small for an array without a length"
        );
    }
}

#[test]
fn statics_in_read_only_memory_are_not_written() {
    use by_statics::{constant, number};
    fixture();
    assert_eq!((number.is_read_only().unwrap(), constant.is_read_only().unwrap()), (false, true));
    let expected = "`i32`: the variable `constant` of library `libctypes_declared.so` lies in read-only memory";
    // SAFETY: it is refused; if it is not, the kernel says so.
    let error = unsafe { constant.try_write(1) }.unwrap_err();
    assert!(matches!(error, ctypes_wrap::Error::Access(_)));
    assert_eq!(error.to_string(), expected);
    // SAFETY: as above.
    assert_eq!(panic_text(|| unsafe { constant.write(1) }), expected);
    // SAFETY: it is an int.
    assert_eq!(unsafe { constant.read() }, 42);
}

#[test]
fn statics_that_are_something_else_are_refused() {
    use by_statics::*;
    fixture();
    let of = |result: Result<*mut c_int, &ctypes_wrap::foreign::BindError>| {
        result.unwrap_err().to_string()
    };
    let wide = "it has 2 bytes, and `i32` has 4";
    assert_refused(&of(narrow.get()), "variable", "narrow", wide);
    assert_refused(&panic_text(|| _ = narrow.as_ptr()), "variable", "narrow", wide);
    // SAFETY: it is refused.
    let error = unsafe { narrow.try_write(1) }.unwrap_err();
    assert_refused(&error.to_string(), "variable", "narrow", wide);
    assert_refused(&of(code.get()), "variable", "get_number", "it is a function");
    let own = "it is thread-local: each thread has another one";
    assert_refused(&of(mine.get()), "variable", "mine", own);
    let error = odd.get().unwrap_err().to_string();
    assert!(error.contains("expected an address that is a multiple of 2, found 0x"), "{error}");
    assert_refused(&of(numbr.get()), "variable", "numbr", "did you mean `number`?");

    let error = try_data().unwrap_err().to_string();
    assert_refused(&error, "function", "number", "it is a variable");
    assert_refused(&panic_text(|| _ = data()), "function", "number", "it is a variable");
    let error = data_variadic.get().unwrap_err().to_string();
    assert_refused(&error, "function", "number", "it is a variable");
    assert!(optional_data().is_none(), "there is no function of that name");

    let all = load_wrong().unwrap_err();
    let missing: Vec<_> = all.errors().iter().map(|e| e.symbol()).collect();
    assert_eq!(missing, ["narrow", "get_number", "mine", "odd", "numbr", "number", "number"]);
}

#[library(handle = Right)]
unsafe extern "C" {
    safe fn get_number() -> c_int;
    static constant: c_int;
    static untyped: c_int;
    #[optional]
    static number: c_int;
    #[symbol = "number"]
    #[optional]
    static wide_number: c_longlong;
    #[symbol = "number"]
    #[optional]
    safe fn optional_data() -> c_int;
}

#[library(handle = Wrong)]
unsafe extern "C" {
    static narrow: c_int;
    #[symbol = "get_number"]
    static code: c_int;
    static mine: c_int;
    #[symbol = "number"]
    safe fn data() -> c_int;
}

#[library(handle = Lazy, lazy)]
unsafe extern "C" {
    static constant: c_int;
    static narrow: c_int;
    #[symbol = "number"]
    #[optional]
    static wide_number: c_longlong;
    #[symbol = "number"]
    safe fn data() -> c_int;
    #[errno]
    safe fn get_number() -> c_int;
}

#[test]
fn handles_are_bound_to_what_they_declare() {
    let _alone = alone();
    // SAFETY: the declarations are those of the source, or refused.
    let right = unsafe { Right::open_path(fixture()) }.unwrap();
    assert!((7..=9).contains(&right.get_number()));
    // SAFETY: they are ints.
    assert_eq!(unsafe { *right.constant() }, 42);
    assert_eq!(right.number(), Some(right.untyped()));
    assert!(right.wide_number().is_none(), "there is no variable of that size");
    assert!(right.optional_data().is_none(), "there is no function of that name");

    // SAFETY: as above.
    let error = unsafe { Wrong::open_path(fixture()) }.unwrap_err();
    let [narrow, code, mine, data] = error.errors() else { panic!("{error}") };
    let wide = "it has 2 bytes, and `i32` has 4";
    assert_refused(&narrow.to_string(), "variable", "narrow", wide);
    assert_refused(&code.to_string(), "variable", "get_number", "it is a function");
    let own = "it is thread-local: each thread has another one";
    assert_refused(&mine.to_string(), "variable", "mine", own);
    assert_refused(&data.to_string(), "function", "number", "it is a variable");

    // SAFETY: as above.
    let lazy = unsafe { Lazy::open_path(fixture()) }.unwrap();
    // SAFETY: it is an int.
    assert_eq!(unsafe { *lazy.clone().constant() }, 42);
    assert_eq!(lazy.get_number().1, Errno(0), "looking it up leaves no error number");
    assert_refused(&panic_text(|| _ = lazy.narrow()), "variable", "narrow", wide);
    assert_refused(&panic_text(|| _ = lazy.data()), "function", "number", "it is a variable");
    assert!(lazy.wide_number().is_none());
}
