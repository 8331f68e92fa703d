//! Two threads that do all that there is to do with the same objects: `tests/users/data_threads`, of which
//! this is a short run. valgrind, ThreadSanitizer and Miri watch longer ones (see CONTRIBUTING).

#[allow(unreachable_pub)]
#[path = "../users/data_threads/src/drive.rs"]
mod drive;

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn two_threads() {
    let done = drive::run(20_050_101, 20_000).expect("the types are good");
    assert!(done > 10_000, "most operations find what they are for: {done}");
}

/// Each safe public function of the module is driven.
#[test]
fn no_function_is_missing() {
    let memory = Path::new(env!("CARGO_MANIFEST_DIR")).join("ctypes-core/src/memory");
    // What is not about objects: errors, values, views of slices that nobody shares.
    let others = ["error", "value", "view", "mod"];
    let mut expected = BTreeSet::new();
    for file in std::fs::read_dir(&memory).expect("the sources are there") {
        let path = file.expect("a file").path();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).expect("a text");
        let names = source.lines().filter_map(|line| {
            let name = line
                .trim_start()
                .strip_prefix("pub const fn ")
                .or(line.trim_start().strip_prefix("pub fn "))?;
            Some(format!("{stem}::{}", name.split(['(', '<']).next()?))
        });
        if !others.contains(&&*stem) {
            expected.extend(names);
        }
    }
    let driven: BTreeSet<String> =
        drive::LINES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let missing: Vec<_> = expected.difference(&driven).collect();
    assert!(missing.is_empty(), "no line in data_threads/src/drive.rs drives {missing:?}");
    assert!(expected.len() > 60, "the functions are no longer found");
}
