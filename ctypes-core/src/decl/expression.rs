//! Expressions with operators (C11 6.5.3 to 6.5.17), evaluated while they are parsed.
//!
//! No tree is built. Each operand has a type at least, as `sizeof` and `typeof` need; what has no
//! constant value says why, and the reason is reported if the value is needed.

use super::arithmetic::{Binary, Rank};
use super::operand::{
    Arithmetic, Operand, Value, arithmetic, difference_type, integer_type, pointer, real, real_type,
};
use super::parser::{Fault, Parsed, Parser};
use super::token::{Kind, Mark, Token};
use crate::types::{Type, TypeKind};
use std::cmp::Ordering;

/// Binary operators by how tight they bind.
fn precedence(mark: Mark) -> u8 {
    match mark {
        Mark::Star | Mark::Slash | Mark::Percent => 10,
        Mark::Plus | Mark::Minus => 9,
        Mark::ShiftLeft | Mark::ShiftRight => 8,
        Mark::Less | Mark::Greater | Mark::LessEqual | Mark::GreaterEqual => 7,
        Mark::Equal | Mark::NotEqual => 6,
        Mark::And => 5,
        Mark::Xor => 4,
        Mark::Or => 3,
        Mark::AndAnd => 2,
        Mark::OrOr => 1,
        _ => 0,
    }
}

impl<'t> Parser<'t, '_> {
    /// A whole expression, commas included.
    pub(super) fn expression(&mut self) -> Parsed<Operand> {
        let mut last = self.assignment()?;
        while self.eat(Mark::Comma) {
            last = self.assignment()?.read();
        }
        Ok(last)
    }

    /// An assignment expression; assignments have no constant value.
    pub(super) fn assignment(&mut self) -> Parsed<Operand> {
        let left = self.conditional()?;
        if self.is(Mark::Assign) || self.is(Mark::AssignWith) {
            self.advance();
            self.deeper(|p| p.assignment())?;
            return Ok(Operand::none(left.ty, "an assignment is no constant"));
        }
        Ok(left)
    }

    pub(super) fn conditional(&mut self) -> Parsed<Operand> {
        self.deeper(|p| {
            let condition = p.binary(1)?;
            if p.is(Mark::Question) {
                p.deeper_by(2, |p| p.choice(condition))
            } else {
                Ok(condition)
            }
        })
    }

    /// `? a : b`, or GNU's `?: b`, behind a condition.
    fn choice(&mut self, condition: Operand) -> Parsed<Operand> {
        self.advance();
        let condition = condition.read();
        let yes = if self.is(Mark::Colon) { condition.clone() } else { self.expression()? };
        self.expect(Mark::Colon)?;
        let no = self.conditional()?;
        let (yes, no) = (yes.read(), no.read());
        let ty = self.common_type(&yes, &no);
        let chosen = match condition.truth() {
            Ok(true) => yes,
            Ok(false) => no,
            Err(reason) => return Ok(Operand::none(ty, reason)),
        };
        Ok(chosen.converted(&ty, self.target))
    }

    /// The type of `c ? a : b` (C11 6.5.15).
    fn common_type(&self, a: &Operand, b: &Operand) -> Type {
        if let (Some(x), Some(y)) = (arithmetic(&a.ty, self.target), arithmetic(&b.ty, self.target))
        {
            return self.usual(x, y).1;
        }
        match (a.ty.pointee(), b.ty.pointee()) {
            (Some(_), None) => a.ty.clone(),
            (None, Some(_)) => b.ty.clone(),
            (Some(to_a), Some(to_b)) => {
                let both = to_a.qualifiers() | to_b.qualifiers();
                if a.is_null(self.target) {
                    b.ty.clone()
                } else if b.is_null(self.target) {
                    a.ty.clone()
                } else if matches!(to_b.kind(), TypeKind::Void) {
                    to_b.with_qualifiers(both).pointer()
                } else {
                    to_a.with_qualifiers(both).pointer()
                }
            }
            (None, None) => a.ty.clone(),
        }
    }

    fn binary(&mut self, least: u8) -> Parsed<Operand> {
        let mut left = self.unary()?;
        while let Kind::Mark(mark) = self.token.kind {
            let own = precedence(mark);
            if own < least || own == 0 {
                break;
            }
            let operator = self.advance();
            let right = self.binary(own + 1)?;
            left = self.operate(mark, operator, left.read(), right.read())?;
        }
        Ok(left)
    }

    fn operate(&mut self, mark: Mark, at: Token<'t>, a: Operand, b: Operand) -> Parsed<Operand> {
        let op = match mark {
            Mark::Plus => Binary::Add,
            Mark::Minus => Binary::Sub,
            Mark::Star => Binary::Mul,
            Mark::Slash => Binary::Div,
            Mark::Percent => Binary::Rem,
            Mark::And => Binary::And,
            Mark::Or => Binary::Or,
            Mark::Xor => Binary::Xor,
            Mark::ShiftLeft | Mark::ShiftRight => return self.shift(mark, at, a, b),
            Mark::AndAnd | Mark::OrOr => return Ok(self.logical(mark, &a, &b)),
            _ => return self.compare(mark, at, a, b),
        };
        let (x, y) = (arithmetic(&a.ty, self.target), arithmetic(&b.ty, self.target));
        let (Some(x), Some(y)) = (x, y) else { return self.pointers(op, at, a, b) };
        let (common, ty) = self.usual(x, y);
        if let (
            Arithmetic::Real(_) | Arithmetic::Complex(_),
            Binary::Rem | Binary::And | Binary::Or | Binary::Xor,
        ) = (common, op)
        {
            return Err(self.operands(at, "integers", &a, &b));
        }
        let (a, b) = (a.converted(&ty, self.target), b.converted(&ty, self.target));
        let value = match (common, a.value, b.value) {
            (Arithmetic::Int(int), Value::Int(x), Value::Int(y)) => {
                int.binary(op, x, y).map_or_else(Value::None, Value::Int)
            }
            (Arithmetic::Real(ty), Value::Real(x), Value::Real(y)) => {
                ty.binary(op, x, y).map_or_else(Value::None, |v| real(ty, v))
            }
            (_, Value::None(reason), _) | (_, _, Value::None(reason)) => Value::None(reason),
            _ => Value::None("complex numbers are not computed"),
        };
        Ok(Operand::of(ty, value))
    }

    /// The usual arithmetic conversions (C11 6.3.1.8).
    pub(super) fn usual(&self, a: Arithmetic, b: Arithmetic) -> (Arithmetic, Type) {
        use Arithmetic::{Complex, Int, Real};
        match (a, b) {
            (Int(a), Int(b)) => {
                let common = a.promoted(self.target).common(b.promoted(self.target));
                (Int(common), integer_type(common))
            }
            (Real(a), Real(b)) => (Real(a.max(b)), real_type(a.max(b))),
            (Real(a), Int(_)) | (Int(_), Real(a)) => (Real(a), real_type(a)),
            (Complex(a), Complex(b) | Real(b)) | (Real(b), Complex(a)) => {
                (Complex(a.max(b)), complex_type(a.max(b)))
            }
            (Complex(a), Int(_)) | (Int(_), Complex(a)) => (Complex(a), complex_type(a)),
        }
    }

    /// `+` and `-` with pointers.
    fn pointers(&mut self, op: Binary, at: Token<'t>, a: Operand, b: Operand) -> Parsed<Operand> {
        let (a, b) = if op == Binary::Add && b.ty.pointee().is_some() { (b, a) } else { (a, b) };
        let Some(to) = a.ty.pointee().filter(|_| matches!(op, Binary::Add | Binary::Sub)) else {
            return Err(self.operands(at, "numbers", &a, &b));
        };
        let size = self.size_of(&to).map_err(|reason| self.fault_at(at, reason))?;
        let size = i128::from(size);
        let (x, y) = match (&a.value, &b.value) {
            (Value::Int(x), Value::Int(y)) => (*x, *y),
            (Value::None(reason), _) | (_, Value::None(reason)) => {
                let ty = if b.ty.pointee().is_some() { difference_type(self.target) } else { a.ty };
                return Ok(Operand::none(ty, reason));
            }
            _ => return Ok(Operand::none(a.ty, "the address of a string is no constant")),
        };
        if b.ty.pointee().is_some() {
            if op != Binary::Sub {
                return Err(self.operands(at, "a pointer and a number", &a, &b));
            }
            let value = match (x - y).checked_div(size) {
                Some(v) => Value::Int(v),
                None => Value::None("division by zero"),
            };
            return Ok(Operand::of(difference_type(self.target), value));
        }
        if !matches!(arithmetic(&b.ty, self.target), Some(Arithmetic::Int(_))) {
            return Err(self.operands(at, "a pointer and an integer", &a, &b));
        }
        let value = y
            .checked_mul(size)
            .and_then(|n| if op == Binary::Add { x.checked_add(n) } else { x.checked_sub(n) })
            .map_or(Value::None("the address does not fit"), |v| {
                Value::Int(pointer(self.target).wrap(v))
            });
        Ok(Operand::of(a.ty, value))
    }

    fn shift(&mut self, mark: Mark, at: Token<'t>, a: Operand, b: Operand) -> Parsed<Operand> {
        let (x, y) = (arithmetic(&a.ty, self.target), arithmetic(&b.ty, self.target));
        let (Some(Arithmetic::Int(left)), Some(Arithmetic::Int(_))) = (x, y) else {
            return Err(self.operands(at, "integers", &a, &b));
        };
        let left = left.promoted(self.target);
        let value = match (&a.value, &b.value) {
            (Value::Int(a), Value::Int(b)) => {
                left.shift(mark == Mark::ShiftLeft, *a, *b).map_or_else(Value::None, Value::Int)
            }
            (Value::None(reason), _) | (_, Value::None(reason)) => Value::None(reason),
            _ => Value::None("no constant"),
        };
        Ok(Operand::of(integer_type(left), value))
    }

    fn compare(&mut self, mark: Mark, at: Token<'t>, a: Operand, b: Operand) -> Parsed<Operand> {
        let (x, y) = (arithmetic(&a.ty, self.target), arithmetic(&b.ty, self.target));
        let (a, b, as_integer) = match (x, y) {
            (Some(x), Some(y)) => {
                let (common, ty) = self.usual(x, y);
                let as_integer = if let Arithmetic::Int(i) = common { Some(i) } else { None };
                (a.converted(&ty, self.target), b.converted(&ty, self.target), as_integer)
            }
            _ if a.ty.pointee().is_some() || b.ty.pointee().is_some() => {
                (a, b, Some(pointer(self.target)))
            }
            _ => return Err(self.operands(at, "numbers or pointers", &a, &b)),
        };
        let order = match (&a.value, &b.value, as_integer) {
            (Value::Int(x), Value::Int(y), Some(ty)) => Some(ty.compare(ty.wrap(*x), ty.wrap(*y))),
            (Value::Real(x), Value::Real(y), _) => x.partial_cmp(y),
            (Value::None(reason), ..) | (_, Value::None(reason), _) => {
                return Ok(Operand::none(Type::INT, reason));
            }
            _ => return Ok(Operand::none(Type::INT, "the address of a string is no constant")),
        };
        let holds = match mark {
            Mark::Less => order == Some(Ordering::Less),
            Mark::Greater => order == Some(Ordering::Greater),
            Mark::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Mark::GreaterEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Mark::Equal => order == Some(Ordering::Equal),
            _ => order != Some(Ordering::Equal),
        };
        Ok(Operand::int(i128::from(holds), self.target))
    }

    fn logical(&self, mark: Mark, a: &Operand, b: &Operand) -> Operand {
        let decisive = mark == Mark::OrOr;
        let value = match (a.truth(), b.truth()) {
            (Ok(first), _) if first == decisive => Ok(decisive),
            (Err(reason), _) => Err(reason),
            (Ok(_), second) => second,
        };
        match value {
            Ok(v) => Operand::int(i128::from(v), self.target),
            Err(reason) => Operand::none(Type::INT, reason),
        }
    }

    fn operands(&self, at: Token<'_>, wanted: &str, a: &Operand, b: &Operand) -> Box<Fault> {
        self.fault_at(
            at,
            format!("`{}` expects {wanted}, found `{}` and `{}`", at.text, a.ty, b.ty),
        )
    }

    /// An integer constant expression, with its type.
    pub(super) fn integer_constant(&mut self) -> Parsed<(i128, Type)> {
        let from = self.token;
        let operand = self.conditional()?.read();
        let blame = |p: &Self, reason: &str| {
            let end = p.end_of_last.max(from.at);
            let mut fault = p.fault_at(from, format!("expected an integer constant: {reason}"));
            fault.len = end - from.at;
            fault
        };
        match operand.value {
            Value::Int(v) => Ok((v, operand.ty)),
            Value::None(reason) => Err(blame(self, reason)),
            _ => Err(blame(self, &format!("found a `{}`", operand.ty))),
        }
    }

    /// An integer constant that counts something: bytes, bits, elements.
    pub(super) fn count(&mut self, what: &str) -> Parsed<u64> {
        let from = self.token;
        let (value, ty) = self.integer_constant()?;
        // An unsigned value of 128 bits is kept as the same bits.
        let is_unsigned =
            matches!(arithmetic(&ty, self.target), Some(Arithmetic::Int(i)) if !i.signed);
        match u64::try_from(value) {
            Ok(n) => Ok(n),
            Err(_) if is_unsigned => Err(self.fault_at(from, format!("{what} is out of range"))),
            Err(_) => Err(self.fault_at(from, format!("{what} is {value}"))),
        }
    }

    /// After the integer promotions; a pointer stays what it is.
    pub(super) fn promoted(&self, of: Operand) -> Operand {
        match arithmetic(&of.ty, self.target) {
            Some(Arithmetic::Int(i)) if i.rank < Rank::Int && i.rank != Rank::BitInt => {
                let ty = integer_type(i.promoted(self.target));
                of.converted(&ty, self.target)
            }
            Some(Arithmetic::Int(i)) if matches!(of.ty.kind(), TypeKind::Enum(_)) => {
                of.converted(&integer_type(i), self.target)
            }
            _ => of,
        }
    }
}

fn complex_type(of: super::arithmetic::Real) -> Type {
    Type::scalar(of.complex())
}
