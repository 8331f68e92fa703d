//! Random records.

use super::model::{
    Care, Facts, Field, Form, Kind, MAX_SIZE, Order, Plan, Repr, Role, Spelling, Ty,
};
use super::random::Random;

/// What of a platform decides which records there are.
#[derive(Clone, Copy)]
pub(crate) struct Platform {
    /// Bytes of a pointer, and of `long`.
    pub(crate) word: u64,
    /// Whether C's compiler knows `ms_struct`.
    pub(crate) other_rule: bool,
    /// Whether fields of no bits align the record above its packing (AAPCS), which rustc's `packed` cannot.
    pub(crate) boundaries_align: bool,
    /// Whether it has `__int128`, and the engine passes complex numbers of `long double`.
    pub(crate) wide: bool,
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

/// The size of `long` and of pointers, which differs between platforms.
const WORD: u64 = 99;

/// What a bit field can be of. Sizes bound widths and sizes only; alignments are at most they.
const UNITS: &[Spelling] = &[
    scalar("int", "c_int", 4),
    scalar("unsigned", "c_uint", 4),
    scalar("signed char", "c_schar", 1),
    scalar("unsigned char", "c_uchar", 1),
    scalar("char", "c_char", 1),
    scalar("short", "c_short", 2),
    scalar("unsigned short", "c_ushort", 2),
    scalar("long", "c_long", WORD),
    scalar("unsigned long", "c_ulong", WORD),
    scalar("long long", "c_longlong", 8),
    scalar("unsigned long long", "c_ulonglong", 8),
    scalar("int8_t", "i8", 1),
    scalar("uint16_t", "u16", 2),
    scalar("int32_t", "i32", 4),
    scalar("uint64_t", "u64", 8),
    scalar("size_t", "size_t", WORD),
    told("wchar_t", "Wide", 4),
    told("unsigned long", "Word", WORD),
    scalar("enum unsigned_values", "Raw<UnsignedValues>", 4),
    scalar("enum signed_values", "Raw<SignedValues>", 4),
    scalar("uint8_t", "Raw<ByteValues>", 1),
    scalar("int16_t", "Raw<ShortValues>", 2),
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
    scalar("float _Complex", "Complex<f32>", 8),
    scalar("double _Complex", "Complex<f64>", 16),
    scalar("_Bool", "Raw<bool>", 1),
    scalar("void *", "*mut c_void", WORD),
    scalar("const char *", "*const c_char", WORD),
    scalar("callback", "Option<unsafe extern \"C\" fn(c_int) -> c_int>", WORD),
];

/// Those of which not all bits are a value.
const CAREFUL: &[Spelling] = &[
    care("_Bool", "bool", 1, Care::Bool),
    care("enum unsigned_values", "UnsignedValues", 4, Care::Zero),
    care("enum signed_values", "SignedValues", 4, Care::Zero),
    care("uint8_t", "ByteValues", 1, Care::Zero),
    care("int16_t", "ShortValues", 2, Care::Zero),
];

/// Arguments and results that are no members here.
const WIDE: &[Spelling] = &[
    scalar("__int128", "i128", 16),
    scalar("unsigned __int128", "u128", 16),
    care("long double _Complex", "Complex<LongDouble>", 32, Care::LongDouble),
];

/// What has a byte order of its own.
pub(crate) const ORDERED: &[Spelling] = &[
    scalar("int16_t", "i16", 2),
    scalar("uint16_t", "u16", 2),
    scalar("int32_t", "i32", 4),
    scalar("uint32_t", "u32", 4),
    scalar("int64_t", "i64", 8),
    scalar("uint64_t", "u64", 8),
    scalar("long", "c_long", WORD),
    scalar("unsigned short", "c_ushort", 2),
    scalar("signed char", "i8", 1),
    scalar("float", "f32", 4),
    scalar("double", "f64", 8),
];

/// Bytes, which have none.
const BYTES: &[Spelling] = &[
    scalar("unsigned char", "u8", 1),
    scalar("signed char", "c_schar", 1),
    scalar("char", "c_char", 1),
];

/// What stands around a record in an argument list.
const AROUND: &[Spelling] = &[
    scalar("int", "c_int", 4),
    scalar("double", "c_double", 8),
    scalar("float", "c_float", 4),
    scalar("long", "c_long", WORD),
    scalar("short", "c_short", 2),
];

/// What is passed by value by itself.
#[allow(dead_code, reason = "only the test of signatures passes scalars")]
pub(crate) fn scalars(platform: Platform) -> Vec<Spelling> {
    let wide = if platform.wide { WIDE } else { &[] };
    let all = [UNITS, OTHERS, CAREFUL, wide].concat();
    // A `_Bool` that is an argument is one to C too.
    let careful = |s: Spelling| if s.c == "_Bool" { Spelling { care: Care::Bool, ..s } } else { s };
    all.into_iter().filter(|s| s.size > 0).map(|s| platform.sized(careful(s))).collect()
}

impl Platform {
    /// The type with the size that it has here.
    fn sized(self, spelling: Spelling) -> Spelling {
        let size = if spelling.size == WORD { self.word } else { spelling.size };
        Spelling { size, ..spelling }
    }
}

/// `count` records, the later ones with earlier ones inside.
pub(crate) fn records(seed: u64, count: usize, platform: Platform) -> Vec<Plan> {
    let mut maker = Maker { random: Random(seed), platform, made: Vec::new() };
    while maker.made.len() < count {
        let plan = maker.plan();
        if plan.is_valid(&maker.made) {
            maker.made.push(plan);
        }
    }
    maker.made
}

struct Maker {
    random: Random,
    platform: Platform,
    made: Vec<Plan>,
}

impl Maker {
    fn plan(&mut self) -> Plan {
        let r = &mut self.random;
        let kind = if r.once_in(7) { Kind::Union } else { Kind::Struct };
        let repr = match r.below(11) {
            0 | 1 => Repr::Packed,
            2 | 3 => Repr::Pack(1 << r.below(5)),
            4 => Repr::Align(1 << r.below(6)),
            5 if kind == Kind::Struct && r.once_in(2) => Repr::PackedAlign(1 << r.below(5)),
            _ => Repr::Plain,
        };
        let order = if r.once_in(2) { Order::Big } else { Order::Little };
        let endian = r.once_in(10).then_some(order);
        // A third of the records has no bit fields, a third little else.
        let may_have_bits = kind == Kind::Struct && endian.is_none();
        let bits_in_ten = if may_have_bits { *r.of(&[0, 4, 8]) } else { 0 };
        let around = (self.around(8), self.around(3));
        let r = &mut self.random;
        let ms = self.platform.other_rule && bits_in_ten > 0 && r.once_in(6);
        let mut plan =
            Plan { id: self.made.len(), kind, repr, ms, endian, fields: Vec::new(), around };
        // Few small fields, more often than many large ones: only up to 16 bytes go in registers.
        let most = *r.of(&[2, 4, 8]);
        for i in 0..1 + r.below(most) {
            let field = if self.random.below(10) < bits_in_ten {
                self.bit_field(plan.id, i)
            } else {
                self.field(&plan, i)
            };
            self.add(&mut plan, field);
        }
        // Without any, `#[bitfield]` is an error: such a record is a plain one.
        plan.ms &= plan.has_bits();
        plan.ms &= !(plan.is_packed() && plan.fields.iter().any(|f| f.bits == Some(0)));
        if let (true, Repr::Align(n)) = (plan.has_bits(), plan.repr) {
            plan.repr = Repr::Align(n.min(16));
        }
        plan
    }

    /// Adds a field, if the record may have it.
    fn add(&self, plan: &mut Plan, field: Field) {
        plan.fields.push(field);
        let with = Plan { ms: false, repr: without_align(plan.repr), ..plan.clone() };
        let is_bound = with.is_packed() && self.platform.boundaries_align;
        if !with.is_valid(&self.made) || (is_bound && with.fields.iter().any(|f| f.bits == Some(0)))
        {
            plan.fields.pop();
        }
    }

    fn around(&mut self, most: u64) -> Vec<Spelling> {
        (0..self.random.below(most)).map(|_| self.of(AROUND)).collect()
    }

    /// One of them, with the size that it has here.
    fn of(&mut self, all: &[Spelling]) -> Spelling {
        self.platform.sized(*self.random.of(all))
    }

    fn bit_field(&mut self, id: usize, i: u64) -> Field {
        // Few types in one record, or units are rarely shared.
        let unit = if self.random.once_in(2) { self.of(&UNITS[..4]) } else { self.of(UNITS) };
        let r = &mut self.random;
        let limit = (8 * unit.size).max(1);
        let narrow = limit.min(9);
        let (name, width) = match r.below(9) {
            0 => ("_u", 0),
            1 => ("_u", 1 + r.below(narrow)),
            2 | 3 => ("f", 1 + r.below(limit)),
            4 => ("f", limit),
            _ => ("f", 1 + r.below(narrow)),
        };
        Field {
            name: format!("{name}{id}_{i}"),
            ty: Ty::Scalar(unit),
            bits: Some(width),
            role: Role::Plain,
            form: Form::Plain,
        }
    }

    fn field(&mut self, plan: &Plan, i: u64) -> Field {
        let ty = match plan.endian {
            Some(order) => self.ty_in_order(order, 0),
            None => self.ty(plan, 0),
        };
        let is_record = matches!(ty, Ty::Record(_));
        let role = match self.random.below(3) {
            0 if is_record => Role::Anonymous,
            1 if is_record && i == 0 && plan.kind == Kind::Struct => Role::Base,
            _ => Role::Plain,
        };
        let form = match self.random.below(12) {
            0 if role == Role::Plain => Form::Wrapped,
            // One parameter is enough.
            1 if role == Role::Plain && !plan.is_generic() => Form::Parameter,
            _ => Form::Plain,
        };
        Field { name: format!("f{}_{i}", plan.id), ty, bits: None, role, form }
    }

    fn ty(&mut self, plan: &Plan, depth: u64) -> Ty {
        let may_care = plan.kind == Kind::Struct && depth == 0;
        loop {
            let found = match self.random.below(13) {
                0 | 1 if depth < 2 => {
                    let len = if self.random.once_in(8) { 0 } else { 1 + self.random.below(4) };
                    Ty::Array(Box::new(self.ty(plan, depth + 1)), len)
                }
                2 | 3 if !self.made.is_empty() => self.earlier(),
                4 if may_care => Ty::Scalar(self.of(CAREFUL)),
                5..=7 => Ty::Scalar(self.of(OTHERS)),
                8 => {
                    let order = if self.random.once_in(2) { Order::Big } else { Order::Little };
                    Ty::Ordered(self.of(ORDERED), order)
                }
                // The last two are bit fields' alone: `_Bool` of any bits is no bool elsewhere.
                _ => Ty::Scalar(self.of(&UNITS[..UNITS.len() - 2])),
            };
            let facts = Facts::of(&found, &self.made);
            if (plan.is_packed() && facts.is_aligned)
                || (!may_care && !facts.any_bits)
                || facts.size > MAX_SIZE
            {
                continue;
            }
            return found;
        }
    }

    fn ty_in_order(&mut self, order: Order, depth: u64) -> Ty {
        match self.random.below(8) {
            0 | 1 if depth < 2 => {
                let len = self.random.below(4);
                Ty::Array(Box::new(self.ty_in_order(order, depth + 1)), len)
            }
            2 => match self.made.iter().rev().find(|p| p.endian == Some(order)) {
                Some(plan) => Ty::Record(plan.id),
                None => Ty::Scalar(self.of(BYTES)),
            },
            3 => Ty::Scalar(self.of(BYTES)),
            _ => Ty::Ordered(self.of(ORDERED), order),
        }
    }

    fn earlier(&mut self) -> Ty {
        Ty::Record(self.random.below(self.made.len() as u64) as usize)
    }
}

/// What remains where the alignment of the whole record is not what is judged.
fn without_align(repr: Repr) -> Repr {
    match repr {
        Repr::Align(_) => Repr::Plain,
        other => other,
    }
}
