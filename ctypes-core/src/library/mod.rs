//! Opening shared libraries and finding what they export.
//!
//! A [`Library`] is a handle that can be cloned, sent and kept; a [`Symbol`] is an address that keeps its library.
//! As in Python's ctypes a library stays loaded until the process ends, whatever is dropped: code that came from
//! it (a function pointer in a table, a destructor of a thread) may live longer than any handle. Only
//! [`Library::close`], which is `unsafe`, unloads. [`find_library`] finds files by C's short names.
//!
//! Errors name everything that was tried with the reason, and the names that are close. What is not checked: that
//! the code of a library is sound to load, and that a symbol has the type that a caller gives it.

#[cfg(all(unix, not(target_vendor = "apple")))]
mod elf;
pub(crate) mod environment;
mod loaded;
mod near;
mod options;
mod os;
mod search;
mod symbol;
mod symbols;
mod variable;

pub use loaded::{LoadedLibrary, loaded};
pub use options::OpenOptions;
pub use search::find_library;
pub use symbol::Symbol;
pub use symbols::{ExportedSymbol, Format, SymbolKind, SymbolVersion, Symbols};
pub use variable::Variable;
pub(crate) use variable::{Room, is_read_only};

use crate::error::{CloseError, LoadError};
use core::ffi::c_void;
use core::fmt;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open shared library: one handle of it, shared by all clones and symbols.
///
/// Never unloaded by dropping it, only by [`close`](Library::close).
///
/// # Python equivalent
///
/// `ctypes.CDLL` (and `WinDLL`, `OleDLL`: here the calling convention belongs to the function, not to the library),
/// `ctypes.cdll.LoadLibrary`.
///
/// # Examples
///
/// ```no_run
/// use ctypes_core::Library;
///
/// // SAFETY: zlib's initialisers are sound.
/// let zlib = unsafe { Library::open("z")? };
/// let version = zlib.symbol("zlibVersion")?;
/// assert!(!version.as_ptr().is_null());
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[doc(alias = "CDLL")]
#[doc(alias = "WinDLL")]
#[doc(alias = "OleDLL")]
#[doc(alias = "cdll")]
#[doc(alias = "windll")]
#[derive(Clone)]
pub struct Library(Arc<Inner>);

/// The name of the library that is the program itself.
pub(crate) const PROGRAM: &str = "the program";

struct Inner {
    name: String,
    path: Option<PathBuf>,
    handle: os::Handle,
}

impl Library {
    /// Opens a library by its C name (`"m"`), its file name (`"libm.so.6"`) or its path.
    ///
    /// A path, that is a name with a separator, is given to the loader and nothing else is tried. A file name
    /// (`.so`, `.dylib`, `.dll`) is given to the loader as it is; if it finds none and the name is an unversioned
    /// `libNAME.so`, the rules for `NAME` follow. A bare name is looked up as [`find_library`] does, so `"m"` opens
    /// `libm.so.6`, and the highest version wins; [`path`](Library::path) tells which it was.
    ///
    /// # Safety
    ///
    /// Loading runs the initialisers of the library and of all that it needs. They must be sound to run in this
    /// process and on this thread now, and a file of that name must be one that may be trusted.
    ///
    /// # Errors
    ///
    /// [`LoadError`] with each attempt and its reason, the libraries that are missing for it, and the names that are
    /// close. An empty name and one with a NUL are refused.
    ///
    /// # Platform behaviour
    ///
    /// As [`OpenOptions::new`]: Unix `RTLD_NOW | RTLD_LOCAL`, Windows `LOAD_LIBRARY_SEARCH_DEFAULT_DIRS`, with `.dll`
    /// appended to a bare name. A statically linked program of Unix has no loader, which the error says.
    ///
    /// # Python equivalent
    ///
    /// `CDLL(name)`, or `CDLL(find_library(name))` for a bare name.
    #[doc(alias = "LoadLibrary")]
    #[doc(alias = "dlopen")]
    pub unsafe fn open(name: impl AsRef<OsStr>) -> Result<Library, LoadError> {
        // SAFETY: the caller's promise.
        unsafe { OpenOptions::new().open(name) }
    }

    /// Opens this file and nothing else: no directory is searched, and a relative path counts from the current directory.
    ///
    /// # Safety
    ///
    /// As for [`open`](Library::open).
    ///
    /// # Errors
    ///
    /// [`LoadError`] with one attempt, which says what the file is if it is no library for this process.
    #[doc(alias = "dlopen")]
    pub unsafe fn open_path(path: impl AsRef<Path>) -> Result<Library, LoadError> {
        // SAFETY: the caller's promise.
        unsafe { OpenOptions::new().open_path(path) }
    }

    /// Opens the first of some names that the loader knows, each handed to it as it is.
    ///
    /// Meant for exact file names, best first: `["libpulse.so.0", "libpulse.so"]`. No rule for bare names applies.
    ///
    /// # Safety
    ///
    /// As for [`open`](Library::open), for each of the names.
    ///
    /// # Errors
    ///
    /// One [`LoadError`] with an attempt for each name; no names at all is an error too.
    pub unsafe fn open_any<S: AsRef<OsStr>>(
        names: impl IntoIterator<Item = S>,
    ) -> Result<Library, LoadError> {
        // SAFETY: the caller's promise.
        unsafe { OpenOptions::new().open_any(names) }
    }

    /// The program itself: its own exports and those of all libraries that it is linked with.
    ///
    /// # Platform behaviour
    ///
    /// Unix: `dlopen(NULL)`, which also sees libraries opened elsewhere with `RTLD_GLOBAL`. Windows: only the exports of the `.exe`.
    /// A statically linked program has no loader: nothing is found.
    ///
    /// # Python equivalent
    ///
    /// `CDLL(None)`, `pythonapi`.
    ///
    /// # Examples
    ///
    /// ```
    /// let program = ctypes_core::Library::this();
    /// # if cfg!(unix) {
    /// assert!(program.symbol("strlen").is_ok()); // from libc, which Rust programs are linked with
    /// # }
    /// ```
    #[doc(alias = "pythonapi")]
    #[doc(alias = "main")]
    pub fn this() -> Library {
        // SAFETY: the program's own handle is never closed while it runs.
        unsafe { Library::from_parts(PROGRAM.into(), os::this()) }
    }

    /// Takes over a handle that `dlopen` or `LoadLibrary` returned elsewhere.
    ///
    /// # Safety
    ///
    /// The handle is one that those functions returned (on Unix null is allowed, it is `RTLD_DEFAULT`; `RTLD_NEXT` is
    /// not), and nobody closes it while the library or a symbol of it lives.
    ///
    /// # Python equivalent
    ///
    /// `CDLL(name, handle=…)`.
    pub unsafe fn from_handle(handle: *mut c_void) -> Library {
        // SAFETY: the caller's promise.
        unsafe { Library::from_parts(format!("handle {handle:p}"), os::Handle::from_raw(handle)) }
    }

    /// # Safety
    /// The handle is open and stays so.
    unsafe fn from_parts(name: String, handle: os::Handle) -> Library {
        // SAFETY: the handle is open.
        let path = unsafe { os::path(handle) };
        Library(Arc::new(Inner { name, path, handle }))
    }

    /// The name that it was opened with.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The file that was really loaded, where the system tells.
    ///
    /// # Platform behaviour
    ///
    /// Linux: the loader's record of the library; links are not resolved. macOS: dyld's name of the image, which need not exist as a file.
    /// Windows: `GetModuleFileNameW`. Other systems: known only if it was opened by an absolute path.
    pub fn path(&self) -> Option<PathBuf> {
        self.0.path.clone()
    }

    /// The loader's handle, for functions of the system that take one. It must not be closed.
    ///
    /// # Python equivalent
    ///
    /// `CDLL._handle`.
    #[doc(alias = "_handle")]
    pub fn handle(&self) -> *mut c_void {
        self.0.handle.raw()
    }

    /// Gives the library back to the loader, which unloads it if nobody else in the process has it open.
    ///
    /// What holds a library keeps it open: clones, [`Symbol`]s, `Function`s, [`Variable`]s and C objects of its
    /// memory. While there is one of them this is an error, so that no checked call goes through a closed library. Addresses
    /// and plain function pointers (of `as_ptr` and `typed`, of `#[library]` methods that give one) hold nothing.
    ///
    /// # Safety
    ///
    /// Nothing that came from the library is used afterwards: function pointers, pointers to its data, callbacks that
    /// it registered, threads that it started, values whose code or drop glue is in it.
    ///
    /// # Errors
    ///
    /// [`CloseError`] if something holds it (then the library stays open), or with the loader's reason.
    ///
    /// # Python equivalent
    ///
    /// `_ctypes.dlclose(lib._handle)`.
    #[doc(alias = "dlclose")]
    #[doc(alias = "FreeLibrary")]
    pub unsafe fn close(self) -> Result<(), CloseError> {
        match Arc::try_unwrap(self.0) {
            // SAFETY: the handle is open and no clone or symbol is left; for the rest there is the caller's promise.
            Ok(inner) => unsafe { os::close(inner.handle) }
                .map_err(|reason| CloseError { library: inner.name, reason }),
            Err(shared) => Err(CloseError {
                library: shared.name.clone(),
                reason: "other clones or symbols of it are alive".into(),
            }),
        }
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("name", &self.0.name)
            .field("path", &self.0.path)
            .finish_non_exhaustive()
    }
}

impl Library {
    /// Remembers the path that was opened where the system does not tell it.
    fn or_path(mut self, path: PathBuf) -> Library {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.path.get_or_insert(path);
        }
        self
    }
}

/// A name for people: control characters must not reach their terminal.
fn shown(name: &OsStr) -> String {
    let name = name.to_string_lossy();
    let visible =
        |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(visible).collect()
}
