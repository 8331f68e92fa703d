//! What differs between systems: handing a name to the loader, and knowing where it looks.
//!
//! Each system's module has the same items: `Handle` and `Address` with `open`, `this`, `symbol`, `close` and
//! `path` (the loader itself), `steps`, `find` and `known_names` (the search), `check` and `exports` (a look into a
//! file). The predicates that choose one stand here and nowhere else.

#[cfg(unix)]
mod dl;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;

#[cfg(target_vendor = "apple")]
#[path = "apple.rs"]
mod native;

#[cfg(windows)]
#[path = "windows.rs"]
mod native;

#[cfg(all(unix, not(any(target_os = "linux", target_vendor = "apple"))))]
#[path = "posix.rs"]
mod native;

pub(super) use native::*;

/// Why the loader did not open a library.
pub(super) enum Refusal {
    /// It found no file of that name; the caller may know better where it looked.
    NotFound,
    /// Anything else, in the loader's words.
    Because(String),
}
