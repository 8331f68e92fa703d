//! The descriptor of a record that the derive emits, and C's layout of it at compile time.

use super::{FieldRules, Type};
use crate::layout::{FieldShape, LayoutFault, RecordCursor, RecordRules, SimpleStruct};
use crate::target::{Extent, Target};

/// The descriptor of a record that is known at compile time; the derive emits it.
///
/// These are few parts, most of them shared by all records, because the compiler of the user's crate
/// checks every part of every constant on its own.
#[doc(hidden)]
#[derive(Debug)]
pub struct StaticRecord {
    pub name: &'static str,
    pub rules: &'static RecordRules,
    /// The names of the fields, each with a `;` after it; one without a name has only that.
    pub names: &'static str,
    /// The types of the fields.
    pub members: &'static [&'static StaticMember],
    /// As many rules, or none if nothing is said of any field.
    pub said: &'static [FieldRules],
    /// Size and alignment of the Rust type; compared with C's layout by [`StaticRecord::check`].
    pub extent: (usize, usize),
    /// How many fields there are, from the first on, whose places in Rust are planned together: all, but
    /// of a generic struct with bit fields; none if bytes stand for the members, of which rustc could not
    /// know how C passes them.
    pub planned: usize,
}

/// The type of a field in a [`StaticRecord`].
#[doc(hidden)]
#[derive(Debug)]
pub struct StaticMember {
    pub ty: &'static Type,
    /// The native one of the type.
    pub extent: Extent,
    pub flags: u8,
}

impl StaticMember {
    /// The C spelling is known: by the path's name, an attribute, or an exact width.
    pub(super) const SPELLED: u8 = 1;
    /// The Rust type is passed by value in a record as C does.
    pub(super) const BY_VALUE: u8 = 1 << 1;
    /// It holds any bits.
    pub(super) const ANY_BITS: u8 = 1 << 2;
    /// It can be zero.
    pub(super) const ZERO: u8 = 1 << 3;
    pub(super) const ALL: u8 = 0xf;
    /// Of the `void` that stands in for a type whose own derive has reported an error.
    pub(super) const NO_EXTENT: Extent = Extent::new(0, 0);
}

/// What C and rustc disagree on, with what C says of it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disagreement {
    None,
    /// The record as a whole has another size or alignment.
    Whole(Extent),
    /// C has no such record at all.
    Impossible(LayoutFault),
}

impl StaticRecord {
    /// What is said of the field of that index beside its name and type.
    pub(super) const fn rules_of(&self, index: usize) -> FieldRules {
        if self.said.is_empty() { FieldRules::PLAIN } else { self.said[index] }
    }

    /// What rustc made of the Rust type.
    pub(super) const fn extent(&self) -> Extent {
        Extent::new(self.extent.0 as u64, self.extent.1 as u64)
    }

    /// The name of the field of that index; empty if it has none.
    pub(super) const fn name_of(&self, index: usize) -> &'static str {
        let (mut rest, mut left) = (self.names, index);
        loop {
            let bytes = rest.as_bytes();
            let mut end = 0;
            while end < bytes.len() && bytes[end] != b';' {
                end += 1;
            }
            let (name, after) = rest.split_at(end);
            if left == 0 || after.is_empty() {
                return name;
            }
            rest = after.split_at(1).1;
            left -= 1;
        }
    }

    /// The layout algorithm behind the first `count` fields, on this platform; `None` if one of them
    /// has no size.
    const fn placed_first(&self, count: usize) -> Result<Option<RecordCursor>, LayoutFault> {
        let mut cursor = match RecordCursor::new(*self.rules, &Target::NATIVE) {
            Ok(cursor) => cursor,
            Err(fault) => return Err(fault),
        };
        let mut i = 0;
        while i < count {
            let shape = match self.native_shape(i) {
                Ok(Some(shape)) => shape,
                Ok(None) => return Ok(None),
                Err(fault) => return Err(fault),
            };
            if let Err(fault) = cursor.place(shape) {
                return Err(fault);
            }
            i += 1;
        }
        Ok(Some(cursor))
    }

    /// Size and alignment that C gives to the first `count` fields as a record of their own, on this
    /// platform; `None` if one of them has no size.
    pub(super) const fn extent_of_first(
        &self,
        count: usize,
    ) -> Result<Option<Extent>, LayoutFault> {
        match self.placed_first(count) {
            Ok(Some(cursor)) => match cursor.finish() {
                Ok(extent) => Ok(Some(extent)),
                Err(fault) => Err(fault),
            },
            Ok(None) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Compares what rustc did with what the layout algorithm says that C does.
    ///
    /// Sizes and alignments say it all: of a struct with C's representation the offsets follow from
    /// them (Rust reference, "The C representation").
    pub const fn check(&self) -> Disagreement {
        if self.is_simply_right() {
            return Disagreement::None;
        }
        match self.extent_of_first(self.members.len()) {
            // A `CType` always has a size, but for the `void` that stands in for a type whose own
            // derive has reported an error: one error is enough.
            Ok(None) => Disagreement::None,
            Ok(Some(e)) if e.size == self.extent.0 as u64 && e.align == self.extent.1 as u64 => {
                Disagreement::None
            }
            Ok(Some(e)) => Disagreement::Whole(e),
            Err(fault) => Disagreement::Impossible(fault),
        }
    }

    /// Whether the record is as C's in a way that takes the compiler little time to see; the long way
    /// tells of those where it is not seen.
    const fn is_simply_right(&self) -> bool {
        if !self.said.is_empty() {
            return false;
        }
        let members = self.members;
        let Some(mut simple) = SimpleStruct::new(self.rules) else { return false };
        let mut i = 0;
        while i < members.len() {
            let extent = &members[i].extent;
            // A stand-in, of which the long way knows.
            if extent.align == 0 {
                return false;
            }
            simple.place(extent);
            i += 1;
        }
        simple.is(self.extent.0, self.extent.1)
    }

    /// A field as the layout algorithm wants to know it; `None` for a type without a size.
    pub(super) const fn native_shape(
        &self,
        index: usize,
    ) -> Result<Option<FieldShape>, LayoutFault> {
        let ty = self.members[index].ty;
        let Some(shape) = ty.native_shape() else { return Ok(None) };
        match self.rules_of(index).shape(shape, ty, &Target::NATIVE) {
            Ok(shape) => Ok(Some(shape)),
            Err(fault) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RecordRef, Repr};
    use super::*;
    use crate::layout::{Placement, RecordKind};

    const fn member(ty: &'static Type) -> StaticMember {
        StaticMember { ty, extent: ty.native(), flags: StaticMember::ALL }
    }

    static UINT: StaticMember = member(&Type::UINT);
    static USHORT: StaticMember = member(&Type::USHORT);
    static HEADER: StaticRecord = StaticRecord {
        name: "header",
        rules: &RecordRules::plain(RecordKind::Struct),
        names: "version;;length;",
        members: &[&UINT, &UINT, &USHORT],
        said: &[FieldRules::bits(4), FieldRules::unnamed_bits(0), FieldRules::PLAIN],
        extent: (8, 4),
        planned: 3,
    };

    /// Where the layout algorithm of the constants puts a field.
    const fn placement(index: usize) -> Placement {
        let (Ok(Some(mut cursor)), Ok(Some(shape))) =
            (HEADER.placed_first(index), HEADER.native_shape(index))
        else {
            panic!("no layout")
        };
        match cursor.place(shape) {
            Ok(placed) => placed,
            Err(_) => panic!("no layout"),
        }
    }

    /// What a macro asks for at compile time is what `Type::layout` says at run time.
    #[test]
    fn static_placements() {
        const LENGTH: u64 = placement(2).offset;
        let layout = Type::of(Repr::Record(RecordRef::Static(&HEADER))).layout().unwrap();
        assert_eq!(layout.field("length").unwrap().offset(), LENGTH);
        assert_eq!(layout.field("version").unwrap().bits(), placement(0).bits);
    }
}
