//! ELF: the dynamic symbols that are defined, with their versions (System V gABI chapter 4; the Linux
//! Standard Base, "Symbol Versioning").

use super::{Damage, Found, SymbolKind, SymbolVersion};
use object::read::elf::{FileHeader, SectionHeader, SectionTable, Sym};
use object::{Endianness, StringTable, elf};
use std::collections::HashMap;

pub(super) type Narrow = elf::FileHeader32<Endianness>;
pub(super) type Wide = elf::FileHeader64<Endianness>;

pub(super) fn symbols<H: FileHeader<Endian = Endianness>>(
    bytes: &[u8],
    found: &mut Found,
) -> Result<(), Damage> {
    let header = H::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let versions = versions(&sections, endian, bytes, found)?;
    let of_symbols = sections.gnu_versym(endian, bytes)?.map_or(&[][..], |(versym, _)| versym);
    let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
    for (index, symbol) in symbols.enumerate() {
        let is_global =
            matches!(symbol.st_bind(), elf::STB_GLOBAL | elf::STB_WEAK | elf::STB_GNU_UNIQUE);
        let is_visible = matches!(symbol.st_visibility(), elf::STV_DEFAULT | elf::STV_PROTECTED);
        let section = symbol.st_shndx(endian);
        if section == elf::SHN_UNDEF || !is_global || !is_visible {
            continue;
        }
        let name = symbol.name(endian, symbols.strings())?;
        let kind = match symbol.st_type() {
            _ if section == elf::SHN_ABS => SymbolKind::Absolute,
            elf::STT_FUNC | elf::STT_GNU_IFUNC => SymbolKind::Function,
            elf::STT_OBJECT | elf::STT_COMMON => SymbolKind::Data,
            elf::STT_TLS => SymbolKind::ThreadLocal,
            _ => SymbolKind::Unknown,
        };
        let version = of_symbols.get(index.0).map(|v| v.0.get(endian));
        let version = version.and_then(|v| {
            // The symbol that a version has for itself is of no version.
            let version = versions.get(&v.index().0).filter(|v| v.as_bytes() != name)?;
            let name = version.clone();
            Some(SymbolVersion { name, is_default: !v.is_hidden() })
        });
        found.names += version.as_ref().map_or(0, |v| v.name.len());
        let Some(kept) = found.push(Some(name), kind) else { return Ok(()) };
        kept.version = version;
        kept.size = Some(symbol.st_size(endian).into()).filter(|size| *size > 0);
    }
    Ok(())
}

/// The names of the versions that are defined, by their indices. The first one is the library's own.
fn versions<H: FileHeader<Endian = Endianness>>(
    sections: &SectionTable<'_, H>,
    endian: Endianness,
    bytes: &[u8],
    found: &mut Found,
) -> Result<HashMap<u16, String>, Damage> {
    let mut versions = HashMap::new();
    let Some((mut definitions, link)) = sections.gnu_verdef(endian, bytes)? else {
        return Ok(versions);
    };
    let strings = sections.section(link)?.strings(endian, bytes)?.unwrap_or(StringTable::default());
    while let Some((definition, mut names)) = definitions.next()? {
        let is_base = definition.vd_flags.get(endian).contains(elf::VER_FLG_BASE);
        if let Some(name) = names.next()?.filter(|_| !is_base) {
            let name = found.text(name.name(endian, strings)?);
            versions.insert(definition.vd_ndx.get(endian).0, name);
        }
        if found.beyond.is_some() {
            break;
        }
    }
    Ok(versions)
}
