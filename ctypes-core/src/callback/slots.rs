//! What C enters a callback through, and what becomes of that when the callback ends.
//!
//! Where the platform has entries of machine code in the program's text ([`crate::call::arch`]), a callback takes one of
//! them: nothing is written that could be executed, and creation asks nothing of the system. What they cannot do, and more
//! callbacks at a time than there are of them, get code that libffi makes, unless [`forbid_generated_code`] was called.
//!
//! An ended callback is buried with its code: a late call finds out whose it was. Code is used again, oldest first, after at
//! least [`GRAVES`] later ends, and an entry only when no fresh one is left.

use super::context::Context;
use crate::call::Signature;
use crate::call::arch::{self, SLOTS};
use crate::call::engine::Closure;
use crate::error::SignatureError;
use crate::types::Type;
use core::ffi::c_void;
use core::ptr::NonNull;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many later ends an ended callback's code outlasts.
pub(crate) const GRAVES: usize = 1024;

/// The context of each entry, from its first use on.
static CONTEXTS: [AtomicPtr<Context>; SLOTS] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; SLOTS];

static YARD: Mutex<Yard> = Mutex::new(Yard {
    used: 0,
    ends: 0,
    entered: VecDeque::new(),
    generated: VecDeque::new(),
    by_address: BTreeMap::new(),
});

static FORBIDDEN: AtomicBool = AtomicBool::new(false);

/// Entries that were used, and the ended callbacks, oldest first.
struct Yard {
    /// Those below it have a context.
    used: usize,
    /// How many callbacks have ended.
    ends: u64,
    /// Callbacks with an entry.
    entered: VecDeque<Grave>,
    /// Callbacks with code that was made for them.
    generated: VecDeque<Grave>,
    /// The same and those alive, by the addresses of their code.
    by_address: BTreeMap<usize, Shared>,
}

/// A context that is freed only when it has left the yard.
struct Shared(NonNull<Context>);

struct Grave {
    context: Shared,
    /// The number of ends at its burial.
    at: u64,
}

// SAFETY: what others than the owner and the runs of a context use is immutable, atomic or behind a lock; the body has
// been taken away when it is freed.
unsafe impl Send for Shared {}

impl Yard {
    fn lock() -> MutexGuard<'static, Yard> {
        YARD.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the oldest of the callbacks in `graves` that have been there for long enough and do not run.
    fn oldest(ends: u64, graves: &mut VecDeque<Grave>) -> Option<NonNull<Context>> {
        while graves.front()?.at + GRAVES as u64 <= ends {
            let grave = graves.pop_front()?;
            // SAFETY: buried contexts are alive.
            if unsafe { grave.context.0.as_ref() }.is_over() {
                return Some(grave.context.0);
            }
            graves.push_back(Grave { at: ends, ..grave });
        }
        None
    }
}

/// What C enters a callback through.
pub(super) enum Code {
    /// The entry of that number.
    Entry(usize),
    Generated(Closure),
}

impl Code {
    pub(super) fn address(&self) -> *const c_void {
        match self {
            Code::Entry(number) => arch::slot(*number),
            Code::Generated(closure) => closure.code(),
        }
    }
}

/// The context of the entry with that number, which is in use or was.
#[cfg_attr(
    not(all(target_arch = "x86_64", target_pointer_width = "64", not(windows))),
    allow(dead_code)
)]
#[inline]
pub(crate) fn context(number: usize) -> *const Context {
    CONTEXTS[number].load(Ordering::Acquire)
}

/// Gives code to a context.
///
/// # Safety
/// The context is alive, and freed only once it is buried, or if this fails.
pub(super) unsafe fn arm(
    context: NonNull<Context>,
    signature: &Signature,
) -> Result<(), SignatureError> {
    let code = match signature.places().and_then(|_| entry(context)) {
        Some(number) => Code::Entry(number),
        None if FORBIDDEN.load(Ordering::Acquire) => {
            return Err(SignatureError::GeneratedCode {
                signature: signature.to_string(),
                reason: match signature.places() {
                    Some(_) => format!(
                        "all {SLOTS} entries are in use, by callbacks or by the last {GRAVES} that ended"
                    ),
                    None => "no entry can take its arguments".to_owned(),
                },
            });
        }
        None => {
            let closure = Closure::new(signature, context.as_ptr())?;
            Yard::lock().by_address.insert(closure.code().addr(), Shared(context));
            Code::Generated(closure)
        }
    };
    // SAFETY: the caller's promise.
    unsafe { context.as_ref() }.set_code(code);
    Ok(())
}

/// An entry for the context: a fresh one, or that of a callback that ended long ago.
fn entry(context: NonNull<Context>) -> Option<usize> {
    let mut yard = Yard::lock();
    let number = yard.used;
    if number < SLOTS {
        yard.used += 1;
        CONTEXTS[number].store(context.as_ptr(), Ordering::Release);
        return Some(number);
    }
    let ends = yard.ends;
    let old = Yard::oldest(ends, &mut yard.entered)?;
    // SAFETY: buried contexts are alive, and this one is out of the graveyard.
    let number = unsafe { old.as_ref() }.entry()?;
    CONTEXTS[number].store(context.as_ptr(), Ordering::Release);
    drop(yard);
    // SAFETY: ended, not running, and no longer entered by its code.
    unsafe { Context::free(old) };
    Some(number)
}

/// Keeps an ended context until its code is used again, or is old enough.
///
/// # Safety
/// The context is alive, has code, has ended, and is not given here twice.
pub(super) unsafe fn bury(context: NonNull<Context>) {
    let mut yard = Yard::lock();
    yard.ends += 1;
    let ends = yard.ends;
    let grave = Grave { context: Shared(context), at: ends };
    // SAFETY: the caller's promise.
    if unsafe { context.as_ref() }.entry().is_some() {
        yard.entered.push_back(grave);
        return;
    }
    yard.generated.push_back(grave);
    let old = Yard::oldest(ends, &mut yard.generated);
    if let Some(old) = old {
        // SAFETY: buried contexts are alive, and this one is out of the graveyard.
        yard.by_address.remove(&unsafe { old.as_ref() }.code().addr());
        drop(yard);
        // SAFETY: ended, not running, and out of the graveyard.
        unsafe { Context::free(old) };
    }
}

/// From now on no callback of this process gets code that is made at run time, which systems that harden memory refuse
/// or write into a log.
///
/// On x86-64 (but not on Windows) up to 4,096 callbacks at a time need no such code, neither for their parameters nor for
/// their result. Making another one, or any on another platform, is
/// [`SignatureError::GeneratedCode`] then. There is no way back.
///
/// # Examples
/// ```
/// use core::ffi::c_int;
/// use ctypes_core::{Callback, callback};
///
/// callback::forbid_generated_code();
/// let twice = Callback::new(|n: c_int| -> c_int { 2 * n });
/// # #[cfg(all(target_arch = "x86_64", not(windows)))]
/// assert_eq!(unsafe { twice?.as_fn()(4) }, 8);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
pub fn forbid_generated_code() {
    FORBIDDEN.store(true, Ordering::Release);
}

/// A callback whose address came back from C.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recognized {
    /// Its name.
    pub name: String,
    /// The type of its function pointer.
    pub ty: Type,
}

/// Whether a function pointer is that of a callback of this program that has not ended, and of which.
///
/// # Examples
/// ```
/// use core::ffi::c_int;
/// use ctypes_core::{Callback, callback::recognize};
///
/// let callback = Callback::new(|n: c_int| -> c_int { n })?.named("identity");
/// let back = callback.as_ptr(); // from a C function, say
/// assert_eq!(recognize(back).map(|c| c.name), Some("identity".to_owned()));
/// drop(callback);
/// assert!(recognize(back).is_none());
/// # Ok::<(), ctypes_core::Error>(())
/// ```
pub fn recognize(code: *const c_void) -> Option<Recognized> {
    let yard = Yard::lock();
    let context = match arch::number(code) {
        Some(number) => NonNull::new(CONTEXTS[number].load(Ordering::Acquire))?,
        None => yard.by_address.get(&code.addr())?.0,
    };
    // SAFETY: freed only when it has left the yard, which is locked.
    let context = unsafe { context.as_ref() };
    let found = Recognized { name: context.name(), ty: context.signature().ty().pointer() };
    (!context.is_ended()).then_some(found)
}
