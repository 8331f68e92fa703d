//! glibc's `/etc/ld.so.cache`: which library names exist and where, for this process's architecture.
//!
//! The format is the one that ldconfig of glibc writes (glibc's dl-cache.h): a file of the new format, or one of
//! the old format with the new one embedded behind its entries. Numbers are in the machine's byte order. The file
//! may be damaged: a bad entry is left out, and no offset is followed that does not lie in the file.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// One library of the cache.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// The name that the loader is asked for.
    pub(super) file: Vec<u8>,
    pub(super) path: PathBuf,
}

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const NEW_MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const NEW_HEADER: usize = 48;
const NEW_ENTRY: usize = 24;

/// The libraries in the cache at `path` that this process could load; none if there is no readable cache.
pub(super) fn read(path: &Path) -> Vec<Entry> {
    // Hundreds of times what a full installation has.
    const MAX_SIZE: u64 = 1 << 26;
    let sized =
        std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= MAX_SIZE);
    let bytes = if sized { std::fs::read(path).unwrap_or_default() } else { Vec::new() };
    match native_flags() {
        Some(flags) => parse(&bytes, flags),
        None => Vec::new(),
    }
}

/// What ldconfig writes into the flags of a library of this process's ABI (FLAG_ELF_LIBC6 and the ABI's number).
fn native_flags() -> Option<u32> {
    let wide = cfg!(target_pointer_width = "64");
    let abi = match std::env::consts::ARCH {
        "x86_64" => {
            if wide {
                0x300
            } else {
                0x800
            }
        }
        "x86" | "powerpc" | "m68k" => 0,
        "sparc64" => 0x100,
        "s390x" => 0x400,
        "powerpc64" => 0x500,
        "mips" => 0,
        "mips64" => {
            if wide {
                0x700
            } else {
                0x600
            }
        }
        "arm" => {
            if cfg!(target_abi = "eabihf") {
                0x900
            } else {
                0xb00
            }
        }
        "aarch64" => 0xa00,
        "riscv64" => 0x1000,
        "loongarch64" => 0x1200,
        _ => return None,
    };
    Some(3 | abi)
}

fn parse(bytes: &[u8], flags: u32) -> Vec<Entry> {
    if bytes.starts_with(NEW_MAGIC) {
        return parse_new(bytes, flags);
    }
    if !bytes.starts_with(OLD_MAGIC) {
        return Vec::new();
    }
    let count = number(bytes, OLD_MAGIC.len() + 1).unwrap_or(0);
    let Some(end) = count.checked_mul(OLD_ENTRY).and_then(|size| size.checked_add(OLD_HEADER))
    else {
        return Vec::new();
    };
    // The alignment of its 64-bit fields, which is 4 on some 32-bit machines.
    for alignment in [8, 4] {
        let embedded = end.checked_next_multiple_of(alignment).and_then(|start| bytes.get(start..));
        if let Some(embedded) = embedded.filter(|rest| rest.starts_with(NEW_MAGIC)) {
            return parse_new(embedded, flags);
        }
    }
    let Some(strings) = bytes.get(end..) else { return Vec::new() };
    entries(&bytes[OLD_HEADER..end], OLD_ENTRY, strings, flags)
}

fn parse_new(bytes: &[u8], flags: u32) -> Vec<Entry> {
    let count = number(bytes, NEW_MAGIC.len()).unwrap_or(0);
    let end = count.checked_mul(NEW_ENTRY).and_then(|size| size.checked_add(NEW_HEADER));
    let Some(table) = end.and_then(|end| bytes.get(NEW_HEADER..end)) else { return Vec::new() };
    entries(table, NEW_ENTRY, bytes, flags)
}

/// Entries begin alike in both formats: flags, offset of the name, offset of the path.
fn entries(table: &[u8], size: usize, strings: &[u8], flags: u32) -> Vec<Entry> {
    let read = |entry: &[u8]| {
        if number(entry, 0)? != flags as usize {
            return None;
        }
        // Variants for newer processors: only the loader knows whether this one is new enough.
        if entry.get(16..24).is_some_and(|hwcap| hwcap.iter().any(|&byte| byte != 0)) {
            return None;
        }
        let file = string(strings, number(entry, 4)?)?.to_vec();
        let path = PathBuf::from(OsStr::from_bytes(string(strings, number(entry, 8)?)?));
        (!file.is_empty() && path.is_absolute()).then_some(Entry { file, path })
    };
    table.chunks_exact(size).filter_map(read).collect()
}

fn number(bytes: &[u8], offset: usize) -> Option<usize> {
    let field = bytes.get(offset..offset.checked_add(4)?)?;
    usize::try_from(u32::from_ne_bytes(field.try_into().ok()?)).ok()
}

/// The string at an offset; a path has at most PATH_MAX bytes, which also bounds the work for a damaged file.
fn string(bytes: &[u8], offset: usize) -> Option<&[u8]> {
    const PATH_MAX: usize = 4096;
    let rest = bytes.get(offset..)?;
    let length = rest.iter().take(PATH_MAX).position(|&byte| byte == 0)?;
    Some(&rest[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: u32 = 0x303;

    /// Name, path, flags, hwcap of each library.
    type Lines<'a> = &'a [(&'a str, &'a str, u32, u64)];

    fn new_format(lines: Lines<'_>) -> Vec<u8> {
        let mut head = NEW_MAGIC.to_vec();
        head.extend((lines.len() as u32).to_ne_bytes());
        head.resize(NEW_HEADER, 0);
        let mut strings: Vec<u8> = Vec::new();
        let base = NEW_HEADER + lines.len() * NEW_ENTRY;
        for (name, path, flags, hwcap) in lines {
            let mut offset = |text: &str| {
                let at = (base + strings.len()) as u32;
                strings.extend(text.as_bytes());
                strings.push(0);
                at.to_ne_bytes()
            };
            let (name, path) = (offset(name), offset(path));
            head.extend(flags.to_ne_bytes().into_iter().chain(name).chain(path));
            head.extend([0; 4].into_iter().chain(hwcap.to_ne_bytes()));
        }
        head.extend(strings);
        head
    }

    fn old_format(lines: Lines<'_>) -> Vec<u8> {
        let mut head = OLD_MAGIC.to_vec();
        head.push(0);
        head.extend((lines.len() as u32).to_ne_bytes());
        let mut strings: Vec<u8> = Vec::new();
        for (name, path, flags, _) in lines {
            head.extend(flags.to_ne_bytes());
            for text in [name, path] {
                head.extend((strings.len() as u32).to_ne_bytes());
                strings.extend(text.as_bytes());
                strings.push(0);
            }
        }
        head.extend(strings);
        head
    }

    fn embedded(lines: Lines<'_>, alignment: usize) -> Vec<u8> {
        // Old entries without strings: their offsets count for nothing once a new cache follows.
        let mut file = old_format(lines);
        file.truncate(OLD_HEADER + lines.len() * OLD_ENTRY);
        file.resize(file.len().next_multiple_of(alignment), 0);
        file.extend(new_format(lines));
        file
    }

    const LINES: Lines<'static> = &[
        ("libm.so.6", "/lib/libm.so.6", FLAGS, 0),
        ("libm.so.6", "/lib32/libm.so.6", 3, 0),
        ("libz.so.1", "/lib/glibc-hwcaps/libz.so.1", FLAGS, 1 << 62),
        ("libz.so.1", "relative", FLAGS, 0),
        ("libc.so.6", "/lib/libc.so.6", FLAGS, 0),
    ];

    #[test]
    fn all_formats_give_this_abi_only() {
        let files =
            |bytes: &[u8]| parse(bytes, FLAGS).into_iter().map(|e| e.path).collect::<Vec<_>>();
        let want = [PathBuf::from("/lib/libm.so.6"), PathBuf::from("/lib/libc.so.6")];
        assert_eq!(files(&new_format(LINES)), want);
        assert_eq!(files(&embedded(LINES, 8)), want);
        assert_eq!(files(&embedded(LINES, 4)), want);
        let old: Vec<_> = LINES.iter().copied().filter(|line| line.3 == 0).collect();
        assert_eq!(files(&old_format(&old)), want);
    }

    #[test]
    fn damaged_caches_do_no_harm() {
        let real = std::fs::read("/etc/ld.so.cache").unwrap_or_default();
        let mut files = vec![new_format(LINES), old_format(LINES), embedded(LINES, 8)];
        files.push(real[..real.len().min(4096)].to_vec());
        for file in &files {
            for length in 0..=file.len() {
                parse(&file[..length], FLAGS);
            }
            // Every byte in turn takes values that make offsets and counts wild.
            for at in 0..file.len().min(600) {
                for value in [0, 1, 0x7f, 0x80, 0xff] {
                    let mut damaged = file.clone();
                    damaged[at] = value;
                    parse(&damaged, FLAGS);
                }
            }
        }
        for length in (0..real.len()).step_by(101) {
            parse(&real[..length], FLAGS);
        }
    }
}
