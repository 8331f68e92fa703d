//! Environment variables that name libraries or where they are: read only by programs that did not gain privileges
//! at their start.

use std::ffi::OsString;

/// The value of the variable `name`, unless it is empty or the program is a privileged one.
///
/// A setuid program is run by one user with the rights of another, and the first sets the environment;
/// the same rule makes the system loader ignore `LD_LIBRARY_PATH` there.
pub(crate) fn trusted(name: &str) -> Option<OsString> {
    if has_elevated_privileges() {
        return None;
    }
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn has_elevated_privileges() -> bool {
    // SAFETY: getauxval only reads the vector that the kernel gave the process.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

#[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "openbsd"))]
fn has_elevated_privileges() -> bool {
    // SAFETY: issetugid has no requirements.
    unsafe { libc::issetugid() != 0 }
}

// Windows has no programs that change their user at the start. Elsewhere it cannot be told, so that
// variables are not trusted.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "openbsd"
)))]
fn has_elevated_privileges() -> bool {
    !cfg!(windows)
}
