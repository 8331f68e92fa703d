//! Paths to parts of a type: `a.b[3].c`.
//!
//! The only parser of paths. It takes any text: what is no path is an error that says where. Members of
//! anonymous members are named as if they were the record's own (C11 6.7.2.1p13).

use super::{AccessError, AccessFault};
use crate::layout::{BitRange, ByteSpan};
use crate::target::{Endian, Target};
use crate::types::{Layout, Type, TypeKind};

/// A part of a type on one target, found by its path; can be kept and used with any view of the layout.
#[derive(Debug, Clone)]
pub struct ResolvedPath {
    pub(super) root: Type,
    pub(super) target: Target,
    text: String,
    ty: Type,
    span: ByteSpan,
    bits: Option<BitRange>,
    /// The order of the bits.
    endian: Endian,
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
        self.span
    }

    /// The bits of a bit field.
    pub fn bits(&self) -> Option<BitRange> {
        self.bits
    }

    /// The byte order that the part is read in, if its type has none of its own.
    pub(super) fn endian(&self) -> Endian {
        self.endian
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The byte behind the part; none if it is beyond what can be counted.
    pub(super) fn end(&self) -> Option<u64> {
        self.span.offset.checked_add(self.span.size)
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
        self.walk(path).map_err(|(at, reason)| {
            AccessError::new(self, path, AccessFault::NoSuchPart { at, reason })
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
        self.walk(path).ok().map(|found| (found.ty, found.span, found.bits))
    }

    /// The part, or where in the path it fails and why.
    fn walk(&self, path: &str) -> Result<ResolvedPath, (usize, String)> {
        let mut found = ResolvedPath {
            root: self.ty().clone(),
            target: *self.target(),
            text: path.to_owned(),
            ty: self.ty().clone(),
            span: ByteSpan { offset: 0, size: self.size() },
            bits: None,
            endian: self.target().endian,
        };
        let mut at = 0;
        while at < path.len() {
            let rest = &path[at..];
            let length = match rest.strip_prefix('[') {
                Some(behind) => found.element(behind).map(|digits| digits + 2),
                None if at == 0 => found.member(rest, Some(self)),
                None => match rest.strip_prefix('.') {
                    Some(name) => found.member(name, None).map(|length| length + 1),
                    None => Err(format!("expected `.` or `[`, found `{}`", rest.escape_debug())),
                },
            };
            at += length.map_err(|reason| (at, reason))?;
        }
        Ok(found)
    }
}

impl ResolvedPath {
    /// Steps to the element whose index stands before a `]`; answers with how many bytes that takes.
    fn element(&mut self, text: &str) -> Result<usize, String> {
        let (digits, _) = text.split_once(']').ok_or("expected `]` behind the index")?;
        let index = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u64>());
        let Some(Ok(index)) = index else {
            return Err(format!("expected a number as index, found `{}`", digits.escape_debug()));
        };
        let TypeKind::Array { of, len } = self.ty.kind() else {
            return Err(format!("expected an array, found `{}`{}", self.ty, hint(&self.ty)));
        };
        if len != 0 && index >= len {
            let elements = if len == 1 { "element" } else { "elements" };
            return Err(format!("the index is {index}, `{}` has {len} {elements}", self.ty));
        }
        let size = of.extent_at(&self.target).map_err(|e| e.to_string())?.size;
        let offset = index.checked_mul(size).and_then(|by| self.span.offset.checked_add(by));
        let offset = offset.ok_or_else(|| format!("index {index} is beyond all addresses"))?;
        (self.span, self.ty) = (ByteSpan { offset, size }, of);
        Ok(digits.len())
    }

    /// Steps to the member whose name `text` starts with; answers with the length of the name.
    fn member(&mut self, text: &str, layout: Option<&Layout>) -> Result<usize, String> {
        let name = &text[..text.find(['.', '[']).unwrap_or(text.len())];
        if self.ty.record().is_none() {
            return Err(format!(
                "expected a struct or union with a member `{}`, found `{}`{}",
                name.escape_debug(),
                self.ty,
                hint(&self.ty)
            ));
        }
        let made;
        let layout = match layout {
            Some(layout) => layout,
            None => {
                made = self.ty.at(&self.target).map_err(|e| e.to_string())?;
                &made
            }
        };
        let Some(field) = layout.field(name) else {
            let names: Vec<&str> = layout.named_fields().map(|f| f.name()).take(12).collect();
            return Err(format!(
                "no member `{}` in `{}`, which has: {}",
                name.escape_debug(),
                self.ty,
                names.join(", ")
            ));
        };
        let offset = self.span.offset.checked_add(field.offset());
        let offset = offset.ok_or("the member is beyond all addresses")?;
        self.endian = field.endian();
        self.bits = field.bits().map(|bits| BitRange { byte: offset, ..bits });
        self.span = ByteSpan { offset, size: field.size() };
        self.ty = field.ty().clone();
        Ok(name.len())
    }
}

fn hint(ty: &Type) -> &'static str {
    match ty.kind() {
        TypeKind::Pointer { .. } => ", whose address is another view's affair",
        _ => "",
    }
}
