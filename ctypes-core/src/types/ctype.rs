//! [`CType`]: the link from a Rust type to the C type that it is.

use super::passing::is_passed_as_in_c;
use super::{CallConv, RecordRef, Repr, StaticFunction, StaticRecord, Type};
use core::ffi::c_void;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr::NonNull;

/// A Rust type that has the size, alignment and meaning of a C type.
///
/// `#[derive(CStruct)]` implements it for records. Rust's integers stand for C's exact widths
/// (`i32` is `int32_t`); `core::ffi::c_int` and its kin are aliases of them to the compiler, so that
/// what they are called in C is a fact about a field or a parameter, not about the type.
///
/// # Safety
/// - [`CType::TYPE`] describes the size and alignment of `Self` and where its fields are.
/// - If [`CType::BY_VALUE`], passing `Self` to an `extern "C"` function is what C does with it.
/// - If [`CType::BY_VALUE_IN_RECORD`], how C passes a struct with a field of type `Self`, and how rustc does, is what
///   follows from [`CType::TYPE`] ([`Type::by_value_at`]).
/// - If [`CType::ANY_BITS`], every initialised byte pattern of that size is a valid `Self`.
/// - If [`CType::ZERO`], the one that is all zero is.
/// - Every byte of a value that is part of a scalar to [`CType::TYPE`] is initialised: no `MaybeUninit`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C type",
    label = "no C type",
    note = "C types are the primitive numbers and bool, raw pointers, `Option` of an `extern \"C\"` function \
            pointer, arrays of those, and what derives CStruct, CUnion or CEnum"
)]
pub unsafe trait CType: Sized + 'static {
    /// The description. It has to be given, but for records, whose fields the derive describes.
    const TYPE: &'static Type = Self::OF_RECORD;
    /// Whether Rust passes a value of this type to C functions as C does; for the types of the derives decided as
    /// [`Type::by_value_at`] does it for any target.
    const BY_VALUE: bool = Self::RECORD.is_by_value() && is_passed_as_in_c(Self::TYPE);
    /// Whether a struct with a field of this type may be passed by value, if its other fields allow it. An
    /// array cannot be passed by itself, while a struct with an array in it can.
    const BY_VALUE_IN_RECORD: bool = Self::BY_VALUE || Self::RECORD.is_by_value();
    /// Whether every bit pattern is a valid value: not so for `bool`, function pointers, `NonNull`.
    const ANY_BITS: bool = Self::RECORD.is_any_bits();
    /// Whether all bits zero are a value, as C initialises static memory.
    const ZERO: bool = Self::ANY_BITS || Self::RECORD.is_zero();
    /// Whether this is a function pointer, so that a function that takes it may call back.
    #[doc(hidden)]
    const IS_CODE: bool = false;
    /// What the derive says of a record; all else of the record follows from it.
    #[doc(hidden)]
    const RECORD: &'static StaticRecord = StaticRecord::NONE;
    #[doc(hidden)]
    const OF_RECORD: &'static Type = &Type::of(Repr::Record(RecordRef::Static(Self::RECORD)));
}

/// A value of all bits zero.
///
/// # Panics
/// If that is no value of the type; in a constant the program does not compile.
pub const fn zeroed<T: CType>() -> T {
    assert!(T::ZERO, "a member of this type must not be zero");
    // SAFETY: the trait promises that all bits zero are a value.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// What a pointer can point at: any [`CType`], and `c_void`.
///
/// # Safety
/// [`CPointee::pointee`] describes `Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C type that a pointer could point at",
    note = "derive CStruct for it, or use `*mut core::ffi::c_void` for an untyped pointer"
)]
pub unsafe trait CPointee: 'static {
    /// The description, asked for only when it is needed.
    fn pointee() -> &'static Type;
}

/// What a function can return: any [`CType`], and `()` for C's `void`.
///
/// # Safety
/// [`CReturn::RESULT`] describes `Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C type that a function could return",
    note = "use `()` for void, a `CType` otherwise"
)]
pub unsafe trait CReturn: Sized + 'static {
    /// The description.
    const RESULT: &'static Type;
    /// The description, asked for only when it is needed.
    fn result() -> &'static Type {
        Self::RESULT
    }
    /// As [`CType::ANY_BITS`].
    const ANY_BITS: bool;
    /// As [`CType::BY_VALUE`].
    #[doc(hidden)]
    const IS_RETURNED_AS_IN_C: bool;
}

// SAFETY: the description is that of the type itself.
unsafe impl<T: CType> CPointee for T {
    fn pointee() -> &'static Type {
        T::TYPE
    }
}

// SAFETY: `c_void` stands for C's void behind a pointer.
unsafe impl CPointee for c_void {
    fn pointee() -> &'static Type {
        &Type::VOID
    }
}

// SAFETY: the description is that of the type itself.
unsafe impl<T: CType> CReturn for T {
    const RESULT: &'static Type = <T as CType>::TYPE;
    const ANY_BITS: bool = <T as CType>::ANY_BITS;
    const IS_RETURNED_AS_IN_C: bool = T::BY_VALUE;
}

// SAFETY: `()` is what `extern "C"` functions without a result return in Rust.
unsafe impl CReturn for () {
    const RESULT: &'static Type = &Type::VOID;
    const ANY_BITS: bool = true;
    const IS_RETURNED_AS_IN_C: bool = true;
}

macro_rules! numbers {
    ($($rust:ty => $konst:ident,)*) => {$(
        // SAFETY: a primitive number of that width and sign, of which every bit pattern is valid;
        // rustc passes it as C's type of that width.
        unsafe impl CType for $rust {
            const TYPE: &'static Type = &Type::$konst;
            const BY_VALUE: bool = true;
            const ANY_BITS: bool = true;
        }
    )*};
}

numbers! {
    i8 => I8, u8 => U8, i16 => I16, u16 => U16, i32 => I32, u32 => U32, i64 => I64, u64 => U64,
    isize => INTPTR, usize => UINTPTR, f32 => FLOAT, f64 => DOUBLE,
}

#[cfg(all(target_pointer_width = "64", not(target_env = "msvc")))]
mod int128 {
    use super::{CType, Type};
    use crate::types::bit_field::{BitField, BitKind};

    /// Where rustc is known to pass it as C does: in two registers or on the stack, aligned (System V
    /// psABI 3.2.3, AAPCS64 6.8.2). By Windows' convention and on IBM z it goes by address.
    const BY_VALUE: bool =
        cfg!(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(windows)));

    macro_rules! integers {
        ($($rust:ty => $konst:ident,)*) => {$(
            // SAFETY: an integer of that width and sign, of which any bits are one; size and alignment
            // are asserted below.
            unsafe impl CType for $rust {
                const TYPE: &'static Type = &Type::$konst;
                const BY_VALUE: bool = BY_VALUE;
                const ANY_BITS: bool = true;
            }
            // SAFETY: an integer of that sign.
            unsafe impl BitField for $rust {
                type Value = $rust;
                const KIND: BitKind = BitKind::integer(<$rust>::MIN != 0);
            }
            const _: () = assert!(
                Type::$konst.size() == size_of::<$rust>()
                    && Type::$konst.align() == align_of::<$rust>()
            );
        )*};
    }

    integers! { i128 => I128, u128 => U128, }
}

// SAFETY: `bool` is C's `_Bool` (Rust reference, type layout); other bytes than 0 and 1 are invalid.
unsafe impl CType for bool {
    const TYPE: &'static Type = &Type::BOOL;
    const BY_VALUE: bool = true;
    const ANY_BITS: bool = false;
    const ZERO: bool = true;
}

// SAFETY: a thin raw pointer is C's pointer; any bits are a valid one.
unsafe impl<T: CPointee> CType for *mut T {
    const TYPE: &'static Type = &Type::lazy_pointer(T::pointee, false);
    const BY_VALUE: bool = true;
    const ANY_BITS: bool = true;
}

// SAFETY: as for `*mut T`.
unsafe impl<T: CPointee> CType for *const T {
    const TYPE: &'static Type = &Type::lazy_pointer(T::pointee, true);
    const BY_VALUE: bool = true;
    const ANY_BITS: bool = true;
}

// SAFETY: `NonNull` is a pointer that must not be null.
unsafe impl<T: CPointee> CType for NonNull<T> {
    const TYPE: &'static Type = &Type::lazy_nonnull(T::pointee);
    const BY_VALUE: bool = true;
    const ANY_BITS: bool = false;
}

// SAFETY: the standard library guarantees that None of this type is the null pointer.
unsafe impl<T: CPointee> CType for Option<NonNull<T>> {
    const TYPE: &'static Type = &Type::lazy_pointer(T::pointee, false);
    const BY_VALUE: bool = true;
    const ANY_BITS: bool = true;
}

// SAFETY: the layout of an array of C types is that of a C array. C passes arrays as pointers only.
unsafe impl<T: CType, const N: usize> CType for [T; N] {
    const TYPE: &'static Type = &Type::static_array(T::TYPE, N);
    const BY_VALUE: bool = false;
    const BY_VALUE_IN_RECORD: bool = T::BY_VALUE_IN_RECORD;
    const ANY_BITS: bool = T::ANY_BITS;
    const ZERO: bool = T::ZERO;
}

// SAFETY: `ManuallyDrop<T>` has the layout, ABI and bit validity of T (std docs).
unsafe impl<T: CType> CType for ManuallyDrop<T> {
    const TYPE: &'static Type = T::TYPE;
    const BY_VALUE: bool = T::BY_VALUE;
    const BY_VALUE_IN_RECORD: bool = T::BY_VALUE_IN_RECORD;
    const ANY_BITS: bool = T::ANY_BITS;
    const ZERO: bool = T::ZERO;
}

macro_rules! function_pointers {
    ($(($($p:ident)*))*) => {$(function_pointers!(@arity [$($p)*]
        ["C" C] ["system" System]);)*};
    (@arity $ps:tt $([$abi:literal $conv:ident])*) => {$(
        function_pointers!(@one $ps [extern $abi] $conv);
        function_pointers!(@one $ps [unsafe extern $abi] $conv);
    )*};
    (@one [$($p:ident)*] [$($q:tt)*] $conv:ident) => {
        // SAFETY: a function pointer with that convention; None is null (std, "Nullable pointers").
        unsafe impl<$($p: CType,)* Z: CReturn> CType for Option<$($q)* fn($($p),*) -> Z> {
            const TYPE: &'static Type = &Type::lazy_pointer(|| <$($q)* fn($($p),*) -> Z as CFunction>::TYPE, false);
            const BY_VALUE: bool = true;
            // A non-null address need not be that of such a function.
            const ANY_BITS: bool = false;
            const IS_CODE: bool = true;
            const ZERO: bool = true;
        }
        // SAFETY: as above, never null.
        unsafe impl<$($p: CType,)* Z: CReturn> CType for $($q)* fn($($p),*) -> Z {
            const TYPE: &'static Type = &Type::lazy_nonnull(|| <$($q)* fn($($p),*) -> Z as CFunction>::TYPE);
            const BY_VALUE: bool = true;
            const ANY_BITS: bool = false;
            const IS_CODE: bool = true;
        }
        impl<$($p: CType,)* Z: CReturn> CFunction for $($q)* fn($($p),*) -> Z {
            const TYPE: &'static Type = &Type::static_function(&StaticFunction {
                conv: CallConv::$conv,
                result: Z::result,
                params: &[$(<$p as CPointee>::pointee),*],
                variadic: false,
            });
        }
    };
}

/// The function type behind a function pointer type.
trait CFunction {
    const TYPE: &'static Type;
}

function_pointers! {
    () (A) (A B) (A B D) (A B D E) (A B D E F) (A B D E F G) (A B D E F G H) (A B D E F G H I)
    (A B D E F G H I J) (A B D E F G H I J K) (A B D E F G H I J K L) (A B D E F G H I J K L M)
}
