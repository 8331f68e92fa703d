//! Operands of constant expressions: a type, and a value if there is one.
//!
//! A value that does not exist (division by zero, the address of a function) is no error until it is
//! needed: `sizeof` and the side of `?:` that is not taken do not ask for it.

use super::arithmetic::{Integer, Rank, Real};
use super::literal::Encoding;
use crate::target::{BitRule, Compiler, Target};
use crate::types::{ConstValue, Scalar, ScalarClass, Type, TypeKind};
use std::rc::Rc;

/// An operand.
#[derive(Clone)]
pub(super) struct Operand {
    pub(super) ty: Type,
    pub(super) value: Value,
    pub(super) align: Align,
}

/// What `__alignof__` tells of an operand, in bytes, which are at most 2^28. Operands are kept small, since
/// expressions nest on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    OfType,
    /// An object, or a member of one, with an alignment of its own.
    Object(u32),
    /// The address of such an object, which gcc remembers in `*&x`.
    Address(u32),
    /// A pointer converted from one to a type of a larger alignment, which gcc remembers.
    Pointee(u32),
    /// A bit field, which has none.
    Bits,
}

#[derive(Clone)]
pub(super) enum Value {
    /// An integer, or a pointer as a number.
    Int(i128),
    Real(f64),
    Text(Rc<Text>),
    /// An object at a known address, as in `((struct s *)0)->f`.
    Place(i128),
    /// None, for that reason.
    None(&'static str),
}

/// A string literal.
pub(super) struct Text {
    /// The code units, without the closing zero.
    pub(super) units: Vec<u32>,
    pub(super) encoding: Encoding,
}

impl Text {
    pub(super) fn to_constant(&self) -> ConstValue {
        match self.encoding {
            Encoding::Narrow | Encoding::Utf8 => {
                ConstValue::Str(self.units.iter().map(|unit| *unit as u8).collect())
            }
            _ => ConstValue::WStr(self.units.as_slice().into()),
        }
    }
}

/// A type as arithmetic looks at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Arithmetic {
    Int(Integer),
    Real(Real),
    Complex(Real),
}

impl Operand {
    pub(super) fn of(ty: Type, value: Value) -> Operand {
        Operand { ty, value, align: Align::OfType }
    }

    pub(super) fn int(value: i128, target: &Target) -> Operand {
        Operand::of(Type::INT, Value::Int(Integer::int(target).wrap(value)))
    }

    pub(super) fn size(value: u64, target: &Target) -> Operand {
        Operand::of(size_type(target), Value::Int(i128::from(value)))
    }

    pub(super) fn none(ty: Type, reason: &'static str) -> Operand {
        Operand::of(ty, Value::None(reason))
    }

    /// The value where one is read: arrays and functions become pointers, qualifiers go
    /// (C11 6.3.2.1).
    pub(super) fn read(mut self) -> Operand {
        if matches!(self.align, Align::Object(_) | Align::Bits) {
            self.align = Align::OfType;
        }
        let decayed = match self.ty.kind() {
            TypeKind::Array { of, .. } | TypeKind::IncompleteArray { of } => Some(of.pointer()),
            TypeKind::Function(f) => Some(f.ty().pointer()),
            _ => None,
        };
        match decayed {
            Some(pointer) => {
                self.ty = pointer;
                if let Value::Place(at) = self.value {
                    self.value = Value::Int(at);
                }
            }
            None => {
                self.ty = self.ty.unqualified();
                if let Value::Place(_) = self.value {
                    self.value = Value::None("the value of an object is no constant");
                }
            }
        }
        self
    }

    /// As a condition: whether it is other than zero.
    pub(super) fn truth(&self) -> Result<bool, &'static str> {
        match &self.value {
            Value::Int(v) => Ok(*v != 0),
            Value::Real(v) => Ok(*v != 0.0),
            Value::Text(_) => Ok(true),
            Value::Place(at) => Ok(*at != 0),
            Value::None(reason) => Err(reason),
        }
    }

    /// A constant 0, or that as `void *` (C11 6.3.2.3p3).
    pub(super) fn is_null(&self, target: &Target) -> bool {
        if !matches!(self.value, Value::Int(0)) {
            return false;
        }
        match self.ty.kind() {
            TypeKind::Pointer { to } => {
                matches!(to.kind(), TypeKind::Void) && to.qualifiers().is_empty()
            }
            _ => matches!(arithmetic(&self.ty, target), Some(Arithmetic::Int(_))),
        }
    }

    /// Converted to `ty`, as by a cast or an assignment.
    pub(super) fn converted(self, ty: &Type, target: &Target) -> Operand {
        let value = match (self.value, arithmetic(&self.ty, target), arithmetic(ty, target)) {
            (Value::Int(v), _, Some(Arithmetic::Int(to))) => Value::Int(to.wrap(v)),
            (Value::Int(v), Some(Arithmetic::Int(from)), Some(Arithmetic::Real(to))) => {
                real(to, from.to_real(v, to))
            }
            (Value::Real(v), _, Some(Arithmetic::Int(to))) => match to.of_real(v) {
                Ok(v) => Value::Int(v),
                Err(reason) => Value::None(reason),
            },
            (Value::Real(v), _, Some(Arithmetic::Real(to))) => real(to, to.round(v)),
            (value, _, _) if matches!(ty.kind(), TypeKind::Pointer { .. }) => match value {
                Value::Int(v) => Value::Int(pointer(target).wrap(v)),
                text @ Value::Text(_) => text,
                Value::None(reason) => Value::None(reason),
                _ => Value::None("no constant of a pointer type"),
            },
            (Value::None(reason), ..) => Value::None(reason),
            (Value::Text(_), _, Some(_)) => Value::None("the address of a string is no constant"),
            _ => Value::None("a conversion without a constant value"),
        };
        Operand::of(ty.clone(), value)
    }
}

pub(super) fn real(ty: Real, value: f64) -> Value {
    if !ty.is_computed() {
        return Value::None("floats of 16 bits are not computed");
    }
    Value::Real(value)
}

/// What arithmetic makes of a type; `None` for pointers, records and the like.
pub(super) fn arithmetic(ty: &Type, target: &Target) -> Option<Arithmetic> {
    let scalar = match ty.kind() {
        TypeKind::Scalar(scalar) => scalar,
        TypeKind::Enum(e) => e.underlying(target)?,
        TypeKind::BitInt(b) => {
            let of = Integer { bits: b.width(), signed: b.is_signed(), rank: Rank::BitInt };
            return Some(Arithmetic::Int(of));
        }
        _ => return None,
    };
    match scalar.class(target) {
        ScalarClass::Signed | ScalarClass::Unsigned | ScalarClass::Bool => {
            Integer::of(scalar, target).map(Arithmetic::Int)
        }
        ScalarClass::Float => Real::of(scalar).map(Arithmetic::Real),
        ScalarClass::Complex => Some(Arithmetic::Complex(match scalar {
            Scalar::Float16Complex => Real::Float16,
            Scalar::FloatComplex => Real::Float,
            Scalar::LongDoubleComplex => Real::LongDouble,
            _ => Real::Double,
        })),
    }
}

/// The type of an integer. Ranks below that of `int` are those of literals only.
pub(super) fn integer_type(of: Integer) -> Type {
    let scalar = match (of.rank, of.signed) {
        (Rank::BitInt, signed) => return Type::bit_int(of.bits, signed).unwrap_or(Type::INT),
        (Rank::Bool, _) => Scalar::Bool,
        (Rank::Char, true) => Scalar::SChar,
        (Rank::Char, false) => Scalar::UChar,
        (Rank::Short, true) => Scalar::Short,
        (Rank::Short, false) => Scalar::UShort,
        (rank, signed) => rank.scalar(signed).unwrap_or(Scalar::Int),
    };
    Type::scalar(scalar)
}

pub(super) fn real_type(of: Real) -> Type {
    Type::scalar(of.scalar())
}

/// Addresses as integers.
pub(super) fn pointer(target: &Target) -> Integer {
    Integer { bits: u32::from(target.pointer) * 8, signed: false, rank: Rank::Long }
}

/// What `size_t` is: the type without a sign that is as wide as a pointer, `unsigned int` before
/// `unsigned long` before `unsigned long long`.
pub(super) fn size_type(target: &Target) -> Type {
    match target.pointer {
        n if n == target.int => Type::UINT,
        n if n == target.long => Type::ULONG,
        _ => Type::ULONGLONG,
    }
}

/// What `ptrdiff_t` is.
pub(super) fn difference_type(target: &Target) -> Type {
    match target.pointer {
        n if n == target.int => Type::INT,
        n if n == target.long => Type::LONG,
        _ => Type::LONGLONG,
    }
}

/// Whether the target is one of Apple's.
pub(super) fn is_apple(target: &Target) -> bool {
    target.compiler == Compiler::Clang && target.bit_rule == BitRule::Gcc
}

/// What the headers of the target make of a scalar that is only a name, such as `size_t`.
pub(super) fn own_type(scalar: Scalar, target: &Target) -> Type {
    // The ABI of i386 says `long`, which there is as wide as `int`.
    if scalar == Scalar::WChar && target.pointer == 4 && target.align8 == 4 {
        return Type::LONG;
    }
    match scalar {
        Scalar::Int64 if is_apple(target) => return Type::LONGLONG,
        Scalar::UInt64 if is_apple(target) => return Type::ULONGLONG,
        _ => {}
    }
    match Integer::of(scalar, target) {
        Some(integer) if integer.rank >= Rank::Int => integer_type(integer),
        Some(Integer { rank: Rank::Short, signed, .. }) => {
            if signed {
                Type::SHORT
            } else {
                Type::USHORT
            }
        }
        Some(Integer { bits: 8, signed, .. }) if !matches!(scalar, Scalar::Bool | Scalar::Char) => {
            if signed {
                Type::SCHAR
            } else {
                Type::UCHAR
            }
        }
        _ => Type::scalar(scalar),
    }
}
