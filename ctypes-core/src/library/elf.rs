//! A look into ELF files: what a file is.
//!
//! The file may be hostile or cut off: every offset is checked against what could be read, counts and sizes are
//! capped, and nothing is mapped or run. What a file is *for* is compared with this process; that its code is
//! sound is not checked. Sizes and offsets follow the System V gABI, chapters 4 and 5.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Why a file is no library for this process.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) reason: String,
    /// The loader might hang or crash on the file, so that it must not be asked.
    pub(super) hard: bool,
}

impl Problem {
    fn soft(reason: impl Into<String>) -> Problem {
        Problem { reason: reason.into(), hard: false }
    }

    fn hard(reason: impl Into<String>) -> Problem {
        Problem { reason: reason.into(), hard: true }
    }
}

/// Whether the file at `path` can be a library of this process, as far as its head tells.
pub(super) fn check(path: &Path) -> Result<(), Problem> {
    let unreadable = |e: std::io::Error| Problem::soft(format!("cannot be read: {e}"));
    let about = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Problem::soft("no such file"),
        _ => unreadable(e),
    })?;
    if about.is_dir() {
        return Err(Problem::hard("is a directory"));
    }
    if !about.is_file() {
        // Opening a named pipe would wait for a writer.
        return Err(Problem::hard("is not a regular file"));
    }
    let file = File::open(path).map_err(unreadable)?;
    check_bytes(&mut Reader { size: about.len(), source: file })
}

/// What e_machine calls the architectures that Rust has targets for, and Rust's names of them.
const MACHINES: [(u16, &str); 18] = [
    (2, "sparc"),
    (3, "x86"),
    (4, "m68k"),
    (8, "mips"),
    (8, "mips64"),
    (20, "powerpc"),
    (21, "powerpc64"),
    (22, "s390x"),
    (40, "arm"),
    (42, "sh"),
    (43, "sparc64"),
    (62, "x86_64"),
    (94, "xtensa"),
    (164, "hexagon"),
    (183, "aarch64"),
    (243, "riscv32"),
    (243, "riscv64"),
    (258, "loongarch64"),
];

/// What an ELF file is for.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Arch {
    machine: u16,
    wide: bool,
    little: bool,
}

impl Arch {
    /// This process; its machine is unknown if Rust has a target that the table lacks.
    fn native() -> Arch {
        let machine =
            MACHINES.iter().find(|(_, name)| *name == std::env::consts::ARCH).map_or(0, |m| m.0);
        Arch {
            machine,
            wide: cfg!(target_pointer_width = "64"),
            little: cfg!(target_endian = "little"),
        }
    }

    fn fits(self, process: Arch) -> bool {
        self.wide == process.wide
            && self.little == process.little
            && (process.machine == 0 || self.machine == process.machine)
    }

    fn describe(self) -> String {
        let (bits, order) =
            (if self.wide { 64 } else { 32 }, if self.little { "little" } else { "big" });
        let mut names =
            MACHINES.iter().filter(|(machine, _)| *machine == self.machine).map(|m| m.1);
        // Two names share a number where only the class tells them apart; the wider one stands second.
        match (names.next(), names.next()) {
            (Some(narrow), Some(wide)) => {
                format!("{} ({order}-endian)", if self.wide { wide } else { narrow })
            }
            (Some(name), None) => format!("{name} ({bits}-bit, {order}-endian)"),
            _ => format!("machine {} ({bits}-bit, {order}-endian)", self.machine),
        }
    }
}

/// A file of known size, read at given places only.
struct Reader<R> {
    size: u64,
    source: R,
}

impl<R: Read + Seek> Reader<R> {
    /// Exactly `length` bytes at `offset`, unless the file is shorter or unreadable there.
    fn read(&mut self, offset: u64, length: u64) -> Option<Vec<u8>> {
        if offset.checked_add(length)? > self.size {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.source.seek(SeekFrom::Start(offset)).ok()?;
        self.source.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// The parts of the ELF header that matter here; offsets differ between the classes.
struct Header {
    arch: Arch,
    kind: u16,
    segments: Table,
}

struct Table {
    offset: u64,
    entry: u64,
    count: u64,
}

impl Table {
    fn read<R: Read + Seek>(&self, file: &mut Reader<R>, smallest: u64) -> Option<Vec<Vec<u8>>> {
        const MAX_SIZE: u64 = 1 << 24;
        let size = self.entry * self.count;
        if self.entry < smallest || size > MAX_SIZE {
            return None;
        }
        let bytes = file.read(self.offset, size)?;
        Some(bytes.chunks_exact(usize::try_from(self.entry).ok()?).map(<[u8]>::to_vec).collect())
    }
}

impl Arch {
    fn number(self, bytes: &[u8], offset: usize, width: usize) -> Option<u64> {
        let field = bytes.get(offset..offset.checked_add(width)?)?;
        let push = |n: u64, byte: &u8| (n << 8) | u64::from(*byte);
        Some(if self.little {
            field.iter().rev().fold(0, push)
        } else {
            field.iter().fold(0, push)
        })
    }

    fn half(self, bytes: &[u8], offset: usize) -> Option<u16> {
        u16::try_from(self.number(bytes, offset, 2)?).ok()
    }

    /// An address or offset at the place that it has in the file's class.
    fn word(self, bytes: &[u8], narrow: usize, wide: usize) -> Option<u64> {
        if self.wide { self.number(bytes, wide, 8) } else { self.number(bytes, narrow, 4) }
    }
}

fn header(head: &[u8]) -> Option<Header> {
    let wide = match head.get(4)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let little = match head.get(5)? {
        1 => true,
        2 => false,
        _ => return None,
    };
    let arch = Arch { machine: 0, wide, little };
    let arch = Arch { machine: arch.half(head, 18)?, ..arch };
    let counts = if wide { 54 } else { 42 };
    let table = |offset, at: usize| {
        Some(Table {
            offset,
            entry: arch.half(head, at)?.into(),
            count: arch.half(head, at + 2)?.into(),
        })
    };
    Some(Header {
        arch,
        kind: arch.half(head, 16)?,
        segments: table(arch.word(head, 28, 32)?, counts)?,
    })
}

fn check_bytes<R: Read + Seek>(file: &mut Reader<R>) -> Result<(), Problem> {
    if file.size == 0 {
        return Err(Problem::soft("is empty"));
    }
    let head = file.read(0, file.size.min(64)).ok_or_else(|| Problem::soft("cannot be read"))?;
    if !head.starts_with(b"\x7fELF") {
        return Err(Problem::soft(describe_other(&head)));
    }
    let Some(header) = header(&head) else {
        return Err(Problem::hard("is a damaged or cut-off ELF file"));
    };
    if !header.arch.fits(Arch::native()) {
        return Err(Problem::soft(format!(
            "is for {}, this process is {}",
            header.arch.describe(),
            Arch::native().describe()
        )));
    }
    match header.kind {
        3 => {}
        1 => return Err(Problem::soft("is an object file (.o), not a shared library")),
        2 => return Err(Problem::soft("is a program, not a shared library")),
        4 => return Err(Problem::soft("is a core dump, not a shared library")),
        other => return Err(Problem::soft(format!("is an ELF file of unknown kind {other}"))),
    }
    let damaged = || {
        Problem::hard("is a cut-off or damaged library: its program headers lie outside the file")
    };
    let segments =
        header.segments.read(file, if header.arch.wide { 56 } else { 32 }).ok_or_else(damaged)?;
    for segment in &segments {
        const PT_LOAD: u64 = 1;
        if header.arch.number(segment, 0, 4) != Some(PT_LOAD) {
            continue;
        }
        let end = header.arch.word(segment, 4, 8).zip(header.arch.word(segment, 16, 32));
        let end = end.and_then(|(offset, size)| offset.checked_add(size)).ok_or_else(damaged)?;
        if end > file.size {
            // The loader maps such a file and dies of SIGBUS when it touches what is missing.
            return Err(Problem::hard(format!(
                "is a cut-off library: it should have at least {end} bytes and has {}",
                file.size
            )));
        }
    }
    Ok(())
}

/// What a file is that is not ELF.
fn describe_other(head: &[u8]) -> String {
    const MACH_O: [[u8; 4]; 5] = [
        [0xfe, 0xed, 0xfa, 0xce],
        [0xfe, 0xed, 0xfa, 0xcf],
        [0xce, 0xfa, 0xed, 0xfe],
        [0xcf, 0xfa, 0xed, 0xfe],
        [0xca, 0xfe, 0xba, 0xbe],
    ];
    let script = ["/* GNU ld script", "GROUP", "INPUT", "OUTPUT_FORMAT"];
    if script.iter().any(|start| head.starts_with(start.as_bytes())) {
        "is a linker script (text for the linker), not a library".into()
    } else if head.starts_with(b"!<arch>\n") || head.starts_with(b"!<thin>\n") {
        "is a static library (.a), which cannot be loaded at run time".into()
    } else if head.starts_with(b"MZ") {
        "is a Windows file".into()
    } else if MACH_O.iter().any(|magic| head.starts_with(magic)) {
        "is an Apple (Mach-O) file".into()
    } else {
        format!("is no library (starts with \"{}\")", head[..head.len().min(16)].escape_ascii())
    }
}

#[cfg(test)]
#[path = "elf_tests.rs"]
mod tests;
