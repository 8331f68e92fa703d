//! Records that the derives and `#[bitfield]` have a form for, each type with its spelling in C and in Rust.
//!
//! Everything a user can write is among them, but for what follows, with the reason:
//! * `packed` together with `align` without `#[bitfield]`, and an aligned record or a `long double` inside a packed
//!   one: rustc refuses it (E0587, E0588);
//! * `packed` with Microsoft's rule and a field of width 0, which raises the alignment above the packing: rustc's
//!   `packed` is a bound, so the derive refuses it;
//! * bit fields directly in a union: the macro takes structs, C's form with a struct inside is among the records;
//! * `aligned` or `packed` on one field: the macros have no attribute for them;
//! * alignments above 16 in a record with bit fields: the macro's hidden member goes no further;
//! * `__int128`, `i128` in Rust, which is no `CType`;
//! * records without fields: the derive refuses them, C knows none;
//! * `#[base]` in a record that packs it below its alignment, so that no reference may lead to it (E0793);
//! * `packed` with a field of width 0 on ARM, for the same reason as with Microsoft's rule;
//! * `bool` and enumerations as themselves in arrays and unions: where C may put any bits, `Raw` is the form for
//!   them, and that is among the records.

/// A record.
#[derive(Clone, PartialEq)]
pub(crate) struct Plan {
    /// Later records have greater ones; `R{id}` is the name.
    pub(crate) id: usize,
    pub(crate) kind: Kind,
    pub(crate) repr: Repr,
    /// Whether the other compiler's rule for bit fields was chosen.
    pub(crate) ms: bool,
    /// The byte order of all fields.
    pub(crate) endian: Option<Order>,
    pub(crate) fields: Vec<Field>,
    /// Arguments before and after the record where it is passed by value.
    pub(crate) around: (Vec<Spelling>, Vec<Spelling>),
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
    /// Both, of which `#[bitfield]` makes bytes.
    PackedAlign(u64),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Big,
    Little,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    /// The width, if this is a bit field; a name beginning with `_` is none.
    pub(crate) bits: Option<u64>,
    pub(crate) role: Role,
    pub(crate) form: Form,
}

/// What a field is to its record.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Plain,
    Anonymous,
    /// A record that this one extends: to C a first member as any other.
    Base,
}

/// How Rust spells the type of a field, which C does not see.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    Plain,
    /// As the record's type parameter.
    Parameter,
    /// In a `#[repr(transparent)]` struct.
    Wrapped,
}

/// A scalar type in both languages.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Spelling {
    pub(crate) c: &'static str,
    pub(crate) rust: &'static str,
    /// `#[ctype("…")]`, where the Rust type alone does not tell.
    pub(crate) told: Option<&'static str>,
    pub(crate) size: u64,
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

#[derive(Clone, PartialEq)]
pub(crate) enum Ty {
    Scalar(Spelling),
    /// `Be<…>` or `Le<…>`.
    Ordered(Spelling, Order),
    /// The earlier record of that id.
    Record(usize),
    Array(Box<Ty>, u64),
}

/// A record may have this many bytes, so that any fits the test's memory.
pub(crate) const MAX_SIZE: u64 = 512;

/// What decides whether a type may stand in a place.
pub(crate) struct Facts {
    /// Whether rustc refuses it in a packed record.
    pub(crate) is_aligned: bool,
    pub(crate) any_bits: bool,
    /// At least the alignment and the size.
    pub(crate) align: u64,
    pub(crate) size: u64,
}

impl Facts {
    pub(crate) fn of(ty: &Ty, all: &[Plan]) -> Facts {
        match ty {
            Ty::Scalar(s) | Ty::Ordered(s, _) => Facts {
                is_aligned: s.care == Care::LongDouble,
                any_bits: !matches!(s.care, Care::Bool | Care::Zero),
                align: s.size.max(1),
                size: s.size.max(1),
            },
            Ty::Array(of, len) => {
                let of = Facts::of(of, all);
                Facts { size: of.size * len, ..of }
            }
            Ty::Record(id) => Facts::of_record(record(all, *id), all),
        }
    }

    pub(crate) fn of_record(plan: &Plan, all: &[Plan]) -> Facts {
        let align = match plan.repr {
            Repr::Align(n) | Repr::PackedAlign(n) => n,
            _ => 1,
        };
        let is_aligned = matches!(plan.repr, Repr::Align(_) | Repr::PackedAlign(_));
        let mut facts = Facts { is_aligned, any_bits: true, align, size: 0 };
        for field in &plan.fields {
            let of = Facts::of(&field.ty, all);
            facts.is_aligned |= of.is_aligned;
            facts.any_bits &= of.any_bits;
            facts.align = facts.align.max(of.align.min(plan.packing()));
            // Each field as if it had to be moved by a whole alignment: too much is as good.
            facts.size += of.size + of.align;
        }
        facts.size = facts.size.next_multiple_of(facts.align);
        facts
    }
}

/// The record of that id, which is among all.
pub(crate) fn record(all: &[Plan], id: usize) -> &Plan {
    all.iter().find(|p| p.id == id).expect("a record holds earlier ones alone")
}

impl Ty {
    /// The record that it is or has elements of.
    pub(crate) fn record(&self) -> Option<usize> {
        match self {
            Ty::Record(id) => Some(*id),
            Ty::Array(of, _) => of.record(),
            Ty::Scalar(_) | Ty::Ordered(..) => None,
        }
    }

    /// What is at the bottom of arrays.
    pub(crate) fn element(&self) -> &Ty {
        match self {
            Ty::Array(of, _) => of.element(),
            other => other,
        }
    }
}

impl Field {
    pub(crate) fn is_named(&self) -> bool {
        !self.name.starts_with('_')
    }
}

/// A member with an address, as far as C finds it by its name or through the members without one.
pub(crate) struct Place<'a> {
    /// Its name in `offsetof`.
    pub(crate) c: String,
    /// And in `offset_of!`, unless Rust has it among the bytes of a block.
    pub(crate) rust: Option<String>,
    pub(crate) field: &'a Field,
}

/// A bit field: the path to it in C, and the fields that hold the record it is one of.
pub(crate) struct BitPlace<'a> {
    pub(crate) c: String,
    pub(crate) through: Vec<&'a Field>,
    pub(crate) field: &'a Field,
}

impl Plan {
    pub(crate) fn name(&self) -> String {
        format!("R{}", self.id)
    }

    pub(crate) fn has_bits(&self) -> bool {
        self.fields.iter().any(|f| f.bits.is_some())
    }

    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.repr, Repr::Packed | Repr::Pack(_) | Repr::PackedAlign(_))
    }

    /// No field is aligned above that.
    fn packing(&self) -> u64 {
        match self.repr {
            Repr::Packed | Repr::PackedAlign(_) => 1,
            Repr::Pack(n) => n,
            Repr::Plain | Repr::Align(_) => u64::MAX,
        }
    }

    /// Whether `#[bitfield]` makes bytes of it.
    pub(crate) fn is_block(&self) -> bool {
        matches!(self.repr, Repr::PackedAlign(_))
    }

    /// Whether a field in Rust is of the type parameter.
    pub(crate) fn is_generic(&self) -> bool {
        self.fields.iter().any(|f| f.form == Form::Parameter)
    }

    /// The fields that C can name.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.is_named())
    }

    /// Its members, and those of the records without a name in it, but for bit fields.
    pub(crate) fn places<'a>(&'a self, all: &'a [Plan]) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        for field in self.named().filter(|f| f.bits.is_none()) {
            let f = &field.name;
            let (Ty::Record(id), true) = (&field.ty, field.role != Role::Plain) else {
                let rust = (!self.is_block()).then(|| f.clone());
                places.push(Place { c: f.clone(), rust, field });
                continue;
            };
            for inner in record(all, *id).places(all) {
                let c = if field.role == Role::Base { format!("{f}.{}", inner.c) } else { inner.c };
                let rust = inner.rust.map(|rust| format!("{f}.{rust}"));
                places.push(Place { c, rust, field: inner.field });
            }
        }
        places
    }

    /// The bit fields, likewise; none of those in unions, of which any member may be the valid one.
    pub(crate) fn bit_places<'a>(&'a self, all: &'a [Plan]) -> Vec<BitPlace<'a>> {
        let mut places = Vec::new();
        for field in self.named() {
            if field.bits.is_some() {
                places.push(BitPlace { c: field.name.clone(), through: Vec::new(), field });
            }
            let Ty::Record(id) = &field.ty else { continue };
            if field.role == Role::Plain || self.kind == Kind::Union {
                continue;
            }
            for mut inner in record(all, *id).bit_places(all) {
                inner.through.insert(0, field);
                if field.role == Role::Base {
                    inner.c = format!("{}.{}", field.name, inner.c);
                }
                places.push(inner);
            }
        }
        places
    }

    /// Whether the macros have a form for it, where `all` are the earlier records at least.
    pub(crate) fn is_valid(&self, all: &[Plan]) -> bool {
        let has_bits = self.has_bits();
        let facts = Facts::of_record(self, all);
        let takes_bytes = has_bits || self.is_block();
        let mut names: Vec<String> = self.visible_names(all);
        names.sort();
        let count = names.len();
        names.dedup();
        !self.fields.is_empty()
            && facts.size <= MAX_SIZE
            && names.len() == count
            && !(takes_bytes && (facts.align > 16 || self.kind == Kind::Union))
            && !(takes_bytes && self.is_generic())
            && (!self.ms || has_bits)
            && !(self.ms && self.is_packed() && self.fields.iter().any(|f| f.bits == Some(0)))
            && (self.kind == Kind::Struct || facts.any_bits)
            && self.fields.iter().enumerate().all(|(i, f)| self.suits(f, i, all))
    }

    fn visible_names(&self, all: &[Plan]) -> Vec<String> {
        let mut names = Vec::new();
        for field in self.named() {
            match field.ty {
                Ty::Record(id) if field.role != Role::Plain => {
                    names.extend(record(all, id).visible_names(all));
                }
                _ => names.push(field.name.clone()),
            }
        }
        names
    }

    fn suits(&self, field: &Field, index: usize, all: &[Plan]) -> bool {
        let is_record =
            matches!(&field.ty, Ty::Record(id) if !record(all, *id).places(all).is_empty());
        let role = match field.role {
            Role::Plain => true,
            Role::Anonymous => is_record && field.form == Form::Plain && !self.is_block(),
            Role::Base => {
                let is_lent = Facts::of(&field.ty, all).align <= self.packing();
                let may = self.kind == Kind::Struct && !self.is_block() && index == 0 && is_lent;
                is_record && field.form == Form::Plain && may
            }
        };
        let form = field.form == Form::Plain || field.bits.is_none();
        let told = matches!(field.ty.element(), Ty::Scalar(Spelling { told: Some(_), .. }));
        let endian = match (self.endian, field.ty.element()) {
            (None, _) => true,
            (Some(order), Ty::Ordered(_, of)) => *of == order,
            (Some(_), Ty::Scalar(s)) => field.bits.is_none() && s.size == 1,
            (order, Ty::Record(id)) => record(all, *id).endian == order,
            (_, Ty::Array(..)) => false,
        };
        let packed = !self.is_packed() || !Facts::of(&field.ty, all).is_aligned;
        role && form && endian && packed && !(field.form == Form::Parameter && told)
    }
}
