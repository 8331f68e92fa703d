//! dlopen and its family, as every Unix has them.
//!
//! A `Handle` is never given back by dropping it; only [`close`] does so.

use super::Refusal;
use crate::library::options::OpenOptions;
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL, RTLD_NOW};
use std::error::Error;
use std::ffi::{CStr, OsStr, c_void};
use std::mem::ManuallyDrop;

/// What dlopen returned.
#[derive(Clone, Copy, Debug)]
pub(in crate::library) struct Handle(*mut c_void);

// SAFETY: a handle is a token that the dl functions take from any thread; Rust code never looks behind it.
unsafe impl Send for Handle {}
// SAFETY: as above; POSIX demands that dlsym and dlclose are thread-safe.
unsafe impl Sync for Handle {}

/// What dlsym returned.
#[derive(Clone, Copy, Debug)]
pub(in crate::library) struct Address(pub(in crate::library) *mut c_void);

// SAFETY: only a number until someone calls or reads it, which is unsafe and that one's promise.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Handle {
    pub(in crate::library) fn from_raw(raw: *mut c_void) -> Handle {
        Handle(raw)
    }

    pub(in crate::library) fn raw(self) -> *mut c_void {
        self.0
    }

    /// The handle as libloading has it, without the end of its scope closing it.
    ///
    /// # Safety
    /// dlopen returned the handle and it was not closed.
    unsafe fn borrow(self) -> ManuallyDrop<Library> {
        // SAFETY: the caller's promise is what `from_raw` asks for.
        ManuallyDrop::new(unsafe { Library::from_raw(self.0) })
    }
}

/// Opens `name` by the loader's own rules.
///
/// # Safety
/// The library's initialisers and those of its dependencies run: they must be sound to run here and now.
pub(in crate::library) unsafe fn open(
    name: &OsStr,
    options: &OpenOptions,
) -> Result<Handle, Refusal> {
    // ctypes' choice as well: with RTLD_NOW a library that lacks a dependency's function fails here, with a
    // message, and not in the middle of a call.
    let mut flags = options.unix_flags;
    flags |= if options.lazy { RTLD_LAZY } else { RTLD_NOW };
    flags |= if options.global { RTLD_GLOBAL } else { RTLD_LOCAL };
    for (wanted, flag, called) in [
        (options.no_delete, super::native::NO_DELETE, "keep a library for ever (RTLD_NODELETE)"),
        (options.no_load, super::native::NO_LOAD, "open only what is loaded (RTLD_NOLOAD)"),
    ] {
        match flag {
            Some(flag) if wanted => flags |= flag,
            None if wanted => {
                return Err(Refusal::Because(format!("this system cannot {called}")));
            }
            _ => {}
        }
    }
    // SAFETY: the caller's promise; libloading copies the name and ends it with a NUL.
    let opened = unsafe { Library::open(Some(name), flags) };
    opened.map(|library| Handle(library.into_raw())).map_err(|e| match e {
        // glibc says nothing of a library that is not loaded, musl and Apple's do.
        libloading::Error::DlOpenUnknown if options.no_load => Refusal::NotLoaded,
        e => match explain(name, &text(&e)) {
            Refusal::Because(why) if options.no_load && why.contains("not already loaded") => {
                Refusal::NotLoaded
            }
            refusal => refusal,
        },
    })
}

/// Systems with `dlopen` have no ordinals.
///
/// # Safety
/// None is needed here; Windows needs an open handle.
pub(in crate::library) unsafe fn ordinal(_: Handle, _: u16) -> Result<*mut c_void, String> {
    Err("only Windows has symbols with numbers for names".into())
}

/// The program; null, which is RTLD_DEFAULT, in a static one that has no loader.
pub(in crate::library) fn this() -> Handle {
    // SAFETY: loads nothing that is not loaded already.
    let opened = unsafe { Library::open(None::<&OsStr>, RTLD_NOW | RTLD_LOCAL) };
    Handle(opened.map_or(std::ptr::null_mut(), Library::into_raw))
}

/// The address of `name`, which may be null.
///
/// # Safety
/// The handle is open.
pub(in crate::library) unsafe fn symbol(
    handle: Handle,
    name: &CStr,
) -> Result<*mut c_void, String> {
    // SAFETY: the handle is open, the caller says.
    let library = unsafe { handle.borrow() };
    // SAFETY: a raw pointer is a correct type for whatever stands behind a symbol.
    let found = unsafe { library.get::<*mut c_void>(name) };
    found.map(|symbol| symbol.as_raw_ptr()).map_err(|e| text(&e))
}

/// Gives the handle back to the loader.
///
/// # Safety
/// The handle is open, and nothing that came from it is used afterwards.
pub(in crate::library) unsafe fn close(handle: Handle) -> Result<(), String> {
    if handle.0.is_null() {
        return Err("it is RTLD_DEFAULT, which nobody opened".into());
    }
    // SAFETY: the handle is open, the caller says, and this was its last use.
    let library = unsafe { Library::from_raw(handle.0) };
    library.close().map_err(|e| text(&e))
}

/// The loader's own words, without libloading's name for the call that failed.
fn text(error: &libloading::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| cause.to_string())
}

/// Takes the loader's message apart: glibc and musl name first the file at fault, which may be a dependency.
fn explain(asked: &OsStr, text: &str) -> Refusal {
    const GLIBC: &str = ": cannot open shared object file: ";
    const MUSL: &str = "Error loading shared library ";
    if text.starts_with("Dynamic loading not supported") {
        return Refusal::Static; // musl's words
    }
    let asked = asked.to_string_lossy();
    let fault = match text.split_once(GLIBC) {
        Some(parts) => Some(parts),
        None => text.strip_prefix(MUSL).and_then(|rest| rest.split_once(": ")),
    };
    match fault {
        Some((file, why)) if file == asked => {
            if why.starts_with("No such file") {
                Refusal::NotFound
            } else {
                Refusal::Because(why.to_owned())
            }
        }
        Some((file, why)) => {
            Refusal::Because(format!("it needs `{file}`, which the loader cannot open: {why}"))
        }
        None => {
            let own = text.strip_prefix(asked.as_ref()).and_then(|rest| rest.strip_prefix(": "));
            Refusal::Because(own.unwrap_or(text).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(asked: &str, text: &str) -> String {
        explain(OsStr::new(asked), text).reason("NOT FOUND")
    }

    #[test]
    fn loader_messages_are_taken_apart() {
        let missing = "libx.so.1: cannot open shared object file: No such file or directory";
        assert_eq!(explained("libx.so.1", missing), "NOT FOUND");
        assert!(explained("libouter.so", missing).starts_with("it needs `libx.so.1`, which"));
        assert_eq!(explained("/a/b.so", "/a/b.so: undefined symbol: f"), "undefined symbol: f");
        assert_eq!(
            explained("b.so", "/a/b.so: undefined symbol: f"),
            "/a/b.so: undefined symbol: f"
        );
        let denied = "/a/b.so: cannot open shared object file: Permission denied";
        assert_eq!(explained("/a/b.so", denied), "Permission denied");
        assert_eq!(
            explained("libx.so", "Error loading shared library libx.so: No such file or directory"),
            "NOT FOUND"
        );
        assert!(explained("x", "Dynamic loading not supported").contains("linked statically"));
        let needed = "Error loading shared library liby.so: No such file or directory (needed by /a/libx.so)";
        assert!(explained("/a/libx.so", needed).starts_with("it needs `liby.so`"));
    }
}
