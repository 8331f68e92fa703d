//! Random records that the derives and `#[bitfield]` have a form for, each type with its spelling in C and in Rust.
//!
//! Everything a user can write is among them, but for what follows, with the reason:
//! * `packed` together with `align`, and an aligned record or a `long double` inside a packed one: rustc refuses
//!   it (E0587, E0588);
//! * `packed` with Microsoft's rule, or on Arm, and a field of width 0, which raises the alignment above the packing: rustc's
//!   `packed` is a bound, so the derive refuses it;
//! * bit fields directly in a union: the macro takes structs, C's form with a struct inside is among the records;
//! * `aligned` or `packed` on one field, anonymous members, base records: the macros have no attribute for them;
//! * alignments above 16 in a record with bit fields: the macro's hidden member goes no further;
//! * `__int128`, `i128` in Rust, which is no `CType`;
//! * records without fields: the derive refuses them, C knows none;
//! * `bool` and enumerations as themselves in arrays and unions: where C may put any bits, `Raw` is the form for
//!   them, and that is among the records.

use super::random::Random;

/// A record.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) repr: Repr,
    /// Whether the other compiler's rule for bit fields was chosen.
    pub(crate) ms: bool,
    pub(crate) fields: Vec<Field>,
    /// Arguments before and after the record where it is passed by value.
    pub(crate) around: (Vec<Spelling>, Vec<Spelling>),
    is_aligned: bool,
    align: u64,
    size: u64,
    any_bits: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Struct,
    Union,
}

/// What is said of the layout of the whole record.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Repr {
    Plain,
    Packed,
    Pack(u64),
    Align(u64),
}

pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    /// The width, if this is a bit field; a name beginning with `_` is none.
    pub(crate) bits: Option<u64>,
}

/// A scalar type in both languages.
#[derive(Clone, Copy)]
pub(crate) struct Spelling {
    pub(crate) c: &'static str,
    pub(crate) rust: &'static str,
    /// `#[ctype("…")]`, where the Rust type alone does not tell.
    pub(crate) told: Option<&'static str>,
    size: u64,
    /// Which bits are no value in Rust, so that the test must not make them.
    pub(crate) care: Care,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Care {
    None,
    /// 0 and 1 alone.
    Bool,
    /// 0 alone, as far as the test goes.
    Zero,
    /// A long double: not all of its bytes mean something.
    LongDouble,
}

#[derive(Clone)]
pub(crate) enum Ty {
    Scalar(Spelling),
    /// An earlier record.
    Record(usize),
    Array(Box<Ty>, u64),
}

const fn scalar(c: &'static str, rust: &'static str, size: u64) -> Spelling {
    Spelling { c, rust, told: None, size, care: Care::None }
}

const fn told(c: &'static str, rust: &'static str, size: u64) -> Spelling {
    Spelling { told: Some(c), ..scalar(c, rust, size) }
}

const fn care(c: &'static str, rust: &'static str, size: u64, care: Care) -> Spelling {
    Spelling { care, ..scalar(c, rust, size) }
}

/// What a bit field can be of. Sizes are those of 64-bit Linux, and bound widths and sizes only.
const UNITS: &[Spelling] = &[
    scalar("int", "c_int", 4),
    scalar("unsigned", "c_uint", 4),
    scalar("signed char", "c_schar", 1),
    scalar("unsigned char", "c_uchar", 1),
    scalar("char", "c_char", 1),
    scalar("short", "c_short", 2),
    scalar("unsigned short", "c_ushort", 2),
    scalar("long", "c_long", 8),
    scalar("unsigned long", "c_ulong", 8),
    scalar("long long", "c_longlong", 8),
    scalar("unsigned long long", "c_ulonglong", 8),
    scalar("int8_t", "i8", 1),
    scalar("uint16_t", "u16", 2),
    scalar("int32_t", "i32", 4),
    scalar("uint64_t", "u64", 8),
    scalar("size_t", "size_t", 8),
    told("wchar_t", "Wide", 4),
    told("unsigned long", "u64", 8),
    scalar("enum unsigned_values", "Raw<UnsignedValues>", 4),
    scalar("enum signed_values", "Raw<SignedValues>", 4),
    scalar("_Bool", "bool", 0),
    scalar("_Bool", "Raw<bool>", 0),
];

/// What an ordinary field can be beside those, whatever its bits.
const OTHERS: &[Spelling] = &[
    scalar("float", "c_float", 4),
    scalar("double", "c_double", 8),
    scalar("float", "f32", 4),
    scalar("double", "f64", 8),
    care("long double", "LongDouble", 16, Care::LongDouble),
    scalar("_Bool", "Raw<bool>", 1),
    scalar("void *", "*mut c_void", 8),
    scalar("const char *", "*const c_char", 8),
    scalar("callback", "Option<unsafe extern \"C\" fn(c_int) -> c_int>", 8),
];

/// Those of which not all bits are a value.
const CAREFUL: &[Spelling] = &[
    care("_Bool", "bool", 1, Care::Bool),
    care("enum unsigned_values", "UnsignedValues", 4, Care::Zero),
    care("enum signed_values", "SignedValues", 4, Care::Zero),
];

/// What stands around a record in an argument list.
const AROUND: &[Spelling] = &[
    scalar("int", "c_int", 4),
    scalar("double", "c_double", 8),
    scalar("float", "c_float", 4),
    scalar("long", "c_long", 8),
    scalar("short", "c_short", 2),
];

/// A record may have this many bytes, so that any fits the test's memory.
pub(crate) const MAX_SIZE: u64 = 512;

/// `count` records, the later ones with earlier ones inside. `other_rule`: whether C's compiler knows `ms_struct`;
/// `zero_in_packed`: whether a field of width 0 leaves the alignment of a packed record as it is.
pub(crate) fn records(
    seed: u64,
    count: usize,
    other_rule: bool,
    zero_in_packed: bool,
) -> Vec<Plan> {
    let mut random = Random(seed);
    let mut made: Vec<Plan> = Vec::new();
    while made.len() < count {
        let plan = plan(&mut random, &made, other_rule, zero_in_packed);
        if plan.size <= MAX_SIZE {
            made.push(plan);
        }
    }
    made
}

fn plan(r: &mut Random, before: &[Plan], other_rule: bool, zero_in_packed: bool) -> Plan {
    let kind = if r.once_in(7) { Kind::Union } else { Kind::Struct };
    let repr = match r.below(10) {
        0 | 1 => Repr::Packed,
        2 | 3 => Repr::Pack(1 << r.below(5)),
        4 => Repr::Align(1 << r.below(6)),
        _ => Repr::Plain,
    };
    // A third of the records has no bit fields, a third little else.
    let bits_in_ten = if kind == Kind::Union { 0 } else { *r.of(&[0, 4, 8]) };
    let mut plan = Plan {
        name: format!("R{}", before.len()),
        kind,
        repr,
        ms: other_rule && bits_in_ten > 0 && r.once_in(6),
        fields: Vec::new(),
        around: (around(r, 8), around(r, 3)),
        is_aligned: matches!(repr, Repr::Align(_)),
        align: if let Repr::Align(n) = repr { n } else { 1 },
        size: 0,
        any_bits: true,
    };
    // Few small fields, more often than many large ones: only up to 16 bytes go in registers.
    let most = *r.of(&[2, 4, 8]);
    let count = 1 + r.below(most);
    for i in 0..count {
        let field = if r.below(10) < bits_in_ten {
            bit_field(r, i)
        } else {
            let ty = ty(r, &plan, before, 0);
            Field { name: format!("f{i}"), ty, bits: None }
        };
        plan.add(field, before);
    }
    // Without any, `#[bitfield]` is an error: such a record is a plain one.
    plan.ms &= plan.has_bits();
    let is_packed = matches!(plan.repr, Repr::Packed | Repr::Pack(_));
    plan.ms &= !(is_packed && plan.fields.iter().any(|f| f.bits == Some(0)));
    if is_packed && !zero_in_packed {
        plan.repr =
            if plan.fields.iter().any(|f| f.bits == Some(0)) { Repr::Plain } else { plan.repr };
    }
    if plan.has_bits() && plan.align > 16 {
        plan.repr = Repr::Plain;
        plan.align = 16;
    }
    plan
}

fn around(r: &mut Random, most: u64) -> Vec<Spelling> {
    (0..r.below(most)).map(|_| *r.of(AROUND)).collect()
}

fn bit_field(r: &mut Random, i: u64) -> Field {
    // Few types in one record, or units are rarely shared.
    let unit = if r.once_in(2) { UNITS[r.below(4) as usize] } else { *r.of(UNITS) };
    let limit = (8 * unit.size).max(1);
    let narrow = limit.min(9);
    let (name, width) = match r.below(9) {
        0 => ("_u", 0),
        1 => ("_u", 1 + r.below(narrow)),
        2 | 3 => ("f", 1 + r.below(limit)),
        4 => ("f", limit),
        _ => ("f", 1 + r.below(narrow)),
    };
    Field { name: format!("{name}{i}"), ty: Ty::Scalar(unit), bits: Some(width) }
}

fn ty(r: &mut Random, plan: &Plan, before: &[Plan], depth: u64) -> Ty {
    let may_care = plan.kind == Kind::Struct && depth == 0;
    loop {
        let found = match r.below(12) {
            0 | 1 if depth < 2 => {
                let len = if r.once_in(8) { 0 } else { 1 + r.below(4) };
                Ty::Array(Box::new(ty(r, plan, before, depth + 1)), len)
            }
            2 | 3 if !before.is_empty() => Ty::Record(r.below(before.len() as u64) as usize),
            4 if may_care => Ty::Scalar(*r.of(CAREFUL)),
            5..=7 => Ty::Scalar(*r.of(OTHERS)),
            // The last two are bit fields' alone: `_Bool` of any bits is no bool elsewhere.
            _ => Ty::Scalar(*r.of(&UNITS[..UNITS.len() - 2])),
        };
        let facts = Facts::of(&found, before);
        let is_packed = matches!(plan.repr, Repr::Packed | Repr::Pack(_));
        if (is_packed && facts.is_aligned) || (!may_care && !facts.any_bits) {
            continue;
        }
        return found;
    }
}

/// What decides whether a type may stand in a place.
struct Facts {
    is_aligned: bool,
    any_bits: bool,
    /// At least the alignment and the size.
    align: u64,
    size: u64,
}

impl Facts {
    fn of(ty: &Ty, before: &[Plan]) -> Facts {
        match ty {
            Ty::Scalar(s) => Facts {
                is_aligned: s.care == Care::LongDouble,
                any_bits: !matches!(s.care, Care::Bool | Care::Zero),
                align: s.size.max(1),
                size: s.size.max(1),
            },
            Ty::Array(of, len) => {
                let of = Facts::of(of, before);
                Facts { size: of.size * len, ..of }
            }
            Ty::Record(i) => {
                let Plan { is_aligned, align, size, any_bits, .. } = before[*i];
                Facts { is_aligned, any_bits, align, size: size.next_multiple_of(align) }
            }
        }
    }
}

impl Plan {
    pub(crate) fn has_bits(&self) -> bool {
        self.fields.iter().any(|f| f.bits.is_some())
    }

    /// Adds a field, if a record of bit fields may have it.
    fn add(&mut self, field: Field, before: &[Plan]) {
        let facts = Facts::of(&field.ty, before);
        if facts.align > 16 && (self.has_bits() || field.bits.is_some()) {
            return;
        }
        if field.bits.is_some() && self.fields.iter().any(|f| Facts::of(&f.ty, before).align > 16) {
            return;
        }
        self.is_aligned |= facts.is_aligned;
        self.any_bits &= facts.any_bits;
        self.align = self.align.max(facts.align);
        // Each field as if it had to be moved by a whole alignment: too much is as good.
        self.size += facts.size + facts.align;
        self.fields.push(field);
    }

    /// The fields that C can name.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| !f.name.starts_with('_'))
    }
}
