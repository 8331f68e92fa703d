//! [`Layout`]: what the layout algorithm found out about a type on one target.
//!
//! Only facts, all of them computed already: nothing here adds up sizes of its own but to tell what
//! lies between two members.

use super::{Field, FieldRole, FieldRules, Repr, Type};
use crate::error::LayoutError;
use crate::layout::{BitRange, ByteSpan, FieldShape, Placement, RecordCursor, RecordKind};
use crate::memory::path::Place;
use crate::target::{Endian, Extent, Target};
use std::sync::{Arc, OnceLock, Weak};

/// A layout that is made again once no handle is left.
#[derive(Default)]
pub(super) struct WeakLayout(Weak<Facts>);

impl WeakLayout {
    pub(super) fn upgrade(&self) -> Option<Layout> {
        self.0.upgrade().map(Layout)
    }
}

/// The layout of the record at the bottom of `ty`'s arrays, kept from the first time that it is asked for.
fn kept<'l>(
    cell: &'l OnceLock<Layout>,
    ty: &Type,
    target: &Target,
) -> Result<&'l Layout, LayoutError> {
    if let Some(layout) = cell.get() {
        return Ok(layout);
    }
    let layout = bottom(ty).at(target)?;
    Ok(cell.get_or_init(|| layout))
}

fn is_of_records(ty: &Type) -> bool {
    matches!(bottom(ty).0, Repr::Record(_))
}

/// What the elements are at the bottom of arrays of arrays.
fn bottom(mut ty: &Type) -> &Type {
    while let Repr::Array { of, .. } = &ty.0 {
        ty = of.get();
    }
    ty
}

/// Where everything in a type is, on one target. Its [`Display`](std::fmt::Display) is a listing in
/// C, with offsets, holes and bit positions.
///
/// A cheap handle: clones share what was found out.
#[derive(Debug, Clone)]
pub struct Layout(Arc<Facts>);

#[derive(Debug)]
pub(super) struct Facts {
    ty: Type,
    target: Target,
    extent: Extent,
    fields: Vec<FieldLayout>,
    /// What is found through anonymous members.
    inner: Vec<FieldLayout>,
    /// Of an array of records: the layout of the record, once it was asked for.
    element: OnceLock<Layout>,
    /// Of a record: whether a member is `const`, once that was asked for.
    has_const_member: OnceLock<bool>,

    /// How the memory of the whole is accessed.
    place: Place,
    /// Of the names of all fields, those of `inner` last: a name is looked for among these.
    tags: Box<[u32]>,
}

/// Where one field is.
#[derive(Debug, Clone)]
pub struct FieldLayout {
    field: Field,
    offset: u64,
    bits: Option<BitRange>,
    unit: ByteSpan,
    extent: Extent,
    pub(super) demanded: u64,
    /// What `__alignof__` tells of the member, unless it is a bit field.
    told_align: Option<u64>,
    endian: Endian,
    /// Of a record, or an array of them: the layout of the record, once it was asked for.
    inside: OnceLock<Layout>,
    /// How its memory is accessed, once it was asked for.
    place: OnceLock<Place>,
}

/// Bits of a record that belong to no member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The byte in which the gap starts, from the start of the record.
    pub offset: u64,
    /// The bit of that byte, counted as in [`BitRange`]; 0 unless the gap follows a bit field.
    pub bit: u8,
    /// How many bits.
    pub bits: u128,
}

impl Gap {
    fn between(from: u128, to: u128) -> Gap {
        Gap { offset: (from / 8) as u64, bit: (from % 8) as u8, bits: to - from }
    }
}

/// The length of a name and three of its letters: fields of another tag have another name.
fn tag(name: &str) -> u32 {
    let bytes = name.as_bytes();
    match *bytes {
        [] => 0,
        [first, .., before, last] => u32::from_ne_bytes([bytes.len() as u8, first, before, last]),
        [first, ..] => u32::from_ne_bytes([bytes.len() as u8, first, 0, bytes[bytes.len() - 1]]),
    }
}

impl Facts {
    /// The field of that number, those that are found through anonymous members behind the others.
    fn nth(&self, i: usize) -> Option<&FieldLayout> {
        self.fields.get(i).or_else(|| self.inner.get(i - self.fields.len()))
    }
}

impl Layout {
    /// Whether the two are one and the same handle, and so surely of equal types on one target.
    #[inline]
    pub(crate) fn is_same(&self, other: &Layout) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn downgrade(&self) -> WeakLayout {
        WeakLayout(Arc::downgrade(&self.0))
    }

    /// The members that an initialiser without names sets, in order: those of anonymous members in their
    /// place, of a union only the first (C11 6.7.9p17).
    pub(crate) fn initialised(&self) -> impl Iterator<Item = String> {
        let mut names = Vec::new();
        self.add_initialised(&mut names);
        names.into_iter()
    }

    fn add_initialised(&self, names: &mut Vec<String>) {
        let most = if self.is_union() { names.len() + 1 } else { usize::MAX };
        for field in self.fields().iter().filter(|f| f.takes_room()) {
            if names.len() >= most {
                break;
            }
            match field.rules().role {
                FieldRole::Anonymous | FieldRole::Base => {
                    if let Ok(inside) = field.inside(self.target()) {
                        inside.add_initialised(names);
                    }
                }
                _ => names.push(field.name().to_owned()),
            }
        }
    }

    /// How the memory of the whole is accessed.
    pub(crate) fn place(&self) -> &Place {
        &self.0.place
    }

    /// The layout of the record that this array, or array of arrays, consists of.
    pub(crate) fn of_elements(&self) -> Result<&Layout, LayoutError> {
        kept(&self.0.element, &self.0.ty, &self.0.target)
    }

    /// Whether a member, of this or recursively of its members and elements, is `const`: what has one is not
    /// assigned to (C11 6.3.2.1p1).
    pub(crate) fn has_const_member(&self) -> bool {
        let is_or_has = |field: &FieldLayout| {
            field.ty().is_const()
                || is_of_records(field.ty())
                    && field.inside(self.target()).is_ok_and(Layout::has_const_member)
        };
        match &self.ty().0 {
            Repr::Array { .. } if is_of_records(self.ty()) => {
                self.of_elements().is_ok_and(Layout::has_const_member)
            }
            _ => *self.0.has_const_member.get_or_init(|| self.fields().iter().any(is_or_has)),
        }
    }

    pub(super) fn new(
        ty: &Type,
        target: &Target,
        extent: Extent,
        mut fields: Vec<FieldLayout>,
        mut inner: Vec<FieldLayout>,
    ) -> Layout {
        // A unit that reaches past the end, as in packed records, is no place to read from.
        for field in fields.iter_mut().chain(&mut inner) {
            if let Some(bits) = field.bits
                && field.unit.offset + field.unit.size > extent.size
            {
                field.unit = bits.bytes();
            }
        }
        let tags = fields.iter().chain(&inner).map(|f| tag(f.name())).collect();
        let (ty, target) = (ty.clone(), *target);
        let (element, has_const_member) = Default::default();
        let place = Place::of_whole(&ty, extent.size, &target);
        let facts =
            Facts { ty, target, extent, fields, inner, element, has_const_member, place, tags };
        Layout(Arc::new(facts))
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        &self.0.ty
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// Size in bytes, tail padding included.
    pub fn size(&self) -> u64 {
        self.0.extent.size
    }

    /// Alignment in bytes.
    pub fn align(&self) -> u64 {
        self.0.extent.align
    }

    /// The fields of a record in order, unnamed ones included; none for anything else.
    pub fn fields(&self) -> &[FieldLayout] {
        &self.0.fields
    }

    /// The field of that name, also one that is found through anonymous members; its offset is from
    /// the start of this record.
    pub fn field(&self, name: &str) -> Option<&FieldLayout> {
        if name.is_empty() {
            return None;
        }
        let (facts, wanted) = (&*self.0, tag(name));
        let mut next = 0;
        while let Some(skipped) = facts.tags[next..].iter().position(|tag| *tag == wanted) {
            let field = facts.nth(next + skipped)?;
            if field.name() == name {
                return Some(field);
            }
            next += skipped + 1;
        }
        None
    }

    /// All fields that have a name, those that are found through anonymous members included.
    pub fn named_fields(&self) -> impl Iterator<Item = &FieldLayout> {
        self.0.fields.iter().chain(&self.0.inner).filter(|f| !f.name().is_empty())
    }

    pub(super) fn is_union(&self) -> bool {
        self.0.ty.record().is_some_and(|r| r.rules().kind == RecordKind::Union)
    }

    /// The gaps between the fields of a struct, in order; the room of unnamed bit fields counts as
    /// a gap, that behind the last field does not.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?;
    /// let s = s.define(|r| r.field("a", Type::CHAR).field("b", Type::INT).field("c", Type::CHAR))?;
    /// let layout = s.at(&Target::X86_64_LINUX)?;
    /// assert_eq!((layout.holes()[0].offset, layout.holes()[0].bits), (1, 24));
    /// assert_eq!(layout.tail_padding().map(|t| (t.offset, t.bits)), Some((9, 24)));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn holes(&self) -> Vec<Gap> {
        let (mut holes, mut end) = (Vec::new(), 0);
        if self.is_union() {
            return holes;
        }
        for field in self.0.fields.iter().filter(|f| f.takes_room()) {
            let (from, to) = field.bit_span();
            if from > end {
                holes.push(Gap::between(end, from));
            }
            end = end.max(to);
        }
        holes
    }

    /// What lies between the end of the last field and the end of the record, if anything does.
    pub fn tail_padding(&self) -> Option<Gap> {
        self.0.ty.record()?;
        let fields = self.0.fields.iter().filter(|f| f.takes_room());
        let end = fields.map(|f| f.bit_span().1).max().unwrap_or(0);
        let size = u128::from(self.0.extent.size) * 8;
        (end < size).then(|| Gap::between(end, size))
    }

    /// What is not as in `other`: one line for the type and for each field that differs in offset,
    /// size or bits, empty if nothing does.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?;
    /// let s = s.define(|r| r.field("a", Type::CHAR).field("b", Type::LONG))?;
    /// let changes = s.at(&Target::X86_64_LINUX)?.diff(&s.at(&Target::ARMV7_LINUX)?);
    /// assert!(changes[1].starts_with("b: offset 8, size 8 on x86_64-linux"), "{changes:?}");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn diff(&self, other: &Layout) -> Vec<String> {
        let (here, there) = (self.0.target.name, other.0.target.name);
        let mut changes = Vec::new();
        if self.0.extent != other.0.extent {
            let show = |e: Extent| format!("size {}, align {}", e.size, e.align);
            let (ours, theirs) = (show(self.0.extent), show(other.0.extent));
            changes.push(format!("{}: {ours} on {here}; {theirs} on {there}", self.0.ty));
        }
        for field in self.named_fields() {
            match other.field(field.name()) {
                Some(twin) if (twin.shown()) == field.shown() => {}
                Some(twin) => changes.push(format!(
                    "{}: {} on {here}; {} on {there}",
                    field.name(),
                    field.shown(),
                    twin.shown()
                )),
                None => changes.push(format!("{}: only on {here}", field.name())),
            }
        }
        let only_there = other.named_fields().filter(|f| self.field(f.name()).is_none());
        changes.extend(only_there.map(|f| format!("{}: only on {there}", f.name())));
        changes
    }
}

impl FieldLayout {
    pub(super) fn new(
        field: Field,
        placed: Placement,
        extent: Extent,
        demanded: u64,
        endian: Endian,
    ) -> FieldLayout {
        let Placement { offset, bits, unit, .. } = placed;
        let (told_align, inside, place) = (None, OnceLock::new(), OnceLock::new());
        FieldLayout {
            field,
            offset,
            bits,
            unit,
            extent,
            demanded,
            told_align,
            endian,
            inside,
            place,
        }
    }

    /// The same field as seen from a record that holds its own at `by`.
    pub(super) fn moved(mut self, by: u64) -> FieldLayout {
        self.offset += by;
        self.unit.offset += by;
        self.place = OnceLock::new();
        if let Some(bits) = &mut self.bits {
            bits.byte += by;
        }
        self
    }

    /// The same field in a record of which the extent is known by now.
    pub(super) fn within(
        mut self,
        shape: &FieldShape,
        cursor: &RecordCursor,
        whole: Extent,
    ) -> FieldLayout {
        let told = cursor.told_align(shape, self.offset, whole);
        self.told_align = self.bits.is_none().then_some(told);
        self
    }

    /// The alignment in bytes that `__alignof__` tells of the member, as the target's compiler has it;
    /// a bit field has none.
    #[cfg(feature = "decl")]
    pub(crate) fn told_align(&self) -> Option<u64> {
        self.told_align
    }

    /// The byte order that the bits of a bit field are in: the target's, unless the field has one of its
    /// own ([`FieldRules::order`]). What [`BitRange::read`] is to be told.
    pub fn endian(&self) -> Endian {
        self.endian
    }

    /// The layout of the record that this field is, or is an array of.
    pub(crate) fn inside(&self, target: &Target) -> Result<&Layout, LayoutError> {
        kept(&self.inside, self.ty(), target)
    }

    /// How the memory of the field is accessed; `target` is that of its layout.
    #[inline]
    pub(crate) fn place(&self, target: &Target) -> &Place {
        self.place.get_or_init(|| Place::of_field(self, target))
    }

    pub(super) fn field(&self) -> &Field {
        &self.field
    }

    /// The name; empty if the field has none.
    pub fn name(&self) -> &str {
        self.field.name()
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        self.field.ty()
    }

    /// What is said of the field beside its name and type.
    pub fn rules(&self) -> FieldRules {
        self.field.rules()
    }

    /// As [`Field::is_bit_field`].
    pub fn is_bit_field(&self) -> bool {
        self.field.is_bit_field()
    }

    /// As [`Field::is_anonymous`].
    pub fn is_anonymous(&self) -> bool {
        self.field.is_anonymous()
    }

    /// Size in bits: the width of a bit field, or all bits of another one's bytes.
    pub fn bit_size(&self) -> u128 {
        let (from, to) = self.bit_span();
        to - from
    }

    /// Offset from the start of the record, in bytes; of a bit field, that of its first byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Size in bytes; of a bit field, the number of bytes that it has bits in.
    pub fn size(&self) -> u64 {
        match self.bits {
            Some(bits) => bits.bytes().size,
            None => self.extent.size,
        }
    }

    /// The bits of a bit field.
    pub fn bits(&self) -> Option<BitRange> {
        self.bits
    }

    /// The first bit of a bit field in the byte at its offset, counted as in [`BitRange`].
    pub fn bit_offset(&self) -> Option<u8> {
        self.bits.map(|b| b.bit)
    }

    /// The width of a bit field.
    pub fn width(&self) -> Option<u32> {
        self.bits.map(|b| b.width)
    }

    /// Which bits of each of the bytes of a bit field belong to it; empty for other fields, which
    /// have all of theirs.
    pub fn mask(&self) -> Vec<u8> {
        let mask = |bits: BitRange| {
            (0..bits.bytes().size).map(move |i| bits.mask(bits.byte + i, self.endian)).collect()
        };
        self.bits.map_or_else(Vec::new, mask)
    }

    /// The storage unit that holds a bit field: the aligned variable of its type, if there is one
    /// inside the record, else the bytes that it has bits in. For others the bytes of the field.
    pub fn unit(&self) -> ByteSpan {
        self.unit
    }

    /// First bit and end in bits.
    pub(super) fn bit_span(&self) -> (u128, u128) {
        let (from, bits) = match self.bits {
            Some(b) => (u128::from(b.byte) * 8 + u128::from(b.bit), u128::from(b.width)),
            None => (u128::from(self.offset) * 8, u128::from(self.extent.size) * 8),
        };
        (from, from + bits)
    }

    /// Whether the field is more than a mark for the layout.
    pub(super) fn takes_room(&self) -> bool {
        self.rules().role != super::FieldRole::Unnamed
    }

    fn shown(&self) -> String {
        match self.bits {
            Some(b) => format!("offset {}, bit {}, width {}", b.byte, b.bit, b.width),
            None => format!("offset {}, size {}", self.offset, self.extent.size),
        }
    }
}
