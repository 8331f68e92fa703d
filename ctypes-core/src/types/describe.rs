//! What the derive writes for each field and for each record: calls that make the descriptor and
//! assert what it says.
//!
//! Each function returns or panics in a constant of the user's crate; `#[track_caller]` puts the error
//! on the user's field, and `place` is what it calls the field, as in "field `x` of `point`". The
//! expansion is one call a field, since its length is what a derive costs at compile time.

use super::spelled::{Pointed, Spelled};
use super::verify::{self, FieldOf};
use super::{CType, Disagreement, FieldRules, StaticMember, StaticRecord, Type};
use crate::layout::{RecordKind, RecordRules};
use crate::target::{Endian, Extent};
use core::marker::PhantomData;

/// The rules of a struct without packing or alignment of its own.
pub const PLAIN_STRUCT: &RecordRules = &RecordRules::plain(RecordKind::Struct);

/// Instead of the rules of each field, if nothing is said of any.
pub const NOTHING_SAID: &[FieldRules] = &[];

/// The members of one type are one, so that the compiler makes it once.
struct Member<T>(PhantomData<T>);

impl<T: CType> Member<T> {
    const OF_TYPE: &'static StaticMember = &StaticMember::of::<T>(T::TYPE, false);
    const EXACT: &'static StaticMember = &StaticMember::of::<T>(T::TYPE, true);
}

impl<C: Pointed> Member<C> {
    const POINTER: &'static StaticMember = &StaticMember {
        ty: &Type::lazy_pointer(C::pointed, false),
        extent: POINTER,
        flags: StaticMember::ALL,
    };
    const CONST_POINTER: &'static StaticMember = &StaticMember {
        ty: &Type::lazy_pointer(C::pointed, true),
        extent: POINTER,
        flags: StaticMember::ALL,
    };
}

const POINTER: Extent = Type::VOID_PTR.native();

struct SpelledMember<T, C>(PhantomData<(T, C)>);

impl<T: CType, C: Spelled> SpelledMember<T, C> {
    /// Each of the functions below that ask it reports by itself: a function for it would be one more
    /// call that the compiler evaluates for each field.
    const IS_RIGHT: bool = verify::is_same(T::TYPE, C::TYPE);
    const MEMBER: &'static StaticMember = &StaticMember::of::<T>(C::TYPE, true);
}

impl StaticMember {
    const fn of<T: CType>(ty: &'static Type, spelled: bool) -> StaticMember {
        let mut flags = 0;
        if spelled {
            flags |= StaticMember::SPELLED;
        }
        if T::BY_VALUE_IN_RECORD {
            flags |= StaticMember::BY_VALUE;
        }
        if T::ANY_BITS {
            flags |= StaticMember::ANY_BITS;
        }
        if T::ZERO {
            flags |= StaticMember::ZERO;
        }
        let extent = match ty.native_extent() {
            Some(extent) => extent,
            None => StaticMember::NO_EXTENT,
        };
        StaticMember { ty, extent, flags }
    }
}

/// A raw pointer to `C`, of which nothing can be mistaken: it holds any bits and is passed by value,
/// whatever it leads to.
pub const fn pointer<C: Pointed>() -> &'static StaticMember {
    Member::<C>::POINTER
}

/// As [`pointer`], to what is `const`.
pub const fn const_pointer<C: Pointed>() -> &'static StaticMember {
    Member::<C>::CONST_POINTER
}

/// A raw pointer to a scalar that is told by name: asserts that the Rust type is that.
#[track_caller]
pub const fn pointer_to<T: CType, C: Spelled + Pointed>(
    place: &'static str,
) -> &'static StaticMember {
    if !SpelledMember::<T, C>::IS_RIGHT {
        verify::report_spelling(T::TYPE, C::TYPE, FieldOf(place));
    }
    Member::<C>::POINTER
}

/// As [`pointer_to`], to what is `const`.
#[track_caller]
pub const fn const_pointer_to<T: CType, C: Spelled + Pointed>(
    place: &'static str,
) -> &'static StaticMember {
    if !SpelledMember::<T, C>::IS_RIGHT {
        verify::report_spelling(T::TYPE, C::TYPE, FieldOf(place));
    }
    Member::<C>::CONST_POINTER
}

/// A field whose C type is what the trait says of its Rust type, on this platform: asserts that the two
/// are of one size and alignment, which the trait's author has promised.
#[track_caller]
pub const fn field<T: CType>(place: &'static str) -> &'static StaticMember {
    let member = Member::<T>::OF_TYPE;
    let Extent { size, align, .. } = member.extent;
    if align != 0 && (size != size_of::<T>() as u64 || align != align_of::<T>() as u64) {
        let rust = Extent::new(size_of::<T>() as u64, align_of::<T>() as u64);
        verify::report_extent(member.extent, rust, FieldOf(place));
    }
    member
}

/// As [`field`], on every platform.
pub const fn exact<T: CType>() -> &'static StaticMember {
    Member::<T>::EXACT
}

/// A field whose C type is told by names: asserts that the Rust type is that on this platform.
#[track_caller]
pub const fn spelled<T: CType, C: Spelled>(place: &'static str) -> &'static StaticMember {
    if !SpelledMember::<T, C>::IS_RIGHT {
        verify::report_spelling(T::TYPE, C::TYPE, FieldOf(place));
    }
    SpelledMember::<T, C>::MEMBER
}

/// Asserts that a name behind a pointer means what it says: that the Rust type `T` is the C type.
#[track_caller]
pub const fn leads_to<T: CType, C: Spelled>(
    member: &'static StaticMember,
    place: &'static str,
) -> &'static StaticMember {
    if !SpelledMember::<T, C>::IS_RIGHT {
        verify::report_spelling(T::TYPE, C::TYPE, FieldOf(place));
    }
    member
}

/// Asserts that a member without a name, which has one in Rust, is a struct or union.
#[track_caller]
pub const fn nameless(member: &'static StaticMember, place: &'static str) -> &'static StaticMember {
    verify::assert_record(member.ty, FieldOf(place));
    member
}

/// Asserts that a field is in the byte order of the record all through.
#[track_caller]
pub const fn in_order(
    member: &'static StaticMember,
    endian: Endian,
    place: &'static str,
) -> &'static StaticMember {
    verify::assert_order(member.ty, FieldOf(place), endian);
    member
}

impl StaticRecord {
    /// What a type has that is no record.
    pub(super) const NONE: &'static StaticRecord = &StaticRecord {
        name: "",
        rules: PLAIN_STRUCT,
        names: "",
        members: &[],
        said: NOTHING_SAID,
        extent: (0, 1),
        planned: 0,
    };

    /// Whether this is the description of a record; if not, nothing is promised.
    const fn is_given(&self) -> bool {
        !self.name.is_empty()
    }

    /// Whether the Rust type has the members.
    pub(super) const fn is_member_wise(&self) -> bool {
        self.planned != 0 || self.members.is_empty()
    }

    /// Whether how the record is passed by value follows from its description, in C and in Rust.
    pub(super) const fn is_by_value(&self) -> bool {
        self.is_member_wise() && self.is_given() && self.all(StaticMember::BY_VALUE)
    }

    /// Whether all fields hold any bits.
    pub(super) const fn is_any_bits(&self) -> bool {
        self.is_given() && self.all(StaticMember::ANY_BITS)
    }

    /// Whether all fields can be zero.
    pub(super) const fn is_zero(&self) -> bool {
        self.is_given() && self.all(StaticMember::ZERO)
    }

    /// Whether all fields have the flag. What the bits of a bit field mean is found out when they are
    /// read, so that they have all.
    const fn all(&self, flag: u8) -> bool {
        let mut i = 0;
        while i < self.members.len() {
            if self.members[i].flags & flag == 0 && self.rules_of(i).bits.is_none() {
                return false;
            }
            i += 1;
        }
        true
    }
}

/// The size and alignment of a Rust type.
pub const fn extent_of<T>() -> (usize, usize) {
    (size_of::<T>(), align_of::<T>())
}

/// Asserts that C's layout of a record is rustc's.
#[track_caller]
pub const fn assert_layout<T: CType>() {
    let disagreement = T::RECORD.check();
    if !matches!(disagreement, Disagreement::None) {
        disagreement.report(T::RECORD);
    }
}

/// The C type of a `repr(transparent)` struct: that of its one field.
pub const fn transparent(field: &'static StaticMember) -> &'static Type {
    field.ty
}
