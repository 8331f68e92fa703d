//! What the process has loaded.

use super::os;
use core::ffi::c_void;
use std::path::{Path, PathBuf};

/// A library that the process has loaded, or the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedLibrary {
    path: PathBuf,
    base: usize,
}

impl LoadedLibrary {
    pub(super) fn new(path: PathBuf, base: usize) -> LoadedLibrary {
        LoadedLibrary { path, base }
    }

    /// The file, as the system's loader calls it. The library that the Linux kernel puts into processes has a name
    /// without a directory (`linux-vdso.so.1`), and those in the cache of Apple's dyld need not exist as files.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its memory begins. It is known to be there only until the library is unloaded.
    #[must_use]
    pub fn base(&self) -> *const c_void {
        std::ptr::without_provenance(self.base)
    }
}

/// All that the process has loaded now, in the system's order: mostly the program first.
///
/// ```
/// # if cfg!(any(target_os = "linux", windows, target_os = "macos")) {
/// let loaded = ctypes_core::library::loaded();
/// let program = std::env::current_exe().unwrap();
/// assert!(loaded.iter().any(|library| library.path().file_name() == program.file_name()));
/// # }
/// ```
///
/// # Platform behaviour
/// Systems with ELF: `dl_iterate_phdr`. Apple's: `_dyld_image_count`. Windows: `K32EnumProcessModules`. On systems
/// without one of them the list is empty.
///
/// # Python equivalent
/// `ctypes.util.dllist()`
#[doc(alias = "dllist")]
#[doc(alias = "dl_iterate_phdr")]
#[must_use]
pub fn loaded() -> Vec<LoadedLibrary> {
    os::loaded()
}
