//! Arrays and bytes of C objects: lengths, elements, slices, copies.
#![forbid(unsafe_code)]

use super::create::native;
use super::path::Found;
use super::{AccessError, AccessFault, CData, Init, Primitive, ViewValue};
use crate::types::{Layout, Repr};
use core::ops::Range;

impl<'m> CData<'m> {
    /// The number of elements of the array at `path`; of one without a length, how many there is room for.
    ///
    /// # Errors
    /// If there is no such part or it is no array.
    pub fn len(&self, path: &str) -> Result<usize, AccessError> {
        let found = self.find(path)?;
        self.len_of(&found, path)
    }

    fn len_of(&self, found: &Found<'_>, path: &str) -> Result<usize, AccessError> {
        let Repr::Array { len, .. } = &found.ty.0 else {
            return Err(self.error(path, found.expected("an array")));
        };
        match found.flexible_element() {
            Some(size) => {
                let (from, end) = self.filled(found, path)?;
                Ok((end - from) / size)
            }
            None => Ok(*len as usize),
        }
    }

    pub(super) fn array_element(
        &self,
        found: &Found<'_>,
        path: &str,
        index: isize,
    ) -> Result<CData<'m>, AccessError> {
        let Repr::Array { .. } = &found.ty.0 else {
            return Err(self.error(path, found.expected("an array or a pointer")));
        };
        let len = self.len_of(found, path)?;
        let from_end = if index < 0 { len.checked_add_signed(index) } else { None };
        let at = usize::try_from(index).ok().or(from_end).filter(|at| *at < len);
        let Some(at) = at else {
            let expected = format!("an index of `{}`, which has {len} elements", found.ty);
            let fault = AccessFault::Range { expected, found: index.to_string() };
            return Err(self.error(path, fault));
        };
        self.at(&format!("{path}[{at}]"))
    }

    /// The elements of this array, as objects in the same memory.
    ///
    /// # Errors
    /// If this is no array.
    pub fn iter(
        &self,
    ) -> Result<impl ExactSizeIterator<Item = CData<'m>> + use<'_, 'm>, AccessError> {
        let layout = self.elements()?;
        let size = layout.size() as usize;
        let len = self.len("")?;
        // An element that is out of range would be a mistake in `len`; the memory itself checks all.
        Ok((0..len).map(move |i| CData {
            span: self.span.part(i * size, size).unwrap_or_else(|| self.span.clone()),
            layout: layout.clone(),
        }))
    }

    /// The layout of the elements of this array.
    fn elements(&self) -> Result<Layout, AccessError> {
        match &self.ty().0 {
            Repr::Array { of, .. } => native(of.get()),
            _ => Err(self.error("", self.layout.whole().expected("an array"))),
        }
    }

    /// Some elements of this array, as an array in the same memory.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let row = CData::with(&Type::INT.array(4)?, [1, 2, 3, 4])?;
    /// row.slice(1..3)?.set("", [20, 30])?;
    /// assert_eq!(row.get_vec::<i32>("")?, [1, 20, 30, 4]);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If this is no array or has no such elements.
    pub fn slice(&self, range: Range<usize>) -> Result<CData<'m>, AccessError> {
        let element = self.elements()?;
        let (size, len) = (element.size() as usize, self.len("")?);
        let count = range.end.checked_sub(range.start).filter(|_| range.end <= len);
        let part = count.and_then(|count| self.span.part(range.start * size, count * size));
        let (Some(count), Some(span)) = (count, part) else {
            let expected = format!("a range of `{}`, which has {len} elements", self.ty());
            let found = format!("{}..{}", range.start, range.end);
            return Err(self.error("", AccessFault::Range { expected, found }));
        };
        let ty = element
            .ty()
            .array(count)
            .map_err(|e| self.error("", AccessFault::NoMemory { reason: e.to_string() }))?;
        Ok(CData { span, layout: native(&ty)? })
    }

    /// The numbers in the array at `path`.
    ///
    /// # Errors
    /// If there is no such part, it is no array of numbers, or one of them does not fit.
    pub fn get_vec<T: Primitive>(&self, path: &str) -> Result<Vec<T>, AccessError> {
        let array = self.at(path)?;
        let within = |e: AccessError| e.within(self.ty(), path);
        let len = array.len("").map_err(within)?;
        let Some(mut element) = array.layout.whole().first_element() else { return Ok(Vec::new()) };
        // There is memory for as many elements, if they have a size at all.
        let mut values = Vec::with_capacity(len.min(array.size()));
        for i in 0..len {
            values.push(match array.quick(&element.place) {
                Some(value) => value,
                None => array.number(&element, &format!("[{i}]")).map_err(within)?,
            });
            element.step();
        }
        Ok(values)
    }

    /// Stores numbers in the array at `path`, which has as many elements.
    ///
    /// # Errors
    /// If there is no such part, it is no array of numbers or has another length, or one of them does not fit.
    pub fn set_slice<'v, T>(&self, path: &str, values: &[T]) -> Result<(), AccessError>
    where
        T: Primitive + Into<ViewValue<'v>>,
        'm: 'v,
    {
        let found = self.find(path)?;
        let array = self.view(&found, path)?;
        let within = |e: AccessError| e.within(self.ty(), path);
        let len = array.len("").map_err(within)?;
        if values.len() != len {
            let expected = format!("{len} values for `{}`", array.ty());
            let fault = AccessFault::Range { expected, found: values.len().to_string() };
            return Err(self.error(path, fault));
        }
        self.writable(&found.place, path)?;
        let Some(mut element) = array.layout.whole().first_element() else { return Ok(()) };
        for (i, value) in values.iter().enumerate() {
            array.assign_element(&element, i, &Init::from(*value), false).map_err(within)?;
            element.step();
        }
        Ok(())
    }

    /// A copy of the bytes of the part at `path`; of an array without a length, of all whole elements.
    ///
    /// # Errors
    /// If there is no such part.
    #[doc(alias = "raw")]
    pub fn to_vec(&self, path: &str) -> Result<Vec<u8>, AccessError> {
        let (from, end) = self.filled(&self.find(path)?, path)?;
        let mut bytes = vec![0; end - from];
        let inside = self.span.read(from, &mut bytes);
        debug_assert!(inside, "the range was checked");
        Ok(bytes)
    }

    /// Copies bytes of the object, from `offset` on.
    ///
    /// # Errors
    /// If there are not as many.
    pub fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError> {
        if self.span.read(offset, bytes) {
            return Ok(());
        }
        Err(self.out_of_room(offset, bytes.len()))
    }

    /// Stores bytes in the object, from `offset` on. Pointers that are overwritten keep nothing alive any more.
    ///
    /// # Errors
    /// If there is no room for them or the memory is read only.
    #[doc(alias = "memmove")]
    pub fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError> {
        if self.span.put(offset, bytes, Vec::new()) {
            return Ok(());
        }
        Err(self.out_of_room(offset, bytes.len()))
    }

    /// Sets `len` bytes from `offset` on.
    ///
    /// # Errors
    /// If there are not as many or the memory is read only.
    #[doc(alias = "memset")]
    pub fn fill(&self, offset: usize, byte: u8, len: usize) -> Result<(), AccessError> {
        if offset.checked_add(len).is_some_and(|end| end <= self.size()) {
            return self.write_bytes(offset, &vec![byte; len]);
        }
        Err(self.out_of_room(offset, len))
    }

    fn out_of_room(&self, offset: usize, len: usize) -> AccessError {
        if self.span.is_const() {
            let reason = "the memory is read only".to_owned();
            return self.error("", AccessFault::ReadOnly { reason });
        }
        let expected = (offset as u64).saturating_add(len as u64);
        self.error("", AccessFault::TooShort { expected, found: self.size() as u64 })
    }

    /// The bytes as a slice, which only the one handle to the memory can give: there is no clone, view or part of it,
    /// no pointer keeps it alive, and its address was not handed out.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let mut row = CData::new(&Type::U8.array(3)?)?;
    /// row.as_mut_bytes().unwrap().copy_from_slice(&[1, 2, 3]);
    /// let _view = row.clone();
    /// assert!(row.as_mut_bytes().is_none());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn as_mut_bytes(&mut self) -> Option<&mut [u8]> {
        self.span.alone()
    }
}
