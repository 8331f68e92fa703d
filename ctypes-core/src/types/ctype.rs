//! [`CType`]: the link from a Rust type to the C type that it is.

use super::{CallConv, Element, Repr, StaticFunction, Type};
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
/// - If [`CType::BY_VALUE_IN_RECORD`], the same holds for a struct with a field of type `Self`.
/// - If [`CType::ANY_BITS`], every initialised byte pattern of that size is a valid `Self`.
/// - If [`CType::ZERO`], the one that is all zero is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C type",
    label = "no C type",
    note = "C types are the primitive numbers and bool, raw pointers, `Option` of an `extern \"C\"` function \
            pointer, arrays of those, and what derives CStruct, CUnion or CEnum"
)]
pub unsafe trait CType: Sized + 'static {
    /// The description.
    const TYPE: &'static Type;
    /// Whether Rust passes a value of this type to C functions as C does.
    const BY_VALUE: bool;
    /// Whether a struct with a field of this type can be passed by value. An array cannot be passed
    /// by itself, while a struct with an array in it can.
    const BY_VALUE_IN_RECORD: bool = Self::BY_VALUE;
    /// Whether every bit pattern is a valid value: not so for `bool`, function pointers, `NonNull`.
    const ANY_BITS: bool;
    /// Whether all bits zero are a value, as C initialises static memory.
    const ZERO: bool = Self::ANY_BITS;
    /// Whether this is a function pointer, so that a function that takes it may call back.
    #[doc(hidden)]
    const IS_CODE: bool = false;
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
}

// SAFETY: `()` is what `extern "C"` functions without a result return in Rust.
unsafe impl CReturn for () {
    const RESULT: &'static Type = &Type::VOID;
    const ANY_BITS: bool = true;
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
    // gcc lets an array of no elements decide about the registers, clang and rustc do not.
    const BY_VALUE_IN_RECORD: bool =
        N != 0 && T::BY_VALUE_IN_RECORD && elements_are_alike(T::TYPE, size_of::<[T; N]>(), N);
    const ANY_BITS: bool = T::ANY_BITS;
    const ZERO: bool = T::ZERO;
}

/// Whether every element of an array has its parts where the first one has them aligned. On x86-64, gcc
/// judges all elements by the first, clang and rustc each by itself (psABI 3.2.3): they differ on packed
/// records of an odd size. What has more than 16 bytes is in memory to all.
const fn elements_are_alike(element: &Type, bytes: usize, len: usize) -> bool {
    !SYSV64 || len == 1 || bytes > 16 || (bytes / len).is_power_of_two() || !is_of_records(element)
}

/// Whether rustc passes a packed record of so many bytes as C does, as far as a member is concerned. On x86-64,
/// rustc asks whether a record inside is where its own alignment would have it, C whether the scalars
/// are, which bit fields are not.
pub const fn passes_packed(member: &Type, bytes: usize) -> bool {
    !SYSV64 || bytes > 16 || !is_of_records(member)
}

const SYSV64: bool = cfg!(all(target_arch = "x86_64", not(windows)));

const fn is_of_records(ty: &Type) -> bool {
    let mut bottom = ty;
    while let Repr::Array { of: Element::Static(of), .. } = bottom.0 {
        bottom = of;
    }
    matches!(bottom.0, Repr::Record(_))
}

// SAFETY: `ManuallyDrop<T>` has the layout, ABI and bit validity of T (std docs).
unsafe impl<T: CType> CType for ManuallyDrop<T> {
    const TYPE: &'static Type = T::TYPE;
    const BY_VALUE: bool = T::BY_VALUE;
    const BY_VALUE_IN_RECORD: bool = T::BY_VALUE_IN_RECORD;
    const ANY_BITS: bool = T::ANY_BITS;
    const ZERO: bool = T::ZERO;
}

/// C's `long double`, as bytes: Rust has no such number.
///
/// Rust cannot pass it by value (an x87 register or a vector register has no counterpart), so a
/// function that takes or returns one goes through the general call engine.
#[derive(Clone, Copy)]
#[repr(C)]
#[doc(alias = "c_longdouble")]
pub struct LongDouble {
    align: [long_double::Unit; 0],
    bytes: [u8; long_double::SIZE],
}

mod long_double {
    use crate::target::Target;

    pub(super) const SIZE: usize = Target::NATIVE.long_double_extent.size as usize;

    #[derive(Clone, Copy)]
    #[repr(C, align(16))]
    pub(super) struct Align16(u8);
    #[derive(Clone, Copy)]
    #[repr(C, align(8))]
    pub(super) struct Align8(u8);
    #[derive(Clone, Copy)]
    #[repr(C, align(4))]
    pub(super) struct Align4(u8);

    pub(super) trait Choice {
        type Unit: Copy + 'static;
    }
    pub(super) struct Of<const N: u64>;
    impl Choice for Of<16> {
        type Unit = Align16;
    }
    impl Choice for Of<8> {
        type Unit = Align8;
    }
    impl Choice for Of<4> {
        type Unit = Align4;
    }
    pub(super) type Unit = <Of<{ Target::NATIVE.long_double_extent.align }> as Choice>::Unit;
}

impl LongDouble {
    /// From its bytes in memory order.
    pub const fn from_bytes(bytes: [u8; size_of::<LongDouble>()]) -> LongDouble {
        LongDouble { align: [], bytes }
    }

    /// The bytes in memory order. Where the format is shorter than the type (the x87's 10 of 16),
    /// the rest says nothing.
    pub const fn to_bytes(self) -> [u8; size_of::<LongDouble>()] {
        self.bytes
    }
}

// SAFETY: size and alignment are those of the target's model, and any bytes are valid.
unsafe impl CType for LongDouble {
    const TYPE: &'static Type = &Type::LONGDOUBLE;
    const BY_VALUE: bool = false;
    const ANY_BITS: bool = true;
}

const _: () = assert!(
    Type::LONGDOUBLE.size() == size_of::<LongDouble>()
        && Type::LONGDOUBLE.align() == align_of::<LongDouble>()
);

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
