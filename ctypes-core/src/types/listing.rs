//! Layouts as text: a listing in the style of pahole, and bytes told apart by field.

use super::{FieldLayout, FieldRole, Layout};
use crate::layout::BitRange;
use crate::target::Extent;
use std::fmt::{self, Write as _};

/// The size of a cache line on most of today's machines, in bytes.
const CACHE_LINE: u64 = 64;

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ty, target) = (self.ty(), self.target().name);
        let Extent { size, align } = Extent::new(self.size(), self.align());
        if ty.record().is_none() {
            return write!(f, "{ty};  /* {target}: size {size}, align {align} */");
        }
        writeln!(f, "{ty} {{  /* {target} */")?;
        let holes = self.holes();
        let (mut line, mut next_hole) = (0, 0);
        for field in self.fields() {
            if field.takes_room() {
                let (from, _) = field.bit_span();
                while let Some(hole) = holes.get(next_hole)
                    && u128::from(hole.offset) * 8 + u128::from(hole.bit) < from
                {
                    writeln!(f, "    /* hole of {} */", amount(hole.bits))?;
                    next_hole += 1;
                }
            }
            let at = field.offset() / CACHE_LINE;
            if at > line && !self.is_union() {
                line = at;
                writeln!(f, "    /* --- cache line {line} ({} bytes) --- */", line * CACHE_LINE)?;
            }
            let rules = field.rules();
            let width = rules.bits.map(|n| format!(" : {n}")).unwrap_or_default();
            let name = if rules.role == FieldRole::Base { "/* base */" } else { field.name() };
            let declaration = format!("{}{width};", field.ty().declare(name));
            let bits = match field.bits() {
                Some(BitRange { bit, width, .. }) => format!(" bit {bit} width {width}"),
                None => String::new(),
            };
            let (offset, size) = (field.offset(), field.size());
            writeln!(f, "    {declaration:<40} /* {offset:>5} {size:>5}{bits} */")?;
        }
        if let Some(tail) = self.tail_padding() {
            writeln!(f, "    /* tail padding of {} */", amount(tail.bits))?;
        }
        let lines = size.div_ceil(CACHE_LINE);
        write!(f, "}};  /* size {size}, align {align}, cache lines {lines}")?;
        let wasted: u128 = holes.iter().map(|h| h.bits).sum();
        if wasted > 0 {
            write!(f, ", holes {} with {}", holes.len(), amount(wasted))?;
        }
        f.write_str(" */")
    }
}

/// Whole bytes as a number, else both: `3`, `1 bit`, `2 and 5 bits`.
fn amount(bits: u128) -> String {
    let (bytes, rest) = (bits / 8, bits % 8);
    let rest_text = format!("{rest} bit{}", if rest == 1 { "" } else { "s" });
    match (bytes, rest) {
        (_, 0) => bytes.to_string(),
        (0, _) => rest_text,
        _ => format!("{bytes} and {rest_text}"),
    }
}

impl Layout {
    /// `bytes` of this type as hexadecimal digits, one line for each field; bytes of a hole are
    /// shown as such, and bit fields by value too. What `bytes` is too short for is left out.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?;
    /// let s = s.define(|r| r.field("a", Type::U16).bits("b", Type::UINT, 3))?;
    /// let dump = s.at(&Target::X86_64_LINUX)?.hex_dump(&[1, 2, 5, 0]);
    /// assert!(dump.contains("01 02") && dump.contains("b = 0x5"), "{dump}");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn hex_dump(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        let mut end = 0;
        for field in self.fields() {
            let (from, to) = (field.offset(), field.offset() + field.size());
            if from > end && !self.is_union() {
                row(&mut text, bytes, end, from, "(hole)");
            }
            let name = if field.name().is_empty() { "(unnamed)" } else { field.name() };
            row(&mut text, bytes, from, to, &shown(field, name, bytes));
            end = end.max(to);
        }
        if end < self.size() {
            row(&mut text, bytes, end, self.size(), "(padding)");
        }
        text
    }
}

fn shown(field: &FieldLayout, name: &str, bytes: &[u8]) -> String {
    match field.bits().and_then(|b| b.read(bytes, field.endian())) {
        Some(value) => format!("{name} = {value:#x}"),
        None => name.to_owned(),
    }
}

/// Sixteen bytes a line; the name stands beside the first.
fn row(text: &mut String, bytes: &[u8], from: u64, to: u64, name: &str) {
    let clamp = |n: u64| usize::try_from(n).map_or(bytes.len(), |n| n.min(bytes.len()));
    let part = &bytes[clamp(from)..clamp(to).max(clamp(from))];
    for (i, line) in part.chunks(16).enumerate() {
        let digits: Vec<String> = line.iter().map(|b| format!("{b:02x}")).collect();
        let offset = from + 16 * i as u64;
        let name = if i == 0 { name } else { "" };
        let _ = writeln!(
            text,
            "{}",
            format!("{offset:>6}  {:<47}  {name}", digits.join(" ")).trim_end()
        );
    }
}
