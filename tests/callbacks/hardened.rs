//! Callbacks where memory is never writable and executable, and what their entries in the program's text are.
//!
//! All tests run once more in a process in which Linux refuses to make memory executable.
#![cfg(target_os = "linux")]

use crate::call_times;
use crate::child::{alone, stderr_of_abort};
use crate::common::fixture;
use core::ffi::{c_int, c_void};
use ctypes_wrap::callback;
use ctypes_wrap::error::SignatureError;
use ctypes_wrap::prelude::*;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Set in the process that is to do without memory that becomes executable.
const HARDENED: &str = "CTYPES_TEST_HARDENED";

const HAS_ENTRIES: bool = cfg!(target_arch = "x86_64");
const ENTRIES: usize = 4096 + 1024;

/// Whether this is that process.
pub(crate) fn is_on() -> bool {
    std::env::var_os(HARDENED).is_some()
}

/// Runs before `main`, and so before any callback is made.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    if is_on() {
        callback::forbid_generated_code();
        if let Some(hole) = becomes_executable() {
            eprintln!("this process is to be one that {hole}, and is none");
            std::process::abort();
        }
    }
}

/// What the system allows although it should not.
fn becomes_executable() -> Option<&'static str> {
    let (read, write, exec) = (libc::PROT_READ, libc::PROT_WRITE, libc::PROT_EXEC);
    let map = |protection| {
        // SAFETY: a new mapping of one page.
        unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            libc::mmap(core::ptr::null_mut(), 4096, protection, flags, -1, 0)
        }
    };
    if map(read | write | exec) != libc::MAP_FAILED {
        return Some("maps no memory that is writable and executable");
    }
    let page = map(read | write);
    // SAFETY: the page is ours.
    let changed = unsafe { libc::mprotect(page, 4096, read | exec) };
    (changed == 0).then_some("makes no memory executable")
}

#[test]
fn all_tests_pass_where_no_memory_becomes_executable() {
    if is_on() || !HAS_ENTRIES {
        return;
    }
    let mut command = Command::new(std::env::current_exe().expect("the test binary"));
    command
        .args(["--skip", "all_tests_pass_where", "--test-threads=2"])
        .env(HARDENED, "1")
        .env_remove("CTYPES_TEST_COUNT");
    // SAFETY: prctl may be called between fork and exec.
    unsafe {
        command.pre_exec(|| {
            const PR_SET_MDWE: c_int = 65;
            const PR_MDWE_REFUSE_EXEC_GAIN: libc::c_ulong = 1;
            if libc::prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        });
    }
    let output =
        command.output().expect("this test needs Linux 6.3 or newer: prctl(PR_SET_MDWE) failed");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stdout}\n{stderr}", output.status);
    assert!(stdout.contains("random::random_signatures ... ok"), "{stdout}");
}

/// The process's memory: range, protection, file.
fn maps() -> Vec<(core::ops::Range<usize>, String, String)> {
    let text = std::fs::read_to_string("/proc/self/maps").expect("/proc is mounted");
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (from, to) = words.next()?.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        let protection = words.next()?.to_owned();
        Some((number(from)?..number(to)?, protection, words.nth(3).unwrap_or_default().to_owned()))
    };
    text.lines().map(|l| line(l).unwrap_or_else(|| panic!("{l}"))).collect()
}

#[test]
fn no_memory_is_writable_and_executable() {
    let all: Vec<_> = (0..1000)
        .map(|k| Callback::new(move |i: c_int| -> c_int { i + k }).expect("a callback"))
        .collect();
    let native = fixture();
    for (k, callback) in all.iter().enumerate() {
        // SAFETY: the function has that type, and keeps nothing.
        let sum = unsafe { call_times(&native).call::<c_int>((callback, 1)) };
        assert_eq!(sum, Ok(k as c_int));
    }
    let maps = maps();
    for (range, protection, file) in &maps {
        let both = protection.contains('w') && protection.contains('x');
        assert!(!both, "{range:x?} {protection} {file}");
    }
    // Their code is this program's own.
    let program = std::env::current_exe().expect("the test binary");
    for callback in &all {
        let code = callback.as_ptr().addr();
        let (_, protection, file) =
            maps.iter().find(|(range, ..)| range.contains(&code)).expect("mapped");
        assert!(protection.contains('x'), "{protection}");
        assert!(!HAS_ENTRIES || program.as_os_str() == file.as_str(), "{file}");
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn entries_may_be_reached_by_indirect_calls() {
    for _ in 0..2 {
        let callback = Callback::new(|| -> c_int { 0 }).expect("a callback");
        // SAFETY: code can be read, and an entry has 16 bytes.
        let code = unsafe { callback.as_ptr().cast::<[u8; 4]>().read_unaligned() };
        assert_eq!(code, [0xf3, 0x0f, 0x1e, 0xfa], "ENDBR64");
        assert!(callback.as_ptr().addr().is_multiple_of(16));
    }
}

#[test]
fn stack_traces_go_through_a_callback() {
    let trace = core::cell::RefCell::new(String::new());
    let callback = Callback::new(|_: c_int| -> c_int {
        *trace.borrow_mut() = std::backtrace::Backtrace::force_capture().to_string();
        0
    })
    .expect("a callback");
    // SAFETY: the function has that type, and keeps nothing.
    let done = unsafe { call_times(&fixture()).call::<c_int>((&callback, 1)) };
    assert_eq!(done, Ok(0));
    let trace = trace.take();
    let of_c = trace.find("call_times\n").unwrap_or_else(|| panic!("no call_times in {trace}"));
    assert!(trace[of_c..].contains("stack_traces_go_through_a_callback"), "{trace}");
}

fn number(k: usize) -> Result<Callback<'static, unsafe extern "C" fn() -> c_int>, SignatureError> {
    Callback::new(move || -> c_int { k as c_int })
}

/// What comes back from code.
fn answer(code: *const c_void) -> c_int {
    // SAFETY: the callers give the code of callbacks of this type, which are alive.
    unsafe { core::mem::transmute::<*const c_void, unsafe extern "C" fn() -> c_int>(code)() }
}

#[test]
fn more_callbacks_than_entries() {
    if is_on() {
        return;
    }
    alone("hardened::more_callbacks_than_entries", || {
        let mut all: Vec<_> = (0..ENTRIES + 500).map(|k| number(k).expect("a callback")).collect();
        for (k, callback) in all.iter().enumerate() {
            assert_eq!(answer(callback.as_ptr()), k as c_int);
        }
        all.reverse();
        all.truncate(600);
        for callback in &all {
            assert!(answer(callback.as_ptr()) >= 3996);
        }
    });
}

#[test]
fn entries_are_used_again_oldest_first_and_late() {
    if !HAS_ENTRIES {
        return;
    }
    alone("hardened::entries_are_used_again_oldest_first_and_late", || {
        callback::forbid_generated_code();
        let mut all: std::collections::VecDeque<_> =
            (0..ENTRIES).map(|k| number(k).expect("a callback")).collect();
        let refused = || number(0).expect_err("no entry is left").to_string();
        let expected = "a callback of type `int32_t (void)` needs code that is made at run time, which \
                        `forbid_generated_code` forbids: all 5120 entries are in use, by callbacks or by the last 1024 that ended";
        assert_eq!(refused(), expected);
        let codes: Vec<_> = all.iter().map(Callback::as_ptr).collect();
        for _ in 0..1024 {
            drop(all.pop_front());
            assert_eq!(refused(), expected);
        }
        // The end of the first is now 1,024 ends ago.
        drop(all.pop_front());
        let again = number(77).expect("an entry");
        assert_eq!(again.as_ptr(), codes[0]);
        assert_eq!(answer(again.as_ptr()), 77);
        assert_eq!(refused(), expected);
        drop(again);
        let next = number(78).expect("an entry");
        assert_eq!(next.as_ptr(), codes[1]);
        for (code, k) in codes[1025..].iter().zip(1025..) {
            assert_eq!(answer(*code), k);
        }
    });
}

#[test]
fn an_entry_has_the_name_until_it_is_used_again() {
    let test = "hardened::an_entry_has_the_name_until_it_is_used_again";
    let stderr = stderr_of_abort(test, || {
        let late = number(0).expect("a callback").named("long gone").as_ptr();
        // The other entries are fresh, and taken first.
        let others = if HAS_ENTRIES { ENTRIES - 1 } else { 1000 };
        (0..others).for_each(|k| drop(number(k).expect("a callback")));
        answer(late);
    });
    if let Some(stderr) = stderr {
        assert!(
            stderr.contains("fatal: callback `long gone` was called after its end"),
            "{stderr}"
        );
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[test]
fn without_entries_all_callbacks_are_generated() {
    alone("hardened::without_entries_all_callbacks_are_generated", || {
        callback::forbid_generated_code();
        let error = number(0).expect_err("there is no entry");
        assert!(matches!(error, SignatureError::GeneratedCode { .. }), "{error}");
    });
}

/// Microsoft's convention is none that entries have.
#[cfg(target_arch = "x86_64")]
#[test]
fn what_no_entry_can_take_is_an_error_that_says_so() {
    alone("hardened::what_no_entry_can_take_is_an_error_that_says_so", || {
        let sig = Signature::new(CallConv::Win64, &Type::INT, [&Type::INT]).expect("a signature");
        callback::forbid_generated_code();
        let error = Callback::dynamic(&sig, |_| Value::Int(0)).expect_err("another convention");
        assert!(error.to_string().ends_with("no entry can take its arguments"), "{error}");
    });
}

/// However many come and go beside them.
#[test]
fn so_many_callbacks_at_a_time_have_entries() {
    if !HAS_ENTRIES {
        return;
    }
    alone("hardened::so_many_callbacks_at_a_time_have_entries", || {
        callback::forbid_generated_code();
        let all: Vec<_> = (0..4095).map(|k| number(k).expect("an entry")).collect();
        for k in 0..3000 {
            assert_eq!(answer(number(k).expect("an entry").as_ptr()), k as c_int);
        }
        assert_eq!(answer(all[4094].as_ptr()), 4094);
    });
}
