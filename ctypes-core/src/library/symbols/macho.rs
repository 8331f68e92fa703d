//! Mach-O: the trie of exports that dyld looks symbols up in, or else the symbol table (Apple's
//! `mach-o/loader.h`, `mach-o/nlist.h`).

use super::{Damage, Found, MAX_NAMES, MAX_SYMBOLS, Sections, SymbolKind};
use object::read::FileKind;
use object::read::macho::{
    FatArch, LoadCommandVariant, MachHeader, MachOFatFile, Nlist, Section, Segment,
};
use object::{Architecture, Endianness, macho};
use std::collections::HashSet;

/// The most nodes of a trie; a symbol has hardly more than two.
const MAX_NODES: usize = 4 * MAX_SYMBOLS;

/// Of a file for one machine, or for several.
pub(super) fn symbols(bytes: &[u8], kind: FileKind, found: &mut Found) -> Result<(), Damage> {
    match kind {
        FileKind::MachOFat32 => of_several::<macho::FatArch32>(bytes, found),
        FileKind::MachOFat64 => of_several::<macho::FatArch64>(bytes, found),
        FileKind::MachO32 => of_one::<macho::MachHeader32<Endianness>>(bytes, found),
        _ => of_one::<macho::MachHeader64<Endianness>>(bytes, found),
    }
}

fn of_several<F: FatArch>(bytes: &[u8], found: &mut Found) -> Result<(), Damage> {
    let file = MachOFatFile::<F>::parse(bytes)?;
    let native = match std::env::consts::ARCH {
        "x86_64" => Architecture::X86_64,
        "aarch64" => Architecture::Aarch64,
        _ => Architecture::Unknown,
    };
    let arches = file.arches();
    let arch = arches.iter().find(|a| a.architecture() == native).or(arches.first());
    let part = arch.ok_or("it has no parts")?.data(bytes)?;
    match FileKind::parse(part)? {
        kind @ (FileKind::MachO32 | FileKind::MachO64) => symbols(part, kind, found),
        _ => Err("a part of it is no Mach-O file for one machine".into()),
    }
}

fn of_one<H: MachHeader<Endian = Endianness>>(
    bytes: &[u8],
    found: &mut Found,
) -> Result<(), Damage> {
    let header = H::parse(bytes, 0)?;
    let endian = header.endian()?;
    let mut commands = header.load_commands(endian, bytes, 0)?;
    let (mut sections, mut base, mut table) = (Vec::new(), 0, None);
    let mut trie: Option<(u32, u32)> = None;
    while let Some(command) = commands.next()? {
        if let Some((segment, data)) = H::Segment::from_command(command)? {
            if segment.name() == macho::SEG_TEXT.as_bytes() {
                base = segment.vmaddr(endian).into();
            }
            sections.extend(segment.sections(endian, data)?.iter().map(|s| extent(s, endian)));
            continue;
        }
        match command.variant()? {
            LoadCommandVariant::Symtab(symtab) => table = Some(symtab),
            LoadCommandVariant::DyldInfo(info) if trie.is_none() => {
                trie = Some((info.export_off.get(endian), info.export_size.get(endian)));
            }
            LoadCommandVariant::LinkeditData(data)
                if command.cmd() == macho::LC_DYLD_EXPORTS_TRIE =>
            {
                trie = Some((data.dataoff.get(endian), data.datasize.get(endian)));
            }
            _ => {}
        }
    }
    let sections = Sections::new(sections);
    if let Some((offset, size)) = trie.filter(|(_, size)| *size > 0) {
        let end = (offset as usize).checked_add(size as usize);
        let trie = end.and_then(|end| bytes.get(offset as usize..end));
        return self::trie(trie.ok_or("the trie of exports is outside")?, base, &sections, found)
            .ok_or_else(|| "the trie of exports is none".into());
    }
    let Some(table) = table else { return Ok(()) };
    let table = table.symbols::<H, _>(endian, bytes)?;
    for symbol in table.iter() {
        let n_type = symbol.n_type();
        if n_type.is_stab() || !n_type.is_ext() || n_type.is_pext() {
            continue;
        }
        let kind = match n_type.typ() {
            macho::N_ABS => SymbolKind::Absolute,
            macho::N_SECT => sections.kind_at(symbol.n_value(endian).into()),
            macho::N_INDR => SymbolKind::Forwarder,
            _ => continue,
        };
        let name = symbol.name(endian, table.strings())?;
        if found.push(Some(in_c(name)), kind).is_none() {
            break;
        }
    }
    Ok(())
}

/// C compilers put an underscore before each name.
fn in_c(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"_").unwrap_or(name)
}

/// Where a section is, and what is in it.
fn extent<S: Section<Endian = Endianness>>(
    section: &S,
    endian: Endianness,
) -> (u64, u64, SymbolKind) {
    let start: u64 = section.addr(endian).into();
    let flags = section.flags(endian);
    let code = macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS;
    let kind = match flags.typ() {
        macho::S_THREAD_LOCAL_VARIABLES => SymbolKind::ThreadLocal,
        _ if flags.0 & code.0 != 0 => SymbolKind::Function,
        _ => SymbolKind::Data,
    };
    (start, start.saturating_add(section.size(endian).into()), kind)
}

/// Walks the trie: each node has data if a name ends there, and edges with the next part of the name to
/// nodes by their offsets. Each node is visited once, since as a graph it could have more paths than
/// there is time for.
fn trie(bytes: &[u8], base: u64, sections: &Sections, found: &mut Found) -> Option<()> {
    let mut seen = HashSet::from([0]);
    let mut work = 0_usize;
    // The node, and how much of the name is before it; the edge's part of the name.
    let mut stack = vec![(0_usize, 0_usize, &b""[..])];
    let mut name: Vec<u8> = Vec::new();
    while let Some((at, before, edge)) = stack.pop() {
        name.truncate(before);
        name.extend_from_slice(edge);
        let mut node = bytes.get(at..)?;
        let size = usize::try_from(leb128(&mut node)?).ok()?;
        let mut data = node.get(..size)?;
        node = &node[size..];
        if size > 0 {
            export(&mut data, &name, base, sections, found)?;
            if found.beyond.is_some() {
                return Some(());
            }
        }
        let (count, mut edges) = node.split_first()?;
        let first = stack.len();
        for _ in 0..*count {
            let edge = string(&mut edges)?;
            let child = usize::try_from(leb128(&mut edges)?).ok()?;
            // Parts of names may overlap in the file, and be read over and over.
            work = work.saturating_add(edge.len() + 1);
            if !seen.insert(child) || seen.len() > MAX_NODES || work > MAX_NAMES {
                return None;
            }
            stack.push((child, name.len(), edge));
        }
        stack[first..].reverse();
    }
    Some(())
}

/// What is at the end of a name.
fn export(
    data: &mut &[u8],
    name: &[u8],
    base: u64,
    sections: &Sections,
    found: &mut Found,
) -> Option<()> {
    let flags = leb128(data)?;
    let has = |flag: macho::ExportSymbolFlags| flags & flag.0 != 0;
    if has(macho::EXPORT_SYMBOL_FLAGS_REEXPORT) {
        leb128(data)?;
        let of = string(data)?;
        // Without a name it is the same one.
        let of = found.text(in_c(if of.is_empty() { name } else { of }));
        if let Some(kept) = found.push(Some(in_c(name)), SymbolKind::Forwarder) {
            kept.forwarder = Some(of);
        }
        return Some(());
    }
    let address = leb128(data)?;
    let kind = match flags & 3 {
        1 => SymbolKind::ThreadLocal,
        2 => SymbolKind::Absolute,
        _ => sections.kind_at(base.wrapping_add(address)),
    };
    found.push(Some(in_c(name)), kind);
    Some(())
}

/// A number in groups of seven bits, the lowest first.
fn leb128(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0_u64, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if shift >= 64 || (bits << shift) >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

/// Up to the next NUL.
fn string<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = bytes.iter().position(|b| *b == 0)?;
    let (text, rest) = bytes.split_at(end);
    *bytes = &rest[1..];
    Some(text)
}
