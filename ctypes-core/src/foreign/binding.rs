//! One declared symbol and its address: [`Entry`], and [`Binding`] for functions that are called through a stub.
//!
//! The outcome of resolving is written once. The slot of a [`Binding`] only ever holds the stub or the
//! address that was found, so calling through it is right at any time and on any thread.

use super::error::{BindCause, BindError, BindErrors};
use super::source::Source;
use crate::error::SymbolError;
use crate::library::Room;
use crate::{Library, Symbol, errno};
use core::ffi::c_void;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, OnceLock};

/// The address of something in a loaded library: never null, and valid until the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Address(NonNull<c_void>);

// SAFETY: it is a number; whether what is found there may be used from a thread is decided where it is used.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Address {
    /// The address as a pointer.
    #[inline]
    pub const fn as_ptr(self) -> *mut c_void {
        self.0.as_ptr()
    }
}

/// What a symbol is declared as. A symbol that is known to be something else is not bound.
#[derive(Debug, Clone, Copy)]
pub struct Declared(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Function,
    Variable(Room),
}

impl Declared {
    /// A function.
    pub const FUNCTION: Declared = Declared(Kind::Function);

    /// A variable of type `T`.
    #[must_use]
    pub const fn variable<T>() -> Declared {
        Declared(Kind::Variable(Room::of::<T>()))
    }

    /// The symbol, or why the library has none that can be what is declared.
    pub(super) fn find(&self, library: &Library, symbol: &str) -> Result<Symbol, SymbolError> {
        match &self.0 {
            Kind::Function => library.function_symbol(symbol),
            Kind::Variable(room) => library.declared_variable(symbol, room),
        }
    }

    /// The symbol, if the library has one that can be what is declared: without the search for names that are
    /// close, which reads the library's file.
    pub(super) fn find_quickly(&self, library: &Library, symbol: &str) -> Option<Symbol> {
        library.find_symbol(symbol)?;
        self.find(library, symbol).ok()
    }
}

/// A declared symbol of a declared library, and the outcome of looking it up.
#[derive(Debug)]
pub struct Entry {
    source: &'static Source,
    symbol: &'static str,
    declared: &'static str,
    kind: Declared,
    outcome: OnceLock<Result<Address, BindError>>,
}

impl Entry {
    /// Describes `symbol` of `source`, declared in Rust as the item `declared`.
    pub const fn new(
        source: &'static Source,
        symbol: &'static str,
        declared: &'static str,
    ) -> Self {
        Entry { source, symbol, declared, kind: Declared::FUNCTION, outcome: OnceLock::new() }
    }

    /// The same for a variable of type `T`.
    pub(super) const fn of_variable<T>(mut self) -> Self {
        self.kind = Declared::variable::<T>();
        self
    }

    /// The symbol.
    pub(super) fn symbol(&self) -> &'static str {
        self.symbol
    }

    /// The library's name, if it has one.
    pub(super) fn library_name(&self) -> Option<&str> {
        self.source.name()
    }

    /// The address, looked up at the first call.
    #[inline]
    pub fn resolve(&self) -> Result<&Address, &BindError> {
        match self.outcome.get() {
            Some(Ok(address)) => Ok(address),
            _ => self.look_up(),
        }
    }

    /// The address of an optional symbol; a library that cannot be opened lacks all of them.
    #[inline]
    pub fn optional(&self) -> Option<Address> {
        match self.outcome.get() {
            Some(outcome) => outcome.as_ref().ok().copied(),
            None => self.look_for(),
        }
    }

    /// Like `look_up`, without the search for a reason, which reads the library's file.
    #[cold]
    fn look_for(&self) -> Option<Address> {
        let address = errno::kept(|| {
            let library = self.source.library();
            let found =
                library.ok().and_then(|library| self.kind.find_quickly(library, self.symbol));
            found.and_then(|symbol| NonNull::new(symbol.as_ptr())).map(Address)
        });
        let outcome = address.ok_or(BindError::new(self.symbol, self.declared, BindCause::Absent));
        self.outcome.get_or_init(|| outcome).as_ref().ok().copied()
    }

    fn find(&self) -> Result<Address, BindCause> {
        match self.kind.find(self.source.library().map_err(Clone::clone)?, self.symbol) {
            Ok(symbol) => NonNull::new(symbol.as_ptr()).map(Address).ok_or(BindCause::Absent),
            Err(error) => Err(BindCause::Symbol(Arc::new(error))),
        }
    }

    #[cold]
    fn look_up(&self) -> Result<&Address, &BindError> {
        let outcome = match self.outcome.get() {
            Some(outcome) => outcome,
            None => {
                // The caller may have cleared errno, to see what the function that is looked up makes of it.
                let found = errno::kept(|| self.find());
                let outcome =
                    found.map_err(|cause| BindError::new(self.symbol, self.declared, cause));
                self.outcome.get_or_init(|| outcome)
            }
        };
        outcome.as_ref()
    }
}

/// A function that is called through a slot, which starts at a stub.
#[derive(Debug)]
pub struct Binding {
    slot: AtomicPtr<()>,
    /// What the slot holds until the function is bound; never changed, atomic only to be `Sync`.
    stub: AtomicPtr<()>,
    entry: Entry,
}

impl Binding {
    /// A function that is not yet bound.
    ///
    /// # Safety
    /// `stub` must be a function of the declared signature that calls [`Binding::bind_or_panic`] on this
    /// binding and passes its arguments on to the address that it gives.
    pub const unsafe fn new(entry: Entry, stub: *const ()) -> Self {
        Binding {
            slot: AtomicPtr::new(stub.cast_mut()),
            stub: AtomicPtr::new(stub.cast_mut()),
            entry,
        }
    }

    /// The function to call: the one of the library once it is bound, until then the stub.
    #[inline(always)]
    pub fn target(&self) -> *const () {
        // Acquire pairs with the store in `bind_now`: whatever opening the library wrote is visible to the call.
        self.slot.load(Ordering::Acquire)
    }

    /// The function of the library, bound now if it was not.
    #[inline]
    pub fn bind(&self) -> Result<*const (), &BindError> {
        let target = self.target();
        if target == self.stub.load(Ordering::Relaxed).cast_const() {
            self.bind_now()
        } else {
            Ok(target)
        }
    }

    #[cold]
    fn bind_now(&self) -> Result<*const (), &BindError> {
        let address = self.entry.resolve()?.as_ptr().cast::<()>();
        // Every thread that comes here stores the same address.
        self.slot.store(address, Ordering::Release);
        Ok(address)
    }

    /// Binds the function.
    ///
    /// # Panics
    /// With the whole message of the error if the library or the symbol is missing.
    #[cold]
    pub fn bind_or_panic(&self) -> *const () {
        match self.bind() {
            Ok(address) => address,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Anything declared in a block that `load` has to find.
pub trait Required: Sync {
    /// Looks the symbol up.
    fn require(&self) -> Result<(), &BindError>;
}

impl Required for Binding {
    fn require(&self) -> Result<(), &BindError> {
        self.bind().map(|_| ())
    }
}

impl Required for Entry {
    fn require(&self) -> Result<(), &BindError> {
        self.resolve().map(|_| ())
    }
}

/// A block whose `load` was not given a name of its own.
pub trait Loads {
    /// Binds all that the block requires.
    ///
    /// # Errors
    /// As [`bind_all`].
    fn load() -> Result<(), BindErrors>;
}

/// Binds everything that a block requires, and reports all that is missing in one error.
///
/// # Errors
/// The library cannot be opened, or it lacks symbols.
pub fn bind_all(
    source: &'static Source,
    module: &'static str,
    required: &[&'static dyn Required],
) -> Result<(), BindErrors> {
    let library = match source.library() {
        Ok(library) => library,
        Err(cause) => return Err(BindErrors::unopened(module, cause.clone())),
    };
    let missing: Vec<BindError> =
        required.iter().filter_map(|entry| entry.require().err().cloned()).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(BindErrors::lacking(module, Some(library), missing))
    }
}
