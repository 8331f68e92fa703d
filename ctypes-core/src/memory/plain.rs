//! C objects and Rust values of the same type, where `zerocopy` vouches that bytes are values.
#![forbid(unsafe_code)]

use super::create::native;
use super::path::Found;
use super::{AccessError, AccessFault, CData};
use crate::types::CType;
use zerocopy::{FromBytes, Immutable, IntoBytes};

impl<'m> CData<'m> {
    /// The part at `path` as a Rust value of the same C type.
    ///
    /// That any bytes are a value of it is what [`zerocopy::FromBytes`] vouches for.
    ///
    /// # Errors
    /// If there is no such part, or it is of another type.
    pub fn read<T: CType + FromBytes>(&self, path: &str) -> Result<T, AccessError> {
        let found = self.find_as::<T>(path)?;
        T::read_from_bytes(&self.to_vec(path)?).map_err(|_| self.too_short(&found.place, path))
    }

    /// Stores a Rust value of the same C type in the part at `path`. What its pointers point at is not kept alive.
    ///
    /// A struct with padding is no [`IntoBytes`], and one of `#[bitfield]` may have some: their fields are set by
    /// name.
    ///
    /// # Errors
    /// If there is no such part, it is of another type, `const`, or has `const` members.
    pub fn write<T: CType + IntoBytes + Immutable>(
        &self,
        path: &str,
        value: &T,
    ) -> Result<(), AccessError> {
        let found = self.find_as::<T>(path)?;
        self.replaceable(&found, path)?;
        self.store_bytes(&found, path, value.as_bytes())
    }

    /// The part at `path`, which is of the C type of `T`.
    fn find_as<T: CType>(&self, path: &str) -> Result<Found<'_>, AccessError> {
        let found = self.find(path)?;
        if found.place.bits.is_some() || !T::TYPE.is_compatible(found.ty) {
            return Err(self.error(path, found.expected(&format!("a `{}`", T::TYPE))));
        }
        Ok(found)
    }

    /// A copy of a Rust value as a C object.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn from_value<T: CType + IntoBytes + Immutable>(
        value: &T,
    ) -> Result<CData<'m>, AccessError> {
        CData::copy_of(T::TYPE, value.as_bytes())
    }

    /// A view of a Rust value, for as long as it is borrowed.
    ///
    /// ```
    /// use ctypes_core::CData;
    /// let mut row = [1_i32, 2];
    /// let view = CData::borrow_value(&mut row)?;
    /// view.set("[1]", 7)?;
    /// drop(view);
    /// assert_eq!(row, [1, 7]);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the layout of the type is not known here.
    pub fn borrow_value<T: CType + FromBytes + IntoBytes>(
        value: &'m mut T,
    ) -> Result<CData<'m>, AccessError> {
        let layout = native(T::TYPE)?;
        if layout.size() != size_of::<T>() as u64 {
            let (expected, found) = (layout.size(), size_of::<T>() as u64);
            let fault = AccessFault::TooShort { expected, found };
            return Err(AccessError::here(T::TYPE, "", fault));
        }
        CData::borrow(T::TYPE, value.as_mut_bytes())
    }
}
