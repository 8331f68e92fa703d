//! Values as bits, one bit after the other.

use super::shape::{Part, Shape};

/// A number as C has it.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    Bool(bool),
    Int(i128),
    UInt(u128),
    F32(f32),
    F64(f64),
    Address(u64),
}

/// Where the bit of that weight is: the byte, and the bit of it.
fn place(part: &Part, size: usize, weight: usize) -> (usize, u8) {
    let (first, width) = part.bits.unwrap_or((0, size * 8));
    if part.is_big {
        let at = first + width - 1 - weight;
        (at / 8, 7 - (at % 8) as u8)
    } else {
        let at = first + weight;
        (at / 8, (at % 8) as u8)
    }
}

pub fn width(part: &Part, size: usize) -> usize {
    part.bits.map_or(size * 8, |(_, width)| width)
}

pub fn read(part: &Part, bytes: &[u8], size: usize) -> u128 {
    (0..width(part, size)).fold(0, |value, weight| {
        let (byte, bit) = place(part, size, weight);
        value | u128::from(bytes[byte] >> bit & 1) << weight
    })
}

pub fn write(part: &Part, bytes: &mut [u8], size: usize, value: u128) {
    for weight in 0..width(part, size) {
        let (byte, bit) = place(part, size, weight);
        bytes[byte] = bytes[byte] & !(1 << bit) | ((value >> weight & 1) as u8) << bit;
    }
}

/// What the bits mean; nothing for what is no number.
pub fn decode(part: &Part, bits: u128, size: usize) -> Option<Number> {
    let width = width(part, size);
    Some(match part.shape {
        Shape::Bool if bits > 1 => return None,
        Shape::Bool => Number::Bool(bits == 1),
        Shape::Char if core::ffi::c_char::MIN == 0 => Number::UInt(bits),
        Shape::Char => Number::Int(i128::from(bits as i8)),
        Shape::Int { signed: true, .. } => {
            let is_negative = bits >> (width - 1) & 1 == 1;
            let high = if is_negative && width < 128 { u128::MAX << width } else { 0 };
            Number::Int((bits | high) as i128)
        }
        Shape::Int { .. } | Shape::Enum => Number::UInt(bits),
        Shape::Float(4) => Number::F32(f32::from_bits(bits as u32)),
        Shape::Float(_) => Number::F64(f64::from_bits(bits as u64)),
        Shape::Pointer(_) => Number::Address(bits as u64),
        _ => return None,
    })
}

/// The bits that stand for a number in a part; nothing if it does not convert or does not fit.
pub fn encode(part: &Part, size: usize, number: Number) -> Option<u128> {
    let width = width(part, size) as u32;
    let is_signed = match part.shape {
        Shape::Char => core::ffi::c_char::MIN != 0,
        Shape::Int { signed, .. } => signed,
        _ => false,
    };
    match (&part.shape, number) {
        (Shape::Bool, Number::Bool(v)) => Some(v.into()),
        (Shape::Char | Shape::Int { .. } | Shape::Enum, Number::Int(v)) if is_signed => {
            let greatest = i128::MAX >> (128 - width);
            (-greatest - 1 <= v && v <= greatest).then_some(v as u128)
        }
        (Shape::Char | Shape::Int { .. } | Shape::Enum, Number::UInt(v)) if is_signed => {
            (v <= (i128::MAX >> (128 - width)) as u128).then_some(v)
        }
        (Shape::Char | Shape::Int { .. } | Shape::Enum, Number::Int(v)) => {
            (v >= 0 && v as u128 <= u128::MAX >> (128 - width)).then_some(v as u128)
        }
        (Shape::Char | Shape::Int { .. } | Shape::Enum, Number::UInt(v)) => {
            (v <= u128::MAX >> (128 - width)).then_some(v)
        }
        (Shape::Float(4), Number::F32(v)) => Some(v.to_bits().into()),
        (Shape::Float(4), Number::F64(v)) => {
            let rounded = v as f32;
            (rounded.is_finite() || !v.is_finite()).then(|| rounded.to_bits().into())
        }
        (Shape::Float(8), Number::F32(v)) => Some(f64::from(v).to_bits().into()),
        (Shape::Float(8), Number::F64(v)) => Some(v.to_bits().into()),
        // Numbers of a few bits, or one more than a double has.
        (Shape::Float(4), Number::Int(v)) => {
            (v < 1 << 100 && v as f32 as i128 == v).then(|| (v as f32).to_bits().into())
        }
        (Shape::Float(8), Number::Int(v)) => {
            (v < 1 << 100 && v as f64 as i128 == v).then(|| (v as f64).to_bits().into())
        }
        (Shape::Float(4), Number::UInt(v)) => {
            (v < 1 << 100 && v as f32 as u128 == v).then(|| (v as f32).to_bits().into())
        }
        (Shape::Float(8), Number::UInt(v)) => {
            (v < 1 << 100 && v as f64 as u128 == v).then(|| (v as f64).to_bits().into())
        }
        _ => None,
    }
}
