//! Callbacks that end while they run, and what happens to what they captured.

use crate::common::fixture;
use crate::{call_plain, call_times};
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use ctypes_wrap::prelude::*;
use std::rc::Rc;

/// Says when it is dropped.
struct Witness(Rc<Cell<bool>>);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn captures_are_dropped_with_the_callback() {
    let dropped = Rc::new(Cell::new(false));
    let witness = Witness(dropped.clone());
    let callback = Callback::new(move |i: c_int| -> c_int {
        let _ = &witness;
        i
    })
    .expect("a callback");
    assert!(!dropped.get());
    drop(callback);
    assert!(dropped.get());
}

#[test]
fn a_callback_dropped_by_its_own_run_finishes_it() {
    let native = fixture();
    let plain = call_plain(&native);
    let dropped = Rc::new(Cell::new(false));
    let witness = Witness(dropped.clone());
    let owner: Rc<RefCell<Option<Callback<'static, _>>>> = Rc::new(RefCell::new(None));
    let (inside, seen) = (owner.clone(), dropped.clone());
    let callback = Callback::new(move || -> c_int {
        drop(inside.borrow_mut().take());
        // What was captured is still here.
        assert!(!seen.get());
        let _ = &witness;
        42
    })
    .expect("a callback");
    let code = callback.as_ptr();
    *owner.borrow_mut() = Some(callback);
    // SAFETY: the function has that type; the callback is alive when it is called, and called once.
    let result = unsafe { plain.call::<c_int>((code,)) };
    assert_eq!(result, Ok(42));
    assert!(owner.borrow().is_none());
    assert!(dropped.get(), "the captures went when the run returned");
}

#[test]
fn a_callback_dropped_by_the_innermost_of_several_runs() {
    let native = fixture();
    let times = call_times(&native);
    let dropped = Rc::new(Cell::new(false));
    let witness = Witness(dropped.clone());
    let owner: Rc<RefCell<Option<Callback<'static, _>>>> = Rc::new(RefCell::new(None));
    let (inside, seen) = (owner.clone(), dropped.clone());
    let code = Rc::new(Cell::new(core::ptr::null()));
    let again = code.clone();
    let callback = Callback::new(move |depth: c_int| -> c_int {
        let _ = &witness;
        let sig = Signature::new(CallConv::C, &Type::INT, [&Type::INT]).expect("a signature");
        let this = Function::from_ptr("this", again.get(), &sig).expect("not null");
        let below = if depth < 3 {
            // SAFETY: the callback is running and has that type.
            unsafe { this.call::<c_int>((depth + 1,)) }.expect("a call")
        } else {
            drop(inside.borrow_mut().take());
            0
        };
        assert!(!seen.get(), "at depth {depth}");
        below + 1
    })
    .expect("a callback");
    code.set(callback.as_ptr());
    *owner.borrow_mut() = Some(callback);
    // SAFETY: the function has that type; the callback is alive when it is called, and called once.
    assert_eq!(unsafe { times.call::<c_int>((code.get(), 1)) }, Ok(4));
    assert!(dropped.get());
}

#[test]
fn a_callback_dropped_by_its_own_run_that_panics() {
    let native = fixture();
    let plain = call_plain(&native);
    let dropped = Rc::new(Cell::new(false));
    let witness = Witness(dropped.clone());
    let owner: Rc<RefCell<Option<Callback<'static, _>>>> = Rc::new(RefCell::new(None));
    let inside = owner.clone();
    let callback = Callback::new(move || -> c_int {
        let _ = &witness;
        drop(inside.borrow_mut().take());
        panic!("after the end")
    })
    .expect("a callback");
    let code = callback.as_ptr();
    *owner.borrow_mut() = Some(callback);
    let run = std::panic::AssertUnwindSafe(|| {
        // SAFETY: the function has that type; the callback is alive when it is called, and called once.
        unsafe { plain.call::<c_int>((code,)) }
    });
    let payload = std::panic::catch_unwind(run).expect_err("it panicked");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"after the end"));
    assert!(dropped.get());
}

#[test]
fn many_callbacks_come_and_go() {
    let native = fixture();
    let times = call_times(&native);
    for round in 0..20 {
        let all: Vec<_> = (0..200)
            .map(|k| Callback::new(move |i: c_int| -> c_int { i + k }).expect("a callback"))
            .collect();
        for (k, callback) in all.iter().enumerate() {
            // SAFETY: the function has that type, and keeps nothing.
            let sum = unsafe { times.call::<c_int>((callback, 2)) };
            assert_eq!(sum, Ok(2 * k as c_int + 1), "round {round}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow() {
    crate::child::alone("ends::memory_does_not_grow", || {
        let (first, last) = crate::memory::while_churning(100_000, &mut |_| {});
        let most = first + crate::memory::SLACK;
        assert!(last <= most, "{first} KiB before 100,000 callbacks, {last} KiB after them");
    });
}

#[test]
fn eight_threads_make_call_and_drop() {
    assert!(crate::churn::stress(8, std::time::Duration::from_secs(1)) > 100);
}
