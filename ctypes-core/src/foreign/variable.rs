//! [`ForeignVar`]: a late-bound variable of a library, reached by its address and never by a reference.

use super::binding::{Entry, Required};
use super::error::BindError;
use super::function::missing;
use core::fmt;
use core::marker::PhantomData;

/// A late-bound foreign variable of type `T`.
///
/// `#[foreign_fn]` makes one for each `static` and `static mut` of a block; the two do not differ, since C
/// may write to either at any time. For the same reason there is no way to a `&T`: only copies and the address.
///
/// The address is looked up once. A thread-local variable of the library has another address on each
/// thread, so it must not be declared as one of these.
///
/// # Python equivalent
/// `c_int.in_dll(library, "name")`
#[doc(alias = "in_dll")]
pub struct ForeignVar<T: 'static> {
    entry: Entry,
    variable: PhantomData<fn() -> *mut T>,
}

impl<T> ForeignVar<T> {
    /// A variable that is not yet bound.
    ///
    /// # Safety
    /// What `entry` finds must be a variable of type `T`.
    #[doc(hidden)]
    #[must_use]
    pub const unsafe fn new(entry: Entry) -> Self {
        ForeignVar { entry, variable: PhantomData }
    }

    /// The address of the variable.
    ///
    /// # Errors
    /// The library or the symbol is missing; the error says what was tried and stays the same.
    #[inline]
    pub fn get(&self) -> Result<*mut T, &BindError> {
        self.entry.resolve().map(|address| address.as_ptr().cast())
    }

    /// The address of the variable.
    ///
    /// # Panics
    /// The library or the symbol is missing; the message says what was tried.
    #[inline]
    pub fn as_ptr(&self) -> *mut T {
        match self.get() {
            Ok(address) => address,
            Err(error) => missing(error),
        }
    }

    /// Copies the value out.
    ///
    /// # Safety
    /// No other thread may write to the variable meanwhile, and its bytes must be a valid `T`.
    ///
    /// # Panics
    /// The library or the symbol is missing.
    #[inline]
    pub unsafe fn read(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: the address is that of a `T` (`new`), aligned as C aligns it; the rest is the caller's promise.
        unsafe { self.as_ptr().read() }
    }

    /// Stores a value.
    ///
    /// # Safety
    /// No other thread may use the variable meanwhile; C must not have declared it `const`, since it may then
    /// lie in memory that faults on a write; and the library must allow the value.
    ///
    /// # Panics
    /// The library or the symbol is missing.
    #[inline]
    pub unsafe fn write(&self, value: T)
    where
        T: Copy,
    {
        // SAFETY: as in `read`; that the memory may be written is the caller's promise.
        unsafe { self.as_ptr().write(value) }
    }
}

impl<T> Required for ForeignVar<T> {
    fn require(&self) -> Result<(), &BindError> {
        self.entry.require()
    }
}

impl<T> fmt::Debug for ForeignVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ForeignVar").field(&self.entry).finish()
    }
}
