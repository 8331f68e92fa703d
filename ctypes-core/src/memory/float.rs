//! The formats of `long double` as bits, to and from `f64`.
//!
//! Reading rounds to nearest, ties to even; a finite number that is too large is no `f64`. Every `f64`
//! can be written in every format exactly.
#![forbid(unsafe_code)]

use crate::target::LongDoubleFormat;

/// A format with a 15-bit exponent.
struct Wide {
    /// Bits of the significand, the integer bit among them.
    precision: u32,
    /// Whether the integer bit is stored.
    explicit: bool,
}

const X87: Wide = Wide { precision: 64, explicit: true };
const QUAD: Wide = Wide { precision: 113, explicit: false };
const BIAS: i32 = 16383;
const EXPONENTS: u128 = 0x7fff;

/// How many bits of the type hold the number.
pub(crate) const fn width(format: LongDoubleFormat) -> u32 {
    match format {
        LongDoubleFormat::Double => 64,
        LongDoubleFormat::X87 => 80,
        LongDoubleFormat::Quad | LongDoubleFormat::DoubleDouble => 128,
    }
}

/// The number; `None` if it is finite and too large. `bits` of a pair have the first double in
/// memory on top.
pub(crate) fn read(format: LongDoubleFormat, bits: u128) -> Option<f64> {
    match format {
        LongDoubleFormat::Double => Some(f64::from_bits(bits as u64)),
        LongDoubleFormat::X87 => X87.read(bits),
        LongDoubleFormat::Quad => QUAD.read(bits),
        LongDoubleFormat::DoubleDouble => {
            let high = f64::from_bits((bits >> 64) as u64);
            let low = f64::from_bits(bits as u64);
            // An infinity or a NaN is told by the first half alone, and so is a negative zero.
            if !high.is_finite() || low == 0.0 {
                return Some(high);
            }
            let sum = high + low;
            (!sum.is_infinite()).then_some(sum)
        }
    }
}

/// The bits of the number.
pub(crate) fn write(format: LongDoubleFormat, value: f64) -> u128 {
    match format {
        LongDoubleFormat::Double => value.to_bits().into(),
        LongDoubleFormat::X87 => X87.write(value),
        LongDoubleFormat::Quad => QUAD.write(value),
        LongDoubleFormat::DoubleDouble => u128::from(value.to_bits()) << 64,
    }
}

impl Wide {
    /// Stored bits of the significand.
    const fn stored(&self) -> u32 {
        if self.explicit { self.precision } else { self.precision - 1 }
    }

    fn read(&self, bits: u128) -> Option<f64> {
        let stored = self.stored();
        let exponent = (bits >> stored & EXPONENTS) as i32;
        let fraction = bits & ((1 << stored) - 1);
        let sign = if bits >> stored & (EXPONENTS + 1) != 0 { -1.0 } else { 1.0 };
        let integer_bit = 1 << (self.precision - 1);
        if exponent == EXPONENTS as i32 {
            let infinite = if self.explicit { fraction == integer_bit } else { fraction == 0 };
            return Some(if infinite { sign * f64::INFINITY } else { f64::NAN });
        }
        if self.explicit && exponent != 0 && fraction & integer_bit == 0 {
            // The x87 takes such bits for an invalid operand.
            return Some(f64::NAN);
        }
        let significand =
            if self.explicit || exponent == 0 { fraction } else { fraction | integer_bit };
        let power = exponent.max(1) - BIAS - (self.precision as i32 - 1);
        rounded(significand, power).map(|magnitude| sign * magnitude)
    }

    fn write(&self, value: f64) -> u128 {
        let integer_bit: u128 = 1 << (self.precision - 1);
        let bits = value.to_bits();
        let fraction = u128::from(bits & ((1 << 52) - 1)) << (self.precision - 53);
        let (exponent, significand) = match (bits >> 52 & 0x7ff) as i32 {
            0x7ff => (EXPONENTS as i32, fraction | integer_bit),
            0 if fraction == 0 => (0, 0),
            0 => {
                // Subnormal only as a double.
                let up = fraction.leading_zeros() - integer_bit.leading_zeros();
                (BIAS - 1022 - up as i32, fraction << up)
            }
            e => (e - 1023 + BIAS, fraction | integer_bit),
        };
        let stored = self.stored();
        let sign = u128::from(bits >> 63);
        (sign << 15 | exponent as u128) << stored | significand & ((1 << stored) - 1)
    }
}

/// `significand * 2^power` as the nearest double; `None` if that is infinite.
fn rounded(significand: u128, power: i32) -> Option<f64> {
    if significand == 0 {
        return Some(0.0);
    }
    let bits = 128 - significand.leading_zeros() as i32;
    // The exponent of the last bit that a double of this size has.
    let last = (power + bits - 53).max(-1074);
    let drop = last - power;
    let kept = match drop {
        _ if drop <= 0 => significand << -drop,
        _ if drop > 128 => 0,
        // Less than half of the least, or half of it and a tie to zero, or more.
        128 => u128::from(significand > 1 << 127),
        _ => {
            let (kept, rest, half) =
                (significand >> drop, significand & ((1 << drop) - 1), 1 << (drop - 1));
            kept + u128::from(rest > half || rest == half && kept & 1 == 1)
        }
    };
    // Rounding may carry into a 54th bit: an even number, as good as 53.
    let (kept, last) = if kept == 1 << 53 { (1 << 52, last + 1) } else { (kept, last) };
    if kept == 0 {
        return Some(0.0);
    }
    let exponent = if kept >= 1 << 52 { last + 1075 } else { 0 };
    if exponent >= 0x7ff {
        return None;
    }
    Some(f64::from_bits((exponent as u64) << 52 | kept as u64 & ((1 << 52) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use LongDoubleFormat::{Double, DoubleDouble, Quad, X87};

    #[test]
    fn every_double_survives() {
        let mut seed = 1_u64;
        let special = [0.0, -0.0, 1.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, 0.1];
        let random = (0..10_000).map(|_| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            f64::from_bits(seed ^ seed >> 29)
        });
        for value in special.into_iter().chain(random).chain([f64::from_bits(0xfffff)]) {
            for format in [Double, X87, Quad, DoubleDouble] {
                let back = read(format, write(format, value)).unwrap();
                let same = back.to_bits() == value.to_bits() || back.is_nan() && value.is_nan();
                assert!(same, "{format:?}: {value:e} came back as {back:e}");
            }
        }
    }

    #[test]
    fn what_is_between_doubles_is_rounded_to_even() {
        // Integers of 64 bits, which the x87 has exactly: `as` rounds as IEEE 754 says.
        let mut seed = 7_u64;
        for low in [0, 1, 0x3ff, 0x400, 0x401, 0x7ff, 0xbff, 0xc00, 0xc01] {
            for _ in 0..100 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
                let n = 1 << 63 | seed & !0x7ff | low;
                let bits = u128::from(BIAS as u64 + 63) << 64 | u128::from(n);
                assert_eq!(read(X87, bits), Some(n as f64), "{n:#x}");
            }
        }
        let all_ones = u128::from(BIAS as u64 + 63) << 64 | u128::from(u64::MAX);
        assert_eq!(read(X87, all_ones), Some(u64::MAX as f64));
        assert_eq!(read(X87, 0x7ffe << 64 | 1 << 63), None);
        assert_eq!(read(Quad, 1), Some(0.0));
        assert!(read(X87, 0x3fff << 64).unwrap().is_nan());
    }
}
