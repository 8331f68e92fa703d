//! [`ForeignVar`]: a late-bound variable of a library, reached by its address and never by a reference.

use super::binding::{Entry, Required};
use super::error::BindError;
use super::function::missing;
use crate::error::Error;
use crate::memory::{AccessError, AccessFault};
use crate::{errno, library};
use core::fmt;
use core::marker::PhantomData;
use std::sync::OnceLock;

/// A late-bound foreign variable of type `T`.
///
/// `#[foreign_fn]` makes one for each `static` and `static mut` of a block; the two do not differ, since C
/// may write to either at any time. For the same reason there is no way to a `&T`: only copies and the address.
///
/// The address is looked up once. As by [`Library::variable`](crate::Library::variable) it is an error if the symbol is a function, is smaller
/// than a `T`, or is thread-local, which has another address on each thread; a variable in read-only
/// memory is not written. What the system does not tell is no error.
///
/// # Python equivalent
/// `c_int.in_dll(library, "name")`
#[doc(alias = "in_dll")]
pub struct ForeignVar<T: 'static> {
    entry: Entry,
    is_read_only: OnceLock<bool>,
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
        let entry = entry.of_variable::<T>();
        ForeignVar { entry, is_read_only: OnceLock::new(), variable: PhantomData }
    }

    /// The address of the variable.
    ///
    /// # Errors
    /// The library or the symbol is missing, or the symbol is no variable of the size of a `T`; the error says what was
    /// tried and found, and stays the same.
    #[inline]
    pub fn get(&self) -> Result<*mut T, &BindError> {
        self.entry.resolve().map(|address| address.as_ptr().cast())
    }

    /// The address of the variable.
    ///
    /// # Panics
    /// As [`get`](Self::get) fails; with the message of the error.
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
    /// As [`get`](Self::get) fails.
    #[inline]
    pub unsafe fn read(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: the address is that of a `T` (`new`), aligned as C aligns it; the rest is the caller's promise.
        unsafe { self.as_ptr().read() }
    }

    /// Whether it is known to lie in memory that must not be written.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn is_read_only(&self) -> Result<bool, &BindError> {
        let variable = self.get()?;
        // As when it is found: the caller's error number stays.
        Ok(*self.is_read_only.get_or_init(|| errno::kept(|| library::is_read_only(variable))))
    }

    /// Stores a value.
    ///
    /// # Safety
    /// No other thread may use the variable meanwhile, and the library must allow the value; where the system does not
    /// tell what memory may be written, C must not have declared it `const`.
    ///
    /// # Panics
    /// As [`try_write`](Self::try_write) fails.
    #[inline]
    pub unsafe fn write(&self, value: T)
    where
        T: Copy,
    {
        // SAFETY: the caller's promise.
        if let Err(error) = unsafe { self.try_write(value) } {
            refused(&error);
        }
    }

    /// Stores a value, or says why that is not possible.
    ///
    /// # Safety
    /// As for [`write`](Self::write).
    ///
    /// # Errors
    /// As [`get`](Self::get), and if the variable lies in read-only memory: it is `const` in C.
    pub unsafe fn try_write(&self, value: T) -> Result<(), Error>
    where
        T: Copy,
    {
        if self.is_read_only()? {
            return Err(self.unwritable().into());
        }
        // SAFETY: as in `read`; the memory may be written as far as it is known, and for the rest there is the caller's
        // promise.
        unsafe { self.get()?.write(value) };
        Ok(())
    }

    #[cold]
    fn unwritable(&self) -> AccessError {
        let library = self.entry.library_name().unwrap_or_default();
        let reason = format!(
            "the variable `{}` of library `{library}` lies in read-only memory",
            self.entry.symbol()
        );
        AccessError {
            ty: core::any::type_name::<T>().to_owned(),
            target: None,
            path: String::new(),
            fault: Box::new(AccessFault::ReadOnly { reason }),
        }
    }
}

#[cold]
fn refused(error: &Error) -> ! {
    panic!("{error}")
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
