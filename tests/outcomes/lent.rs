//! Closures that are lent to C functions which hand user data back: `#[callback]` and `#[user_data]`.

use super::fixture;
use core::ffi::{CStr, c_char, c_double, c_int, c_long, c_void};
use ctypes_wrap::{Bindings, Errno, foreign_fn, library};

#[foreign_fn(lib = "outcomes", linux = ["liboutcomes.so"])]
unsafe extern "C" {
    /// The sum of what the closure returns.
    #[errno(-1)]
    fn each_last(
        count: c_int,
        #[callback] each: Option<unsafe extern "C" fn(c_int, *const c_char, *mut c_void) -> c_long>,
        #[user_data] data: *mut c_void,
        #[out] sum: *mut c_long,
    ) -> c_int;
    fn each_first(
        #[user_data] data: *mut c_void,
        #[callback(data_first)] each: unsafe extern "C" fn(*mut c_void, c_double) -> c_double,
        count: c_int,
    ) -> c_double;
}

#[library(linux = ["liboutcomes.so"], handle = Lending)]
unsafe extern "C" {
    safe fn each_first(
        #[user_data] data: *mut c_void,
        #[callback(data_first)] each: unsafe extern "C" fn(*mut c_void, c_double) -> c_double,
        count: c_int,
    ) -> c_double;
}

#[test]
fn a_closure_borrows_and_changes() {
    let _library = fixture();
    let mut seen = Vec::new();
    // SAFETY: the function calls what it is given and keeps nothing; the names are strings of C's.
    let done = unsafe {
        each_last(3, |n, name| {
            seen.push((n, CStr::from_ptr(name).to_owned()));
            c_long::from(n) * 10
        })
    };
    assert_eq!(done, Ok(30));
    assert_eq!(seen, [(0, c"even".into()), (1, c"odd".into()), (2, c"even".into())]);
    // SAFETY: as above.
    let failed = unsafe { each_last(3, |n, _| if n == 1 { -1 } else { 0 }) };
    assert_eq!(failed, Err(Errno(libc::EINTR)));
}

#[test]
fn the_data_may_come_first() {
    let _library = fixture();
    let factor = 4.0;
    // SAFETY: as above.
    assert_eq!(unsafe { each_first(|x| x * factor, 3) }, 4.0 * (0.0 + 0.5 + 1.0));
    // SAFETY: as above.
    assert_eq!(unsafe { try_each_first(|x| x, 3) }.map_err(|e| e.to_string()), Ok(1.5));
}

#[test]
fn a_handle_has_methods_that_take_closures() {
    let library = fixture();
    // SAFETY: it declares what the library has.
    let handle = unsafe { Lending::from_library(library) }.expect("the function is there");
    let mut calls = 0;
    let sum = handle.each_first(
        |x| {
            calls += 1;
            x
        },
        5,
    );
    assert_eq!((sum, calls), (0.0 + 0.5 + 1.0 + 1.5 + 2.0, 5));
}

#[test]
fn a_panic_continues_in_the_caller() {
    let _library = fixture();
    let mut calls = 0;
    let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
        // SAFETY: as above.
        unsafe {
            each_first(
                |_| {
                    calls += 1;
                    panic!("enough")
                },
                9,
            )
        }
    }));
    let payload = caught.expect_err("it panics");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"enough"));
    // While it is on its way the closure does not run.
    assert_eq!(calls, 1);
}
