//! Windows: LoadLibraryExW with the default directories, which leaves out the current directory and `PATH`.

use super::Refusal;
use crate::library::search::Step;
use libloading::os::windows::{
    LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, Library,
};
use std::error::Error;
use std::ffi::{CStr, OsStr, OsString, c_void};
use std::mem::ManuallyDrop;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// A module handle.
#[derive(Clone, Copy, Debug)]
pub(in crate::library) struct Handle(*mut c_void);

// SAFETY: a handle is a token that the loader takes from any thread; Rust code never looks behind it.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

/// What GetProcAddress returned.
#[derive(Clone, Copy, Debug)]
pub(in crate::library) struct Address(pub(in crate::library) *mut c_void);

// SAFETY: only a number until someone calls or reads it, which is unsafe and that one's promise.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

/// Why a file is no library for this process.
pub(in crate::library) struct Problem {
    pub(in crate::library) reason: String,
    pub(in crate::library) hard: bool,
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleFileNameW(module: *mut c_void, file: *mut u16, size: u32) -> u32;
    fn GetSystemDirectoryW(directory: *mut u16, size: u32) -> u32;
}

impl Handle {
    pub(in crate::library) fn from_raw(raw: *mut c_void) -> Handle {
        Handle(raw)
    }

    pub(in crate::library) fn raw(self) -> *mut c_void {
        self.0
    }
}

/// Opens `name` by the loader's rules for safe directories.
///
/// # Safety
/// The initialisers of the DLL and its dependencies run: they must be sound to run here and now.
pub(in crate::library) unsafe fn open(name: &OsStr) -> Result<Handle, Refusal> {
    const ERROR_MOD_NOT_FOUND: i32 = 126;
    let is_path = crate::library::search::is_path(name);
    let beside = if is_path { LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR } else { 0 };
    // That flag is refused with a relative path.
    let name = if is_path {
        std::path::absolute(name).map(PathBuf::into_os_string)
    } else {
        Ok(name.to_owned())
    };
    let name = name.map_err(|e| Refusal::Because(e.to_string()))?;
    // SAFETY: the caller's promise; libloading copies the name and ends it with a NUL.
    let opened = unsafe {
        Library::load_with_flags(name.as_os_str(), LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | beside)
    };
    opened
        .map(|library| Handle(std::ptr::with_exposed_provenance_mut(library.into_raw() as usize)))
        .map_err(|e| {
            let text = text(&e);
            if text != std::io::Error::from_raw_os_error(ERROR_MOD_NOT_FOUND).to_string() {
                Refusal::Because(text)
            } else if is_path && !Path::new(&name).exists() {
                Refusal::NotFound
            } else {
                // The system does not tell which of the two.
                Refusal::Because(format!("{text} (the file itself or a DLL that it needs)"))
            }
        })
}

pub(in crate::library) fn this() -> Handle {
    let raw = Library::this().map_or(0, Library::into_raw);
    Handle(std::ptr::with_exposed_provenance_mut(raw as usize))
}

/// The address of `name`.
///
/// # Safety
/// The handle is open.
pub(in crate::library) unsafe fn symbol(
    handle: Handle,
    name: &CStr,
) -> Result<*mut c_void, String> {
    // SAFETY: the handle is open, the caller says, and never closed by the end of this scope.
    let library =
        ManuallyDrop::new(unsafe { Library::from_raw(handle.0.expose_provenance() as isize) });
    // SAFETY: a raw pointer is a correct type for whatever stands behind a symbol.
    let found = unsafe { library.get::<*mut c_void>(name) };
    found.map(|symbol| symbol.as_raw_ptr()).map_err(|e| text(&e))
}

/// Gives the handle back to the loader.
///
/// # Safety
/// The handle is open, and nothing that came from it is used afterwards.
pub(in crate::library) unsafe fn close(handle: Handle) -> Result<(), String> {
    // SAFETY: the handle is open, the caller says, and this was its last use.
    let library = unsafe { Library::from_raw(handle.0.expose_provenance() as isize) };
    library.close().map_err(|e| text(&e))
}

/// The DLL's file.
///
/// # Safety
/// The handle is open.
pub(in crate::library) unsafe fn path(handle: Handle) -> Option<PathBuf> {
    // SAFETY: the handle is open, and the buffer has the size that is told.
    ask(|buffer, size| unsafe { GetModuleFileNameW(handle.0, buffer, size) })
}

/// Calls a function that fills a buffer with a path, with a larger one until it fits.
fn ask(fill: impl Fn(*mut u16, u32) -> u32) -> Option<PathBuf> {
    for size in [260, 1024, 0x8000] {
        let mut buffer = vec![0_u16; size];
        let length = fill(buffer.as_mut_ptr(), size as u32) as usize;
        if length == 0 {
            return None;
        }
        // A result that fills the buffer was cut off.
        if length < size {
            return Some(OsString::from_wide(&buffer[..length]).into());
        }
    }
    None
}

/// The system's own words, without libloading's name for the call that failed.
fn text(error: &libloading::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| cause.to_string())
}

pub(in crate::library) fn is_file_name(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    [".dll", ".exe", ".drv", ".cpl", ".ocx"].iter().any(|end| name.ends_with(end))
}

pub(in crate::library) fn steps(name: &OsStr) -> Vec<Step> {
    if is_file_name(name) {
        Vec::new()
    } else {
        file_names(name).into_iter().map(Step::name).collect()
    }
}

/// `NAME.dll`, and `libNAME.dll` as MinGW names them.
fn file_names(name: &OsStr) -> [OsString; 2] {
    ["", "lib"].map(|prefix| {
        let mut file = OsString::from(prefix);
        file.push(name);
        file.push(".dll");
        file
    })
}

pub(in crate::library) fn find(name: &OsStr) -> Option<PathBuf> {
    let program = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
    // SAFETY: the buffer has the size that is told.
    let system = ask(|buffer, size| unsafe { GetSystemDirectoryW(buffer, size) });
    let files = if is_file_name(name) { vec![name.to_owned()] } else { file_names(name).to_vec() };
    let directories: Vec<PathBuf> = program.into_iter().chain(system).collect();
    files
        .iter()
        .flat_map(|file| directories.iter().map(move |d| d.join(file)))
        .find(|path| path.is_file())
}

pub(in crate::library) fn known_names() -> Vec<String> {
    Vec::new()
}

pub(in crate::library) fn check(path: &Path) -> Result<(), Problem> {
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() => Err(Problem { reason: "is a directory".into(), hard: true }),
        Ok(_) => Ok(()),
        Err(e) => Err(Problem { reason: format!("cannot be read: {e}"), hard: false }),
    }
}

/// The export tables of PE files are not read.
pub(in crate::library) fn exports(_: &Path) -> Vec<String> {
    Vec::new()
}
