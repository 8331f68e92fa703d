//! How the argument of a callback arrives: a value as it is, a pointer as a reference.

use crate::convert::check_bits;
use crate::types::{CReturn, CType};
use core::ffi::{CStr, c_char, c_void};

/// A parameter of a callback that is what C passes.
#[derive(Debug)]
pub struct ByValue(());

/// A parameter of a callback that is a reference, where C passes a pointer.
#[derive(Debug)]
pub struct ByReference(());

/// A parameter of a callback's closure.
///
/// | the closure takes | C passes | checked at each call |
/// |---|---|---|
/// | a [`CType`] | the same | a `bool`, an enumeration, a `NonNull` is a valid one |
/// | `&T`, `&mut T` | `const T *`, `T *` | the pointer is not NULL and is aligned; as above what it points at |
/// | `Option<&T>`, `Option<&mut T>` | `const T *`, `T *` | the same, and NULL is `None` |
/// | `&CStr`, `Option<&CStr>` | `const char *` | NULL, as above |
///
/// What is wrong is a panic before the closure runs. That a pointer is valid, and that nothing else is reached through one
/// that becomes a `&mut T`, is what C promises: it is a part of the declaration.
///
/// A reference ends with the call, so that the closure can neither keep it nor ask for one that lives longer:
///
/// ```compile_fail
/// # use ctypes_core::Callback;
/// let mut kept = Vec::new();
/// Callback::new_mut(|item: &i32| kept.push(item));
/// ```
/// ```compile_fail
/// # use ctypes_core::Callback;
/// Callback::new(|item: &'static i32| *item);
/// ```
///
/// # Safety
/// [`CallbackArg::read`] needs no more than it says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a callback",
    note = "C types are by value, and `&T`, `&mut T`, `Option<&T>`, `Option<&mut T>`, `&CStr` for pointers"
)]
pub unsafe trait CallbackArg<M>: Sized {
    /// What C passes.
    type Raw: CType;
    /// The argument of one call, whose references live as long as that.
    type At<'a>;
    /// Reads an argument.
    ///
    /// # Safety
    /// A value with the layout of `Raw` is at the address. If it is a pointer that becomes a reference, it is NULL or
    /// points at what that type is, for `'a`; if that is to be changed, nothing else does or looks.
    ///
    /// # Errors
    /// Why its bits are no valid value.
    unsafe fn read<'a>(at: *const c_void) -> Result<Self::At<'a>, String>;
}

// SAFETY: reads what is at the address, if it is a T.
unsafe impl<T: CType> CallbackArg<ByValue> for T {
    type Raw = T;
    type At<'a> = T;
    #[inline]
    unsafe fn read<'a>(at: *const c_void) -> Result<Self::At<'a>, String> {
        // SAFETY: the caller's promise.
        unsafe { check::<T>(at)? };
        // SAFETY: a value with T's layout is there; its bits are valid, since any are or they were checked.
        Ok(unsafe { at.cast::<T>().read_unaligned() })
    }
}

/// # Safety
/// The bytes of a value with T's layout are there.
#[inline]
unsafe fn check<T: CType>(at: *const c_void) -> Result<(), String> {
    if <T as CType>::ANY_BITS {
        return Ok(());
    }
    // SAFETY: that many bytes are there, of which those of padding alone may not be initialised: nobody looks at them.
    let bytes = unsafe { core::slice::from_raw_parts(at.cast::<u8>(), size_of::<T>()) };
    check_bits(T::TYPE, bytes)
}

/// The pointer at the address, if it points at a T or is NULL.
///
/// # Safety
/// A pointer is there, which is NULL or points at the bytes of a T.
#[inline]
unsafe fn pointer<T: CType>(at: *const c_void) -> Result<*mut T, String> {
    // SAFETY: the caller's promise.
    let pointer = unsafe { at.cast::<*mut T>().read_unaligned() };
    if pointer.is_null() {
        return Ok(pointer);
    }
    if !pointer.is_aligned() {
        return Err(format!(
            "{pointer:p} is not aligned to the {} bytes of a `{}`",
            align_of::<T>(),
            T::TYPE
        ));
    }
    // SAFETY: the caller's promise.
    unsafe { check::<T>(pointer.cast_const().cast())? };
    Ok(pointer)
}

#[cold]
fn null<T: CReturn>() -> String {
    format!("NULL where the closure takes a reference to a `{}`", T::RESULT)
}

macro_rules! references {
    ($(($($reference:tt)*) $raw:ident $method:ident;)*) => {$(
        // SAFETY: the pointer is checked and then what the caller promises.
        unsafe impl<T: CType> CallbackArg<ByReference> for &$($reference)* T {
            type Raw = *$raw T;
            type At<'a> = &'a $($reference)* T;
            #[inline]
            unsafe fn read<'a>(at: *const c_void) -> Result<Self::At<'a>, String> {
                // SAFETY: the caller's promise; a pointer that is not NULL is aligned and points at a valid value.
                unsafe { pointer::<T>(at)?.$method() }.ok_or_else(null::<T>)
            }
        }

        // SAFETY: as above.
        unsafe impl<T: CType> CallbackArg<ByReference> for Option<&$($reference)* T> {
            type Raw = *$raw T;
            type At<'a> = Option<&'a $($reference)* T>;
            #[inline]
            unsafe fn read<'a>(at: *const c_void) -> Result<Self::At<'a>, String> {
                // SAFETY: as above.
                Ok(unsafe { pointer::<T>(at)?.$method() })
            }
        }
    )*};
}

references! {
    () const as_ref;
    (mut) mut as_mut;
}

// SAFETY: the pointer is checked and then what the caller promises: a string of C.
unsafe impl CallbackArg<ByReference> for Option<&CStr> {
    type Raw = *const c_char;
    type At<'a> = Option<&'a CStr>;
    unsafe fn read<'a>(at: *const c_void) -> Result<Self::At<'a>, String> {
        // SAFETY: the caller's promise.
        unsafe {
            let text = at.cast::<*const c_char>().read_unaligned();
            Ok((!text.is_null()).then(|| CStr::from_ptr(text)))
        }
    }
}

// SAFETY: as above.
unsafe impl CallbackArg<ByReference> for &CStr {
    type Raw = *const c_char;
    type At<'a> = &'a CStr;
    unsafe fn read<'a>(at: *const c_void) -> Result<Self::At<'a>, String> {
        // SAFETY: handed on.
        unsafe { <Option<&CStr>>::read(at)? }.ok_or_else(null::<c_char>)
    }
}
