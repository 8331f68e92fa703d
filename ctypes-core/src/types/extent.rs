//! Sizes, alignments and offsets of types on a target, all by the layout algorithm.

use super::{Element, Field, Repr, Scalar, Type};
use crate::error::LayoutError;
use crate::layout::{self, FieldShape, RecordCursor};
use crate::target::{Extent, Target};
use std::fmt;

impl Type {
    /// The native size and alignment; `None` for what has none.
    pub(crate) const fn native_extent(&self) -> Option<Extent> {
        match &self.0 {
            Repr::Void | Repr::Function(_) => None,
            Repr::Scalar(s) => Some(s.extent(&Target::NATIVE)),
            Repr::Pointer { .. } => Some(pointer(&Target::NATIVE)),
            Repr::Array { native, .. } => Some(*native),
            Repr::Record(r) => r.native(),
        }
    }

    /// Size and alignment on `target`.
    ///
    /// The depth of the recursion is that of by-value nesting, which is finite: a record can only be
    /// used by value once it is complete.
    pub(crate) fn extent_at(&self, target: &Target) -> Result<Extent, LayoutError> {
        match &self.0 {
            Repr::Void => Err(LayoutError::no_size(self, "void is an incomplete type")),
            Repr::Function(_) => {
                Err(LayoutError::no_size(self, "a function has no size; its pointer has"))
            }
            Repr::Scalar(s) => Ok(s.extent(target)),
            Repr::Pointer { .. } => Ok(pointer(target)),
            Repr::Array { of, len, .. } => layout::array(of.get().extent_at(target)?, *len, target)
                .map_err(|fault| LayoutError::fault(self, None, fault)),
            Repr::Record(_) => Ok(self.place_fields(target)?.1),
        }
    }

    /// The offset of each field and the extent of the whole.
    fn place_fields(&self, target: &Target) -> Result<(Vec<u64>, Extent), LayoutError> {
        let (Some(record), Some(rules)) = (self.record(), self.rules()) else {
            return Ok((Vec::new(), self.extent_at(target)?));
        };
        if !record.is_complete() {
            return Err(LayoutError::no_size(self, "the record is declared but not defined"));
        }
        let whole = |fault| LayoutError::fault(self, None, fault);
        let mut cursor = RecordCursor::new(rules, target).map_err(whole)?;
        let mut offsets = Vec::new();
        for field in record.fields() {
            if let Some(scalar) = field.unspelled_scalar()
                && scalar.depends_on_spelling(target)
            {
                return Err(LayoutError::HostOnly {
                    record: self.to_string(),
                    field: field.name().to_owned(),
                    found: scalar.c_name(),
                    target: target.name,
                });
            }
            let extent = field.ty().extent_at(target)?;
            let placed = cursor
                .place(FieldShape::plain(extent))
                .map_err(|fault| LayoutError::fault(self, Some(field.name()), fault))?;
            offsets.push(placed.offset);
        }
        Ok((offsets, cursor.finish().map_err(whole)?))
    }

    /// The layout on the platform that this program runs on.
    ///
    /// # Errors
    /// As [`Type::at`].
    pub fn layout(&self) -> Result<Layout, LayoutError> {
        self.at(&Target::NATIVE)
    }

    /// The layout on any target.
    ///
    /// ```
    /// use ctypes_core::{Type, target::Target};
    /// assert_eq!(Type::LONG.at(&Target::X86_64_LINUX)?.size(), 8);
    /// assert_eq!(Type::LONG.at(&Target::X86_64_WINDOWS_MSVC)?.size(), 4);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the type has no size, is too large for the target, or is a record with a field whose C
    /// type is known only for this platform ([`LayoutError::HostOnly`]).
    pub fn at(&self, target: &Target) -> Result<Layout, LayoutError> {
        let (offsets, extent) = self.place_fields(target)?;
        let mut fields = Vec::with_capacity(offsets.len());
        for (field, offset) in self.fields().into_iter().zip(offsets) {
            let extent = field.ty().extent_at(target)?;
            fields.push(FieldLayout { field, offset, extent });
        }
        Ok(Layout { ty: self.clone(), target: *target, extent, fields })
    }
}

const fn pointer(target: &Target) -> Extent {
    Extent::new(target.pointer as u64, target.pointer as u64)
}

impl Field {
    /// The scalar behind a field whose C spelling the attribute did not say.
    fn unspelled_scalar(&self) -> Option<Scalar> {
        if self.is_spelled() {
            return None;
        }
        let mut ty = self.ty();
        loop {
            match &ty.0 {
                Repr::Scalar(s) => return Some(*s),
                Repr::Array { of: Element::Static(of), .. } => ty = of,
                _ => return None,
            }
        }
    }
}

/// Where everything in a type is, on one target. Its [`Display`](fmt::Display) is a listing in C.
#[derive(Debug, Clone)]
pub struct Layout {
    ty: Type,
    target: Target,
    extent: Extent,
    fields: Vec<FieldLayout>,
}

/// Where one field is.
#[derive(Debug, Clone)]
pub struct FieldLayout {
    field: Field,
    offset: u64,
    extent: Extent,
}

impl Layout {
    /// The type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Size in bytes, tail padding included.
    pub fn size(&self) -> u64 {
        self.extent.size
    }

    /// Alignment in bytes.
    pub fn align(&self) -> u64 {
        self.extent.align
    }

    /// The fields of a record in order; none for anything else.
    pub fn fields(&self) -> &[FieldLayout] {
        &self.fields
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldLayout> {
        self.fields.iter().find(|f| f.name() == name)
    }
}

impl FieldLayout {
    /// The name.
    pub fn name(&self) -> &str {
        self.field.name()
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        self.field.ty()
    }

    /// Offset from the start of the record, in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.extent.size
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ty, target) = (&self.ty, self.target.name);
        let Extent { size, align } = self.extent;
        if ty.record().is_none() {
            return write!(f, "{ty};  /* {target}: size {size}, align {align} */");
        }
        writeln!(f, "{ty} {{  /* {target} */")?;
        let is_union = self.fields.iter().all(|f| f.offset == 0);
        let mut end = 0;
        for field in &self.fields {
            if field.offset > end && !is_union {
                writeln!(f, "    /* hole of {} */", field.offset - end)?;
            }
            end = field.offset + field.extent.size;
            let declaration = format!("{};", field.ty().declare(field.name()));
            writeln!(
                f,
                "    {declaration:<40} /* {:>5} {:>5} */",
                field.offset, field.extent.size
            )?;
        }
        if end < size && !is_union {
            writeln!(f, "    /* tail padding of {} */", size - end)?;
        }
        write!(f, "}};  /* size {size}, align {align} */")
    }
}
