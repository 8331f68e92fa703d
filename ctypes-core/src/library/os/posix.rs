//! Other Unix systems with ELF: the loader's search is trusted, its places are not known here.

pub(in crate::library) use super::dl::{Address, Handle, close, open, ordinal, symbol, this};
pub(in crate::library) use super::images::{about, exports, is_read_only, loaded};
pub(in crate::library) use crate::library::elf::check;

use crate::error::MissingLibrary;
use crate::library::search::Step;
use std::ffi::{OsStr, OsString, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

// The value is one on Android, FreeBSD, DragonFly BSD, NetBSD, illumos and Solaris; others have no such mode.
const HAS_MODES: bool = cfg!(any(
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "illumos",
    target_os = "solaris"
));
pub(in crate::library) const NO_DELETE: Option<c_int> = if HAS_MODES { Some(0x1000) } else { None };
pub(in crate::library) const NO_LOAD: Option<c_int> = match HAS_MODES {
    true if cfg!(any(target_os = "android", target_os = "illumos", target_os = "solaris")) => {
        Some(0x4)
    }
    true => Some(0x2000),
    false => None,
};

/// The loader's rules are not known here.
pub(in crate::library) fn missing(_: &Path) -> Vec<MissingLibrary> {
    Vec::new()
}

pub(in crate::library) fn is_file_name(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.ends_with(b".so") || name.windows(4).any(|part| part == b".so.")
}

fn file_name(name: &OsStr) -> OsString {
    let mut file = OsString::from("lib");
    file.push(name);
    file.push(".so");
    file
}

pub(in crate::library) fn steps(name: &OsStr) -> Vec<Step> {
    if is_file_name(name) { Vec::new() } else { vec![Step::name(file_name(name))] }
}

pub(in crate::library) fn find(name: &OsStr) -> Option<PathBuf> {
    let file = if is_file_name(name) { name.to_owned() } else { file_name(name) };
    let directories = ["/system/lib64", "/system/lib", "/usr/local/lib", "/lib", "/usr/lib"];
    directories
        .iter()
        .map(|directory| Path::new(directory).join(&file))
        .find(|path| check(path).is_ok())
}

pub(in crate::library) fn known_names() -> Vec<String> {
    Vec::new()
}

/// Not known: there is no common way to ask.
///
/// # Safety
/// None is needed here; other systems need an open handle.
pub(in crate::library) unsafe fn path(_: Handle) -> Option<PathBuf> {
    None
}
