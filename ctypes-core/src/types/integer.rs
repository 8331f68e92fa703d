//! Integers of any width in `const` functions, which cannot call a trait's methods.

use super::{CType, Repr, ScalarClass, Type};
use crate::target::Target;
use core::mem::transmute_copy;

mod sealed {
    pub trait Sealed {}
}

/// An integer of Rust that is one of C: 1, 2, 4 or 8 bytes.
pub trait Integer: CType + Copy + sealed::Sealed {
    /// Whether it has negative values.
    const SIGNED: bool;
}

macro_rules! integers {
    ($($signed:literal: $($int:ident)*;)*) => {$($(
        impl sealed::Sealed for $int {}
        impl Integer for $int {
            const SIGNED: bool = $signed;
        }
    )*)*};
}

integers! {
    true: i8 i16 i32 i64 isize;
    false: u8 u16 u32 u64 usize;
}

/// The number.
pub(super) const fn widen<I: Integer>(int: I) -> i128 {
    // SAFETY: `Integer` is sealed: `I` is an integer of that size, and any bits are an integer.
    unsafe {
        match (size_of::<I>(), I::SIGNED) {
            (1, true) => transmute_copy::<I, i8>(&int) as i128,
            (1, false) => transmute_copy::<I, u8>(&int) as i128,
            (2, true) => transmute_copy::<I, i16>(&int) as i128,
            (2, false) => transmute_copy::<I, u16>(&int) as i128,
            (4, true) => transmute_copy::<I, i32>(&int) as i128,
            (4, false) => transmute_copy::<I, u32>(&int) as i128,
            (_, true) => transmute_copy::<I, i64>(&int) as i128,
            (_, false) => transmute_copy::<I, u64>(&int) as i128,
        }
    }
}

/// The integer with the low bits of `bits`.
pub(super) const fn narrow<I: Integer>(bits: u128) -> I {
    // SAFETY: as in `widen`.
    unsafe {
        match size_of::<I>() {
            1 => transmute_copy(&(bits as u8)),
            2 => transmute_copy(&(bits as u16)),
            4 => transmute_copy(&(bits as u32)),
            _ => transmute_copy(&(bits as u64)),
        }
    }
}

/// A number of 64 bits of either sign. Errors hold it, which `i128` and its alignment would make large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    low: u64,
    is_negative: bool,
}

impl Number {
    pub(super) const fn new(number: i128) -> Number {
        Number { low: number as u64, is_negative: number < 0 }
    }

    pub(super) const fn get(self) -> i128 {
        if self.is_negative { self.low as i64 as i128 } else { self.low as i128 }
    }
}

/// The integer of so many bytes and that sign: what an enumeration is made of.
pub trait OfSize {
    /// The integer.
    type Integer: Integer;
}

/// The argument of [`OfSize`].
#[derive(Debug)]
pub struct Size<const BYTES: usize, const SIGNED: bool>;

macro_rules! sizes {
    ($($bytes:literal $signed:ident $unsigned:ident;)*) => {$(
        impl OfSize for Size<$bytes, true> {
            type Integer = $signed;
        }
        impl OfSize for Size<$bytes, false> {
            type Integer = $unsigned;
        }
    )*};
}

sizes! {
    1 i8 u8;
    2 i16 u16;
    4 i32 u32;
    8 i64 u64;
}

/// Whether an enumeration or integer has negative values on this platform.
pub const fn is_signed(ty: &Type) -> bool {
    let scalar = match &ty.0 {
        Repr::Enum(e) => e.native(),
        Repr::Scalar(s) => *s,
        _ => return false,
    };
    matches!(scalar.class(&Target::NATIVE), ScalarClass::Signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        macro_rules! check {
            ($($int:ident)*) => {$(
                for n in [$int::MIN, $int::MIN / 2, 0, 1, $int::MAX / 3, $int::MAX] {
                    assert_eq!(widen(n), n as i128);
                    assert_eq!(narrow::<$int>(n as i128 as u128), n);
                }
            )*};
        }
        check!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
        assert!(is_signed(&Type::INT) && !is_signed(&Type::ULONG) && !is_signed(&Type::VOID_PTR));
    }
}
