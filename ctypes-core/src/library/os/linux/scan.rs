//! File names of libraries: which belong to a bare name, which version comes first, and who has them.

use crate::error::Attempt;
use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a search met.
#[derive(Default)]
pub(super) struct Search {
    pub(super) found: Option<Candidate>,
    pub(super) skipped: Vec<Attempt>,
    /// Where it looked, for people.
    pub(super) places: Vec<String>,
}

/// A file that by its name may be the library asked for.
#[derive(Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) file: OsString,
    pub(super) path: PathBuf,
}

/// The version in `libNAME.so.VERSION`, empty for `libNAME.so`; none if the file is another library's.
pub(super) fn version<'a>(file: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = file.strip_prefix(b"lib")?.strip_prefix(name)?.strip_prefix(b".so")?;
    match rest {
        [] => Some(rest),
        [b'.', version @ ..] => version.first().is_some_and(u8::is_ascii_digit).then_some(version),
        _ => None,
    }
}

/// The bare name in `libNAME.so` or `libNAME.so.VERSION`.
pub(super) fn bare_name(file: &[u8]) -> Option<&[u8]> {
    let rest = file.strip_prefix(b"lib")?;
    let ends = (0..rest.len()).filter(|&i| rest[i..].starts_with(b".so"));
    ends.map(|end| &rest[..end]).find(|name| !name.is_empty() && version(file, name).is_some())
}

/// Orders versions by their numbers, so that 10 is above 9.
///
/// The shorter of `1` and `1.2.13` is above: it is the name that programs are linked with, the other is the file
/// behind it. No version at all is below any: that is the name that linkers use.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (false, false) => {}
        (no_a, no_b) => return no_b.cmp(&no_a),
    }
    let mut b_parts = b.split(|&c| c == b'.');
    for a_part in a.split(|&c| c == b'.') {
        let Some(b_part) = b_parts.next() else { return Ordering::Less };
        let order = compare_part(a_part, b_part);
        if order.is_ne() {
            return order;
        }
    }
    if b_parts.next().is_some() { Ordering::Greater } else { a.cmp(b) }
}

/// By the number at the start, however long it is, then by what follows it.
fn compare_part(a: &[u8], b: &[u8]) -> Ordering {
    fn split(part: &[u8]) -> (&[u8], &[u8]) {
        let part = &part[part.iter().take_while(|&&c| c == b'0').count()..];
        part.split_at(part.iter().take_while(|c| c.is_ascii_digit()).count())
    }
    let ((a_number, a_rest), (b_number, b_rest)) = (split(a), split(b));
    (a_number.len(), a_number, a_rest).cmp(&(b_number.len(), b_number, b_rest))
}

/// Puts the best first; equals stay as they come, which is the loader's order.
pub(super) fn sort(name: &[u8], candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| {
        let [a, b] = [a, b].map(|c| version(c.file.as_bytes(), name).unwrap_or_default());
        compare(b, a)
    });
}

/// The libraries called `name` in some directories, best first.
pub(super) fn candidates(directories: &[PathBuf], name: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for directory in directories {
        for_each_file(directory, |file| {
            if version(file, name).is_some() {
                let file = OsStr::from_bytes(file).to_owned();
                found.push(Candidate { path: directory.join(&file), file });
            }
        });
    }
    sort(name, &mut found);
    found
}

/// Calls `each` with the names in a directory; an unreadable one has none.
pub(super) fn for_each_file(directory: &Path, mut each: impl FnMut(&[u8])) {
    // A directory may be a hostile or remote file system that never ends.
    const MAX_FILES: usize = 100_000;
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.take(MAX_FILES).map_while(Result::ok) {
        each(entry.file_name().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_belong_to_their_name() {
        assert_eq!(version(b"libm.so.6", b"m"), Some(&b"6"[..]));
        assert_eq!(version(b"libm.so", b"m"), Some(&b""[..]));
        for other in
            ["libm.so.", "libm.so.x", "libmm.so.6", "libm-2.36.so", "m.so.6", "libm.sox", ""]
        {
            assert_eq!(version(other.as_bytes(), b"m"), None, "{other}");
        }
        assert_eq!(bare_name(b"libglib-2.0.so.0"), Some(&b"glib-2.0"[..]));
        assert_eq!(bare_name(b"libmy.sonar.so.1"), Some(&b"my.sonar"[..]));
        for other in ["lib.so", "libx.a", "x.so", "lib", "libx.so.y"] {
            assert_eq!(bare_name(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn highest_version_first() {
        let ordered =
            ["10", "9", "2", "2.0a", "2.0", "1", "1.10", "1.9.9", "1.2.13", "1.2.4", "0", ""];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(compare(a.as_bytes(), b.as_bytes()), j.cmp(&i), "{a} {b}");
            }
        }
        assert!(compare(b"99999999999999999999999", b"100000000000000000000000").is_lt());
        assert!(compare(b"007", b"6").is_gt());
        let candidate = |file: &str| Candidate { file: file.into(), path: file.into() };
        let mut files = ["libx.so", "libx.so.9", "libx.so.10.1", "libx.so.10"].map(candidate);
        sort(b"x", &mut files);
        assert_eq!(files, ["libx.so.10", "libx.so.10.1", "libx.so.9", "libx.so"].map(candidate));
    }
}
