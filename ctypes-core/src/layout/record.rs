//! Placing the members of one record, in order: what all rules have in common.
//!
//! Checks what it is told (alignments, widths, sizes) before any rule sees it, so that the rules
//! themselves work on sound numbers and cannot overflow: positions are counted in bits as `u128`.

use super::shape::{FieldShape, Placement, RecordKind, RecordRules};
use super::{BitRange, ByteSpan, LayoutFault, check_alignment};
use crate::target::{BitRule, Compiler, Extent, Target};

/// The state of a record whose members are placed one after the other.
///
/// ```
/// use ctypes_core::layout::{FieldShape, RecordCursor, RecordKind, RecordRules};
/// use ctypes_core::target::{Extent, Target};
///
/// // struct { char c; double d; unsigned flags : 3; } on i386 Linux
/// let rules = RecordRules::plain(RecordKind::Struct);
/// let mut cursor = RecordCursor::new(rules, &Target::I686_LINUX)?;
/// cursor.place(FieldShape::plain(Extent::new(1, 1)))?;
/// assert_eq!(cursor.place(FieldShape::plain(Extent::new(8, 4)))?.offset, 4);
/// let flags = cursor.place(FieldShape::bits(Extent::new(4, 4), 3))?.bits.unwrap();
/// assert_eq!((flags.byte, flags.bit, flags.width), (12, 0, 3));
/// assert_eq!(cursor.finish()?, Extent::new(16, 4));
/// # Ok::<(), ctypes_core::layout::LayoutFault>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RecordCursor {
    pub(super) rules: RecordRules,
    pub(super) target: Target,
    /// The pack value in force, in bytes.
    pub(super) pack: Option<u64>,
    /// Where the next member may start, in bits; of a union, the largest end.
    pub(super) end: u128,
    /// The largest end that was ever reached, which the next member may start before.
    pub(super) reached: u128,
    /// Alignment of the record so far, in bytes.
    pub(super) align: u64,
    /// The part of `align` that attributes demand, for Microsoft's rule.
    pub(super) demanded: u64,
    /// The storage unit that is being filled, for the rules that have one.
    pub(super) run: Run,
}

/// The bit field before, as the rules with storage units remember it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Bits of the unit's type; 0 if the member before was no bit field.
    pub(super) unit: u128,
    /// Whether the bit field before had bits.
    pub(super) has_bits: bool,
    /// Bits of the unit that are still free.
    pub(super) left: u128,
    /// Where the unit starts.
    pub(super) start: u128,
}

impl Run {
    pub(super) const NONE: Run = Run { unit: 0, has_bits: false, left: 0, start: 0 };
}

/// Which algorithm lays out a record.
#[derive(Clone, Copy)]
enum Rule {
    Gcc,
    Clang,
    GccMs,
    ClangMs,
    Msvc,
}

impl RecordCursor {
    /// Starts an empty record.
    ///
    /// # Errors
    /// [`LayoutFault::BadAlignment`] if the pack value, the alignment or the target's boundary is none,
    /// [`LayoutFault::NoSuchRule`] if the target has no compiler with the rule that is asked for.
    pub const fn new(rules: RecordRules, target: &Target) -> Result<RecordCursor, LayoutFault> {
        let align = match rules.align {
            None => 1,
            Some(n) => match check_alignment(n) {
                Ok(n) => n,
                Err(e) => return Err(e),
            },
        };
        let pack = match rules.pack {
            None => None,
            Some(n) => match check_alignment(n) {
                // Microsoft's compiler ignores a pack value above the size of a pointer.
                Ok(n) if is_msvc(target) && n > target.pointer as u64 => None,
                Ok(n) => Some(n),
                Err(e) => return Err(e),
            },
        };
        if !target.bit_types_align
            && let Err(e) = check_alignment(target.zero_width_boundary as u64)
        {
            return Err(e);
        }
        if let Some(rule) = rules.bit_rule
            && rule as u8 != target.bit_rule as u8
            && !target.bit_rule_by_attribute
        {
            return Err(LayoutFault::NoSuchRule);
        }
        Ok(RecordCursor {
            rules,
            target: *target,
            pack,
            end: 0,
            reached: 0,
            // Microsoft's rule adds the attribute's alignment only when the record is finished.
            align: if is_msvc(target) { 1 } else { align },
            demanded: align,
            run: Run::NONE,
        })
    }

    const fn rule(&self) -> Rule {
        let bits = match self.rules.bit_rule {
            Some(rule) => rule,
            None => self.target.bit_rule,
        };
        match (self.target.compiler, bits) {
            (Compiler::Gcc, BitRule::Gcc) => Rule::Gcc,
            (Compiler::Gcc, BitRule::Ms) => Rule::GccMs,
            (Compiler::Clang, BitRule::Gcc) => Rule::Clang,
            (Compiler::Clang, BitRule::Ms) => Rule::ClangMs,
            (Compiler::Msvc, _) => Rule::Msvc,
        }
    }

    /// Places the next member.
    ///
    /// # Errors
    /// [`LayoutFault::TooLarge`] if the record would outgrow the target, the other faults if the
    /// member has an alignment that is none or a width that its type does not allow.
    pub const fn place(&mut self, shape: FieldShape) -> Result<Placement, LayoutFault> {
        if let Err(fault) = check(&shape) {
            return Err(fault);
        }
        let Some(bits) = shape.bits else {
            let start = match self.rule() {
                Rule::Gcc | Rule::Clang | Rule::ClangMs => self.place_plain(shape),
                Rule::GccMs => self.place_plain_gcc_ms(shape),
                Rule::Msvc => self.place_plain_msvc(shape),
            };
            return match self.check_size() {
                Ok(()) => Ok(Placement {
                    offset: (start / 8) as u64,
                    bits: None,
                    unit: ByteSpan { offset: (start / 8) as u64, size: shape.extent.size },
                }),
                Err(fault) => Err(fault),
            };
        };
        let (start, unit) = match self.rule() {
            Rule::Gcc => (self.place_bits_gcc(shape, bits.width), None),
            Rule::Clang => (self.place_bits_clang(shape, bits.width), None),
            Rule::GccMs => self.place_bits_gcc_ms(shape, bits.width),
            Rule::ClangMs => self.place_bits_clang_ms(shape, bits.width),
            Rule::Msvc => self.place_bits_msvc(shape, bits.width),
        };
        if let Err(fault) = self.check_size() {
            return Err(fault);
        }
        let range = BitRange::at(start, bits.width);
        let unit = match unit {
            Some(start) => ByteSpan { offset: (start / 8) as u64, size: shape.extent.size },
            None => aligned_unit(start, bits.width, shape.extent, range),
        };
        Ok(Placement { offset: range.byte, bits: Some(range), unit })
    }

    /// The size, tail padding included, and the alignment of the record.
    ///
    /// # Errors
    /// [`LayoutFault::TooLarge`] if the tail padding outgrows the target.
    pub const fn finish(&self) -> Result<Extent, LayoutFault> {
        let (end, align) = match self.rule() {
            Rule::GccMs => (self.end_gcc_ms(), self.align),
            Rule::Msvc => self.end_msvc(),
            _ => (if self.end > self.reached { self.end } else { self.reached }, self.align),
        };
        let rounding = if is_msvc(&self.target) { 8 } else { align as u128 * 8 };
        let size = round_up(end, rounding) / 8;
        if size > self.target.max_size() as u128 {
            return Err(LayoutFault::TooLarge);
        }
        Ok(Extent::new(size as u64, align))
    }

    const fn check_size(&self) -> Result<(), LayoutFault> {
        if self.end.div_ceil(8) > self.target.max_size() as u128 {
            return Err(LayoutFault::TooLarge);
        }
        Ok(())
    }

    /// The smaller of an alignment and the pack value, in bytes.
    pub(super) const fn limited(&self, align: u64) -> u64 {
        match self.pack {
            Some(pack) if pack < align => pack,
            _ => align,
        }
    }

    /// Whether `packed` is said of the member or of the whole record.
    pub(super) const fn is_packed(&self, shape: &FieldShape) -> bool {
        self.rules.packed || shape.packed
    }

    pub(super) const fn is_union(&self) -> bool {
        matches!(self.rules.kind, RecordKind::Union)
    }

    pub(super) const fn raise(&mut self, align: u64) {
        self.align = max(self.align, align);
    }

    /// Gives `bits` their place at `start`, which a union ignores.
    pub(super) const fn occupy(&mut self, start: u128, bits: u128) -> u128 {
        let start = if self.is_union() { 0 } else { start };
        let end = start + bits;
        if !self.is_union() || end > self.end {
            self.end = end;
        }
        start
    }

    /// Places a member without bits as gcc and clang do.
    pub(super) const fn place_plain(&mut self, shape: FieldShape) -> u128 {
        let align = self.limited(self.own_align(&shape));
        self.raise(align);
        self.run = Run::NONE;
        self.occupy(round_up(self.end, align as u128 * 8), shape.extent.size as u128 * 8)
    }

    /// The alignment that `__alignof__(s.m)` tells of a member without bits at byte `offset` of a record
    /// whose extent is `whole`: gcc's is what attributes and packing made of that of its type; clang's, for
    /// Microsoft's ABI too, no more than the member's place in the record keeps.
    pub(crate) const fn told_align(&self, shape: &FieldShape, offset: u64, whole: Extent) -> u64 {
        let own = self.own_align(shape);
        if matches!(self.target.compiler, Compiler::Gcc) {
            return self.limited(own);
        }
        // The greatest power of two that divides the offset, of which 0 has all.
        let divisor = if offset == 0 { whole.align } else { 1 << offset.trailing_zeros() };
        let kept = if divisor < whole.align { divisor } else { whole.align };
        if self.is_packed(shape) || own < kept { own } else { kept }
    }

    /// What attributes make of the alignment of a member without bits: `packed` undoes that of its
    /// type, and only its own `aligned` undoes that.
    pub(super) const fn own_align(&self, shape: &FieldShape) -> u64 {
        let of_type = if self.is_packed(shape) { 1 } else { shape.extent.align };
        max(of_type, explicit(shape))
    }
}

/// The alignment that is said of the member itself, in bytes; 1 if none is.
pub(super) const fn explicit(shape: &FieldShape) -> u64 {
    match shape.align {
        Some(n) => n,
        None => 1,
    }
}

const fn is_msvc(target: &Target) -> bool {
    matches!(target.compiler, Compiler::Msvc)
}

const fn check(shape: &FieldShape) -> Result<(), LayoutFault> {
    if let Err(fault) = check_alignment(shape.extent.align) {
        return Err(fault);
    }
    if let Err(fault) = check_alignment(shape.demanded) {
        return Err(fault);
    }
    if let Err(fault) = check_alignment(explicit(shape)) {
        return Err(fault);
    }
    match shape.bits {
        Some(_) if shape.extent.size > 16 || !shape.extent.size.is_power_of_two() => {
            Err(LayoutFault::NotAnInteger)
        }
        Some(bits) if bits.width == 0 && shape.named => Err(LayoutFault::NamedZeroWidth),
        Some(bits)
            if bits.width > bits.limit || bits.width as u128 > shape.extent.size as u128 * 8 =>
        {
            Err(LayoutFault::TooWide { width: bits.width, limit: bits.limit })
        }
        _ => Ok(()),
    }
}

/// The unit of the declared type, at a multiple of its alignment, that holds all the bits.
const fn aligned_unit(start: u128, width: u32, unit: Extent, range: BitRange) -> ByteSpan {
    let align = unit.align as u128 * 8;
    let from = start / align * align;
    if start + width as u128 <= from + unit.size as u128 * 8 {
        ByteSpan { offset: (from / 8) as u64, size: unit.size }
    } else {
        range.bytes()
    }
}

pub(super) const fn round_up(n: u128, to: u128) -> u128 {
    n.next_multiple_of(to)
}

pub(super) const fn max(a: u64, b: u64) -> u64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever it is told, the algorithm answers: with a fault, or with numbers that fit the target.
    #[test]
    fn nothing_panics() {
        let mut state = 1_u64;
        let mut next = |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let odd = [0, 1, 2, 3, 4, 8, 16, 64, 1 << 28, 1 << 29, 1 << 62, u64::MAX >> 1, u64::MAX];
        for _ in 0..50_000 {
            let mut some = |n: u64| (next(n) == 0).then(|| odd[next(odd.len() as u64) as usize]);
            let kind = if some(4).is_some() { RecordKind::Union } else { RecordKind::Struct };
            let rules = RecordRules {
                pack: some(6),
                align: some(6),
                packed: some(4).is_some(),
                ..RecordRules::plain(kind)
            };
            let mut target = Target::ALL[next(Target::ALL.len() as u64) as usize];
            if next(10) == 0 {
                target.pointer = next(256) as u8;
                target.zero_width_boundary = next(256) as u8;
                target.bit_types_align = next(2) == 0;
            }
            let Ok(mut cursor) = RecordCursor::new(rules, &target) else { continue };
            for _ in 0..next(6) {
                let extent = Extent::new(odd[next(odd.len() as u64) as usize], 1 << next(6));
                let mut shape = match next(3) {
                    0 => FieldShape::plain(extent),
                    _ => FieldShape::bits(extent, next(140) as u32),
                };
                shape.named = next(3) != 0;
                shape.packed = next(5) == 0;
                shape.align = (next(6) == 0).then(|| odd[next(odd.len() as u64) as usize]);
                if let Ok(placed) = cursor.place(shape) {
                    assert!(placed.offset <= target.max_size());
                }
            }
            if let Ok(whole) = cursor.finish() {
                assert!(
                    whole.size <= target.max_size() && whole.align.is_power_of_two(),
                    "{whole:?} {cursor:?}"
                );
            }
        }
    }
}
