//! Structs and unions: one view of those that a derive describes and those made at run time.

use super::namespace::OwnedRecord;
use super::{Place, Repr, ScalarClass, StaticMember, StaticRecord, Type};
use crate::layout::{BitWidth, FieldShape, LayoutFault, RecordRules};
use crate::target::{Endian, Extent, Target};
use std::collections::HashSet;
use std::fmt;

/// What a member is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldRole {
    /// A member with a name.
    Named,
    /// A bit field without a name, which only takes room.
    Unnamed,
    /// A struct or union without a name, whose members count as those of the record (C11 6.7.2.1p13).
    #[doc(alias = "_anonymous_")]
    Anonymous,
    /// The record that this one extends: its members come first and count as those of the record.
    Base,
    /// An array without a length at the end of a struct (C11 6.7.2.1p18).
    Flexible,
}

/// What is said of a member beside its name and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldRules {
    /// What the member is to its record.
    pub role: FieldRole,
    /// The width, if the member is a bit field.
    pub bits: Option<u32>,
    /// `__attribute__((aligned(n)))` or `_Alignas` on the member.
    pub align: Option<u64>,
    /// `__attribute__((packed))` on the member.
    pub packed: bool,
    /// The byte order that the bits of a bit field are in, if not the target's: gcc's
    /// `__attribute__((scalar_storage_order("big-endian")))` on the record. Of other members the type says it
    /// ([`Type::ordered`]).
    pub order: Option<Endian>,
}

impl FieldRules {
    /// An ordinary member.
    pub const PLAIN: FieldRules =
        FieldRules { role: FieldRole::Named, bits: None, align: None, packed: false, order: None };

    /// Whether the member itself can be named.
    pub(crate) const fn has_name(&self) -> bool {
        matches!(self.role, FieldRole::Named | FieldRole::Flexible)
    }

    /// A bit field.
    pub const fn bits(width: u32) -> FieldRules {
        FieldRules { bits: Some(width), ..FieldRules::PLAIN }
    }

    /// A bit field without a name.
    pub const fn unnamed_bits(width: u32) -> FieldRules {
        FieldRules { bits: Some(width), role: FieldRole::Unnamed, ..FieldRules::PLAIN }
    }

    /// The same with bits in a byte order of their own, whatever the target's is.
    #[must_use]
    pub const fn ordered(self, endian: Endian) -> FieldRules {
        FieldRules { order: Some(endian), ..self }
    }

    /// What the layout algorithm wants to know of a member of type `ty`, given what it knows of the
    /// type.
    pub(crate) const fn shape(
        &self,
        of_type: FieldShape,
        ty: &Type,
        target: &Target,
    ) -> Result<FieldShape, LayoutFault> {
        let anonymous = matches!(self.role, FieldRole::Anonymous | FieldRole::Base);
        if anonymous && (self.packed || self.align.is_some()) {
            return Err(LayoutFault::AttributeWithoutName);
        }
        if self.order.is_some() && self.bits.is_none() {
            return Err(LayoutFault::OrderWithoutBits);
        }
        let shape = match self.bits {
            None => of_type,
            Some(width) => match ty.bit_field_at(of_type.extent, width, target) {
                Some(bits) => FieldShape { demanded: of_type.demanded, ..bits },
                None => return Err(LayoutFault::NotAnInteger),
            },
        };
        let shape = if self.packed { shape.packed() } else { shape };
        let shape = match self.align {
            Some(n) => shape.aligned(n),
            None => shape,
        };
        Ok(if matches!(self.role, FieldRole::Unnamed) { shape.unnamed() } else { shape })
    }
}

impl Type {
    /// A bit field of this type, whose size and alignment are those of `unit`; `None` if it is no
    /// integer.
    const fn bit_field_at(&self, unit: Extent, width: u32, target: &Target) -> Option<FieldShape> {
        let class = match &self.0 {
            Repr::Scalar(s) => s.class(target),
            // All its candidates are integers.
            Repr::Enum(_) => ScalarClass::Signed,
            Repr::BitInt(b) => {
                let bits = Some(BitWidth { width, limit: b.width() });
                return Some(FieldShape { bits, ..FieldShape::plain(unit) });
            }
            _ => return None,
        };
        match class {
            ScalarClass::Bool => Some(FieldShape::bool_bits(unit, width)),
            ScalarClass::Signed | ScalarClass::Unsigned => Some(FieldShape::bits(unit, width)),
            ScalarClass::Float | ScalarClass::Complex => None,
        }
    }
}

#[derive(Clone)]
pub(crate) enum RecordRef {
    Static(&'static StaticRecord),
    Owned(OwnedRecord),
}

/// What tells one record from another while two types are compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RecordId(usize);

impl RecordRef {
    pub(crate) const fn native(&self) -> Option<Extent> {
        match self {
            RecordRef::Static(r) => Some(r.extent()),
            RecordRef::Owned(r) => r.native,
        }
    }

    /// As [`Type::nesting`]; 0 for a record that is incomplete.
    pub(crate) fn nesting(&self) -> u32 {
        match self {
            // What the compiler has accepted nests no deeper than the compiler can recurse.
            RecordRef::Static(r) => {
                1 + r.members.iter().map(|m| m.ty.nesting()).max().unwrap_or_default()
            }
            RecordRef::Owned(r) => r.nesting(),
        }
    }

    pub(crate) fn id(&self) -> RecordId {
        match self {
            RecordRef::Static(r) => RecordId(std::ptr::from_ref(*r).addr()),
            RecordRef::Owned(r) => RecordId(r.address()),
        }
    }
}

/// A struct or union.
#[derive(Clone)]
pub struct Record(pub(crate) RecordRef);

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    name: FieldName,
    ty: Type,
    spelled: bool,
    rules: FieldRules,
}

#[derive(Debug, Clone)]
pub(super) enum FieldName {
    Static(&'static str),
    Owned(std::sync::Arc<str>),
}

impl Field {
    pub(super) fn owned(name: std::sync::Arc<str>, ty: Type, rules: FieldRules) -> Field {
        Field { name: FieldName::Owned(name), ty, spelled: true, rules }
    }

    /// What is said of the field beside its name and type.
    pub fn rules(&self) -> FieldRules {
        self.rules
    }

    /// Whether the members of this one count as those of the record.
    pub fn is_transparent(&self) -> bool {
        matches!(self.rules.role, FieldRole::Anonymous | FieldRole::Base)
    }

    /// Whether the member has no name, and its own members count as those of the record.
    pub fn is_anonymous(&self) -> bool {
        self.rules.role == FieldRole::Anonymous
    }

    /// Whether the member is a bit field, one without a name included.
    pub fn is_bit_field(&self) -> bool {
        self.rules.bits.is_some()
    }

    /// The name; empty for a member without one.
    pub fn name(&self) -> &str {
        match &self.name {
            FieldName::Static(s) => s,
            FieldName::Owned(s) => s,
        }
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether the field's C type is known and not only what it is on this platform.
    pub fn is_spelled(&self) -> bool {
        self.spelled
    }
}

impl Record {
    /// The tag, without `struct` or `union`; empty if there is none.
    pub fn name(&self) -> &str {
        match &self.0 {
            RecordRef::Static(r) => r.name,
            RecordRef::Owned(r) => r.tag().name(),
        }
    }

    /// Where a record without a tag stands, if that was said.
    pub fn place(&self) -> Option<&Place> {
        match &self.0 {
            RecordRef::Owned(r) => r.tag().place(),
            RecordRef::Static(_) => None,
        }
    }

    /// Struct or union, packing and alignment.
    pub fn rules(&self) -> RecordRules {
        match &self.0 {
            RecordRef::Static(r) => *r.rules,
            RecordRef::Owned(r) => r.rules(),
        }
    }

    /// Whether the record has been defined.
    pub fn is_complete(&self) -> bool {
        match &self.0 {
            RecordRef::Static(_) => true,
            RecordRef::Owned(r) => r.is_complete(),
        }
    }

    /// Whether the record is defined and has no member that can be named, also not through anonymous
    /// ones: C has no such record (C11 6.7.2.1p8). To one without any members GNU C gives no size,
    /// Microsoft's compiler 4 bytes, and C++ 1.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let none = Types::new().declare_struct("none")?.define(|r| r)?;
    /// assert!(none.record().unwrap().is_empty());
    /// assert_eq!(none.at(&Target::X86_64_LINUX)?.size(), 0);
    /// assert_eq!(none.at(&Target::X86_64_WINDOWS_MSVC)?.size(), 4);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        fn names_none(record: &Record, seen: &mut HashSet<RecordId>) -> bool {
            let found = |f: &Field, seen: &mut HashSet<RecordId>| match f.ty().record() {
                Some(inner) if f.is_transparent() => {
                    seen.insert(inner.0.id()) && !names_none(&inner, seen)
                }
                _ => f.rules().has_name(),
            };
            !record.fields().iter().any(|f| found(f, seen))
        }
        self.is_complete() && names_none(self, &mut HashSet::new())
    }

    #[cfg(feature = "decl")]
    pub(crate) fn id(&self) -> RecordId {
        self.0.id()
    }

    /// How many parts the types of the fields have, one at least for each.
    pub(super) fn part_count(&self) -> u64 {
        match &self.0 {
            RecordRef::Static(r) => r.members.len() as u64,
            RecordRef::Owned(r) => r.part_count(),
        }
    }

    /// Whether the field of that index is of a Rust type that holds any bits, which its C type does not tell:
    /// [`Raw`](super::Raw) has that of what it is the raw form of.
    pub(crate) fn holds_any_bits(&self, index: usize) -> bool {
        match &self.0 {
            RecordRef::Static(r) => {
                r.members.get(index).is_some_and(|m| m.flags & StaticMember::ANY_BITS != 0)
            }
            RecordRef::Owned(_) => false,
        }
    }

    /// The fields in order; none if the record is incomplete.
    pub fn fields(&self) -> Vec<Field> {
        match &self.0 {
            RecordRef::Static(r) => {
                let members = r.members.iter().zip(r.names.split(';')).enumerate();
                let field = |(index, (member, name)): (usize, (&&StaticMember, _))| Field {
                    name: FieldName::Static(name),
                    ty: member.ty.clone(),
                    spelled: member.flags & StaticMember::SPELLED != 0,
                    rules: r.rules_of(index),
                };
                members.map(field).collect()
            }
            RecordRef::Owned(r) => r.fields(),
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.rules().kind.keyword())?;
        match &self.0 {
            RecordRef::Static(r) => f.write_str(r.name),
            RecordRef::Owned(r) => write!(f, "{}", r.tag()),
        }
    }
}
