//! How C objects come to be, and how much memory they have.
#![forbid(unsafe_code)]

use super::block::{Block, Fixed, Owner, Span};
use super::{AccessError, AccessFault, CData, Heap, Init};
use crate::types::{FieldRole, Layout, Type};
use std::sync::Arc;

impl<'m> CData<'m> {
    /// An object of that type, all bytes zero.
    ///
    /// # Errors
    /// If the type has no size, or there is no memory.
    pub fn new(ty: &Type) -> Result<CData<'m>, AccessError> {
        CData::with_room(ty, 0)
    }

    /// As [`CData::new`], in a heap.
    ///
    /// # Errors
    /// As [`CData::new`].
    pub fn new_in(heap: &Heap<'m>, ty: &Type) -> Result<CData<'m>, AccessError> {
        let (layout, block) = allocate(ty, 0)?;
        Ok(CData { span: Span::new(heap.adopt(block)), layout })
    }

    /// An object of that type with a value; what the value says nothing of is zero.
    ///
    /// ```
    /// use ctypes_core::{CData, Type, Types};
    /// use ctypes_core::memory::Init;
    /// let types = Types::new();
    /// let point = types.declare_struct("point")?;
    /// let point = point.define(|r| r.field("x", Type::INT).field("y", Type::INT))?;
    /// let a = CData::with(&point, [1, 2])?;
    /// let b = CData::with(&point, Init::fields([("y", 2.into()), ("x", 1.into())]))?;
    /// assert_eq!(a, b);
    /// assert_eq!(
    ///     CData::with(&point, [1, 2, 3]).unwrap_err().to_string(),
    ///     "`struct point`: expected at most 2 initialisers, found 3",
    /// );
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CData::new`] and [`CData::set`]; but `const` members are no error here.
    pub fn with<'v>(ty: &Type, value: impl Into<Init<'v, 'm>>) -> Result<CData<'m>, AccessError>
    where
        'm: 'v,
    {
        let data = CData::new(ty)?;
        data.assign(&data.layout.whole(), "", &value.into(), true)?;
        Ok(data)
    }

    /// An object with at least so many bytes, for an array without a length at its end.
    ///
    /// # Errors
    /// As [`CData::new`].
    pub fn with_room(ty: &Type, size: usize) -> Result<CData<'m>, AccessError> {
        let (layout, block) = allocate(ty, size)?;
        let owner = Owner { block: Arc::new(block), heap: None };
        Ok(CData { span: Span::new(owner), layout })
    }

    /// A struct whose last member, an array without a length, has `len` elements; more if they have room in what
    /// would be padding without them.
    ///
    /// ```
    /// use ctypes_core::{CData, Type, Types};
    /// let packet = Types::new().declare_struct("packet")?;
    /// let packet = packet.define(|r| r.field("len", Type::U8).flexible("data", Type::U8))?;
    /// let p = CData::with_elements(&packet, 3)?;
    /// p.set("data[2]", 9)?;
    /// assert_eq!((p.size(), p.len("data")?), (4, 3));
    /// assert!(p.set("data[3]", 9).is_err());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CData::new`], and if the type has no such member.
    pub fn with_elements(ty: &Type, len: usize) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        let last = layout.fields().last().filter(|f| f.rules().role == FieldRole::Flexible);
        let size = last.and_then(|field| {
            let element = crate::types::element_size(field.ty())?;
            let size = element.checked_mul(len as u64)?.checked_add(field.offset())?;
            usize::try_from(size).ok()
        });
        let Some(size) = size else {
            let expected = "a struct with an array without a length at its end, and room for it";
            let found = format!("{ty}, {len} elements");
            return Err(AccessError::here(
                ty,
                "",
                AccessFault::Kind { expected: expected.to_owned(), found },
            ));
        };
        CData::with_room(ty, size)
    }

    /// A view of Rust's bytes as an object of that type, for as long as they are borrowed.
    ///
    /// What is behind the end of the type is room of an array without a length.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let mut words = [1_u32, 2];
    /// let pair = CData::borrow(&Type::U32.array(2)?, bytes_of(&mut words))?;
    /// pair.set("[1]", 7)?;
    /// drop(pair);
    /// assert_eq!(words, [1, 7]);
    /// # fn bytes_of(words: &mut [u32; 2]) -> &mut [u8] {
    /// #     unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), 8) }
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are too few bytes, or they are not aligned for the type.
    #[doc(alias = "from_buffer")]
    pub fn borrow(ty: &Type, bytes: &'m mut [u8]) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        let (found, expected) = (bytes.as_ptr().addr(), layout.align());
        if !(found as u64).is_multiple_of(expected) {
            let fault = AccessFault::Unaligned { expected, found };
            return Err(AccessError::here(layout.ty(), "", fault));
        }
        CData::of_block(layout, Block::borrowed(bytes))
    }

    /// An object with a copy of the bytes.
    ///
    /// # Errors
    /// If there are fewer bytes than the type has.
    #[doc(alias = "from_buffer_copy")]
    pub fn copy_of(ty: &Type, bytes: &[u8]) -> Result<CData<'m>, AccessError> {
        let data = CData::with_room(ty, bytes.len())?;
        data.check_room(bytes.len())?;
        let written = data.span.write(0, bytes);
        debug_assert!(written, "there is as much room");
        Ok(data)
    }

    pub(super) fn of_block(layout: Layout, block: Block<'m>) -> Result<CData<'m>, AccessError> {
        let owner = Owner { block: Arc::new(block), heap: None };
        let data = CData { span: Span::new(owner), layout };
        data.check_room(data.span.room())?;
        Ok(data)
    }

    pub(super) fn check_room(&self, found: usize) -> Result<(), AccessError> {
        let (expected, found) = (self.layout.size(), found as u64);
        if expected <= found {
            return Ok(());
        }
        Err(self.error("", AccessFault::TooShort { expected, found }))
    }

    /// A copy of this object with memory of its own, whose pointers point where those of this one do.
    ///
    /// # Errors
    /// If there is no memory.
    #[doc(alias = "__copy__")]
    pub fn duplicate(&self) -> Result<CData<'m>, AccessError> {
        let copy = CData::with_room(self.ty(), self.size())?;
        let copied = copy.span.copy_from(0, &self.span, 0, self.size());
        debug_assert!(copied, "both have this size");
        Ok(copy)
    }

    /// Makes the memory `size` bytes long, which is at least the size of the type; what is new is zero.
    ///
    /// # Errors
    /// If it is not this object's own or has been made in a heap, if there is another handle to it or a pointer that
    /// keeps it alive, or if its address was handed out.
    pub fn resize(&mut self, size: usize) -> Result<(), AccessError> {
        let fail = |reason: &str| AccessFault::Resize { size, reason: reason.to_owned() };
        if (size as u64) < self.layout.size() {
            let reason = format!("the type has {} bytes", self.layout.size());
            return Err(self.error("", fail(&reason)));
        }
        self.span.resize(size).map_err(|why| {
            let reason = match why {
                Fixed::NotOwned => "it is borrowed, part of an object, or part of a heap",
                Fixed::Shared => "there are other handles to it, or pointers that keep it alive",
                Fixed::Pointed => "its address was handed out, or it points at itself",
                Fixed::NoMemory => "there is not as much memory",
            };
            self.error("", fail(reason))
        })
    }
}

/// The layout of a type here, also of one that was incomplete when the handle was taken.
pub(super) fn native(ty: &Type) -> Result<Layout, AccessError> {
    let layout = if ty.is_outdated() { ty.renewed().native_layout() } else { ty.native_layout() };
    layout.map_err(|e| AccessError::here(ty, "", AccessFault::NoMemory { reason: e.to_string() }))
}

fn allocate<'m>(ty: &Type, size: usize) -> Result<(Layout, Block<'m>), AccessError> {
    let layout = native(ty)?;
    let least = usize::try_from(layout.size()).ok();
    let block = least
        .and_then(|least| Block::zeroed(least.max(size), usize::try_from(layout.align()).ok()?));
    match block {
        Some(block) => Ok((layout, block)),
        None => {
            let reason = format!("there is no memory of {} bytes", layout.size().max(size as u64));
            Err(AccessError::here(ty, "", AccessFault::NoMemory { reason }))
        }
    }
}
