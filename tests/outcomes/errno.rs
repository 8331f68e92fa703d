//! `errno`: in all its forms, cleared before and read after, on each thread its own.

use crate::fixture;
use core::ffi::{c_char, c_int, c_long, c_void};
use core::ptr::NonNull;
use ctypes_wrap::{Args, Errno, LongDouble, foreign_fn};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

#[foreign_fn(lib = ["liboutcomes.so"], load = load_fixture)]
unsafe extern "C" {
    #[errno(-1)]
    safe fn fail_with(number: c_int, times: c_int) -> c_int;
    #[errno(-1)]
    safe fn fail_amid_others(number: c_int) -> c_int;
    safe fn get_number_of_all() -> c_int;
    #[errno]
    safe fn only_errno(number: c_int);
    #[errno]
    safe fn errno_at_entry() -> c_int;
    #[errno(null)]
    safe fn null_with(number: c_int) -> Option<NonNull<c_int>>;
    #[errno(null)]
    #[symbol = "null_with"]
    safe fn raw_null_with(number: c_int) -> *mut c_int;
    #[errno(result)]
    safe fn error_number(number: c_int) -> c_int;
    #[errno(nonzero)]
    #[symbol = "error_number"]
    safe fn nonzero(number: c_int) -> c_int;
    #[errno]
    safe fn fail_long_double(x: LongDouble, number: c_int) -> LongDouble;
}

mod libc_functions {
    use super::*;

    #[foreign_fn(errno(-1))]
    unsafe extern "C" {
        #[symbol = "access"]
        pub(super) fn can_access(path: *const c_char, mode: c_int) -> c_int;
        /// Creates no file, so that the mode, which is variadic in C, is not looked at.
        #[cfg(target_arch = "x86_64")]
        pub(super) fn open(path: *const c_char, flags: c_int) -> c_int;
        pub(super) safe fn close(file: c_int) -> c_int;
        /// Another way for this one alone.
        #[errno]
        pub(super) fn strtol(text: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long;
        /// Without a result the block's word does not apply.
        pub(super) fn free(memory: *mut c_void);
        #[errno(result)]
        pub(super) fn posix_memalign(to: *mut *mut c_void, align: usize, size: usize) -> c_int;
    }
}
use libc_functions::{can_access, close, free, posix_memalign, strtol};

#[test]
fn a_missing_file() {
    // SAFETY: the path ends with NUL.
    let error = unsafe { can_access(c"/no/such/file".as_ptr(), 0) }.expect_err("no such file");
    assert_eq!(error, Errno(libc::ENOENT));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);
    // SAFETY: as above.
    assert_eq!(unsafe { can_access(c"/".as_ptr(), 0) }, Ok(0));
    #[cfg(target_arch = "x86_64")]
    {
        use libc_functions::{open, try_open};
        // SAFETY: as above.
        let error = unsafe { open(c"/no/such/file".as_ptr(), 0) }.expect_err("no such file");
        assert_eq!(error.0, libc::ENOENT);
        // SAFETY: as above.
        let bound = unsafe { try_open(c"/".as_ptr(), libc::O_RDONLY) }.expect("libc has it");
        assert_eq!(close(bound.expect("it can be opened")), Ok(0));
    }
    assert_eq!(close(-1), Err(Errno(libc::EBADF)));

    fn with_question_mark() -> io::Result<c_int> {
        Ok(close(-1)?)
    }
    let error = with_question_mark().expect_err("no such file descriptor");
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
}

#[test]
fn the_number_beside_the_result() {
    let number = |text: &core::ffi::CStr| {
        // SAFETY: the text ends with NUL; the end is not asked for.
        unsafe { strtol(text.as_ptr(), core::ptr::null_mut(), 10) }
    };
    assert_eq!(number(c"-12"), (-12, Errno(0)));
    assert_eq!(number(c"99999999999999999999"), (c_long::MAX, Errno(libc::ERANGE)));
    assert_eq!(number(c"1"), (1, Errno(0)), "an earlier number is cleared");
}

#[test]
fn functions_that_return_the_number() {
    let mut memory = core::ptr::null_mut();
    // SAFETY: the pointer is valid, and C writes to it only if it succeeds.
    assert_eq!(unsafe { posix_memalign(&mut memory, 3, 16) }, Err(Errno(libc::EINVAL)));
    // SAFETY: as above.
    assert_eq!(unsafe { posix_memalign(&mut memory, 64, 16) }, Ok(()));
    assert_eq!(memory.addr() % 64, 0);
    // SAFETY: the memory is from malloc's family.
    unsafe { free(memory) };
}

#[test]
fn every_form() {
    let _fixture = fixture();
    load_fixture().expect("the fixture has them");
    assert_eq!(fail_with(5, 3), Err(Errno(5)));
    assert_eq!(only_errno(6), Errno(6));
    assert_eq!(null_with(7), Err(Errno(7)));
    assert_eq!(raw_null_with(8), Err(Errno(8)));
    assert_eq!(error_number(9), Err(Errno(9)), "the result, not errno");
    assert_eq!(error_number(0), Ok(()));
    assert_eq!(nonzero(9), Err(Errno(99)), "errno, not the result");
    assert_eq!(nonzero(0), Ok(()));
    only_errno(77);
    assert_eq!(errno_at_entry(), (0, Errno(0)), "it is cleared before");
}

#[test]
fn a_call_through_the_engine() {
    let _fixture = fixture();
    // SAFETY: all bytes zero are the number 0.
    let zero: LongDouble = unsafe { core::mem::zeroed() };
    let (_, errno) = fail_long_double(zero, 12);
    assert_eq!(errno, Errno(12));
}

#[test]
fn looking_a_symbol_up_leaves_no_trace() {
    // The first name fails, which makes the loader set errno, as the control below shows.
    #[foreign_fn(lib = ["libno_such_library_of_ours.so", "libm.so.6"], load = load_late)]
    unsafe extern "C" {
        #[errno]
        safe fn floor(x: f64) -> f64;
        safe fn ceil(x: f64) -> f64;
        #[symbol = "abs"]
        #[optional]
        safe fn absent() -> c_int;
    }
    assert_eq!(floor(1.5), (1.0, Errno(0)), "the stub runs between clearing and reading");

    #[foreign_fn(lib = ["libno_such_library_of_ours.so", "libm.so.6"])]
    unsafe extern "C" {
        safe fn trunc(x: f64) -> f64;
        fn no_such_function();
    }
    set_errno(55);
    assert_eq!(trunc(1.5), 1.0);
    assert_eq!(errno_now(), 55);
    // SAFETY: it is not there, and so it is not called.
    assert!(unsafe { try_no_such_function() }.is_err());
    assert_eq!(errno_now(), 55);
    let _ = absent();
    assert_eq!(errno_now(), 55);

    // SAFETY: opening nothing is sound.
    let error = unsafe { ctypes_wrap::Library::open_any(["libno_such_library_of_ours.so"]) };
    assert!(error.is_err());
    assert_ne!(errno_now(), 55, "the control: a library that is not found does set errno");
}

fn errno_now() -> c_int {
    io::Error::last_os_error().raw_os_error().expect("a number of the system")
}

fn set_errno(value: c_int) {
    // SAFETY: the address is that of this thread's errno.
    unsafe { *libc::__errno_location() = value };
}

/// Every thread sets numbers of its own, and none sees another's.
#[test]
fn each_thread_has_its_own() {
    let _fixture = fixture();
    let barrier = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for thread in 1..=8 {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for round in 0..50_000 {
                    let number = thread * 1000 + round % 1000;
                    assert_eq!(fail_with(number, 1 + round % 7), Err(Errno(number)));
                    if round % 64 == 0 {
                        // Meanwhile something else leaves a number behind.
                        assert_eq!(close(-1), Err(Errno(libc::EBADF)));
                        std::thread::yield_now();
                    }
                }
            });
        }
    });
}

/// The same by every form of call at once, on more threads than processors, while each also fails at something else.
#[test]
fn each_form_of_call_tells_the_number_of_its_own_call() {
    const THREADS: i32 = 8;
    const CALLS: i32 = 20_000;
    let declared = fixture().declare("int fail_amid_others(int number);").expect("it is there");
    let barrier = std::sync::Barrier::new(THREADS as usize);
    let (wrong, disturbed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (barrier, declared) = (&barrier, &declared);
            let (wrong, disturbed) = (&wrong, &disturbed);
            scope.spawn(move || {
                let mut args = Args::new();
                barrier.wait();
                for call in 0..CALLS {
                    // No two threads use one number.
                    let number = 1000 + call % 5000 * THREADS + thread;
                    args.clear();
                    args.push(number);
                    // SAFETY: the declaration is that of the fixture.
                    let found = unsafe {
                        [
                            fail_amid_others(number).expect_err("it fails"),
                            declared.call_errno::<c_int>((number,)).expect("a call").1,
                            declared.call_value_errno((number,)).expect("a call").1,
                            declared.call_args_errno(&mut args).expect("a call").1,
                        ]
                    };
                    let others = found.iter().filter(|found| **found != Errno(number)).count();
                    wrong.fetch_add(others, Ordering::Relaxed);
                    disturbed.fetch_add((get_number_of_all() != number).into(), Ordering::Relaxed);
                    if call % 16 == 0 {
                        assert!(std::fs::metadata("/no/such/file").is_err());
                    }
                }
            });
        }
    });
    assert_eq!(wrong.into_inner(), 0, "of {} numbers", THREADS * CALLS * 4);
    // The control: a number that the threads share was another one's after many calls.
    let (disturbed, least) = (disturbed.into_inner(), (THREADS * CALLS / 100) as usize);
    assert!(disturbed > least, "the threads disturbed each other only {disturbed} times");
}

/// A panic in a callback goes on, and the number of the call around it is still read next to the call.
#[test]
fn callbacks() {
    #[foreign_fn]
    unsafe extern "C" {
        #[errno]
        fn qsort(
            base: *mut c_int,
            count: usize,
            size: usize,
            compare: Option<unsafe extern "C" fn(*const c_int, *const c_int) -> c_int>,
        );
    }
    unsafe extern "C" fn compare(a: *const c_int, b: *const c_int) -> c_int {
        set_errno(33);
        // SAFETY: qsort hands out pointers into the array.
        unsafe { (*a).cmp(&*b) as c_int }
    }
    let mut numbers = [3, 1, 2];
    // SAFETY: the array has that many elements of that size.
    let errno = unsafe { qsort(numbers.as_mut_ptr(), 3, size_of::<c_int>(), Some(compare)) };
    assert_eq!((numbers, errno), ([1, 2, 3], Errno(33)));
}
