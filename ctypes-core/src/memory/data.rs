//! [`CData`]: typed memory of this platform, shared by handles.
#![forbid(unsafe_code)]

use super::block::Span;
use super::create::native;
use super::path::{Found, Place};
use super::{AccessError, AccessFault, ResolvedPath};
use crate::types::{Layout, Qualifiers, Repr, Type};
use std::sync::Arc;

/// A C object: memory with a type, read and written by path.
///
/// A `CData` is a handle. Clones, parts of it and what its pointers lead to are views of the same memory,
/// as in C: what one stores the others see. Whatever a pointer was set to lives for as long as the pointer
/// does. All handles may be used from all threads; two that store to one place at once leave one value
/// or the other, of what is wider than four bytes or a bit field possibly a mixture.
///
/// `'m` is the lifetime of Rust memory that was [borrowed](CData::borrow); all others are `CData<'static>`.
///
/// # Examples
/// ```
/// use ctypes_core::{CData, Type, Types};
///
/// let types = Types::new();
/// let node = types.declare_struct("node")?;
/// let node = node.define(|r| {
///     r.field("value", Type::INT).field("name", Type::CONST_CHAR_PTR).field("next", node.pointer())
/// })?;
///
/// let first = CData::new(&node)?;
/// let second = CData::new(&node)?;
/// first.set("next", &second)?; // keeps it alive
/// second.set("value", 7)?;
/// second.set("name", "seven")?;
/// drop(second);
/// let next = first.contents("next")?;
/// assert_eq!((next.get::<i32>("value")?, next.text("name")?), (7, "seven".to_owned()));
/// assert_eq!(
///     next.contents("next").unwrap_err().to_string(),
///     "`next` of `struct node`: expected a pointer to `struct node`, found NULL",
/// );
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # Cycles
/// Objects that point at one another in a circle are kept alive by one another. Make them in a
/// [`Heap`](super::Heap), which is freed as a whole. An object that points at itself is freed as any other.
///
/// # Python equivalent
/// Instances of `Structure`, `Union`, arrays, pointers and simple types.
#[derive(Clone)]
#[doc(alias = "_SimpleCData")]
#[doc(alias = "Structure")]
#[doc(alias = "Union")]
#[doc(alias = "Array")]
#[doc(alias = "_Pointer")]
pub struct CData<'m> {
    pub(super) span: Span<'m>,
    pub(super) layout: Layout,
}

impl<'m> CData<'m> {
    /// The type.
    pub fn ty(&self) -> &Type {
        self.layout.ty()
    }

    /// The layout of the type.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The size of the memory in bytes: that of the type, and the room for an array without a length.
    #[doc(alias = "sizeof")]
    pub fn size(&self) -> usize {
        self.span.room()
    }

    /// Whether both are views of the same memory as the same type.
    pub fn is_same(&self, other: &CData<'m>) -> bool {
        self.span.address() == other.span.address()
            && Arc::ptr_eq(&self.span.owner().block, &other.span.owner().block)
            && self.ty() == other.ty()
    }

    /// The way to a part, to be kept and used with every object of this type.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn path(&self, path: &str) -> Result<ResolvedPath, AccessError> {
        self.layout.path(path).map_err(|e| AccessError { target: None, ..e })
    }

    #[inline]
    pub(super) fn find(&self, path: &str) -> Result<Found<'_>, AccessError> {
        match self.layout.walk(path) {
            Ok(found) => Ok(found),
            Err(lost) => Err(AccessError { target: None, ..self.layout.no_part(path, lost) }),
        }
    }

    /// The part at `path` as an object of its own, in the same memory; `const` if what it is a part of is.
    ///
    /// # Errors
    /// If there is no such part, it is a bit field, or it is beyond the memory.
    pub fn at(&self, path: &str) -> Result<CData<'m>, AccessError> {
        self.view(&self.find(path)?, path)
    }

    /// As [`CData::at`], by a path that was resolved before.
    ///
    /// # Errors
    /// As [`CData::at`], and if the path is one of another type.
    pub fn at_path(&self, path: &ResolvedPath) -> Result<CData<'m>, AccessError> {
        self.check(path)?;
        self.view(&path.found(), path.as_str())
    }

    pub(super) fn view(&self, found: &Found<'_>, path: &str) -> Result<CData<'m>, AccessError> {
        if found.place.bits.is_some() {
            return Err(self.error(path, found.expected("a part with an address")));
        }
        let (from, end) = self.range(&found.place, path)?;
        // What lies at the end may have an array without a length at its end.
        let is_last = end as u64 >= self.layout.size() || found.flexible_element().is_some();
        let room = if is_last { self.span.room() - from } else { end - from };
        let Some(span) = self.span.part(from, room) else {
            return Err(self.too_short(&found.place, path));
        };
        let layout = if found.place.is_const && !found.ty.is_const() {
            native(&found.ty.with_qualifiers(Qualifiers::CONST))
        } else {
            native(found.ty)
        };
        let layout = layout.map_err(|e| e.within(self.ty(), path))?;
        Ok(CData { span, layout })
    }

    /// That a part may be assigned to.
    pub(super) fn writable(&self, place: &Place, path: &str) -> Result<(), AccessError> {
        if place.is_const {
            let reason = "it is declared `const`".to_owned();
            return Err(self.error(path, AccessFault::ReadOnly { reason }));
        }
        Ok(())
    }

    /// That a part may be assigned to as a whole: neither it nor a member of it is `const` (C11 6.3.2.1p1).
    pub(super) fn replaceable(&self, found: &Found<'_>, path: &str) -> Result<(), AccessError> {
        self.writable(&found.place, path)?;
        let has_const_member = if core::ptr::eq(found.ty, self.ty()) {
            self.layout.has_const_member()
        } else {
            is_aggregate(found.ty) && native(found.ty).is_ok_and(|l| l.has_const_member())
        };
        if has_const_member {
            let reason = format!("`{}` has a member that is declared `const`", found.ty);
            return Err(self.error(path, AccessFault::ReadOnly { reason }));
        }
        Ok(())
    }

    /// That something was stored.
    #[inline]
    pub(super) fn stored(&self, is: bool, place: &Place, path: &str) -> Result<(), AccessError> {
        if is { Ok(()) } else { Err(self.not_stored(place, path)) }
    }

    /// Why nothing was stored: there is no room, or the memory is read only.
    #[cold]
    fn not_stored(&self, place: &Place, path: &str) -> AccessError {
        if self.span.is_const() {
            let reason = "the memory is read only".to_owned();
            return self.error(path, AccessFault::ReadOnly { reason });
        }
        self.too_short(place, path)
    }

    /// This memory as an object of another type.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let f = CData::with(&Type::FLOAT, 1.0_f32)?;
    /// assert_eq!(f.view_as(&Type::U32)?.get::<u32>("")?, 0x3f80_0000);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is less memory than that type has.
    pub fn view_as(&self, ty: &Type) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        let data = CData { span: self.span.clone(), layout };
        data.check_room(data.span.room())?;
        Ok(data)
    }

    /// That the path is one of this type.
    #[inline]
    pub(super) fn check(&self, path: &ResolvedPath) -> Result<(), AccessError> {
        if path.belongs_to(&self.layout) {
            return Ok(());
        }
        Err(AccessError { target: None, ..path.other_layout(&self.layout) })
    }

    /// First byte and end of a part, which are inside the memory.
    pub(super) fn range(&self, place: &Place, path: &str) -> Result<(usize, usize), AccessError> {
        match place.end() {
            Some(end) if end <= self.span.room() as u64 => {
                Ok((place.offset as usize, end as usize))
            }
            _ => Err(self.too_short(place, path)),
        }
    }

    #[cold]
    pub(super) fn too_short(&self, place: &Place, path: &str) -> AccessError {
        let expected = place.end().unwrap_or(u64::MAX);
        self.error(path, AccessFault::TooShort { expected, found: self.span.room() as u64 })
    }

    #[cold]
    pub(super) fn error(&self, path: &str, fault: AccessFault) -> AccessError {
        AccessError::here(self.ty(), path, fault)
    }
}

/// Whether the type is an array or record that is assigned as a whole.
pub(super) fn is_aggregate(ty: &Type) -> bool {
    matches!(ty.0, Repr::Array { .. } | Repr::Record(_))
}
