//! Systems that do not show what they have loaded: nothing is known.

use crate::library::loaded::LoadedLibrary;
use crate::library::symbol::About;
use std::ffi::c_void;
use std::path::Path;

pub(in crate::library) fn about(_: *const c_void, _: &str) -> About {
    About::default()
}

pub(in crate::library) fn is_read_only(_: *const c_void, _: usize) -> bool {
    false
}

pub(in crate::library) fn loaded() -> Vec<LoadedLibrary> {
    Vec::new()
}

pub(in crate::library) fn exports(_: &Path) -> Vec<String> {
    Vec::new()
}
