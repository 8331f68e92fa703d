//! What the derive asserts at compile time: that a field is the C type it is said to be, that rustc
//! and C agree on a record's layout, and that a mirror is laid out as the struct it mirrors.
//!
//! Each function returns or panics in the constant that the derive emits; the message names record
//! and field and says both numbers. `#[track_caller]` puts the error on the user's field.

use super::message::Message;
use super::{
    CType, Disagreement, Element, FieldRole, RecordRef, Repr, ScalarClass, StaticRecord, Type,
};
use crate::layout::LayoutFault;
use crate::target::{Endian, Extent, Target};

/// A field as messages name it: "field `x` of `point`".
#[derive(Debug, Clone, Copy)]
pub struct FieldOf(pub &'static str);

impl FieldOf {
    pub(super) const fn message(&self) -> Message {
        Message::new().text(self.0).text(": ")
    }
}

/// The start of a message on a field.
const fn about(record: &str, field: &str) -> Message {
    Message::new().text("field `").text(field).text("` of `").text(record).text("`: ")
}

/// Panics since a Rust type is not the C type that it is said to be.
#[track_caller]
pub(super) const fn report_spelling(rust: &Type, said: &Type, place: FieldOf) {
    let message = describe(place.message().text("it is said to be C's "), bottom(said));
    let message = describe(message.text(", but the Rust type is "), bottom(rust));
    panic!("{}", message.as_str())
}

/// Panics since a Rust type has not the size and alignment that it says it has in C.
#[track_caller]
pub(super) const fn report_extent(c: Extent, rust: Extent, place: FieldOf) {
    let message = place.message().text("C and Rust disagree on it: in C it has ");
    panic!("{}", extent_of(extent_of(message, c).text(", in Rust "), rust).as_str())
}

/// Whether a Rust type is a C type on this platform: of the same kind, size and alignment. What
/// pointers point at is not compared.
pub(super) const fn is_same(rust: &Type, said: &Type) -> bool {
    match (&rust.0, &said.0) {
        (Repr::Scalar(a), Repr::Scalar(b)) => a.is_natively_compatible(*b),
        (Repr::Ordered(a, one), Repr::Ordered(b, other)) => {
            *one as u8 == *other as u8 && a.is_natively_compatible(*b)
        }
        (Repr::Pointer { .. }, Repr::Pointer { .. }) | (Repr::Record(_), Repr::Record(_)) => true,
        (Repr::Enum(a), Repr::Enum(b)) => a.native().is_compatible(b.native(), &Target::NATIVE),
        (
            Repr::Array { of: Element::Static(a), len: n, .. },
            Repr::Array { of: Element::Static(b), len: m, .. },
        ) => *n == *m && is_same(a, b),
        _ => false,
    }
}

/// The element at the bottom of an array: what a spelling is about.
const fn bottom(ty: &Type) -> &Type {
    match &ty.0 {
        Repr::Array { of: Element::Static(of), .. } => bottom(of),
        _ => ty,
    }
}

const fn describe(message: Message, ty: &Type) -> Message {
    let message = match &ty.0 {
        Repr::Void => return message.text("void"),
        Repr::Function(_) => return message.text("a function"),
        Repr::Scalar(scalar) => {
            let class = match scalar.native_class() {
                ScalarClass::Signed => "a signed integer",
                ScalarClass::Unsigned => "an unsigned integer",
                ScalarClass::Bool => "a boolean",
                ScalarClass::Float => "a floating-point number",
                ScalarClass::Complex => "a complex number",
            };
            message.text("`").text(scalar.c_name()).text("`, ").text(class)
        }
        Repr::Ordered(scalar, endian) => {
            message.text("`").text(scalar.c_name()).text("`, ").text(endian.word()).text(",")
        }
        Repr::BitInt(_) => message.text("a `_BitInt`"),
        Repr::Vector(_) => message.text("a vector"),
        Repr::Pointer { .. } => message.text("a pointer"),
        Repr::Array { .. } => message.text("an array"),
        Repr::IncompleteArray { .. } => message.text("an array of unknown length"),
        Repr::Record(_) => message.text("a record"),
        Repr::Enum(_) => message.text("an enumeration"),
    };
    match ty.native_extent() {
        Some(extent) => extent_of(message.text(" of "), extent),
        None => message,
    }
}

const fn extent_of(message: Message, extent: Extent) -> Message {
    message.text("size ").number(extent.size).text(" and alignment ").number(extent.align)
}

impl Disagreement {
    /// Panics with what C and rustc disagree on.
    #[track_caller]
    pub(super) const fn report(self, record: &StaticRecord) {
        let message = Message::new().text("`").text(record.name).text("`: ");
        let message = match self {
            Disagreement::None => return,
            Disagreement::Whole(c) => {
                let rust = record.extent();
                let message = message.text("C and Rust disagree on it: in C it has ");
                extent_of(extent_of(message, c).text(", in Rust "), rust)
            }
            Disagreement::Impossible(fault) => fault_of(message, fault),
        };
        panic!("{}", message.as_str())
    }
}

/// Why C has no such record.
pub(super) const fn fault_of(message: Message, fault: LayoutFault) -> Message {
    match fault {
        LayoutFault::TooLarge => message.text("it is too large for C"),
        LayoutFault::TooDeep => message.text("it is nested too deep"),
        LayoutFault::BadAlignment(n) => message.text("C has no alignment of ").number(n),
        LayoutFault::TooWide { width, limit } => {
            let message = message.text("a bit field of ").number(width as u64);
            message.text(" bits has a type of ").number(limit as u64)
        }
        LayoutFault::UnalignedElements => {
            message.text("the elements of an array are no multiple of their alignment")
        }
        LayoutFault::NamedZeroWidth => message.text("a named bit field has no bits"),
        LayoutFault::NotAnInteger => message.text("a bit field is of a type that is no integer"),
        LayoutFault::NoSuchRule => {
            message.text("this platform has no compiler with that rule for bit fields")
        }
        LayoutFault::AttributeWithoutName => {
            message.text("an anonymous member has an alignment or packing of its own")
        }
        LayoutFault::OrderWithoutBits => {
            message.text("a member that is no bit field has an order of its bits")
        }
        LayoutFault::MisplacedFlexible => {
            message.text("a flexible array is not the last of several members of a struct")
        }
        LayoutFault::NotARecord => {
            message.text("what is anonymous or extended is no struct or union")
        }
        LayoutFault::MisplacedBase => {
            message.text("what is extended is not the first member of a struct")
        }
    }
}

/// Asserts that a field of a record in one byte order is of that order all through: of `Be` or `Le`,
/// of single bytes, or of arrays and records of those.
#[track_caller]
pub(super) const fn assert_order(ty: &Type, place: FieldOf, endian: Endian) {
    let Some(wrong) = misordered(ty, endian) else { return };
    let message = place.message().text("in a ").text(endian.word()).text(" record expected ");
    let wrapper = match endian {
        Endian::Big => "`Be<…>`",
        Endian::Little => "`Le<…>`",
    };
    let message = message.text(wrapper).text(", single bytes, or what is made of them; found ");
    panic!("{}", describe(message, wrong).as_str())
}

/// Asserts that a member without a name, which has the name of `place` in Rust, is a struct or union.
#[track_caller]
pub(super) const fn assert_record(ty: &Type, place: FieldOf) {
    // `void` stands in for a type that has an error of its own.
    if matches!(ty.0, Repr::Record(_) | Repr::Void) {
        return;
    }
    let message = place
        .message()
        .text("expected a struct or union, whose members become the record's; found ");
    panic!("{}", describe(message, ty).as_str())
}

/// Asserts that no member of the anonymous member or base of that index, which is called `field` in
/// Rust, has the name of one of another before it (C11 6.7.2.1p13: they are members of the record, whose
/// names differ).
#[track_caller]
pub const fn assert_new_members<T: CType>(index: usize, field: &'static str) {
    new_members(T::RECORD, index, T::RECORD.members[index].ty, field);
}

#[track_caller]
const fn new_members(record: &StaticRecord, index: usize, ty: &Type, field: &'static str) {
    let Repr::Record(RecordRef::Static(inner)) = &ty.0 else { return };
    let mut i = 0;
    while i < inner.members.len() {
        let name = inner.name_of(i);
        if is_transparent(inner, i) {
            new_members(record, index, inner.members[i].ty, field);
        } else if comes_with(record, index, name).is_some() {
            let message = about(record.name, field).text("it brings a member `").text(name);
            panic!("{}", message.text("`, and one before it has the same name").as_str())
        }
        i += 1;
    }
}

/// Asserts that the named field has not the name of a member that an anonymous member or a base brings.
#[track_caller]
pub const fn assert_new_name<T: CType>(name: &'static str) {
    let record = T::RECORD;
    if let Some(bringer) = comes_with(record, record.members.len(), name) {
        let message = about(record.name, name).text("`").text(bringer);
        panic!(
            "{}",
            message.text("`, whose members are those of the record, has one of that name").as_str()
        )
    }
}

/// The record among the anonymous members and bases up to `end` that has a member of that name.
const fn comes_with(record: &StaticRecord, end: usize, name: &str) -> Option<&'static str> {
    let mut i = 0;
    while i < end {
        if let Repr::Record(RecordRef::Static(inner)) = &record.members[i].ty.0
            && is_transparent(record, i)
        {
            let mut j = 0;
            while j < inner.members.len() {
                let own = inner.name_of(j);
                if !is_transparent(inner, j) && !name.is_empty() && is_same_text(own, name) {
                    return Some(inner.name);
                }
                j += 1;
            }
            if let Some(found) = comes_with(inner, inner.members.len(), name) {
                return Some(found);
            }
        }
        i += 1;
    }
    None
}

const fn is_transparent(record: &StaticRecord, index: usize) -> bool {
    matches!(record.rules_of(index).role, FieldRole::Anonymous | FieldRole::Base)
}

/// `==`, which no `const fn` has.
const fn is_same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// The first part whose bytes may stand in another order.
const fn misordered(ty: &Type, endian: Endian) -> Option<&Type> {
    let in_order = match &ty.0 {
        // The stand-in for a type that has an error of its own.
        Repr::Void => true,
        Repr::Scalar(s) => s.extent(&Target::NATIVE).size == 1,
        Repr::Ordered(s, order) => {
            *order as u8 == endian as u8 || s.extent(&Target::NATIVE).size == 1
        }
        Repr::Enum(e) => matches!(e.native_extent(), Some(Extent { size: 1, .. })),
        Repr::Array { of: Element::Static(of), .. } => return misordered(of, endian),
        Repr::Record(RecordRef::Static(record)) => {
            let mut i = 0;
            while i < record.members.len() {
                let ty = record.members[i].ty;
                let rules = record.rules_of(i);
                i += 1;
                // Bit fields follow the machine's order unless their own record says another.
                if rules.bits.is_some() {
                    match rules.order {
                        Some(order) if order as u8 == endian as u8 => continue,
                        _ => return Some(ty),
                    }
                }
                if let Some(wrong) = misordered(ty, endian) {
                    return Some(wrong);
                }
            }
            true
        }
        _ => false,
    };
    if in_order { None } else { Some(ty) }
}

/// Asserts that a mirror has the size and alignment of the struct that it mirrors.
#[track_caller]
pub const fn assert_mirror<Mirror, Remote>(mirror: &str, remote: &str) {
    let ours = Extent::new(size_of::<Mirror>() as u64, align_of::<Mirror>() as u64);
    let theirs = Extent::new(size_of::<Remote>() as u64, align_of::<Remote>() as u64);
    if ours.size != theirs.size || ours.align != theirs.align {
        let message = Message::new().text("`").text(mirror).text("` has ");
        let message = extent_of(message, ours).text(", `").text(remote).text("` has ");
        panic!("{}", extent_of(message, theirs).as_str())
    }
}

/// The offset and size of a field.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// In bytes from the start of the record.
    pub offset: usize,
    /// In bytes.
    pub size: usize,
}

const fn span_of(message: Message, span: Span) -> Message {
    let message = message.text("size ").number(span.size as u64);
    message.text(" at offset ").number(span.offset as u64)
}

/// Asserts that a field of a mirror is where the field of that name is in the mirrored struct.
#[track_caller]
pub const fn assert_mirror_field(place: FieldOf, ours: Span, remote: &str, theirs: Span) {
    if ours.offset != theirs.offset || ours.size != theirs.size {
        let message = span_of(place.message().text("it has "), ours).text(", in `");
        panic!("{}", span_of(message.text(remote).text("` "), theirs).as_str())
    }
}

/// The size of what `_field` leads to; the function is never called. Its result is a raw pointer,
/// since a reference to a field of a packed struct could not be written.
pub const fn size_of_field<R, F>(_field: fn(&R) -> *const F) -> usize {
    size_of::<F>()
}
