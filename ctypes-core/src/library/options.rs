//! [`OpenOptions`]: how a library is opened, and the way through the names that are tried.

use super::os::{self, Refusal};
use super::search::{self, Step};
use super::{Library, shown};
use crate::error::{Attempt, LoadError};
use std::ffi::OsStr;
use std::path::Path;

/// How a library is opened: all that `dlopen` and `LoadLibraryEx` can be told.
///
/// ```
/// use ctypes_core::library::OpenOptions;
/// # if cfg!(target_os = "linux") {
/// // SAFETY: libm has no harmful initialisers.
/// let math = unsafe { OpenOptions::new().global(true).open("m")? };
/// assert!(math.find_symbol("cos").is_some());
/// # }
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # Python equivalent
/// The arguments `mode` and `winmode` of `CDLL`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[doc(alias = "mode")]
#[doc(alias = "winmode")]
#[doc(alias = "RTLD_GLOBAL")]
#[doc(alias = "RTLD_LOCAL")]
pub struct OpenOptions {
    pub(super) global: bool,
    pub(super) lazy: bool,
    pub(super) no_delete: bool,
    pub(super) no_load: bool,
    #[cfg_attr(windows, allow(dead_code, reason = "the flags of other systems"))]
    pub(super) unix_flags: i32,
    #[cfg_attr(unix, allow(dead_code, reason = "the flags of other systems"))]
    pub(super) windows_flags: Option<u32>,
}

impl OpenOptions {
    /// The default, which [`Library::open`] uses: symbols for this handle only, and all of them bound at once.
    ///
    /// On Unix that is `RTLD_LOCAL | RTLD_NOW`, on Windows `LOAD_LIBRARY_SEARCH_DEFAULT_DIRS` (the program's
    /// directory, the system's, and those given to `AddDllDirectory`; not the current directory nor `PATH`), and for a
    /// path `LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR`: its own directory, too. These are the choices of Python's ctypes.
    #[must_use]
    pub fn new() -> OpenOptions {
        OpenOptions::default()
    }

    /// Whether libraries that are loaded later may be bound to the symbols of this one (`RTLD_GLOBAL`). Windows has
    /// no such thing, and it changes nothing there.
    #[must_use]
    pub fn global(mut self, global: bool) -> OpenOptions {
        self.global = global;
        self
    }

    /// Whether functions that the library needs are looked for only when they are first called (`RTLD_LAZY`). One
    /// that is missing then ends the program. Windows has no such thing, and it changes nothing there.
    #[must_use]
    pub fn lazy(mut self, lazy: bool) -> OpenOptions {
        self.lazy = lazy;
        self
    }

    /// Whether the library stays loaded for ever, whoever closes it (`RTLD_NODELETE`;
    /// `GET_MODULE_HANDLE_EX_FLAG_PIN`).
    #[must_use]
    pub fn no_delete(mut self, no_delete: bool) -> OpenOptions {
        self.no_delete = no_delete;
        self
    }

    /// Whether to open only what the process has loaded already (`RTLD_NOLOAD`; `GetModuleHandleEx`): nothing is
    /// loaded, and no initialiser runs.
    #[must_use]
    pub fn no_load(mut self, no_load: bool) -> OpenOptions {
        self.no_load = no_load;
        self
    }

    /// Further flags for `dlopen`, such as `RTLD_DEEPBIND` of glibc. Windows ignores them.
    #[must_use]
    pub fn unix_flags(mut self, flags: i32) -> OpenOptions {
        self.unix_flags = flags;
        self
    }

    /// The flags for `LoadLibraryExW` in place of the default ones. Unix ignores them.
    #[must_use]
    pub fn windows_flags(mut self, flags: u32) -> OpenOptions {
        self.windows_flags = Some(flags);
        self
    }

    /// [`Library::open`] so.
    ///
    /// # Safety
    /// As for [`Library::open`].
    ///
    /// # Errors
    /// As [`Library::open`].
    pub unsafe fn open(&self, name: impl AsRef<OsStr>) -> Result<Library, LoadError> {
        let name = name.as_ref();
        let mut attempts = Vec::new();
        match search::refuse(name) {
            Err(reason) => attempts.push(Attempt::new(shown(name), reason)),
            Ok(()) => {
                for step in search::plan(name) {
                    // SAFETY: the caller's promise.
                    match unsafe { try_step(self, name, step) } {
                        Ok(library) => return Ok(library),
                        Err(attempt) if attempts.contains(&attempt) => {}
                        Err(attempt) => attempts.push(attempt),
                    }
                }
            }
        }
        Err(LoadError { name: shown(name), attempts, similar: search::similar(name) })
    }

    /// [`Library::open_path`] so.
    ///
    /// # Safety
    /// As for [`Library::open`].
    ///
    /// # Errors
    /// As [`Library::open_path`].
    pub unsafe fn open_path(&self, path: impl AsRef<Path>) -> Result<Library, LoadError> {
        let path = path.as_ref();
        let opened = match search::refuse(path.as_os_str()) {
            Err(reason) => Err(Attempt::new(shown(path.as_os_str()), reason)),
            // SAFETY: the caller's promise.
            Ok(()) => unsafe { try_step(self, path.as_os_str(), Step::file(path)) },
        };
        opened.map_err(|attempt| LoadError {
            name: shown(path.as_os_str()),
            attempts: vec![attempt],
            similar: Vec::new(),
        })
    }

    /// [`Library::open_any`] so.
    ///
    /// # Safety
    /// As for [`Library::open_any`].
    ///
    /// # Errors
    /// As [`Library::open_any`].
    pub unsafe fn open_any<S: AsRef<OsStr>>(
        &self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Library, LoadError> {
        let (mut asked, mut attempts) = (Vec::new(), Vec::new());
        for name in names {
            let name = name.as_ref();
            asked.push(shown(name));
            let step = if search::is_path(name) { Step::file(name) } else { Step::name(name) };
            let opened = match search::refuse(name) {
                Err(reason) => Err(Attempt::new(shown(name), reason)),
                // SAFETY: the caller's promise.
                Ok(()) => unsafe { try_step(self, name, step) },
            };
            match opened {
                Ok(library) => return Ok(library),
                Err(attempt) => attempts.push(attempt),
            }
        }
        if attempts.is_empty() {
            attempts.push(Attempt::new("nothing", "no names were given"));
        }
        Err(LoadError { name: asked.join(", "), attempts, similar: Vec::new() })
    }
}

/// Takes one step of a plan to open `name`.
///
/// # Safety
/// As for [`Library::open`].
unsafe fn try_step(options: &OpenOptions, name: &OsStr, step: Step) -> Result<Library, Attempt> {
    let (file, not_found) = match step {
        Step::Skipped(attempt) => return Err(attempt),
        Step::Name { file, not_found } => {
            (file, not_found.unwrap_or_else(|| "not found by the loader".into()))
        }
        Step::File(path) => {
            let what = shown(path.as_os_str());
            // The loader would search for a path without a separator.
            let path = std::path::absolute(&path)
                .map_err(|e| Attempt::new(what.clone(), e.to_string()))?;
            let problem = os::check(&path).err();
            if let Some(problem) = problem.as_ref().filter(|problem| problem.hard) {
                return Err(Attempt::new(what, problem.reason.clone()));
            }
            // SAFETY: the caller's promise.
            return match unsafe { os::open(path.as_os_str(), options) } {
                // SAFETY: the handle was just opened, and only the last owner closes it.
                Ok(handle) => Ok(unsafe { Library::from_parts(shown(name), handle) }.or_path(path)),
                Err(refusal) => {
                    let missing = match (&problem, &refusal) {
                        (None, Refusal::Because(_)) => os::missing(&path),
                        _ => Vec::new(),
                    };
                    let reason = match problem {
                        Some(problem) => problem.reason,
                        None => refusal.reason("no such file"),
                    };
                    Err(Attempt { missing, ..Attempt::new(what, reason) })
                }
            };
        }
    };
    // SAFETY: the caller's promise.
    match unsafe { os::open(&file, options) } {
        // SAFETY: the handle was just opened, and only the last owner closes it.
        Ok(handle) => Ok(unsafe { Library::from_parts(shown(name), handle) }),
        Err(Refusal::Because(reason)) => {
            // `/lib/libm.so: invalid ELF header` says which file the loader met, and the file says more.
            let culprit = reason
                .split_once(": ")
                .map(|parts| Path::new(parts.0))
                .filter(|path| path.is_absolute());
            let problem = culprit.and_then(|path| os::check(path).err());
            let is_known = problem.is_some();
            let reason = match problem {
                Some(problem) => format!("{reason} (the file {})", problem.reason),
                None => reason,
            };
            let missing = if is_known { None } else { os::find(&file).map(|p| os::missing(&p)) };
            let missing = missing.unwrap_or_default();
            Err(Attempt { missing, ..Attempt::new(shown(&file), reason) })
        }
        Err(refusal) => Err(Attempt::new(shown(&file), refusal.reason(not_found))),
    }
}
