//! [`Symbol`]: what a library exports under a name or, on Windows, a number.
//!
//! Where the system tells what a symbol is, a function is not given out as a variable, nor a variable as a function.

use super::{Library, near, os};
use crate::error::{Expected, SymbolError};
use core::ffi::c_void;
use core::fmt;
use std::ffi::CString;
use std::sync::Arc;

/// An address exported by a library, which it keeps open.
#[derive(Clone)]
pub struct Symbol {
    name: Arc<str>,
    address: os::Address,
    library: Library,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Variable,
    /// A variable of which each thread has its own.
    ThreadLocal,
}

/// What the system tells of a symbol.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    pub(super) kind: Option<Kind>,
    /// In bytes.
    pub(super) size: Option<usize>,
}

impl Library {
    /// The address of an exported function or variable.
    ///
    /// # Errors
    ///
    /// [`SymbolError`] if the name is empty, contains a NUL, is not exported, or has the address null (as an indirect function
    /// whose resolver found nothing has); it names exports that are close. To look for them all its exports are read,
    /// so where a symbol is expected to be missing, [`find_symbol`](Library::find_symbol) is cheaper.
    ///
    /// # Python equivalent
    ///
    /// `lib.name`, `lib["name"]`.
    #[doc(alias = "dlsym")]
    #[doc(alias = "GetProcAddress")]
    pub fn symbol(&self, name: &str) -> Result<Symbol, SymbolError> {
        self.describe(name, Expected::Symbol).map(|(symbol, _)| symbol)
    }

    /// The symbol, unless it is known to be no function.
    pub(crate) fn function_symbol(&self, name: &str) -> Result<Symbol, SymbolError> {
        self.describe(name, Expected::Function).map(|(symbol, _)| symbol)
    }

    /// The symbol if it is not known to be something else than what it is asked for, and what is known of it.
    pub(super) fn describe(
        &self,
        name: &str,
        expected: Expected,
    ) -> Result<(Symbol, About), SymbolError> {
        let symbol = self.look_up(name).map_err(|(reason, missing)| SymbolError {
            similar: match &self.0.path {
                Some(path) if missing => near::closest(name, os::exports(path)),
                _ => Vec::new(),
            },
            ..self.symbol_error(name, expected, reason)
        })?;
        if expected == Expected::Symbol {
            return Ok((symbol, About::default()));
        }
        let about = os::about(symbol.as_ptr(), name);
        let reason = match (about.kind, expected) {
            (Some(Kind::ThreadLocal), _) => "it is thread-local: each thread has another one",
            (Some(Kind::Function), Expected::Variable) => "it is a function",
            (Some(Kind::Variable), Expected::Function) => "it is a variable",
            _ => return Ok((symbol, about)),
        };
        Err(self.symbol_error(name, expected, reason.to_owned()))
    }

    pub(super) fn symbol_error(
        &self,
        name: &str,
        expected: Expected,
        reason: String,
    ) -> SymbolError {
        SymbolError {
            expected,
            symbol: name.to_owned(),
            library: self.0.name.clone(),
            path: self.0.path.as_deref().map(Into::into),
            reason,
            similar: Vec::new(),
        }
    }

    /// The function or variable that a DLL exports under a number; it may have no name.
    ///
    /// The symbol's name is `#` and the number.
    ///
    /// # Errors
    ///
    /// [`SymbolError`] if there is none of that number.
    ///
    /// # Platform behaviour
    ///
    /// Windows only: elsewhere libraries have no ordinals, and it is an error.
    ///
    /// # Python equivalent
    ///
    /// `lib[1]`
    pub fn ordinal(&self, ordinal: u16) -> Result<Symbol, SymbolError> {
        let name = format!("#{ordinal}");
        // SAFETY: the handle is open, as in `look_up`.
        match unsafe { os::ordinal(self.0.handle, ordinal) } {
            Ok(address) if !address.is_null() => {
                let (name, library) = (name.into(), self.clone());
                Ok(Symbol { name, address: os::Address(address), library })
            }
            Ok(_) => Err(self.symbol_error(&name, Expected::Symbol, "its address is null".into())),
            Err(reason) => Err(self.symbol_error(&name, Expected::Symbol, reason)),
        }
    }

    /// The address of an exported function or variable, if there is one: [`symbol`](Library::symbol) without the search for a reason.
    ///
    /// # Python equivalent
    ///
    /// `getattr(lib, "name", None)`.
    pub fn find_symbol(&self, name: &str) -> Option<Symbol> {
        self.look_up(name).ok()
    }

    /// The symbol, or why there is none and whether a close name would help.
    fn look_up(&self, name: &str) -> Result<Symbol, (String, bool)> {
        if name.is_empty() {
            return Err(("the name is empty".into(), false));
        }
        let Ok(c_name) = CString::new(name) else {
            return Err(("the name contains a NUL character".into(), false));
        };
        // SAFETY: the handle is open: `close` needs the only reference to it, and others are told not to.
        let address = unsafe { os::symbol(self.0.handle, &c_name) }.map_err(|reason| {
            // glibc and musl repeat file and name, which the error has already.
            let own =
                reason.contains("undefined symbol: ") || reason.starts_with("Symbol not found: ");
            (if own { "it is not exported".to_owned() } else { reason }, true)
        })?;
        if address.is_null() {
            return Err(("its address is null".into(), false));
        }
        Ok(Symbol { name: name.into(), address: os::Address(address), library: self.clone() })
    }
}

impl Symbol {
    /// The address, never null.
    pub fn as_ptr(&self) -> *mut c_void {
        self.address.0
    }

    /// The name that it was looked up by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The library that it was looked up in. (With [`Library::this`] another library may hold it.)
    pub fn library(&self) -> &Library {
        &self.library
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Symbol")
            .field("name", &self.name)
            .field("address", &self.address.0)
            .field("library", &self.library.0.name)
            .finish()
    }
}
