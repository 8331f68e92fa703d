//! From a name to a file: what the loader is asked for, in which order, and where a library is.
//!
//! Nothing here loads anything or starts a process. Which places count is each system's matter, in `os`.

use super::near;
use super::os;
use crate::error::Attempt;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// One step on the way to open a library.
pub(super) enum Step {
    /// A file that was looked at and will not do.
    #[allow(dead_code, reason = "not every system looks at files before the loader does")]
    Skipped(Attempt),
    /// A name for the loader to search for by its own rules.
    Name {
        file: OsString,
        /// What to say if it finds none, in place of its own words.
        not_found: Option<String>,
    },
    /// A path for the loader to open.
    File(PathBuf),
}

impl Step {
    pub(super) fn name(file: impl Into<OsString>) -> Step {
        Step::Name { file: file.into(), not_found: None }
    }

    pub(super) fn file(path: impl Into<PathBuf>) -> Step {
        Step::File(path.into())
    }
}

/// Whether a name says where the file is, so that nothing is searched.
pub(super) fn is_path(name: &OsStr) -> bool {
    name.to_string_lossy().contains(std::path::is_separator)
}

/// Why no loader should see a name.
pub(super) fn refuse(name: &OsStr) -> Result<(), String> {
    if name.is_empty() {
        // dlopen("") would give the main program.
        Err("the name is empty (the program itself is `Library::this()`)".into())
    } else if name.as_encoded_bytes().contains(&0) {
        Err("the name contains a NUL character, which no file name can".into())
    } else {
        Ok(())
    }
}

/// What to try for a name that [`refuse`] lets pass.
pub(super) fn plan(name: &OsStr) -> Vec<Step> {
    if is_path(name) {
        return vec![Step::file(name)];
    }
    let mut steps = Vec::new();
    if os::is_file_name(name) {
        steps.push(Step::name(name));
    }
    steps.extend(os::steps(name));
    steps
}

/// The libraries whose names are close to one that was not found.
pub(super) fn similar(name: &OsStr) -> Vec<String> {
    match name.to_str() {
        Some(name) if !is_path(OsStr::new(name)) => {
            // `libfoo.so.1` is compared as `foo`.
            let bare = name
                .strip_prefix("lib")
                .and_then(|rest| rest.split_once(".so"))
                .map_or(name, |parts| parts.0);
            near::closest(bare, os::known_names())
        }
        _ => Vec::new(),
    }
}

/// The file of the library called `name`, found as the loader would, without loading it.
///
/// `name` is a bare name such as `"m"` or `"sqlite3"`, a file name such as `"libsqlite3.so.0"`, or a path, which is
/// given back if there is a file. Of several versions the highest is taken (`libfoo.so.10` before `libfoo.so.9`);
/// files that this process cannot load (linker scripts, other architectures) are passed over. No process is started.
///
/// `None` means that no place holds such a library. [`Library::open`](super::Library::open) may still succeed where only the loader knows
/// (a search path inside the program's own file), and its error tells what was tried.
///
/// # Platform behaviour
///
/// * Linux with glibc: `LD_LIBRARY_PATH` (ignored in a program with raised privileges), the loader's cache
///   `/etc/ld.so.cache`, then the directories of `/etc/ld.so.conf` and the built-in ones.
/// * Linux with musl: `LD_LIBRARY_PATH`, then the directories of `/etc/ld-musl-ARCH.path` or the built-in ones.
/// * macOS: dyld's fallback directories and frameworks, and the cache that holds the system's own libraries.
/// * Windows: the program's directory and the system directory; `PATH` and the current directory are not safe to search.
///
/// # Python equivalent
///
/// `ctypes.util.find_library`, which gives on Linux only the file name and starts other programs to learn it.
///
/// # Examples
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// let libm = ctypes_core::library::find_library("m").expect("a libm");
/// assert!(libm.is_file());
/// assert!(ctypes_core::library::find_library("no-such-library").is_none());
/// # }
/// ```
#[doc(alias = "ctypes.util")]
#[doc(alias = "util")]
#[doc(alias = "find_msvcrt")]
pub fn find_library(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = name.as_ref();
    if refuse(name).is_err() {
        None
    } else if is_path(name) {
        let path = Path::new(name);
        (path.is_file() && os::check(path).is_ok()).then(|| path.to_owned())
    } else {
        os::find(name)
    }
}
