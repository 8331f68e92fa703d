//! What differs between systems: handing a name to the loader, and knowing where it looks.
//!
//! Each system's module has the same items: `Handle` and `Address` with `open`, `this`, `symbol`, `ordinal`, `close`
//! and `path` (the loader itself), `steps`, `find` and `known_names` (the search), `check` and `missing` (a look into
//! files), `loaded`, `exports`, `about` and `is_read_only` (what the loader has in memory). The predicates that choose
//! one stand here and nowhere else.

#[cfg(unix)]
mod dl;

#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "solaris",
    target_os = "illumos",
    target_os = "hurd",
    target_os = "haiku",
    target_os = "nto"
))]
mod images;

#[cfg(not(any(
    windows,
    target_vendor = "apple",
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "solaris",
    target_os = "illumos",
    target_os = "hurd",
    target_os = "haiku",
    target_os = "nto"
)))]
#[path = "no_images.rs"]
mod images;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;

#[cfg(target_vendor = "apple")]
#[path = "apple.rs"]
mod native;

#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

#[cfg(all(unix, not(any(target_os = "linux", target_vendor = "apple"))))]
#[path = "posix.rs"]
mod native;

pub(super) use native::*;

/// Why the loader did not open a library.
pub(super) enum Refusal {
    /// It found no file of that name; the caller may know better where it looked.
    NotFound,
    /// It was to open only what is loaded, and this is not.
    NotLoaded,
    /// There is no loader in this program.
    #[cfg_attr(windows, allow(dead_code, reason = "Windows always has one"))]
    Static,
    /// Anything else, in the loader's words.
    Because(String),
}

impl Refusal {
    /// For people, who are told `not_found` if there is no such file.
    pub(super) fn reason(self, not_found: impl Into<String>) -> String {
        match self {
            Refusal::NotFound => not_found.into(),
            Refusal::NotLoaded => "it is not loaded".into(),
            Refusal::Static => {
                "this program is linked statically and cannot load libraries (with rustc for \
                                musl, `-C target-feature=-crt-static` links it dynamically)"
                    .into()
            }
            Refusal::Because(reason) => reason,
        }
    }
}
