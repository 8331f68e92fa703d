//! What is told of a panic in a callback, and to whom.
//!
//! The standard library's hook has told where it was and why before it is caught at the border; what is added there is the
//! callback's name. A panic that continues through several callbacks is told once, of the innermost.
#![forbid(unsafe_code)]

use super::context::{die, say};
use crate::guard;
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// A panic in a callback; see [`Callback::report_to`](super::Callback::report_to).
pub struct PanicReport<'a> {
    callback: &'a str,
    payload: &'a (dyn Any + Send),
    place: Option<&'a str>,
}

impl PanicReport<'_> {
    /// The callback's name.
    pub fn callback(&self) -> &str {
        self.callback
    }

    /// What the panic said; empty if it was no text.
    pub fn message(&self) -> &str {
        let text = self.payload.downcast_ref::<&str>().copied();
        text.or(self.payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default()
    }

    /// What the callback panicked with.
    pub fn payload(&self) -> &(dyn Any + Send) {
        self.payload
    }

    /// The place in the source, as in `src/main.rs:3:5`, of the last panic since the callback was called: none if that was not
    /// a panic but `resume_unwind`, or if the program has set a panic hook since a callback was first given someone to report
    /// to.
    pub fn place(&self) -> Option<&str> {
        self.place
    }
}

impl fmt::Display for PanicReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "callback `{}` panicked", self.callback)?;
        if let Some(place) = self.place {
            write!(f, " at {place}")?;
        }
        match self.message() {
            "" => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}

impl fmt::Debug for PanicReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PanicReport({self})")
    }
}

/// Who is told instead of stderr.
pub(super) type Reporter = Box<dyn Fn(&PanicReport<'_>) + Send + Sync>;

thread_local! {
    /// Where the last panic of this thread was.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Whether a hook notes places.
static KNOWN: AtomicBool = AtomicBool::new(false);

/// A callback is called: what was told of older panics does not concern it.
#[inline]
pub(super) fn begin() {
    guard::forget_resumed();
    if KNOWN.load(Ordering::Relaxed) {
        let _ = PLACE.try_with(RefCell::take);
    }
}

/// From now on places of panics are known, as far as the program sets no other hook.
pub(super) fn know_places() {
    static ONCE: Once = Once::new();
    // A panicking thread may not change the hook.
    if std::thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(ToString::to_string);
            // Where the thread's storage is gone already, the place is not known.
            let _ = PLACE.try_with(|last| last.replace(place));
            before(info);
        }));
        KNOWN.store(true, Ordering::Relaxed);
    });
}

/// Tells of a panic, unless it has been told.
pub(super) fn tell(callback: &str, payload: &(dyn Any + Send), reporter: Option<&Reporter>) {
    if guard::is_resumed(payload) {
        return;
    }
    let place = PLACE.try_with(RefCell::take).ok().flatten();
    let Some(reporter) = reporter else {
        return say(&format!("the panic was in callback `{callback}`"));
    };
    let report = PanicReport { callback, payload, place: place.as_deref() };
    if catch_unwind(AssertUnwindSafe(|| reporter(&report))).is_err() {
        die(&format!("what reports panics of callback `{callback}` panicked"));
    }
}
