//! `#[foreign_fn]` against the real libm, libc and zlib: what is called, what is missing, and who comes first.
#![cfg(target_os = "linux")]
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unused, clippy::all)]

use core::ffi::{CStr, c_char, c_double, c_int, c_uint, c_ulong};
use ctypes_wrap::foreign::BindCause;
use ctypes_wrap::foreign_fn;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// The mathematical library.
pub mod libm {
    use super::*;

    #[foreign_fn(lib = "m")]
    unsafe extern "C" {
        /// The cosine.
        #[must_use]
        pub safe fn cos(x: c_double) -> c_double;
        pub fn frexp(x: c_double, exp: *mut c_int) -> c_double;
        /// Sets `signgam`.
        pub safe fn lgamma(x: c_double) -> c_double;
        pub static signgam: c_int;
        #[symbol = "copysign"]
        pub safe fn with_sign_of(_: c_double, _: c_double) -> c_double;
        #[link_name = "hypot"]
        pub safe fn hypotenuse(x: c_double, y: c_double) -> c_double;
        #[optional]
        pub safe fn sqrt(x: c_double) -> c_double;
        #[optional]
        pub fn cosine_of_the_future(x: c_double) -> c_double;
        #[cfg(windows)]
        pub fn only_on_windows(x: NoSuchType) -> c_double;
    }
}

mod libc_of_the_program {
    use super::*;

    #[foreign_fn]
    unsafe extern "C" {
        pub(crate) fn strlen(text: *const c_char) -> usize;
        pub(crate) fn snprintf(to: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
        pub(crate) static mut opterr: c_int;
        pub(crate) fn qsort(
            base: *mut c_int,
            count: usize,
            size: usize,
            compare: Option<unsafe extern "C" fn(*const c_int, *const c_int) -> c_int>,
        );
    }
}

#[foreign_fn(linux = ["libz.so.1"], windows = ["zlib1.dll"], macos = ["libz.1.dylib"], load = load_zlib)]
unsafe extern "C" {
    fn crc32<'a>(crc: c_ulong, buffer: &'a u8, length: c_uint) -> c_ulong;
    safe fn zlibVersion<'a>() -> *const c_char;
}

#[foreign_fn(lib = "m")]
pub unsafe extern "C" fn floor(x: f64) -> f64;

#[foreign_fn(lib = ["libm.so.6"])]
pub safe fn ceil(x: f64) -> f64;

#[foreign_fn(lib = "no_such_library_anywhere", load = load_nothing)]
unsafe extern "C" {
    safe fn nothing(x: c_int) -> c_int;
}

#[foreign_fn(lib = "m", load = load_holes)]
unsafe extern "C" {
    safe fn tan(x: c_double) -> c_double;
    safe fn no_such_function(x: c_int) -> c_int;
    fn no_such_variadic(x: c_int, ...) -> c_int;
    static no_such_variable: c_int;
    #[optional]
    fn no_such_optional();
}

/// The working directory, as the C library tells it.
#[foreign_fn]
pub fn getcwd() -> std::io::Result<PathBuf> {
    let mut buffer = vec![0_u8; 4096];
    let found = {
        unsafe extern "C" {
            fn getcwd(buf: *mut c_char, size: usize) -> *mut c_char;
        }
        // SAFETY: the buffer has that size.
        unsafe { getcwd(buffer.as_mut_ptr().cast(), buffer.len()) }
    };
    if found.is_null() {
        return Err(std::io::Error::last_os_error());
    }
    let length = buffer.iter().position(|byte| *byte == 0).unwrap_or(buffer.len());
    buffer.truncate(length);
    Ok(PathBuf::from(OsString::from_vec(buffer)))
}

fn panic_text(run: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(run).expect_err("no panic");
    payload.downcast_ref::<String>().expect("a message").clone()
}

#[cfg(target_arch = "x86_64")]
#[foreign_fn(lib = "m", load = load_sysv)]
unsafe extern "sysv64" {
    safe fn fabs(x: f64) -> f64;
    #[expect(dead_code, reason = "nobody calls it")]
    fn trunc(x: f64) -> f64;
}

#[foreign_fn(lib = "m", load = load_system)]
unsafe extern "system" {
    safe fn rint(x: f64) -> f64;
}

#[foreign_fn(lib = "m", load = load_unwind)]
unsafe extern "C-unwind" {
    safe fn round(x: f64) -> f64;
    #[deprecated = "use round"]
    #[must_use]
    #[expect(dead_code)]
    safe fn lround(x: f64) -> core::ffi::c_long;
}

#[test]
fn conventions() {
    #[cfg(target_arch = "x86_64")]
    assert_eq!(fabs(-1.5), 1.5);
    assert_eq!((rint(2.5), round(2.5)), (2.0, 3.0));
    assert!(load_unwind().is_ok());
}

#[test]
fn functions_of_libm() {
    // std calls the same C library, linked instead of late-bound.
    assert_eq!(libm::cos(0.5).to_bits(), 0.5_f64.cos().to_bits());
    assert_eq!(libm::try_cos(0.5).expect("libm has cos").to_bits(), 0.5_f64.cos().to_bits());
    let mut exponent = 0;
    // SAFETY: the pointer is valid.
    assert_eq!(unsafe { libm::frexp(48.0, &mut exponent) }, 0.75);
    assert_eq!(exponent, 6);
    // SAFETY: the pointer is valid.
    assert_eq!(unsafe { libm::try_frexp(1.0, &mut exponent) }.expect("libm has frexp"), 0.5);
    assert_eq!(libm::with_sign_of(3.0, -0.0), -3.0);
    assert_eq!(libm::hypotenuse(3.0, 4.0), 3.0_f64.hypot(4.0));
    // SAFETY: floor has no requirements.
    assert_eq!(unsafe { floor(1.5) }, 1.0);
    assert_eq!(ceil(1.5), 2.0);
    assert_eq!(libm::load().map_err(|errors| errors.to_string()), Ok(()));
}

#[test]
fn variables() {
    libm::lgamma(-0.5);
    // SAFETY: no other test of this program calls lgamma.
    assert_eq!(unsafe { libm::signgam.read() }, -1);
    libm::lgamma(0.5);
    // SAFETY: the address is that of an int.
    assert_eq!(unsafe { *libm::signgam.as_ptr() }, 1);
    assert_eq!(libm::signgam.get().expect("libm has it"), libm::signgam.as_ptr());
    // SAFETY: nothing here calls getopt.
    unsafe {
        libc_of_the_program::opterr.write(0);
        assert_eq!(libc_of_the_program::opterr.read(), 0);
        libc_of_the_program::opterr.write(1);
    }
}

#[test]
fn optional_functions() {
    let sqrt = libm::sqrt().expect("libm has sqrt");
    assert_eq!(sqrt(9.0), 3.0);
    assert!(libm::cosine_of_the_future().is_none());
    assert!(libm::cosine_of_the_future().is_none(), "the same the second time");
}

#[test]
fn functions_of_the_program() {
    // SAFETY: the text ends with NUL.
    assert_eq!(unsafe { libc_of_the_program::strlen(c"twelve bytes".as_ptr()) }, 12);
    let mut buffer = [0; 32];
    // SAFETY: the format takes an int and a double; the buffer has that size.
    let length = unsafe {
        libc_of_the_program::snprintf(
            buffer.as_mut_ptr(),
            buffer.len(),
            c"%d %.2f".as_ptr(),
            3 as c_int,
            2.5_f64,
        )
    };
    // SAFETY: snprintf ends with NUL.
    assert_eq!(unsafe { CStr::from_ptr(buffer.as_ptr()) }, c"3 2.50");
    assert_eq!(length, 6);
    assert!(libc_of_the_program::snprintf.get().is_ok());
    assert_eq!(getcwd().expect("a working directory"), std::env::current_dir().expect("the same"));
}

#[test]
fn a_callback_as_argument() {
    unsafe extern "C" fn compare(a: *const c_int, b: *const c_int) -> c_int {
        // SAFETY: qsort hands out pointers into the array.
        unsafe { (*a).cmp(&*b) as c_int }
    }
    let mut numbers = [3, 1, 2];
    // SAFETY: the array has that many elements of that size.
    unsafe {
        libc_of_the_program::qsort(numbers.as_mut_ptr(), 3, size_of::<c_int>(), Some(compare))
    };
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn a_panic_of_a_callback_continues_in_the_caller() {
    use ctypes_wrap::Callback;

    type Compare = unsafe extern "C" fn(*const c_int, *const c_int) -> c_int;

    // A function pointer by another name: the macro cannot see it, so it is told.
    mod told {
        #[ctypes_wrap::foreign_fn]
        unsafe extern "C" {
            #[callbacks]
            pub(super) fn qsort(base: *mut i32, count: usize, size: usize, by: super::Anything);
        }
    }

    let calls = std::cell::Cell::new(0);
    let compare = Callback::new(|_: *const c_int, _: *const c_int| -> c_int {
        calls.set(calls.get() + 1);
        panic!("these cannot be compared");
    })
    .expect("a callback");
    let compare: Compare = compare.as_fn();
    let mut numbers = [3, 1, 2];
    for told in [false, true] {
        calls.set(0);
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let base = numbers.as_mut_ptr();
            // SAFETY: the array has that many elements of that size, and the callback lives.
            unsafe {
                if told {
                    told::qsort(base, 3, size_of::<c_int>(), Anything(compare as *const _));
                } else {
                    libc_of_the_program::qsort(base, 3, size_of::<c_int>(), Some(compare));
                }
            }
        }));
        let payload = payload.expect_err("the panic continues");
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"these cannot be compared"));
        assert_eq!(calls.get(), 1, "no further entry runs while the panic waits");
    }
}

/// A pointer that does not look like one to a function.
#[repr(transparent)]
pub struct Anything(*const core::ffi::c_void);

#[test]
fn zlib() {
    load_zlib().expect("zlib is installed");
    // The check value of CRC-32 that the catalogues of CRCs list for these nine digits.
    // SAFETY: the buffer has that length.
    assert_eq!(unsafe { crc32(0, &b"123456789"[0], 9) }, 0xCBF4_3926);
    // SAFETY: zlib returns a static string.
    assert!(unsafe { CStr::from_ptr(zlibVersion()) }.to_bytes().starts_with(b"1."));
}

#[test]
fn a_missing_library_is_an_error_or_a_panic_with_its_text() {
    let error = try_nothing(1).expect_err("there is no such library");
    assert!(matches!(error.cause(), BindCause::Load(_)), "{error:?}");
    let text = error.to_string();
    for part in ["`nothing`", "foreign_fn::nothing", "no_such_library_anywhere"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(std::ptr::eq(error, try_nothing(1).expect_err("still")), "the error is kept");
    assert_eq!(
        panic_text(|| {
            nothing(1);
        }),
        text
    );
    let all = load_nothing().expect_err("there is no such library");
    assert!(all.cause().is_some() && all.errors().is_empty(), "{all:?}");
    assert!(std::error::Error::source(&all).is_some());
}

#[test]
fn missing_symbols_are_reported_together() {
    assert!(tan(0.0) == 0.0);
    let error = try_no_such_function(1).expect_err("there is no such symbol");
    assert!(matches!(error.cause(), BindCause::Symbol(_)), "{error:?}");
    let text = error.to_string();
    for part in ["no_such_function", "libm"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert_eq!(
        panic_text(|| {
            no_such_function(1);
        }),
        text
    );
    assert!(
        panic_text(|| {
            let _ = *no_such_variadic;
        })
        .contains("no_such_variadic")
    );
    assert!(
        panic_text(|| {
            no_such_variable.as_ptr();
        })
        .contains("no_such_variable")
    );
    assert!(no_such_variadic.get().is_err() && no_such_variable.get().is_err());

    let all = load_holes().expect_err("three are missing");
    let symbols: Vec<&str> = all.errors().iter().map(|error| error.symbol()).collect();
    assert_eq!(symbols, ["no_such_function", "no_such_variadic", "no_such_variable"]);
    for symbol in symbols {
        assert!(all.to_string().contains(symbol), "{all}");
    }
    assert!(no_such_optional().is_none());
}

#[test]
fn any_thread_may_come_first() {
    #[foreign_fn(lib = "m")]
    unsafe extern "C" {
        safe fn sin(x: c_double) -> c_double;
        safe fn log(x: c_double) -> c_double;
    }
    let barrier = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                assert_eq!(sin(0.5).to_bits(), 0.5_f64.sin().to_bits());
                assert!(try_log(2.0).is_ok());
            });
        }
    });
    assert_eq!(load().map_err(|errors| errors.to_string()), Ok(()));
}

#[test]
fn a_lifetime_of_the_declaration() {
    let text = CString::new("a:b").expect("no NUL");
    #[foreign_fn]
    unsafe extern "C" {
        safe fn strchr<'a>(text: &'a c_char, character: c_int) -> Option<&'a c_char>;
    }
    // SAFETY: the text outlives the reference, and the whole of it may be read through it.
    let first = unsafe { &*text.as_ptr() };
    let found = strchr(first, c_int::from(b':')).expect("there is a colon");
    assert_eq!(std::ptr::from_ref(found).addr() - text.as_ptr().addr(), 1);
}

#[test]
fn a_function_pointer_behind_an_alias_is_guarded_too() {
    use ctypes_wrap::Callback;
    type Compare = Option<unsafe extern "C" fn(*const c_int, *const c_int) -> c_int>;
    #[foreign_fn]
    unsafe extern "C" {
        fn qsort(base: *mut c_int, count: usize, size: usize, compare: Compare);
    }
    let compare = Callback::new(|_: *const c_int, _: *const c_int| -> c_int { panic!("no order") })
        .expect("a callback");
    let mut numbers = [2, 1];
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // SAFETY: the array has that many elements of that size.
        unsafe { qsort(numbers.as_mut_ptr(), 2, size_of::<c_int>(), Some(compare.as_fn())) };
    }))
    .expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"no order"));
}
