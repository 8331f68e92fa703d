//! Opening shared libraries and finding what they export.
use crate::error::{LoadError, SymbolError};
use core::ffi::c_void;
use std::ffi::OsStr;
use std::sync::Arc;

/// An open shared library.
#[derive(Clone, Debug)]
pub struct Library(Arc<libloading::Library>);

/// An address exported by a library, which it keeps open.
#[derive(Clone, Debug)]
pub struct Symbol {
    address: usize,
    _library: Library,
}

impl Library {
    /// Opens a library.
    ///
    /// # Safety
    /// The library's initialisers run.
    pub unsafe fn open(name: impl AsRef<OsStr>) -> Result<Library, LoadError> {
        let name = name.as_ref();
        // SAFETY: the caller's promise.
        match unsafe { libloading::Library::new(name) } {
            Ok(l) => Ok(Library(Arc::new(l))),
            Err(_) => Err(LoadError { name: name.to_string_lossy().into_owned() }),
        }
    }

    /// The main program.
    pub fn this() -> Library {
        Library(Arc::new(libloading::os::unix::Library::this().into()))
    }

    /// A function with a signature given at run time.
    ///
    /// # Errors
    /// If there is no such symbol.
    #[cfg(feature = "dynamic")]
    pub fn function(
        &self,
        name: &str,
        signature: &crate::Signature,
    ) -> Result<crate::Function, SymbolError> {
        Ok(crate::Function::from_symbol(self.symbol(name)?, name, signature))
    }

    /// Finds a symbol.
    pub fn symbol(&self, name: &str) -> Result<Symbol, SymbolError> {
        // SAFETY: only the address is taken.
        match unsafe { self.0.get::<*mut c_void>(name) } {
            Ok(s) => Ok(Symbol { address: *s as usize, _library: self.clone() }),
            Err(_) => Err(SymbolError { symbol: name.into(), library: String::new() }),
        }
    }
}

impl Symbol {
    /// The address.
    pub fn as_ptr(&self) -> *mut c_void {
        self.address as *mut c_void
    }
}
