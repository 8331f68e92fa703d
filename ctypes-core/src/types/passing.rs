//! How types are passed by value: the walk over a [`Type`] that gathers what the conventions ask
//! ([`crate::layout::passing`]), once as C's compiler sees it and once as rustc sees its form in Rust.
//!
//! There are two drivers of one walk: a `const` one for the types of the derives on the platform that is compiled for,
//! and one for all types and targets.

mod members;

use super::record::RecordId;
use super::{Element, FieldLayout, RecordRef, Repr, Scalar, ScalarClass, StaticRecord, Type};
use crate::error::LayoutError;
use crate::layout::passing::{Aggregate, Census, FloatKind, LeafClass, Speaker, passing};
use crate::layout::{FieldShape, Passing, RecordCursor, RecordKind};
use crate::target::{Extent, Target};
use members::Members;
use std::collections::HashMap;

impl Type {
    /// How C passes and returns a value of this type on `target`: in which registers, or in memory.
    ///
    /// Of two compilers the one that [`Target::compiler`] names is followed. An array, which C passes
    /// as a pointer only, is described as a struct that holds it.
    ///
    /// ```
    /// use ctypes_core::layout::{RegisterClass, Way};
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?;
    /// let s = s.define(|r| r.field("x", Type::FLOAT).bits("flags", Type::UINT, 20))?;
    /// let Way::Registers(pieces) = s.passing_at(&Target::RISCV64_LINUX)?.argument else { panic!() };
    /// let classes: Vec<RegisterClass> = pieces.as_slice().iter().map(|p| p.class).collect();
    /// assert_eq!(classes, [RegisterClass::Float, RegisterClass::Integer]);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Type::at`].
    pub fn passing_at(&self, target: &Target) -> Result<Passing, LayoutError> {
        Walk::new(target, Speaker::c(target)).passing(self)
    }

    /// Whether rustc, compiling for `target`, passes the Rust form of this type by value as C does: what
    /// [`CType::BY_VALUE`](super::CType::BY_VALUE) says of a Rust type on the platform that it is compiled for.
    ///
    /// The Rust form of a struct with bit fields is what `#[bitfield]` makes of it, that of `long double` is
    /// [`LongDouble`](super::LongDouble). A type without one (a union of bit fields, a field with an alignment
    /// of its own) has no such form, and a number that is not of the machine's byte order is never passed by itself.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?;
    /// let s = s.define(|r| r.field("x", Type::FLOAT).bits("flags", Type::UINT, 20))?;
    /// assert!(s.by_value_at(&Target::X86_64_LINUX)?);
    /// // C has a register of each kind for it, rustc two integers for the bytes of the field.
    /// assert!(!s.by_value_at(&Target::RISCV64_LINUX)?);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Type::at`].
    pub fn by_value_at(&self, target: &Target) -> Result<bool, LayoutError> {
        if matches!(self.0, Repr::Array { .. } | Repr::Ordered(..)) {
            return Ok(false);
        }
        let c = self.passing_at(target)?;
        let rust = Walk::new(target, Speaker::Rustc).passing(self)?;
        Ok(self.extent_at(target)?.size != 0 && c.is_same(&rust))
    }

    const fn is_empty_array(&self) -> bool {
        matches!(&self.0, Repr::Array { len: 0, .. })
    }

    /// [`Type::passing_at`] of a type of the derive, on this platform.
    pub(crate) const fn native_passing(&'static self) -> Option<Passing> {
        let target = &Target::NATIVE;
        let speaker = Speaker::c(target);
        match self.native_extent() {
            Some(extent) => Some(passing(&native(self, 0, speaker), extent, target, speaker)),
            None => None,
        }
    }

    /// Why no argument has this type, whatever would pass it, if none has.
    pub(crate) const fn refused_by_value(&self) -> Option<&'static str> {
        match &self.0 {
            Repr::Array { .. } | Repr::IncompleteArray { .. } => {
                Some("C takes an array as a pointer to its first element: write a pointer")
            }
            Repr::Ordered(..) => {
                Some("a byte order belongs to memory: pass and return the number itself, `get()`")
            }
            _ => None,
        }
    }

    /// Whether every bit pattern is a value of the strict Rust form of this type, on any target: not of a
    /// `_Bool`, an enumeration, a pointer that is never null or one to a function. Padding and bit fields hold
    /// any bits, and so does everything in [`Raw`](super::Raw). `void`, a function and an incomplete record have no
    /// values.
    ///
    /// ```
    /// # use ctypes_core::{Type, Types};
    /// assert!(Type::INT.holds_any_bits() && Type::VOID_PTR.holds_any_bits());
    /// assert!(!Type::BOOL.holds_any_bits() && !Type::VOID_PTR.nonnull().holds_any_bits());
    /// let opaque = Types::new().declare_struct("opaque")?;
    /// assert!(!opaque.holds_any_bits() && opaque.pointer().holds_any_bits());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn holds_any_bits(&self) -> bool {
        let mut seen = HashMap::new();
        any_bits(self, &mut seen)
    }
}

fn any_bits(ty: &Type, seen: &mut HashMap<RecordId, bool>) -> bool {
    match &ty.0 {
        Repr::Void
        | Repr::Function(_)
        | Repr::IncompleteArray { .. }
        | Repr::Enum(_)
        | Repr::Scalar(Scalar::Bool) => false,
        Repr::Scalar(_) | Repr::Ordered(..) | Repr::Vector(_) => true,
        // The bits above its width are not part of the value, and have to be what they are.
        Repr::BitInt(_) => false,
        Repr::Pointer { to } => !ty.is_nonnull() && !matches!(to.get().0, Repr::Function(_)),
        Repr::Array { of, .. } => any_bits(of.get(), seen),
        Repr::Record(record) => {
            if let Some(known) = seen.get(&record.id()) {
                return *known;
            }
            let whole = super::Record(record.clone());
            let fields = whole.fields();
            let mut ordinary = fields.iter().filter(|f| f.rules().bits.is_none());
            let all = whole.is_complete() && ordinary.all(|f| any_bits(f.ty(), seen));
            seen.insert(record.id(), all);
            all
        }
    }
}

/// Whether rustc passes a type of the derive as C does, on this platform: [`Type::by_value_at`] in a constant.
pub(super) const fn is_passed_as_in_c(ty: &'static Type) -> bool {
    let Some(extent) = ty.native_extent() else { return false };
    let target = &Target::NATIVE;
    let Some(c) = ty.native_passing() else { return false };
    let rust = passing(&native(ty, 0, Speaker::Rustc), extent, target, Speaker::Rustc);
    extent.size != 0 && c.is_same(&rust)
}

/// The census of a type of the derive on this platform, of which the first byte is at `at`.
const fn native(ty: &Type, at: u64, speaker: Speaker) -> Census {
    let target = &Target::NATIVE;
    match &ty.0 {
        Repr::Record(RecordRef::Static(record)) => native_record(record, at, speaker),
        Repr::Array { of: Element::Static(of), len, .. } => {
            let Some(element) = of.native_extent() else { return Census::DOUBTFUL };
            let mut all = native(of, at, speaker);
            let mut next = at + element.size;
            let mut i = 1;
            while i < *len && next < 16 && element.size != 0 && !speaker.judges_by_first(target) {
                all = all.with_words_of(&native(of, next, speaker));
                next += element.size;
                i += 1;
            }
            all.repeated(at, *len, element, target, speaker)
        }
        Repr::Enum(e) => match e.native_extent() {
            Some(extent) => Census::leaf(at, extent, LeafClass::Integer, target, speaker),
            None => Census::DOUBTFUL,
        },
        _ => scalar(ty, at, target, speaker),
    }
}

const fn native_record(record: &StaticRecord, at: u64, speaker: Speaker) -> Census {
    if speaker.is_rustc() && !record.is_member_wise() {
        return Census::DOUBTFUL;
    }
    let whole = record.extent();
    let mut members = Members::new(*record.rules, at, whole, &Target::NATIVE, speaker);
    // Bit fields have no offset of their own in Rust.
    let Ok(mut cursor) = RecordCursor::new(*record.rules, &Target::NATIVE) else {
        return Census::DOUBTFUL;
    };
    if record.planned < record.members.len() {
        members.planned = match record.extent_of_first(record.planned) {
            Ok(Some(planned)) => planned,
            _ => return Census::DOUBTFUL,
        };
    }
    let mut i = 0;
    while i < record.members.len() {
        let (ty, rules) = (record.members[i].ty, record.rules_of(i));
        let Some(extent) = ty.native_extent() else { return Census::DOUBTFUL };
        if speaker.is_rustc() && i == record.planned {
            // As the plan has it, which knows only that something follows.
            let mut end = cursor;
            let Ok(next) = end.place(FieldShape::plain(Extent::new(1, 1))) else {
                return Census::DOUBTFUL;
            };
            members.close(next.offset, 1);
        }
        let placed = match record.native_shape(i) {
            Ok(Some(shape)) => cursor.place(shape),
            _ => return Census::DOUBTFUL,
        };
        let Ok(placed) = placed else { return Census::DOUBTFUL };
        match placed.bits {
            Some(bits) => members.bits(bits, extent, rules),
            None => {
                let census = native(ty, members.place_of(placed.offset), speaker);
                if i + 1 == record.members.len() && ty.is_empty_array() {
                    members.end_in_none(&census);
                }
                members.plain(placed.offset, extent, rules, &census);
            }
        }
        i += 1;
    }
    members.finish()
}

/// The census of what is no record, array or enumeration.
const fn scalar(ty: &Type, at: u64, target: &Target, speaker: Speaker) -> Census {
    // Of an alignment that a typedef gives, compilers know only sometimes.
    if ty.1.align != 0 {
        return Census::DOUBTFUL;
    }
    let scalar = match &ty.0 {
        Repr::Scalar(scalar) => *scalar,
        // In Rust these are integers, since a float in the wrong order is none.
        Repr::Ordered(scalar, _) if speaker.is_rustc() => {
            let extent = scalar.extent(target);
            return Census::leaf(at, extent, LeafClass::Integer, target, speaker);
        }
        Repr::Ordered(scalar, _) => *scalar,
        Repr::Pointer { .. } => {
            let extent = Extent::new(target.pointer as u64, target.pointer as u64);
            return Census::leaf(at, extent, LeafClass::Pointer, target, speaker);
        }
        _ => return Census::DOUBTFUL,
    };
    let extent = scalar.extent(target);
    let is_long = matches!(scalar, Scalar::LongDouble | Scalar::LongDoubleComplex);
    if is_long && speaker.is_rustc() {
        let mut all = Aggregate::new(RecordKind::Struct);
        all.add(&Census::bytes(at, extent.size, 1), extent.align);
        return all.finish(extent, speaker);
    }
    let class = scalar.class(target);
    if !matches!(class, ScalarClass::Float | ScalarClass::Complex) {
        return Census::leaf(at, extent, LeafClass::Integer, target, speaker);
    }
    let is_complex = matches!(class, ScalarClass::Complex);
    let part = Extent::new(if is_complex { extent.size / 2 } else { extent.size }, extent.align);
    let kind = match part.size {
        _ if is_long => FloatKind::of_long_double(target.long_double),
        4 => FloatKind::Single,
        8 => FloatKind::Double,
        // `_Float16`, `_Float128` and their kin have registers of their own, or none.
        _ => return Census::DOUBTFUL,
    };
    let first = Census::leaf(at, part, LeafClass::Float(kind), target, speaker);
    if !is_complex {
        return first;
    }
    let second = Census::leaf(at + part.size, part, LeafClass::Float(kind), target, speaker);
    // In Rust it is a struct of two members.
    if speaker.is_rustc() {
        let mut all = Aggregate::new(RecordKind::Struct);
        all.add(&first, part.align);
        all.add(&second, part.align);
        return all.finish(extent, speaker);
    }
    first.with_words_of(&second).repeated(at, 2, part, target, speaker).complex()
}

/// The walk over any type on any target.
struct Walk<'t> {
    target: &'t Target,
    speaker: Speaker,
    /// Records that hold two of the one before would take exponential time otherwise.
    known: HashMap<(RecordId, u64), Census>,
}

impl<'t> Walk<'t> {
    fn new(target: &'t Target, speaker: Speaker) -> Walk<'t> {
        Walk { target, speaker, known: HashMap::new() }
    }

    fn passing(&mut self, ty: &Type) -> Result<Passing, LayoutError> {
        let extent = ty.extent_at(self.target)?;
        let census = self.census(ty, extent, 0)?;
        Ok(passing(&census, extent, self.target, self.speaker))
    }

    fn census(&mut self, ty: &Type, extent: Extent, at: u64) -> Result<Census, LayoutError> {
        if ty.1.align != 0 {
            return Ok(Census::DOUBTFUL);
        }
        Ok(match &ty.0 {
            Repr::Record(record) => {
                let key = (record.id(), at);
                if let Some(known) = self.known.get(&key) {
                    return Ok(*known);
                }
                let census = self.record(ty, extent, at)?;
                self.known.insert(key, census);
                census
            }
            Repr::Array { of, len, .. } => {
                let (of, len) = (of.get(), *len);
                let element = of.extent_at(self.target)?;
                let mut all = self.census(of, element, at)?;
                let mut next = at.saturating_add(element.size);
                let mut i = 1;
                while i < len
                    && next < 16
                    && element.size != 0
                    && !self.speaker.judges_by_first(self.target)
                {
                    all = all.with_words_of(&self.census(of, element, next)?);
                    next += element.size;
                    i += 1;
                }
                all.repeated(at, len, element, self.target, self.speaker)
            }
            Repr::Enum(_) => {
                Census::leaf(at, extent, LeafClass::Integer, self.target, self.speaker)
            }
            _ => scalar(ty, at, self.target, self.speaker),
        })
    }

    fn record(&mut self, ty: &Type, whole: Extent, at: u64) -> Result<Census, LayoutError> {
        let Some(record) = ty.record() else { return Ok(Census::DOUBTFUL) };
        if let RecordRef::Static(known) = &record.0
            && self.speaker.is_rustc()
            && known.planned < known.members.len()
        {
            return Ok(Census::DOUBTFUL);
        }
        let mut members = Members::new(record.rules(), at, whole, self.target, self.speaker);
        let layout = ty.at(self.target)?;
        for (i, field) in layout.fields().iter().enumerate() {
            let extent = field.ty().extent_at(self.target)?;
            match field.bits() {
                Some(bits) => members.bits(bits, extent, FieldLayout::rules(field)),
                None => {
                    let place = members.place_of(field.offset());
                    let census = self.census(field.ty(), extent, place)?;
                    let is_last = i + 1 == layout.fields().len();
                    let is_static = matches!(record.0, RecordRef::Static(_));
                    if is_last && is_static && field.ty().is_empty_array() {
                        members.end_in_none(&census);
                    }
                    members.plain(field.offset(), extent, field.rules(), &census);
                }
            }
        }
        Ok(members.finish())
    }
}
