//! [`ViewValue`]: a value from, or for, the memory of any target; and the rules of conversion.
//!
//! The rules are those of calls: an integer converts where the value fits; a float never becomes an
//! integer; a double becomes a float by rounding, and fails where that overflows; an integer becomes a
//! float where that is exact. `bool` and addresses convert to nothing else.
#![forbid(unsafe_code)]

use super::block::Span;
use super::part::{Meaning, Plain};
use std::fmt;

/// A C value in memory of any target.
///
/// Not the [`Value`](crate::convert::Value) of calls, which is of this machine: there a pointer can be
/// followed, here an address is a number that means something only on the other machine.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ViewValue<'a> {
    /// `_Bool`.
    Bool(bool),
    /// A signed integer of any width.
    Int(i128),
    /// An unsigned integer of any width.
    UInt(u128),
    /// A `float`.
    F32(f32),
    /// A `double`, or a `long double` rounded to one.
    F64(f64),
    /// A pointer.
    Address(u64),
    /// A record, array or complex number, in the byte order of its target.
    Bytes(&'a [u8]),
}

impl ViewValue<'_> {
    /// What C would call it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            ViewValue::Bool(_) => "bool",
            ViewValue::Int(_) | ViewValue::UInt(_) => "integer",
            ViewValue::F32(_) => "float",
            ViewValue::F64(_) => "double",
            ViewValue::Address(_) => "address",
            ViewValue::Bytes(_) => "bytes",
        }
    }
}

impl fmt::Debug for ViewValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ViewValue::Bool(v) => write!(f, "{v}"),
            ViewValue::Int(v) => write!(f, "{v}"),
            ViewValue::UInt(v) => write!(f, "{v}"),
            ViewValue::F32(v) => write!(f, "{v:?}f"),
            ViewValue::F64(v) => write!(f, "{v:?}"),
            ViewValue::Address(v) => write!(f, "{v:#x}"),
            ViewValue::Bytes(v) => write!(f, "{v:02x?}"),
        }
    }
}

/// Why a value does not convert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// The kinds do not convert into each other.
    Kind,
    /// The kinds do, the value does not.
    Range,
}

mod sealed {
    use super::{Plain, Span};

    pub trait Sealed: Sized {
        /// What in memory is loaded as this without a conversion.
        const PLAIN: Option<Plain>;
        /// Loads it as such.
        fn load(span: &Span<'_>, at: usize) -> Option<Self>;
    }
}

/// A Rust number or `bool` that a view reads: `bool`, all integers, `f32` and `f64`.
pub trait Primitive: sealed::Sealed + Copy {
    /// What it is called in messages.
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    fn convert(value: &ViewValue<'_>) -> Result<Self, Misfit>;
}

macro_rules! integers {
    ($($int:ident => $meaning:ident $variant:ident $as:ident,)*) => {$(
        impl sealed::Sealed for $int {
            const PLAIN: Option<Plain> =
                Plain::of(Meaning::$meaning, size_of::<$int>() as u64);
            #[inline]
            fn load(span: &Span<'_>, at: usize) -> Option<$int> {
                span.load(at).map(<$int>::from_ne_bytes)
            }
        }
        impl Primitive for $int {
            const NAME: &'static str = stringify!($int);
            #[inline]
            fn convert(value: &ViewValue<'_>) -> Result<$int, Misfit> {
                match *value {
                    ViewValue::Int(v) => v.try_into().map_err(|_| Misfit::Range),
                    ViewValue::UInt(v) => v.try_into().map_err(|_| Misfit::Range),
                    _ => Err(Misfit::Kind),
                }
            }
        }
        impl From<$int> for ViewValue<'_> {
            #[inline]
            fn from(v: $int) -> Self {
                ViewValue::$variant(v as $as)
            }
        }
    )*};
}

integers! {
    i8 => Signed Int i128, i16 => Signed Int i128, i32 => Signed Int i128, i64 => Signed Int i128,
    i128 => Signed Int i128, isize => Signed Int i128,
    u8 => Unsigned UInt u128, u16 => Unsigned UInt u128, u32 => Unsigned UInt u128,
    u64 => Unsigned UInt u128, u128 => Unsigned UInt u128, usize => Unsigned UInt u128,
}

macro_rules! others {
    ($($rust:ident => $variant:ident,)*) => {$(
        impl From<$rust> for ViewValue<'_> {
            #[inline]
            fn from(v: $rust) -> Self {
                ViewValue::$variant(v)
            }
        }
    )*};
}

others! { bool => Bool, f32 => F32, f64 => F64, }

macro_rules! floats {
    ($($float:ident)*) => {$(
        impl sealed::Sealed for $float {
            const PLAIN: Option<Plain> = Plain::of(Meaning::Float, size_of::<$float>() as u64);
            #[inline]
            fn load(span: &Span<'_>, at: usize) -> Option<$float> {
                span.load(at).map(<$float>::from_ne_bytes)
            }
        }
    )*};
}

floats! { f32 f64 }

impl sealed::Sealed for bool {
    // A byte may be neither.
    const PLAIN: Option<Plain> = None;
    fn load(_: &Span<'_>, _: usize) -> Option<bool> {
        None
    }
}

impl<'a> From<&'a [u8]> for ViewValue<'a> {
    fn from(v: &'a [u8]) -> Self {
        ViewValue::Bytes(v)
    }
}

impl Primitive for bool {
    const NAME: &'static str = "bool";
    fn convert(value: &ViewValue<'_>) -> Result<bool, Misfit> {
        if let ViewValue::Bool(v) = *value { Ok(v) } else { Err(Misfit::Kind) }
    }
}

impl Primitive for f32 {
    const NAME: &'static str = "f32";
    fn convert(value: &ViewValue<'_>) -> Result<f32, Misfit> {
        match *value {
            ViewValue::F32(v) => Ok(v),
            ViewValue::F64(v) => {
                let rounded = v as f32;
                if rounded.is_finite() || !v.is_finite() { Ok(rounded) } else { Err(Misfit::Range) }
            }
            ViewValue::Int(v) if exact(v.unsigned_abs(), f32::MANTISSA_DIGITS) => Ok(v as f32),
            ViewValue::UInt(v) if exact(v, f32::MANTISSA_DIGITS) => Ok(v as f32),
            ViewValue::Int(_) | ViewValue::UInt(_) => Err(Misfit::Range),
            _ => Err(Misfit::Kind),
        }
    }
}

impl Primitive for f64 {
    const NAME: &'static str = "f64";
    fn convert(value: &ViewValue<'_>) -> Result<f64, Misfit> {
        match *value {
            ViewValue::F32(v) => Ok(v.into()),
            ViewValue::F64(v) => Ok(v),
            ViewValue::Int(v) if exact(v.unsigned_abs(), f64::MANTISSA_DIGITS) => Ok(v as f64),
            ViewValue::UInt(v) if exact(v, f64::MANTISSA_DIGITS) => Ok(v as f64),
            ViewValue::Int(_) | ViewValue::UInt(_) => Err(Misfit::Range),
            _ => Err(Misfit::Kind),
        }
    }
}

/// Whether a float with so many bits of significand has the integer; the range of all is enough.
fn exact(v: u128, digits: u32) -> bool {
    v == 0 || 128 - v.leading_zeros() - v.trailing_zeros() <= digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_become_floats_only_where_that_is_exact() {
        let exact = |v: u128| f64::convert(&ViewValue::UInt(v));
        assert_eq!(exact(1 << 53), Ok(9007199254740992.0));
        assert_eq!(exact((1 << 53) + 1), Err(Misfit::Range));
        assert_eq!(exact(u128::MAX), Err(Misfit::Range));
        assert_eq!(f64::convert(&ViewValue::Int(i128::MIN)), Ok(-2_f64.powi(127)));
        assert_eq!(f32::convert(&ViewValue::F64(1e300)), Err(Misfit::Range));
        assert_eq!(u8::convert(&ViewValue::F64(1.0)), Err(Misfit::Kind));
        assert_eq!(u8::convert(&ViewValue::Bool(true)), Err(Misfit::Kind));
        assert_eq!(i8::convert(&ViewValue::UInt(128)), Err(Misfit::Range));
    }
}
