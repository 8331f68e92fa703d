//! How `#[bitfield]` lays out a Rust struct, so that rustc puts every byte where C has it: which bytes
//! hold each run of bit fields, and what goes between the members.
//!
//! What Rust cannot write at all (records that are packed and aligned, or packed around something that is
//! aligned) is written in bytes, each member at the place that the plan says ([`Form::Bytes`]).
//!
//! Positions come from the layout algorithm. What rustc then made of the struct is asserted by the
//! expansion, so that a mistake here is a compile error and never a wrong offset.

use super::Type;
use super::message::Message;
use super::record::FieldRules;
use super::verify::{FieldOf, fault_of};
use crate::layout::{BitRange, FieldShape, LayoutFault, RecordCursor, RecordRules};
use crate::target::{Extent, Target};

/// A member, of which the plan wants to know no more than this.
#[derive(Debug)]
pub struct Planned {
    /// Its type; of a pointer any pointer, since the type that it leads to may be the one being made.
    pub ty: &'static Type,
    /// What is said of it.
    pub rules: FieldRules,
}

/// How the Rust struct holds the members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Ordinary members are fields of their types.
    Fields,
    /// As `Fields`; behind the members of the plan come others whose types are not known yet.
    Open,
    /// Ordinary members are bytes ([`Unaligned`](super::bit_storage::Unaligned)).
    Bytes,
    /// All members share one place ([`Overlay`](super::overlay::Overlay)): a union.
    Overlay,
}

/// Consecutive bit fields, in one member of the Rust struct.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Where it starts, from the start of the record.
    pub start: usize,
    /// Whether it is an integer.
    pub is_integer: bool,
    /// How many bytes.
    pub len: usize,
    /// Padding before it that rustc does not add by itself.
    pub lead: usize,
    /// Padding after it that rustc does not add by itself.
    pub tail: usize,
}

/// The plan of a record with `FIELDS` members, `RUNS` of which are runs of bit fields.
#[derive(Debug)]
pub struct BitPlan<const FIELDS: usize, const RUNS: usize> {
    /// The bits of each bit field from the start of its run.
    pub fields: [BitRange; FIELDS],
    /// The runs in order.
    pub runs: [Run; RUNS],
    /// Padding before each ordinary member of [`Form::Bytes`].
    pub leads: [usize; FIELDS],
    /// Padding behind an ordinary member of [`Form::Bytes`] that is the last.
    pub tail: usize,
    /// The size of the record; of [`Form::Open`] that of its part here.
    pub size: usize,
    /// The alignment of the record; of [`Form::Open`] that of its part here.
    pub align: usize,
    fault: Option<(usize, LayoutFault)>,
    /// Whether there is a plan, or an error that is told elsewhere.
    is_planned: bool,
}

const NO_BITS: BitRange = BitRange { byte: 0, bit: 0, width: 0 };
const NO_RUN: Run = Run { start: 0, is_integer: false, len: 0, lead: 0, tail: 0 };

impl<const FIELDS: usize, const RUNS: usize> BitPlan<FIELDS, RUNS> {
    /// The plan for these members.
    pub const fn new(rules: RecordRules, members: &[Planned; FIELDS], form: Form) -> Self {
        let mut plan = BitPlan {
            fields: [NO_BITS; FIELDS],
            runs: [NO_RUN; RUNS],
            leads: [0; FIELDS],
            tail: 0,
            size: 0,
            align: 1,
            fault: None,
            is_planned: false,
        };
        let (whole, open) = match plan.place(rules, members) {
            Ok(Some(found)) => found,
            Ok(None) => {
                plan.fields = [NO_BITS; FIELDS];
                return plan;
            }
            Err(fault) => {
                plan.fault = Some(fault);
                plan.fields = [NO_BITS; FIELDS];
                return plan;
            }
        };
        plan.is_planned = true;
        (plan.size, plan.align) = (whole.size as usize, whole.align as usize);
        if matches!(form, Form::Overlay) {
            return plan;
        }
        let (mut i, mut run, mut rust_end) = (0, 0, 0);
        while i < FIELDS {
            if members[i].rules.bits.is_none() {
                if matches!(form, Form::Bytes) {
                    plan.leads[i] = (plan.fields[i].byte - rust_end) as usize;
                }
                rust_end = plan.fields[i].byte + members[i].ty.size() as u64;
                i += 1;
                continue;
            }
            let mut end = i;
            while end < FIELDS && members[end].rules.bits.is_some() {
                end += 1;
            }
            let (next, next_align) = if end < FIELDS {
                let align = rust_align(members[end].ty.align() as u64, &rules, form);
                (plan.fields[end].byte, align)
            } else if matches!(form, Form::Open) {
                (open, 1)
            } else {
                (whole.size, whole.align)
            };
            let around = Around { rust_end, next, next_align };
            let placed = plan.run(i, end, around, whole, &rules, form);
            rust_end = (placed.start + placed.len + placed.tail) as u64;
            plan.runs[run] = placed;
            run += 1;
            i = end;
        }
        if matches!(form, Form::Bytes) && rust_end.next_multiple_of(whole.align) != whole.size {
            plan.tail = (whole.size - rust_end) as usize;
        }
        plan
    }

    /// Notes where C has each member, from the start of the record. Answers with the extent of all, and
    /// with the place of a byte that would follow; with nothing if a type has an error of its own.
    const fn place(
        &mut self,
        rules: RecordRules,
        members: &[Planned; FIELDS],
    ) -> Result<Option<(Extent, u64)>, (usize, LayoutFault)> {
        let mut cursor = match RecordCursor::new(rules, &Target::NATIVE) {
            Ok(cursor) => cursor,
            Err(fault) => return Err((0, fault)),
        };
        let mut i = 0;
        while i < FIELDS {
            let ty = members[i].ty;
            // The `void` of a type whose own derive has reported an error.
            let Some(shape) = ty.native_shape() else { return Ok(None) };
            let placed = match members[i].rules.shape(shape, ty, &Target::NATIVE) {
                Ok(shape) => cursor.place(shape),
                Err(fault) => Err(fault),
            };
            self.fields[i] = match placed {
                Err(fault) => return Err((i, fault)),
                Ok(placed) => match placed.bits {
                    Some(bits) => bits,
                    None => BitRange { byte: placed.offset, ..NO_BITS },
                },
            };
            i += 1;
        }
        let mut open = cursor;
        match (cursor.finish(), open.place(FieldShape::plain(Extent::new(1, 1)))) {
            (Ok(extent), Ok(placed)) => Ok(Some((extent, placed.offset))),
            (Err(fault), _) | (_, Err(fault)) => Err((FIELDS - 1, fault)),
        }
    }

    /// Plans the run of the members from `first` up to `end`, and makes their bits relative to it.
    const fn run(
        &mut self,
        first: usize,
        end: usize,
        around: Around,
        whole: Extent,
        rules: &RecordRules,
        form: Form,
    ) -> Run {
        let (mut from, mut to, mut i) = (u64::MAX, 0, first);
        while i < end {
            let bytes = self.fields[i].bytes();
            if bytes.size != 0 {
                from = if bytes.offset < from { bytes.offset } else { from };
                to = if bytes.offset + bytes.size > to { bytes.offset + bytes.size } else { to };
            }
            i += 1;
        }
        let placed = Run::between(from, to, around, whole, rules, form, &Target::NATIVE);
        i = first;
        while i < end {
            self.fields[i].byte = self.fields[i].byte.saturating_sub(placed.start as u64);
            i += 1;
        }
        placed
    }

    /// Panics if C has no such record because of member `index`.
    #[track_caller]
    pub const fn assert_member(&self, index: usize, place: FieldOf) {
        if let Some((found, fault)) = self.fault
            && found == index
        {
            panic!("{}", fault_of(place.message(), fault).as_str())
        }
    }

    /// Panics if rustc put member `index`, which is no bit field, elsewhere than C has it.
    #[track_caller]
    pub const fn assert_offset(&self, index: usize, offset: usize, place: FieldOf) {
        let c_offset = self.fields[index].byte;
        if self.fault.is_none() && c_offset != offset as u64 {
            let message = place.message().text("C and Rust disagree on it: in C it is at offset ");
            let message = message.number(c_offset).text(", in Rust at ").number(offset as u64);
            panic!("{}", message.as_str())
        }
    }

    /// Panics if rustc put a run of that record elsewhere than C has it.
    #[track_caller]
    pub const fn assert_run(&self, run: usize, offset: usize, record: &'static str) {
        let c_offset = self.runs[run].start;
        if self.is_planned && c_offset != offset {
            let message =
                Message::new().text("`").text(record).text("`: C and Rust disagree on where its ");
            let message = message
                .text("bit fields are: in C a run of them is at offset ")
                .number(c_offset as u64);
            panic!("{}", message.text(", in Rust at ").number(offset as u64).as_str())
        }
    }
}

impl Run {
    /// The run of which C has the first byte at `from` and the last before `to`; 0 as `to` means that
    /// there are only fields of no bits, which move what comes after them.
    pub(super) const fn between(
        from: u64,
        to: u64,
        around: Around,
        whole: Extent,
        rules: &RecordRules,
        form: Form,
        target: &Target,
    ) -> Run {
        let Around { rust_end, next, next_align } = around;
        let (from, to) = if to == 0 { (rust_end, rust_end) } else { (from, to) };
        let rounded = (to - from).next_power_of_two();
        let natural = match rounded {
            // A user's target may say anything.
            8 if target.align8 != 0 => target.align8 as u64,
            _ => rounded,
        };
        let align = rust_align(natural, rules, form);
        let is_integer = !matches!(form, Form::Bytes)
            && to != from
            && rounded <= 8
            && from + rounded <= next
            // rustc passes a struct with an unaligned integer through memory, and C's compiler does not.
            && from % natural == 0
            && align <= whole.align;
        let (len, align) = if is_integer { (rounded, align) } else { (to - from, 1) };
        let lead = if rust_end.next_multiple_of(align) == from { 0 } else { from - rust_end };
        let after = from + len;
        let tail = if after.next_multiple_of(next_align) == next { 0 } else { next - after };
        Run {
            start: from as usize,
            is_integer,
            len: len as usize,
            lead: lead as usize,
            tail: tail as usize,
        }
    }
}

/// What is known of the surroundings of a run.
pub(super) struct Around {
    /// Where the member before it ends.
    pub(super) rust_end: u64,
    /// Where C has the member after it, or the end of the record.
    pub(super) next: u64,
    /// The alignment that rustc gives to that.
    pub(super) next_align: u64,
}

/// The alignment of a member to rustc, in a record of these rules.
pub(super) const fn rust_align(align: u64, rules: &RecordRules, form: Form) -> u64 {
    let pack = match rules.pack {
        _ if rules.packed || matches!(form, Form::Bytes) => 1,
        Some(pack) => pack,
        None => return align,
    };
    if pack < align { pack } else { align }
}
