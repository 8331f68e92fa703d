//! Bit fields on Unix: the System V rule as gcc and clang have it, AAPCS included.
//!
//! A bit field goes to the next free bit, unless it would then lie in more units of its type's
//! alignment than a variable of that type does. The alignment of its type counts for the record as if
//! it were an ordinary member, which for unnamed fields only the ARM ABIs do. `packed` and any
//! `#pragma pack` switch off the care for units. A width of 0 ends the unit, `packed` or not.

use super::record::{RecordCursor, explicit, max, round_up};
use super::shape::FieldShape;

impl RecordCursor {
    /// gcc: where the bits of the member start.
    pub(super) const fn place_bits_gcc(&mut self, shape: FieldShape, width: u32) -> u128 {
        let unit = self.type_align(&shape);
        let affects_record = shape.named || self.target.unnamed_bits_align;
        if width == 0 {
            return self.end_unit(&shape, affects_record);
        }
        let mut own = self.limited(explicit(&shape));
        let mut start = self.end;
        // A field of 64 bits at a multiple of 64 is an integer variable to gcc, which a field with
        // an alignment of its own then keeps: `long long x : 64 __attribute__((aligned(2)))` has 8
        // on i386, where a plain one has 4.
        let whole = width == 64 && shape.extent.size == 8 && shape.extent.align < 8;
        let at_start = self.is_union() || start.is_multiple_of(64);
        if whole && at_start && shape.align.is_some() && !self.is_packed(&shape) {
            own = self.limited(max(own, 8));
        }
        if shape.align.is_some() {
            start = round_up(start, own as u128 * 8);
        }
        let packed = self.is_packed(&shape) || !self.target.bit_types_align;
        if !packed && self.pack.is_none() && straddles(start, width, unit, shape.extent.size) {
            start = round_up(start, unit as u128 * 8);
        }
        if affects_record {
            let of_type = if packed && self.pack.is_none() { 1 } else { self.limited(unit) };
            self.raise(max(own, of_type));
        }
        self.occupy_bits(start, width)
    }

    /// clang: as gcc, but for what a field's own alignment does under `#pragma pack`.
    pub(super) const fn place_bits_clang(&mut self, shape: FieldShape, width: u32) -> u128 {
        let unit = self.type_align(&shape);
        let affects_record = shape.named || self.target.unnamed_bits_align;
        if width == 0 {
            return self.end_unit(&shape, affects_record);
        }
        let own = explicit(&shape);
        let packed = self.is_packed(&shape) || !self.target.bit_types_align;
        let mut start = self.end;
        match self.pack {
            None => {
                let align = if packed { own } else { max(unit, own) };
                let aligned = align > 1 || shape.align.is_some() || !packed;
                if aligned
                    && start % (align as u128 * 8) + width as u128 > shape.extent.size as u128 * 8
                {
                    start = round_up(start, align as u128 * 8);
                } else if shape.align.is_some() {
                    start = round_up(start, own as u128 * 8);
                }
                if affects_record {
                    self.raise(align);
                }
            }
            // An alignment above the pack value is not reduced to it, but ignored.
            Some(pack) => {
                if shape.align.is_some() && own <= pack {
                    start = round_up(start, own as u128 * 8);
                }
                if affects_record {
                    self.raise(self.limited(max(unit, own)));
                }
            }
        }
        self.occupy_bits(start, width)
    }

    /// The alignment of a bit field's type, where types matter to bit fields at all.
    const fn type_align(&self, shape: &FieldShape) -> u64 {
        if self.target.bit_types_align { shape.extent.align } else { 1 }
    }

    /// An unnamed field of width 0: the next member starts at a boundary of its type. No packing
    /// changes that.
    const fn end_unit(&mut self, shape: &FieldShape, affects_record: bool) -> u128 {
        let boundary = if self.target.bit_types_align {
            shape.extent.align
        } else {
            self.target.zero_width_boundary as u64
        };
        let align = max(boundary, explicit(shape));
        if affects_record {
            self.raise(align);
        }
        self.occupy(round_up(self.end, align as u128 * 8), 0)
    }

    const fn occupy_bits(&mut self, start: u128, width: u32) -> u128 {
        let bits = width as u128;
        self.occupy(start, if self.is_union() { round_up(bits, 8) } else { bits })
    }
}

/// Whether the bits touch more units of `align` bytes than a type of `size` bytes has.
const fn straddles(start: u128, width: u32, align: u64, size: u64) -> bool {
    let align = align as u128 * 8;
    (start % align + width as u128).div_ceil(align) > size as u128 * 8 / align
}
