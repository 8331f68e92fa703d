//! What can be a bit field, and how its bits become a Rust value: the getters and setters that
//! `#[bitfield]` writes call these functions.
//!
//! Nothing here knows where a field is; a value is its low bits, and what is read has been cut to the
//! field's width.

use super::discrete::{InvalidValue, Raw, is_among};
use super::integer::{Integer, is_signed};
use super::{CType, Discrete};
use crate::layout::ones;
use core::fmt;
use core::mem::transmute_copy;

/// A type that C allows for bit fields: integers, `bool`, enumerations, and [`Raw`] of the last two.
///
/// # Safety
/// [`BitField::KIND`] is that of `Self`, and [`BitField::Value`] is `Self`, but for an enumeration
/// `Result<Self, InvalidValue>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a bit field",
    label = "no integer, `bool` or enumeration",
    note = "C has bit fields of integers, `bool` and enumerations (C11 6.7.2.1p5)"
)]
pub unsafe trait BitField: CType + Copy {
    /// What reading such a field gives.
    type Value: Copy;
    /// How to read it.
    const KIND: BitKind;
}

/// How bits become a value.
#[derive(Debug, Clone, Copy)]
pub struct BitKind(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Bool,
    Integer { signed: bool },
    Enumeration { signed: bool, name: &'static str, values: &'static [(&'static str, i128)] },
}

impl BitKind {
    /// That of an integer.
    pub(super) const fn integer(signed: bool) -> BitKind {
        BitKind(Kind::Integer { signed })
    }

    /// That of an enumeration.
    pub const fn enumeration<T: Discrete>() -> BitKind {
        let signed = is_signed(T::TYPE);
        BitKind(Kind::Enumeration { signed, name: T::NAME, values: T::VALUES })
    }

    #[inline]
    const fn is_signed(self) -> bool {
        match self.0 {
            Kind::Bool => false,
            Kind::Integer { signed } | Kind::Enumeration { signed, .. } => signed,
        }
    }
}

macro_rules! integers {
    ($($int:ident)*) => {$(
        // SAFETY: an integer of that sign.
        unsafe impl BitField for $int {
            type Value = $int;
            const KIND: BitKind = BitKind::integer(<$int as Integer>::SIGNED);
        }
    )*};
}

// Those of 128 bits are beside their `CType`: not every platform has them.
integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

// SAFETY: `bool`.
unsafe impl BitField for bool {
    type Value = bool;
    const KIND: BitKind = BitKind(Kind::Bool);
}

// SAFETY: it holds any bits, so it is read as an integer.
unsafe impl<T: Discrete> BitField for Raw<T> {
    type Value = Raw<T>;
    const KIND: BitKind = BitKind(Kind::Integer { signed: is_signed(T::TYPE) });
}

/// The low bits of a value, extended by its sign.
#[inline]
const fn low_bits<T: BitField>(value: T) -> u128 {
    // SAFETY: every implementor is an integer of that size, or has the bits of one.
    unsafe {
        match (size_of::<T>(), T::KIND.is_signed()) {
            (1, true) => transmute_copy::<T, i8>(&value) as u128,
            (1, false) => transmute_copy::<T, u8>(&value) as u128,
            (2, true) => transmute_copy::<T, i16>(&value) as u128,
            (2, false) => transmute_copy::<T, u16>(&value) as u128,
            (4, true) => transmute_copy::<T, i32>(&value) as u128,
            (4, false) => transmute_copy::<T, u32>(&value) as u128,
            (8, true) => transmute_copy::<T, i64>(&value) as u128,
            (8, false) => transmute_copy::<T, u64>(&value) as u128,
            _ => transmute_copy::<T, u128>(&value),
        }
    }
}

/// A number of so many bits, extended to 64 by its sign.
#[inline]
const fn extend(bits: u128, width: u32, signed: bool) -> i64 {
    if signed && width > 0 && width < 64 {
        let unused = 64 - width;
        ((bits as u64) << unused) as i64 >> unused
    } else {
        bits as u64 as i64
    }
}

/// The same for a type of 128 bits; the others do without what that costs.
#[inline]
const fn extend_wide(bits: u128, width: u32, signed: bool) -> u128 {
    if signed && width > 0 && width < 128 {
        let unused = 128 - width;
        ((bits << unused) as i128 >> unused) as u128
    } else {
        bits
    }
}

/// The value of a field of `width` bits that were read as `bits`.
#[inline]
pub const fn decode<T: BitField>(bits: u128, width: u32) -> T::Value {
    let number = extend(bits, width, T::KIND.is_signed());
    match T::KIND.0 {
        Kind::Bool => {
            let value = number & 1 != 0;
            // SAFETY: `T` is `bool` and its own value.
            unsafe { transmute_copy(&value) }
        }
        Kind::Integer { .. } => {
            // SAFETY: `T` is its own value, and an integer of that size or a `Raw` of one.
            unsafe {
                match size_of::<T>() {
                    1 => transmute_copy(&(number as u8)),
                    2 => transmute_copy(&(number as u16)),
                    4 => transmute_copy(&(number as u32)),
                    8 => transmute_copy(&(number as u64)),
                    _ => transmute_copy(&extend_wide(bits, width, T::KIND.is_signed())),
                }
            }
        }
        Kind::Enumeration { name, values, .. } => {
            let number = if T::KIND.is_signed() { number as i128 } else { number as u64 as i128 };
            let value: Result<T, InvalidValue> = if is_among(values, number) {
                // SAFETY: `T` has that size, and the number is among its values.
                Ok(unsafe {
                    match size_of::<T>() {
                        1 => transmute_copy(&(number as u8)),
                        2 => transmute_copy(&(number as u16)),
                        4 => transmute_copy(&(number as u32)),
                        _ => transmute_copy(&(number as u64)),
                    }
                })
            } else {
                Err(InvalidValue::new(name, number, values))
            };
            // SAFETY: the value of an enumeration is this `Result`.
            unsafe { transmute_copy(&value) }
        }
    }
}

/// The bits of a value, of which a field stores the lowest.
#[inline]
pub const fn encode<T: BitField>(value: T) -> u128 {
    low_bits(value)
}

/// Whether a value is the same once it has been stored in a field of `width` bits.
#[inline]
const fn fits<T: BitField>(value: T, width: u32) -> bool {
    let (bits, signed) = (low_bits(value), T::KIND.is_signed());
    if size_of::<T>() > 8 {
        return extend_wide(bits & ones(width), width, signed) == bits;
    }
    extend(bits & ones(width), width, signed) as u64 == bits as u64
}

/// A value does not fit the bit field that it was to be stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BitOverflow {
    /// The record.
    pub record: &'static str,
    /// The field.
    pub field: &'static str,
    /// How many bits the field has.
    pub width: u32,
    /// Its 64 low and 64 high bits: a number of 128, with its alignment, would make the error large.
    value: [u64; 2],
    /// Whether it holds negative values.
    pub is_signed: bool,
}

impl BitOverflow {
    /// Of a value of type `T`.
    pub(crate) const fn new<T: BitField>(
        record: &'static str,
        field: &'static str,
        width: u32,
        value: T,
    ) -> BitOverflow {
        let bits = low_bits(value);
        let value = [bits as u64, (bits >> 64) as u64];
        let is_signed = T::KIND.is_signed();
        BitOverflow { record, field, width, value, is_signed }
    }

    /// What was to be stored; for what is beyond `i128::MAX`, which a `u128` may be, that.
    pub const fn value(&self) -> i128 {
        let bits = self.bits();
        if !self.is_signed && bits > i128::MAX as u128 { i128::MAX } else { bits as i128 }
    }

    const fn bits(&self) -> u128 {
        (self.value[1] as u128) << 64 | self.value[0] as u128
    }

    /// The least value that fits.
    pub const fn min(&self) -> i128 {
        if self.is_signed { -(ones(self.width) as i128 / 2) - 1 } else { 0 }
    }

    /// The greatest value that fits.
    pub const fn max(&self) -> i128 {
        let ones = ones(self.width) as i128;
        if self.is_signed { ones / 2 } else { ones }
    }
}

impl fmt::Display for BitOverflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BitOverflow { record, field, width, .. } = self;
        let (min, max) = (self.min(), self.max());
        write!(
            f,
            "field `{field}` of `{record}`: expected a value from {min} to {max} for {width} bits, found "
        )?;
        if self.is_signed { self.value().fmt(f) } else { self.bits().fmt(f) }
    }
}

impl core::error::Error for BitOverflow {}

/// As `fits`, as a result.
///
/// # Errors
/// If the value does not fit.
#[inline]
pub const fn check_fit<T: BitField>(
    record: &'static str,
    field: &'static str,
    width: u32,
    value: T,
) -> Result<(), BitOverflow> {
    if fits(value, width) { Ok(()) } else { Err(BitOverflow::new(record, field, width, value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_extend_from_the_width() {
        assert_eq!(decode::<i8>(0b111, 3), -1);
        assert_eq!(decode::<i32>(0b011, 3), 3);
        assert_eq!(decode::<u16>(0xffff, 16), u16::MAX);
        assert_eq!(decode::<i64>(u128::from(u64::MAX), 64), -1);
        assert!(decode::<bool>(1, 1));
        assert_eq!(decode::<Raw<bool>>(3, 2).bits(), 3);
    }

    #[test]
    fn a_field_holds_half_a_range_of_each_sign() {
        for (value, does) in [(-5, false), (-4, true), (3, true), (4, false)] {
            assert_eq!(fits::<i32>(value, 3), does, "{value}");
        }
        assert!(fits(7_u8, 3) && !fits(8_u8, 3) && fits(i64::MIN, 64) && fits(u64::MAX, 64));
        let error = check_fit("s", "f", 3, -5).unwrap_err();
        assert_eq!(
            error.to_string(),
            "field `f` of `s`: expected a value from -4 to 3 for 3 bits, found -5"
        );
    }
}
