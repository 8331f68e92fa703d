//! Sizes, alignments and offsets of types on a target, all by the layout algorithm.

use super::record::RecordId;
use super::{Element, Field, Record, Repr, Scalar, Type};
use crate::error::LayoutError;
use crate::layout::{self, FieldShape, RecordCursor};
use crate::target::{Extent, Target};
use std::collections::HashMap;
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

    /// How many arrays and records are inside one another by value, this type among them.
    pub(crate) fn nesting(&self) -> u32 {
        let (mut ty, mut arrays) = (self, 0);
        while let Repr::Array { of, .. } = &ty.0 {
            ty = of.get();
            arrays += 1;
        }
        let records = match &ty.0 {
            Repr::Record(record) => record.nesting(),
            _ => 0,
        };
        arrays + records
    }

    /// Size and alignment on `target`.
    ///
    /// The depth of the recursion is that of by-value nesting, which has a limit.
    pub(crate) fn extent_at(&self, target: &Target) -> Result<Extent, LayoutError> {
        Ok(Measuring::on(target).measure(self)?.extent)
    }

    /// As the layout algorithm wants to know a member.
    pub(crate) fn shape_at(&self, target: &Target) -> Result<FieldShape, LayoutError> {
        Measuring::on(target).measure(self)
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
        let mut measuring = Measuring::on(target);
        let Some(record) = self.record() else {
            let extent = measuring.measure(self)?.extent;
            return Ok(Layout { ty: self.clone(), target: *target, extent, fields: Vec::new() });
        };
        let mut fields = Vec::new();
        let extent = measuring.place(self, &record, |field| fields.push(field))?;
        Ok(Layout { ty: self.clone(), target: *target, extent, fields })
    }
}

/// One computation on one target. Each record is measured once, however often it occurs: records
/// that hold two of the one before would take exponential time otherwise.
struct Measuring<'t> {
    target: &'t Target,
    known: HashMap<RecordId, FieldShape>,
}

impl<'t> Measuring<'t> {
    fn on(target: &'t Target) -> Measuring<'t> {
        Measuring { target, known: HashMap::new() }
    }

    fn measure(&mut self, ty: &Type) -> Result<FieldShape, LayoutError> {
        match &ty.0 {
            Repr::Void => Err(LayoutError::no_size(ty, "void is an incomplete type")),
            Repr::Function(_) => {
                Err(LayoutError::no_size(ty, "a function has no size; its pointer has"))
            }
            Repr::Scalar(s) => Ok(FieldShape::plain(s.extent(self.target))),
            Repr::Pointer { .. } => Ok(FieldShape::plain(pointer(self.target))),
            Repr::Array { of, len, .. } => {
                let element = self.measure(of.get())?;
                let extent = layout::array(element.extent, *len, self.target)
                    .map_err(|fault| LayoutError::fault(ty, None, fault))?;
                Ok(FieldShape::demanding(extent, element.demanded))
            }
            Repr::Record(record) => {
                let id = record.id();
                if let Some(known) = self.known.get(&id) {
                    return Ok(*known);
                }
                let record = Record(record.clone());
                let mut inside = 1;
                let extent = self.place(ty, &record, |f| inside = inside.max(f.demanded))?;
                // An attribute vouches for the whole alignment of its record, even if it names a
                // smaller one (as clang has it for Microsoft's ABI).
                let demanded = if record.rules().align.is_some() { extent.align } else { inside };
                let shape = FieldShape::demanding(extent, demanded);
                self.known.insert(id, shape);
                Ok(shape)
            }
        }
    }

    /// Places the fields of a record in order and hands each to `each`.
    fn place(
        &mut self,
        ty: &Type,
        record: &Record,
        mut each: impl FnMut(FieldLayout),
    ) -> Result<Extent, LayoutError> {
        if !record.is_complete() {
            return Err(LayoutError::no_size(ty, "the record is declared but not defined"));
        }
        let target = self.target;
        let whole = |fault| LayoutError::fault(ty, None, fault);
        let mut cursor = RecordCursor::new(record.rules(), target).map_err(whole)?;
        for field in record.fields() {
            if let Some(scalar) = field.unspelled_scalar()
                && scalar.depends_on_spelling(target)
            {
                return Err(LayoutError::HostOnly {
                    record: ty.to_string(),
                    field: field.name().to_owned(),
                    found: scalar.c_name(),
                    target: target.name,
                });
            }
            let shape = self.measure(field.ty())?;
            let offset = cursor
                .place(shape)
                .map_err(|fault| LayoutError::fault(ty, Some(field.name()), fault))?
                .offset;
            let FieldShape { extent, demanded, .. } = shape;
            each(FieldLayout { field, offset, extent, demanded });
        }
        cursor.finish().map_err(whole)
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
    demanded: u64,
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
