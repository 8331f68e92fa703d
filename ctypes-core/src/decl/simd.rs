//! The vector types that gcc for ARM predeclares, of which `arm_neon.h` makes the names of ACLE ("Arm
//! Neon Intrinsics Reference", Vector data types).
//!
//! AArch64 has `__Int8x8_t` and the like, and structs of two to four of them (`int8x8x2_t`) where its header
//! asks the compiler for them by a pragma; 32-bit ARM has `__simd64_int8_t`. clang's headers say all of it
//! with attributes.

use super::parser::Parser;
use crate::target::{Compiler, LongDoubleFormat};
use crate::types::{Scalar, Type};

/// Which of the two instruction sets a target has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arm {
    Bits32,
    Bits64,
}

impl Parser<'_, '_> {
    fn arm(&self) -> Option<Arm> {
        if self.target.compiler != Compiler::Gcc || !self.target.unnamed_bits_align {
            return None;
        }
        match (self.target.long_double, self.target.pointer) {
            (LongDoubleFormat::Quad, 8) => Some(Arm::Bits64),
            (LongDoubleFormat::Double, 4) => Some(Arm::Bits32),
            _ => None,
        }
    }

    /// The vector, the polynomial or the struct of vectors that goes by a name.
    pub(super) fn simd(&self, name: &str) -> Option<Type> {
        let ty = match self.arm()? {
            Arm::Bits64 => {
                let plain = name.strip_suffix("_t")?;
                match plain.strip_prefix("__") {
                    Some(plain) => self.vector_or_polynomial(plain)?,
                    None => return self.vectors(name, plain),
                }
            }
            Arm::Bits32 => self.neon_of_32_bits(name)?,
        };
        ty.typedef(name).ok()
    }

    /// `Int8x8`, `Poly128`: the name of AArch64 without the underscores around it.
    fn vector_or_polynomial(&self, plain: &str) -> Option<Type> {
        if let Some(bits) = plain.strip_prefix("Poly").and_then(|bits| bits.parse().ok()) {
            return polynomial(bits).map(Type::scalar);
        }
        let (element, count) = plain.split_once('x')?;
        let digits = element.find(|c: char| c.is_ascii_digit())?;
        let (kind, bits) = element.split_at(digits);
        let kind = match kind {
            "Int" => "int",
            "Uint" => "uint",
            "Float" => "float",
            "Poly" => "poly",
            "Bfloat" => "bfloat",
            _ => return None,
        };
        vector(Arm::Bits64, kind, bits.parse().ok()?, count.parse().ok()?)
    }

    /// `int8x8x2_t`: a struct of two vectors of eight.
    fn vectors(&self, name: &str, plain: &str) -> Option<Type> {
        let (of, count) = plain.rsplit_once('x')?;
        let count: usize = count.parse().ok().filter(|n| (2..=4).contains(n))?;
        let (element, each) = of.split_once('x')?;
        let (kind, bits) = element.split_at(element.find(|c: char| c.is_ascii_digit())?);
        let of = vector(Arm::Bits64, kind, bits.parse().ok()?, each.parse().ok()?)?;
        let array = of.array(count).ok()?;
        let declared = self.types.declare_struct(name).ok()?;
        let defined = declared.define(|builder| builder.field("val", array));
        Some(defined.unwrap_or_else(|_| declared.ty()))
    }

    /// `__simd64_int8_t`, `__builtin_neon_poly8`.
    fn neon_of_32_bits(&self, name: &str) -> Option<Type> {
        if let Some(mode) = name.strip_prefix("__builtin_neon_") {
            return element_of_32_bits(mode).map(Type::scalar);
        }
        let (size, element) = name.strip_prefix("__simd")?.strip_suffix("_t")?.split_once('_')?;
        let (kind, bits) = element.split_at(element.find(|c: char| c.is_ascii_digit())?);
        let (size, bits): (u64, u64) = (size.parse().ok()?, bits.parse().ok()?);
        vector(Arm::Bits32, kind, bits, size.checked_div(bits)?)
    }
}

/// The element that gcc calls by its machine mode, with `u` before that of an integer without a sign.
fn element_of_32_bits(mode: &str) -> Option<Scalar> {
    if let Some(bits) = mode.strip_prefix("poly") {
        return polynomial(bits.parse().ok()?);
    }
    let (mode, signed) = match mode.strip_prefix('u') {
        Some(mode) => (mode, false),
        None => (mode, true),
    };
    match mode {
        "qi" => integer(Arm::Bits32, 8, signed),
        "hi" => integer(Arm::Bits32, 16, signed),
        "si" => integer(Arm::Bits32, 32, signed),
        "di" => integer(Arm::Bits32, 64, signed),
        "hf" if signed => Some(Scalar::Float16),
        "bf" if signed => Some(Scalar::BFloat16),
        "sf" if signed => Some(Scalar::Float),
        _ => None,
    }
}

/// A polynomial over {0, 1} has its coefficients in the bits of an integer.
fn polynomial(bits: u64) -> Option<Scalar> {
    match bits {
        // `unsigned long` on AArch64 alone, but as wide on both.
        64 => Some(Scalar::UInt64),
        _ => integer(Arm::Bits64, bits, false),
    }
}

fn integer(arm: Arm, bits: u64, signed: bool) -> Option<Scalar> {
    Some(match (bits, signed, arm) {
        (8, true, _) => Scalar::SChar,
        (8, false, _) => Scalar::UChar,
        (16, true, _) => Scalar::Short,
        (16, false, _) => Scalar::UShort,
        (32, true, _) => Scalar::Int,
        (32, false, _) => Scalar::UInt,
        (64, true, Arm::Bits64) => Scalar::Long,
        (64, false, Arm::Bits64) => Scalar::ULong,
        (64, true, Arm::Bits32) => Scalar::LongLong,
        (64, false, Arm::Bits32) => Scalar::ULongLong,
        (128, false, _) => Scalar::UInt128,
        _ => return None,
    })
}

/// A register of 64 or 128 bits.
fn vector(arm: Arm, kind: &str, bits: u64, count: u64) -> Option<Type> {
    let size = bits.checked_mul(count).filter(|size| matches!(size, 64 | 128))?;
    let of = match (kind, bits) {
        ("int", 8..=64) => integer(arm, bits, true)?,
        ("uint" | "poly", 8..=64) => integer(arm, bits, false)?,
        ("float", 16) => Scalar::Float16,
        ("bfloat", 16) => Scalar::BFloat16,
        ("float", 32) => Scalar::Float,
        ("float", 64) => Scalar::Double,
        _ => return None,
    };
    Type::vector(of, size / 8).ok()
}
