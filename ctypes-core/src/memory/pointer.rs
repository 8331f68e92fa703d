//! Pointers in C objects: set, followed, moved, cast.
//!
//! A safe function follows a pointer only into memory that is kept alive and only as far as it reaches.
#![forbid(unsafe_code)]

use super::create::native;
use super::path::Found;
use super::{AccessError, AccessFault, CData, Init, ViewValue};
use crate::types::{Repr, Type};
use core::ffi::c_void;

impl<'m> CData<'m> {
    /// Where the pointer at `path` points at, as a number.
    ///
    /// # Errors
    /// If there is no such part or it is no pointer.
    pub fn address(&self, path: &str) -> Result<usize, AccessError> {
        self.address_of(&self.find(path)?, path)
    }

    fn address_of(&self, found: &Found<'_>, path: &str) -> Result<usize, AccessError> {
        match self.load(found, path)? {
            ViewValue::Address(address) => Ok(address as usize),
            _ => Err(self.error(path, found.expected("a pointer"))),
        }
    }

    /// Whether the pointer at `path` is NULL.
    ///
    /// # Errors
    /// As [`CData::address`].
    pub fn is_null(&self, path: &str) -> Result<bool, AccessError> {
        Ok(self.address(path)? == 0)
    }

    /// What the pointer at `path` points at, as an object in the memory that it is in.
    ///
    /// # Errors
    /// If it is no pointer or NULL, what it points at has no size (`void`, say: [`CData::cast`] first), nothing
    /// is known to be alive there, or what is there is too small.
    pub fn contents(&self, path: &str) -> Result<CData<'m>, AccessError> {
        self.element(path, 0)
    }

    /// The element `index` places behind what the pointer at `path` points at, as `p[index]` in C; or that element of
    /// an array, where a negative index counts from the end.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let row = CData::with(&Type::INT.array(3)?, [10, 20, 30])?;
    /// assert_eq!(row.element("", -1)?.get::<i32>("")?, 30);
    /// let p = CData::with(&Type::INT.pointer(), &row)?;
    /// assert_eq!(p.element("", 1)?.get::<i32>("")?, 20);
    /// assert!(p.element("", 3).is_err() && p.element("", -1).is_err());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CData::contents`], and if the array has no such element.
    pub fn element(&self, path: &str, index: isize) -> Result<CData<'m>, AccessError> {
        let found = self.find(path)?;
        let Repr::Pointer { to } = &found.ty.0 else {
            return self.array_element(&found, path, index);
        };
        let to = to.ty();
        let (address, layout) = self.aim(&found, path, index, &to)?;
        let Some(span) = self.span.follow(found.place.offset as usize, address) else {
            return Err(self.error(path, AccessFault::NotKept { address }));
        };
        let (expected, found) = (layout.size(), span.room());
        if expected > found as u64 {
            let found = found as u64;
            return Err(self.error(path, AccessFault::PastTheEnd { expected, found, address }));
        }
        Ok(CData { span, layout })
    }

    /// The address of an element behind a pointer that is not NULL, and the element's layout.
    pub(super) fn aim(
        &self,
        found: &Found<'_>,
        path: &str,
        index: isize,
        to: &Type,
    ) -> Result<(usize, crate::types::Layout), AccessError> {
        let address = self.address_of(found, path)?;
        if address == 0 {
            let expected = format!("a pointer to `{to}`");
            return Err(self.error(path, AccessFault::Null { expected }));
        }
        let layout = native(to).map_err(|e| {
            let reason = format!("what a `{}` points at cannot be seen: {}", found.ty, e.fault);
            self.error(path, AccessFault::NoMemory { reason })
        })?;
        let by = isize::try_from(layout.size()).ok().and_then(|size| size.checked_mul(index));
        match by.and_then(|by| address.checked_add_signed(by)) {
            Some(address) => Ok((address, layout)),
            None => {
                let expected = format!("an index of a `{to}` from {address:#x} on");
                Err(self.error(path, AccessFault::Range { expected, found: index.to_string() }))
            }
        }
    }

    /// A pointer to this object, which keeps it alive.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn pointer(&self) -> Result<CData<'m>, AccessError> {
        CData::with(&self.ty().pointer(), self)
    }

    /// A pointer of another type to what this pointer points at, or to this array's first element; it keeps the same
    /// alive.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let row = CData::with(&Type::U16.array(2)?, [0x1234_u16, 0])?;
    /// let bytes = row.cast(&Type::U8.pointer())?;
    /// assert_eq!(bytes.contents("")?.get::<u8>("")?, 0x1234_u16.to_ne_bytes()[0]);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `ty` is no pointer type, or this is neither a pointer nor an array.
    pub fn cast(&self, ty: &Type) -> Result<CData<'m>, AccessError> {
        let whole = self.layout.whole();
        if !matches!(ty.0, Repr::Pointer { .. }) {
            let (expected, found) = ("a pointer type".to_owned(), ty.to_string());
            return Err(self.error("", AccessFault::Kind { expected, found }));
        }
        let cast = CData::new(ty)?;
        let (address, target) = match &self.ty().0 {
            Repr::Pointer { .. } => {
                (self.address_of(&whole, "")?, self.span.target_for(0, &cast.span))
            }
            Repr::Array { .. } => (self.span.stored(), Some(cast.span.target(&self.span))),
            _ => return Err(self.error("", whole.expected("a pointer or an array"))),
        };
        let stored = cast.span.store_pointer(0, address, target);
        debug_assert!(stored, "the memory is new");
        Ok(cast)
    }

    /// Moves the pointer at `path` by so many elements, as `p += by` in C. It goes on keeping alive what it did.
    ///
    /// # Errors
    /// If it is no pointer, NULL, or what it points at has no size; if there are no addresses that far.
    pub fn advance(&self, path: &str, by: isize) -> Result<(), AccessError> {
        let found = self.find(path)?;
        self.writable(&found.place, path)?;
        let Some(to) = found.ty.pointee() else {
            return Err(self.error(path, found.expected("a pointer")));
        };
        let (address, _) = self.aim(&found, path, by, &to)?;
        let at = found.place.offset as usize;
        let target = self.span.target_for(at, &self.span);
        self.stored(self.span.store_pointer(at, address, target), &found.place, path)
    }

    /// Exchanges two parts of one type, with what their pointers keep alive.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let names = CData::with(&Type::CONST_CHAR_PTR.array(2)?, ["a", "b"])?;
    /// names.swap("[0]", "[1]")?;
    /// assert_eq!((names.text("[0]")?, names.text("[1]")?), ("b".to_owned(), "a".to_owned()));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are no such parts, they are of different types, bit fields, `const`, or have `const` members.
    pub fn swap(&self, a: &str, b: &str) -> Result<(), AccessError> {
        let (one, other) = (self.find(a)?, self.find(b)?);
        if one.ty != other.ty {
            let (expected, found) = (format!("a `{}` as `{a}` is", one.ty), other.shown());
            return Err(self.error(b, AccessFault::Kind { expected, found }));
        }
        for (found, path) in [(&one, a), (&other, b)] {
            self.replaceable(found, path)?;
            if found.place.bits.is_some() {
                return Err(self.error(path, found.expected("a part with an address")));
            }
        }
        let ((from, end), (to, _)) = (self.range(&one.place, a)?, self.range(&other.place, b)?);
        let len = end - from;
        let (Some(first), Some(second)) = (self.span.lifted(from, len), self.span.lifted(to, len))
        else {
            return Err(self.too_short(&other.place, b));
        };
        self.stored(self.span.drop_in(from, second) && self.span.drop_in(to, first), &one.place, a)
    }

    /// The address of the object, for C.
    ///
    /// The memory does not change its place any more: [`CData::resize`] and [`CData::as_mut_bytes`] are refused from
    /// now on. Who follows the address must see to it that a handle to the object lives, and accesses the
    /// memory only in ways that do not race with the handles of other threads.
    #[doc(alias = "addressof")]
    pub fn as_ptr(&self) -> *mut c_void {
        self.span.expose().cast()
    }

    pub(super) fn assign_pointer(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &Init<'_, 'm>,
    ) -> Result<(), AccessError> {
        let Repr::Pointer { to } = &found.ty.0 else {
            return Err(self.unconvertible(found, path, value));
        };
        let at = found.place.offset as usize;
        let to = to.get();
        let (address, target) = match value {
            Init::Null | Init::Value(ViewValue::Address(0)) => (0, None),
            Init::Value(ViewValue::Address(address)) => {
                let Ok(address) = usize::try_from(*address) else {
                    let expected = format!("an address for `{}`", found.ty);
                    let found = format!("{address:#x}");
                    return Err(self.error(path, AccessFault::Range { expected, found }));
                };
                (address, None)
            }
            Init::Value(ViewValue::Bytes(bytes)) => return self.store_bytes(found, path, bytes),
            Init::Data(data) => match data.as_value_of(found.ty, to) {
                Some(Source::Value(address)) => (address, data.span.target_for(0, &self.span)),
                Some(Source::Address) => (data.span.stored(), Some(self.span.target(&data.span))),
                None => return Err(self.unconvertible(found, path, value)),
            },
            Init::Address(kept) if found.ty.points_like(&kept.ty) => {
                (kept.address, Some(super::keep::Target::Thing(kept.thing.clone())))
            }
            Init::Text(_) | Init::CStr(_) => {
                let text = self.text_for(to, path, found, value)?;
                (text.span.stored(), Some(self.span.target(&text.span)))
            }
            _ => return Err(self.unconvertible(found, path, value)),
        };
        if address == 0 && found.ty.is_nonnull() {
            let expected = format!("a `{}`", found.ty);
            return Err(self.error(path, AccessFault::Null { expected }));
        }
        self.range(&found.place, path)?;
        self.stored(self.span.store_pointer(at, address, target), &found.place, path)
    }

    /// How this object becomes a pointer of type `pointer` to `to`: an object of just that type by its own address, as
    /// `&object` in C; else as C would assign it, a pointer by its value and an array by the address of its
    /// first element; else by its own address too. A `void *` would be either for a `void **`.
    fn as_value_of(&self, pointer: &Type, to: &Type) -> Option<Source> {
        if to.is_compatible(self.ty()) {
            return Some(Source::Address);
        }
        if let Repr::Pointer { .. } = self.ty().0
            && pointer.points_like(self.ty())
        {
            return self.address_of(&self.layout.whole(), "").ok().map(Source::Value);
        }
        if let Repr::Array { of, .. } = &self.ty().0
            && to.stands_for(of.get())
        {
            return Some(Source::Address);
        }
        to.stands_for(self.ty()).then_some(Source::Address)
    }
}

enum Source {
    Value(usize),
    Address,
}
