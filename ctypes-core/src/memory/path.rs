//! Paths to parts of a type: `a.b[3].c`.
//!
//! The only parser of paths. It takes any text: what is no path is an error that says where. Members of
//! anonymous members are named as if they were the record's own (C11 6.7.2.1p13).
#![forbid(unsafe_code)]

use super::part::{Meaning, Plain};
use super::{AccessError, AccessFault};
use crate::error::LayoutError;
use crate::layout::{BitRange, ByteSpan};
use crate::target::{Endian, Target};
use crate::types::{FieldLayout, Layout, Qualifiers, Repr, Type};
use std::sync::Arc;

/// A part of a type on one target, found by its path; can be kept and used with any memory of the layout.
///
/// What a path costs to read is paid once: an access by a resolved path is little more than a load.
#[derive(Debug, Clone)]
pub struct ResolvedPath {
    root: Layout,
    text: Arc<str>,
    ty: Type,
    pub(super) place: Place,
}

/// Where a part is, from the start of its type, and what its bits mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
    /// The bits of a bit field.
    pub(super) bits: Option<BitRange>,
    /// The order of the bytes, or of the bits of a bit field.
    pub(super) endian: Endian,
    pub(super) meaning: Meaning,
    /// What the part is to the processor, if it is as one of its numbers.
    pub(super) plain: Option<Plain>,
    /// The part, or something that it is a part of, is `const`.
    pub(super) is_const: bool,
}

/// A part that is being accessed.
#[derive(Clone, Copy)]
pub(super) struct Found<'l> {
    pub(super) ty: &'l Type,
    pub(super) target: &'l Target,
    pub(super) place: Place,
}

impl ResolvedPath {
    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The type of the part.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The bytes of the part, from the start of the type; of a bit field those that it has bits in.
    pub fn span(&self) -> ByteSpan {
        self.place.span()
    }

    /// The bits of a bit field.
    pub fn bits(&self) -> Option<BitRange> {
        self.place.bits
    }

    /// The target.
    pub fn target(&self) -> &Target {
        self.root.target()
    }

    pub(super) fn found(&self) -> Found<'_> {
        Found { ty: &self.ty, target: self.root.target(), place: self.place }
    }

    /// Whether this is a path of `layout`.
    #[inline]
    pub(super) fn belongs_to(&self, layout: &Layout) -> bool {
        self.root.is_same(layout) || self.is_of_equal(layout)
    }

    #[inline(never)]
    fn is_of_equal(&self, layout: &Layout) -> bool {
        self.root.target() == layout.target() && self.root.ty() == layout.ty()
    }

    /// Why this is no path of `layout`.
    #[cold]
    pub(super) fn other_layout(&self, layout: &Layout) -> AccessError {
        let (ty, target) = (self.root.ty().to_string(), self.root.target().name);
        AccessError::new(layout, &self.text, AccessFault::OtherLayout { ty, target })
    }
}

impl Place {
    /// A part that is no bit field.
    pub(super) fn of(span: ByteSpan, endian: Endian, meaning: Meaning, is_const: bool) -> Place {
        let is_native = endian == Target::NATIVE.endian;
        let plain = if is_native { Plain::of(meaning, span.size) } else { None };
        let ByteSpan { offset, size } = span;
        Place { offset, size, bits: None, endian, meaning, plain, is_const }
    }

    /// A part of that type in something of order `outer`.
    fn of_type(ty: &Type, span: ByteSpan, outer: Endian, target: &Target) -> Place {
        let endian = if let Repr::Ordered(_, endian) = ty.0 { endian } else { outer };
        let is_const = ty.qualifiers().contains(Qualifiers::CONST);
        Place::of(span, endian, Meaning::of(ty, target, false), is_const)
    }

    /// A type by itself.
    pub(crate) fn of_whole(ty: &Type, size: u64, target: &Target) -> Place {
        Place::of_type(ty, ByteSpan { offset: 0, size }, target.endian, target)
    }

    /// A field from the start of its record.
    pub(crate) fn of_field(field: &FieldLayout, target: &Target) -> Place {
        let span = ByteSpan { offset: field.offset(), size: field.size() };
        let place = Place::of_type(field.ty(), span, field.endian(), target);
        match field.bits() {
            None => place,
            bits => {
                Place { bits, plain: None, meaning: Meaning::of(field.ty(), target, true), ..place }
            }
        }
    }

    /// The first element of an array at this place; `len` is 0 for one without a length.
    fn of_element(&self, of: &Type, len: u64, target: &Target) -> Result<Place, LayoutError> {
        // An array is its elements, without anything between them (C11 6.2.5p20).
        let size = match self.size.checked_div(len) {
            Some(size) => size,
            None => of.extent_at(target)?.size,
        };
        let span = ByteSpan { offset: self.offset, size };
        let place = Place::of_type(of, span, self.endian, target);
        Ok(Place { is_const: self.is_const || place.is_const, ..place })
    }

    /// This place, which is one in a record, from where the record's own is counted from.
    #[inline]
    fn inside(&self, record: &Place) -> Option<Place> {
        let offset = self.offset.checked_add(record.offset)?;
        let bits = self.bits.map(|bits| BitRange { byte: offset, ..bits });
        Some(Place { offset, bits, is_const: self.is_const || record.is_const, ..*self })
    }

    pub(super) fn span(&self) -> ByteSpan {
        ByteSpan { offset: self.offset, size: self.size }
    }

    /// The byte behind the part; none if it is beyond what can be counted.
    #[inline]
    pub(super) fn end(&self) -> Option<u64> {
        self.offset.checked_add(self.size)
    }
}

impl Layout {
    /// The part of this type at a path such as `a.b[3].c`; the empty path is the type itself.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let point = types.declare_struct("point")?;
    /// let point = point.define(|r| r.field("x", Type::INT).field("y", Type::INT))?;
    /// let line = types.declare_struct("line")?.define(|r| r.field("ends", point.array(2).unwrap()))?;
    /// let layout = line.at(&Target::S390X_LINUX)?;
    /// assert_eq!(layout.path("ends[1].y")?.span().offset, 12);
    /// assert_eq!(
    ///     layout.path("ends[2]").unwrap_err().to_string(),
    ///     "`ends[2]` of `struct line` on s390x-linux: at byte 4 of the path: \
    ///      the index is 2, `struct point [2]` has 2 elements",
    /// );
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the text is no path or there is no such part. An index into a flexible array finds no bound
    /// here; a view has one.
    pub fn path(&self, path: &str) -> Result<ResolvedPath, AccessError> {
        let found = self.find(path)?;
        Ok(ResolvedPath {
            root: self.clone(),
            text: path.into(),
            ty: found.ty.clone(),
            place: found.place,
        })
    }

    /// The place of a part of a part, from the start of this type: [`Layout::path`] without its reasons.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let point = types.declare_struct("point")?;
    /// let point = point.define(|r| r.field("x", Type::INT).field("y", Type::INT))?;
    /// let line = types.declare_struct("line")?;
    /// let line = line.define(|r| r.field("tag", Type::CHAR).field("ends", point.array(2).unwrap()))?;
    /// let (ty, bytes, _) = line.at(&Target::NATIVE)?.locate("ends[1].y").unwrap();
    /// assert_eq!((ty, bytes.offset, bytes.size), (Type::INT, 16, 4));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// Answers with the type, the bytes and, for a bit field, the bits; `None` if there is no such
    /// part. An index into a flexible array finds no bound.
    pub fn locate(&self, path: &str) -> Option<(Type, ByteSpan, Option<BitRange>)> {
        let found = self.walk(path).ok()?;
        Some((found.ty.clone(), found.place.span(), found.place.bits))
    }

    /// [`Layout::path`] without a copy of anything.
    pub(super) fn find(&self, path: &str) -> Result<Found<'_>, AccessError> {
        self.walk(path).map_err(|lost| self.no_part(path, lost))
    }

    #[cold]
    pub(super) fn no_part(&self, path: &str, (at, reason): (usize, String)) -> AccessError {
        AccessError::new(self, path, AccessFault::NoSuchPart { at, reason })
    }

    /// The type as a part of itself.
    pub(super) fn whole(&self) -> Found<'_> {
        Steps::new(self).found()
    }

    /// The part, or where in the path it fails and why.
    pub(super) fn walk(&self, path: &str) -> Result<Found<'_>, (usize, String)> {
        // Most paths are one name, for which there is nothing to be added up.
        if let Some(field) = self.field(path) {
            let mut place = *field.place(self.target());
            place.is_const |= self.place().is_const;
            return Ok(Found { ty: field.ty(), target: self.target(), place });
        }
        let (mut steps, mut at) = (Steps::new(self), 0);
        while at < path.len() {
            let rest = &path[at..];
            let length = match rest.as_bytes()[0] {
                b'[' => steps.element(&rest[1..]).map(|digits| digits + 2),
                _ if at == 0 => steps.member(rest),
                b'.' => steps.member(&rest[1..]).map(|length| length + 1),
                _ => Err(format!("expected `.` or `[`, found `{}`", rest.escape_debug())),
            };
            at += length.map_err(|reason| (at, reason))?;
        }
        Ok(steps.found())
    }
}

/// A walk into a type.
struct Steps<'l> {
    root: &'l Layout,
    ty: &'l Type,
    place: Place,
    /// The last member on the way, which keeps the layout of the records inside of it.
    member: Option<&'l FieldLayout>,
}

impl<'l> Steps<'l> {
    #[inline]
    fn new(root: &'l Layout) -> Steps<'l> {
        Steps { root, ty: root.ty(), place: *root.place(), member: None }
    }

    #[inline]
    fn found(self) -> Found<'l> {
        Found { ty: self.ty, target: self.root.target(), place: self.place }
    }

    /// Steps to the element whose index stands before a `]`; answers with how many bytes that takes.
    fn element(&mut self, text: &str) -> Result<usize, String> {
        let end = text.bytes().position(|b| b == b']').ok_or("expected `]` behind the index")?;
        let digits = &text[..end];
        let digit = |b: u8| b.is_ascii_digit().then(|| u64::from(b - b'0'));
        let add = |n: u64, b| n.checked_mul(10)?.checked_add(digit(b)?);
        let index = digits.bytes().try_fold(0, add).filter(|_| end != 0);
        let Some(index) = index else {
            return Err(format!("expected a number as index, found `{}`", digits.escape_debug()));
        };
        let Repr::Array { of, len, .. } = &self.ty.0 else {
            return Err(format!("expected an array, found `{}`{}", self.ty, hint(self.ty)));
        };
        if *len != 0 && index >= *len {
            let elements = if *len == 1 { "element" } else { "elements" };
            return Err(format!("the index is {index}, `{}` has {len} {elements}", self.ty));
        }
        let of = of.get();
        let first = self.place.of_element(of, *len, self.root.target());
        let first = first.map_err(|e| e.to_string())?;
        let by = index.checked_mul(first.size);
        let offset = by.and_then(|by| first.offset.checked_add(by));
        let offset = offset.filter(|at| at.checked_add(first.size).is_some());
        let offset = offset.ok_or_else(|| format!("index {index} is beyond all addresses"))?;
        (self.place, self.ty) = (Place { offset, ..first }, of);
        Ok(digits.len())
    }

    /// Steps to the member whose name `text` starts with; answers with the length of the name.
    fn member(&mut self, text: &str) -> Result<usize, String> {
        let end = text.bytes().position(|b| matches!(b, b'.' | b'['));
        let name = &text[..end.unwrap_or(text.len())];
        if !matches!(self.ty.0, Repr::Record(_)) {
            return Err(format!(
                "expected a struct or union with a member `{}`, found `{}`{}",
                name.escape_debug(),
                self.ty,
                hint(self.ty)
            ));
        }
        let layout = self.record().map_err(|e| e.to_string())?;
        let Some(field) = layout.field(name) else {
            let names: Vec<&str> = layout.named_fields().map(|f| f.name()).take(12).collect();
            return Err(format!(
                "no member `{}` in `{}`, which has: {}",
                name.escape_debug(),
                self.ty,
                names.join(", ")
            ));
        };
        self.enter(field).ok_or("the member is beyond all addresses")?;
        Ok(name.len())
    }

    /// The layout of the record that the walk has come to.
    fn record(&self) -> Result<&'l Layout, LayoutError> {
        match self.member {
            Some(member) => member.inside(self.root.target()),
            None if matches!(self.root.ty().0, Repr::Record(_)) => Ok(self.root),
            None => self.root.of_elements(),
        }
    }

    #[inline]
    fn enter(&mut self, field: &'l FieldLayout) -> Option<()> {
        self.place = field.place(self.root.target()).inside(&self.place)?;
        self.ty = field.ty();
        self.member = Some(field);
        Some(())
    }
}

impl<'l> Found<'l> {
    /// The first element of an array; none if this is no array, or its elements have no size.
    pub(super) fn first_element(&self) -> Option<Found<'l>> {
        let Repr::Array { of, len, .. } = &self.ty.0 else { return None };
        let (of, target) = (of.get(), self.target);
        let place = self.place.of_element(of, *len, target).ok()?;
        Some(Found { ty: of, target, place })
    }

    /// Goes to the element behind this one.
    #[inline]
    pub(super) fn step(&mut self) {
        // What is beyond all addresses is beyond all memory, whose bounds every access checks.
        self.place.offset = self.place.offset.saturating_add(self.place.size);
    }
}

fn hint(ty: &Type) -> &'static str {
    match ty.0 {
        Repr::Pointer { .. } => ", whose target is memory of its own",
        _ => "",
    }
}
