//! How `#[bitfield]` lays out a Rust struct, so that rustc puts every byte where C has it: which bytes
//! hold each run of bit fields, and what goes between the members.
//!
//! Positions come from the layout algorithm. What rustc then made of the struct is asserted by the
//! expansion, so that a mistake here is a compile error and never a wrong offset.

use super::Type;
use super::record::FieldRules;
use super::verify::{FieldOf, fault_of};
use crate::layout::{BitRange, FieldShape, LayoutFault, RecordCursor, RecordRules};
use crate::target::{Compiler, Extent, Target};

/// A member, of which the plan wants to know no more than this.
#[derive(Debug)]
pub struct Planned {
    /// Its type; of a pointer any pointer, since the type that it leads to may be the one being made.
    pub ty: &'static Type,
    /// What is said of it.
    pub rules: FieldRules,
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

impl Run {
    /// Whether it is where its type would be if nothing were packed: rustc passes a record with a scalar
    /// elsewhere in memory (psABI 3.2.3), while to C these are bits.
    const fn is_aligned(&self) -> bool {
        !self.is_integer || self.start.is_multiple_of(natural_align(self.len as u64) as usize)
    }
}

/// The alignment of an integer of so many bytes.
const fn natural_align(size: u64) -> u64 {
    if size == 8 { Target::NATIVE.align8 as u64 } else { size }
}

/// The plan of a record with `FIELDS` members, `RUNS` of which are runs of bit fields.
#[derive(Debug)]
pub struct BitPlan<const FIELDS: usize, const RUNS: usize> {
    /// The bits of each bit field from the start of its run.
    pub fields: [BitRange; FIELDS],
    /// The runs in order.
    pub runs: [Run; RUNS],
    /// The alignment of the record.
    pub align: usize,
    /// Whether rustc passes the struct by value as C does, if it does so for the ordinary members.
    pub by_value: bool,
    fault: Option<(usize, LayoutFault)>,
}

const NO_BITS: BitRange = BitRange { byte: 0, bit: 0, width: 0 };
const NO_RUN: Run = Run { start: 0, is_integer: false, len: 0, lead: 0, tail: 0 };

impl<const FIELDS: usize, const RUNS: usize> BitPlan<FIELDS, RUNS> {
    /// The plan for these members.
    pub const fn new(rules: RecordRules, members: &[Planned; FIELDS]) -> Self {
        let mut plan = BitPlan {
            fields: [NO_BITS; FIELDS],
            runs: [NO_RUN; RUNS],
            align: 1,
            by_value: true,
            fault: None,
        };
        let whole = match plan.place(rules, members) {
            Ok(extent) => extent,
            Err(fault) => {
                plan.fault = Some(fault);
                plan.fields = [NO_BITS; FIELDS];
                return plan;
            }
        };
        plan.align = whole.align as usize;
        plan.by_value = whole.align <= 8 && passes_bits_as_integers(members);
        let mut field = 0;
        while field < FIELDS {
            plan.by_value = plan.by_value && !plan.fields[field].is_unaligned_integer();
            field += 1;
        }
        let (mut i, mut run, mut rust_end) = (0, 0, 0);
        while i < FIELDS {
            if members[i].rules.bits.is_none() {
                rust_end = plan.fields[i].byte + members[i].ty.size() as u64;
                i += 1;
                continue;
            }
            let mut end = i;
            while end < FIELDS && members[end].rules.bits.is_some() {
                end += 1;
            }
            let (next, next_align) = match end == FIELDS {
                true => (whole.size, whole.align),
                false => {
                    (plan.fields[end].byte, rust_align(members[end].ty.align() as u64, &rules))
                }
            };
            let placed = plan.run(i, end, Around { rust_end, next, next_align }, whole, &rules);
            rust_end = (placed.start + placed.len + placed.tail) as u64;
            plan.by_value =
                plan.by_value && placed.lead == 0 && placed.tail == 0 && placed.is_aligned();
            plan.runs[run] = placed;
            run += 1;
            i = end;
        }
        plan
    }

    /// Notes where C has each member, from the start of the record.
    const fn place(
        &mut self,
        rules: RecordRules,
        members: &[Planned; FIELDS],
    ) -> Result<Extent, (usize, LayoutFault)> {
        let mut cursor = match RecordCursor::new(rules, &Target::NATIVE) {
            Ok(cursor) => cursor,
            Err(fault) => return Err((0, fault)),
        };
        let mut i = 0;
        while i < FIELDS {
            let ty = members[i].ty;
            // The `void` of a type whose own derive has reported an error.
            let Some(extent) = ty.native_extent() else { return Ok(Extent::new(0, 1)) };
            let shape = FieldShape::plain(extent);
            let placed = match members[i].rules.shape(shape, ty.class_at(&Target::NATIVE)) {
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
        match cursor.finish() {
            Ok(extent) => Ok(extent),
            Err(fault) => Err((FIELDS - 1, fault)),
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
        let Around { rust_end, next, next_align } = around;
        if to == 0 {
            // Only fields of no bits: they move what comes after them.
            (from, to) = (rust_end, rust_end);
        }
        let rounded = (to - from).next_power_of_two();
        let align = rust_align(natural_align(rounded), rules);
        let is_integer = to != from
            && rounded <= 8
            && from + rounded <= next
            && from % align == 0
            && align <= whole.align;
        let (len, align) = if is_integer { (rounded, align) } else { (to - from, 1) };
        let lead = if rust_end.next_multiple_of(align) == from { 0 } else { from - rust_end };
        let after = from + len;
        let tail = if after.next_multiple_of(next_align) == next { 0 } else { next - after };
        i = first;
        while i < end {
            self.fields[i].byte = self.fields[i].byte.saturating_sub(from);
            i += 1;
        }
        Run {
            start: from as usize,
            is_integer,
            len: len as usize,
            lead: lead as usize,
            tail: tail as usize,
        }
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

    /// Panics if rustc put a run elsewhere than C has it.
    #[track_caller]
    pub const fn assert_run(&self, run: usize, offset: usize) {
        assert!(
            self.fault.is_some() || self.runs[run].start == offset,
            "C and Rust disagree on where the bit fields are"
        );
    }
}

/// What is known of the surroundings of a run.
struct Around {
    /// Where the member before it ends.
    rust_end: u64,
    /// Where C has the member after it, or the end of the record.
    next: u64,
    /// The alignment that rustc gives to that.
    next_align: u64,
}

/// The alignment of a member to rustc, in a record of these rules.
const fn rust_align(align: u64, rules: &RecordRules) -> u64 {
    let pack = match rules.pack {
        _ if rules.packed => 1,
        Some(pack) => pack,
        None => return align,
    };
    if pack < align { pack } else { align }
}

/// Whether the calling convention takes a bit field for an integer wherever it is, as it does the
/// bytes in which Rust stores it. RISC-V and LoongArch look at each member, so they are left to the
/// engine. So are fields without a name but by gcc for x86-64, to which they are integers too (to clang
/// they are padding, psABI 3.2.3), and those of no bits everywhere, on which compilers and their versions
/// differ (gcc's changed in 12.1). A record of nothing but fields without a name takes a register but no
/// room on the stack.
const fn passes_bits_as_integers(members: &[Planned]) -> bool {
    let unnamed_count =
        cfg!(target_arch = "x86_64") && matches!(Target::NATIVE.compiler, Compiler::Gcc);
    let (mut i, mut has_names) = (0, false);
    while i < members.len() {
        match members[i].rules.bits {
            Some(0) => return false,
            Some(_) if !members[i].rules.has_name() => {
                if !unnamed_count {
                    return false;
                }
            }
            _ => has_names = true,
        }
        i += 1;
    }
    has_names
        && cfg!(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "x86",
            target_arch = "arm"
        ))
}
