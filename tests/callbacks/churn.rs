//! Callbacks made and dropped in great numbers, and called from many threads: `callbacks_long` runs it for as long as it is told.

use core::ffi::{c_int, c_void};
use ctypes_wrap::callback::{Recognized, recognize};
use ctypes_wrap::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Makes, calls and drops `count` callbacks of three kinds, and holds each against what it must return.
pub(crate) fn churn(count: usize, mut each: impl FnMut(usize)) {
    let sig = Signature::new(CallConv::C, &Type::INT, [&Type::INT]).expect("a signature");
    for i in 0..count {
        let k = i as c_int;
        // SAFETY: the callbacks are alive and of that type.
        let answer =
            unsafe {
                match i % 3 {
                    0 => Callback::new(move |n: c_int| -> c_int { n ^ k })
                        .expect("a callback")
                        .as_fn()(5),
                    1 => SyncCallback::new(move |n: c_int| -> c_int { n ^ k })
                        .expect("a callback")
                        .as_fn()(5),
                    _ => {
                        let callback = Callback::dynamic(&sig, |args| match args {
                            [Value::Int(n)] => Value::Int(n ^ i64::from(k)),
                            _ => Value::Void,
                        })
                        .expect("a callback");
                        pointer(callback.as_ptr())(5)
                    }
                }
            };
        assert_eq!(answer, 5 ^ k, "callback {i}");
        each(i);
    }
}

/// # Safety
/// The code is that of a function of this type.
unsafe fn pointer(code: *const c_void) -> unsafe extern "C" fn(c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { core::mem::transmute(code) }
}

/// Calls, calls back, makes and drops callbacks on so many threads; returns how many calls there were.
pub(crate) fn stress(threads: usize, time: Duration) -> usize {
    let end = Instant::now() + time;
    let total = Arc::new(AtomicUsize::new(0));
    let counted = total.clone();
    let shared = SyncCallback::new(move |n: c_int| -> c_int {
        counted.fetch_add(1, Ordering::Relaxed);
        n + 1
    });
    let shared = Arc::new(shared.expect("a callback").named("shared"));
    let (sender, receiver) =
        std::sync::mpsc::channel::<SyncCallback<unsafe extern "C" fn(c_int) -> c_int>>();
    let receiver = Arc::new(std::sync::Mutex::new(receiver));
    std::thread::scope(|scope| {
        for t in 0..threads {
            let (shared, sender, receiver) = (shared.clone(), sender.clone(), receiver.clone());
            scope.spawn(move || {
                let mut k = t as c_int;
                while Instant::now() < end {
                    k = k.wrapping_add(1);
                    let inner = shared.as_fn();
                    // Calls another callback in its run.
                    // SAFETY: the callbacks are alive and of their types.
                    let outer = Callback::new(|n: c_int| -> c_int { k ^ unsafe { inner(n) } })
                        .expect("a callback");
                    // SAFETY: as above.
                    assert_eq!(unsafe { outer.as_fn()(k) }, k.wrapping_add(1) ^ k);
                    let name = recognize(shared.as_ptr()).map(|Recognized { name, .. }| name);
                    assert_eq!(name.as_deref(), Some("shared"));
                    // One is dropped by another thread than the one that made it.
                    let sent =
                        SyncCallback::new(move |n: c_int| -> c_int { n ^ k }).expect("a callback");
                    let _ = sender.send(sent);
                    let received = receiver.lock().expect("no panic").try_recv();
                    if let Ok(received) = received {
                        // SAFETY: as above.
                        unsafe { received.as_fn()(1) };
                    }
                    // One runs on another thread while its owner drops it.
                    if k % 64 == 0 {
                        dropped_meanwhile(k);
                    }
                }
            });
        }
    });
    total.load(Ordering::Relaxed)
}

fn dropped_meanwhile(k: c_int) {
    let runs = Arc::new(AtomicUsize::new(0));
    let (inside, captured) = (runs.clone(), vec![k; 10]);
    let callback = SyncCallback::new(move |n: c_int| -> c_int {
        inside.store(1, Ordering::Release);
        // What was captured is there until the run returns.
        captured.iter().fold(n, |a, b| a ^ b)
    })
    .expect("a callback");
    let function = callback.as_fn();
    std::thread::scope(|scope| {
        // SAFETY: alive when it is entered: it is dropped when it has said that it was.
        let caller = scope.spawn(move || unsafe { function(k) });
        while runs.load(Ordering::Acquire) == 0 {
            std::hint::spin_loop();
        }
        drop(callback);
        assert_eq!(caller.join().expect("no panic"), k);
    });
}
