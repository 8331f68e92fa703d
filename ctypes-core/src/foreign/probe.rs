//! Asks a type whether rustc passes it by value as C does, without demanding anything of the type.
//!
//! [`Probe`] has the associated constant twice: inherent for types that describe themselves ([`CType`]), and
//! from the trait [`PassedAsDeclared`] for all others. The compiler takes the inherent one where it exists.

use crate::types::{CType, CallConv, Type};
use core::marker::PhantomData;

/// Stands for `T` in a question about it.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

/// The answer for a type that does not describe itself: it is what the declaration says.
pub trait PassedAsDeclared {
    /// Whether a value of the type may be passed in a typed call.
    const BY_VALUE: bool = true;
    /// Whether it is a function pointer.
    const IS_CODE: bool = false;
    /// Why no argument has the type, if none has.
    const REFUSED: Option<&'static str> = None;
    /// The description, which there is none of.
    const TYPE: Option<&'static Type> = None;
}

impl<T: ?Sized> PassedAsDeclared for Probe<T> {}

impl<T: CType> Probe<T> {
    /// Whether a value of the type may be passed in a typed call.
    pub const BY_VALUE: bool = T::BY_VALUE;
    /// Whether it is a function pointer.
    pub const IS_CODE: bool = T::IS_CODE;
    /// Why no argument has the type, if none has.
    pub const REFUSED: Option<&'static str> = T::TYPE.refused_by_value();
    /// The description.
    pub const TYPE: Option<&'static Type> = Some(T::TYPE);
}

/// Panics if a type is `refused` as an argument or a result, which is an error on the user's type.
#[track_caller]
pub const fn assert_passable(refused: Option<&'static str>) {
    if let Some(reason) = refused {
        panic!("{}", reason)
    }
}

/// Fails if the engine passes no value of the type as C does, in a call that is `routed` through it.
#[track_caller]
pub const fn assert_passed_by_engine(routed: bool, ty: Option<&'static Type>, conv: CallConv) {
    #[cfg(feature = "libffi")]
    if let (true, Some(ty)) = (routed, ty)
        && let Some(refusal) = crate::call::classify::refused(ty, conv)
    {
        refusal.fail()
    }
    #[cfg(not(feature = "libffi"))]
    let _ = (routed, ty, conv);
}

/// The description of a type in a signature that is `routed` through the engine, which needs all of them.
pub const fn described(routed: bool, ty: Option<&'static Type>) -> &'static Type {
    match ty {
        Some(ty) => ty,
        None if routed => panic!(
            "a type of this signature has no description, which the call needs because rustc does not pass \
             another one as C does: derive CStruct for it"
        ),
        None => &Type::VOID,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LongDouble;

    struct Plain;

    #[test]
    fn the_type_answers_if_it_can() {
        const { assert!(<Probe<Plain>>::BY_VALUE) };
        const { assert!(<Probe<i32>>::BY_VALUE) };
        const { assert!(<Probe<LongDouble>>::BY_VALUE == LongDouble::BY_VALUE) };
    }
}
