//! Sizes, alignments and offsets of types on a target, all by the layout algorithm.

use super::record::{RecordId, RecordRef};
use super::vector::VectorFault;
use super::{
    Element, Enumeration, Field, FieldLayout, Layout, Qualifiers, Record, Repr, Scalar,
    ScalarClass, Type,
};
use crate::error::LayoutError;
use crate::layout::{self, FieldShape, LayoutFault, RecordCursor, RecordRules};
use crate::target::{BitRule, Compiler, Extent, Target};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

impl Type {
    /// The native size and alignment; `None` for what has none.
    pub(crate) const fn native_extent(&self) -> Option<Extent> {
        let extent = match &self.0 {
            Repr::Void | Repr::Function(_) | Repr::IncompleteArray { .. } => None,
            Repr::Scalar(s) | Repr::Ordered(s, _) => s.native_extent(),
            Repr::BitInt(b) => b.extent(&Target::NATIVE),
            Repr::Vector(v) => match v.extent(&Target::NATIVE) {
                Ok(extent) => Some(extent),
                Err(_) => None,
            },
            Repr::Pointer { .. } => Some(pointer(&Target::NATIVE)),
            Repr::Array { native, .. } => Some(*native),
            Repr::Enum(e) => e.native_extent(),
            Repr::Record(r) => r.native(),
        };
        match extent {
            Some(extent) if !self.1.is_plain() => self.1.apply(extent, &Target::NATIVE),
            extent => extent,
        }
    }

    /// As the layout algorithm wants to know a member on this platform; `None` for what has no size.
    pub(crate) const fn native_shape(&self) -> Option<FieldShape> {
        match self.native_extent() {
            Some(extent) => Some(FieldShape::demanding(extent, self.native_demanded())),
            None => None,
        }
    }

    /// What attributes inside of a type that is known at compile time demand, as
    /// [`FieldShape::demanded`]; Microsoft's rule alone asks.
    const fn native_demanded(&self) -> u64 {
        if !matches!(Target::NATIVE.compiler, Compiler::Msvc) {
            return 1;
        }
        match &self.0 {
            Repr::Array { of: Element::Static(of), .. } => of.native_demanded(),
            Repr::Record(RecordRef::Static(record)) if record.rules.align.is_some() => {
                record.extent.1 as u64
            }
            Repr::Record(RecordRef::Static(record)) => {
                let (mut most, mut i) = (1, 0);
                while i < record.members.len() {
                    let inside = record.members[i].ty.native_demanded();
                    most = if inside > most { inside } else { most };
                    i += 1;
                }
                most
            }
            _ => 1,
        }
    }

    /// The size and alignment of an array of this type, of which those on `target` are `element`.
    pub(super) fn array_extent(
        &self,
        element: Extent,
        len: u64,
        target: &Target,
    ) -> Result<Extent, LayoutFault> {
        // Elements follow one another without gaps (C11 6.2.5p20).
        if self.1.align != 0 && !element.size.is_multiple_of(element.align) {
            return Err(LayoutFault::UnalignedElements);
        }
        layout::array(element, len, target)
    }

    /// How many arrays and records are inside one another by value, this type among them.
    pub(crate) fn nesting(&self) -> u32 {
        let (mut ty, mut arrays) = (self, 0);
        while let Some(of) = ty.element() {
            ty = of;
            arrays += 1;
        }
        let records = match &ty.0 {
            Repr::Record(record) => record.nesting(),
            _ => 0,
        };
        arrays + records
    }

    /// Size and alignment on `target`.
    pub(crate) fn extent_at(&self, target: &Target) -> Result<Extent, LayoutError> {
        let mut measuring = Measuring::on(target);
        measuring.prepare(self)?;
        Ok(measuring.measure(self)?.extent)
    }

    /// As the layout algorithm wants to know a member of a record with those rules.
    pub(crate) fn shape_at(
        &self,
        target: &Target,
        rules: RecordRules,
    ) -> Result<FieldShape, LayoutError> {
        let mut measuring = Measuring::on(target);
        measuring.prepare(self)?;
        measuring.member(self, rules)
    }

    /// The layout on the platform that this program runs on.
    ///
    /// # Errors
    /// As [`Type::at`].
    pub fn layout(&self) -> Result<Layout, LayoutError> {
        self.at(&Target::NATIVE)
    }

    /// [`Type::layout`], the same handle for as long as one of a record of a namespace is in use, and always for a
    /// scalar.
    pub(crate) fn native_layout(&self) -> Result<Layout, LayoutError> {
        static SCALARS: [OnceLock<Layout>; Scalar::ALL.len()] =
            [const { OnceLock::new() }; Scalar::ALL.len()];
        match &self.0 {
            Repr::Record(RecordRef::Owned(own)) if self.1.is_none() => {
                own.native_layout(|| self.layout())
            }
            Repr::Scalar(scalar) if self.1.is_none() => {
                let known = &SCALARS[*scalar as usize];
                match known.get() {
                    Some(layout) => Ok(layout.clone()),
                    None => self.layout().map(|layout| known.get_or_init(|| layout).clone()),
                }
            }
            _ => self.layout(),
        }
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
    /// If the type has no size, is too large for the target, does not exist there
    /// ([`LayoutError::Unavailable`]), or is a record with a field whose C
    /// type is known only for this platform ([`LayoutError::HostOnly`]).
    pub fn at(&self, target: &Target) -> Result<Layout, LayoutError> {
        Measuring::on(target).layout(self)
    }
}

/// Computations on one target. Each record is measured once, however often it occurs: records
/// that hold two of the one before would take exponential time otherwise.
pub(crate) struct Measuring<'t> {
    target: &'t Target,
    /// Whether records that are made at run time know their extents here, and nobody asks for more.
    is_native: bool,
    /// How many parts the members had that were looked at.
    work: u64,
    known: HashMap<RecordId, FieldShape>,
    /// Records through which no name is found, however often they occur as anonymous members.
    nameless: HashSet<RecordId>,
}

impl<'t> Measuring<'t> {
    pub(crate) fn on(target: &'t Target) -> Measuring<'t> {
        let is_native = target.compiler != Compiler::Msvc && *target == Target::NATIVE;
        let (known, nameless) = (HashMap::new(), HashSet::new());
        Measuring { target, is_native, work: 0, known, nameless }
    }

    /// The work done since this was asked the last time: how many parts the types of the members had
    /// that were looked at.
    #[cfg(feature = "decl")]
    pub(crate) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// Makes the records in `ty` known, from the innermost out, so that measuring one never goes more than one
    /// level deep: a thread's stack need not hold all levels of nesting.
    fn prepare(&mut self, ty: &Type) -> Result<(), LayoutError> {
        let mut waiting = vec![(ty.bottom().clone(), false)];
        while let Some((ty, is_ready)) = waiting.pop() {
            let Repr::Record(record) = &ty.0 else { continue };
            let is_known = match record {
                RecordRef::Owned(own) => self.is_native && own.extent().is_some(),
                RecordRef::Static(_) => false,
            };
            if is_known || self.known.contains_key(&record.id()) {
                continue;
            }
            if is_ready {
                self.structure(&ty)?;
                continue;
            }
            let inner = Record(record.clone()).fields();
            waiting.push((ty, true));
            waiting.extend(inner.iter().rev().map(|f| (f.ty().bottom().clone(), false)));
        }
        Ok(())
    }

    /// As [`Type::at`].
    pub(crate) fn layout(&mut self, ty: &Type) -> Result<Layout, LayoutError> {
        self.prepare(ty)?;
        let Some(record) = ty.record() else {
            let extent = self.measure(ty)?.extent;
            return Ok(Layout::new(ty, self.target, extent, Vec::new(), Vec::new()));
        };
        let (fields, mut extent) = self.placed(ty, &record)?;
        // A typedef or `_Atomic` says more than the record.
        if !ty.1.is_plain() {
            extent = self.measure(ty)?.extent;
        }
        let mut inner = Vec::new();
        self.reach(&fields, 0, &mut inner)?;
        Ok(Layout::new(ty, self.target, extent, fields, inner))
    }

    /// Size and alignment.
    #[cfg(feature = "decl")]
    pub(crate) fn extent(&mut self, ty: &Type) -> Result<Extent, LayoutError> {
        self.prepare(ty)?;
        Ok(self.measure(ty)?.extent)
    }

    /// As a member of a record with those rules, which may look behind a typedef that gives an
    /// alignment.
    fn member(&mut self, ty: &Type, rules: RecordRules) -> Result<FieldShape, LayoutError> {
        let mut shape = self.measure(ty)?;
        match self.target.compiler {
            // Microsoft's rule tells the alignment of the type from what a typedef demands.
            Compiler::Msvc if ty.1.align != 0 => {
                let natural = self.structure(ty)?;
                let demanded = self.inner_demand(ty, natural)?.max(ty.1.align.into());
                let extent = match ty.qualifiers().contains(Qualifiers::ATOMIC) {
                    true => layout::atomic(natural.extent, self.target),
                    false => natural.extent,
                };
                Ok(FieldShape::demanding(extent, demanded))
            }
            // clang's `ms_struct` aligns scalars to their size, whatever a typedef says of them.
            Compiler::Clang if rules.bit_rule.unwrap_or(self.target.bit_rule) == BitRule::Ms => {
                if let Repr::Scalar(s) = &ty.bottom().0
                    && s.class(self.target) != ScalarClass::Complex
                    && s.extent(self.target).size.is_power_of_two()
                {
                    let size = s.extent(self.target).size;
                    shape.extent.align = shape.extent.align.max(size);
                }
                Ok(shape)
            }
            _ => Ok(shape),
        }
    }

    /// What a type demands whose typedef gives an alignment: instead of the whole alignment of a record that
    /// has one of its own, only what its attribute and its members say, bit fields aside.
    fn inner_demand(&mut self, ty: &Type, natural: FieldShape) -> Result<u64, LayoutError> {
        let bottom = ty.bottom();
        let Some(record) = bottom.record() else { return Ok(natural.demanded) };
        let Some(own) = record.rules().align else { return Ok(natural.demanded) };
        let mut inside = own;
        self.place(bottom, &record, |field, _| inside = inside.max(field.demanded))?;
        Ok(inside)
    }

    fn measure(&mut self, ty: &Type) -> Result<FieldShape, LayoutError> {
        let shape = self.structure(ty)?;
        if ty.1.is_plain() {
            return Ok(shape);
        }
        let Some(extent) = ty.1.apply(shape.extent, self.target) else {
            return Err(LayoutError::unavailable(ty, self.target));
        };
        Ok(FieldShape::demanding(extent, shape.demanded.max(ty.1.align.into())))
    }

    /// Without what is said beside the structure of the type.
    fn structure(&mut self, ty: &Type) -> Result<FieldShape, LayoutError> {
        match &ty.0 {
            Repr::Void => Err(LayoutError::no_size(ty, "void is an incomplete type")),
            Repr::Function(_) => {
                Err(LayoutError::no_size(ty, "a function has no size; its pointer has"))
            }
            Repr::IncompleteArray { .. } => {
                Err(LayoutError::no_size(ty, "the length of the array is not known"))
            }
            Repr::Scalar(s) | Repr::Ordered(s, _) if !s.is_available(self.target) => {
                Err(LayoutError::unavailable(ty, self.target))
            }
            Repr::Scalar(s) | Repr::Ordered(s, _) => Ok(FieldShape::plain(s.extent(self.target))),
            Repr::BitInt(b) => match b.extent(self.target) {
                Some(extent) => Ok(FieldShape::plain(extent)),
                None => Err(LayoutError::unavailable(ty, self.target)),
            },
            Repr::Vector(v) => match v.extent(self.target) {
                Ok(extent) => Ok(FieldShape::plain(extent)),
                Err(VectorFault::Unavailable) => Err(LayoutError::unavailable(ty, self.target)),
                Err(VectorFault::Shape(reason)) => Err(LayoutError::no_size(ty, reason)),
            },
            Repr::Pointer { .. } => Ok(FieldShape::plain(pointer(self.target))),
            Repr::Enum(e) => match Enumeration(e.clone()).underlying(self.target) {
                Some(underlying) => Ok(FieldShape::plain(underlying.extent(self.target))),
                None if !Enumeration(e.clone()).is_complete() => {
                    Err(LayoutError::no_size(ty, "the enumeration is declared but not defined"))
                }
                None => Err(LayoutError::no_size(
                    ty,
                    "no integer type of the target's compiler holds all its values",
                )),
            },
            Repr::Array { of, len, .. } => {
                let element = self.measure(of.get())?;
                let extent = of
                    .get()
                    .array_extent(element.extent, *len, self.target)
                    .map_err(|fault| LayoutError::fault(ty, None, fault))?;
                Ok(FieldShape::demanding(extent, element.demanded))
            }
            Repr::Record(record) => {
                if let RecordRef::Owned(own) = record
                    && self.is_native
                    && let Some(extent) = own.extent()
                {
                    return Ok(FieldShape::plain(extent));
                }
                let id = record.id();
                if let Some(known) = self.known.get(&id) {
                    return Ok(*known);
                }
                let record = Record(record.clone());
                let mut inside = 1;
                let extent = self.place(ty, &record, |f, _| inside = inside.max(f.demanded))?;
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
        mut each: impl FnMut(FieldLayout, FieldShape),
    ) -> Result<Extent, LayoutError> {
        if !record.is_complete() {
            return Err(LayoutError::no_size(ty, "the record is declared but not defined"));
        }
        self.work = self.work.saturating_add(record.part_count());
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
            let name = || match field.name() {
                "" => field.ty().declare("(unnamed)"),
                name => name.to_owned(),
            };
            let of_type = self.member(field.ty(), record.rules());
            let of_type = of_type.map_err(|e| e.of_field(&name(), ty))?;
            let blame = |fault| LayoutError::fault(ty, Some(&name()), fault);
            let shape = field.rules().shape(of_type, field.ty(), target).map_err(blame)?;
            let placed = cursor.place(shape).map_err(blame)?;
            let demanded = match field.rules().align {
                Some(n) if placed.bits.is_none() => of_type.demanded.max(n),
                _ => of_type.demanded,
            };
            let endian = field.rules().order.unwrap_or(target.endian);
            each(FieldLayout::new(field, placed, of_type.extent, demanded, endian), shape);
        }
        cursor.finish().map_err(whole)
    }

    /// The fields of a record in order, and its extent.
    fn placed(
        &mut self,
        ty: &Type,
        record: &Record,
    ) -> Result<(Vec<FieldLayout>, Extent), LayoutError> {
        let mut fields = Vec::new();
        let whole = self.place(ty, record, |field, shape| fields.push((field, shape)))?;
        let cursor = RecordCursor::new(record.rules(), self.target)
            .map_err(|fault| LayoutError::fault(ty, None, fault))?;
        let placed = fields.into_iter().map(|(f, shape)| f.within(&shape, &cursor, whole));
        Ok((placed.collect(), whole))
    }

    /// The members that are found by name through anonymous ones, with offsets from the outermost
    /// record. What is reached has names of its own, so that it is no more than was written down.
    fn reach(
        &mut self,
        fields: &[FieldLayout],
        base: u64,
        found: &mut Vec<FieldLayout>,
    ) -> Result<(), LayoutError> {
        for outer in fields.iter().filter(|f| f.field().is_transparent()) {
            let Some(record) = outer.ty().record() else { continue };
            let id = record.0.id();
            if self.nameless.contains(&id) {
                continue;
            }
            let (at, before) = (base + outer.offset(), found.len());
            let (inner, _) = self.placed(outer.ty(), &record)?;
            self.reach(&inner, at, found)?;
            found.extend(inner.into_iter().filter(|f| !f.name().is_empty()).map(|f| f.moved(at)));
            if found.len() == before {
                self.nameless.insert(id);
            }
        }
        Ok(())
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
                Repr::Scalar(s) | Repr::Ordered(s, _) => return Some(*s),
                Repr::Array { of: Element::Static(of), .. } => ty = of,
                _ => return None,
            }
        }
    }
}
