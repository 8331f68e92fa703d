//! Checks, error numbers and traces that cannot be, all reported at once.
use core::ffi::{c_char, c_int};
use ctypes_wrap::foreign_fn;

fn positive(x: c_int) -> Result<c_int, ()> {
    if x > 0 { Ok(x) } else { Err(()) }
}

#[foreign_fn]
unsafe extern "C" {
    #[check = positive]
    fn a() -> c_int;
    #[check(positive)]
    fn b() -> c_int;
    #[check(positive -> Result<c_int, ()> here)]
    fn c() -> c_int;
    #[errno = -1]
    fn d() -> c_int;
    #[errno()]
    fn e() -> c_int;
    #[errno(-1, 0)]
    fn f() -> c_int;
    #[errno]
    #[errno(-1)]
    fn g() -> c_int;
    #[errno]
    #[last_error]
    fn h() -> c_int;
    #[check(positive -> Result<c_int, ()>)]
    #[errno(-1)]
    fn i() -> c_int;
    #[check]
    #[errno]
    fn j() -> c_int;
    #[errno(-1)]
    fn k();
    #[check]
    fn l() -> !;
    #[errno]
    #[optional]
    fn m() -> c_int;
    #[check]
    fn printf(format: *const c_char, ...) -> c_int;
    #[errno]
    static n: c_int;
    #[trace(target)]
    fn o();
    #[trace = 5]
    fn p();
    #[trace]
    #[optional]
    fn q();
    #[check(positive -> Positive)]
    fn r(#[out] x: *mut c_int) -> c_int;
}

type Positive = Result<c_int, ()>;

#[foreign_fn(errno = -1, load = load_options)]
unsafe extern "C" {
    fn s() -> c_int;
}

#[foreign_fn(check, errno, load = load_two)]
unsafe extern "C" {
    fn t() -> c_int;
}

fn main() {
    // What could be understood is there.
    let _ = (a, try_b, k);
}
