//! The configured directories: glibc's `/etc/ld.so.conf` with its includes, and musl's path file.
//!
//! Unreadable or endless files give fewer directories, never an error: depth, number and size are capped.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Reads an ld.so.conf and what it includes.
pub(super) fn glibc(file: &Path) -> Vec<PathBuf> {
    let mut reader = Reader { directories: Vec::new(), files_left: 256 };
    reader.read(file, 8);
    reader.directories
}

/// Reads musl's path file, which is called after the machine: `/etc/ld-musl-x86_64.path`.
pub(super) fn musl() -> Vec<PathBuf> {
    let mut files = Vec::new();
    expand(Path::new("/etc/ld-musl-*.path"), &mut files);
    let texts = files.iter().filter_map(|file| text(file));
    texts.flat_map(|text| musl_paths(&text)).collect()
}

fn musl_paths(text: &[u8]) -> Vec<PathBuf> {
    let paths = text.split(|byte| matches!(byte, b':' | b'\n')).map(<[u8]>::trim_ascii);
    paths
        .filter(|path| path.starts_with(b"/"))
        .map(|path| PathBuf::from(OsStr::from_bytes(path)))
        .collect()
}

fn text(file: &Path) -> Option<Vec<u8>> {
    const MAX_SIZE: u64 = 1 << 20;
    let about = std::fs::metadata(file).ok()?;
    (about.is_file() && about.len() <= MAX_SIZE).then(|| std::fs::read(file).ok()).flatten()
}

struct Reader {
    directories: Vec<PathBuf>,
    files_left: u32,
}

impl Reader {
    fn read(&mut self, file: &Path, depth: u32) {
        if depth == 0 || self.files_left == 0 {
            return;
        }
        self.files_left -= 1;
        let text = text(file).unwrap_or_default();
        for line in text.split(|&byte| byte == b'\n') {
            let line = line.split(|&byte| byte == b'#').next().unwrap_or_default().trim_ascii();
            let keyword = |word: &[u8]| {
                line.strip_prefix(word)
                    .filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
            };
            if let Some(patterns) = keyword(b"include") {
                for pattern in patterns.split(u8::is_ascii_whitespace).filter(|p| !p.is_empty()) {
                    // A relative pattern counts from the directory of the file that includes.
                    let base = file.parent().unwrap_or(Path::new("/"));
                    let mut included = Vec::new();
                    expand(&base.join(OsStr::from_bytes(pattern)), &mut included);
                    for file in included {
                        self.read(&file, depth - 1);
                    }
                }
            } else if keyword(b"hwcap").is_none() {
                // Old files give a type behind the directory: /usr/lib=libc5.
                let directory =
                    line.split(|&byte| byte == b'=').next().unwrap_or_default().trim_ascii();
                if directory.starts_with(b"/") {
                    self.directories.push(PathBuf::from(OsStr::from_bytes(directory)));
                }
            }
        }
    }
}

/// The existing paths that an absolute pattern with `*`, `?` and `[…]` stands for, in order of their names.
fn expand(pattern: &Path, into: &mut Vec<PathBuf>) {
    const MAX_PATHS: usize = 1024;
    let mut paths = vec![PathBuf::from("/")];
    for component in pattern.components() {
        let part = match component {
            Component::Normal(part) => part.as_bytes(),
            Component::ParentDir => b"..",
            _ => continue,
        };
        let plain = !part.iter().any(|byte| b"*?[".contains(byte));
        let mut next = Vec::new();
        for path in paths {
            if plain {
                next.push(path.join(OsStr::from_bytes(part)));
                continue;
            }
            let mut names = Vec::new();
            super::scan::for_each_file(&path, |name| {
                // As in the shell, only a pattern with a dot finds what begins with one.
                if matches(part, name) && (name[0] != b'.' || part[0] == b'.') {
                    names.push(name.to_vec());
                }
            });
            names.sort();
            next.extend(names.iter().map(|name| path.join(OsStr::from_bytes(name))));
        }
        next.truncate(MAX_PATHS);
        paths = next;
    }
    into.extend(paths.into_iter().filter(|path| path.exists()));
}

/// Whether a file name fits a pattern; the work is bounded by the product of the lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to go on after a mismatch: behind the last star, one character of the name further.
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        let next = match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(b'?') => Some(p + 1),
            Some(b'[') => class(&pattern[p..], name[n]).map(|length| p + length),
            Some(&byte) if byte == name[n] => Some(p + 1),
            _ => None,
        };
        match (next, retry) {
            (Some(next), _) => (p, n) = (next, n + 1),
            (None, Some((after_star, from))) => {
                (p, n) = (after_star, from + 1);
                retry = Some((after_star, from + 1));
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// The length of the `[…]` at the start of a pattern, if it admits the byte.
fn class(pattern: &[u8], byte: u8) -> Option<usize> {
    let inverted = matches!(pattern.get(1), Some(b'!' | b'^'));
    let start = if inverted { 2 } else { 1 };
    // A `]` that comes first is one of the characters.
    let end = start + 1 + pattern.get(start + 1..)?.iter().position(|&b| b == b']')?;
    let mut set = &pattern[start..end];
    let mut admitted = false;
    while let [first, rest @ ..] = set {
        set = match rest {
            [b'-', last, rest @ ..] => {
                admitted |= (*first..=*last).contains(&byte);
                rest
            }
            _ => {
                admitted |= *first == byte;
                rest
            }
        };
    }
    (admitted != inverted).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_shell() {
        for (pattern, name, want) in [
            ("*.conf", "libc.conf", true),
            ("*.conf", "libc.conf.bak", false),
            ("a*b*c", "aXbYbZc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]x", "]x", true),
            ("[", "[", false),
            ("[a", "a", false),
            ("", "", true),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "{pattern} {name}");
        }
        assert!(!matches(&b"*a".repeat(200), &b"a".repeat(199)));
        assert!(!matches(&[&b"*a".repeat(100)[..], b"b"].concat(), &b"a".repeat(10_000)));
    }

    #[test]
    fn musl_paths_are_split() {
        let paths = musl_paths(b"/lib:/usr/local/lib\n/opt/lib\n\nrelative");
        assert_eq!(paths, ["/lib", "/usr/local/lib", "/opt/lib"].map(PathBuf::from));
    }

    #[test]
    fn includes_are_followed_to_a_limit() {
        let root = std::env::temp_dir().join(format!("ctypes-conf-{}", std::process::id()));
        let parts = root.join("conf.d");
        std::fs::create_dir_all(&parts).unwrap();
        let main = root.join("ld.so.conf");
        std::fs::write(
            &main,
            "include conf.d/*.conf  # more\nhwcap 0 nosegneg\n/opt/a=libc6\n\tinclude ld.so.conf\n",
        )
        .unwrap();
        std::fs::write(parts.join("b.conf"), "/opt/b\n#/opt/no\nrelative\n").unwrap();
        std::fs::write(parts.join("a.conf"), "/opt/c # why\n").unwrap();
        std::fs::write(parts.join(".hidden.conf"), "/opt/hidden\n").unwrap();
        let found = glibc(&main);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found[..3], ["/opt/c", "/opt/b", "/opt/a"].map(PathBuf::from));
        assert!(found.len() <= 3 * 8, "{found:?}");
    }
}
