//! Which library a declaration belongs to, and the one place where a declared library is opened.
//!
//! A library is opened at the first need and never closed. No lock is held meanwhile: two threads that
//! come first together both open it, which the system loader counts as one, and both use the same handle.

use super::error::BindCause;
use crate::Library;
use std::sync::{Arc, OnceLock};

/// The names under which a declaration looks for its library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// One name, found as [`Library::open`] finds it.
    Search(&'static str),
    /// File names for the system loader, tried as they are and in order.
    Verbatim(&'static [&'static str]),
    /// The running program and everything that it has loaded globally.
    Main,
    /// The declaration names libraries, but none for this system.
    Unnamed,
}

impl Names {
    /// Opens the library.
    ///
    /// # Safety
    /// The initialisers of every library that may be found must be sound to run, as for [`Library::open`].
    pub(super) unsafe fn open(self) -> Result<Library, BindCause> {
        let opened = match self {
            // SAFETY: the caller vouches for the initialisers of what may be found.
            Names::Search(name) => unsafe { Library::open(name) },
            // SAFETY: as above.
            Names::Verbatim(names) => unsafe { Library::open_any(names) },
            Names::Main => return Ok(Library::this()),
            Names::Unnamed => return Err(BindCause::NoName),
        };
        opened.map_err(|error| BindCause::Load(Arc::new(error)))
    }
}

/// The library of one annotated block, opened at the first need.
#[derive(Debug)]
pub struct Source {
    names: Names,
    opened: OnceLock<Result<Library, BindCause>>,
}

impl Source {
    /// Describes a library without opening it.
    ///
    /// # Safety
    /// The initialisers of every library that `names` may find must be sound to run, at any time and on any thread.
    pub const unsafe fn new(names: Names) -> Self {
        Source { names, opened: OnceLock::new() }
    }

    /// The name of the library that was opened, or the first under which it will be looked for.
    pub fn name(&self) -> Option<&str> {
        match (self.opened.get(), self.names) {
            (Some(Ok(library)), _) => Some(library.name()),
            (_, Names::Search(name)) => Some(name),
            (_, Names::Verbatim(names)) => names.first().copied(),
            (_, Names::Main) => Some(crate::library::PROGRAM),
            (_, Names::Unnamed) => None,
        }
    }

    /// The library, or the reason why there is none, which stays the same for the life of the program.
    pub(super) fn library(&self) -> Result<&Library, &BindCause> {
        let outcome = match self.opened.get() {
            Some(outcome) => outcome,
            None => {
                // SAFETY: `new` demanded it.
                let outcome = unsafe { self.names.open() };
                self.opened.get_or_init(|| outcome)
            }
        };
        outcome.as_ref()
    }
}
