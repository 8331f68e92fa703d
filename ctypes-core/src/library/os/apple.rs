//! macOS and its relatives: dyld's rules. The system's own libraries exist only in dyld's cache, not as files.

pub(in crate::library) use super::dl::{Address, Handle, close, open, ordinal, symbol, this};

use crate::error::MissingLibrary;
use crate::library::loaded::LoadedLibrary;
use crate::library::search::Step;
use crate::library::symbol::About;
use crate::library::symbols::Symbols;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Why a file is no library for this process.
pub(in crate::library) struct Problem {
    pub(in crate::library) reason: String,
    pub(in crate::library) hard: bool,
}

/// Whether dyld may see the file: a missing one it may still have in its cache.
pub(in crate::library) fn check(path: &Path) -> Result<(), Problem> {
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() => Err(Problem { reason: "is a directory".into(), hard: true }),
        Ok(about) if !about.is_file() => {
            Err(Problem { reason: "is not a regular file".into(), hard: true })
        }
        Ok(_) => Ok(()),
        Err(e) => Err(Problem { reason: format!("cannot be read: {e}"), hard: false }),
    }
}

pub(in crate::library) const NO_DELETE: Option<c_int> = Some(libc::RTLD_NODELETE);
pub(in crate::library) const NO_LOAD: Option<c_int> = Some(libc::RTLD_NOLOAD);

/// The names that the library of that path exports, where it is a file and not only in dyld's cache.
pub(in crate::library) fn exports(path: &Path) -> Vec<String> {
    let symbols = Symbols::read(path).ok();
    let names = |symbols: &Symbols| {
        symbols.iter().filter_map(|s| s.name().map(str::to_owned)).collect::<Vec<_>>()
    };
    symbols.as_ref().map(names).unwrap_or_default()
}

/// dyld's own message names the missing library, who needs it and each path that was tried.
pub(in crate::library) fn missing(_: &Path) -> Vec<MissingLibrary> {
    Vec::new()
}

/// Not known: Mach-O has neither kinds nor sizes of symbols.
pub(in crate::library) fn about(_: *const c_void, _: &str) -> About {
    About::default()
}

/// Whether some of these bytes are in memory that must not be written, as the kernel protects it now: dyld makes
/// constants read-only after it has relocated them.
pub(in crate::library) fn is_read_only(address: *const c_void, size: usize) -> bool {
    const VM_REGION_BASIC_INFO_64: c_int = 9;
    const VM_PROT_WRITE: c_int = 2;
    let end = (address.addr() as u64).saturating_add(size as u64);
    let mut at = address.addr() as u64;
    while at < end {
        let (mut start, mut length, mut object) = (at, 0, 0);
        // struct vm_region_basic_info_64 has 9 words, of which the first is the protection.
        let (mut about, mut count) = ([0; 9], 9);
        // SAFETY: the task is this one, and there is room for as many words as are told.
        let result = unsafe {
            mach_vm_region(
                mach_task_self_,
                &mut start,
                &mut length,
                VM_REGION_BASIC_INFO_64,
                about.as_mut_ptr(),
                &mut count,
                &mut object,
            )
        };
        // The kernel gives the next region where none is.
        if result != 0 || start > at || length == 0 {
            return false;
        }
        if about[0] & VM_PROT_WRITE == 0 {
            return true;
        }
        at = start.saturating_add(length);
    }
    false
}

/// All images, the program first.
pub(in crate::library) fn loaded() -> Vec<LoadedLibrary> {
    let image = |index| {
        // An index past the end, after another thread has unloaded an image, gives null.
        let (name, header) = (_dyld_get_image_name(index), _dyld_get_image_header(index));
        if name.is_null() || header.is_null() {
            return None;
        }
        // SAFETY: dyld's string ends with NUL and lives as long as the image.
        let name = unsafe { CStr::from_ptr(name) };
        Some(LoadedLibrary::new(OsStr::from_bytes(name.to_bytes()).into(), header.addr()))
    };
    (0.._dyld_image_count()).filter_map(image).collect()
}

pub(in crate::library) fn is_file_name(name: &OsStr) -> bool {
    let name = name.as_bytes();
    [&b".dylib"[..], b".so", b".framework"].iter().any(|end| name.ends_with(end))
}

/// `libNAME.dylib`, `NAME.dylib`, and the framework's file.
fn file_names(name: &OsStr) -> [OsString; 3] {
    let joined = |parts: &[&OsStr]| parts.iter().copied().collect::<OsString>();
    let dylib = OsStr::new(".dylib");
    [
        joined(&["lib".as_ref(), name, dylib]),
        joined(&[name, dylib]),
        joined(&[name, ".framework/".as_ref(), name]),
    ]
}

pub(in crate::library) fn steps(name: &OsStr) -> Vec<Step> {
    if is_file_name(name) {
        Vec::new()
    } else {
        file_names(name).into_iter().map(Step::name).collect()
    }
}

pub(in crate::library) fn find(name: &OsStr) -> Option<PathBuf> {
    let mut libraries: Vec<PathBuf> =
        std::env::home_dir().map(|home| home.join("lib")).into_iter().collect();
    libraries.extend(["/usr/local/lib", "/usr/lib"].map(PathBuf::from));
    let frameworks = ["/Library/Frameworks", "/System/Library/Frameworks"].map(PathBuf::from);
    let files = if is_file_name(name) { vec![name.to_owned()] } else { file_names(name).to_vec() };
    let paths = files.iter().flat_map(|file| {
        let framework = file.as_bytes().contains(&b'/');
        let directories = if framework { &frameworks[..] } else { &libraries[..] };
        directories.iter().map(move |directory| directory.join(file))
    });
    paths.into_iter().find(|path| path.is_file() || is_cached(path))
}

pub(in crate::library) fn known_names() -> Vec<String> {
    Vec::new()
}

/// Whether dyld's cache holds a library; only macOS 11 and later can tell.
fn is_cached(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: both strings end with NUL, and RTLD_DEFAULT is a handle that is always open.
    let function =
        unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"_dyld_shared_cache_contains_path".as_ptr()) };
    if function.is_null() {
        return false;
    }
    // SAFETY: <mach-o/dyld.h> declares this function with this signature.
    let contains: extern "C" fn(*const c_char) -> bool =
        unsafe { std::mem::transmute::<*mut c_void, _>(function) };
    contains(path.as_ptr())
}

// From <mach-o/dyld.h>.
unsafe extern "C" {
    safe fn _dyld_image_count() -> u32;
    safe fn _dyld_get_image_name(index: u32) -> *const c_char;
    safe fn _dyld_get_image_header(index: u32) -> *const c_void;
}

// From <mach/mach_vm.h> and <mach/mach_init.h>.
unsafe extern "C" {
    static mach_task_self_: u32;
    fn mach_vm_region(
        task: u32,
        address: *mut u64,
        size: *mut u64,
        flavor: c_int,
        info: *mut c_int,
        count: *mut u32,
        object: *mut u32,
    ) -> c_int;
}

/// The image whose handle this is; dyld has no direct question for it.
///
/// # Safety
/// The handle is open.
pub(in crate::library) unsafe fn path(handle: Handle) -> Option<PathBuf> {
    // dyld keeps the mode of the opening in the lowest bits of a handle.
    let same = |other: *mut c_void| (other.addr() ^ handle.raw().addr()) & !3 == 0;
    if handle.raw().addr() == Handle::raw(this()).addr() {
        return std::env::current_exe().ok();
    }
    (0.._dyld_image_count()).rev().find_map(|index| {
        // An index past the end, after another thread has unloaded an image, gives null.
        let name = _dyld_get_image_name(index);
        if name.is_null() {
            return None;
        }
        // SAFETY: dyld's string ends with NUL and lives as long as the image.
        let name = unsafe { CStr::from_ptr(name) };
        // SAFETY: RTLD_NOLOAD opens only what is loaded, so that no initialiser runs.
        let other = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
        if other.is_null() {
            return None;
        }
        // SAFETY: gives back the handle of the line above, which nothing else has.
        unsafe { libc::dlclose(other) };
        same(other).then(|| PathBuf::from(OsStr::from_bytes(name.to_bytes())))
    })
}
