//! `#[out]`, `#[inout]`, `#[default(…)]`: parameters of C that are results or constants in Rust.

use crate::fixture;
use core::ffi::{c_int, c_long, c_void};
use ctypes_wrap::prelude::*;

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct TimeVal {
    tv_sec: libc::time_t,
    tv_usec: c_long,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct RLimit {
    rlim_cur: libc::rlim_t,
    rlim_max: libc::rlim_t,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Both {
    a: i64,
    b: f64,
    c: u8,
}

#[foreign_fn(lib = "m", load = load_m)]
unsafe extern "C" {
    safe fn frexp(x: f64, #[out] exp: *mut c_int) -> f64;
    safe fn modf(x: f64, #[out] _: *mut f64) -> f64;
    safe fn sincos(x: f64, #[out] sin: *mut f64, #[out] cos: *mut f64);
}

#[foreign_fn(load = load_c)]
unsafe extern "C" {
    #[errno(nonzero)]
    safe fn gettimeofday(
        #[out] now: *mut TimeVal,
        #[default(core::ptr::null_mut())] zone: *mut c_void,
    ) -> c_int;
    #[errno(-1)]
    safe fn getrlimit(resource: c_int, #[out] limit: *mut RLimit) -> c_int;
    #[errno(-1)]
    safe fn pipe(#[out] ends: *mut [c_int; 2]) -> c_int;
    #[errno]
    safe fn waitpid(pid: c_int, #[out] status: *mut c_int, #[default(0)] options: c_int) -> c_int;
}

#[foreign_fn(lib = ["liboutcomes.so"], load = load_fixture)]
unsafe extern "C" {
    safe fn fill(#[inout] r#in: *mut i64, #[out] both: *mut Both, #[out] flag: *mut bool) -> i64;
    #[symbol = "fill"]
    fn fill_at(r#in: *mut i64, #[out] both: *mut Both, flag: *mut bool) -> i64;
    safe fn sum_with_flags(
        a: u64,
        #[default(7)] flags: u64,
        #[default(core::ptr::null())] _: *const c_void,
        b: u64,
    ) -> u64;
}

#[test]
fn functions_of_libm() {
    let (fraction, exponent) = frexp(48.0);
    assert_eq!(fraction * 2_f64.powi(exponent), 48.0);
    assert!((0.5..1.0).contains(&fraction));
    assert_eq!(try_frexp(48.0).expect("libm has frexp"), (fraction, exponent));
    assert_eq!(modf(1.5), (0.5, 1.0));
    // std calls the same C library, linked instead of late-bound.
    assert_eq!(sincos(0.5), 0.5_f64.sin_cos());
}

#[test]
fn structs() {
    let std = || -> libc::time_t {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.expect("after 1970").as_secs().try_into().expect("before the end of the type")
    };
    let before = std();
    let now: TimeVal = gettimeofday().expect("there is a clock");
    assert!((before..=std()).contains(&now.tv_sec));
    assert!((0..1_000_000).contains(&now.tv_usec));

    let files: RLimit = getrlimit(libc::RLIMIT_NOFILE.cast_signed()).expect("there is a limit");
    let mut linked = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is valid.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut linked) }, 0);
    assert_eq!((files.rlim_cur, files.rlim_max), (linked.rlim_cur, linked.rlim_max));
    assert_eq!(getrlimit(-1).expect_err("no such limit").0, libc::EINVAL);
}

#[test]
fn arrays() {
    let [read, write]: [c_int; 2] = pipe().expect("there are file descriptors");
    let mut received = [0_u8; 4];
    // SAFETY: the descriptors are ours; the buffers have that size.
    unsafe {
        assert_eq!(libc::write(write, b"pipe".as_ptr().cast(), 4), 4);
        assert_eq!(libc::read(read, received.as_mut_ptr().cast(), 4), 4);
        libc::close(read);
        libc::close(write);
    }
    assert_eq!(&received, b"pipe");
}

#[test]
fn a_result_an_output_and_errno() {
    let (pid, status, errno) = waitpid(libc::c_int::MAX);
    assert_eq!((pid, status, errno.0), (-1, 0, libc::ECHILD));
}

#[test]
fn in_the_order_of_the_parameters() {
    let _fixture = fixture();
    let filled = Both { a: -7, b: 0.5, c: 200 };
    let (before, doubled, both, flag) = fill(21);
    assert_eq!((before, doubled, both, flag), (0, 42, filled, true), "outputs are zero before");
    let (mut number, mut flag) = (4, false);
    // SAFETY: the pointers are valid.
    let (before, both) = unsafe { fill_at(&mut number, &mut flag) };
    assert_eq!((before, both, number, flag), (0, filled, 8, true));
}

#[test]
fn constants() {
    let _fixture = fixture();
    assert_eq!(sum_with_flags(1, 2), 1_007_002);
}
