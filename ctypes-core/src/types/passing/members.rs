//! The members of a record, from which its census is made.

use crate::layout::passing::{Aggregate, Census, LeafClass, Speaker};
use crate::layout::{BitRange, ByteSpan, RecordKind, RecordRules};
use crate::target::{Abi, Extent, Target};
use crate::types::bit_plan::{Around, Form, Run, rust_align};
use crate::types::record::{FieldRole, FieldRules};

/// The members of a record as they come; in Rust, with what `#[bitfield]` stores bit fields in.
pub(super) struct Members<'t> {
    all: Aggregate,
    /// Where the record is in the outermost one.
    at: u64,
    whole: Extent,
    /// What was planned together: the whole, but of a generic struct.
    pub(super) planned: Extent,
    rules: RecordRules,
    target: &'t Target,
    speaker: Speaker,
    has_bits: bool,
    /// Where the member before ends.
    rust_end: u64,
    /// The bytes of the bit fields since then; the end is 0 if none of them has bits.
    run: Option<(u64, u64)>,
    is_doubtful: bool,
}

impl<'t> Members<'t> {
    pub(super) const fn new(
        rules: RecordRules,
        at: u64,
        whole: Extent,
        target: &'t Target,
        speaker: Speaker,
    ) -> Members<'t> {
        // Rust has no struct that is packed and aligned; the one of `#[bitfield]` has blocks of bytes.
        let is_block = (rules.packed || rules.pack.is_some()) && rules.align.is_some();
        Members {
            all: Aggregate::new(rules.kind),
            at,
            whole,
            planned: whole,
            rules,
            target,
            speaker,
            has_bits: false,
            rust_end: 0,
            run: None,
            is_doubtful: speaker.is_rustc() && is_block,
        }
    }

    /// Where a member is in the outermost record, as far as it matters: behind the first 16 bytes only how
    /// it is aligned does.
    pub(super) const fn place_of(&self, offset: u64) -> u64 {
        let at = self.at.saturating_add(offset);
        if at < 16 { at } else { 16 + at % 16 }
    }

    /// The alignment of a member in this record.
    const fn member_align(&self, of_type: u64, own: FieldRules) -> u64 {
        let of_type = if self.rules.packed || own.packed { 1 } else { of_type };
        let align = match own.align {
            Some(n) if n > of_type => n,
            _ => of_type,
        };
        match self.rules.pack {
            Some(pack) if pack < align => pack,
            _ => align,
        }
    }

    pub(super) const fn plain(
        &mut self,
        offset: u64,
        extent: Extent,
        own: FieldRules,
        census: &Census,
    ) {
        self.close(offset, rust_align(extent.align, &self.rules, Form::Fields));
        if self.speaker.is_rustc() && (own.align.is_some() || own.packed) {
            self.is_doubtful = true;
        }
        let place = self.place_of(offset);
        // clang asks it of members of no size too.
        let is_asked = match self.speaker {
            Speaker::Gcc => false,
            Speaker::Clang => true,
            Speaker::Rustc => extent.size != 0,
        };
        if is_asked && !place.is_multiple_of(extent.align) {
            self.all.add_unaligned();
        }
        let align = self.member_align(extent.align, own);
        match own.role {
            FieldRole::Flexible => self.all.add(&Census::flexible(align), align),
            _ => self.all.add(census, align),
        }
        if let Some(align) = own.align {
            self.all.demand(align);
        }
        self.rust_end = offset + extent.size;
    }

    /// The last member, which comes now, is an array of no elements in Rust: in C it may have no length instead, and gcc does
    /// not look into it then.
    pub(super) const fn end_in_none(&mut self, census: &Census) {
        if self.speaker.is_gcc() && self.all.is_changed_by(census) {
            self.is_doubtful = true;
        }
    }

    pub(super) const fn bits(&mut self, bits: BitRange, unit: Extent, own: FieldRules) {
        self.has_bits = true;
        if !self.speaker.is_rustc() {
            // In AAPCS32 the type of a bit field counts for the natural alignment, packed or not.
            let align = match self.target.abi {
                Abi::Aapcs32 => unit.align,
                _ => self.member_align(unit.align, own),
            };
            let there = BitRange { byte: self.place_of(bits.byte), ..bits };
            let census = if self.speaker.is_gcc() && matches!(self.rules.kind, RecordKind::Union) {
                // gcc sees integers of their width, even of no bits.
                let size = (bits.width as u64).div_ceil(8).next_power_of_two();
                let (class, unit) = (LeafClass::Integer, Extent::new(size, size));
                Census::leaf(there.byte, unit, class, self.target, self.speaker)
            } else {
                Census::bits(there, own.has_name(), self.target, self.speaker)
            };
            // gcc takes such a bit field for an ordinary one, which must not be unaligned in any record around it.
            if self.speaker.is_gcc()
                && bits.is_aligned_integer()
                && !there.is_aligned_integer()
                && !(self.rules.packed || own.packed)
            {
                self.is_doubtful |= self.rules.pack.is_some();
                self.all.add_unaligned();
            }
            return self.all.add(&census, align);
        }
        if own.align.is_some() || own.packed || matches!(self.rules.kind, RecordKind::Union) {
            self.is_doubtful = true;
        }
        if self.is_doubtful {
            return;
        }
        let ByteSpan { offset, size } = bits.bytes();
        let (from, to) = match self.run {
            Some(run) => run,
            None => (u64::MAX, 0),
        };
        self.run = Some(match size {
            0 => (from, to),
            _ => (
                if offset < from { offset } else { from },
                if offset + size > to { offset + size } else { to },
            ),
        });
    }

    /// Adds what Rust stores the bit fields in that were before `next`.
    pub(super) const fn close(&mut self, next: u64, next_align: u64) {
        let Some((from, to)) = self.run else { return };
        self.run = None;
        if from != u64::MAX && from < self.rust_end {
            // Only where members overlap, which Rust's cannot.
            self.is_doubtful = true;
            return;
        }
        let around = Around { rust_end: self.rust_end, next, next_align };
        let run =
            Run::between(from, to, around, self.planned, &self.rules, Form::Fields, self.target);
        let (start, len) = (run.start as u64, run.len as u64);
        if run.lead != 0 {
            let at = self.place_of(self.rust_end);
            self.all.add(&Census::filler(at, run.lead as u64), 1);
        }
        let at = self.place_of(start);
        if run.is_integer {
            let align = if len == 8 { self.target.align8 as u64 } else { len };
            let extent = Extent::new(len, align);
            if !at.is_multiple_of(align) {
                self.all.add_unaligned();
            }
            let leaf = Census::leaf(at, extent, LeafClass::Integer, self.target, self.speaker);
            self.all.add(&leaf, align);
        } else if len != 0 {
            self.all.add(&Census::bytes(at, len, 1), 1);
        }
        if run.tail != 0 {
            let at = self.place_of(start + len);
            self.all.add(&Census::filler(at, run.tail as u64), 1);
        }
        self.rust_end = start + len + run.tail as u64;
    }

    pub(super) const fn finish(mut self) -> Census {
        self.close(self.whole.size, self.whole.align);
        if self.speaker.is_rustc() && self.has_bits {
            if self.whole.align > 16 {
                self.is_doubtful = true;
            }
            // The hidden member of no elements that aligns the struct.
            self.all.add(&Census::NOTHING, self.whole.align);
        }
        if self.is_doubtful {
            return Census::DOUBTFUL;
        }
        // What has bit fields is aligned by a member in Rust.
        if let Some(align) = self.rules.align
            && !(self.speaker.is_rustc() && self.has_bits)
        {
            // Around it clang counts all of its alignment then, rustc what `repr` says.
            match self.speaker {
                Speaker::Rustc => self.all.demand(align),
                _ => self.all.demand_of_whole(align, self.whole.align),
            }
        }
        self.all.finish(self.whole, self.speaker)
    }
}
