//! Paths to parts of a type: `a.b[3].c`.
//!
//! The only parser of paths. It takes any text: what is no path is an error that says where. Members of
//! anonymous members are named as if they were the record's own (C11 6.7.2.1p13).
#![forbid(unsafe_code)]

use super::part::Meaning;
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
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
    /// The bits of a bit field.
    pub(super) bits: Option<BitRange>,
    /// The order of the bytes, or of the bits of a bit field.
    pub(super) endian: Endian,
    pub(super) meaning: Meaning,
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
        self.walk(path).map_err(|(at, reason)| {
            AccessError::new(self, path, AccessFault::NoSuchPart { at, reason })
        })
    }

    /// The type as a part of itself.
    pub(super) fn whole(&self) -> Found<'_> {
        Steps::new(self).found()
    }

    /// The part, or where in the path it fails and why.
    fn walk(&self, path: &str) -> Result<Found<'_>, (usize, String)> {
        let mut steps = Steps::new(self);
        let mut at = 0;
        while at < path.len() {
            let rest = &path[at..];
            let length = match rest.strip_prefix('[') {
                Some(behind) => steps.element(behind).map(|digits| digits + 2),
                None if at == 0 => steps.member(rest),
                None => match rest.strip_prefix('.') {
                    Some(name) => steps.member(name).map(|length| length + 1),
                    None => Err(format!("expected `.` or `[`, found `{}`", rest.escape_debug())),
                },
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
    span: ByteSpan,
    bits: Option<BitRange>,
    endian: Endian,
    is_const: bool,
    /// The last member on the way, which keeps the layout of the records inside of it.
    member: Option<&'l FieldLayout>,
}

impl<'l> Steps<'l> {
    fn new(root: &'l Layout) -> Steps<'l> {
        let ty = root.ty();
        Steps {
            root,
            ty,
            span: ByteSpan { offset: 0, size: root.size() },
            bits: None,
            endian: root.target().endian,
            is_const: ty.qualifiers().contains(Qualifiers::CONST),
            member: None,
        }
    }

    fn found(self) -> Found<'l> {
        let target = self.root.target();
        let ByteSpan { offset, size } = self.span;
        let meaning = Meaning::of(self.ty, target, self.bits.is_some());
        let endian = if let Repr::Ordered(_, endian) = self.ty.0 { endian } else { self.endian };
        let place =
            Place { offset, size, bits: self.bits, endian, meaning, is_const: self.is_const };
        Found { ty: self.ty, target, place }
    }

    /// Steps to the element whose index stands before a `]`; answers with how many bytes that takes.
    fn element(&mut self, text: &str) -> Result<usize, String> {
        let (digits, _) = text.split_once(']').ok_or("expected `]` behind the index")?;
        let index = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u64>());
        let Some(Ok(index)) = index else {
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
        let size = of.extent_at(self.root.target()).map_err(|e| e.to_string())?.size;
        let offset = index.checked_mul(size).and_then(|by| self.span.offset.checked_add(by));
        let offset = offset.ok_or_else(|| format!("index {index} is beyond all addresses"))?;
        (self.span, self.ty) = (ByteSpan { offset, size }, of);
        self.is_const |= of.qualifiers().contains(Qualifiers::CONST);
        Ok(digits.len())
    }

    /// Steps to the member whose name `text` starts with; answers with the length of the name.
    fn member(&mut self, text: &str) -> Result<usize, String> {
        let name = &text[..text.find(['.', '[']).unwrap_or(text.len())];
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

    fn enter(&mut self, field: &'l FieldLayout) -> Option<()> {
        let offset = self.span.offset.checked_add(field.offset())?;
        self.endian = field.endian();
        self.bits = field.bits().map(|bits| BitRange { byte: offset, ..bits });
        self.span = ByteSpan { offset, size: field.size() };
        self.ty = field.ty();
        self.is_const |= self.ty.qualifiers().contains(Qualifiers::CONST);
        self.member = Some(field);
        Some(())
    }
}

fn hint(ty: &Type) -> &'static str {
    match ty.0 {
        Repr::Pointer { .. } => ", whose target is memory of its own",
        _ => "",
    }
}
