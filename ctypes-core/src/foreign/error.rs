//! Why a declared function or variable has no address: [`BindError`] for one, [`BindErrors`] for all of a library.
//!
//! The messages name the Rust item, the symbol, the library and everything that was tried.

use crate::Library;
use crate::error::{LoadError, SymbolError};
use core::fmt;
use std::error::Error;
use std::sync::Arc;

/// A declared function or variable could not be bound.
///
/// The error of the `try_` form of a function, of [`ForeignFn::get`](super::ForeignFn::get) and of
/// [`ForeignVar::get`](super::ForeignVar::get).
#[derive(Debug, Clone)]
pub struct BindError {
    symbol: &'static str,
    declared: &'static str,
    cause: BindCause,
}

impl BindError {
    pub(super) fn new(symbol: &'static str, declared: &'static str, cause: BindCause) -> Self {
        BindError { symbol, declared, cause }
    }

    /// The symbol that was asked for.
    #[must_use]
    pub fn symbol(&self) -> &str {
        self.symbol
    }

    /// The Rust item that declares it, with its module, or the name of the handle.
    #[must_use]
    pub fn declared(&self) -> &str {
        self.declared
    }

    /// What failed: opening the library or finding the symbol in it.
    #[must_use]
    pub fn cause(&self) -> &BindCause {
        &self.cause
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BindError { symbol, declared, cause } = self;
        write!(f, "cannot bind `{symbol}`, declared by `{declared}`: {cause}")
    }
}

impl Error for BindError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_error()
    }
}

/// For `?` on the fallible form of a function, whose error is kept where the function is declared.
impl From<&BindError> for crate::Error {
    fn from(error: &BindError) -> Self {
        crate::Error::Bind(error.clone())
    }
}

/// What made binding fail.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum BindCause {
    /// The library could not be opened.
    Load(Arc<LoadError>),
    /// The library does not export the symbol.
    Symbol(Arc<SymbolError>),
    /// The library does not export the symbol, which is declared as optional.
    Absent,
    /// The resolver that the handle was made from gave no address.
    Resolver,
    /// The declaration names libraries for other systems only.
    NoName,
}

impl BindCause {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BindCause::Load(error) => Some(&**error),
            BindCause::Symbol(error) => Some(&**error),
            BindCause::Absent | BindCause::Resolver | BindCause::NoName => None,
        }
    }
}

impl fmt::Display for BindCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindCause::Load(error) => error.fmt(f),
            BindCause::Symbol(error) => error.fmt(f),
            BindCause::Absent => f.write_str("the library does not export it"),
            BindCause::Resolver => f.write_str("the resolver gave no address"),
            BindCause::NoName => {
                write!(f, "the declaration names no library for {}", std::env::consts::OS)
            }
        }
    }
}

/// Everything that is missing of one declared library.
///
/// The error of `load` of a `#[foreign_fn]` block and of opening a handle made by `#[library]`.
#[derive(Debug, Clone)]
pub struct BindErrors {
    declared: &'static str,
    library: Option<Library>,
    cause: Option<BindCause>,
    missing: Vec<BindError>,
}

impl BindErrors {
    pub(super) fn unopened(declared: &'static str, cause: BindCause) -> Self {
        BindErrors { declared, library: None, cause: Some(cause), missing: Vec::new() }
    }

    pub(super) fn lacking(
        declared: &'static str,
        library: Option<&Library>,
        missing: Vec<BindError>,
    ) -> Self {
        BindErrors { declared, library: library.cloned(), cause: None, missing }
    }

    /// The handle's type, or the module of the block.
    #[must_use]
    pub fn declared(&self) -> &str {
        self.declared
    }

    /// Why there is no library, if that is what failed; then [`errors`](Self::errors) is empty.
    #[must_use]
    pub fn cause(&self) -> Option<&BindCause> {
        self.cause.as_ref()
    }

    /// One error for each required symbol that was not found, in the order of the declarations.
    #[must_use]
    pub fn errors(&self) -> &[BindError] {
        &self.missing
    }

    /// The library that lacks them, if it was opened by us.
    #[must_use]
    pub fn library(&self) -> Option<&Library> {
        self.library.as_ref()
    }
}

impl fmt::Display for BindErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot bind `{}`: ", self.declared)?;
        if let Some(cause) = &self.cause {
            return cause.fmt(f);
        }
        let count = self.missing.len();
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{count} required symbol{plural} missing: ")?;
        for (index, error) in self.missing.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}`{}` ({})", error.symbol, error.cause)?;
        }
        Ok(())
    }
}

impl Error for BindErrors {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Some(cause) => cause.as_error(),
            None => self.missing.first().map(|error| error as &(dyn Error + 'static)),
        }
    }
}
