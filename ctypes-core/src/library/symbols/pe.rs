//! PE: the export directory (Microsoft's "PE Format", "The .edata Section").

use super::{Damage, Found, MAX_SYMBOLS, Sections, SymbolKind};
use object::pe;
use object::read::pe::{ExportTarget, ImageNtHeaders};
use object::{LittleEndian as LE, pe::ImageDosHeader};

pub(super) type Narrow = pe::ImageNtHeaders32;
pub(super) type Wide = pe::ImageNtHeaders64;

pub(super) fn symbols<H: ImageNtHeaders>(bytes: &[u8], found: &mut Found) -> Result<(), Damage> {
    let mut offset = ImageDosHeader::parse(bytes)?.nt_headers_offset().into();
    let (headers, directories) = H::parse(bytes, &mut offset)?;
    let sections = headers.sections(bytes, offset)?;
    let Some(table) = directories.export_table(bytes, &sections)? else { return Ok(()) };
    let kinds = Sections::new(
        sections
            .iter()
            .map(|section| {
                let start = section.virtual_address.get(LE);
                let size = section.virtual_size.get(LE).max(section.size_of_raw_data.get(LE));
                let flags = section.characteristics.get(LE);
                let kind = if flags.contains(pe::IMAGE_SCN_MEM_EXECUTE) {
                    SymbolKind::Function
                } else {
                    SymbolKind::Data
                };
                (start.into(), u64::from(start) + u64::from(size), kind)
            })
            .collect(),
    );
    // An address may have several names, or none.
    let addresses = table.addresses();
    let mut is_named = vec![false; addresses.len().min(1 << 16)];
    let names = table.name_iter().map(|(name, index)| (Some(name), index.0));
    let mut exports: Vec<(Option<u32>, u16)> = names.take(MAX_SYMBOLS + 1).collect();
    for (_, index) in &exports {
        if let Some(named) = is_named.get_mut(usize::from(*index)) {
            *named = true;
        }
    }
    let unnamed = (0..=u16::MAX).zip(&is_named).filter(|(_, named)| !**named);
    exports.extend(unnamed.map(|(index, _)| (None, index)));
    for (name, index) in exports {
        let address = addresses.get(usize::from(index)).map_or(0, |a| a.get(LE));
        // A gap between ordinals.
        if address == 0 && name.is_none() {
            continue;
        }
        let name = name.map(|pointer| table.name_from_pointer(pointer)).transpose()?;
        let (kind, forwarder) = match table.target_from_address(address)? {
            ExportTarget::Address(address) => (kinds.kind_at(address.into()), None),
            ExportTarget::ForwardByName(library, name) => {
                (SymbolKind::Forwarder, Some([library, b".", name].concat()))
            }
            ExportTarget::ForwardByOrdinal(library, ordinal) => {
                let ordinal = format!(".#{}", ordinal.0);
                (SymbolKind::Forwarder, Some([library, ordinal.as_bytes()].concat()))
            }
        };
        let forwarder = forwarder.map(|f| found.text(&f));
        let ordinal = table.ordinal_base().checked_add(index);
        let Some(kept) = found.push(name, kind) else { return Ok(()) };
        kept.ordinal = ordinal;
        kept.forwarder = forwarder;
    }
    Ok(())
}
