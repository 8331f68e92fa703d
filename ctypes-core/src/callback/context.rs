//! What a callback's code enters with: the closure, its signature, and the guard around it.

use super::typed::{CallbackArgs, CallbackFn, CallbackFnMut};
use crate::call::Signature;
use crate::call::engine::Closure;
use crate::call::tag::{Slot, Tag};
use crate::convert::{self, Bytes, Value};
use crate::error::SignatureError;
use crate::guard;
use crate::types::{CReturn, Type};
use core::cell::{Cell, RefCell, UnsafeCell};
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::sync::{PoisonError, RwLock};

/// The state behind a callback's code.
///
/// When its owner goes, it loses its closure, at once or when the last run returns. The rest, and the
/// code with it, is buried and freed only after [`GRAVES`] later ones: a return may still go through
/// the code, and a late call from C finds out whose callback it was.
pub(crate) struct Context {
    signature: Signature,
    name: RwLock<String>,
    thread: usize,
    any_thread: AtomicBool,
    /// Bytes of a value, whose padding may be anything.
    panic_result: RwLock<Option<Box<[MaybeUninit<u8>]>>>,
    /// How often it is running, and the bit [`ENDED`].
    runs: AtomicUsize,
    body: UnsafeCell<Option<Body<'static>>>,
    code: OnceLock<Closure>,
}

const ENDED: usize = 1 << (usize::BITS - 1);

/// A number that no other thread of the program has or had. The standard library's `ThreadId` costs a
/// reference count on each call.
fn this_thread() -> usize {
    thread_local!(static ID: Cell<usize> = const { Cell::new(0) });
    static LAST: AtomicUsize = AtomicUsize::new(0);
    if ID.get() == 0 {
        ID.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    }
    ID.get()
}

/// How many ended callbacks are kept.
const GRAVES: usize = 1024;

/// The ended callbacks, oldest first.
static GRAVEYARD: Mutex<VecDeque<Grave>> = Mutex::new(VecDeque::new());

struct Grave(NonNull<Context>);

// SAFETY: what is left of an ended context is immutable, atomic or behind a lock; its body has been
// taken away, or is by the run that ends last.
unsafe impl Send for Grave {}

fn bury(context: NonNull<Context>) {
    let mut graves = GRAVEYARD.lock().unwrap_or_else(PoisonError::into_inner);
    graves.push_back(Grave(context));
    if graves.len() <= GRAVES {
        return;
    }
    let Some(oldest) = graves.pop_front() else { return };
    // SAFETY: buried contexts are alive.
    if unsafe { oldest.0.as_ref() }.runs.load(Ordering::Acquire) == ENDED {
        drop(graves);
        // SAFETY: ended, not running, and out of the graveyard.
        unsafe { Context::free(oldest.0) };
    } else {
        graves.push_back(oldest);
    }
}

/// A closure in a form that takes raw arguments.
pub(super) struct Body<'env>(Box<dyn Fn(&Call<'_>) + 'env>);

/// One call from C.
pub(super) struct Call<'a> {
    signature: &'a Signature,
    args: &'a [*const c_void],
    ret: *mut u8,
}

impl<'env> Body<'env> {
    pub(super) fn typed<A: CallbackArgs<R>, R: CReturn>(
        closure: impl CallbackFn<A, R> + 'env,
    ) -> Body<'env> {
        Body(Box::new(move |call| {
            let args = call.typed_args::<A, R>();
            call.finish(closure.call(args));
        }))
    }

    pub(super) fn typed_mut<A: CallbackArgs<R>, R: CReturn>(
        closure: impl CallbackFnMut<A, R> + 'env,
    ) -> Body<'env> {
        let closure = RefCell::new(closure);
        Body(Box::new(move |call| {
            let args = call.typed_args::<A, R>();
            let Ok(mut closure) = closure.try_borrow_mut() else {
                panic!(
                    "re-entered while it was running, which a closure that is FnMut does not allow"
                );
            };
            call.finish(closure.call_mut(args));
        }))
    }

    pub(super) fn dynamic(closure: impl Fn(&[Value]) -> Value + 'env) -> Body<'env> {
        Body(Box::new(move |call| {
            let args = call.values();
            call.finish_value(&closure(&args));
        }))
    }
}

impl Call<'_> {
    fn typed_args<A: CallbackArgs<R>, R>(&self) -> A {
        // SAFETY: `enter` was given the addresses of the arguments of the signature, which was made
        // of A's types.
        match unsafe { A::read(self.args) } {
            Ok(args) => args,
            Err(reason) => panic!("called with an invalid argument: {reason}"),
        }
    }

    fn finish<R: CReturn>(&self, result: R) {
        // SAFETY: `ret` has room for the signature's result, which is an R.
        unsafe { self.ret.cast::<R>().write_unaligned(result) };
    }

    fn values(&self) -> SmallVec<[Value; 8]> {
        let params = self.signature.params().iter().zip(self.signature.tags());
        params.zip(self.args).map(|((ty, tag), at)| self.value(ty, *tag, *at)).collect()
    }

    fn value(&self, ty: &Type, tag: Tag, at: *const c_void) -> Value {
        if tag == Tag::Bytes {
            let size = ty.size();
            let mut bytes = Bytes::zeroed(ty, size);
            // SAFETY: a value of that size is at the address; the copy has the room.
            unsafe { core::ptr::copy_nonoverlapping(at.cast(), bytes.as_mut_ptr(), size) };
            return Value::Bytes(bytes);
        }
        let mut slot = Slot::ZERO;
        // SAFETY: a value of the tag's size is at the address, and then in the slot.
        unsafe {
            core::ptr::copy_nonoverlapping(at.cast(), slot.0.as_mut_ptr(), tag.size());
            Value::from_slot(tag, &slot)
        }
    }

    fn finish_value(&self, value: &Value) {
        let (result, tag) = (self.signature.result(), self.signature.result_tag());
        let (slot, ty) = value.as_slot();
        let fail = || -> ! { panic!("returned {value:?}, which is no `{result}`") };
        let (from, size) = match (tag, Tag::of(ty.get())) {
            (Tag::Void, _) => return,
            (Tag::Bytes, Tag::Bytes) if result.is_compatible(ty.get()) => {
                // SAFETY: a slot with this tag holds an address.
                (unsafe { slot.get::<*const u8>() }, result.size())
            }
            (Tag::Bytes, _) => fail(),
            (to, from) if to == from => (slot.0.as_ptr().cast(), tag.size()),
            (to, _) => match convert::convert(value, to) {
                Ok(converted) => {
                    // SAFETY: `ret` has room for a value of the result's tag, which the slot holds.
                    unsafe {
                        core::ptr::copy_nonoverlapping(
                            converted.0.as_ptr().cast(),
                            self.ret,
                            to.size(),
                        );
                    }
                    return;
                }
                Err(_) => fail(),
            },
        };
        // SAFETY: `from` holds a value of the result's type; `ret` has room for one.
        unsafe { core::ptr::copy_nonoverlapping(from, self.ret, size) };
    }
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
            panic_result: RwLock::new(None),
            runs: AtomicUsize::new(0),
            body: UnsafeCell::new(Some(body)),
            code: OnceLock::new(),
        })))
    }

    /// # Safety
    /// The context is alive.
    pub(super) unsafe fn arm(this: NonNull<Context>, closure: Closure) {
        // SAFETY: the caller's promise.
        let _ = unsafe { this.as_ref() }.code.set(closure);
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
    /// The context is alive, and its owner does not use it again.
    pub(super) unsafe fn end(this: NonNull<Context>) {
        // SAFETY: alive until it is buried and beyond.
        let context = unsafe { this.as_ref() };
        let runs = context.runs.fetch_or(ENDED, Ordering::AcqRel);
        // SAFETY: not running, and whoever enters from now on sees the end: no one uses the body.
        let body = (runs == 0).then(|| unsafe { (*context.body.get()).take() });
        bury(this);
        drop(body);
    }

    pub(super) fn code(&self) -> *const c_void {
        self.code.get().map_or(core::ptr::null(), Closure::code)
    }

    pub(super) fn name(&self) -> String {
        self.name.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_name(&self, name: &str) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name.to_owned();
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
    unsafe fn write_panic_result(&self, ret: *mut u8) {
        let size = self.signature.result().native_extent().map_or(0, |e| e.size as usize);
        let chosen = self.panic_result.read().unwrap_or_else(PoisonError::into_inner);
        if chosen.is_none() && convert::check_bits(self.signature.result(), &vec![0; size]).is_err()
        {
            die(&format!(
                "callback `{}` panicked and its result, a `{}`, has no natural default: choose one with `on_panic`",
                self.name(),
                self.signature.result()
            ));
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
    pub(crate) unsafe fn enter(this: *const Context, args: &[*const c_void], ret: *mut u8) -> Tag {
        // SAFETY: alive until `runs` is counted down, since its owner does not free a running one.
        let context = unsafe { &*this };
        let tag = context.signature.result_tag();
        if context.runs.fetch_add(1, Ordering::AcqRel) & ENDED != 0 {
            die(&format!("callback `{}` was called after its end", context.name()));
        }
        if !context.any_thread.load(Ordering::Acquire) && this_thread() != context.thread {
            die(&format!(
                "callback `{}` was called on another thread than the one that made it; use a SyncCallback for that",
                context.name()
            ));
        }
        let call = Call { signature: &context.signature, args, ret };
        // SAFETY: the body is only taken away when no run is in progress, as this one now is.
        let body = unsafe { &*context.body.get() };
        if guard::is_pending() {
            // SAFETY: the caller's promise.
            unsafe { context.write_panic_result(ret) };
        } else if let Some(body) = body
            && let Err(payload) = catch_unwind(AssertUnwindSafe(|| (body.0)(&call)))
        {
            say(&format!("the panic was in callback `{}`", context.name()));
            // SAFETY: the caller's promise.
            unsafe { context.write_panic_result(ret) };
            let homeless = guard::keep(payload).err();
            if homeless.is_some() && !context.has_panic_result() {
                die(&format!(
                    "callback `{}` panicked and no guarded call is there to continue the panic in; \
                     give it a result with `on_panic`, or mark the call with `callbacks`",
                    context.name()
                ));
            }
            if catch_unwind(AssertUnwindSafe(|| drop(homeless))).is_err() {
                die("the drop of what a callback had panicked with panicked");
            }
        }
        if context.runs.fetch_sub(1, Ordering::AcqRel) == ENDED | 1 {
            // SAFETY: the owner has gone, no run is left, and there will be none: this is the last
            // use of the body. What it captured may panic when dropped.
            let body = unsafe { (*context.body.get()).take() };
            if catch_unwind(AssertUnwindSafe(|| drop(body))).is_err() {
                die("the drop of what a callback had captured panicked");
            }
        }
        tag
    }
}

/// Ends the program with a message: unwinding into C is not possible.
fn die(message: &str) -> ! {
    say(&format!("fatal: {message}"));
    std::process::abort()
}

/// Prints to stderr, if that is possible: `eprintln` panics where it is not.
fn say(message: &str) {
    let _ = catch_unwind(|| eprintln!("{message}"));
}
