//! What the bits of a part mean on its target, and how a value becomes bits.
//!
//! Bits are moved by [`BitRange`] alone; here is only how many there are and what they stand for.

use super::value::Misfit;
use super::{ResolvedPath, Primitive, ViewValue, float};
use crate::layout::BitRange;
use crate::target::{Endian, LongDoubleFormat};
use crate::types::{FloatFormat, Scalar, ScalarClass, TypeKind};

/// What the bits of a part mean.
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

pub(super) fn meaning(path: &ResolvedPath) -> Meaning {
    let scalar = match path.ty().kind() {
        TypeKind::Scalar(scalar) | TypeKind::Ordered { of: scalar, .. } => scalar,
        TypeKind::BitInt(b) if path.bits().is_some() && b.is_signed() => return Meaning::Signed,
        TypeKind::BitInt(_) if path.bits().is_some() => return Meaning::Unsigned,
        TypeKind::Enum(e) => e.underlying(path.target()).unwrap_or(Scalar::Int),
        TypeKind::Pointer { .. } => return Meaning::Address,
        _ => return Meaning::Bytes,
    };
    match scalar.class(path.target()) {
        ScalarClass::Bool => Meaning::Bool,
        ScalarClass::Signed => Meaning::Signed,
        ScalarClass::Unsigned => Meaning::Unsigned,
        ScalarClass::Float => match scalar.float_format(path.target()) {
            Some(FloatFormat::Single | FloatFormat::Double) => Meaning::Float,
            Some(FloatFormat::X87) => Meaning::LongDouble(LongDoubleFormat::X87),
            Some(FloatFormat::Quad) => Meaning::LongDouble(LongDoubleFormat::Quad),
            Some(FloatFormat::DoubleDouble) => Meaning::LongDouble(LongDoubleFormat::DoubleDouble),
            Some(FloatFormat::Half | FloatFormat::BFloat16) | None => Meaning::Bytes,
        },
        ScalarClass::Complex => Meaning::Bytes,
    }
}

/// The order of the bytes: the target's, unless the type or the bit field has one of its own.
pub(super) fn endian_of(path: &ResolvedPath) -> Endian {
    match path.ty().kind() {
        TypeKind::Ordered { endian, .. } => endian,
        _ => path.endian(),
    }
}

/// The bits of a scalar: its own, or all of its bytes but the padding of a `long double`.
pub(super) fn bits_of(path: &ResolvedPath, meaning: &Meaning) -> BitRange {
    let width = match meaning {
        Meaning::LongDouble(format) => float::width(*format),
        _ => path.span().size.saturating_mul(8) as u32,
    };
    path.bits().unwrap_or(BitRange { byte: path.span().offset, bit: 0, width })
}

/// Puts the first double of a pair on top, or back where it belongs in memory.
pub(super) fn pair_order(path: &ResolvedPath, format: LongDoubleFormat, raw: u128) -> u128 {
    let pair = format == LongDoubleFormat::DoubleDouble;
    if pair && path.target().endian == Endian::Little { raw.rotate_left(64) } else { raw }
}

/// The size of the elements of an array without a length, if they have one.
pub(super) fn flexible_element(path: &ResolvedPath) -> Option<usize> {
    let TypeKind::Array { of, len: 0 } = path.ty().kind() else { return None };
    let size = of.extent_at(path.target()).ok()?.size;
    usize::try_from(size).ok().filter(|size| *size != 0)
}

pub(super) fn shown(path: &ResolvedPath) -> String {
    match path.bits() {
        Some(bits) => format!("{} : {}", path.ty(), bits.width),
        None => path.ty().to_string(),
    }
}

/// The greatest integer of so many bits.
fn greatest(width: u32) -> u128 {
    if width >= 128 { u128::MAX } else { (1 << width) - 1 }
}

pub(super) fn encode(
    path: &ResolvedPath,
    meaning: &Meaning,
    width: u32,
    value: &ViewValue<'_>,
) -> Result<u128, Misfit> {
    let fits = |v: u128| if v <= greatest(width) { Ok(v) } else { Err(Misfit::Range) };
    match meaning {
        Meaning::Bool => bool::convert(value).map(u128::from),
        Meaning::Unsigned => u128::convert(value).and_then(fits),
        Meaning::Signed => {
            let value = i128::convert(value)?;
            let greatest = (greatest(width) >> 1) as i128;
            let inside = (-greatest - 1..=greatest).contains(&value);
            if inside { Ok(value as u128) } else { Err(Misfit::Range) }
        }
        Meaning::Float if width == 32 => f32::convert(value).map(|v| v.to_bits().into()),
        Meaning::Float => f64::convert(value).map(|v| v.to_bits().into()),
        Meaning::LongDouble(format) => {
            f64::convert(value).map(|v| pair_order(path, *format, float::write(*format, v)))
        }
        Meaning::Address => match *value {
            ViewValue::Address(address) => fits(address.into()),
            _ => Err(Misfit::Kind),
        },
        Meaning::Bytes => Err(Misfit::Kind),
    }
}

pub(super) fn what_fits(path: &ResolvedPath, meaning: &Meaning, width: u32) -> String {
    let greatest = greatest(width);
    let range = match meaning {
        Meaning::Signed => format!("-{} to {}", (greatest >> 1) + 1, greatest >> 1),
        Meaning::Unsigned => format!("0 to {greatest}"),
        Meaning::Address => format!("0x0 to {greatest:#x}"),
        _ => "a value that fits".to_owned(),
    };
    match path.bits() {
        Some(_) => format!("{range} for `{}` of {width} bits", path.ty()),
        None => format!("{range} for `{}`", path.ty()),
    }
}
