//! Panics in callbacks: where they continue, what C gets meanwhile, and when the program ends instead.
//!
//! Ends of the program are seen from outside: the test binary runs one of its own tests again with a variable set.

use crate::common::{Native, fixture};
use crate::{call_plain, call_times};
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use ctypes_wrap::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The payload of the panic that `f` ends with.
fn caught<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("it did not panic"),
        Err(payload) => payload,
    }
}

/// The text of a panic.
fn text(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(s), _) => s,
        (_, Some(s)) => s,
        _ => panic!("the payload is no text"),
    }
}

fn is_fine(native: &Native) {
    let one = Callback::new(|i: c_int| -> c_int { i }).expect("a callback");
    // SAFETY: the function has that type, and keeps nothing.
    assert_eq!(unsafe { call_times(native).call::<c_int>((&one, 4)) }, Ok(6));
}

#[test]
fn a_panic_continues_in_the_caller_with_its_payload() {
    let native = fixture();
    let plain = call_plain(&native);
    // SAFETY: the function has that type, and keeps nothing; so in all tests of this file.
    let run = |callback: &Callback<'_, _>| unsafe { plain.call::<c_int>((callback,)) };
    let fixed = Callback::new(|| -> c_int { panic!("a fixed text") }).expect("a callback");
    assert_eq!(caught(|| run(&fixed)).downcast_ref::<&str>(), Some(&"a fixed text"));
    is_fine(&native);
    let n = 5;
    let made = Callback::new(|| -> c_int { panic!("text {n}") }).expect("a callback");
    assert_eq!(caught(|| run(&made)).downcast_ref::<String>().map(String::as_str), Some("text 5"));
    let any = Callback::new(|| -> c_int { std::panic::panic_any(n) }).expect("a callback");
    assert_eq!(caught(|| run(&any)).downcast_ref::<i32>(), Some(&5));
    // And once more with the callback that panicked first.
    assert_eq!(text(&*caught(|| run(&fixed))), "a fixed text");
    is_fine(&native);
}

#[test]
fn entries_during_a_pending_panic_do_not_run() {
    let native = fixture();
    let runs = Cell::new(0);
    let callback = Callback::new(|i: c_int| -> c_int {
        runs.set(runs.get() + 1);
        assert!(i < 2, "at {i}");
        i
    })
    .expect("a callback");
    // SAFETY: as above.
    let payload = caught(|| unsafe { call_times(&native).call::<c_int>((&callback, 10)) });
    assert_eq!((text(&*payload), runs.get()), ("at 2", 3));
    is_fine(&native);
}

#[test]
fn c_gets_the_chosen_result_until_then() {
    let native = fixture();
    // What C got shows in what it gives to a second callback.
    let seen = Cell::new(0);
    let panics = Callback::new(|_: c_int| -> c_int { panic!("chosen") })
        .and_then(|c| c.on_panic(-7))
        .expect("a callback");
    let params = [Type::VOID_PTR, Type::INT];
    let call_int = native.function("call_int", &Type::INT, &params);
    let outer = Callback::new(|| -> c_int {
        // Typed, so that nothing here is guarded but the call around it.
        // SAFETY: the callback is alive and of that type.
        seen.set(unsafe { panics.as_fn()(1) });
        0
    })
    .expect("a callback");
    // SAFETY: as above.
    let payload = caught(|| unsafe { call_plain(&native).call::<c_int>((&outer,)) });
    assert_eq!((text(&*payload), seen.get()), ("chosen", -7));
    // SAFETY: as above; the pointer is that of an int callback.
    let payload = caught(|| unsafe { call_int.call::<c_int>((panics.as_ptr().cast_mut(), 1)) });
    assert_eq!(text(&*payload), "chosen");
    is_fine(&native);
}

#[test]
fn with_a_chosen_result_an_unguarded_caller_goes_on() {
    let callback = Callback::new(|x: f64| -> f64 {
        assert!(x < 1.0, "too large");
        x
    })
    .and_then(|c| c.on_panic(-1.5))
    .expect("a callback");
    let f = callback.as_fn();
    // SAFETY: the callback is alive.
    let results = unsafe { [f(0.5), f(2.0), f(0.25)] };
    assert_eq!(results, [0.5, -1.5, 0.25]);
}

#[test]
fn nested_guards_pass_a_panic_on_one_by_one() {
    let native = fixture();
    let (plain, times) = (call_plain(&native), call_times(&native));
    let inner = Callback::new(|_: c_int| -> c_int { panic!("inner") }).expect("a callback");
    let met = Cell::new(false);
    let outer = Callback::new(|| -> c_int {
        // SAFETY: as above.
        let payload = caught(|| unsafe { times.call::<c_int>((&inner, 3)) });
        met.set(text(&*payload) == "inner");
        std::panic::resume_unwind(payload)
    })
    .expect("a callback");
    // SAFETY: as above.
    let payload = caught(|| unsafe { plain.call::<c_int>((&outer,)) });
    assert_eq!((text(&*payload), met.get()), ("inner", true));
    // An inner guard whose panic was caught leaves the outer call alone.
    let tolerant = Callback::new(|| -> c_int {
        // SAFETY: as above.
        drop(caught(|| unsafe { times.call::<c_int>((&inner, 3)) }));
        5
    })
    .expect("a callback");
    // SAFETY: as above.
    assert_eq!(unsafe { plain.call::<c_int>((&tolerant,)) }, Ok(5));
    is_fine(&native);
}

#[test]
fn a_closure_that_changes_is_not_entered_twice() {
    let native = fixture();
    let times = call_times(&native);
    let this: Cell<*const c_void> = Cell::new(core::ptr::null());
    let mut count = 0;
    let callback = Callback::new_mut(|i: c_int| -> c_int {
        count += 1;
        // SAFETY: the address is that of a callback of that type.
        i + unsafe { times.call::<c_int>((this.get(), 1)) }.expect("a call")
    })
    .expect("a callback");
    this.set(callback.as_ptr());
    // SAFETY: as above.
    let payload = caught(|| unsafe { times.call::<c_int>((&callback, 1)) });
    assert!(text(&*payload).contains("re-entered while it was running"), "{}", text(&*payload));
    drop(callback);
    assert_eq!(count, 1);
}

#[test]
fn a_result_that_does_not_convert_is_a_panic() {
    let native = fixture();
    let sig = Signature::new(CallConv::C, &Type::INT, [&Type::INT]).expect("a signature");
    for (value, message) in [
        (Value::Int(1 << 31), "returned 2147483648, which is no `int`"),
        (Value::F64(1.0), "returned 1.0, which is no `int`"),
        (Value::Bool(true), "returned true, which is no `int`"),
        (Value::Void, "returned void, which is no `int`"),
    ] {
        let callback = Callback::dynamic(&sig, |_| value.clone()).expect("a callback");
        // SAFETY: as above.
        let payload = caught(|| unsafe { call_times(&native).call::<c_int>((&callback, 1)) });
        assert_eq!(text(&*payload), message);
    }
    // What fits is converted, and a callback of type void may return anything.
    let callback = Callback::dynamic(&sig, |_| Value::UInt(7)).expect("a callback");
    // SAFETY: as above.
    assert_eq!(unsafe { call_times(&native).call::<c_int>((&callback, 2)) }, Ok(14));
    let sig = Signature::new(CallConv::C, &Type::VOID, [&Type::VOID_PTR]).expect("a signature");
    let callback = Callback::dynamic(&sig, |_| Value::Int(7)).expect("a callback");
    let call = native.function("call_void", &Type::VOID, &[callback.ty().clone(), Type::VOID_PTR]);
    // SAFETY: as above.
    assert_eq!(unsafe { call.call::<()>((&callback, core::ptr::null::<c_void>())) }, Ok(()));
}

#[test]
fn invalid_arguments_are_a_panic_before_the_closure_runs() {
    let native = fixture();
    let ran = Cell::new(false);
    let flag = Callback::new(|b: bool| -> c_int {
        ran.set(true);
        c_int::from(b)
    })
    .expect("a callback");
    let call = native.function("call_with_byte", &Type::INT, &[Type::VOID_PTR, Type::INT]);
    let code = flag.as_ptr().cast_mut();
    // SAFETY: a bool travels as an unsigned char does.
    unsafe {
        assert_eq!(call.call::<c_int>((code, 1)), Ok(1));
        ran.set(false);
        let payload = caught(|| call.call::<c_int>((code, 2)));
        let expected =
            "called with an invalid argument: argument 1: a _Bool is 0 or 1, found Some(2)";
        assert_eq!((text(&*payload), ran.get()), (expected, false));
    }
    let nonnull =
        Callback::new(|_: core::ptr::NonNull<c_void>| -> c_int { 1 }).expect("a callback");
    let call = native.function("call_with_pointer", &Type::INT, &[Type::VOID_PTR, Type::VOID_PTR]);
    let null = core::ptr::null_mut::<c_void>();
    // SAFETY: the pointer is that of a callback with one pointer.
    let payload = caught(|| unsafe { call.call::<c_int>((nonnull.as_ptr().cast_mut(), null)) });
    assert!(text(&*payload).contains("argument 1: NULL where"), "{}", text(&*payload));
}

/// Set in the child process that is to end.
const CHILD: &str = "CTYPES_TEST_CHILD";

/// Runs `part` in a child process, by this test, and returns what the child wrote to stderr; the child must end by abort.
#[cfg(unix)]
fn stderr_of_abort(test: &str, part: impl FnOnce()) -> Option<String> {
    use std::os::unix::process::ExitStatusExt;
    if std::env::var_os(CHILD).is_some() {
        part();
        return None;
    }
    let mut command = crate::common::programs::itself();
    let child = command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    let output = child.output().expect("the test binary runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{}: {stderr}", output.status);
    Some(stderr)
}

#[cfg(unix)]
#[test]
fn without_a_guard_and_a_chosen_result_the_program_aborts() {
    let stderr =
        stderr_of_abort("panics::without_a_guard_and_a_chosen_result_the_program_aborts", || {
            let callback =
                Callback::new(|| -> c_int { panic!("nowhere to go") }).expect("a callback");
            let callback = callback.named("the lonely one");
            // SAFETY: the callback is alive.
            unsafe { callback.as_fn()() };
        });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("nowhere to go"), "{stderr}");
        assert!(stderr.contains("fatal: callback `the lonely one` panicked"), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_late_call_aborts_with_the_name() {
    let stderr = stderr_of_abort("panics::a_late_call_aborts_with_the_name", || {
        let callback = Callback::new(|i: c_int| -> c_int { i }).expect("a callback").named("gone");
        let late = callback.as_fn();
        drop(callback);
        for _ in 0..1000 {
            drop(Callback::new(|i: c_int| -> c_int { i }).expect("a callback"));
        }
        // SAFETY: not what a callback allows: the point is that it is found out.
        unsafe { late(1) };
    });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("fatal: callback `gone` was called after its end"), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_result_that_must_not_be_zero_has_no_default() {
    let test = "panics::a_result_that_must_not_be_zero_has_no_default";
    let stderr = stderr_of_abort(test, || {
        let callback =
            Callback::new(|| -> core::ptr::NonNull<c_int> { panic!("nothing to point at") })
                .expect("a callback")
                .named("pointer");
        let sig = Signature::of(callback.ty()).expect("a signature");
        let f = Function::from_ptr("pointer", callback.as_ptr(), &sig).expect("an address");
        // SAFETY: the function has that type.
        let _ = unsafe { f.call_value(()) };
    });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("has no natural default: choose one with `on_panic`"), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_plain_callback_on_another_thread_aborts() {
    let stderr = stderr_of_abort("panics::a_plain_callback_on_another_thread_aborts", || {
        let callback =
            Callback::new(|i: c_int| -> c_int { i }).expect("a callback").named("home bird");
        let params = [callback.ty().clone(), Type::INT];
        let call = fixture().function("call_on_threads", &Type::INT, &params);
        // SAFETY: the function has that type.
        let _ = unsafe { call.call::<c_int>((&callback, 1)) };
    });
    if let Some(stderr) = stderr {
        let expected =
            "fatal: callback `home bird` was called on another thread than the one that made it";
        assert!(stderr.contains(expected), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_panic_on_another_thread_is_not_for_this_one() {
    let test = "panics::a_panic_on_another_thread_is_not_for_this_one";
    let stderr = stderr_of_abort(test, || {
        let callback = SyncCallback::new(|_: c_int| -> c_int { panic!("far away") });
        let callback = callback.expect("a callback").named("far");
        let params = [callback.ty().clone(), Type::INT];
        let call = fixture().function("call_on_threads", &Type::INT, &params);
        // SAFETY: the function has that type.
        let _ = unsafe { call.call::<c_int>((&callback, 1)) };
    });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("fatal: callback `far` panicked"), "{stderr}");
    }
}

#[test]
fn a_chosen_result_serves_other_threads() {
    let callback = SyncCallback::new(|i: c_int| -> c_int {
        assert!(i < 3, "far away");
        i
    })
    .and_then(|c| c.on_panic(100))
    .expect("a callback");
    let params = [callback.ty().clone(), Type::INT];
    let call = fixture().function("call_on_threads", &Type::INT, &params);
    // SAFETY: the function has that type, and its threads have ended when it returns.
    assert_eq!(unsafe { call.call::<c_int>((&callback, 4)) }, Ok(1 + 2 + 100 + 100));
}

/// A payload that panics when it is dropped.
#[cfg(unix)]
struct Bomb;

#[cfg(unix)]
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[cfg(unix)]
#[test]
fn a_payload_that_panics_when_dropped_aborts_with_a_reason() {
    let test = "panics::a_payload_that_panics_when_dropped_aborts_with_a_reason";
    let stderr = stderr_of_abort(test, || {
        let callback = Callback::new(|| -> c_int { std::panic::panic_any(Bomb) })
            .and_then(|c| c.on_panic(1))
            .expect("a callback");
        // SAFETY: the callback is alive.
        unsafe { callback.as_fn()() };
    });
    if let Some(stderr) = stderr {
        assert!(
            stderr.contains("fatal: the drop of what a callback had panicked with"),
            "{stderr}"
        );
    }
}
