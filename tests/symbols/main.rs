//! What libraries export, as binutils and LLVM's tools say it of real libraries for many machines; and
//! files that are damaged or made to do harm.

mod hostile;
#[allow(dead_code, unreachable_pub)]
#[path = "../oracle/random.rs"]
mod random;
mod tools;

use ctypes_core::library::{ExportedSymbol, Format, SymbolKind, Symbols};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tools::{directory, output};

/// A symbol as a line: name, version, kind, size.
fn in_elf(symbol: &ExportedSymbol) -> String {
    let version = symbol.version().map_or(String::new(), |v| {
        format!("{}{}", if v.is_default() { "@@" } else { "@" }, v.name())
    });
    let size = symbol.size().unwrap_or(0);
    format!("{}{version} {} {size}", symbol.name().unwrap(), symbol.kind())
}

/// What readelf says of the same.
fn by_readelf(path: &Path) -> BTreeSet<String> {
    let text = output("readelf", &["-W", "--dyn-syms", path.to_str().unwrap()]);
    let lines = text.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // 12: 0000000000038a10 40 FUNC GLOBAL DEFAULT [of the machine] 15 name@@VERSION
        let [_, _, size, kind, bind, visibility, .., section, name] = fields[..] else {
            return None;
        };
        let is_global = matches!(bind, "GLOBAL" | "WEAK" | "UNIQUE");
        // What is needed has the number of its version behind it.
        let is_needed = section == "UND" || name.starts_with('(');
        if !is_global || !matches!(visibility, "DEFAULT" | "PROTECTED") || is_needed {
            return None;
        }
        let kind = match kind {
            _ if section == "ABS" => "absolute",
            "FUNC" | "IFUNC" => "function",
            "OBJECT" | "COMMON" => "data",
            "TLS" => "thread-local",
            _ => "unknown",
        };
        let size = match size.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
            None => size.parse().unwrap(),
        };
        Some(format!("{name} {kind} {size}"))
    });
    lines.collect()
}

/// The C libraries of seven machines, of 32 and 64 bits and of both byte orders, and what links them.
#[test]
fn elf_as_readelf_says() {
    let mut paths: Vec<PathBuf> = [
        "aarch64-linux-gnu",
        "arm-linux-gnueabihf",
        "i686-linux-gnu",
        "powerpc64le-linux-gnu",
        "riscv64-linux-gnu",
        "s390x-linux-gnu",
    ]
    .iter()
    .flat_map(|machine| ["libc.so.6", "libm.so.6"].map(|l| format!("/usr/{machine}/lib/{l}")))
    .map(PathBuf::from)
    .collect();
    for name in ["c", "m", "stdc++", "z", "sqlite3"] {
        let found = ctypes_core::library::find_library(name);
        paths.push(found.unwrap_or_else(|| panic!("the library {name} is installed: ci/setup")));
    }
    let mut count = 0;
    for path in paths {
        let symbols = Symbols::read(&path).unwrap_or_else(|e| panic!("run ci/setup: {e}"));
        assert_eq!(symbols.format(), Format::Elf);
        let found: BTreeSet<String> = symbols.iter().map(in_elf).collect();
        let expected = by_readelf(&path);
        assert!(expected.len() > 50, "{}", path.display());
        let differences: Vec<_> = found.symmetric_difference(&expected).take(10).collect();
        assert!(differences.is_empty(), "{}: {differences:#?}", path.display());
        count += found.len();
    }
    assert!(count > 20_000, "{count}");
}

/// A symbol of a DLL as a line: ordinal, name, what is forwarded to.
fn in_pe(symbol: &ExportedSymbol) -> String {
    let name = symbol.name().unwrap_or("");
    format!("{} {name} {}", symbol.ordinal().unwrap(), symbol.forwarder().unwrap_or(""))
}

/// What objdump says of the same.
fn by_objdump(path: &Path) -> BTreeSet<String> {
    let text = output("x86_64-w64-mingw32-objdump", &["-p", path.to_str().unwrap()]);
    let (mut base, mut addresses, mut names) = (0, Vec::new(), Vec::new());
    // `[   4] +base[   9] 20c9 Forwarder RVA -- KERNEL32.#8`, then `[   4] eighth`.
    for line in text.lines() {
        if let Some(ordinal) = line.strip_prefix("Ordinal Base") {
            base = ordinal.trim().parse().unwrap();
        }
        let inner = line.trim_start().strip_prefix('[').and_then(|l| l.split_once(']'));
        let Some((index, rest)) = inner else { continue };
        let Ok(index) = index.trim().parse::<u32>() else { continue };
        let rest = rest.trim();
        match rest.strip_prefix("+base[") {
            Some(of) => {
                let forwarder = of.split_once("Forwarder RVA -- ").map_or("", |(_, f)| f);
                addresses.push((index, forwarder.to_owned()));
            }
            // Newer binutils put the hint and a second index here.
            None => {
                let name = rest.rsplit(' ').next().unwrap_or("");
                names.push((index, name.to_owned()));
            }
        }
    }
    let mut lines = BTreeSet::new();
    for (index, forwarder) in addresses {
        let mut of: Vec<&str> =
            names.iter().filter(|(i, _)| *i == index).map(|(_, n)| n.as_str()).collect();
        if of.is_empty() {
            of.push("");
        }
        lines.extend(of.iter().map(|name| format!("{} {name} {forwarder}", base + index)));
    }
    lines
}

#[test]
fn pe_as_objdump_says() {
    let dir = directory("pe");
    let mut paths = Vec::new();
    for compiler in ["x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc"] {
        paths.push(tools::dll(&dir, compiler));
    }
    for kind in ["x86_64-w64-mingw32", "i686-w64-mingw32"] {
        for folder in ["win32", "posix"] {
            let lib = format!("/usr/lib/gcc/{kind}/12-{folder}");
            let files = std::fs::read_dir(lib).into_iter().flatten().flatten().map(|e| e.path());
            paths.extend(files.filter(|p| p.extension().is_some_and(|e| e == "dll")));
        }
    }
    assert!(paths.len() > 4, "install Debian's packages gcc-mingw-w64-x86-64 and -i686: {paths:?}");
    let mut count = 0;
    for path in &paths {
        let symbols = Symbols::read(path).unwrap();
        assert_eq!(symbols.format(), Format::Pe);
        let found: BTreeSet<String> = symbols.iter().map(in_pe).collect();
        let expected = by_objdump(path);
        let differences: Vec<_> = found.symmetric_difference(&expected).take(10).collect();
        assert!(differences.is_empty(), "{}: {differences:#?}", path.display());
        count += found.len();
    }
    assert!(count > 200, "{count}");
    // Kinds, by what was compiled and linked.
    for path in &paths[..2] {
        let symbols = Symbols::read(path).unwrap();
        let kind = |name| symbols.iter().find(|s| s.name() == Some(name)).map(|s| s.kind());
        assert_eq!(kind("function"), Some(SymbolKind::Function), "{}", path.display());
        assert_eq!(kind("alias"), Some(SymbolKind::Function));
        assert_eq!(kind("value"), Some(SymbolKind::Data));
        assert_eq!(kind("text"), Some(SymbolKind::Data));
        assert_eq!(kind("nap"), Some(SymbolKind::Forwarder));
        let unnamed = symbols.iter().find(|s| s.name().is_none()).unwrap();
        assert_eq!((unnamed.ordinal(), unnamed.kind()), (Some(7), SymbolKind::Function));
    }
}

/// Name and kind, by `llvm-nm -gU`: T is code, other letters are data.
fn by_llvm_nm(path: &Path) -> BTreeSet<String> {
    let text = output("llvm-nm", &["-g", "--defined-only", path.to_str().unwrap()]);
    let lines = text.lines().filter_map(|line| {
        let [_, letter, name] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let kind = if letter == "T" { "code" } else { "data" };
        Some(format!("{} {kind}", name.strip_prefix('_').unwrap_or(name)))
    });
    lines.collect()
}

#[test]
fn mach_o_as_llvm_says() {
    let dir = directory("mach-o");
    for target in ["x86_64-apple-macos11", "arm64-apple-macos11"] {
        let (object, library) = tools::dylib(&dir, target);
        for path in [&object, &library] {
            let symbols = Symbols::read(path).unwrap();
            assert_eq!(symbols.format(), Format::MachO);
            let shown = |s: &ExportedSymbol| {
                let is_code = s.kind() == SymbolKind::Function;
                format!("{} {}", s.name().unwrap(), if is_code { "code" } else { "data" })
            };
            let found: BTreeSet<String> = symbols.iter().map(shown).collect();
            assert_eq!(found, by_llvm_nm(path), "{}", path.display());
            assert_eq!(found.len(), 5, "{found:?}");
        }
        let trie =
            output("llvm-objdump", &["--macho", "--exports-trie", library.to_str().unwrap()]);
        for symbol in &Symbols::read(&library).unwrap() {
            let name = format!("  _{}", symbol.name().unwrap());
            let line = trie.lines().find(|l| l.split(" [").next().unwrap().ends_with(&name));
            let line = line.unwrap_or_else(|| panic!("{name}: {trie}"));
            let is_local = symbol.kind() == SymbolKind::ThreadLocal;
            assert_eq!(line.ends_with("[per-thread]"), is_local, "{line}");
        }
    }
    // Of a universal file it is the part for this machine, else the first.
    let path = tools::universal(&dir);
    let names = |path: &Path| {
        let symbols = Symbols::read(path).unwrap();
        symbols.iter().map(|s| s.name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&path), names(&dir.join("x86_64-apple-macos11.dylib")));
}

#[test]
fn what_is_no_library() {
    let dir = directory("none");
    let path = dir.join("file");
    for (bytes, expected) in [
        (&b""[..], "expected a library in ELF, PE or Mach-O, found an empty file"),
        (b"#!/bin/sh\n", "found \"#!/bin/s\" at the start"),
        (b"!<arch>\n", "found a static or import library"),
        (b"\x1b[31mred", "found \"\\x1b[31mred\" at the start"),
        (b"\x7fELF", "found \"\\x7fELF\" at the start"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "is a damaged or cut-off ELF file: "),
        (b"MZ", "expected a library"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = Symbols::read(&path).unwrap_err();
        let from_memory = Symbols::parse(bytes).unwrap_err();
        assert_eq!(error.reason, from_memory.reason);
        assert_eq!(error.to_string(), format!("{}: {from_memory}", path.display()));
        assert!(error.reason.contains(expected), "{error}");
    }
    for (path, expected) in [("/", "is not a regular file"), ("/nowhere", "No such file")] {
        let error = Symbols::read(path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{path}: {expected}")), "{error}");
    }
}
