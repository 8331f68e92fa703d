//! Real libraries as programs use them: libc, libm, zlib, SQLite; each by declarations that are known when this is
//! compiled and by signatures that are made at run time. What is expected comes from outside this project: C compiled
//! by the C compiler, the crate libc, Rust's standard library, the system, or the library's own other way to say it.
#![cfg(all(target_os = "linux", any(feature = "libffi", feature = "libffi-system")))]

mod addresses;
mod files;
mod formats;
mod modules;
mod numbers;
#[path = "../common/programs.rs"]
mod programs;
mod sorting;
mod sqlite;
mod statements;
mod texts;
mod zlib;
mod zlib_streams;

use core::ffi::{c_char, c_int};
use core::fmt::Display;
use ctypes_wrap::header::{Header, HeaderBuilder};
use ctypes_wrap::prelude::*;
use std::sync::LazyLock;

const D: Type = Type::DOUBLE;
const TEXT: Type = Type::CONST_CHAR_PTR;

/// What a test cannot do without, or the Debian package that has it.
#[track_caller]
fn needed<T, E: Display>(found: Result<T, E>, package: &str) -> T {
    found.unwrap_or_else(|e| panic!("this test needs the Debian package {package}: {e}"))
}

/// Opens a library, or says which package has it.
#[track_caller]
fn open(name: &str, package: &str) -> Library {
    // SAFETY: well-known libraries, whose initialisers are sound.
    needed(unsafe { Library::open(name) }, package)
}

/// Reads a header, or says which package has it.
#[track_caller]
fn header(header: &HeaderBuilder, package: &str) -> Header {
    needed(header.read(), package)
}

#[track_caller]
fn function(library: &Library, name: &str, result: &Type, params: &[Type]) -> Function {
    let sig = Signature::new(CallConv::C, result, params).expect("a signature");
    library.function(name, &sig).unwrap_or_else(|e| panic!("{e}"))
}

#[track_caller]
fn declare(library: &Library, prototype: &str) -> Function {
    library.declare(prototype).unwrap_or_else(|e| panic!("{e}"))
}

/// A function of `tests/native/real_uses.c`, found and called by other means than those that are tested.
///
/// # Safety
/// `F` is a pointer to a function of its type.
#[track_caller]
unsafe fn in_c<F: Copy>(name: &str) -> F {
    static LIBRARY: LazyLock<libloading::Library> = LazyLock::new(|| {
        // SAFETY: a library without initialisers, built from this repository.
        unsafe { libloading::Library::new(env!("CTYPES_REAL_USES_LIB")) }
            .unwrap_or_else(|e| panic!("the C side was not built: {e}"))
    });
    // SAFETY: the caller's promise; the library is never closed.
    let symbol = unsafe { LIBRARY.get::<F>(name) };
    *symbol.unwrap_or_else(|e| panic!("the C side has no `{name}`: {e}"))
}

/// The text that a function like `snprintf` writes to a buffer of 512 bytes.
#[track_caller]
fn written(write: impl FnOnce(*mut c_char, usize) -> c_int) -> String {
    let mut buffer = [0_u8; 512];
    let length = write(buffer.as_mut_ptr().cast(), buffer.len());
    let length = usize::try_from(length).expect("it prints");
    assert_eq!(buffer.get(length), Some(&0), "the text ends where the length says");
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

/// What is not there is a failure that says what to install, not a test that passes without it.
#[test]
fn what_is_missing_is_named_with_its_package() {
    let message = |lacking: fn()| {
        let payload = std::panic::catch_unwind(lacking).expect_err("it is not there");
        payload.downcast_ref::<String>().expect("a message").clone()
    };
    let library = message(|| drop(open("no_such_library_of_ours", "libnone1")));
    let header = message(|| drop(header(&Header::new("no_such_header.h"), "libnone-dev")));
    let block = message(|| needed(absent::load(), "libnone1"));
    for (message, package, what) in [
        (library, "libnone1", "no_such_library_of_ours"),
        (header, "libnone-dev", "no_such_header.h"),
        (block, "libnone1", "no_such_library_of_ours"),
    ] {
        let start = format!("this test needs the Debian package {package}: ");
        assert!(message.starts_with(&start) && message.contains(what), "{message}");
    }
}

mod absent {
    #[ctypes_wrap::foreign_fn(lib = "no_such_library_of_ours")]
    unsafe extern "C" {
        pub(super) safe fn nothing();
    }
}
