//! [`ForeignFn`]: a late-bound function that is used as the function pointer it holds.
//!
//! For variadic functions, which no Rust stub can stand in for: the pointer is looked up when it is first used.

use super::binding::{Address, Entry, Required};
use super::error::BindError;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

/// A late-bound foreign function of the function pointer type `F`.
///
/// `#[foreign_fn]` makes one for each variadic function. It dereferences to the pointer, so it is called like a function.
///
/// # Panics
/// Dereferencing panics with the message of the [`BindError`] if the library or the symbol is missing;
/// [`get`](Self::get) returns the error.
///
/// # Python equivalent
/// An attribute of a `CDLL`, looked up when it is first named.
#[doc(alias = "CFUNCTYPE")]
pub struct ForeignFn<F: Copy + 'static> {
    entry: Entry,
    pointer: PhantomData<F>,
}

impl<F: Copy + 'static> ForeignFn<F> {
    const POINTER_SIZED: () = assert!(
        size_of::<F>() == size_of::<Address>() && align_of::<F>() == align_of::<Address>(),
        "a ForeignFn holds a function pointer"
    );

    /// A function that is not yet bound.
    ///
    /// # Safety
    /// `F` must be a function pointer type, and what `entry` finds a function of that type.
    #[doc(hidden)]
    #[must_use]
    pub const unsafe fn new(entry: Entry) -> Self {
        const { Self::POINTER_SIZED };
        ForeignFn { entry, pointer: PhantomData }
    }

    /// The function pointer.
    ///
    /// # Errors
    /// The library or the symbol is missing; the error says what was tried and stays the same.
    #[inline]
    pub fn get(&self) -> Result<F, &BindError> {
        self.reference().copied()
    }

    #[inline]
    fn reference(&self) -> Result<&F, &BindError> {
        let address: &Address = self.entry.resolve()?;
        // SAFETY: an address and `F` have one size and alignment (`POINTER_SIZED`), and `new` demanded that the
        // address be that of a function of type `F`; the reference lives as long as `self`, which holds the
        // address and no longer writes it.
        Ok(unsafe { &*core::ptr::from_ref(address).cast::<F>() })
    }
}

impl<F: Copy + 'static> Deref for ForeignFn<F> {
    type Target = F;

    #[inline]
    fn deref(&self) -> &F {
        match self.reference() {
            Ok(function) => function,
            Err(error) => missing(error),
        }
    }
}

#[cold]
pub(super) fn missing(error: &BindError) -> ! {
    panic!("{error}")
}

impl<F: Copy + Send + Sync + 'static> Required for ForeignFn<F> {
    fn require(&self) -> Result<(), &BindError> {
        self.entry.require()
    }
}

impl<F: Copy + 'static> fmt::Debug for ForeignFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ForeignFn").field(&self.entry).finish()
    }
}
