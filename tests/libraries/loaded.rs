//! What is loaded, against the kernel's list of mappings.

use crate::tools::{Scratch, again, mappings, open};
use ctypes_core::library::loaded;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the kernel itself maps is called `linux-vdso.so.1` on most machines, `linux-gate.so.1` on i386 and
/// `linux-vdso64.so.1` on IBM z.
fn is_vdso(path: &Path) -> bool {
    path.to_str().is_some_and(|name| name.starts_with("linux-"))
}

#[test]
fn what_is_loaded_is_what_the_kernel_has_mapped() {
    // Without what other tests load meanwhile.
    if again("loaded::what_is_loaded_is_what_the_kernel_has_mapped", |_| {}).is_some() {
        return;
    }
    let scratch = Scratch::new("loaded");
    let file = scratch.library("loaded", "int x;", &[]);
    let library = open(&file);
    let all = loaded();
    let mut starts: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for mapping in mappings() {
        let start = starts.entry(mapping.file.into()).or_insert(usize::MAX);
        *start = (*start).min(mapping.start);
    }
    let mut compared = 0;
    for one in &all {
        if is_vdso(one.path()) {
            assert_eq!(Some(&one.base().addr()), starts.get(&PathBuf::from("[vdso]")));
            continue;
        }
        let real = one.path().canonicalize().unwrap();
        assert_eq!(Some(&one.base().addr()), starts.get(&real), "{one:?}");
        compared += 1;
    }
    // The program, libc, the loader and the fixture.
    assert!(compared >= 4, "{all:?}");
    assert_eq!(all[0].path(), std::env::current_exe().unwrap());
    assert!(all.iter().any(|one| one.path() == file), "{all:?}");

    // SAFETY: nothing of it is used afterwards.
    unsafe { library.close() }.unwrap();
    assert!(loaded().iter().all(|one| one.path() != file), "the loader has unloaded it");
}
