//! Which of the libraries that a library needs are missing, found out as the loader of glibc or musl looks for them.
//!
//! Asked after the loader has refused a library, to say more than it does. Files may be damaged: what is read of
//! each is bounded, and how many files. The order of places is that of ld.so(8); `$LIB` and `$PLATFORM` in a path
//! stand for what only the loader knows, and such a directory is named and not looked into.

use super::{MUSL, cached, check, directories, environment, is_loaded};
use crate::error::MissingLibrary;
use object::elf;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::{ReadCache, StringTable};
use object::{Endianness, ReadRef};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

#[cfg(target_pointer_width = "64")]
type Native = elf::FileHeader64<Endianness>;
#[cfg(not(target_pointer_width = "64"))]
type Native = elf::FileHeader32<Endianness>;

/// The libraries that the one at `path` needs, itself or through others, and that are not to be found.
pub(in crate::library) fn missing(path: &Path) -> Vec<MissingLibrary> {
    // More than any program loads.
    const MAX_FILES: usize = 1 << 10;
    let mut search = Search { files: Vec::new(), program: None };
    search.files.extend(Needs::read(path).map(|needs| Node { path: path.into(), needs, by: None }));
    let program = std::env::current_exe().ok();
    search.program = program.and_then(|path| Some((Needs::read(&path)?, path)));
    let (mut missing, mut seen) = (Vec::new(), HashSet::new());
    let mut next = 0;
    while next < search.files.len() && search.files.len() < MAX_FILES {
        for name in search.files[next].needs.libraries.clone() {
            // One file serves all that need a name.
            if !seen.insert(name.clone()) || is_loaded(OsStr::from_bytes(&name)) {
                continue;
            }
            match search.locate(&name, next) {
                Ok(path) => {
                    let needs = Needs::read(&path).unwrap_or_default();
                    search.files.push(Node { path, needs, by: Some(next) });
                }
                Err(library) => missing.push(library),
            }
        }
        next += 1;
    }
    missing
}

/// What the dynamic section of a file says of other files.
#[derive(Default)]
struct Needs {
    libraries: Vec<Vec<u8>>,
    rpath: Option<Vec<u8>>,
    runpath: Option<Vec<u8>>,
    /// Whether the directories of the system do not count (`-z nodefaultlib`).
    own_only: bool,
}

struct Node {
    path: PathBuf,
    needs: Needs,
    /// The file that needs it.
    by: Option<usize>,
}

struct Search {
    files: Vec<Node>,
    program: Option<(Needs, PathBuf)>,
}

impl Needs {
    fn read(path: &Path) -> Option<Needs> {
        // A named pipe would wait for a writer.
        let file = std::fs::metadata(path).is_ok_and(|about| about.is_file());
        let data = ReadCache::new(file.then(|| File::open(path).ok()).flatten()?);
        Needs::of::<Native, _>(&data)
    }

    fn of<'d, H: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(data: R) -> Option<Needs> {
        const MAX_SIZE: u64 = 1 << 20;
        const MAX_STRINGS: u64 = 1 << 26;
        let header = H::parse(data).ok()?;
        let endian = header.endian().ok()?;
        let segments = header.program_headers(endian, data).ok()?;
        let wide = |word: H::Word| -> u64 { word.into() };
        let of_type = |wanted| segments.iter().filter(move |s| s.p_type(endian) == wanted);
        let segment = of_type(elf::PT_DYNAMIC).next()?;
        if wide(segment.p_filesz(endian)) > MAX_SIZE {
            return None;
        }
        let entries = segment.dynamic(endian, data).ok()??;
        let entries = entries
            .iter()
            .map(|entry| (entry.d_tag(endian), wide(entry.d_val(endian))))
            .take_while(|(tag, _)| *tag != elf::DT_NULL);
        let value = |wanted| entries.clone().find(|(tag, _)| *tag == wanted).map(|entry| entry.1);
        let address = value(elf::DT_STRTAB)?;
        let start = of_type(elf::PT_LOAD).find_map(|segment| {
            let at = address.checked_sub(wide(segment.p_vaddr(endian)))?;
            let inside = at < wide(segment.p_filesz(endian));
            wide(segment.p_offset(endian)).checked_add(at).filter(|_| inside)
        })?;
        let size = value(elf::DT_STRSZ)?.min(MAX_STRINGS);
        let strings = StringTable::new(data, start, start.checked_add(size)?);
        let text = |at: u64| strings.get(u32::try_from(at).ok()?).ok().map(<[u8]>::to_vec);
        let mut needs = Needs {
            rpath: value(elf::DT_RPATH).and_then(text),
            runpath: value(elf::DT_RUNPATH).and_then(text),
            own_only: value(elf::DT_FLAGS_1).is_some_and(|f| f & elf::DF_1_NODEFLIB.0 != 0),
            libraries: Vec::new(),
        };
        let libraries = entries.clone().filter(|(tag, _)| *tag == elf::DT_NEEDED);
        needs.libraries.extend(libraries.filter_map(|(_, at)| text(at)));
        Some(needs)
    }
}

/// Directories in the loader's order, and what people call the place.
struct Place {
    name: String,
    directories: Vec<PathBuf>,
}

impl Search {
    /// The file for a name that the file with that index needs.
    fn locate(&self, name: &[u8], by: usize) -> Result<PathBuf, MissingLibrary> {
        let mut library = MissingLibrary {
            name: String::from_utf8_lossy(name).into_owned(),
            needed_by: self.chain(by).map(|node| node.path.clone()).collect(),
            places: Vec::new(),
            rejected: Vec::new(),
        };
        let mut usable = |path: PathBuf| {
            // Where nothing is there is nothing to say.
            std::fs::symlink_metadata(&path).ok()?;
            match check(&path) {
                Ok(()) => return Some(path),
                Err(problem) => library.rejected.push((path, problem.reason)),
            }
            None
        };
        if name.contains(&b'/') {
            let paths = expand(name, &self.files[by].path).and_then(&mut usable);
            return paths.ok_or(library);
        }
        let mut names = Vec::new();
        for place in self.places(by) {
            let file = OsStr::from_bytes(name);
            if let Some(path) = place.directories.iter().find_map(|d| usable(d.join(file))) {
                return Ok(path);
            }
            names.push(place.name);
        }
        if !self.files[by].needs.own_only {
            let cached = cached();
            if let Some(path) =
                cached.iter().filter(|e| e.file == name).find_map(|e| usable(e.path.clone()))
            {
                return Ok(path);
            }
            if !cached.is_empty() {
                names.push("the loader's cache".into());
            }
            let directories = directories();
            let path = directories.iter().find_map(|d| usable(d.join(OsStr::from_bytes(name))));
            if let Some(path) = path {
                return Ok(path);
            }
            names.extend(directories.iter().map(|d| d.display().to_string()));
        }
        library.places = names;
        Err(library)
    }

    /// A file, then those that need it, up to the one that was to be opened.
    fn chain(&self, from: usize) -> impl Iterator<Item = &Node> {
        std::iter::successors(self.files.get(from), |node| self.files.get(node.by?))
    }

    /// The places before the system's own.
    fn places(&self, by: usize) -> Vec<Place> {
        let environment = Place::named("LD_LIBRARY_PATH", environment());
        let (own, program) = (&self.files[by], self.program.as_ref());
        let program = program.map(|(needs, path)| (needs, path.as_path()));
        let chain = self.chain(by).map(|node| (&node.needs, node.path.as_path())).chain(program);
        let mut places = Vec::new();
        if MUSL {
            // One path, whichever tag it has, inherited from what needs the file.
            places.extend(environment);
            let paths = chain.filter_map(|(needs, path)| {
                let list = needs.runpath.as_ref().or(needs.rpath.as_ref())?;
                Place::list("RUNPATH", list, path)
            });
            places.extend(paths);
            return places;
        }
        // RPATH is inherited and counts for no file that has a RUNPATH; RUNPATH is for the file alone.
        if own.needs.runpath.is_none() {
            let chain = chain.filter(|(needs, _)| needs.runpath.is_none());
            places.extend(
                chain.filter_map(|(n, path)| Place::list("RPATH", n.rpath.as_ref()?, path)),
            );
        }
        places.extend(environment);
        let runpath = own.needs.runpath.as_ref();
        places.extend(runpath.and_then(|list| Place::list("RUNPATH", list, &own.path)));
        places
    }
}

impl Place {
    fn named(name: &str, directories: Vec<PathBuf>) -> Option<Place> {
        let list: Vec<_> = directories.iter().map(|d| d.display().to_string()).collect();
        let name = format!("{name} ({})", list.join(":"));
        (!directories.is_empty()).then_some(Place { name, directories })
    }

    /// The list of directories in a file.
    fn list(tag: &str, list: &[u8], file: &Path) -> Option<Place> {
        let name = format!("{tag} of {} ({})", file.display(), String::from_utf8_lossy(list));
        let directories = list.split(|&byte| byte == b':').filter_map(|d| expand(d, file));
        (!list.is_empty()).then(|| Place { name, directories: directories.collect() })
    }
}

/// A path in a file, with the directory of that file for `$ORIGIN`; none if it has another `$`.
fn expand(path: &[u8], file: &Path) -> Option<PathBuf> {
    if path.is_empty() {
        return Some(".".into());
    }
    let text = std::str::from_utf8(path).ok()?;
    if !text.contains('$') {
        return Some(text.into());
    }
    let origin = file.parent()?.to_str()?;
    let text = text.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
    (!text.contains('$')).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libz() -> Vec<u8> {
        std::fs::read(super::super::find(OsStr::new("z")).expect("these tests need libz")).unwrap()
    }

    #[test]
    fn damaged_and_cut_off_files_do_no_harm() {
        let whole = libz();
        let libraries = Needs::of::<Native, _>(&*whole).unwrap().libraries;
        assert!(libraries.iter().any(|name| name.starts_with(b"libc.so") || name == b"libc.so.6"));
        for length in (0..whole.len()).step_by(whole.len() / 500) {
            Needs::of::<Native, _>(&whole[..length]);
        }
        // Where the dynamic section is, so that its entries are hit as well.
        let header = Native::parse(&*whole).unwrap();
        let endian = header.endian().unwrap();
        let segments = header.program_headers(endian, &*whole).unwrap();
        let dynamic = segments.iter().find(|s| s.p_type(endian) == elf::PT_DYNAMIC).unwrap();
        let dynamic = dynamic.p_offset(endian) as usize;
        for at in (0..1024).chain(dynamic..dynamic + 512) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                Needs::of::<Native, _>(&*damaged);
            }
        }
    }

    #[test]
    fn paths_are_expanded() {
        let file = Path::new("/opt/lib/libx.so");
        let expanded = |path: &str| expand(path.as_bytes(), file);
        assert_eq!(expanded("$ORIGIN/../y"), Some("/opt/lib/../y".into()));
        assert_eq!(expanded("${ORIGIN}"), Some("/opt/lib".into()));
        assert_eq!(expanded(""), Some(".".into()));
        assert_eq!(expanded("/usr/$LIB"), None);
    }
}
