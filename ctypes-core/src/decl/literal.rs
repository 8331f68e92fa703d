//! The values of numbers, character constants and strings (C11 6.4.4 and 6.4.5, C23, GNU, Microsoft).

use super::arithmetic::{Integer, Rank, Real};
use crate::target::Target;
use crate::types::Scalar;

/// A number as it is written, with its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Int(i128, Integer),
    Real(f64, Real),
    /// A literal of a type whose values are not computed.
    Unvalued(Scalar, &'static str),
}

const IMAGINARY: &str = "complex numbers are not computed";

/// What the characters of a string or character constant are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Encoding {
    Narrow,
    Utf8,
    Utf16,
    Utf32,
    Wide,
}

impl Encoding {
    /// Splits the prefix from a literal; what is left begins with the quote.
    fn split(text: &str) -> (Encoding, &str) {
        match text.as_bytes() {
            [b'L', ..] => (Encoding::Wide, &text[1..]),
            [b'U', ..] => (Encoding::Utf32, &text[1..]),
            [b'u', b'8', ..] => (Encoding::Utf8, &text[2..]),
            [b'u', ..] => (Encoding::Utf16, &text[1..]),
            _ => (Encoding::Narrow, text),
        }
    }

    /// The width of a code unit in bits.
    pub(super) fn bits(self, target: &Target) -> u32 {
        match self {
            Encoding::Narrow | Encoding::Utf8 => 8,
            Encoding::Utf16 => 16,
            Encoding::Utf32 => 32,
            Encoding::Wide => u32::from(target.wchar) * 8,
        }
    }
}

/// Reads a preprocessing number.
pub(super) fn number(text: &str, target: &Target) -> Result<Number, &'static str> {
    let separated;
    let text = if text.contains('\'') {
        separated = text.replace('\'', "");
        &*separated
    } else {
        text
    };
    let bytes = text.as_bytes();
    let hex = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let is_real = bytes.contains(&b'.')
        || if hex { bytes.iter().any(|b| matches!(b, b'p' | b'P')) } else { has_exponent(bytes) };
    if is_real { real(text, hex) } else { integer(text, target) }
}

fn has_exponent(bytes: &[u8]) -> bool {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    matches!(bytes.get(digits), Some(b'e' | b'E'))
}

fn integer(text: &str, target: &Target) -> Result<Number, &'static str> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', b'b' | b'B', ..] => (&text[2..], 2),
        // C2y writes octal numbers so.
        [b'0', b'o' | b'O', ..] => (&text[2..], 8),
        [b'0', ..] => (text, 8),
        _ => (text, 10),
    };
    let len = digits.bytes().take_while(|b| (*b as char).is_digit(radix)).count();
    let (digits, suffix) = digits.split_at(len);
    if digits.is_empty() {
        return Err("a number without digits");
    }
    let mut value = Some(0_u128);
    for b in digits.bytes() {
        let digit = (b as char).to_digit(radix).unwrap_or(0);
        value = value
            .and_then(|v| v.checked_mul(u128::from(radix)))
            .and_then(|v| v.checked_add(u128::from(digit)));
    }
    let Some(value) = value else { return Err("the integer does not fit 128 bits") };
    let Some(suffix) = Suffix::parse(suffix) else {
        return Err("unknown suffix of a number");
    };
    if suffix.imaginary {
        return Err("imaginary integers are not supported");
    }
    if suffix.bit_precise {
        // C23 6.4.4.1: the least width that holds the value, one of them for the sign.
        let used = 128 - value.leading_zeros();
        let bits = if suffix.unsigned { used.max(1) } else { (used + 1).max(2) };
        if bits > 128 {
            return Err("integers of more than 128 bits are not supported");
        }
        let ty = Integer { bits, signed: !suffix.unsigned, rank: Rank::BitInt };
        return Ok(Number::Int(value as i128, ty));
    }
    if let Some(bits) = suffix.exact {
        let int = Integer::int(target);
        let rank = match bits {
            8 => Rank::Char,
            16 => Rank::Short,
            32 if int.bits == 32 => Rank::Int,
            32 => Rank::Long,
            64 => Rank::LongLong,
            _ => Rank::Int128,
        };
        let ty = Integer { bits, signed: !suffix.unsigned, rank };
        return Ok(Number::Int(ty.wrap(value as i128), ty));
    }
    // C11 6.4.4.1p5: the first type of the list that holds the value.
    let widths = [
        (Rank::Int, u32::from(target.int) * 8),
        (Rank::Long, u32::from(target.long) * 8),
        (Rank::LongLong, 64),
        (Rank::Int128, 128),
    ];
    for (rank, bits) in widths.into_iter().skip(suffix.longs) {
        let signed_max = if bits >= 128 { i128::MAX as u128 } else { (1 << (bits - 1)) - 1 };
        let unsigned_max = if bits >= 128 { u128::MAX } else { (1 << bits) - 1 };
        if !suffix.unsigned && value <= signed_max && bits < 128 {
            return Ok(Number::Int(value as i128, Integer { bits, signed: true, rank }));
        }
        // A decimal number that only `unsigned long long` holds is of that type, as compilers warn.
        let may_be_unsigned = suffix.unsigned || radix != 10 || rank == Rank::LongLong;
        if may_be_unsigned && value <= unsigned_max && bits < 128 {
            return Ok(Number::Int(value as i128, Integer { bits, signed: false, rank }));
        }
    }
    Err("the integer does not fit the widest type")
}

#[derive(Default)]
struct Suffix {
    unsigned: bool,
    longs: usize,
    bit_precise: bool,
    imaginary: bool,
    /// Microsoft's `i64`.
    exact: Option<u32>,
}

impl Suffix {
    fn parse(text: &str) -> Option<Suffix> {
        let mut suffix = Suffix::default();
        let lower = text.to_ascii_lowercase();
        let mut rest = &*lower;
        while !rest.is_empty() {
            let (len, exact) = match rest.as_bytes() {
                [b'i', b'1', b'2', b'8', ..] => (4, Some(128)),
                [b'i', b'6', b'4', ..] => (3, Some(64)),
                [b'i', b'3', b'2', ..] => (3, Some(32)),
                [b'i', b'1', b'6', ..] => (3, Some(16)),
                [b'i', b'8', ..] => (2, Some(8)),
                _ => (0, None),
            };
            if exact.is_some() && suffix.longs == 0 && suffix.exact.is_none() {
                suffix.exact = exact;
                rest = &rest[len..];
                continue;
            }
            let len = match rest.as_bytes() {
                [b'u', ..] if !suffix.unsigned => {
                    suffix.unsigned = true;
                    1
                }
                [b'l', b'l', ..] if suffix.longs == 0 => {
                    suffix.longs = 2;
                    2
                }
                [b'l', ..] if suffix.longs == 0 => {
                    suffix.longs = 1;
                    1
                }
                [b'w', b'b', ..] if !suffix.bit_precise => {
                    suffix.bit_precise = true;
                    2
                }
                [b'i' | b'j', ..] if !suffix.imaginary => {
                    suffix.imaginary = true;
                    1
                }
                _ => return None,
            };
            rest = &rest[len..];
        }
        Some(suffix)
    }
}

fn real(text: &str, hex: bool) -> Result<Number, &'static str> {
    let bytes = text.as_bytes();
    let mut end = if hex { 2 } else { 0 };
    // After a hexadecimal float's `p` the digits are decimal, and `f` is a suffix.
    let power = bytes.iter().position(|b| matches!(b, b'p' | b'P')).unwrap_or(bytes.len());
    while let Some(&b) = bytes.get(end) {
        let joins = match b {
            b'.' => true,
            b'+' | b'-' => matches!(bytes[end - 1] | 0x20, b'e' | b'p'),
            b'e' | b'E' => hex || has_digits_after(bytes, end),
            b'p' | b'P' => hex,
            _ if hex && end < power => b.is_ascii_hexdigit(),
            _ => b.is_ascii_digit(),
        };
        if !joins {
            break;
        }
        end += 1;
    }
    let (digits, suffix) = text.split_at(end);
    let ty = match &*suffix.to_ascii_lowercase() {
        "" => Real::Double,
        "f" => Real::Float,
        "l" | "w" => Real::LongDouble,
        "q" | "f128" => Real::Float128,
        "f32" => Real::Float32,
        "f64" => Real::Float64,
        "f32x" => Real::Float32x,
        "f64x" => Real::Float64x,
        "f16" => {
            return Ok(Number::Unvalued(Scalar::Float16, "floats of 16 bits are not computed"));
        }
        "bf16" => {
            return Ok(Number::Unvalued(Scalar::BFloat16, "floats of 16 bits are not computed"));
        }
        "df" | "dd" | "dl" => return Err("decimal floats are not supported"),
        "i" | "j" => return Ok(Number::Unvalued(Scalar::DoubleComplex, IMAGINARY)),
        "if" | "fi" | "jf" | "fj" => return Ok(Number::Unvalued(Scalar::FloatComplex, IMAGINARY)),
        "il" | "li" | "jl" | "lj" => {
            return Ok(Number::Unvalued(Scalar::LongDoubleComplex, IMAGINARY));
        }
        _ => return Err("unknown suffix of a number"),
    };
    let value = if hex {
        hex_float(digits, ty)?
    } else if ty.is_single() {
        digits.parse::<f32>().map(f64::from).map_err(|_| "malformed float")?
    } else {
        digits.parse::<f64>().map_err(|_| "malformed float")?
    };
    if value.is_infinite() {
        return Ok(Number::Unvalued(ty.scalar(), "the float does not fit a double"));
    }
    Ok(Number::Real(value, ty))
}

fn has_digits_after(bytes: &[u8], e: usize) -> bool {
    match bytes.get(e + 1) {
        Some(b'+' | b'-') => bytes.get(e + 2).is_some_and(u8::is_ascii_digit),
        Some(b) => b.is_ascii_digit(),
        None => false,
    }
}

/// `0x1.8p3`, rounded to nearest as the compilers do.
fn hex_float(text: &str, ty: Real) -> Result<f64, &'static str> {
    const MALFORMED: &str = "malformed hexadecimal float";
    let (digits, exponent) = text[2..].split_once(['p', 'P']).ok_or(MALFORMED)?;
    let negative = exponent.starts_with('-');
    let magnitude = exponent.trim_start_matches(['+', '-']);
    if magnitude.is_empty() || !magnitude.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MALFORMED);
    }
    // What overflows here is far beyond any float.
    let magnitude = magnitude.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    let mut exponent = if negative { -magnitude } else { magnitude };
    let (mut mantissa, mut fraction, mut any) = (0_u64, false, false);
    for b in digits.bytes() {
        let Some(digit) = (b as char).to_digit(16) else {
            if b == b'.' && !fraction {
                fraction = true;
                continue;
            }
            return Err(MALFORMED);
        };
        any = true;
        if mantissa >> 59 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            exponent -= if fraction { 4 } else { 0 };
        } else {
            // Beyond the precision only whether there is anything matters.
            mantissa |= u64::from(digit != 0);
            exponent += if fraction { 0 } else { 4 };
        }
    }
    if !any {
        return Err(MALFORMED);
    }
    let (precision, least, greatest) =
        if ty.is_single() { (24, -149, 127) } else { (53, -1074, 1023) };
    Ok(scaled(mantissa, exponent, precision, least, greatest))
}

/// `mantissa * 2^exponent` rounded to nearest, ties to even, for a format with that many bits whose
/// least positive value is `2^least`.
fn scaled(mantissa: u64, exponent: i64, precision: u32, least: i64, greatest: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let width = i64::from(64 - mantissa.leading_zeros());
    let top = exponent.saturating_add(width - 1);
    if top > greatest {
        return f64::INFINITY;
    }
    if top < least - 1 {
        return 0.0;
    }
    // The exponent of the last bit that is kept.
    let last = (top - i64::from(precision) + 1).max(least);
    let drop = last - exponent;
    let kept = if drop <= 0 {
        return mantissa as f64 * power(exponent);
    } else if drop >= 64 {
        let half = drop == 64 && mantissa > 1 << 63;
        u64::from(half)
    } else {
        let (kept, rest, half) = (mantissa >> drop, mantissa & ((1 << drop) - 1), 1 << (drop - 1));
        kept + u64::from(rest > half || rest == half && kept & 1 == 1)
    };
    let value = kept as f64 * power(last);
    if precision == 24 && value >= 2_f64.powi(128) { f64::INFINITY } else { value }
}

/// `2^n`, for `n` down to the least positive double.
fn power(n: i64) -> f64 {
    let n = n.clamp(-1074, 1023);
    f64::from_bits(if n >= -1022 { ((n + 1023) as u64) << 52 } else { 1 << (n + 1074) })
}

/// The code units of string literals that stand behind one another, without a closing zero.
pub(super) fn strings<'a>(
    literals: impl Iterator<Item = &'a str> + Clone,
    target: &Target,
) -> Result<(Vec<u32>, Encoding), &'static str> {
    let mut encoding = Encoding::Narrow;
    for literal in literals.clone() {
        let (own, _) = Encoding::split(literal);
        if own != Encoding::Narrow {
            if encoding != Encoding::Narrow && encoding != own {
                return Err("strings of different kinds stand behind one another");
            }
            encoding = own;
        }
    }
    let mut units = Vec::new();
    for literal in literals {
        let (_, quoted) = Encoding::split(literal);
        let inner = &quoted[1..quoted.len() - 1];
        units_of(inner, encoding.bits(target), &mut units)?;
    }
    Ok((units, encoding))
}

/// The value and type of a character constant.
pub(super) fn character(
    text: &str,
    target: &Target,
) -> Result<(i128, Integer, Encoding), &'static str> {
    let (encoding, quoted) = Encoding::split(text);
    let inner = &quoted[1..quoted.len() - 1];
    let mut units = Vec::new();
    let bits = encoding.bits(target);
    units_of(inner, bits, &mut units)?;
    let Some(&last) = units.last() else { return Err("a character constant without a character") };
    let int = Integer::int(target);
    if encoding != Encoding::Narrow {
        let signed = encoding == Encoding::Wide && target.wchar_signed;
        let rank = if encoding == Encoding::Utf8 { Rank::Char } else { rank_of(bits, int) };
        let ty = Integer { bits, signed, rank };
        return Ok((ty.wrap(i128::from(last)), ty, encoding));
    }
    if units.len() == 1 {
        let char = Integer { bits: 8, signed: target.char_signed, rank: Rank::Char };
        return Ok((char.wrap(i128::from(last)), int, encoding));
    }
    // Several characters: gcc and clang put the first into the highest byte.
    let value = units.iter().fold(0_i128, |v, unit| int.wrap(v << 8 | i128::from(unit & 0xff)));
    Ok((value, int, encoding))
}

fn rank_of(bits: u32, int: Integer) -> Rank {
    if bits == int.bits {
        Rank::Int
    } else if bits < int.bits {
        Rank::Short
    } else {
        Rank::Long
    }
}

/// Appends the code units of what is between quotes.
fn units_of(inner: &str, bits: u32, units: &mut Vec<u32>) -> Result<(), &'static str> {
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            encode(c, bits, units);
            continue;
        }
        let rest = chars.as_str();
        let Some(escape) = chars.next() else { return Err("an escape without a character") };
        let simple = match escape {
            'n' => 10,
            't' => 9,
            'r' => 13,
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'v' => 11,
            'e' | 'E' => 27,
            '\\' | '\'' | '"' | '?' => escape as u32,
            '0'..='7' => {
                let len = rest.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
                chars = rest[len..].chars();
                number_unit(&rest[..len], 8, bits)?
            }
            'x' => {
                let len = rest[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
                chars = rest[1 + len..].chars();
                number_unit(&rest[1..=len], 16, bits)?
            }
            'u' | 'U' => {
                let len = if escape == 'u' { 4 } else { 8 };
                let value = rest.get(1..=len).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                let Some(c) = value.and_then(char::from_u32) else {
                    return Err("a universal character name that names no character");
                };
                chars = rest[1 + len..].chars();
                encode(c, bits, units);
                continue;
            }
            '\n' => continue,
            _ => return Err("unknown escape"),
        };
        units.push(simple);
    }
    Ok(())
}

fn number_unit(digits: &str, radix: u32, bits: u32) -> Result<u32, &'static str> {
    match u32::from_str_radix(digits, radix) {
        Ok(value) if bits >= 32 || value < 1 << bits => Ok(value),
        Ok(_) => Err("the escape does not fit a character"),
        Err(_) if digits.is_empty() => Err("an escape without digits"),
        Err(_) => Err("the escape does not fit a character"),
    }
}

fn encode(c: char, bits: u32, units: &mut Vec<u32>) {
    match bits {
        8 => units.extend(c.encode_utf8(&mut [0; 4]).bytes().map(u32::from)),
        16 => units.extend(c.encode_utf16(&mut [0; 2]).iter().map(|u| u32::from(*u))),
        _ => units.push(c as u32),
    }
}
