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
mod near;
mod os;
mod search;
#[cfg(feature = "symbols")]
mod symbols;

pub use search::find_library;
#[cfg(feature = "symbols")]
pub use symbols::{ExportedSymbol, Format, SymbolKind, SymbolVersion, Symbols};

use crate::error::{Attempt, CloseError, LoadError, SymbolError};
use core::ffi::c_void;
use core::fmt;
use os::Refusal;
use search::Step;
use std::ffi::{CString, OsStr};
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

struct Inner {
    name: String,
    path: Option<PathBuf>,
    handle: os::Handle,
}

/// An address exported by a library, which it keeps open.
#[derive(Clone)]
pub struct Symbol {
    name: Arc<str>,
    address: os::Address,
    library: Library,
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
    /// [`LoadError`] with each attempt and its reason, and the names that are close. An empty name and one with a NUL
    /// are refused.
    ///
    /// # Platform behaviour
    ///
    /// Unix: `RTLD_NOW | RTLD_LOCAL`. Windows: `LOAD_LIBRARY_SEARCH_DEFAULT_DIRS`, with `.dll` appended to a bare name.
    ///
    /// # Python equivalent
    ///
    /// `CDLL(name)`, or `CDLL(find_library(name))` for a bare name.
    #[doc(alias = "LoadLibrary")]
    #[doc(alias = "dlopen")]
    pub unsafe fn open(name: impl AsRef<OsStr>) -> Result<Library, LoadError> {
        let name = name.as_ref();
        let mut attempts = Vec::new();
        match search::refuse(name) {
            Err(reason) => attempts.push(Attempt { what: shown(name), reason }),
            Ok(()) => {
                for step in search::plan(name) {
                    // SAFETY: the caller's promise.
                    match unsafe { try_step(name, step) } {
                        Ok(library) => return Ok(library),
                        Err(attempt) if attempts.contains(&attempt) => {}
                        Err(attempt) => attempts.push(attempt),
                    }
                }
            }
        }
        Err(LoadError { name: shown(name), attempts, similar: search::similar(name) })
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
        let path = path.as_ref();
        let opened = match search::refuse(path.as_os_str()) {
            Err(reason) => Err(Attempt { what: shown(path.as_os_str()), reason }),
            // SAFETY: the caller's promise.
            Ok(()) => unsafe { try_step(path.as_os_str(), Step::file(path)) },
        };
        opened.map_err(|attempt| LoadError {
            name: shown(path.as_os_str()),
            attempts: vec![attempt],
            similar: Vec::new(),
        })
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
        let (mut asked, mut attempts) = (Vec::new(), Vec::new());
        for name in names {
            let name = name.as_ref();
            asked.push(shown(name));
            let step = if search::is_path(name) { Step::file(name) } else { Step::name(name) };
            let opened = match search::refuse(name) {
                Err(reason) => Err(Attempt { what: shown(name), reason }),
                // SAFETY: the caller's promise.
                Ok(()) => unsafe { try_step(name, step) },
            };
            match opened {
                Ok(library) => return Ok(library),
                Err(attempt) => attempts.push(attempt),
            }
        }
        if attempts.is_empty() {
            attempts.push(Attempt { what: "nothing".into(), reason: "no names were given".into() });
        }
        Err(LoadError { name: asked.join(", "), attempts, similar: Vec::new() })
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
        unsafe { Library::from_parts("the program".into(), os::this()) }
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

    /// The address of an exported function or variable.
    ///
    /// # Errors
    ///
    /// [`SymbolError`] if the name is empty, contains a NUL, is not exported, or has the address null (as an indirect function
    /// whose resolver found nothing has); it names exports that are close. To look for them the library's file is read,
    /// so where a symbol is expected to be missing, [`find_symbol`](Library::find_symbol) is cheaper.
    ///
    /// # Python equivalent
    ///
    /// `lib.name`, `lib["name"]`, `in_dll`.
    #[doc(alias = "dlsym")]
    #[doc(alias = "GetProcAddress")]
    #[doc(alias = "in_dll")]
    pub fn symbol(&self, name: &str) -> Result<Symbol, SymbolError> {
        self.look_up(name).map_err(|(reason, missing)| SymbolError {
            symbol: name.to_owned(),
            library: self.0.name.clone(),
            path: self.0.path.clone(),
            reason,
            similar: match &self.0.path {
                Some(path) if missing => near::closest(name, os::exports(path)),
                _ => Vec::new(),
            },
        })
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

    /// Gives the library back to the loader, which unloads it if nobody else in the process has it open.
    ///
    /// # Safety
    ///
    /// Nothing that came from the library is used afterwards: function pointers, pointers to its data, callbacks that
    /// it registered, threads that it started, values whose code or drop glue is in it.
    ///
    /// # Errors
    ///
    /// [`CloseError`] if a clone or a symbol is alive (then the library stays open for them), or with the loader's reason.
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

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("name", &self.0.name)
            .field("path", &self.0.path)
            .finish_non_exhaustive()
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

/// Takes one step of a plan to open `name`.
///
/// # Safety
/// As for [`Library::open`].
unsafe fn try_step(name: &OsStr, step: Step) -> Result<Library, Attempt> {
    let (file, not_found) = match step {
        Step::Skipped(attempt) => return Err(attempt),
        Step::Name { file, not_found } => {
            (file, not_found.unwrap_or_else(|| "not found by the loader".into()))
        }
        Step::File(path) => {
            let what = shown(path.as_os_str());
            // The loader would search for a path without a separator.
            let path = std::path::absolute(&path)
                .map_err(|e| Attempt { what: what.clone(), reason: e.to_string() })?;
            let problem = os::check(&path).err();
            if let Some(problem) = problem.as_ref().filter(|problem| problem.hard) {
                return Err(Attempt { what, reason: problem.reason.clone() });
            }
            // SAFETY: the caller's promise.
            return match unsafe { os::open(path.as_os_str()) } {
                // SAFETY: the handle was just opened, and only the last owner closes it.
                Ok(handle) => Ok(unsafe { Library::from_parts(shown(name), handle) }.or_path(path)),
                Err(refusal) => Err(Attempt {
                    what,
                    reason: match (problem, refusal) {
                        (Some(problem), _) => problem.reason,
                        (None, Refusal::Because(reason)) => reason,
                        (None, Refusal::NotFound) => "no such file".into(),
                    },
                }),
            };
        }
    };
    // SAFETY: the caller's promise.
    match unsafe { os::open(&file) } {
        // SAFETY: the handle was just opened, and only the last owner closes it.
        Ok(handle) => Ok(unsafe { Library::from_parts(shown(name), handle) }),
        Err(Refusal::NotFound) => Err(Attempt { what: shown(&file), reason: not_found }),
        Err(Refusal::Because(reason)) => {
            // `/lib/libm.so: invalid ELF header` says which file the loader met, and the file says more.
            let culprit = reason
                .split_once(": ")
                .map(|parts| Path::new(parts.0))
                .filter(|path| path.is_absolute());
            let problem = culprit.and_then(|path| os::check(path).err());
            let reason = match problem {
                Some(problem) => format!("{reason} (the file {})", problem.reason),
                None => reason,
            };
            Err(Attempt { what: shown(&file), reason })
        }
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
