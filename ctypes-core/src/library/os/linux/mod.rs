//! Linux: where the loader of glibc or musl looks, learnt from its own files, and which file it took.
//!
//! No process is started and nothing is loaded by searching. All files that are read may be hostile or damaged.

mod cache;
mod conf;
mod needed;
mod scan;

pub(in crate::library) use super::dl::{Address, Handle, close, open, ordinal, symbol, this};
pub(in crate::library) use super::images::{about, exports, is_read_only, loaded};
pub(in crate::library) use crate::library::elf::check;
pub(in crate::library) use needed::missing;

use crate::error::Attempt;
use crate::library::options::OpenOptions;
use crate::library::search::Step;
use scan::{Candidate, Search, bare_name, version};
use std::ffi::{CStr, OsStr, OsString, c_char, c_int, c_void};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

pub(in crate::library) const NO_DELETE: Option<c_int> = Some(libc::RTLD_NODELETE);
pub(in crate::library) const NO_LOAD: Option<c_int> = Some(libc::RTLD_NOLOAD);

/// musl has neither glibc's cache nor its configuration.
const MUSL: bool = cfg!(target_env = "musl");

/// What to try, in order, for a bare name such as `m`, or a file name that the loader did not find.
pub(in crate::library) fn steps(name: &OsStr) -> Vec<Step> {
    let bytes = name.as_bytes();
    // `libz.so` is the name of a link that only development packages install, if not of a linker script.
    let bare = bytes.strip_prefix(b"lib").and_then(|rest| rest.strip_suffix(b".so"));
    let Some(bare) = bare.or((!is_file_name(name)).then_some(bytes)) else { return Vec::new() };
    let Search { found, skipped, places } = search(bare);
    let mut steps: Vec<Step> = skipped.into_iter().map(Step::Skipped).collect();
    if let Some(Candidate { file, path }) = found {
        // The name first: so the loader takes the copy that is already in the process, or the one that the
        // program's own search path (DT_RUNPATH) puts first. The path helps where its cache is out of date.
        steps.push(Step::name(file));
        steps.push(Step::file(path));
    } else if !is_file_name(name) {
        let file = OsString::from_vec([b"lib", bare, b".so"].concat());
        let reason = match places.is_empty() {
            true => "not found by the loader".to_owned(),
            false => format!("not found in {}", places.join(", ")),
        };
        steps.push(Step::Name { file, not_found: Some(reason) });
    }
    steps
}

/// Whether a name is one of a file, so that the loader should see it as it is.
pub(in crate::library) fn is_file_name(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.ends_with(b".so") || name.windows(4).any(|part| part == b".so.")
}

/// The file that a bare name stands for.
pub(in crate::library) fn find(name: &OsStr) -> Option<PathBuf> {
    if is_file_name(name) {
        let bytes = name.as_bytes();
        let bare = bytes.strip_prefix(b"lib").and_then(|rest| rest.strip_suffix(b".so"));
        return search_exact(bytes).or_else(|| search(bare?).found.map(|c| c.path));
    }
    search(name.as_bytes()).found.map(|c| c.path)
}

/// All bare names under which a library exists.
pub(in crate::library) fn known_names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |file: &[u8]| {
        names.extend(bare_name(file).and_then(|n| String::from_utf8(n.to_vec()).ok()))
    };
    for entry in cached() {
        add(&entry.file);
    }
    for directory in environment().iter().chain(&directories()) {
        scan::for_each_file(directory, &mut add);
    }
    names.sort();
    names.dedup();
    names
}

/// The loader's own order, with the highest version of the first place that has a usable file.
fn search(name: &[u8]) -> Search {
    let mut search = Search::default();
    if name.is_empty() {
        return search;
    }
    let environment = environment();
    if !environment.is_empty() {
        search.look("LD_LIBRARY_PATH", scan::candidates(&environment, name));
    }
    let cached = cached();
    if search.found.is_none() && !cached.is_empty() {
        let known = cached.into_iter().filter(|entry| version(&entry.file, name).is_some());
        let mut candidates: Vec<Candidate> = known
            .map(|entry| Candidate { file: OsString::from_vec(entry.file), path: entry.path })
            .collect();
        scan::sort(name, &mut candidates);
        search.look("the loader's cache", candidates);
    }
    if search.found.is_none() {
        let directories = directories();
        let candidates = scan::candidates(&directories, name);
        search.places.extend(directories.iter().map(|d| d.display().to_string()));
        search.pick(candidates);
    }
    search
}

/// The file of exactly this name.
fn search_exact(file: &[u8]) -> Option<PathBuf> {
    let usable = |path: &PathBuf| check(path).is_ok();
    let within = |directories: Vec<PathBuf>| {
        directories
            .into_iter()
            .map(|directory| directory.join(OsStr::from_bytes(file)))
            .find(usable)
    };
    let cached = || {
        cached().into_iter().filter(|entry| entry.file == file).map(|entry| entry.path).find(usable)
    };
    within(environment()).or_else(cached).or_else(|| within(directories()))
}

fn cached() -> Vec<cache::Entry> {
    if MUSL { Vec::new() } else { cache::read(Path::new("/etc/ld.so.cache")) }
}

/// The directories of LD_LIBRARY_PATH, which a program with raised privileges must not trust.
fn environment() -> Vec<PathBuf> {
    let paths = crate::library::environment::trusted("LD_LIBRARY_PATH").unwrap_or_default();
    paths
        .as_bytes()
        .split(|&b| b == b':' || (b == b';' && !MUSL))
        .filter(|_| !paths.is_empty())
        // The loader would expand $ORIGIN and $LIB, which only it can do right; it is asked anyhow.
        .filter(|path| !path.contains(&b'$'))
        .map(|path| match path {
            [] => ".".into(),
            path => PathBuf::from(OsStr::from_bytes(path)),
        })
        .collect()
}

/// The directories that the loader or its cache builder knows: configured ones, then the built-in ones.
fn directories() -> Vec<PathBuf> {
    let mut all = if MUSL { conf::musl() } else { conf::glibc(Path::new("/etc/ld.so.conf")) };
    if MUSL {
        if all.is_empty() {
            all.extend(["/lib", "/usr/local/lib", "/usr/lib"].map(PathBuf::from));
        }
    } else {
        if let Some(triplet) = multiarch() {
            all.extend(["/lib", "/usr/lib"].map(|parent| Path::new(parent).join(triplet)));
        }
        if cfg!(target_pointer_width = "64") {
            all.extend(["/lib64", "/usr/lib64"].map(PathBuf::from));
        }
        all.extend(["/lib", "/usr/lib"].map(PathBuf::from));
    }
    let mut seen = std::collections::HashSet::new();
    // /lib is often a link to /usr/lib: one look is enough.
    all.retain(|directory| {
        std::fs::canonicalize(directory).is_ok_and(|real| real.is_dir() && seen.insert(real))
    });
    all
}

/// Debian's name of this architecture's library directory.
fn multiarch() -> Option<&'static str> {
    let big = cfg!(target_endian = "big");
    Some(match (std::env::consts::ARCH, cfg!(target_pointer_width = "64")) {
        ("x86_64", true) => "x86_64-linux-gnu",
        ("x86_64", false) => "x86_64-linux-gnux32",
        ("x86", _) => "i386-linux-gnu",
        ("aarch64", true) => "aarch64-linux-gnu",
        ("arm", _) if cfg!(target_abi = "eabihf") => "arm-linux-gnueabihf",
        ("arm", _) => "arm-linux-gnueabi",
        ("riscv64", _) => "riscv64-linux-gnu",
        ("s390x", _) => "s390x-linux-gnu",
        ("powerpc64", _) if big => "powerpc64-linux-gnu",
        ("powerpc64", _) => "powerpc64le-linux-gnu",
        ("powerpc", _) => "powerpc-linux-gnu",
        ("loongarch64", _) => "loongarch64-linux-gnu",
        ("sparc64", _) => "sparc64-linux-gnu",
        ("m68k", _) => "m68k-linux-gnu",
        ("mips", _) => {
            if big {
                "mips-linux-gnu"
            } else {
                "mipsel-linux-gnu"
            }
        }
        ("mips64", _) => {
            if big {
                "mips64-linux-gnuabi64"
            } else {
                "mips64el-linux-gnuabi64"
            }
        }
        _ => return None,
    })
}

/// The head of the loader's record of an object, as <link.h> of glibc and musl declare it.
#[repr(C)]
struct LinkMap {
    address: usize,
    name: *const c_char,
}

unsafe extern "C" {
    // Not in the libc crate for every C library.
    fn dlinfo(handle: *mut c_void, request: c_int, into: *mut c_void) -> c_int;
}

/// The file that the loader took for a handle.
///
/// # Safety
/// The handle is open.
pub(in crate::library) unsafe fn path(handle: Handle) -> Option<PathBuf> {
    const RTLD_DI_LINKMAP: c_int = 2;
    if handle.raw().is_null() {
        return None; // RTLD_DEFAULT is a search order, not a file
    }
    let mut map: *const LinkMap = std::ptr::null();
    // SAFETY: the handle is open; this request stores one pointer, for which there is room.
    let result = unsafe { dlinfo(handle.raw(), RTLD_DI_LINKMAP, (&raw mut map).cast()) };
    if result != 0 || map.is_null() {
        return None;
    }
    // SAFETY: the loader keeps the record as long as the object is open, and does not move or change its name.
    let name = unsafe { (*map).name };
    if name.is_null() {
        return None;
    }
    // SAFETY: a string of the loader that ends with NUL, see above.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    if name.is_empty() {
        return std::env::current_exe().ok(); // so the loader records the program itself
    }
    std::path::absolute(OsStr::from_bytes(name)).ok()
}

/// Whether the process has a library of that name.
fn is_loaded(name: &OsStr) -> bool {
    // SAFETY: only what is loaded is opened, so that no initialiser runs.
    match unsafe { open(name, &OpenOptions::new().no_load(true)) } {
        // SAFETY: gives back the handle of the line above, which nothing else has.
        Ok(handle) => unsafe { close(handle) }.is_ok(),
        Err(_) => false,
    }
}

impl Search {
    fn look(&mut self, place: &str, candidates: Vec<Candidate>) {
        self.places.push(place.to_owned());
        self.pick(candidates);
    }

    /// Takes the best candidate that is what its name says.
    fn pick(&mut self, candidates: Vec<Candidate>) {
        for candidate in candidates {
            match check(&candidate.path) {
                Ok(()) => {
                    self.found = Some(candidate);
                    return;
                }
                Err(problem) => self
                    .skipped
                    .push(Attempt::new(candidate.path.display().to_string(), problem.reason)),
            }
        }
    }
}
