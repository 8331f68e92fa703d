//! The macros of ctypes for Rust.
//!
//! Most programs get them from `ctypes-wrap`, which depends on this crate. [`macro@foreign_fn`] also works for
//! programs that depend on `ctypes-core` alone.

mod bitfield;
mod common;
mod core_path;
mod enumeration;
mod foreign_fn;
mod library;
mod record;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Binds foreign functions and variables at run time: an extern block without a linker.
///
#[doc = include_str!("../docs/foreign_fn.md")]
#[doc(alias = "CDLL")]
#[doc(alias = "argtypes")]
#[doc(alias = "restype")]
#[proc_macro_attribute]
pub fn foreign_fn(attribute: TokenStream, item: TokenStream) -> TokenStream {
    foreign_fn::expand(attribute.into(), item.into()).into()
}

/// Makes a library handle of an extern block: a struct whose methods are the foreign functions.
///
/// The handle is opened through the trait `Bindings` of `ctypes-wrap`, where the examples are: `open`, `open_path`,
/// `from_library`, `from_resolver`. It is `Clone`, `Send` and `Sync`; several handles of one type, of different
/// libraries, live side by side; no library is closed except by `Bindings::close`.
///
/// # What is generated
///
/// | declared | method |
/// |---|---|
/// | `fn f(…) -> R` | `unsafe fn f(&self, …) -> R` |
/// | `safe fn f(…) -> R` | `fn f(&self, …) -> R` |
/// | `#[optional] fn f(…) -> R` | `fn f(&self) -> Option<unsafe extern "C" fn(…) -> R>` |
/// | `fn f(…, ...) -> R` | `fn f(&self) -> unsafe extern "C" fn(…, ...) -> R` |
/// | `static v: T` | `fn v(&self) -> *mut T`, if `#[optional]` in an `Option` |
///
/// What the system knows to be something else than it is declared as is not bound: a function where a variable is declared, a variable
/// that is smaller than its type. It is reported as what is missing is, and if it is `#[optional]` it is absent.
///
/// The struct holds the addresses, so it is as large as there are functions, and a call is one load and one indirect
/// call. A parameter's lifetime that the result has must be named.
///
/// # Options
///
/// * `"name"`, `["file", …]`, `lib = …`, `linux = …`, `windows = …`, `macos = …`: the library, as for [`macro@foreign_fn`].
/// * `handle = pub Name`: the struct.
/// * `lazy`: a symbol is looked up at its first use, which panics if it is missing. Otherwise all are looked up when
///   the handle is opened, and one error names all that are missing.
/// * `env = "VARIABLE"`: that variable, if set, holds the path to open instead. It is ignored in programs that were
///   started with raised privileges.
/// * `callbacks`, `check`, `errno`, `last_error`, `trace`, `crate = path`: as for [`macro@foreign_fn`]; the crate is `ctypes-wrap`.
///
/// The attributes of items and of their parameters are those of [`macro@foreign_fn`].
///
/// The constructors are those of a trait, so that C functions may have their names. Where one has, say which is meant:
/// `<Handle as Bindings>::open()`.
///
/// # Safety
///
/// Opening a handle is `unsafe`: who opens it vouches that the library is the one that the block declares.
///
/// # Python equivalent
///
/// A `CDLL` with `argtypes` and `restype` of every function set.
#[doc(alias = "CDLL")]
#[doc(alias = "LibraryLoader")]
#[proc_macro_attribute]
pub fn library(attribute: TokenStream, item: TokenStream) -> TokenStream {
    library::expand(attribute.into(), item.into()).into()
}

/// Describes a struct to C: implements `CType` for it.
///
#[doc = include_str!("../docs/cstruct.md")]
#[doc(alias = "Structure")]
#[doc(alias = "_fields_")]
#[doc(alias = "_pack_")]
#[doc(alias = "_anonymous_")]
#[doc(alias = "BigEndianStructure")]
#[doc(alias = "LittleEndianStructure")]
#[proc_macro_derive(CStruct, attributes(anonymous, base, bits, ctype, ctypes))]
pub fn derive_cstruct(input: TokenStream) -> TokenStream {
    record::derive(&parse_macro_input!(input as DeriveInput), record::Kind::Struct).into()
}

/// Describes a union to C: implements `CType` for it.
///
/// The union stays what it is; reading a member is `unsafe`, as of any union in Rust. What is added is what
/// [`macro@CStruct`] adds to a struct, with the same options, attributes, rules for the members' types and assertions;
/// only that a union has no `#[base]`, and lends no members of an `#[anonymous]` one. A union with bit fields, or one
/// that is packed and aligned, is written with [`macro@bitfield`] above the derives, and has accessors in place of members.
///
/// # Layout
///
/// `#[repr(C)]`, together with `packed`, `packed(n)` or `align(n)` as needed: all members at offset 0, the size that of
/// the largest, rounded up to the strictest alignment (C11 6.7.2.1p16). A member that is not `Copy` is
/// `ManuallyDrop<T>`, which is `T` to C.
///
/// # Errors
///
/// As [`macro@CStruct`], at compile time.
///
/// # Safety
///
/// The derive is safe to write. There is no safe way to read a member, also where every member holds any bits:
/// a member that is smaller than the union leaves the rest uninitialised when it is written.
///
/// # Platform behaviour
///
/// `CType::BY_VALUE` is true where rustc passes the union as C's compiler does.
///
/// # Python equivalent
///
/// ```python
/// class NUMBER(Union):
///     _fields_ = [("i", c_int), ("d", c_double)]
/// ```
///
/// # Examples
///
/// ```
/// use core::ffi::{c_double, c_int};
/// use ctypes_core::{CType, Target};
/// use ctypes_derive::CUnion;
///
/// #[derive(CUnion, Clone, Copy)]
/// #[repr(C)]
/// union Number {
///     integer: c_int,
///     double: c_double,
///     bytes: [u8; 12],
/// }
///
/// const SIZE: usize = Number::TYPE.size();
/// assert_eq!(SIZE, 16);
/// assert_eq!(Number::TYPE.to_string(), "union Number");
/// assert_eq!(Number::TYPE.at(&Target::I686_LINUX)?.size(), 12);
///
/// let number = Number { double: 1.0 };
/// // SAFETY: all bytes of the member were written as the double.
/// assert_eq!(unsafe { number.integer }, 0);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[doc(alias = "Union")]
#[proc_macro_derive(CUnion, attributes(anonymous, base, bits, ctype, ctypes))]
pub fn derive_cunion(input: TokenStream) -> TokenStream {
    record::derive(&parse_macro_input!(input as DeriveInput), record::Kind::Union).into()
}

/// Describes an enumeration to C: implements `CType` for it, and conversions from and to its integer.
///
/// The enum stays what it is. An integer that is no variant never becomes one: where C may put any value, write
/// `Raw<Color>` for the field, parameter or result, which has the same layout.
///
/// # Layout
///
/// `#[repr(C)]` is C's `enum color { … }`, whose integer type each platform's compiler picks (C11 6.7.2.2p4);
/// `#[repr(u8)]` and the like are C23's `enum color : uint8_t`, and whatever older C declares as `uint8_t`. That rustc has
/// chosen the same integer as C is asserted.
///
/// # What is generated
///
/// `Bits` stands for the integer: the one that `repr` names, for `#[repr(C)]` mostly `u32`, or `i32` if a value is
/// negative or the compiler is Microsoft's.
///
/// | item | |
/// |---|---|
/// | `const fn to_raw(self) -> Bits` | the value in C |
/// | `const fn try_from_raw(Bits) -> Result<Self, InvalidValue>` | the variant with that value |
/// | `TryFrom<Bits>`; of `c_int` and `c_uint` for `#[repr(C)]` | the same |
/// | `CType`, `Discrete`, `BitField` | for fields, `Raw` and `#[bits(n)]` |
///
/// The enum must be `Copy`.
///
/// # Options
///
/// In `#[ctypes(…)]`: `name = "color"`, the tag in C, if it is not the Rust name; `crate = path`.
///
/// # Errors
///
/// At compile time, on the token to blame: no `repr`, a variant with fields, no variants, generic parameters, an
/// integer of 128 bits. At run time `InvalidValue`, which names the enumeration, the value and what was expected.
///
/// # Python equivalent
///
/// None: `ctypes` passes enumerations as `c_int`; `enum.IntEnum` checks as this does.
///
/// # Examples
///
/// ```
/// use ctypes_core::{CType, Raw};
/// use ctypes_derive::{CEnum, CStruct};
///
/// #[derive(CEnum, Debug, Clone, Copy, PartialEq)]
/// #[repr(C)]
/// enum Color {
///     Red,
///     Green = 5,
/// }
///
/// assert_eq!(Color::Green.to_raw(), 5);
/// assert_eq!(Color::try_from(0), Ok(Color::Red));
/// let error = Color::try_from_raw(1).unwrap_err();
/// assert_eq!(error.to_string(), "1 is no value of `Color`: expected Red = 0, Green = 5");
///
/// #[derive(CStruct)]
/// #[repr(C)]
/// struct Pixel {
///     color: Raw<Color>,
/// }
/// let pixel = Pixel { color: Raw::from_bits(7) };
/// assert!(pixel.color.get().is_err());
/// assert_eq!(Pixel::TYPE.fields()[0].ty().to_string(), "enum Color");
/// ```
#[doc(alias = "enum")]
#[proc_macro_derive(CEnum, attributes(ctypes))]
pub fn derive_cenum(input: TokenStream) -> TokenStream {
    enumeration::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Lets a struct or union have bit fields, where C has them: `#[bits(n)]`; and writes in bytes what Rust cannot.
///
#[doc = include_str!("../docs/bitfield.md")]
#[doc(alias = "_fields_")]
#[doc(alias = "_layout_")]
#[proc_macro_attribute]
pub fn bitfield(attribute: TokenStream, item: TokenStream) -> TokenStream {
    bitfield::expand(attribute.into(), item.into()).into()
}
