//! Files that are cut off, changed at random, or made to take time and memory: an error or symbols, and
//! soon.

use crate::random::Random;
use crate::tools::{self, directory, output};
use ctypes_core::library::Symbols;
use std::time::{Duration, Instant};

/// A small library in each format; the ELF one for this machine.
fn libraries(name: &str) -> Vec<Vec<u8>> {
    let dir = directory(name);
    let dll = tools::dll(&dir, "x86_64-w64-mingw32-gcc");
    let (object, dylib) = tools::dylib(&dir, "x86_64-apple-macos11");
    tools::dylib(&dir, "arm64-apple-macos11");
    let universal = tools::universal(&dir);
    let elf = dir.join("lib.so");
    let version = dir.join("lib.map");
    std::fs::write(&version, "V1 { global: function; };\nV2 { global: value; second; } V1;\n")
        .unwrap();
    let script = format!("-Wl,--version-script={}", version.display());
    let source = dir.join("lib.c").display().to_string();
    let to = elf.display().to_string();
    output("gcc", &["-shared", "-nostdlib", "-fPIC", "-s", &script, &source, "-o", &to]);
    [elf, dll, object, dylib, universal].map(|path| std::fs::read(path).unwrap()).to_vec()
}

#[test]
fn cut_off_anywhere() {
    for bytes in libraries("cut") {
        let whole = Symbols::parse(&bytes).unwrap().iter().len();
        assert!(whole >= 3);
        let mut errors = 0;
        // Every length of what matters; of long runs of zeros every hundredth.
        for length in (0..bytes.len()).filter(|n| bytes[*n] != 0 || n % 97 == 0 || *n < 4096) {
            match Symbols::parse(&bytes[..length]) {
                Ok(symbols) => assert!(symbols.iter().len() <= whole),
                Err(error) => {
                    errors += 1;
                    assert!(error.reason.len() < 300, "{error}");
                }
            }
        }
        assert!(errors > 100, "{errors}");
    }
}

#[test]
fn changed_at_random() {
    let seed = std::env::var("CTYPES_TEST_SEED").ok().and_then(|s| s.parse().ok());
    let seed: u64 = seed.unwrap_or(20_050_101);
    println!("CTYPES_TEST_SEED={seed}");
    let mut random = Random(seed);
    let start = Instant::now();
    let (mut good, mut bad) = (0, 0);
    for original in libraries("changed") {
        // Headers and tables are at the start and at the end, with much padding between.
        let places: Vec<usize> = (0..original.len())
            .filter(|i| original[i.saturating_sub(8)..(i + 8).min(original.len())] != [0; 16])
            .collect();
        for _ in 0..4000 {
            let mut bytes = original.clone();
            for _ in 0..=random.below(6) {
                let at = places[random.below(places.len() as u64) as usize];
                let width = *random.of(&[1_usize, 1, 2, 4, 8]);
                let value = *random.of(&[0_u64, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 1 << 31, u64::MAX]);
                let value = if random.once_in(2) { random.next() } else { value };
                let end = (at + width).min(bytes.len());
                bytes[at..end].copy_from_slice(&value.to_le_bytes()[..end - at]);
            }
            match Symbols::parse(&bytes) {
                Ok(symbols) => good += symbols.iter().len().min(1),
                Err(_) => bad += 1,
            }
        }
    }
    assert!(good > 1000 && bad > 1000, "{good} read, {bad} refused");
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

/// A number in groups of seven bits, in so many bytes.
fn leb128(value: usize, bytes: usize) -> Vec<u8> {
    let group = |i: usize| (value >> (7 * i)) as u8 & 0x7f;
    (0..bytes).map(|i| group(i) | if i + 1 < bytes { 0x80 } else { 0 }).collect()
}

/// A Mach-O file of nothing but a trie of exports.
fn with_trie(trie: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // mach_header_64: magic, cputype, cpusubtype, MH_DYLIB, one command of 16 bytes, flags, reserved.
    for word in [0xfeed_facf_u32, 0x0100_0007, 3, 6, 1, 16, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    // LC_DYLD_EXPORTS_TRIE, its size, where the trie is, and how long.
    for word in [0x8000_0033_u32, 16, 48, trie.len() as u32] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(trie);
    bytes
}

fn refused_soon(bytes: &[u8]) -> String {
    let start = Instant::now();
    let error = Symbols::parse(bytes).unwrap_err().to_string();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}: {error}", start.elapsed());
    error
}

/// A trie whose nodes have two edges each to the same next node has more paths than there is time.
#[test]
fn a_trie_that_is_none() {
    let mut trie = Vec::new();
    for i in 1..60 {
        let next = leb128(10 * i, 2);
        trie.extend([&[0, 2, b'a', 0][..], &next, b"b\0", &next].concat());
    }
    trie.extend([3, 0, 0x80, 1, 0]);
    refused_soon(&with_trie(&trie));
    // One that leads back to its start.
    refused_soon(&with_trie(&[0, 1, b'a', 0, 0]));
    // One symbol is read.
    let good = with_trie(&[0, 1, b'_', b'a', 0, 6, 2, 0, 1, 0]);
    let symbols = Symbols::parse(&good).unwrap();
    assert_eq!(symbols.iter().next().unwrap().name(), Some("a"));
    // A chain of nodes, each with a symbol: the names grow with the square of the file.
    let mut trie = Vec::new();
    for i in 1..=100_000 {
        trie.extend([&[2, 0, 1, 1, b'a', 0][..], &leb128(10 * i, 4)].concat());
    }
    trie.extend([0, 0]);
    let error = refused_soon(&with_trie(&trie));
    assert!(error.contains("expected names of at most"), "{error}");
}

/// An ELF library whose symbols all have one name, of a megabyte.
#[test]
fn one_long_name_for_all() {
    const COUNT: usize = 20_000;
    let mut strings = vec![b'x'; 1 << 20];
    (strings[0], *strings.last_mut().unwrap()) = (0, 0);
    let mut symbols = vec![0; 24];
    for _ in 0..COUNT {
        // st_name, st_info (a global function), st_other, st_shndx, st_value, st_size.
        symbols.extend(1_u32.to_le_bytes());
        symbols.extend([0x12, 0, 1, 0]);
        symbols.extend([0; 16]);
    }
    let section = |kind: u32, offset: usize, size: usize, link: u32, entry: u64| {
        let mut bytes = Vec::new();
        for word in [0, kind] {
            bytes.extend(u32::to_le_bytes(word));
        }
        for word in [0, 0, offset as u64, size as u64] {
            bytes.extend(u64::to_le_bytes(word));
        }
        for word in [link, 0] {
            bytes.extend(u32::to_le_bytes(word));
        }
        for word in [1, entry] {
            bytes.extend(u64::to_le_bytes(word));
        }
        bytes
    };
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let sections_at = 64 + symbols.len() + strings.len();
    // ET_DYN, EM_X86_64, version 1.
    file.extend([3, 0, 62, 0, 1, 0, 0, 0]);
    for word in [0, 0, sections_at as u64] {
        file.extend(u64::to_le_bytes(word));
    }
    // Flags; sizes and counts: of the header, of segments, of sections; the names of sections.
    file.extend([0; 4]);
    for half in [64_u16, 56, 0, 64, 3, 2] {
        file.extend(half.to_le_bytes());
    }
    let (symbols_at, strings_at) = (file.len(), file.len() + symbols.len());
    let (symbols_size, strings_size) = (symbols.len(), strings.len());
    file.extend(symbols);
    file.extend(strings);
    file.extend(section(0, 0, 0, 0, 0));
    // SHT_DYNSYM, SHT_STRTAB.
    file.extend(section(11, symbols_at, symbols_size, 2, 24));
    file.extend(section(3, strings_at, strings_size, 0, 0));
    let error = refused_soon(&file);
    assert!(error.contains("expected names of at most"), "{error}");
}
