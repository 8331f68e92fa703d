//! Structs and unions: the descriptor that the derive emits, the one made at run time, one view of both.

use super::namespace::OwnedRecord;
use super::{Place, Repr, ScalarClass, Type};
use crate::layout::{BitWidth, FieldShape, LayoutFault, Placement, RecordCursor, RecordRules};
use crate::target::{Extent, Target};
use std::fmt;

/// The descriptor of a record that is known at compile time; the derive emits it.
#[doc(hidden)]
#[derive(Debug)]
pub struct StaticRecord {
    pub name: &'static str,
    pub rules: RecordRules,
    pub fields: &'static [StaticField],
    /// What rustc made of the Rust type; compared with C's layout by [`StaticRecord::check`].
    pub size: usize,
    pub align: usize,
}

/// A field in a [`StaticRecord`].
#[doc(hidden)]
#[derive(Debug)]
pub struct StaticField {
    pub name: &'static str,
    pub ty: &'static Type,
    pub offset: usize,
    /// Whether the C spelling is known: by the path's name, an attribute, or an exact width.
    pub spelled: bool,
    pub rules: FieldRules,
}

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
}

impl FieldRules {
    /// An ordinary member.
    pub const PLAIN: FieldRules =
        FieldRules { role: FieldRole::Named, bits: None, align: None, packed: false };

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

/// The first thing on which C and rustc disagree, with what C says of it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disagreement {
    None,
    /// The field of that index is elsewhere, or of another size.
    Field {
        index: usize,
        offset: u64,
        size: u64,
    },
    /// The record as a whole has another size or alignment.
    Whole(Extent),
    /// C has no such record at all.
    Impossible(LayoutFault),
}

impl StaticRecord {
    /// Where C puts the field of that index on this platform.
    pub const fn placement(&self, index: usize) -> Result<Placement, LayoutFault> {
        let mut cursor = match RecordCursor::new(self.rules, &Target::NATIVE) {
            Ok(cursor) => cursor,
            Err(fault) => return Err(fault),
        };
        let mut i = 0;
        loop {
            let placed = match self.fields[i].native_shape() {
                Ok(Some(shape)) => cursor.place(shape),
                // Only a stand-in for a type that has an error of its own has no size.
                Ok(None) => cursor.place(FieldShape::plain(Extent::new(0, 1))),
                Err(fault) => Err(fault),
            };
            if i == index || placed.is_err() {
                return placed;
            }
            i += 1;
        }
    }

    /// Compares what rustc did with what the layout algorithm says that C does.
    pub const fn check(&self, sizes: &[usize]) -> Disagreement {
        let mut cursor = match RecordCursor::new(self.rules, &Target::NATIVE) {
            Ok(cursor) => cursor,
            Err(fault) => return Disagreement::Impossible(fault),
        };
        let mut i = 0;
        while i < self.fields.len() {
            let field = &self.fields[i];
            // A `CType` always has a size, but for the `void` that stands in for a type whose own
            // derive has reported an error: one error is enough.
            let Some(extent) = field.ty.native_extent() else { return Disagreement::None };
            // Of almost all fields nothing is said, and this runs in the compiler.
            if matches!(field.rules, FieldRules::PLAIN)
                && let Some(offset) = cursor.place_simple(extent)
            {
                if offset != field.offset as u64 || extent.size != sizes[i] as u64 {
                    return Disagreement::Field { index: i, offset, size: extent.size };
                }
                i += 1;
                continue;
            }
            let shape = match field.native_shape() {
                Ok(Some(shape)) => shape,
                Ok(None) => return Disagreement::None,
                Err(fault) => return Disagreement::Impossible(fault),
            };
            let offset = match cursor.place(shape) {
                Ok(placed) => placed.offset,
                Err(fault) => return Disagreement::Impossible(fault),
            };
            // rustc has no bit fields to compare with.
            if field.rules.bits.is_some() {
                i += 1;
                continue;
            }
            if offset != field.offset as u64 || extent.size != sizes[i] as u64 {
                return Disagreement::Field { index: i, offset, size: extent.size };
            }
            i += 1;
        }
        match cursor.finish() {
            Ok(e) if e.size == self.size as u64 && e.align == self.align as u64 => {
                Disagreement::None
            }
            Ok(e) => Disagreement::Whole(e),
            Err(fault) => Disagreement::Impossible(fault),
        }
    }
}

impl StaticField {
    /// As the layout algorithm wants to know it; `None` for a type without a size.
    const fn native_shape(&self) -> Result<Option<FieldShape>, LayoutFault> {
        let Some(extent) = self.ty.native_extent() else { return Ok(None) };
        match self.rules.shape(FieldShape::plain(extent), self.ty, &Target::NATIVE) {
            Ok(shape) => Ok(Some(shape)),
            Err(fault) => Err(fault),
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
            RecordRef::Static(r) => Some(Extent::new(r.size as u64, r.align as u64)),
            RecordRef::Owned(r) => r.native,
        }
    }

    /// As [`Type::nesting`]; 0 for a record that is incomplete.
    pub(crate) fn nesting(&self) -> u32 {
        match self {
            // What the compiler has accepted nests no deeper than the compiler can recurse.
            RecordRef::Static(r) => {
                1 + r.fields.iter().map(|f| f.ty.nesting()).max().unwrap_or_default()
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
            RecordRef::Static(r) => r.rules,
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

    /// How many fields there are.
    #[cfg(feature = "decl")]
    pub(crate) fn field_count(&self) -> usize {
        match &self.0 {
            RecordRef::Static(r) => r.fields.len(),
            RecordRef::Owned(r) => r.field_count(),
        }
    }

    /// The fields in order; none if the record is incomplete.
    pub fn fields(&self) -> Vec<Field> {
        match &self.0 {
            RecordRef::Static(r) => r
                .fields
                .iter()
                .map(|f| Field {
                    name: FieldName::Static(f.name),
                    ty: f.ty.clone(),
                    spelled: f.spelled,
                    rules: f.rules,
                })
                .collect(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::RecordKind;

    const fn field(name: &'static str, ty: &'static Type, rules: FieldRules) -> StaticField {
        StaticField { name, ty, offset: 0, spelled: true, rules }
    }

    static HEADER: StaticRecord = StaticRecord {
        name: "header",
        rules: RecordRules::plain(RecordKind::Struct),
        fields: &[
            field("version", &Type::UINT, FieldRules::bits(4)),
            field("", &Type::UINT, FieldRules::unnamed_bits(0)),
            field("length", &Type::USHORT, FieldRules::PLAIN),
        ],
        size: 8,
        align: 4,
    };

    /// What a macro asks for at compile time is what `Type::layout` says at run time.
    #[test]
    fn static_placements() {
        const LENGTH: u64 = match HEADER.placement(2) {
            Ok(placed) => placed.offset,
            Err(_) => panic!("no layout"),
        };
        // SAFETY: what it describes is only laid out.
        let layout = unsafe { Type::static_record(&HEADER) }.layout().unwrap();
        assert_eq!(layout.field("length").unwrap().offset(), LENGTH);
        assert_eq!(layout.field("version").unwrap().bits(), HEADER.placement(0).unwrap().bits);
    }
}
