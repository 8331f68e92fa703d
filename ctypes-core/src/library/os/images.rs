//! The ELF images of this process, as the loader shows them: what lies at an address, which symbols there are.
//!
//! All is read where the loader has mapped it, so a library needs no section headers and its file may be gone.
//! The loader's lock is held meanwhile (`dl_iterate_phdr`), so that no image goes away. Nothing is read outside of
//! the readable segments of an image, whatever its tables say. Tables follow the System V gABI, chapter 5, and for
//! the hash table of GNU the description in binutils (`elf/common.h`, `bfd/elflink.c`).

use crate::library::loaded::LoadedLibrary;
use crate::library::symbol::{About, Kind};
use object::NativeEndian;
use object::elf;
use object::read::elf::{Dyn, FileHeader, Sym};
use std::borrow::Cow;
use std::ffi::{CStr, OsStr, c_int, c_void};
use std::mem::{MaybeUninit, size_of};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

#[cfg(target_pointer_width = "64")]
type Native = elf::FileHeader64<NativeEndian>;
#[cfg(not(target_pointer_width = "64"))]
type Native = elf::FileHeader32<NativeEndian>;
type Symbol = <Native as FileHeader>::Sym;
type Entry = <Native as FileHeader>::Dyn;

/// A program or library that is loaded.
pub(super) struct Image<'a> {
    /// As the loader records it; empty for the program itself.
    name: &'a [u8],
    /// What the loader added to the addresses in the file.
    bias: usize,
    segments: Vec<Segment>,
    /// What the loader has made read-only after it relocated it.
    relocated: Option<Range<usize>>,
    dynamic: Option<usize>,
}

struct Segment {
    range: Range<usize>,
    is_readable: bool,
    is_writable: bool,
}

/// What `each` makes of the first image that it makes something of.
fn find<T>(mut each: impl FnMut(&Image<'_>) -> Option<T>) -> Option<T> {
    struct State<'s, T> {
        each: &'s mut dyn FnMut(&Image<'_>) -> Option<T>,
        found: Option<T>,
    }
    unsafe extern "C" fn visit<T>(
        info: *mut libc::dl_phdr_info,
        _: usize,
        state: *mut c_void,
    ) -> c_int {
        // SAFETY: the pointer that was given to dl_iterate_phdr below, which nothing else uses meanwhile.
        let state = unsafe { &mut *state.cast::<State<'_, T>>() };
        // SAFETY: the loader gives a description that is valid during the call.
        state.found = (state.each)(&unsafe { Image::new(&*info) });
        c_int::from(state.found.is_some())
    }
    let mut state = State { each: &mut each, found: None };
    // SAFETY: the function has the type that is asked for, and the state outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(visit::<T>), (&raw mut state).cast()) };
    state.found
}

impl<'a> Image<'a> {
    /// # Safety
    /// The loader made the description, and what it points at is there for `'a`.
    unsafe fn new(info: &'a libc::dl_phdr_info) -> Image<'a> {
        let bias = info.dlpi_addr as usize;
        let (name, count) = (info.dlpi_name, usize::from(info.dlpi_phnum));
        let mut image =
            Image { name: b"", bias, segments: Vec::new(), relocated: None, dynamic: None };
        if !name.is_null() {
            // SAFETY: a string of the loader that ends with NUL.
            image.name = unsafe { CStr::from_ptr(name) }.to_bytes();
        }
        if info.dlpi_phdr.is_null() {
            return image;
        }
        // SAFETY: the loader's table of as many program headers.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, count) };
        for header in headers {
            let start = bias.wrapping_add(header.p_vaddr as usize);
            let range = start..start.saturating_add(header.p_memsz as usize);
            match elf::ProgramType(header.p_type) {
                elf::PT_LOAD => {
                    let has = |flag: elf::ProgramFlags| header.p_flags & flag.0 != 0;
                    let (is_readable, is_writable) = (has(elf::PF_R), has(elf::PF_W));
                    image.segments.push(Segment { range, is_readable, is_writable });
                }
                elf::PT_DYNAMIC => image.dynamic = Some(start),
                elf::PT_GNU_RELRO => {
                    // Only whole pages are protected: glibc and musl round both ends down.
                    let page = page_size();
                    image.relocated = Some(range.start & !(page - 1)..range.end & !(page - 1));
                }
                _ => {}
            }
        }
        image
    }

    fn segment(&self, address: usize) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.range.contains(&address))
    }

    /// A value in the image's memory, if it is wholly inside a readable segment.
    fn read<T: object::pod::Pod>(&self, address: usize) -> Option<T> {
        let end = address.checked_add(size_of::<T>())?;
        self.segment(address).filter(|segment| segment.is_readable && end <= segment.range.end)?;
        let mut value = MaybeUninit::<T>::uninit();
        let source = std::ptr::with_exposed_provenance::<u8>(address);
        // SAFETY: the loader has mapped the segment readable and keeps it while its lock is held; there is room for as
        // many bytes.
        unsafe {
            std::ptr::copy_nonoverlapping(source, value.as_mut_ptr().cast(), size_of::<T>());
        }
        // SAFETY: all its bytes are set, and any are a value of a `Pod`.
        Some(unsafe { value.assume_init() })
    }

    /// The text at an address, without its NUL.
    fn text(&self, address: usize) -> Option<Cow<'_, [u8]>> {
        let segment = self.segment(address).filter(|segment| segment.is_readable)?;
        if segment.is_writable {
            // Tools that edit libraries put tables there. No reference: somebody might write.
            let mut bytes = (address..segment.range.end).map(|at| self.read::<u8>(at));
            let text = bytes.by_ref().map_while(|byte| byte.filter(|byte| *byte != 0)).collect();
            return Some(Cow::Owned(text));
        }
        let start = std::ptr::with_exposed_provenance::<u8>(address);
        // SAFETY: as in `read`, up to the end of the segment; and nobody writes there.
        let rest = unsafe { std::slice::from_raw_parts(start, segment.range.end - address) };
        CStr::from_bytes_until_nul(rest).ok().map(|text| Cow::Borrowed(text.to_bytes()))
    }

    /// The symbol tables; none in a static program.
    fn tables(&self) -> Option<Tables> {
        // More entries than any linker writes.
        const MAX_ENTRIES: usize = 1 << 12;
        let [mut symbols, mut strings, mut gnu, mut hash] = [None; 4];
        let dynamic = self.dynamic?;
        for index in 0..MAX_ENTRIES {
            let entry: Entry = self.read(dynamic + index * size_of::<Entry>())?;
            let to = match entry.d_tag(NativeEndian) {
                elf::DT_NULL => break,
                elf::DT_SYMTAB => &mut symbols,
                elf::DT_STRTAB => &mut strings,
                elf::DT_GNU_HASH => &mut gnu,
                elf::DT_HASH => &mut hash,
                _ => continue,
            };
            let value = entry.d_val(NativeEndian) as usize;
            // Some loaders write the address over the offset, others (musl, and glibc where the segment is
            // read-only) leave it.
            *to = [value, self.bias.wrapping_add(value)]
                .into_iter()
                .find(|at| self.segment(*at).is_some());
        }
        Some(Tables { symbols: symbols?, strings: strings?, gnu, hash })
    }

    fn symbol(&self, tables: &Tables, index: usize) -> Option<Symbol> {
        self.read(tables.symbols.checked_add(index.checked_mul(size_of::<Symbol>())?)?)
    }

    /// The exported symbol of that name, the one at `address` if there are several.
    fn lookup(&self, name: &str, address: usize) -> Option<Symbol> {
        let tables = self.tables()?;
        let mut found = None;
        let mut consider = |index: usize| {
            let symbol = self.symbol(&tables, index)?;
            let at = tables.strings.checked_add(symbol.st_name(NativeEndian) as usize)?;
            if is_exported(&symbol)
                && self.text(at).as_deref() == Some(name.as_bytes())
                && (found.is_none() || self.address_of(&symbol) == address)
            {
                found = Some(symbol);
            }
            Some(())
        };
        match tables.gnu {
            Some(gnu) => {
                let hash = gnu_hash(name.as_bytes());
                let table = GnuHash::read(self, gnu)?;
                for (index, entry) in table.chain(self, hash % table.buckets) {
                    if entry | 1 == hash | 1 {
                        consider(index);
                    }
                }
            }
            None => (0..self.symbol_count(&tables)).try_for_each(consider).unwrap_or(()),
        }
        found
    }

    fn address_of(&self, symbol: &Symbol) -> usize {
        self.bias.wrapping_add(symbol.st_value(NativeEndian) as usize)
    }

    fn symbol_count(&self, tables: &Tables) -> usize {
        if let Some(gnu) = tables.gnu {
            let Some(table) = GnuHash::read(self, gnu) else { return 0 };
            let last = (0..table.buckets).filter_map(|bucket| table.start(self, bucket)).max();
            let bucket = last.and_then(|last| {
                (0..table.buckets).find(|bucket| table.start(self, *bucket) == Some(last))
            });
            return bucket
                .and_then(|bucket| table.chain(self, bucket).last())
                .map_or(0, |last| last.0 + 1);
        }
        // The System V psABI of S390 and Alpha: entries of 64 bits.
        let is_wide = cfg!(all(target_arch = "s390x", target_pointer_width = "64"));
        let count = tables.hash.and_then(|hash| {
            if is_wide {
                usize::try_from(self.read::<u64>(hash + 8)?).ok()
            } else {
                Some(self.read::<u32>(hash + 4)? as usize)
            }
        });
        count.unwrap_or(0)
    }

    /// The names of all exported symbols, some of a library that has too many.
    fn names(&self, into: &mut Vec<String>) {
        const MAX_SYMBOLS: usize = 1 << 18;
        let Some(tables) = self.tables() else { return };
        for index in 0..self.symbol_count(&tables).min(MAX_SYMBOLS) {
            let Some(symbol) = self.symbol(&tables, index) else { return };
            if !is_exported(&symbol) {
                continue;
            }
            let at = tables.strings.checked_add(symbol.st_name(NativeEndian) as usize);
            let text = at.and_then(|at| String::from_utf8(self.text(at)?.into_owned()).ok());
            into.extend(text.filter(|text| !text.is_empty()));
        }
    }

    fn path(&self) -> PathBuf {
        match self.name {
            // So loaders record the program itself, and musl a static one.
            b"" | b"/proc/self/exe" => std::env::current_exe().unwrap_or_default(),
            name => {
                let path = Path::new(OsStr::from_bytes(name));
                // The kernel's own library has a name and no file.
                let is_file = name.contains(&b'/');
                is_file.then(|| std::path::absolute(path).ok()).flatten().unwrap_or(path.to_owned())
            }
        }
    }
}

/// Addresses of an image's tables.
struct Tables {
    symbols: usize,
    strings: usize,
    gnu: Option<usize>,
    hash: Option<usize>,
}

/// Binutils' hash table: buckets of chains of symbols, each chain in the order of the symbol table.
struct GnuHash {
    buckets: u32,
    first: u32,
    at_buckets: usize,
    at_chains: usize,
}

impl GnuHash {
    fn read(image: &Image<'_>, at: usize) -> Option<GnuHash> {
        let [buckets, first, bloom, _shift] = image.read::<[u32; 4]>(at)?;
        let at_buckets = at.checked_add(16)?.checked_add(bloom as usize * size_of::<usize>())?;
        let at_chains = at_buckets.checked_add(buckets as usize * 4)?;
        // A table with a bucket that cannot be read is none.
        image.read::<u32>(at_chains.checked_sub(4)?)?;
        (buckets > 0).then_some(GnuHash { buckets, first, at_buckets, at_chains })
    }

    /// The first symbol of a bucket.
    fn start(&self, image: &Image<'_>, bucket: u32) -> Option<u32> {
        image
            .read::<u32>(self.at_buckets + bucket as usize * 4)
            .filter(|index| *index >= self.first)
    }

    /// The symbols of a bucket with their hashes, whose lowest bit ends the chain.
    fn chain<'c>(
        &'c self,
        image: &'c Image<'_>,
        bucket: u32,
    ) -> impl Iterator<Item = (usize, u32)> + 'c {
        let mut next = self.start(image, bucket);
        std::iter::from_fn(move || {
            let index = next?;
            let at = self.at_chains.checked_add((index - self.first) as usize * 4)?;
            let entry = image.read::<u32>(at)?;
            next = if entry & 1 == 0 { index.checked_add(1) } else { None };
            Some((index as usize, entry))
        })
    }
}

fn gnu_hash(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, byte| hash.wrapping_mul(33).wrapping_add((*byte).into()))
}

fn is_exported(symbol: &Symbol) -> bool {
    let is_global =
        matches!(symbol.st_bind(), elf::STB_GLOBAL | elf::STB_WEAK | elf::STB_GNU_UNIQUE);
    let is_visible = matches!(symbol.st_visibility(), elf::STV_DEFAULT | elf::STV_PROTECTED);
    is_global && is_visible && symbol.st_shndx(NativeEndian) != elf::SHN_UNDEF
}

fn page_size() -> usize {
    // SAFETY: asks for a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
}

/// What an image tells of the symbol `name` at `address`.
pub(in crate::library) fn about(address: *const c_void, name: &str) -> About {
    let address = address.addr();
    let describe = |symbol: Symbol| {
        let kind = match symbol.st_type() {
            elf::STT_FUNC | elf::STT_GNU_IFUNC => Some(Kind::Function),
            elf::STT_OBJECT | elf::STT_COMMON => Some(Kind::Variable),
            elf::STT_TLS => Some(Kind::ThreadLocal),
            _ => None,
        };
        let size = symbol.st_size(NativeEndian) as usize;
        About { kind, size: Some(size).filter(|size| *size > 0) }
    };
    let there = find(|image| {
        image.segment(address)?;
        image.lookup(name, address).map(describe)
    });
    // What its own image has not under this name is memory of a thread, or the choice of an indirect function,
    // which may lie in another image: libc's `time` is the kernel's.
    let elsewhere = || {
        find(|image| {
            let is_indirect =
                |symbol: &Symbol| matches!(symbol.st_type(), elf::STT_TLS | elf::STT_GNU_IFUNC);
            image.lookup(name, address).filter(is_indirect).map(describe)
        })
    };
    there.or_else(elsewhere).unwrap_or_default()
}

/// Whether an image has these bytes in memory that must not be written.
pub(in crate::library) fn is_read_only(address: *const c_void, size: usize) -> bool {
    let start = address.addr();
    let end = start.saturating_add(size.max(1));
    let overlaps = |range: &Range<usize>| start < range.end && range.start < end;
    let there = find(|image| {
        image.segment(start)?;
        let in_segment = image.segments.iter().any(|s| !s.is_writable && overlaps(&s.range));
        Some(in_segment || image.relocated.as_ref().is_some_and(overlaps))
    });
    there.unwrap_or(false)
}

/// All images, in the loader's order.
pub(in crate::library) fn loaded() -> Vec<LoadedLibrary> {
    let mut all = Vec::new();
    find::<()>(|image| {
        let base = image.segments.iter().map(|segment| segment.range.start).min();
        let base = base.unwrap_or(image.bias) & !(page_size() - 1);
        all.push(LoadedLibrary::new(image.path(), base));
        None
    });
    all
}

/// The names that the library of that path exports; for the program itself those of all libraries.
pub(in crate::library) fn exports(path: &Path) -> Vec<String> {
    let mut names = Vec::new();
    find::<()>(|image| {
        let own = image.path();
        if own == path {
            image.names(&mut names);
        }
        None
    });
    if std::env::current_exe().is_ok_and(|program| program == path) {
        find::<()>(|image| {
            image.names(&mut names);
            None
        });
    }
    names.sort();
    names.dedup();
    names
}
