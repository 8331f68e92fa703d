//! `#[library]`: handles on SQLite and libc, on a resolver of our own, on several libraries at once.
#![cfg(target_os = "linux")]
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unused, clippy::all)]

#[path = "common/programs.rs"]
mod programs;

use core::ffi::{CStr, c_char, c_double, c_int, c_void};
use ctypes_wrap::{Bindings, Library, foreign_fn, library};
use std::ptr;

#[library(
    linux = ["libsqlite3.so.0"], windows = ["sqlite3.dll"], macos = ["libsqlite3.dylib"],
    handle = pub Sqlite, env = "CTYPES_TEST_SQLITE"
)]
unsafe extern "C" {
    /// The version as text.
    pub safe fn sqlite3_libversion() -> *const c_char;
    pub safe fn sqlite3_libversion_number() -> c_int;
    pub static sqlite3_version: [c_char; 0];
    pub fn sqlite3_mprintf(format: *const c_char, ...) -> *mut c_char;
    pub fn sqlite3_free(memory: *mut c_void);
    #[optional]
    pub fn sqlite3_not_yet_invented(x: c_int) -> c_int;
    #[optional]
    #[symbol = "sqlite3_threadsafe"]
    pub safe fn thread_safe() -> c_int;
    #[cfg(windows)]
    fn only_there(x: NoSuchType);
}

#[library("m", handle = pub(crate) Maths, lazy)]
unsafe extern "C" {
    pub(crate) safe fn cos(x: c_double) -> c_double;
    pub(crate) safe fn cosine_of_the_future(x: c_double) -> c_double;
    pub(crate) static signgam: c_int;
    #[optional]
    pub(crate) safe fn cbrt(x: c_double) -> c_double;
    #[optional]
    pub(crate) safe fn cube_root_of_the_future(x: c_double) -> c_double;
}

#[library("m", handle = Holes)]
unsafe extern "C" {
    safe fn cos(x: c_double) -> c_double;
    safe fn hole_one(x: c_double) -> c_double;
    fn hole_two(format: *const c_char, ...) -> c_int;
    static hole_three: c_int;
}

/// C functions whose names are those of a trait's methods.
#[library(handle = Libc)]
unsafe extern "C" {
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn strlen(text: *const c_char) -> usize;
    safe fn abs(x: c_int) -> c_int;
    fn bsearch(
        key: *const c_int,
        base: *const c_int,
        count: usize,
        size: usize,
        compare: unsafe extern "C" fn(*const c_int, *const c_int) -> c_int,
    ) -> *const c_int;
}

#[library("counter", handle = pub Counter)]
unsafe extern "C" {
    pub safe fn next() -> c_int;
    pub static step: c_int;
}

fn sqlite() -> Sqlite {
    // SAFETY: the declarations are those of SQLite.
    unsafe { Sqlite::open() }.expect("SQLite is installed")
}

#[test]
fn sqlite_is_what_it_says() {
    let sqlite = sqlite();
    // SAFETY: SQLite returns a static string.
    let version = unsafe { CStr::from_ptr(sqlite.sqlite3_libversion()) };
    // SAFETY: the variable is a string that ends with NUL.
    assert_eq!(version, unsafe { CStr::from_ptr(sqlite.sqlite3_version().cast()) });
    let number = sqlite.sqlite3_libversion_number();
    let text = format!("{}.{}.{}", number / 1_000_000, number / 1_000 % 1_000, number % 1_000);
    assert_eq!(version.to_str(), Ok(text.as_str()));
    // SAFETY: the format takes an int; the memory is SQLite's and is given back.
    unsafe {
        let text = sqlite.sqlite3_mprintf()(c"<%d>".as_ptr(), 7 as c_int);
        assert_eq!(CStr::from_ptr(text), c"<7>");
        sqlite.sqlite3_free(text.cast());
    }
    assert!(sqlite.sqlite3_not_yet_invented().is_none());
    assert!(sqlite.thread_safe().is_some_and(|thread_safe| thread_safe() <= 2));
    let path = sqlite.path().expect("Linux tells the path");
    assert!(path.to_string_lossy().contains("libsqlite3.so"), "{path:?}");
    assert!(format!("{sqlite:?}").contains("libsqlite3"), "{sqlite:?}");
}

#[test]
fn handles_are_clone_send_and_sync() {
    let sqlite = sqlite();
    let clone = sqlite.clone();
    let number = std::thread::spawn(move || clone.sqlite3_libversion_number()).join();
    assert_eq!(number.expect("no panic"), sqlite.sqlite3_libversion_number());
}

#[test]
fn a_lazy_handle_looks_when_it_is_used() {
    // SAFETY: the declarations are those of libm, or missing.
    let maths = unsafe { Maths::open() }.expect("libm is installed");
    assert_eq!(maths.cos(0.5).to_bits(), 0.5_f64.cos().to_bits());
    assert_eq!(maths.clone().cos(0.0), 1.0);
    assert!(!maths.signgam().is_null());
    assert_eq!(maths.cbrt().expect("libm has cbrt")(8.0), 2.0);
    assert!(maths.cube_root_of_the_future().is_none());
    let payload =
        std::panic::catch_unwind(|| maths.cosine_of_the_future(0.0)).expect_err("missing");
    let text = payload.downcast_ref::<String>().expect("a message");
    for part in ["cosine_of_the_future", "library_handle::Maths", "libm"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn one_error_names_all_that_is_missing() {
    // SAFETY: opening libm is sound.
    let errors = unsafe { Holes::open() }.expect_err("three are missing");
    let symbols: Vec<&str> = errors.errors().iter().map(|error| error.symbol()).collect();
    assert_eq!(symbols, ["hole_one", "hole_two", "hole_three"]);
    let text = errors.to_string();
    for part in ["library_handle::Holes", "hole_one", "hole_two", "hole_three", "libm"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // SAFETY: there is no such library.
    let error = unsafe { Counter::open() }.expect_err("there is no such library");
    assert!(error.cause().is_some() && error.to_string().contains("counter"), "{error}");
}

#[test]
fn a_name_of_the_trait_is_free_for_c() {
    // SAFETY: the declarations are those of libc.
    let libc = unsafe { <Libc as Bindings>::open() }.expect("the program is open");
    // SAFETY: the path ends with NUL.
    assert_eq!(unsafe { libc.open()(c"/no/such/file".as_ptr(), 0) }, -1);
    // SAFETY: the text ends with NUL.
    assert_eq!(unsafe { libc.strlen(c"four".as_ptr()) }, 4);
    assert_eq!(libc.abs(-3), 3);
}

#[test]
fn a_panic_of_a_callback_continues_in_the_caller() {
    // SAFETY: the declarations are those of libc.
    let libc = unsafe { <Libc as Bindings>::open() }.expect("the program is open");
    let compare = ctypes_wrap::Callback::new(|_: *const c_int, _: *const c_int| -> c_int {
        panic!("these cannot be compared")
    })
    .expect("a callback");
    let numbers = [1, 2, 3];
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // SAFETY: the array has that many elements of that size, and the callback lives.
        unsafe { libc.bsearch(&2, numbers.as_ptr(), 3, size_of::<c_int>(), compare.as_fn()) }
    }));
    let payload = payload.expect_err("the panic continues");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"these cannot be compared"));
}

mod one {
    use core::ffi::c_int;
    pub(super) extern "C" fn next() -> c_int {
        1
    }
    pub(super) static STEP: c_int = 10;
}

mod two {
    use core::ffi::c_int;
    pub(super) extern "C" fn next() -> c_int {
        2
    }
    pub(super) static STEP: c_int = 20;
}

#[test]
fn resolvers_make_handles_side_by_side() {
    // SAFETY: the addresses are those of what is declared.
    let first = unsafe {
        Counter::from_resolver(|symbol| match symbol.to_bytes() {
            b"next" => one::next as *const c_void,
            b"step" => (&raw const one::STEP).cast(),
            _ => ptr::null(),
        })
    };
    // SAFETY: as above.
    let second = unsafe {
        Counter::from_resolver(|symbol| {
            if symbol == c"next" {
                two::next as *const c_void
            } else {
                (&raw const two::STEP).cast()
            }
        })
    };
    let (first, second) = (first.expect("all found"), second.expect("all found"));
    assert_eq!((first.next(), second.next()), (1, 2));
    // SAFETY: the addresses are those of ints.
    assert_eq!(unsafe { (*first.step(), *second.step()) }, (10, 20));
    assert!(first.library().is_none() && first.path().is_none());
    // SAFETY: nothing is left of it.
    unsafe { second.close() }.expect("nothing to close");

    // SAFETY: nothing is given.
    let errors = unsafe { Counter::from_resolver(|_| ptr::null()) }.expect_err("nothing there");
    assert_eq!(errors.errors().len(), 2);
}

#[test]
fn a_resolver_of_the_system() {
    #[foreign_fn]
    unsafe extern "C" {
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    }
    // SAFETY: a null handle is the program's global scope, and what libc exports is declared as it is.
    let libc = unsafe { Libc::from_resolver(|name| dlsym(ptr::null_mut(), name.as_ptr())) };
    assert_eq!(libc.expect("libc has them").abs(-4), 4);
}

#[test]
fn from_a_library_or_a_path_and_back() {
    // SAFETY: opening libm is sound.
    let library = unsafe { Library::open("m") }.expect("libm is installed");
    let path = library.path().expect("Linux tells the path");
    // SAFETY: the declarations are those of libm.
    let maths = unsafe { Maths::from_library(library) }.expect("lazy");
    assert_eq!(maths.cos(0.0), 1.0);
    // SAFETY: as above.
    let again = unsafe { Maths::open_path(&path) }.expect("the same file");
    assert_eq!(again.path(), Some(path));
    let clone = again.clone();
    // SAFETY: nothing of the handle is used afterwards.
    unsafe { again.close() }.expect_err("the clone holds it");
    // SAFETY: as above.
    unsafe { clone.close() }.expect("nothing holds it");
    assert_eq!(maths.cos(0.0), 1.0, "another handle keeps the library open");
}

#[test]
fn the_environment_names_another_file() {
    // Another process, since the environment is one for all threads.
    if std::env::var_os("CTYPES_TEST_SQLITE").is_some() {
        // SAFETY: opening libm or no file at all is sound.
        let error = unsafe { Sqlite::open() }.expect_err("that file is not there");
        assert!(error.to_string().contains("/no/such/libsqlite3.so"), "{error}");
        return;
    }
    let output = programs::itself()
        .args(["--exact", "the_environment_names_another_file"])
        .env("CTYPES_TEST_SQLITE", "/no/such/libsqlite3.so")
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
