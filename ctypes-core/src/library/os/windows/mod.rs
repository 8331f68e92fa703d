//! Windows: LoadLibraryExW with the default directories, which leaves out the current directory and `PATH`.

mod needed;

pub(in crate::library) use needed::missing;

use super::Refusal;
use crate::library::loaded::LoadedLibrary;
use crate::library::options::OpenOptions;
use crate::library::search::Step;
use crate::library::symbol::{About, Kind};
use crate::library::symbols::Symbols;
use libloading::os::windows::{
    LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, Library,
};
use std::error::Error;
use std::ffi::{CStr, OsStr, OsString, c_void};
use std::mem::{ManuallyDrop, MaybeUninit};
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
    fn GetCurrentProcess() -> *mut c_void;
    fn K32EnumProcessModules(
        process: *mut c_void,
        modules: *mut *mut c_void,
        size: u32,
        needed: *mut u32,
    ) -> i32;
    fn VirtualQuery(address: *const c_void, into: *mut MemoryInformation, size: usize) -> usize;
}

/// `MEMORY_BASIC_INFORMATION` of winnt.h.
#[repr(C)]
struct MemoryInformation {
    base: *mut c_void,
    allocation: *mut c_void,
    allocation_protect: u32,
    #[cfg(target_pointer_width = "64")]
    partition: u16,
    size: usize,
    state: u32,
    protect: u32,
    kind: u32,
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
pub(in crate::library) unsafe fn open(
    name: &OsStr,
    options: &OpenOptions,
) -> Result<Handle, Refusal> {
    const ERROR_MOD_NOT_FOUND: i32 = 126;
    let is_path = crate::library::search::is_path(name);
    let beside = if is_path { LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR } else { 0 };
    let flags = options.windows_flags.unwrap_or(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | beside);
    // That flag is refused with a relative path.
    let name = if is_path {
        std::path::absolute(name).map(PathBuf::into_os_string)
    } else {
        Ok(name.to_owned())
    };
    let name = name.map_err(|e| Refusal::Because(e.to_string()))?;
    let opened = if options.no_load {
        Library::open_already_loaded(name.as_os_str())
    } else {
        // SAFETY: the caller's promise; libloading copies the name and ends it with a NUL.
        unsafe { Library::load_with_flags(name.as_os_str(), flags) }
    };
    let library = opened.map_err(|e| {
        let text = text(&e);
        if text != std::io::Error::from_raw_os_error(ERROR_MOD_NOT_FOUND).to_string() {
            Refusal::Because(text)
        } else if options.no_load {
            Refusal::NotLoaded
        } else if is_path && !Path::new(&name).exists() {
            Refusal::NotFound
        } else {
            // The system does not tell which of the two.
            Refusal::Because(format!("{text} (the file itself or a DLL that it needs)"))
        }
    })?;
    if options.no_delete {
        library.pin().map_err(|e| Refusal::Because(text(&e)))?;
    }
    Ok(Handle(std::ptr::with_exposed_provenance_mut(library.into_raw() as usize)))
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
    let error = match found {
        Ok(symbol) => return Ok(symbol.as_raw_ptr()),
        Err(error) => text(&error),
    };
    for decorated in decorated(name) {
        // SAFETY: as above.
        if let Ok(symbol) = unsafe { library.get::<*mut c_void>(decorated.as_bytes()) } {
            return Ok(symbol.as_raw_ptr());
        }
    }
    Err(error)
}

/// The names of `__stdcall` functions with up to 31 words of arguments, as compilers for 32-bit x86 write them:
/// `_name@8` (Microsoft's "Decorated names").
fn decorated(name: &CStr) -> impl Iterator<Item = String> {
    let is_x86 = cfg!(target_arch = "x86");
    let name = name.to_str().ok().filter(|_| is_x86).map(str::to_owned);
    name.into_iter().flat_map(|name| (0..32).map(move |words| format!("_{name}@{}\0", words * 4)))
}

/// The address of the export with that number.
///
/// # Safety
/// The handle is open.
pub(in crate::library) unsafe fn ordinal(
    handle: Handle,
    ordinal: u16,
) -> Result<*mut c_void, String> {
    // SAFETY: the handle is open, the caller says, and never closed by the end of this scope.
    let library =
        ManuallyDrop::new(unsafe { Library::from_raw(handle.0.expose_provenance() as isize) });
    // SAFETY: a raw pointer is a correct type for whatever stands behind a symbol.
    let found = unsafe { library.get_ordinal::<*mut c_void>(ordinal) };
    found.map(|symbol| symbol.as_raw_ptr()).map_err(|e| text(&e))
}

/// All modules, the program first.
pub(in crate::library) fn loaded() -> Vec<LoadedLibrary> {
    let mut modules: Vec<*mut c_void> = vec![std::ptr::null_mut(); 256];
    let mut count = 0;
    // The list may grow between two questions.
    for _ in 0..8 {
        let size = size_of_val(&*modules) as u32;
        let mut needed = 0;
        // SAFETY: the pseudo handle of this process is always open, and the buffer has the size that is told.
        let done = unsafe {
            K32EnumProcessModules(GetCurrentProcess(), modules.as_mut_ptr(), size, &mut needed)
        };
        if done == 0 {
            return Vec::new();
        }
        count = needed as usize / size_of::<*mut c_void>();
        if count <= modules.len() {
            break;
        }
        modules.resize(count + 64, std::ptr::null_mut());
    }
    modules.truncate(count);
    let library = |module: *mut c_void| {
        // SAFETY: the buffer has the size that is told; of a module that has gone since there is no name.
        let path = ask(|buffer, size| unsafe { GetModuleFileNameW(module, buffer, size) })?;
        Some(LoadedLibrary::new(path, module.addr()))
    };
    modules.into_iter().filter_map(library).collect()
}

/// How the page of an address is protected, and how far pages of that kind reach; none if nothing is there.
fn protection(address: *const c_void) -> Option<(u32, usize)> {
    const MEM_COMMIT: u32 = 0x1000;
    let mut about = MaybeUninit::<MemoryInformation>::zeroed();
    let size = size_of::<MemoryInformation>();
    // SAFETY: there is room for as many bytes; any address may be asked for.
    let written = unsafe { VirtualQuery(address, about.as_mut_ptr(), size) };
    // SAFETY: zeros are a value of the type, and the system writes others.
    let about = unsafe { about.assume_init() };
    let end = about.base.addr().checked_add(about.size)?;
    (written != 0 && about.state == MEM_COMMIT).then_some((about.protect, end))
}

/// PE does not tell what a symbol is, but code is protected as such.
pub(in crate::library) fn about(address: *const c_void, _: &str) -> About {
    // PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY.
    const PAGE_EXECUTE_ANY: u32 = 0xf0;
    let kind = protection(address).map(|(protect, _)| match protect & PAGE_EXECUTE_ANY {
        0 => Kind::Variable,
        _ => Kind::Function,
    });
    About { kind, size: None }
}

/// Whether some of these bytes are in pages that must not be written.
pub(in crate::library) fn is_read_only(address: *const c_void, size: usize) -> bool {
    // PAGE_READWRITE, PAGE_WRITECOPY and the same with PAGE_EXECUTE.
    const PAGE_WRITE_ANY: u32 = 0xcc;
    let end = address.addr().saturating_add(size);
    let mut at = address;
    while at.addr() < end {
        match protection(at) {
            Some((protect, _)) if protect & PAGE_WRITE_ANY == 0 => return true,
            Some((_, next)) if next > at.addr() => at = std::ptr::without_provenance(next),
            _ => return false,
        }
    }
    false
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

/// Where the loader looks by default: the program's directory and the system's.
fn directories() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
    // SAFETY: the buffer has the size that is told.
    let system = ask(|buffer, size| unsafe { GetSystemDirectoryW(buffer, size) });
    program.into_iter().chain(system).collect()
}

pub(in crate::library) fn find(name: &OsStr) -> Option<PathBuf> {
    let files = if is_file_name(name) { vec![name.to_owned()] } else { file_names(name).to_vec() };
    let directories = directories();
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

/// The names that the DLL of that path exports.
pub(in crate::library) fn exports(path: &Path) -> Vec<String> {
    let symbols = Symbols::read(path).ok();
    let names = |symbols: &Symbols| {
        symbols.iter().filter_map(|s| s.name().map(str::to_owned)).collect::<Vec<_>>()
    };
    symbols.as_ref().map(names).unwrap_or_default()
}
