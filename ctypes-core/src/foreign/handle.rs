//! What a library handle is made from: [`Binder`] finds the symbols of one declared block, in one library or
//! through one resolver, and reports all that are missing at once.

use super::binding::Declared;
use super::error::{BindCause, BindError, BindErrors};
use super::source::Names;
use crate::Library;
use core::ffi::{CStr, c_void};
use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::path::Path;
use std::sync::Arc;

/// The library of a handle as its attribute names it.
#[derive(Debug, Clone, Copy)]
pub struct HandleSource {
    /// The handle's type with its module, for messages.
    pub declared: &'static str,
    /// Where the library is looked for.
    pub names: Names,
    /// The environment variable that overrides `names`, if the attribute names one.
    pub variable: Option<&'static str>,
}

type Resolver<'r> = &'r mut dyn FnMut(&CStr) -> *const c_void;

/// Finds the symbols of a handle, one after the other.
pub struct Binder<'r> {
    declared: &'static str,
    library: Option<Library>,
    resolver: Option<Resolver<'r>>,
    missing: Vec<BindError>,
}

impl Binder<'static> {
    /// Opens the library that `source` names, or the file that its environment variable names.
    ///
    /// # Errors
    /// The library cannot be opened.
    ///
    /// # Safety
    /// As for [`Library::open`]; and what the library exports must be what the handle declares.
    pub unsafe fn open(source: &HandleSource) -> Result<Self, BindErrors> {
        let path = source.variable.and_then(crate::library::environment::trusted);
        match path {
            // SAFETY: passed on.
            Some(path) => unsafe { Self::open_path(source, path.as_ref()) },
            // SAFETY: the caller vouches for the library.
            None => match unsafe { source.names.open() } {
                // SAFETY: passed on.
                Ok(library) => Ok(unsafe { Self::from_library(source, library) }),
                Err(cause) => Err(BindErrors::unopened(source.declared, cause)),
            },
        }
    }

    /// Opens the library in the file `path`.
    ///
    /// # Errors
    /// The library cannot be opened.
    ///
    /// # Safety
    /// As for [`Binder::open`].
    pub unsafe fn open_path(source: &HandleSource, path: &Path) -> Result<Self, BindErrors> {
        // SAFETY: the caller vouches for the library.
        match unsafe { Library::open_path(path) } {
            // SAFETY: passed on.
            Ok(library) => Ok(unsafe { Self::from_library(source, library) }),
            Err(error) => {
                Err(BindErrors::unopened(source.declared, BindCause::Load(Arc::new(error))))
            }
        }
    }

    /// Takes a library that is open.
    ///
    /// # Safety
    /// What the library exports must be what the handle declares.
    #[must_use]
    pub unsafe fn from_library(source: &HandleSource, library: Library) -> Self {
        Binder {
            declared: source.declared,
            library: Some(library),
            resolver: None,
            missing: Vec::new(),
        }
    }
}

impl<'r> Binder<'r> {
    /// Asks `resolve` for each symbol; null means that there is none.
    ///
    /// # Safety
    /// Each address given must be that of what the handle declares, and stay valid for ever.
    #[must_use]
    pub unsafe fn from_resolver(source: &HandleSource, resolve: Resolver<'r>) -> Self {
        Binder {
            declared: source.declared,
            library: None,
            resolver: Some(resolve),
            missing: Vec::new(),
        }
    }

    /// The address of a symbol that must exist; null if it does not, which [`Binder::finish`] reports.
    pub fn required(&mut self, symbol: &'static CStr, kind: Declared) -> *const c_void {
        match self.find(symbol, kind) {
            Ok(address) => address,
            Err(cause) => {
                self.missing.push(BindError::new(text(symbol), self.declared, cause));
                core::ptr::null()
            }
        }
    }

    /// The address of a symbol that may be missing; null if it is.
    pub fn optional(&mut self, symbol: &'static CStr, kind: Declared) -> *const c_void {
        match &mut self.resolver {
            Some(resolve) => resolve(symbol),
            None => look_for(self.library.as_ref(), symbol, kind),
        }
    }

    /// A symbol that is looked up when it is first used, or now if there is no library to ask later.
    pub fn lazy(&mut self, symbol: &'static CStr, kind: Declared) -> LazySymbol {
        let known = match self.resolver {
            Some(_) => self.optional(symbol, kind),
            None => core::ptr::null(),
        };
        LazySymbol { address: AtomicPtr::new(known.cast_mut()), kind }
    }

    fn find(&mut self, symbol: &'static CStr, kind: Declared) -> Result<*const c_void, BindCause> {
        let address = if let Some(resolve) = &mut self.resolver {
            let address = resolve(symbol);
            if address.is_null() {
                return Err(BindCause::Resolver);
            }
            address
        } else {
            find_in(self.library.as_ref(), symbol, kind)?
        };
        Ok(address)
    }

    /// The library, once everything that is required was found.
    ///
    /// # Errors
    /// Required symbols are missing: all of them, in the order in which they were asked for.
    pub fn finish(self) -> Result<Option<Library>, BindErrors> {
        if self.missing.is_empty() {
            Ok(self.library)
        } else {
            Err(BindErrors::lacking(self.declared, self.library.as_ref(), self.missing))
        }
    }
}

impl fmt::Debug for Binder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binder").field("declared", &self.declared).finish_non_exhaustive()
    }
}

/// The macros write symbols as string literals, so they are UTF-8.
fn text(symbol: &'static CStr) -> &'static str {
    symbol.to_str().unwrap_or("(not UTF-8)")
}

/// The address, or null: without the search for a reason, which reads the library's file.
fn look_for(library: Option<&Library>, symbol: &CStr, kind: Declared) -> *const c_void {
    let found = library.and_then(|library| kind.find_quickly(library, symbol.to_str().ok()?));
    found.map_or(core::ptr::null(), |found| found.as_ptr().cast_const())
}

fn find_in(
    library: Option<&Library>,
    symbol: &'static CStr,
    kind: Declared,
) -> Result<*const c_void, BindCause> {
    let Some(library) = library else { return Err(BindCause::Resolver) };
    match kind.find(library, text(symbol)) {
        Ok(found) => Ok(found.as_ptr().cast_const()),
        Err(error) => Err(BindCause::Symbol(Arc::new(error))),
    }
}

/// A symbol of a `lazy` handle: null until its first use.
#[derive(Debug)]
pub struct LazySymbol {
    address: AtomicPtr<c_void>,
    kind: Declared,
}

impl LazySymbol {
    /// The address of a symbol that must exist.
    ///
    /// # Panics
    /// With the whole message of the error if the library lacks it.
    #[inline]
    pub fn required(
        &self,
        library: Option<&Library>,
        symbol: &'static CStr,
        declared: &'static str,
    ) -> *const c_void {
        let address = self.optional(library, symbol);
        if address.is_null() { missing(library, symbol, declared, self.kind) } else { address }
    }

    /// The address of a symbol that may be missing; null if it is.
    #[inline]
    pub fn optional(&self, library: Option<&Library>, symbol: &CStr) -> *const c_void {
        let known = self.address.load(Ordering::Acquire);
        if known.is_null() { self.look_up(library, symbol) } else { known }
    }

    #[cold]
    fn look_up(&self, library: Option<&Library>, symbol: &CStr) -> *const c_void {
        let found = crate::errno::kept(|| look_for(library, symbol, self.kind));
        // Every thread that comes here stores the same address.
        self.address.store(found.cast_mut(), Ordering::Release);
        found
    }
}

impl Clone for LazySymbol {
    fn clone(&self) -> Self {
        let address = AtomicPtr::new(self.address.load(Ordering::Acquire));
        LazySymbol { address, kind: self.kind }
    }
}

#[cold]
fn missing(
    library: Option<&Library>,
    symbol: &'static CStr,
    declared: &'static str,
    kind: Declared,
) -> ! {
    match find_in(library, symbol, kind) {
        Err(cause) => panic!("{}", BindError::new(text(symbol), declared, cause)),
        Ok(_) => panic!(
            "cannot bind `{}`, declared by `{declared}`: it has just come into being",
            text(symbol)
        ),
    }
}

/// The name of a handle's library, which a handle from a resolver has not.
pub fn library_name(library: &Option<Library>) -> Option<&str> {
    library.as_ref().map(Library::name)
}

/// What `{:?}` shows of a handle: its type and its library, not every address.
pub fn fmt_handle(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    library: Option<&Library>,
) -> fmt::Result {
    f.debug_struct(name).field("library", &library).finish_non_exhaustive()
}
