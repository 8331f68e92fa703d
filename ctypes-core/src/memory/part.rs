//! What the bits of a part mean on its target, and how they become a value and a value becomes bits.
//!
//! Bits are moved by [`BitRange`] alone; here is only how many there are and what they stand for.
#![forbid(unsafe_code)]

use super::path::Found;
use super::value::Misfit;
use super::{AccessFault, Primitive, ViewValue, float};
use crate::layout::{BitRange, ones};
use crate::target::{Endian, LongDoubleFormat, Target};
use crate::types::{Enumeration, FloatFormat, Repr, Scalar, ScalarClass, Type};

/// What the bits of a part mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Bool,
    Signed,
    Unsigned,
    Float,
    /// What is wider than a double, in that format.
    LongDouble(LongDoubleFormat),
    Address,
    Bytes,
}

/// A number as the processor has it: whole bytes in the order of this platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

impl Plain {
    #[inline]
    pub(super) const fn of(meaning: Meaning, size: u64) -> Option<Plain> {
        Some(match (meaning, size) {
            (Meaning::Signed, 1) => Plain::I8,
            (Meaning::Signed, 2) => Plain::I16,
            (Meaning::Signed, 4) => Plain::I32,
            (Meaning::Signed, 8) => Plain::I64,
            (Meaning::Unsigned, 1) => Plain::U8,
            (Meaning::Unsigned, 2) => Plain::U16,
            (Meaning::Unsigned, 4) => Plain::U32,
            (Meaning::Unsigned, 8) => Plain::U64,
            (Meaning::Float, 4) => Plain::F32,
            (Meaning::Float, 8) => Plain::F64,
            _ => return None,
        })
    }
}

impl Meaning {
    pub(super) fn of(ty: &Type, target: &Target, is_bit_field: bool) -> Meaning {
        let scalar = match &ty.0 {
            Repr::Scalar(scalar) | Repr::Ordered(scalar, _) => *scalar,
            Repr::BitInt(b) if is_bit_field && b.is_signed() => return Meaning::Signed,
            Repr::BitInt(_) if is_bit_field => return Meaning::Unsigned,
            Repr::Enum(e) => Enumeration(e.clone()).underlying(target).unwrap_or(Scalar::Int),
            Repr::Pointer { .. } => return Meaning::Address,
            _ => return Meaning::Bytes,
        };
        match scalar.class(target) {
            ScalarClass::Bool => Meaning::Bool,
            ScalarClass::Signed => Meaning::Signed,
            ScalarClass::Unsigned => Meaning::Unsigned,
            ScalarClass::Float => match scalar.float_format(target) {
                Some(FloatFormat::Single | FloatFormat::Double) => Meaning::Float,
                Some(FloatFormat::X87) => Meaning::LongDouble(LongDoubleFormat::X87),
                Some(FloatFormat::Quad) => Meaning::LongDouble(LongDoubleFormat::Quad),
                Some(FloatFormat::DoubleDouble) => {
                    Meaning::LongDouble(LongDoubleFormat::DoubleDouble)
                }
                Some(FloatFormat::Half | FloatFormat::BFloat16) | None => Meaning::Bytes,
            },
            ScalarClass::Complex => Meaning::Bytes,
        }
    }
}

impl Found<'_> {
    /// The bits of a scalar: its own, or all of its bytes but the padding of a `long double`.
    #[inline]
    pub(super) fn bits(&self) -> BitRange {
        let width = match self.place.meaning {
            Meaning::LongDouble(format) => float::width(format),
            _ => self.place.size.saturating_mul(8) as u32,
        };
        self.place.bits.unwrap_or(BitRange { byte: self.place.offset, bit: 0, width })
    }

    /// The value of a scalar, of which `bytes` are those from `base` on; nothing for what is no scalar.
    pub(super) fn decode(
        &self,
        bytes: &[u8],
        base: u64,
    ) -> Result<ViewValue<'static>, AccessFault> {
        let (bits, endian) = (self.bits(), self.place.endian);
        let bits = BitRange { byte: bits.byte.saturating_sub(base), ..bits };
        // The caller has checked the range; a part of no bits has the value 0.
        let raw = bits.read(bytes, endian).unwrap_or(0);
        let range = |expected: &str| AccessFault::Range {
            expected: expected.to_owned(),
            found: format!("{raw:#x}"),
        };
        Ok(match self.place.meaning {
            Meaning::Bool if raw <= 1 => ViewValue::Bool(raw == 1),
            Meaning::Bool => return Err(range("0 or 1 for `_Bool`")),
            Meaning::Signed => ViewValue::Int(bits.read_signed(bytes, endian).unwrap_or(0)),
            Meaning::Unsigned => ViewValue::UInt(raw),
            Meaning::Float if bits.width == 32 => ViewValue::F32(f32::from_bits(raw as u32)),
            Meaning::Float => ViewValue::F64(f64::from_bits(raw as u64)),
            Meaning::LongDouble(format) => {
                let number = float::read(format, pair_order(self.target, format, raw));
                ViewValue::F64(number.ok_or_else(|| range("a `long double` that f64 can hold"))?)
            }
            Meaning::Address => ViewValue::Address(raw as u64),
            Meaning::Bytes => ViewValue::Bytes(&[]),
        })
    }

    /// The bits that store `value` in a scalar.
    pub(super) fn encode(&self, value: &ViewValue<'_>) -> Result<u128, AccessFault> {
        let width = self.bits().width;
        encode(self.target, self.place.meaning, width, value).map_err(|misfit| match misfit {
            Misfit::Kind => AccessFault::Kind {
                expected: format!("what converts to `{}`", self.shown()),
                found: value.kind().to_owned(),
            },
            Misfit::Range => {
                AccessFault::Range { expected: self.what_fits(width), found: format!("{value:?}") }
            }
        })
    }

    /// The value as a `T`.
    #[inline]
    pub(super) fn convert<T: Primitive>(&self, value: &ViewValue<'_>) -> Result<T, AccessFault> {
        T::convert(value).map_err(|misfit| self.unconvertible::<T>(misfit, value))
    }

    #[cold]
    fn unconvertible<T: Primitive>(&self, misfit: Misfit, value: &ViewValue<'_>) -> AccessFault {
        let expected = |what: &str| format!("{what} {}", T::NAME);
        match misfit {
            Misfit::Kind => {
                AccessFault::Kind { expected: expected("what converts to"), found: self.shown() }
            }
            Misfit::Range => AccessFault::Range {
                expected: expected("a value that fits"),
                found: format!("{value:?}"),
            },
        }
    }

    /// The size of the elements of an array without a length, if they have one.
    pub(super) fn flexible_element(&self) -> Option<usize> {
        let Repr::Array { of, len: 0, .. } = &self.ty.0 else { return None };
        let size = of.get().extent_at(self.target).ok()?.size;
        usize::try_from(size).ok().filter(|size| *size != 0)
    }

    /// The type as C shows it in a declaration of this part.
    pub(super) fn shown(&self) -> String {
        match self.place.bits {
            Some(bits) => format!("{} : {}", self.ty, bits.width),
            None => self.ty.to_string(),
        }
    }

    /// That the part is not what an access is for.
    pub(super) fn expected(&self, what: &str) -> AccessFault {
        AccessFault::Kind { expected: what.to_owned(), found: self.shown() }
    }

    /// The enumeration that the part is.
    pub(super) fn enumeration(&self) -> Result<Enumeration, AccessFault> {
        match &self.ty.0 {
            Repr::Enum(e) => Ok(Enumeration(e.clone())),
            _ => Err(self.expected("an enumeration")),
        }
    }

    /// The name of the enumerator of that value, if there is one.
    pub(super) fn enumerator(&self, value: &ViewValue<'_>) -> Result<Option<String>, AccessFault> {
        let of = self.enumeration()?;
        let value = match *value {
            ViewValue::Int(v) => Some(v),
            ViewValue::UInt(v) => i128::try_from(v).ok(),
            _ => None,
        };
        let wrapped = |v: i128| if v < 0 { of.name_of(v + self.modulus()) } else { None };
        Ok(value.and_then(|v| of.name_of(v).or_else(|| wrapped(v)).map(str::to_owned)))
    }

    /// What to store for the enumerator `name`.
    pub(super) fn enumerated(&self, name: &str) -> Result<ViewValue<'static>, AccessFault> {
        let of = self.enumeration()?;
        let Some(value) = of.value(name) else {
            let (expected, found) = (self.ty.to_string(), name.to_owned());
            return Err(AccessFault::NoEnumerator { expected, found });
        };
        let wraps = self.target.signed_enums && of.fixed().is_none() && value >= self.modulus() / 2;
        Ok(ViewValue::Int(if wraps { value - self.modulus() } else { value }))
    }

    /// What an enumerator wraps around at where the enumeration is `int` whatever its values are, as
    /// `FORCE_DWORD = 0xffffffff` in Windows' headers.
    fn modulus(&self) -> i128 {
        let size = self.ty.extent_at(self.target).map_or(4, |e| e.size);
        1_i128.checked_shl(8 * size.min(15) as u32).unwrap_or(i128::MAX)
    }

    fn what_fits(&self, width: u32) -> String {
        let greatest = ones(width);
        let range = match self.place.meaning {
            Meaning::Signed => format!("-{} to {}", (greatest >> 1) + 1, greatest >> 1),
            Meaning::Unsigned => format!("0 to {greatest}"),
            Meaning::Address => format!("0x0 to {greatest:#x}"),
            _ => "a value that fits".to_owned(),
        };
        match self.place.bits {
            Some(_) => format!("{range} for `{}` of {width} bits", self.ty),
            None => format!("{range} for `{}`", self.ty),
        }
    }
}

/// Puts the first double of a pair on top, or back where it belongs in memory.
fn pair_order(target: &Target, format: LongDoubleFormat, raw: u128) -> u128 {
    let pair = format == LongDoubleFormat::DoubleDouble;
    if pair && target.endian == Endian::Little { raw.rotate_left(64) } else { raw }
}

fn encode(
    target: &Target,
    meaning: Meaning,
    width: u32,
    value: &ViewValue<'_>,
) -> Result<u128, Misfit> {
    let fits = |v: u128| if v <= ones(width) { Ok(v) } else { Err(Misfit::Range) };
    match meaning {
        Meaning::Bool => bool::convert(value).map(u128::from),
        Meaning::Unsigned => u128::convert(value).and_then(fits),
        Meaning::Signed => {
            let value = i128::convert(value)?;
            let greatest = (ones(width) >> 1) as i128;
            let inside = (-greatest - 1..=greatest).contains(&value);
            if inside { Ok(value as u128) } else { Err(Misfit::Range) }
        }
        Meaning::Float if width == 32 => f32::convert(value).map(|v| v.to_bits().into()),
        Meaning::Float => f64::convert(value).map(|v| v.to_bits().into()),
        Meaning::LongDouble(format) => {
            f64::convert(value).map(|v| pair_order(target, format, float::write(format, v)))
        }
        Meaning::Address => match *value {
            ViewValue::Address(address) => fits(address.into()),
            _ => Err(Misfit::Kind),
        },
        Meaning::Bytes => Err(Misfit::Kind),
    }
}
