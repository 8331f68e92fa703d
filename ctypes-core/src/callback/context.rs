//! What a callback's code enters with: the closure, its signature, and the guard around it.

use super::body::{Body, Call};
use super::report::{self, Reporter};
use super::slots::{self, Code};
use crate::call::Signature;
use crate::call::tag::Tag;
use crate::convert;
use crate::error::SignatureError;
use crate::guard;
use crate::types::{CReturn, Type};
use core::cell::{Cell, UnsafeCell};
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

/// The state behind a callback's code.
///
/// When its owner goes, it loses its closure, at once or when the last run returns. The rest is buried
/// with the code ([`slots::bury`]).
pub(crate) struct Context {
    signature: Signature,
    name: RwLock<String>,
    thread: usize,
    /// Set before anyone else knows the callback, or never.
    any_thread: AtomicBool,
    panic_policy: AtomicU8,
    /// Bytes of a value, whose padding may be anything.
    panic_result: RwLock<Option<Box<[MaybeUninit<u8>]>>>,
    reporter: RwLock<Option<Reporter>>,
    /// How often it is running, and the bits [`ENDED`] and [`OVER`].
    runs: AtomicUsize,
    body: UnsafeCell<Option<Body<'static>>>,
    code: OnceLock<Code>,
}

/// What becomes of a panic in a callback. Each is reported first, with the callback's name, on stderr or to whom
/// [`Callback::report_to`](super::Callback::report_to) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PanicPolicy {
    /// It continues in the Rust caller of the C function, if that call is guarded. Otherwise the result chosen by
    /// [`Callback::on_panic`](super::Callback::on_panic) goes to C, and without one the program aborts.
    #[default]
    Propagate,
    /// C gets the chosen result, or all zero bits, and goes on; the Rust caller hears nothing of it.
    Contain,
    /// The program aborts.
    Abort,
}

/// Its owner has given it up.
const ENDED: usize = 1 << (usize::BITS - 1);

/// Its body has been taken away. Who does that does not look at the context afterwards.
const OVER: usize = ENDED >> 1;

/// A number that no other thread of the program has or had. The standard library's `ThreadId` costs a
/// reference count on each call.
#[inline]
pub(super) fn this_thread() -> usize {
    thread_local!(static ID: Cell<usize> = const { Cell::new(0) });
    static LAST: AtomicUsize = AtomicUsize::new(0);
    if ID.get() == 0 {
        ID.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    }
    ID.get()
}

impl Context {
    pub(super) fn new(signature: &Signature, body: Body<'_>, name: &str) -> NonNull<Context> {
        // SAFETY: only the lifetime is changed. The owner, a `Callback<'env, _>`, takes the body away
        // before 'env ends: its drop does, unless a run is in progress, which only a thread that is
        // inside 'env can be in, or one for which the closure is 'static.
        let body = unsafe { core::mem::transmute::<Body<'_>, Body<'static>>(body) };
        NonNull::from(Box::leak(Box::new(Context {
            signature: signature.clone(),
            name: RwLock::new(name.to_owned()),
            thread: this_thread(),
            any_thread: AtomicBool::new(false),
            panic_policy: AtomicU8::new(PanicPolicy::Propagate as u8),
            panic_result: RwLock::new(None),
            reporter: RwLock::new(None),
            runs: AtomicUsize::new(0),
            body: UnsafeCell::new(Some(body)),
            code: OnceLock::new(),
        })))
    }

    /// # Safety
    /// The context is alive, and no one uses it again.
    pub(super) unsafe fn free(this: NonNull<Context>) {
        // SAFETY: made by `Box::leak` in `new`; the caller's promise.
        drop(unsafe { Box::from_raw(this.as_ptr()) });
    }

    /// Gives the context up.
    ///
    /// # Safety
    /// The context is alive and has code, and its owner does not use it again.
    pub(super) unsafe fn end(this: NonNull<Context>) {
        // SAFETY: alive until it is buried and beyond.
        let context = unsafe { this.as_ref() };
        let runs = context.runs.fetch_or(ENDED, Ordering::AcqRel);
        // SAFETY: not running, and whoever enters from now on sees the end: no one uses the body.
        let body = (runs == 0).then(|| unsafe { Context::take_body(this.as_ptr()) });
        // SAFETY: alive, ended by its one owner.
        unsafe { slots::bury(this) };
        drop(body);
    }

    /// Takes away what came from the user; the context may be freed as soon as it is buried.
    ///
    /// # Safety
    /// The context is alive and has ended, and no run is using the body or will.
    unsafe fn take_body(this: *const Context) -> (Option<Body<'static>>, Option<Reporter>) {
        // SAFETY: alive, and no one else uses the body. No reference is kept: once it is over, another thread may free it.
        unsafe {
            let body = (*(*this).body.get()).take();
            let reporter = (*this).reporter.write().unwrap_or_else(PoisonError::into_inner).take();
            (*this).runs.fetch_or(OVER, Ordering::AcqRel);
            (body, reporter)
        }
    }

    /// Whether it has ended and nothing of it is in use.
    pub(super) fn is_over(&self) -> bool {
        self.runs.load(Ordering::Acquire) == ENDED | OVER
    }

    #[inline]
    pub(crate) fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Gives it its code, once.
    pub(super) fn set_code(&self, code: Code) {
        let _ = self.code.set(code);
    }

    pub(super) fn code(&self) -> *const c_void {
        self.code.get().map_or(core::ptr::null(), Code::address)
    }

    /// The number of its entry, if it has one.
    pub(super) fn entry(&self) -> Option<usize> {
        match self.code.get() {
            Some(Code::Entry(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn name(&self) -> String {
        self.name.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_name(&self, name: &str) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name.to_owned();
    }

    pub(super) fn set_reporter(&self, reporter: Reporter) {
        report::know_places();
        *self.reporter.write().unwrap_or_else(PoisonError::into_inner) = Some(reporter);
    }

    pub(super) fn set_panic_policy(&self, policy: PanicPolicy) {
        self.panic_policy.store(policy as u8, Ordering::Release);
    }

    fn has_policy(&self, policy: PanicPolicy) -> bool {
        self.panic_policy.load(Ordering::Acquire) == policy as u8
    }

    pub(super) fn is_ended(&self) -> bool {
        self.runs.load(Ordering::Acquire) & ENDED != 0
    }

    pub(super) fn allow_all_threads(&self) {
        self.any_thread.store(true, Ordering::Release);
    }

    pub(super) fn set_panic_result<R: CReturn>(&self, result: R) -> Result<(), SignatureError> {
        if !R::RESULT.is_compatible(self.signature.result()) {
            return Err(SignatureError::PanicResult {
                expected: self.signature.result().to_string(),
                found: R::RESULT.to_string(),
            });
        }
        let mut bytes = vec![MaybeUninit::<u8>::zeroed(); size_of::<R>()].into_boxed_slice();
        // SAFETY: the bytes have the size of an R.
        unsafe { bytes.as_mut_ptr().cast::<R>().write_unaligned(result) };
        *self.panic_result.write().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
        Ok(())
    }

    fn has_panic_result(&self) -> bool {
        self.panic_result.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What C gets while a panic is on its way.
    ///
    /// # Safety
    /// `ret` has room for the result.
    #[cold]
    unsafe fn write_panic_result(&self, ret: *mut u8) {
        let size = self.signature.result().native_extent().map_or(0, |e| e.size as usize);
        let chosen = self.panic_result.read().unwrap_or_else(PoisonError::into_inner);
        if chosen.is_none() && convert::check_bits(self.signature.result(), &vec![0; size]).is_err()
        {
            let why = no_default(&self.name(), self.signature.result());
            die(&format!("{why}: choose one with `on_panic`"));
        }
        // SAFETY: room for `size` bytes; a chosen result has just that size.
        unsafe {
            match &*chosen {
                Some(bytes) => core::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), ret, size),
                None => ret.write_bytes(0, size),
            }
        }
    }

    /// Runs the callback for a call from C; returns what kind of result it left. Does not unwind.
    ///
    /// # Safety
    /// `this` is alive when entered; `args` are the addresses of the signature's arguments; `ret` has
    /// room for its result.
    #[inline]
    pub(crate) unsafe fn enter(this: *const Context, args: &[*const c_void], ret: *mut u8) -> Tag {
        // SAFETY: alive until `runs` is counted down, since its owner does not free a running one.
        let context = unsafe { &*this };
        let tag = context.signature.result_tag();
        context.begin();
        // SAFETY: the body is only taken away when no run is in progress, as this one now is.
        let body = unsafe { &*context.body.get() };
        if guard::is_pending() {
            // SAFETY: the caller's promise.
            unsafe { context.write_panic_result(ret) };
        } else if let Some(body) = body {
            report::begin();
            let call = Call { signature: &context.signature, args, ret };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body.run(&call))) {
                context.dispose(payload);
                // SAFETY: the caller's promise.
                unsafe { context.write_panic_result(ret) };
            }
        }
        if context.finish() {
            // SAFETY: the owner has gone, no run is left, and there will be none: this is the last
            // use of the body.
            let body = unsafe { Context::take_body(this) };
            // What it captured may panic when dropped.
            if catch_unwind(AssertUnwindSafe(|| drop(body))).is_err() {
                die("the drop of what a callback had captured panicked");
            }
        }
        tag
    }

    /// Counts a run, if it may be.
    #[inline]
    fn begin(&self) {
        if self.any_thread.load(Ordering::Relaxed) {
            let runs = self.runs.fetch_add(1, Ordering::AcqRel);
            if runs & ENDED != 0 {
                self.refuse(runs);
            }
            return;
        }
        let runs = self.runs.load(Ordering::Relaxed);
        if runs & ENDED != 0 || this_thread() != self.thread {
            self.refuse(runs);
        }
        // Only this thread runs it or ends it.
        self.runs.store(runs + 1, Ordering::Relaxed);
    }

    /// Counts a run no more; says whether it was the last one for ever.
    #[inline]
    fn finish(&self) -> bool {
        if self.any_thread.load(Ordering::Relaxed) {
            return self.runs.fetch_sub(1, Ordering::AcqRel) == ENDED | 1;
        }
        let runs = self.runs.load(Ordering::Relaxed);
        self.runs.store(runs - 1, Ordering::Relaxed);
        runs == ENDED | 1
    }

    #[cold]
    fn refuse(&self, runs: usize) -> ! {
        let name = self.name();
        if runs & ENDED != 0 {
            die(&format!("callback `{name}` was called after its end"));
        }
        die(&format!(
            "callback `{name}` was called on another thread than the one that made it; use a SyncCallback for that",
        ))
    }

    /// Finds a place for the payload of a panic, or ends the program.
    #[cold]
    fn dispose(&self, payload: Box<dyn Any + Send>) {
        let reporter = self.reporter.read().unwrap_or_else(PoisonError::into_inner);
        report::tell(&self.name(), &*payload, reporter.as_ref());
        drop(reporter);
        if self.has_policy(PanicPolicy::Abort) {
            die(&format!("callback `{}` panicked, which is to end the program", self.name()));
        }
        let is_contained = self.has_policy(PanicPolicy::Contain);
        let homeless = if is_contained { Some(payload) } else { guard::keep(payload).err() };
        if homeless.is_some() && !is_contained && !self.has_panic_result() {
            die(&format!(
                "callback `{}` panicked and no guarded call is there to continue the panic in; \
                 give it a result with `on_panic`, or mark the call with `callbacks`",
                self.name()
            ));
        }
        if catch_unwind(AssertUnwindSafe(|| drop(homeless))).is_err() {
            die("the drop of what a callback had panicked with panicked");
        }
    }
}

/// Why C gets no result of a callback while a panic is on its way, its own or another's.
pub(super) fn no_default(name: &str, result: &Type) -> String {
    format!(
        "callback `{name}` cannot return while a panic is on its way: its result, a `{result}`, has no natural default"
    )
}

/// Ends the program with a message: unwinding into C is not possible.
pub(super) fn die(message: &str) -> ! {
    say(&format!("fatal: {message}"));
    std::process::abort()
}

/// Prints to stderr, if that is possible: `eprintln` panics where it is not.
pub(super) fn say(message: &str) {
    let _ = catch_unwind(|| eprintln!("{message}"));
}
