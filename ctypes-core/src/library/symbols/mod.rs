//! What libraries of any system export, read out of their files.
//!
//! A file may be hostile or cut off: it is read and never mapped or run, and how many symbols and how
//! much of their names is kept is bounded. That a library of this process can be loaded is not checked.

mod elf;
mod macho;
mod pe;

use crate::error::SymbolsError;
use object::FileKind;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// The most bytes of a file that are read.
const MAX_FILE: u64 = 1 << 30;

/// The most symbols of a file; the largest libraries have a tenth of it.
const MAX_SYMBOLS: usize = 1 << 20;

/// The most bytes of all names together.
const MAX_NAMES: usize = 1 << 28;

/// What a library exports: the symbols that `dlsym` or `GetProcAddress` find in it.
///
/// The library is not loaded, and may be for another machine and system.
///
/// ```
/// use ctypes_core::library::{SymbolKind, Symbols, find_library};
/// # if cfg!(target_os = "linux") {
/// let symbols = Symbols::read(find_library("m").unwrap())?;
/// let cos = symbols.iter().find(|s| s.name() == Some("cos")).unwrap();
/// assert_eq!(cos.kind(), SymbolKind::Function);
/// assert!(cos.size().unwrap() > 0);
/// assert!(symbols.iter().all(|s| s.name() != Some("strlen")));    // libm only needs it
/// # }
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # Platform behaviour
/// ELF (Linux, the BSDs), PE (Windows) and Mach-O (Apple) are read on every system. Of a universal
/// Mach-O file it is the part for this machine, else the first one. The names of Mach-O are without the
/// underscore that C compilers for it put before all names.
///
/// # Python equivalent
/// None; `dir(dll)` knows only what was looked up.
#[derive(Debug, Clone)]
pub struct Symbols {
    format: Format,
    symbols: Vec<ExportedSymbol>,
}

/// The format of a library's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// System V's, used by Linux and the BSDs.
    Elf,
    /// Windows'.
    Pe,
    /// Apple's.
    MachO,
}

/// A symbol that a library exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedSymbol {
    name: Option<String>,
    kind: SymbolKind,
    size: Option<u64>,
    version: Option<SymbolVersion>,
    ordinal: Option<u16>,
    forwarder: Option<String>,
}

/// What a symbol stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SymbolKind {
    /// Code. PE and Mach-O tell only whether the section is executable.
    Function,
    /// A variable or constant.
    Data,
    /// A variable of which each thread has its own.
    ThreadLocal,
    /// A number that is no address: in ELF, for instance, the names of versions.
    Absolute,
    /// A symbol of another library: see [`ExportedSymbol::forwarder`].
    Forwarder,
    /// The file does not tell.
    Unknown,
}

/// A version of a symbol in an ELF library.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SymbolVersion {
    name: String,
    is_default: bool,
}

impl Symbols {
    /// Reads the file of a library.
    ///
    /// # Errors
    /// [`SymbolsError`]: the file cannot be read, is no regular file, is of another format, is damaged,
    /// or is beyond the bounds (a gigabyte, 1,048,576 symbols, 256 MB of names).
    pub fn read(path: impl AsRef<Path>) -> Result<Symbols, SymbolsError> {
        let path = path.as_ref();
        let failed = |reason: String| SymbolsError { path: Some(path.to_owned()), reason };
        let about = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?;
        if !about.is_file() {
            // Opening a named pipe would wait for a writer.
            return Err(failed("is not a regular file".to_owned()));
        }
        let file = std::fs::File::open(path).map_err(|e| failed(e.to_string()))?;
        let mut bytes = Vec::new();
        if about.len() <= MAX_FILE {
            file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| failed(e.to_string()))?;
        }
        if about.len().max(bytes.len() as u64) > MAX_FILE {
            return Err(failed(format!("expected at most {MAX_FILE} bytes, found more")));
        }
        Symbols::of(&bytes).map_err(failed)
    }

    /// Reads the bytes of a library's file.
    ///
    /// # Errors
    /// As [`Symbols::read`].
    pub fn parse(bytes: &[u8]) -> Result<Symbols, SymbolsError> {
        Symbols::of(bytes).map_err(|reason| SymbolsError { path: None, reason })
    }

    fn of(bytes: &[u8]) -> Result<Symbols, String> {
        let mut found = Found::default();
        let kind = FileKind::parse(bytes).map_err(|_| other(bytes))?;
        let (format, result) = match kind {
            FileKind::Elf32 => (Format::Elf, elf::symbols::<elf::Narrow>(bytes, &mut found)),
            FileKind::Elf64 => (Format::Elf, elf::symbols::<elf::Wide>(bytes, &mut found)),
            FileKind::Pe32 => (Format::Pe, pe::symbols::<pe::Narrow>(bytes, &mut found)),
            FileKind::Pe64 => (Format::Pe, pe::symbols::<pe::Wide>(bytes, &mut found)),
            FileKind::MachO32 | FileKind::MachO64 | FileKind::MachOFat32 | FileKind::MachOFat64 => {
                (Format::MachO, macho::symbols(bytes, kind, &mut found))
            }
            _ => return Err(other(bytes)),
        };
        result.map_err(|e| format!("is a damaged or cut-off {format} file: {}", e.0))?;
        if let Some(beyond) = found.beyond {
            return Err(beyond);
        }
        Ok(Symbols { format, symbols: found.symbols })
    }

    /// The format of the file.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The symbols, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, ExportedSymbol> {
        self.symbols.iter()
    }
}

impl<'s> IntoIterator for &'s Symbols {
    type Item = &'s ExportedSymbol;
    type IntoIter = std::slice::Iter<'s, ExportedSymbol>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl ExportedSymbol {
    /// The name; none for one of a DLL that is exported by its ordinal only. What is not UTF-8 in it is
    /// replaced.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it stands for.
    pub fn kind(&self) -> SymbolKind {
        self.kind
    }

    /// How many bytes it has, if the file tells: ELF does, mostly.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The version, of an ELF library that has versions.
    pub fn version(&self) -> Option<&SymbolVersion> {
        self.version.as_ref()
    }

    /// The ordinal, of a DLL.
    pub fn ordinal(&self) -> Option<u16> {
        self.ordinal
    }

    /// What it really is, of another library: `NTDLL.RtlAllocateHeap` or `NTDLL.#8` in a DLL; for Mach-O
    /// the name there.
    pub fn forwarder(&self) -> Option<&str> {
        self.forwarder.as_deref()
    }
}

impl SymbolVersion {
    /// The name, such as `GLIBC_2.34`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the one that a name without a version means.
    pub fn is_default(&self) -> bool {
        self.is_default
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Elf => "ELF",
            Format::Pe => "PE",
            Format::MachO => "Mach-O",
        })
    }
}

impl fmt::Display for SymbolKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SymbolKind::Function => "function",
            SymbolKind::Data => "data",
            SymbolKind::ThreadLocal => "thread-local",
            SymbolKind::Absolute => "absolute",
            SymbolKind::Forwarder => "forwarder",
            SymbolKind::Unknown => "unknown",
        })
    }
}

/// What a file is that is none of the formats.
fn other(bytes: &[u8]) -> String {
    let kind = match bytes {
        [] => "found an empty file".to_owned(),
        [b'!', b'<', b'a' | b't', ..] => "found a static or import library".to_owned(),
        _ => format!("found \"{}\" at the start", bytes[..bytes.len().min(8)].escape_ascii()),
    };
    format!("expected a library in ELF, PE or Mach-O, {kind}")
}

/// What is wrong with a file.
struct Damage(String);

impl From<object::Error> for Damage {
    fn from(error: object::Error) -> Damage {
        Damage(error.to_string())
    }
}

impl From<&str> for Damage {
    fn from(what: &str) -> Damage {
        Damage(what.to_owned())
    }
}

/// The symbols so far, within bounds.
#[derive(Default)]
struct Found {
    symbols: Vec<ExportedSymbol>,
    names: usize,
    /// Which bound was reached.
    beyond: Option<String>,
}

impl Found {
    /// Keeps a symbol; says whether there is room for more.
    fn push(&mut self, name: Option<&[u8]>, kind: SymbolKind) -> Option<&mut ExportedSymbol> {
        let name = name.map(|name| self.text(name));
        if self.symbols.len() >= MAX_SYMBOLS {
            self.beyond = Some(format!("expected at most {MAX_SYMBOLS} symbols, found more"));
        }
        if self.beyond.is_some() {
            return None;
        }
        let (size, version, ordinal, forwarder) = (None, None, None, None);
        self.symbols.push(ExportedSymbol { name, kind, size, version, ordinal, forwarder });
        self.symbols.last_mut()
    }

    fn text(&mut self, bytes: &[u8]) -> String {
        self.names = self.names.saturating_add(bytes.len());
        if self.names > MAX_NAMES {
            self.beyond = Some(format!("expected names of at most {MAX_NAMES} bytes, found more"));
            return String::new();
        }
        String::from_utf8_lossy(bytes).into_owned()
    }
}

/// What is at an address, by the sections of a file.
struct Sections(Vec<(u64, u64, SymbolKind)>);

impl Sections {
    /// From where to where each goes.
    fn new(mut sections: Vec<(u64, u64, SymbolKind)>) -> Sections {
        sections.sort_by_key(|section| section.0);
        Sections(sections)
    }

    fn kind_at(&self, address: u64) -> SymbolKind {
        let after = self.0.partition_point(|(start, ..)| *start <= address);
        match after.checked_sub(1).map(|i| self.0[i]) {
            Some((_, end, kind)) if address < end => kind,
            _ => SymbolKind::Unknown,
        }
    }
}
