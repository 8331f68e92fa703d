//! C types as Rust types: what an expansion writes for a field whose C type is told by names, as in
//! `ConstPtr<CHAR>` for `const char *`.
//!
//! To rustc `c_char` is `i8` or `u8`, so that a field's Rust type does not tell how C spells it. A type
//! of this module does, and is written in few tokens: every expression, closure or constant in an
//! expansion takes the compiler more time than all of this.

use super::byte_order::ordered;
use super::{CPointee, CReturn, CType, CallConv, StaticFunction, Type};
use crate::target::Endian;
use core::marker::PhantomData;

/// What stands for a C type: a [`CType`] for itself, and the types of this module.
#[diagnostic::on_unimplemented(
    message = "a type is made of what is no C type",
    label = "an element, a parameter or the result is no C type"
)]
pub trait Spelled: 'static {
    /// The C type.
    const TYPE: &'static Type;
}

/// What stands for a C type that a pointer leads to, or a function takes or returns. It is asked for
/// lazily, since it may be the one that is being described.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C type that a pointer could point at",
    note = "derive CStruct for it, or use `*mut core::ffi::c_void` for an untyped pointer"
)]
pub trait Pointed: 'static {
    /// The C type.
    fn pointed() -> &'static Type;
}

/// What stands for the result of a function.
pub trait Returned: 'static {
    /// The C type.
    fn returned() -> &'static Type;
}

impl<T: CType> Spelled for T {
    const TYPE: &'static Type = <T as CType>::TYPE;
}

impl<T: CPointee> Pointed for T {
    fn pointed() -> &'static Type {
        T::pointee()
    }
}

impl<T: CReturn> Returned for T {
    fn returned() -> &'static Type {
        T::result()
    }
}

macro_rules! spelled {
    ($([$($of:tt)*] $name:ty => $ty:expr;)*) => {$(
        // No user knows these types.
        #[diagnostic::do_not_recommend]
        impl<$($of)*> Spelled for $name {
            const TYPE: &'static Type = &$ty;
        }
        impl<$($of)*> Pointed for $name {
            fn pointed() -> &'static Type {
                <$name as Spelled>::TYPE
            }
        }
        impl<$($of)*> Returned for $name {
            fn returned() -> &'static Type {
                <$name as Spelled>::TYPE
            }
        }
    )*};
}
pub(super) use spelled;

/// A pointer.
pub struct Ptr<C>(PhantomData<C>);
/// A pointer to what is `const`.
pub struct ConstPtr<C>(PhantomData<C>);
/// An array.
pub struct Array<C, const N: usize>(PhantomData<C>);
/// A function of the C compiler's own convention, with its parameters as a tuple.
pub struct CFn<P, R>(PhantomData<(P, R)>);
/// A function of the system's convention.
pub struct SystemFn<P, R>(PhantomData<(P, R)>);

spelled! {
    [C: Pointed] Ptr<C> => Type::lazy_pointer(C::pointed, false);
    [C: Pointed] ConstPtr<C> => Type::lazy_pointer(C::pointed, true);
    [C: Spelled, const N: usize] Array<C, N> => Type::static_array(C::TYPE, N);
    [P: Parameters, R: Returned] CFn<P, R> => Type::static_function(&StaticFunction {
        conv: CallConv::C,
        result: R::returned,
        params: P::TYPES,
        variadic: false,
    });
    [P: Parameters, R: Returned] SystemFn<P, R> => Type::static_function(&StaticFunction {
        conv: CallConv::System,
        result: R::returned,
        params: P::TYPES,
        variadic: false,
    });
}

/// A scalar in big-endian byte order.
pub struct BigEndian<C>(PhantomData<C>);
/// A scalar in little-endian byte order.
pub struct LittleEndian<C>(PhantomData<C>);

spelled! {
    [C: Spelled] BigEndian<C> => ordered(C::TYPE, Endian::Big);
    [C: Spelled] LittleEndian<C> => ordered(C::TYPE, Endian::Little);
}

/// The parameters of a function, as a tuple.
pub trait Parameters: 'static {
    /// Their types in order.
    const TYPES: &'static [fn() -> &'static Type];
}

macro_rules! parameters {
    (@ [$($param:ident)*]) => {
        impl<$($param: Pointed),*> Parameters for ($($param,)*) {
            const TYPES: &'static [fn() -> &'static Type] = &[$($param::pointed),*];
        }
    };
    (@ [$($param:ident)*] $next:ident $($more:ident)*) => {
        parameters!(@ [$($param)*]);
        parameters!(@ [$($param)* $next] $($more)*);
    };
}

parameters! { @ [] A B C D E F G H I J K L }
