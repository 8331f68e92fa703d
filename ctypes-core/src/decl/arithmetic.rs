//! C's arithmetic on integers and floats of any target.
//!
//! Integers are kept as `i128`, wrapped to the width of their type; those of an unsigned type of 128
//! bits as the same bits. What C leaves undefined (signed overflow, division by zero, a shift by too
//! much, a float that fits no integer) has no value here: [`Undefined`] says why.
//!
//! Floats are computed with the precision of `double` or, for `float` and narrower, of `float`;
//! `long double` and `_Float128` are rounded to `double`.

use crate::target::Target;
use crate::types::{Scalar, ScalarClass};

/// Why an operation has no value.
pub(super) type Undefined = &'static str;

/// An integer type, as conversions look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Integer {
    pub(super) bits: u32,
    pub(super) signed: bool,
    pub(super) rank: Rank,
}

/// The order of integer types of one width (C11 6.3.1.1p1, C23 for `_BitInt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    BitInt,
    Bool,
    Char,
    Short,
    Int,
    Long,
    LongLong,
    Int128,
}

/// A real floating type, in the order of conversion (C11 6.3.1.8, C23 H.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Real {
    BFloat16,
    Float16,
    Float,
    Float32,
    Double,
    Float32x,
    Float64,
    LongDouble,
    Float64x,
    Float128,
}

impl Rank {
    /// The scalar of that rank, for the ranks that a promoted integer can have.
    pub(super) const fn scalar(self, signed: bool) -> Option<Scalar> {
        Some(match (self, signed) {
            (Rank::Int, true) => Scalar::Int,
            (Rank::Int, false) => Scalar::UInt,
            (Rank::Long, true) => Scalar::Long,
            (Rank::Long, false) => Scalar::ULong,
            (Rank::LongLong, true) => Scalar::LongLong,
            (Rank::LongLong, false) => Scalar::ULongLong,
            (Rank::Int128, true) => Scalar::Int128,
            (Rank::Int128, false) => Scalar::UInt128,
            _ => return None,
        })
    }
}

impl Integer {
    pub(super) const BOOL: Integer = Integer { bits: 8, signed: false, rank: Rank::Bool };

    pub(super) const fn int(target: &Target) -> Integer {
        Integer { bits: target.int as u32 * 8, signed: true, rank: Rank::Int }
    }

    /// The type of a scalar; one that is only a name (`size_t`) counts as the type that the target's
    /// headers make it.
    pub(super) const fn of(scalar: Scalar, target: &Target) -> Option<Integer> {
        let bits = (scalar.extent(target).size * 8) as u32;
        let signed = match scalar.class(target) {
            ScalarClass::Signed => true,
            ScalarClass::Unsigned => false,
            ScalarClass::Bool => return Some(Integer::BOOL),
            _ => return None,
        };
        let rank = match scalar {
            Scalar::Char | Scalar::SChar | Scalar::UChar => Rank::Char,
            Scalar::Short | Scalar::UShort => Rank::Short,
            Scalar::Int | Scalar::UInt => Rank::Int,
            Scalar::Long | Scalar::ULong => Rank::Long,
            Scalar::LongLong | Scalar::ULongLong => Rank::LongLong,
            Scalar::Int128 | Scalar::UInt128 => Rank::Int128,
            _ => Rank::of_width(bits, target),
        };
        Some(Integer { bits, signed, rank })
    }

    /// After the integer promotions (C11 6.3.1.1p2).
    pub(super) fn promoted(self, target: &Target) -> Integer {
        let int = Integer::int(target);
        if self.rank >= Rank::Int || self.rank == Rank::BitInt {
            return self;
        }
        if self.bits < int.bits || self.signed || self.rank == Rank::Bool {
            return int;
        }
        Integer { signed: false, ..int }
    }

    /// The common type of two promoted operands (C11 6.3.1.8).
    pub(super) fn common(self, other: Integer) -> Integer {
        if self.signed == other.signed {
            return if (self.bits, self.rank) >= (other.bits, other.rank) { self } else { other };
        }
        let (signed, unsigned) = if self.signed { (self, other) } else { (other, self) };
        if (unsigned.bits, unsigned.rank) >= (signed.bits, signed.rank) {
            unsigned
        } else if signed.bits > unsigned.bits {
            signed
        } else {
            Integer { signed: false, ..signed }
        }
    }

    /// Whether the type has that value.
    pub(super) const fn holds(self, value: i128) -> bool {
        if self.bits >= 128 {
            return self.signed || value >= 0;
        }
        if self.signed {
            value >= -(1 << (self.bits - 1)) && value < 1 << (self.bits - 1)
        } else {
            value >= 0 && value < 1 << self.bits
        }
    }

    /// The value modulo the width of the type: what a conversion makes of it.
    pub(super) const fn wrap(self, value: i128) -> i128 {
        if matches!(self.rank, Rank::Bool) {
            return (value != 0) as i128;
        }
        if self.bits >= 128 || self.bits == 0 {
            return value;
        }
        let unused = 128 - self.bits;
        if self.signed {
            (value << unused) >> unused
        } else {
            ((value as u128) << unused >> unused) as i128
        }
    }

    /// Whether values are to be read as `u128`.
    const fn is_u128(self) -> bool {
        !self.signed && self.bits >= 128
    }

    /// What an operation yields: wrapped if unsigned, an error if signed and out of range.
    fn checked(self, value: Option<i128>) -> Result<i128, Undefined> {
        match value {
            Some(v) if !self.signed => Ok(self.wrap(v)),
            Some(v) if self.holds(v) => Ok(v),
            _ => Err("the result of the signed operation does not fit its type"),
        }
    }

    pub(super) fn negate(self, a: i128) -> Result<i128, Undefined> {
        if self.is_u128() { Ok(a.wrapping_neg()) } else { self.checked(a.checked_neg()) }
    }

    /// `a op b` for operands that have this type.
    pub(super) fn binary(self, op: Binary, a: i128, b: i128) -> Result<i128, Undefined> {
        if self.bits > 128 {
            return Err("integers of more than 128 bits are not computed");
        }
        let wide = self.is_u128();
        match op {
            Binary::Add if wide => Ok(a.wrapping_add(b)),
            Binary::Sub if wide => Ok(a.wrapping_sub(b)),
            Binary::Mul if wide => Ok(a.wrapping_mul(b)),
            Binary::Add => self.checked(a.checked_add(b)),
            Binary::Sub => self.checked(a.checked_sub(b)),
            // The product of two unsigned values of 64 bits does not fit i128.
            Binary::Mul if !self.signed => Ok(self.wrap(a.wrapping_mul(b))),
            Binary::Mul => self.checked(a.checked_mul(b)),
            Binary::Div | Binary::Rem if b == 0 => Err("division by zero"),
            Binary::Div if wide => Ok((a as u128 / b as u128) as i128),
            Binary::Rem if wide => Ok((a as u128 % b as u128) as i128),
            Binary::Div => self.checked(a.checked_div(b)),
            // C11 6.5.5p6: where the quotient does not fit, neither does the remainder.
            Binary::Rem => {
                self.checked(a.checked_div(b))?;
                self.checked(a.checked_rem(b))
            }
            Binary::And => Ok(a & b),
            Binary::Or => Ok(a | b),
            Binary::Xor => Ok(a ^ b),
        }
    }

    /// `a << b` for a promoted left operand; gcc and clang shift negative numbers as two's complement.
    pub(super) fn shift(self, left: bool, a: i128, b: i128) -> Result<i128, Undefined> {
        if b < 0 || b >= i128::from(self.bits) || self.bits > 128 {
            return Err("the shift is not by less than the width of the type");
        }
        let by = b as u32;
        Ok(match (left, self.is_u128()) {
            (true, _) => self.wrap(a.wrapping_shl(by)),
            (false, true) => ((a as u128) >> by) as i128,
            (false, false) => a >> by,
        })
    }

    pub(super) fn compare(self, a: i128, b: i128) -> std::cmp::Ordering {
        if self.is_u128() { (a as u128).cmp(&(b as u128)) } else { a.cmp(&b) }
    }

    pub(super) fn to_real(self, value: i128, real: Real) -> f64 {
        // In one step: by way of a double it would be rounded twice.
        match (real.is_single(), self.is_u128()) {
            (true, false) => f64::from(value as f32),
            (true, true) => f64::from(value as u128 as f32),
            (false, false) => value as f64,
            (false, true) => value as u128 as f64,
        }
    }

    pub(super) fn of_real(self, value: f64) -> Result<i128, Undefined> {
        if self.rank == Rank::Bool {
            return Ok(i128::from(value != 0.0));
        }
        let whole = value.trunc();
        if self.is_u128() {
            return if whole >= 0.0 && whole < 2_f64.powi(128) {
                Ok(whole as u128 as i128)
            } else {
                Err("the float does not fit the integer type")
            };
        }
        // Below 2^127 the conversion is exact; NaN fails the comparison.
        if whole.abs() < 2_f64.powi(127) && self.holds(whole as i128) {
            Ok(whole as i128)
        } else {
            Err("the float does not fit the integer type")
        }
    }
}

impl Rank {
    const fn of_width(bits: u32, target: &Target) -> Rank {
        if bits == 8 {
            Rank::Char
        } else if bits == target.int as u32 * 8 {
            Rank::Int
        } else if bits == 16 {
            Rank::Short
        } else if bits == target.long as u32 * 8 {
            Rank::Long
        } else if bits <= 64 {
            Rank::LongLong
        } else {
            Rank::Int128
        }
    }
}

/// Operations that take both operands to a common type and yield it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
}

impl Real {
    pub(super) const fn of(scalar: Scalar) -> Option<Real> {
        Some(match scalar {
            Scalar::BFloat16 => Real::BFloat16,
            Scalar::Float16 => Real::Float16,
            Scalar::Float => Real::Float,
            Scalar::Float32 => Real::Float32,
            Scalar::Double => Real::Double,
            Scalar::Float32x => Real::Float32x,
            Scalar::Float64 => Real::Float64,
            Scalar::LongDouble => Real::LongDouble,
            Scalar::Float64x => Real::Float64x,
            Scalar::Float128 => Real::Float128,
            _ => return None,
        })
    }

    pub(super) const fn scalar(self) -> Scalar {
        match self {
            Real::BFloat16 => Scalar::BFloat16,
            Real::Float16 => Scalar::Float16,
            Real::Float => Scalar::Float,
            Real::Float32 => Scalar::Float32,
            Real::Double => Scalar::Double,
            Real::Float32x => Scalar::Float32x,
            Real::Float64 => Scalar::Float64,
            Real::LongDouble => Scalar::LongDouble,
            Real::Float64x => Scalar::Float64x,
            Real::Float128 => Scalar::Float128,
        }
    }

    /// The scalar that is a pair of these.
    pub(super) const fn complex(self) -> Scalar {
        match self {
            Real::Float16 => Scalar::Float16Complex,
            Real::BFloat16 | Real::Float | Real::Float32 => Scalar::FloatComplex,
            Real::Double | Real::Float32x | Real::Float64 => Scalar::DoubleComplex,
            Real::LongDouble | Real::Float64x | Real::Float128 => Scalar::LongDoubleComplex,
        }
    }

    /// Whether the values are those of `float`.
    pub(super) const fn is_single(self) -> bool {
        matches!(self, Real::Float | Real::Float32)
    }

    /// Whether values of the type are computed at all.
    pub(super) const fn is_computed(self) -> bool {
        !matches!(self, Real::BFloat16 | Real::Float16)
    }

    /// The value in that type.
    pub(super) fn round(self, value: f64) -> f64 {
        if self.is_single() { f64::from(value as f32) } else { value }
    }

    pub(super) fn binary(self, op: Binary, a: f64, b: f64) -> Result<f64, Undefined> {
        Ok(self.round(match op {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            // With IEC 60559 arithmetic division by zero is an infinity or NaN, as compilers fold it.
            Binary::Div => a / b,
            _ => return Err("expected integers"),
        }))
    }
}
