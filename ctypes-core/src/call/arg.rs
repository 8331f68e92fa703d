//! What else than C's own types can be an argument: strings, slices, references, and those that may be absent.
//!
//! | Rust | C |
//! |---|---|
//! | `&str`, `String`, `&String` | `const char *`: a copy with a NUL after it, for the call; a NUL inside is an error that names the argument |
//! | `&CStr`, `&CString` | `const char *` |
//! | `&[T]`, `&[T; N]`, `&Vec<T>` | `const T *`, the address of the first element |
//! | [`ptr(&x)`](ptr) | `const T *` |
//! | [`mut_ptr(&mut x)`](mut_ptr), [`mut_slice(&mut xs)`](mut_slice) | `T *` |
//! | `Option` of one of these | the same, or NULL |
//! | [`&Callback`](crate::Callback) | a function pointer; `&Callback::new_mut(|…| …)?` lives for the call |
//!
//! A reference is not passed as such, because a type of yours may be an argument by reference.
//!
//! How long C may keep an address, and how far it may read or write from there, is part of what the caller of the
//! `unsafe` call vouches for: nothing may be written through `const T *`, whatever the parameter's type says.
//!
//! # Examples
//! ```
//! # #[cfg(feature = "decl")] {
//! use ctypes_core::{Library, call::arg};
//!
//! let lib = unsafe { Library::open("m")? };
//! let frexp = lib.declare("double frexp(double x, int *exp);")?;
//! let mut exp = 0_i32;
//! assert_eq!(unsafe { frexp.call::<f64>((8.0, arg::mut_ptr(&mut exp)))? }, 0.5);
//! assert_eq!(exp, 4);
//!
//! let strtol = Library::this().declare("long strtol(const char *text, char **end, int base);")?;
//! let end: Option<arg::ByMutPtr<'_, *mut core::ffi::c_char>> = None;
//! assert_eq!(unsafe { strtol.call::<i64>(("ff", end, 16))? }, 255);
//!
//! let error = unsafe { strtol.call::<i64>(("f\0", end, 16)) }.unwrap_err();
//! assert!(error.to_string().starts_with("argument 1 (`text`) of `strtol`: expected `const char *`"));
//! # }
//! # Ok::<(), ctypes_core::Error>(())
//! ```
#![forbid(unsafe_code)]

use super::args::{Argument, Pushed, TypeRef};
use super::tag::{Slot, Tag};
use crate::types::{CType, Type};
use core::ffi::CStr;
use core::fmt;
use core::marker::PhantomData;
use std::ffi::CString;

/// The address of a value that C may read: `const T *`.
pub struct ByPtr<'x, T>(*const T, PhantomData<&'x T>);

/// The address of a value, or of the first of several, that C may read and write: `T *`.
pub struct ByMutPtr<'x, T>(*mut T, PhantomData<&'x mut T>);

/// The address of `x` as an argument: `const T *`.
#[doc(alias = "byref")]
pub fn ptr<T: CType>(x: &T) -> ByPtr<'_, T> {
    ByPtr(x, PhantomData)
}

/// The address of `x` as an argument: `T *`. What C writes there must be a valid `T`.
#[doc(alias = "byref")]
pub fn mut_ptr<T: CType>(x: &mut T) -> ByMutPtr<'_, T> {
    ByMutPtr(x, PhantomData)
}

/// The address of the first element as an argument: `T *`. What C writes there must be valid.
pub fn mut_slice<T: CType>(xs: &mut [T]) -> ByMutPtr<'_, T> {
    ByMutPtr(xs.as_mut_ptr(), PhantomData)
}

impl<T> Clone for ByPtr<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ByPtr<'_, T> {}

// C may write through it as often as it is passed, one call at a time.
impl<T> Clone for ByMutPtr<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ByMutPtr<'_, T> {}

impl<T> fmt::Debug for ByPtr<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<T> fmt::Debug for ByMutPtr<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// An argument that is an address, so that it may be NULL.
trait Address {
    const TYPE: &'static Type;
    fn push(&self, args: &mut Pushed<'_>);
}

fn push_address<T>(address: *const T, ty: &'static Type, args: &mut Pushed<'_>) {
    args.push(Tag::Pointer, Slot::new(address), TypeRef::Static(ty));
}

macro_rules! addresses {
    ($([$($generics:tt)*] $rust:ty as $c:expr, |$self:ident, $args:ident| $push:expr;)*) => {$(
        impl<$($generics)*> Address for $rust {
            const TYPE: &'static Type = $c;
            fn push(&self, $args: &mut Pushed<'_>) {
                let $self = self;
                $push
            }
        }

        impl<$($generics)*> Argument for $rust {
            fn store<'a>(&'a self, args: &mut Pushed<'a>) {
                self.push(args);
            }
        }

        impl<$($generics)*> Argument for Option<$rust> {
            fn store<'a>(&'a self, args: &mut Pushed<'a>) {
                match self {
                    Some(some) => some.push(args),
                    None => push_address(
                        core::ptr::null::<u8>(),
                        <$rust as Address>::TYPE,
                        args,
                    ),
                }
            }
        }
    )*};
}

addresses! {
    [] &str as &Type::CONST_CHAR_PTR, |text, args| args.push_text(text);
    [] String as &Type::CONST_CHAR_PTR, |text, args| args.push_text(text);
    [] &String as &Type::CONST_CHAR_PTR, |text, args| args.push_text(text);
    [] &CStr as &Type::CONST_CHAR_PTR, |text, args| push_address(text.as_ptr(), Self::TYPE, args);
    [] &CString as &Type::CONST_CHAR_PTR, |text, args| push_address(text.as_ptr(), Self::TYPE, args);
    [T: CType] &[T] as <*const T>::TYPE, |slice, args| push_address(slice.as_ptr(), Self::TYPE, args);
    [T: CType] &Vec<T> as <*const T>::TYPE, |slice, args| push_address(slice.as_ptr(), Self::TYPE, args);
    [T: CType, const N: usize] &[T; N] as <*const T>::TYPE, |array, args| push_address(array.as_ptr(), Self::TYPE, args);
    [T: CType] ByPtr<'_, T> as <*const T>::TYPE, |p, args| push_address(p.0, Self::TYPE, args);
    [T: CType] ByMutPtr<'_, T> as <*mut T>::TYPE, |p, args| push_address(p.0, Self::TYPE, args);
}
