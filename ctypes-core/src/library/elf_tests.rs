//! ELF files made byte by byte, in both classes and byte orders, whole and damaged.

use super::*;
use std::io::Cursor;

/// A file with one loaded segment and exports `names`, laid out as the gABI says.
fn library(wide: bool, little: bool, machine: u16, names: &[&str]) -> Vec<u8> {
    let mut file = Vec::new();
    let put = |file: &mut Vec<u8>, n: u64, width: usize| {
        let bytes = n.to_le_bytes();
        let field = &bytes[..width];
        if little { file.extend(field) } else { file.extend(field.iter().rev()) }
    };
    let word = if wide { 8 } else { 4 };
    let (head, segment, section, symbol) = if wide { (64, 56, 64, 24) } else { (52, 32, 40, 16) };
    let strings: Vec<u8> = names.iter().flat_map(|n| [n.as_bytes(), b"\0"].concat()).collect();
    let strings = [&b"\0"[..], &strings].concat();
    let sections_at = head + segment;
    let symbols_at = sections_at + 3 * section;
    let strings_at = symbols_at + symbol * names.len() as u64;
    let end = strings_at + strings.len() as u64;

    file.extend(b"\x7fELF");
    file.extend([if wide { 2 } else { 1 }, if little { 1 } else { 2 }, 1, 0]);
    file.extend([0; 8]);
    for (n, width) in
        [(3, 2), (machine.into(), 2), (1, 4), (0, word), (head, word), (sections_at, word), (0, 4)]
    {
        put(&mut file, n, width);
    }
    for n in [head, segment, 1, section, 3, 0] {
        put(&mut file, n, 2);
    }
    // One PT_LOAD over the whole file.
    put(&mut file, 1, 4);
    if wide {
        put(&mut file, 5, 4);
    }
    for n in [0, 0, 0, end, end] {
        put(&mut file, n, word);
    }
    file.resize(sections_at as usize, 0);
    for (kind, offset, size, link) in [
        (0, 0, 0, 0),
        (11, symbols_at, symbol * names.len() as u64, 2),
        (3, strings_at, strings.len() as u64, 0),
    ] {
        for (n, width) in [
            (0, 4),
            (kind, 4),
            (0, word),
            (0, word),
            (offset, word),
            (size, word),
            (link, 4),
            (0, 4),
            (0, word),
            (0, word),
        ] {
            put(&mut file, n, width);
        }
    }
    let mut at = 1;
    for name in names {
        put(&mut file, at, 4);
        at += name.len() as u64 + 1;
        if wide {
            file.extend([0x12, 0]);
            put(&mut file, 1, 2);
            file.extend([0; 16]);
        } else {
            file.extend([0; 8]);
            file.extend([0x12, 0]);
            put(&mut file, 1, 2);
        }
    }
    file.extend(strings);
    assert_eq!(file.len() as u64, end);
    file
}

fn reader(bytes: &[u8]) -> Reader<Cursor<&[u8]>> {
    Reader { size: bytes.len() as u64, source: Cursor::new(bytes) }
}

fn reason(bytes: &[u8]) -> String {
    check_bytes(&mut reader(bytes)).expect_err("not a library").reason
}

fn native(names: &[&str]) -> Vec<u8> {
    let Arch { machine, wide, little } = Arch::native();
    library(wide, little, machine, names)
}

#[test]
fn native_libraries_pass_and_others_say_what_they_are() {
    assert_eq!(check_bytes(&mut reader(&native(&["f"]))), Ok(()));
    let foreign = if cfg!(target_arch = "aarch64") { (62, "x86_64") } else { (183, "aarch64") };
    assert!(
        reason(&library(true, true, foreign.0, &[]))
            .starts_with(&format!("is for {} (64-bit, little", foreign.1))
    );
    assert!(
        reason(&library(false, false, 8, &[]))
            .starts_with("is for mips (big-endian), this process is ")
    );
    assert!(reason(&library(true, true, 9999, &[])).starts_with("is for machine 9999"));
    assert_eq!(reason(b""), "is empty");
    assert!(reason(b"/* GNU ld script\n*/").contains("linker script"));
    assert!(reason(b"!<arch>\nfoo").contains("static library"));
    assert_eq!(reason(b"#!/bin/sh\n"), r##"is no library (starts with "#!/bin/sh\n")"##);
    assert_eq!(reason(b"\xff"), r#"is no library (starts with "\xff")"#);
    let mut object = native(&[]);
    object[16..18].copy_from_slice(&1_u16.to_ne_bytes());
    assert!(reason(&object).contains("object file"));
}

#[test]
fn the_test_program_itself_is_of_its_own_architecture() {
    let program = std::env::current_exe().unwrap();
    // A position-independent program passes the check, another is called what it is.
    if let Err(problem) = check(&program) {
        assert_eq!(problem.reason, "is a program, not a shared library");
    }
}

#[test]
fn cut_off_libraries_are_kept_from_the_loader() {
    let file = native(&["f"]);
    for length in 1..file.len() {
        let problem = check_bytes(&mut reader(&file[..length])).expect_err("cut off");
        assert!(problem.hard || length < 4, "{length}: {}", problem.reason);
    }
}

#[test]
fn damaged_libraries_do_no_harm() {
    for (wide, little) in [(true, true), (false, false)] {
        let file = library(wide, little, Arch::native().machine, &["open", "close"]);
        for at in 0..file.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff] {
                let mut damaged = file.clone();
                damaged[at] = value;
                let _ = check_bytes(&mut reader(&damaged));
            }
        }
    }
}
