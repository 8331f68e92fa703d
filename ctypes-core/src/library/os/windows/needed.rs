//! Which of the DLLs that a DLL needs are missing, in the directories that are searched by default.
//!
//! Asked after the loader has refused a DLL, since it does not say which. API sets (`api-ms-win-…`) are names for the
//! loader and no files. Files may be damaged: how much is read of each is bounded, and how many of them.

use super::directories;
use crate::error::MissingLibrary;
use crate::library::loaded;
use object::read::pe::{ImageNtHeaders, PeFile};
use object::{LittleEndian, ReadCache, ReadRef, pe};
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

#[cfg(target_pointer_width = "64")]
type Native = pe::ImageNtHeaders64;
#[cfg(not(target_pointer_width = "64"))]
type Native = pe::ImageNtHeaders32;

/// The DLLs that the one at `path` needs, itself or through others, and that are not to be found.
pub(in crate::library) fn missing(path: &Path) -> Vec<MissingLibrary> {
    const MAX_FILES: usize = 1 << 8;
    let name_of = |path: &Path| path.file_name().map(|n| n.to_string_lossy().to_lowercase());
    let loaded: HashSet<String> = loaded().iter().filter_map(|l| name_of(l.path())).collect();
    let places: Vec<PathBuf> =
        path.parent().map(Path::to_owned).into_iter().chain(directories()).collect();
    let system = places.last().cloned().unwrap_or_default();
    // Each file with the one that needs it.
    let mut files: Vec<(PathBuf, Option<usize>)> = vec![(path.to_owned(), None)];
    let (mut missing, mut seen) = (Vec::new(), HashSet::new());
    let mut next = 0;
    while next < files.len() && files.len() < MAX_FILES {
        for name in imports(&files[next].0).unwrap_or_default() {
            let lower = name.to_lowercase();
            let is_api_set = lower.starts_with("api-") || lower.starts_with("ext-");
            if is_api_set || loaded.contains(&lower) || !seen.insert(lower) {
                continue;
            }
            match places.iter().map(|place| place.join(&name)).find(|path| path.is_file()) {
                // What the system brings along is whole.
                Some(path) if path.parent() == Some(&system) => {}
                Some(path) => files.push((path, Some(next))),
                None => {
                    let chain = std::iter::successors(Some(next), |file| files[*file].1);
                    missing.push(MissingLibrary {
                        name,
                        needed_by: chain.map(|file| files[file].0.clone()).collect(),
                        places: places.iter().map(|place| place.display().to_string()).collect(),
                        rejected: Vec::new(),
                    });
                }
            }
        }
        next += 1;
    }
    missing
}

/// The names of the DLLs in the import directory of a file.
fn imports(path: &Path) -> Option<Vec<String>> {
    let file = path.is_file().then(|| File::open(path).ok()).flatten()?;
    imports_of::<Native, _>(&ReadCache::new(file))
}

fn imports_of<'d, H: ImageNtHeaders, R: ReadRef<'d>>(data: R) -> Option<Vec<String>> {
    const MAX_NAMES: usize = 1 << 12;
    let file = PeFile::<H, R>::parse(data).ok()?;
    let table = file.import_table().ok()??;
    let mut descriptors = table.descriptors().ok()?;
    let mut names = Vec::new();
    while let Some(descriptor) = descriptors.next().ok()? {
        let name = table.name(descriptor.name.get(LittleEndian)).ok()?;
        names.push(String::from_utf8_lossy(name).into_owned());
        if names.len() >= MAX_NAMES {
            break;
        }
    }
    Some(names)
}
