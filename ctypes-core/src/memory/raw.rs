//! Memory at addresses: objects there, and C's functions on such memory. What cannot be checked is `unsafe`.

use super::block::Block;
use super::create::native;
use super::{AccessError, AccessFault, CData};
use crate::types::Type;
use core::ffi::{c_char, c_void};

impl<'m> CData<'m> {
    /// A view of an object of that type at an address.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let mut n = 5_i32;
    /// // SAFETY: `n` lives as long as the view, and nobody else uses it meanwhile.
    /// let view = unsafe { CData::from_ptr(&Type::INT, (&raw mut n).cast())? };
    /// view.set("", 7)?;
    /// assert_eq!(n, 7);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Safety
    /// For as long as there are handles to the memory: as many bytes as the type has are there, initialised, readable
    /// and writable from every thread; and nobody accesses them but through these handles, or synchronised
    /// with the accesses through them, or reading while none of these stores.
    ///
    /// # Errors
    /// If the type has no size, or the address is NULL.
    #[doc(alias = "from_address")]
    pub unsafe fn from_ptr(ty: &Type, address: *mut c_void) -> Result<CData<'m>, AccessError> {
        // SAFETY: the caller's promise.
        unsafe { CData::from_ptr_with(ty, address, 0, None) }
    }

    /// As [`CData::from_ptr`], of memory that is only read: to store in it is an error.
    ///
    /// # Safety
    /// As [`CData::from_ptr`], but that the memory need not be writable.
    ///
    /// # Errors
    /// As [`CData::from_ptr`].
    pub unsafe fn from_const_ptr(
        ty: &Type,
        address: *const c_void,
    ) -> Result<CData<'m>, AccessError> {
        // SAFETY: the caller's promise; nothing is written.
        unsafe { CData::foreign(ty, address.cast_mut(), 0, true, None) }
    }

    /// As [`CData::from_ptr`], with at least `size` bytes, and with something that is dropped once there are no handles
    /// any more: what the memory belongs to.
    ///
    /// # Safety
    /// As [`CData::from_ptr`], for the greater of `size` and the size of the type, and until `guard` is dropped.
    ///
    /// # Errors
    /// As [`CData::from_ptr`].
    pub unsafe fn from_ptr_with(
        ty: &Type,
        address: *mut c_void,
        size: usize,
        guard: Option<Box<dyn Send + Sync + 'm>>,
    ) -> Result<CData<'m>, AccessError> {
        // SAFETY: the caller's promise.
        unsafe { CData::foreign(ty, address, size, false, guard) }
    }

    /// # Safety
    /// As [`CData::from_ptr_with`]; the memory is writable unless `is_const`.
    pub(crate) unsafe fn foreign(
        ty: &Type,
        address: *mut c_void,
        size: usize,
        is_const: bool,
        guard: Option<Box<dyn Send + Sync + 'm>>,
    ) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        if address.is_null() {
            let expected = format!("the address of a `{ty}`");
            return Err(AccessError::here(ty, "", AccessFault::Null { expected }));
        }
        let size = size.max(layout.size() as usize);
        // SAFETY: the caller's promise is the block's.
        let block = unsafe { Block::foreign(address.cast(), size, is_const, guard) };
        CData::of_block(layout, block)
    }

    /// What the pointer at `path` points at, whether or not anything is known to be alive there; as `p[index]` in C.
    ///
    /// # Safety
    /// As [`CData::from_ptr`], for the address in the pointer.
    ///
    /// # Errors
    /// If it is no pointer or NULL, or what it points at has no size; if there are no addresses that far.
    pub unsafe fn deref(&self, path: &str, index: isize) -> Result<CData<'m>, AccessError> {
        let found = self.find(path)?;
        let Some(to) = found.ty.pointee() else {
            return Err(self.error(path, found.expected("a pointer")));
        };
        let (address, layout) = self.aim(&found, path, index, &to)?;
        // What is alive is seen through what keeps it alive.
        if let Some(span) = self.span.follow(found.place.offset as usize, address)
            && span.room() as u64 >= layout.size()
        {
            return Ok(CData { span, layout });
        }
        let address = core::ptr::with_exposed_provenance_mut::<c_void>(address);
        // SAFETY: the caller's promise.
        unsafe { CData::from_ptr(&to, address) }
    }

    /// As [`CData::text`] of the pointer to characters at `path`, whether or not anything is known to be alive there:
    /// what C has put into a `char *` of its own.
    ///
    /// ```
    /// # #[cfg(all(unix, feature = "load", feature = "decl", feature = "libffi"))] {
    /// use core::ffi::c_void;
    /// use ctypes_core::{CData, Library, Types};
    ///
    /// let types = Types::new();
    /// types.parse("struct passwd { char *pw_name; };")?; // and more, which is not looked at
    /// let passwd = types.get("struct passwd").unwrap();
    /// let getpwuid = Library::this().declare_in(&types, "struct passwd *getpwuid(unsigned id);")?;
    /// // SAFETY: so C declares it; the text is there until the next such call.
    /// let name = unsafe {
    ///     let found = getpwuid.call::<*mut c_void>((0,))?;
    ///     CData::from_ptr(&passwd, found)?.deref_text("pw_name")?
    /// };
    /// assert_eq!(name, "root");
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Safety
    /// Unless the pointer is NULL, there is text where it points at, with a NUL at its end, and nobody changes it meanwhile.
    ///
    /// # Errors
    /// As [`CData::text`], but for what is not known to be alive.
    #[doc(alias = "c_char_p")]
    pub unsafe fn deref_text(&self, path: &str) -> Result<String, AccessError> {
        // What is alive is read no further than it reaches.
        let known = self.text(path);
        let Err(AccessError { fault, .. }) = &known else { return known };
        let (AccessFault::NotKept { address }, Some(to)) =
            (&**fault, self.find(path)?.ty.pointee())
        else {
            return known;
        };
        let (at, size) = (core::ptr::with_exposed_provenance::<u8>(*address), to.size());
        let mut end = size;
        // SAFETY: the caller's promise: there is a unit up to the first that is 0, whose last byte is before `end`.
        let units = unsafe {
            while (end - size..end).any(|i| *at.add(i) != 0) {
                end += size;
            }
            core::slice::from_raw_parts(at, end)
        };
        let ty = to
            .array(end / size)
            .map_err(|e| self.error(path, AccessFault::NoMemory { reason: e.to_string() }))?;
        let text = CData::copy_of(&ty, units).and_then(|copy| copy.text(""));
        text.map_err(|e| e.within(self.ty(), path))
    }
}

/// A function of this module was given NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address, found NULL")]
pub struct NullPointer;

/// A copy of the bytes at an address: `len` of them, or those before the first NUL.
///
/// ```
/// use ctypes_core::memory::string_at;
/// // SAFETY: a string literal.
/// let text = unsafe { string_at(c"text".as_ptr(), None)? };
/// assert_eq!(text, b"text");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Safety
/// As many bytes are there, initialised, and nobody changes them meanwhile.
///
/// # Errors
/// If the address is NULL.
pub unsafe fn string_at(
    address: *const c_char,
    len: Option<usize>,
) -> Result<Vec<u8>, NullPointer> {
    // SAFETY: the caller's promise, for units of one byte.
    Ok(unsafe { units_at::<u8>(address.cast(), len)? }.to_vec())
}

/// As [`string_at`] of the units of `wchar_t`: two bytes on Windows, four elsewhere. `len` counts units.
///
/// # Safety
/// As [`string_at`]; the address is aligned for `wchar_t`.
///
/// # Errors
/// If the address is NULL.
pub unsafe fn wstring_at(
    address: *const c_void,
    len: Option<usize>,
) -> Result<Vec<u32>, NullPointer> {
    if Type::WCHAR.size() == 2 {
        // SAFETY: the caller's promise, for units of two bytes.
        let units = unsafe { units_at::<u16>(address.cast(), len)? };
        return Ok(units.iter().map(|unit| u32::from(*unit)).collect());
    }
    // SAFETY: the caller's promise, for units of four bytes.
    Ok(unsafe { units_at::<u32>(address.cast(), len)? }.to_vec())
}

/// # Safety
/// As [`string_at`], of units of this type.
unsafe fn units_at<'a, T: Copy + Default + PartialEq>(
    address: *const T,
    len: Option<usize>,
) -> Result<&'a [T], NullPointer> {
    if address.is_null() {
        return Err(NullPointer);
    }
    let mut end = 0;
    // SAFETY: the caller's promise: there is a unit up to the first that is 0.
    while len.is_none() && unsafe { *address.add(end) } != T::default() {
        end += 1;
    }
    // SAFETY: the caller's promise; all of these are there.
    Ok(unsafe { core::slice::from_raw_parts(address, len.unwrap_or(end)) })
}

/// C's `memmove`: copies `len` bytes, which may overlap.
///
/// # Safety
/// As many bytes can be read at `from` and written at `to`, and nobody uses those at `to`, or writes those at `from`,
/// meanwhile. Pointers in them keep nothing alive.
///
/// # Errors
/// If an address is NULL.
pub unsafe fn memmove(to: *mut c_void, from: *const c_void, len: usize) -> Result<(), NullPointer> {
    if to.is_null() || from.is_null() {
        return Err(NullPointer);
    }
    // SAFETY: the caller's promise; there are no demands on the alignment of bytes.
    unsafe { core::ptr::copy(from.cast::<u8>(), to.cast::<u8>(), len) };
    Ok(())
}

/// C's `memset`: sets `len` bytes.
///
/// # Safety
/// As many bytes can be written at `to`, and nobody uses them meanwhile.
///
/// # Errors
/// If the address is NULL.
pub unsafe fn memset(to: *mut c_void, byte: u8, len: usize) -> Result<(), NullPointer> {
    if to.is_null() {
        return Err(NullPointer);
    }
    // SAFETY: the caller's promise.
    unsafe { to.cast::<u8>().write_bytes(byte, len) };
    Ok(())
}
