//! Placing the members of one record, in order.

use super::{LayoutFault, check_alignment};
use crate::target::{Extent, Target};

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
    /// `#pragma pack(n)`; 1 is `__attribute__((packed))`.
    pub pack: Option<u64>,
    /// `__attribute__((aligned(n)))` or `_Alignas` on the record.
    pub align: Option<u64>,
}

impl RecordRules {
    /// A record without pack or alignment of its own.
    pub const fn plain(kind: RecordKind) -> RecordRules {
        RecordRules { kind, pack: None, align: None }
    }
}

/// What the algorithm needs to know of one member. Bit fields will say their width here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldShape {
    /// Size and alignment of the member's type.
    pub extent: Extent,
    /// The largest alignment that an attribute demands of the member's type or of what is inside it;
    /// 1 if none does. Part of `extent` already, and of use where packing does not undo it.
    pub demanded: u64,
}

impl FieldShape {
    /// A member of a type that is, or holds, a record with an alignment of its own.
    pub const fn demanding(extent: Extent, demanded: u64) -> FieldShape {
        FieldShape { extent, demanded }
    }

    /// An ordinary member.
    pub const fn plain(extent: Extent) -> FieldShape {
        FieldShape { extent, demanded: 1 }
    }
}

/// Where a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placement {
    /// Offset from the start of the record, in bytes.
    pub offset: u64,
}

/// The state of a record whose members are placed one after the other.
///
/// ```
/// use ctypes_core::layout::{FieldShape, RecordCursor, RecordKind, RecordRules};
/// use ctypes_core::target::{Extent, Target};
///
/// // struct { char c; double d; } on i386 Linux
/// let rules = RecordRules::plain(RecordKind::Struct);
/// let mut cursor = RecordCursor::new(rules, &Target::I686_LINUX)?;
/// cursor.place(FieldShape::plain(Extent::new(1, 1)))?;
/// assert_eq!(cursor.place(FieldShape::plain(Extent::new(8, 4)))?.offset, 4);
/// assert_eq!(cursor.finish()?, Extent::new(12, 4));
/// # Ok::<(), ctypes_core::layout::LayoutFault>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RecordCursor {
    rules: RecordRules,
    end: u64,
    align: u64,
    max_size: u64,
    aligned_resists_pack: bool,
}

impl RecordCursor {
    /// Starts an empty record.
    ///
    /// # Errors
    /// [`LayoutFault::BadAlignment`] if the pack value or the alignment is none.
    pub const fn new(rules: RecordRules, target: &Target) -> Result<RecordCursor, LayoutFault> {
        let align = match rules.align {
            None => 1,
            Some(n) => match check_alignment(n) {
                Ok(n) => n,
                Err(e) => return Err(e),
            },
        };
        if let Some(n) = rules.pack
            && let Err(e) = check_alignment(n)
        {
            return Err(e);
        }
        Ok(RecordCursor {
            rules,
            end: 0,
            align,
            max_size: target.max_size(),
            aligned_resists_pack: target.aligned_resists_pack,
        })
    }

    /// Places the next member.
    ///
    /// # Errors
    /// [`LayoutFault::TooLarge`] if the record would outgrow the target.
    pub const fn place(&mut self, shape: FieldShape) -> Result<Placement, LayoutFault> {
        let own = match check_alignment(shape.extent.align) {
            Ok(n) => n,
            Err(e) => return Err(e),
        };
        let floor = match check_alignment(shape.demanded) {
            Ok(n) if self.aligned_resists_pack => n,
            Ok(_) => 1,
            Err(e) => return Err(e),
        };
        let align = match self.rules.pack {
            Some(pack) if pack < own && pack < floor => floor,
            Some(pack) if pack < own => pack,
            _ => own,
        };
        let start = match self.rules.kind {
            RecordKind::Union => 0,
            RecordKind::Struct => match self.end.checked_next_multiple_of(align) {
                Some(n) => n,
                None => return Err(LayoutFault::TooLarge),
            },
        };
        let end = match start.checked_add(shape.extent.size) {
            Some(n) if n <= self.max_size => n,
            _ => return Err(LayoutFault::TooLarge),
        };
        if end > self.end {
            self.end = end;
        }
        if align > self.align {
            self.align = align;
        }
        Ok(Placement { offset: start })
    }

    /// The size, tail padding included, and the alignment of the record.
    ///
    /// # Errors
    /// [`LayoutFault::TooLarge`] if the tail padding outgrows the target.
    pub const fn finish(&self) -> Result<Extent, LayoutFault> {
        match self.end.checked_next_multiple_of(self.align) {
            Some(size) if size <= self.max_size => Ok(Extent::new(size, self.align)),
            _ => Err(LayoutFault::TooLarge),
        }
    }
}
