//! What the algorithm is told of a record and of its members, and what it answers.
//!
//! Plain data. Nothing here is checked: the cursor does that, since it knows the target.

use super::BitRange;
use crate::target::{BitRule, Extent};

/// Whether the members of a record follow one another or share their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// `struct`: members in order.
    Struct,
    /// `union`: all members at offset 0.
    Union,
}

impl RecordKind {
    /// C's keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        }
    }
}

/// What is said of a record as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordRules {
    /// Struct or union.
    pub kind: RecordKind,
    /// `#pragma pack(n)`. Not the same as `packed` even for 1: a pragma also limits what a member's
    /// own `aligned` says, and changes how bit fields are placed.
    pub pack: Option<u64>,
    /// `__attribute__((packed))`.
    pub packed: bool,
    /// `__attribute__((aligned(n)))` or `_Alignas` on the record.
    pub align: Option<u64>,
    /// `__attribute__((gcc_struct))` or `((ms_struct))`; `None` is the rule of the target.
    pub bit_rule: Option<BitRule>,
    /// `__attribute__((transparent_union))`: as an argument, a union is its first member. It has no
    /// effect on the layout.
    pub transparent_union: bool,
}

impl RecordRules {
    /// A record without attributes of its own.
    pub const fn plain(kind: RecordKind) -> RecordRules {
        RecordRules {
            kind,
            pack: None,
            packed: false,
            align: None,
            bit_rule: None,
            transparent_union: false,
        }
    }
}

/// The width of a bit field, and that of the values that its type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitWidth {
    /// The declared width; 0 ends the unit.
    pub width: u32,
    /// The widest that the type allows: 1 for `_Bool`, else the bits of the type.
    pub limit: u32,
}

/// What the algorithm needs to know of one member.
///
/// ```
/// use ctypes_core::layout::FieldShape;
/// use ctypes_core::target::Extent;
/// // unsigned flags : 3 __attribute__((packed));
/// let flags = FieldShape::bits(Extent::new(4, 4), 3).packed();
/// assert_eq!(flags.bits.unwrap().width, 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldShape {
    /// Size and alignment of the member's type.
    pub extent: Extent,
    /// The largest alignment that an attribute demands of the member's type or of what is inside it;
    /// 1 if none does. Part of `extent` already, and of use where packing does not undo it.
    pub demanded: u64,
    /// For a bit field, its width.
    pub bits: Option<BitWidth>,
    /// Whether the bit field has a name. A field without bits always counts as named.
    pub named: bool,
    /// `__attribute__((aligned(n)))` or `_Alignas` on the member itself.
    pub align: Option<u64>,
    /// `__attribute__((packed))` on the member itself.
    pub packed: bool,
}

impl FieldShape {
    /// An ordinary member.
    pub const fn plain(extent: Extent) -> FieldShape {
        FieldShape { extent, demanded: 1, bits: None, named: true, align: None, packed: false }
    }

    /// A member of a type that is, or holds, a record with an alignment of its own.
    pub const fn demanding(extent: Extent, demanded: u64) -> FieldShape {
        FieldShape { demanded, ..FieldShape::plain(extent) }
    }

    /// A bit field of an integer type of that size and alignment.
    pub const fn bits(unit: Extent, width: u32) -> FieldShape {
        // A type so large that its bits cannot be counted has none that could be a bit field.
        let limit = if unit.size <= 16 { unit.size as u32 * 8 } else { 0 };
        FieldShape { bits: Some(BitWidth { width, limit }), ..FieldShape::plain(unit) }
    }

    /// A bit field of `_Bool`, which is one bit wide at most.
    pub const fn bool_bits(unit: Extent, width: u32) -> FieldShape {
        FieldShape { bits: Some(BitWidth { width, limit: 1 }), ..FieldShape::plain(unit) }
    }

    /// This bit field without a name.
    pub const fn unnamed(self) -> FieldShape {
        FieldShape { named: false, ..self }
    }

    /// This member with an alignment of its own.
    pub const fn aligned(self, n: u64) -> FieldShape {
        FieldShape { align: Some(n), ..self }
    }

    /// This member packed.
    pub const fn packed(self) -> FieldShape {
        FieldShape { packed: true, ..self }
    }
}

/// Where a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placement {
    /// Offset from the start of the record, in bytes; of a bit field, that of its first byte.
    pub offset: u64,
    /// Of a bit field (also one of width 0), its bits.
    pub bits: Option<BitRange>,
    /// Of a bit field, the storage unit that C reads to get at it: the declared type where the whole
    /// field is inside one that is aligned, else the bytes that it touches. The unit may reach past
    /// the end of a packed record ([`BitRange::bytes`] never does).
    pub unit: ByteSpan,
}

/// Some bytes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByteSpan {
    /// Offset from the start of the record.
    pub offset: u64,
    /// How many.
    pub size: u64,
}
