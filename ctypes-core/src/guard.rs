//! The panic guard: a panic in a callback does not unwind through C.
//!
//! It is caught where C entered Rust and kept; C gets the callback's chosen result and returns, and
//! the guarded call that led into C continues the panic in its Rust caller. Until then further
//! callbacks on the thread return their chosen result without running.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic;

thread_local! {
    /// How many guarded calls are in progress, with [`PANICKED`] if one of them has a panic to
    /// continue, and [`RESUMED`] if one has continued it and no callback was called since. One number without a destructor, since
    /// every guarded call looks at it twice.
    static STATE: Cell<usize> = const { Cell::new(0) };
    /// The address of the payload that was continued last.
    static LAST: Cell<*const ()> = const { Cell::new(core::ptr::null()) };
    static PENDING: RefCell<Option<Box<dyn Any + Send>>> = const { RefCell::new(None) };
}

const PANICKED: usize = 1 << (usize::BITS - 1);
const RESUMED: usize = PANICKED >> 1;

/// Makes a foreign call and continues the panic, if a callback had one meanwhile.
///
/// # Panics
/// With the payload of a callback's panic.
#[inline]
pub fn guarded<R>(call: impl FnOnce() -> R) -> R {
    /// Dropped only when the call itself unwinds.
    struct Entered;
    impl Drop for Entered {
        #[cold]
        fn drop(&mut self) {
            STATE.set(STATE.get() - 1);
            if is_pending() {
                // It was to continue here, where another panic does already.
                discard();
            }
        }
    }
    STATE.set(STATE.get() + 1);
    let entered = Entered;
    let result = call();
    core::mem::forget(entered);
    STATE.set(STATE.get() - 1);
    if is_pending() {
        resume();
    }
    result
}

/// [`guarded`] where that is asked for, with a condition that is a constant.
#[inline(always)]
pub fn guarded_if<R>(guard: bool, call: impl FnOnce() -> R) -> R {
    if guard { guarded(call) } else { call() }
}

/// The panic that waits, which waits no longer.
fn pending() -> Option<Box<dyn Any + Send>> {
    STATE.set(STATE.get() & !PANICKED);
    PENDING.try_with(|p| p.borrow_mut().take()).ok().flatten()
}

fn discard() {
    let payload = pending();
    // A panic in the drop of a payload would be a second one in this unwinding.
    if panic::catch_unwind(panic::AssertUnwindSafe(|| drop(payload))).is_err() {
        std::process::abort();
    }
}

#[cold]
fn resume() {
    if let Some(payload) = pending() {
        STATE.set(STATE.get() | RESUMED);
        LAST.set(core::ptr::from_ref(&*payload).cast());
        panic::resume_unwind(payload);
    }
}

/// Whether a panic waits for its guarded call to return.
#[inline]
pub(crate) fn is_pending() -> bool {
    STATE.get() & PANICKED != 0
}

/// A callback is called: a panic that is caught at its border is not one that was continued before.
#[inline]
pub(crate) fn forget_resumed() {
    STATE.set(STATE.get() & !RESUMED);
}

/// Whether a panic with that payload has been caught at the border before, and continued.
pub(crate) fn is_resumed(payload: &(dyn Any + Send)) -> bool {
    STATE.get() & RESUMED != 0 && core::ptr::addr_eq(LAST.get(), payload)
}

/// Keeps a payload for the guarded call that is in progress; gives it back if there is none.
pub(crate) fn keep(payload: Box<dyn Any + Send>) -> Result<(), Box<dyn Any + Send>> {
    if STATE.get() & !(PANICKED | RESUMED) == 0 {
        return Err(payload);
    }
    let mut payload = Some(payload);
    // Where the thread's storage is gone already, no one could continue the panic.
    let older = PENDING.try_with(|p| {
        STATE.set(STATE.get() | PANICKED);
        p.replace(payload.take())
    });
    // Outside the borrow: the drop of a payload may call back. It must not unwind either.
    if panic::catch_unwind(panic::AssertUnwindSafe(|| drop(older))).is_err() {
        std::process::abort();
    }
    payload.map_or(Ok(()), Err)
}
