//! [`Bindings`]: how a handle made by `#[library]` is opened.
//!
//! The constructors are a trait's, so that none of them collides with a C function: a C `open` exists.

use core::ffi::{CStr, c_void};
use core::fmt::Debug;
use std::path::{Path, PathBuf};

use crate::__private::{Binder, HandleSource};
use crate::Library;
use crate::error::CloseError;
use crate::foreign::BindErrors;

/// A library handle: a struct whose methods are the functions of a foreign library.
///
/// `#[library]` implements it. A handle is cheap to call through and is never closed behind the user's back;
/// clones and several handles of one type, of different libraries, live side by side.
///
/// # Python equivalent
/// `CDLL`, with `argtypes` and `restype` of every function set.
///
/// # Examples
/// ```
/// use ctypes_wrap::{Bindings, library};
/// use core::ffi::{c_int, c_void};
///
/// #[library(["libsqlite3.so.0", "libsqlite3.dylib", "sqlite3.dll"], handle = pub Sqlite)]
/// unsafe extern "C" {
///     pub safe fn sqlite3_libversion_number() -> c_int;
///     #[optional]
///     pub fn sqlite3_not_yet_invented() -> c_int;
/// }
///
/// extern "C" fn fake_version() -> c_int { 3_099_000 }
///
/// // A mock instead of the library: any resolver will do.
/// let sqlite = unsafe {
///     Sqlite::from_resolver(|symbol| match symbol.to_bytes() {
///         b"sqlite3_libversion_number" => fake_version as *const c_void,
///         _ => core::ptr::null(),
///     })
/// }?;
/// assert_eq!(sqlite.sqlite3_libversion_number(), 3_099_000);
/// assert!(sqlite.sqlite3_not_yet_invented().is_none());
/// # Ok::<(), ctypes_wrap::foreign::BindErrors>(())
/// ```
#[doc(alias = "CDLL")]
#[doc(alias = "WinDLL")]
#[doc(alias = "LoadLibrary")]
pub trait Bindings: Clone + Debug + Send + Sync + Sized + 'static {
    /// What the attribute says of the library.
    #[doc(hidden)]
    const SOURCE: HandleSource;

    /// Takes the addresses.
    #[doc(hidden)]
    fn bind(binder: Binder<'_>) -> Result<Self, BindErrors>;

    /// Gives the library out of the handle.
    #[doc(hidden)]
    fn into_library(self) -> Option<Library>;

    /// The library, if the handle has one: a handle made by a resolver has none.
    fn library(&self) -> Option<&Library>;

    /// Opens the library under the names that the attribute gives.
    ///
    /// # Errors
    /// The library cannot be opened, or it lacks required symbols: one error names all of them.
    /// A `lazy` handle does not look for symbols yet.
    ///
    /// # Safety
    /// Opening a library runs its initialisers, which must be sound to run here and now, and the declarations
    /// must be those of the library that is found.
    ///
    /// # Platform behaviour
    /// If the attribute says `env = "NAME"` and that variable is set, the library is opened from that path
    /// and no other. The variable is ignored in a program that was started with raised privileges (setuid).
    unsafe fn open() -> Result<Self, BindErrors> {
        // SAFETY: the caller makes the promise that `open` demands.
        Self::bind(unsafe { Binder::open(&Self::SOURCE) }?)
    }

    /// Opens the library in a file.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    ///
    /// # Safety
    /// As for [`open`](Self::open).
    unsafe fn open_path(path: impl AsRef<Path>) -> Result<Self, BindErrors> {
        // SAFETY: the caller makes the promise that `open_path` demands.
        Self::bind(unsafe { Binder::open_path(&Self::SOURCE, path.as_ref()) }?)
    }

    /// Uses a library that is open.
    ///
    /// # Errors
    /// The library lacks required symbols.
    ///
    /// # Safety
    /// The declarations must be those of the library.
    unsafe fn from_library(library: Library) -> Result<Self, BindErrors> {
        // SAFETY: the caller makes the promise that `from_library` demands.
        Self::bind(unsafe { Binder::from_library(&Self::SOURCE, library) })
    }

    /// Asks `resolve` for the address of each symbol: `vkGetInstanceProcAddr`, `wglGetProcAddress`, or a mock.
    /// Null means that there is none. Every symbol is asked for now, also those of a `lazy` handle.
    ///
    /// # Errors
    /// The resolver has no address for a required symbol.
    ///
    /// # Safety
    /// Each address must be that of a function or variable as declared, and stay valid as long as the handle
    /// and its clones.
    unsafe fn from_resolver(
        mut resolve: impl FnMut(&CStr) -> *const c_void,
    ) -> Result<Self, BindErrors> {
        // SAFETY: the caller makes the promise that `from_resolver` demands.
        Self::bind(unsafe { Binder::from_resolver(&Self::SOURCE, &mut resolve) })
    }

    /// The file that the library was loaded from, as far as the system tells.
    fn path(&self) -> Option<PathBuf> {
        self.library().and_then(Library::path)
    }

    /// Gives the library back to the loader. Nothing else closes it: dropping every handle does not.
    ///
    /// # Errors
    /// A clone of the handle or of the library is alive, or the loader's reason.
    ///
    /// # Safety
    /// Nothing that came from the library may be used afterwards: function pointers, addresses, its threads,
    /// callbacks that it keeps.
    unsafe fn close(self) -> Result<(), CloseError> {
        match self.into_library() {
            // SAFETY: the caller makes the promise that `close` demands.
            Some(library) => unsafe { library.close() },
            None => Ok(()),
        }
    }
}
