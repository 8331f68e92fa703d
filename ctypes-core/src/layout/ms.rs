//! Bit fields in storage units: Microsoft's rule as clang has it for `*-windows-msvc`, and as gcc has
//! it on mingw and for `ms_struct`.
//!
//! A bit field shares a unit with the one before it only if their types are of one size and the bits
//! suffice; otherwise a whole new variable of its type is allotted. A width of 0 has an effect only
//! after a bit field.

use super::record::{RecordCursor, Run, explicit, max, round_up};
use super::shape::FieldShape;

impl RecordCursor {
    /// gcc's `ms_struct`, a member without bits.
    pub(super) const fn place_plain_gcc_ms(&mut self, shape: FieldShape) -> u128 {
        let desired = self.limited(self.own_align(&shape));
        let of_type = if self.is_packed(&shape) {
            desired
        } else {
            self.limited(max(shape.extent.align, desired))
        };
        self.raise(of_type);
        let mut start = self.end;
        if self.run.has_bits {
            start += self.run.left;
        }
        start = self.realigned(start, desired as u128 * 8);
        let align = if self.is_packed(&shape) { 1 } else { self.limited(shape.extent.align) };
        start = round_up(start, align as u128 * 8);
        self.run = Run::NONE;
        self.occupy(start, shape.extent.size as u128 * 8)
    }

    /// gcc's `ms_struct`, a bit field: where its bits start, and where its unit does.
    pub(super) const fn place_bits_gcc_ms(
        &mut self,
        shape: FieldShape,
        width: u32,
    ) -> (u128, Option<u128>) {
        let unit = shape.extent.size as u128 * 8;
        let packed = self.is_packed(&shape);
        let type_align = self.limited(shape.extent.align);
        let own = self.limited(explicit(&shape)) as u128 * 8;
        let own = if shape.align.is_some() { own } else { 1 };
        let before = self.run;
        if if width != 0 { !packed } else { before.has_bits } {
            self.raise(self.limited(max(shape.extent.align, explicit(&shape))));
        }
        if self.is_union() {
            return (self.occupy(0, round_up(width as u128, 8)), None);
        }
        let continues = width != 0 && before.has_bits && before.unit == unit;
        if continues && before.left >= width as u128 {
            let start = self.end;
            self.end += width as u128;
            self.run.left -= width as u128;
            return (start, Some(self.run.start));
        }
        let mut start = self.end;
        if before.has_bits {
            start += before.left;
        }
        // The first of a run, and one that no longer fits, obey the alignment that they were given.
        start = self.realigned(start, own);
        let is_new = if before.has_bits { before.unit != unit } else { width != 0 };
        if is_new {
            start = round_up(start, if packed { 8 } else { type_align as u128 * 8 });
        }
        self.run = Run { unit, has_bits: width != 0, left: unit - width as u128, start };
        self.end = start + width as u128;
        (start, Some(start))
    }

    /// `start` at a boundary of `align` bits, for which gcc looks at where the bits before ended and
    /// not at the end of their unit: a boundary there counts, wherever `start` is by now.
    const fn realigned(&self, start: u128, align: u128) -> u128 {
        if self.end.is_multiple_of(align) { start } else { round_up(start, align) }
    }

    /// The rest of the last unit belongs to the record.
    pub(super) const fn end_gcc_ms(&self) -> u128 {
        if self.run.has_bits && !self.is_union() { self.end + self.run.left } else { self.end }
    }

    /// clang's `ms_struct`, a bit field.
    pub(super) const fn place_bits_clang_ms(
        &mut self,
        shape: FieldShape,
        width: u32,
    ) -> (u128, Option<u128>) {
        let unit = shape.extent.size as u128 * 8;
        if self.run.unit != unit || self.run.left < width as u128 {
            self.run.left = 0;
        }
        let after_bits = self.run.unit != 0;
        // Alignments of the field and of its type count, packing by attribute does not.
        let mut align = if !after_bits && width == 0 { 1 } else { shape.extent.size };
        align = max(align, explicit(&shape));
        if width != 0 {
            align = self.limited(align);
        }
        if self.is_union() {
            return (self.occupy(0, if width == 0 { 8 } else { unit }), None);
        }
        self.raise(align);
        if width != 0 && self.run.left >= width as u128 {
            let start = self.end - self.run.left;
            self.run.left -= width as u128;
            return (start, Some(self.run.start));
        }
        // What ends a unit may take back the rest of it, but not what the record has grown to.
        let start = round_up(self.end - self.run.left, align as u128 * 8);
        if width == 0 {
            self.reached = if self.end > self.reached { self.end } else { self.reached };
            self.end = round_up(start, 8);
            self.run = Run::NONE;
        } else {
            self.end = start + unit;
            self.run = Run { unit, has_bits: true, left: unit - width as u128, start };
        }
        (start, Some(start))
    }

    /// Microsoft's rule, a member without bits.
    pub(super) const fn place_plain_msvc(&mut self, shape: FieldShape) -> u128 {
        self.run = Run::NONE;
        let demanded = max(explicit(&shape), shape.demanded);
        self.demanded = max(self.demanded, demanded);
        let align = self.msvc_align(&shape, shape.extent.align, demanded);
        self.raise(align);
        self.occupy(round_up(self.end, align as u128 * 8), shape.extent.size as u128 * 8)
    }

    /// Packing limits an alignment, but not below what attributes demand.
    const fn msvc_align(&self, shape: &FieldShape, own: u64, floor: u64) -> u64 {
        let packed = if self.is_packed(shape) { 1 } else { self.limited(own) };
        max(packed, floor)
    }

    /// Microsoft's rule, a bit field.
    pub(super) const fn place_bits_msvc(
        &mut self,
        shape: FieldShape,
        width: u32,
    ) -> (u128, Option<u128>) {
        let unit = shape.extent.size as u128 * 8;
        // An alignment of its own counts as if it were the type's.
        let demanded = max(explicit(&shape), shape.demanded);
        let own = max(shape.extent.align, demanded);
        let align = self.msvc_align(&shape, own, demanded);
        let run = self.run;
        if width == 0 {
            self.run = Run::NONE;
            if !run.has_bits {
                return (if self.is_union() { 0 } else { self.end }, None);
            }
            if self.is_union() {
                return (self.occupy(0, unit), None);
            }
            self.raise(align);
            return (self.occupy(round_up(self.end, align as u128 * 8), 0), None);
        }
        if self.is_union() {
            self.run.has_bits = true;
            return (self.occupy(0, unit), Some(0));
        }
        if run.has_bits && run.unit == unit && width as u128 <= run.left {
            self.run.left -= width as u128;
            return (self.end - run.left, Some(run.start));
        }
        self.raise(align);
        let start = self.occupy(round_up(self.end, align as u128 * 8), unit);
        self.run = Run { unit, has_bits: true, left: unit - width as u128, start };
        (start, Some(start))
    }

    /// The end and the alignment of a record of Microsoft's compiler, where no record is empty.
    pub(super) const fn end_msvc(&self) -> (u128, u64) {
        let inner = round_up(self.end, self.align as u128 * 8);
        let align = max(self.align, self.demanded);
        let mut rounding = self.limited(align);
        if self.rules.packed {
            rounding = 1;
        }
        let end = round_up(inner, max(rounding, self.demanded) as u128 * 8);
        if end > 0 {
            (end, align)
        } else {
            const EMPTY: u64 = 4;
            // Not a multiple of the alignment: `struct { long long none[0]; }` has size 4.
            (if self.demanded >= EMPTY { align as u128 * 8 } else { EMPTY as u128 * 8 }, align)
        }
    }
}
