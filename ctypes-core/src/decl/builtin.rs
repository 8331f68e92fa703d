//! What looks like a call and is none: `_Generic`, `offsetof`, and the compilers' `__builtin_…`.

use super::operand::{Operand, Value};
use super::parser::{Parsed, Parser};
use super::primary::Member;
use super::token::{Keyword, Mark, Token};
use crate::types::{Type, TypeKind};

impl<'t> Parser<'t, '_> {
    /// `_Generic(x, type: a, default: b)` (C11 6.5.1.1); C2y also allows a type before the comma.
    pub(super) fn generic(&mut self) -> Parsed<Operand> {
        let at = self.advance();
        self.expect(Mark::Open)?;
        let controlling = if self.begins_type(self.token) {
            self.type_name()?
        } else {
            self.assignment()?.read().ty
        };
        let (mut chosen, mut otherwise) = (None, None);
        while self.eat(Mark::Comma) {
            let is_default = self.token.text == "default" && self.is_word(Keyword::Statement);
            let ty = if is_default {
                self.advance();
                None
            } else {
                Some(self.type_name()?)
            };
            self.expect(Mark::Colon)?;
            let operand = self.assignment()?;
            self.charge_for(&controlling)?;
            match ty {
                None => otherwise = Some(operand),
                Some(ty) if chosen.is_none() && self.composite(&ty, &controlling).is_some() => {
                    chosen = Some(operand);
                }
                Some(_) => {}
            }
        }
        self.expect(Mark::Close)?;
        chosen.or(otherwise).ok_or_else(|| {
            self.fault_at(at, format!("no association of `_Generic` is of type `{controlling}`"))
        })
    }

    /// `offsetof(type, member.member[index])`, of which the parenthesis is current.
    pub(super) fn offsetof(&mut self) -> Parsed<Operand> {
        self.expect(Mark::Open)?;
        let mut ty = self.type_name()?;
        self.expect(Mark::Comma)?;
        let name = self.identifier()?;
        let Member { ty: mut member, mut offset, .. } = self.member_of(&ty, name)?;
        loop {
            ty = member;
            let at = self.token;
            if self.eat(Mark::Dot) {
                let name = self.identifier()?;
                let inner = self.member_of(&ty, name)?;
                offset = offset.saturating_add(inner.offset);
                member = inner.ty;
            } else if self.eat(Mark::OpenBracket) {
                let index = self.count("an index")?;
                self.expect(Mark::CloseBracket)?;
                let (TypeKind::Array { of, .. } | TypeKind::IncompleteArray { of }) = ty.kind()
                else {
                    return Err(self.fault_at(at, format!("expected an array, found `{ty}`")));
                };
                let size = self.size_of(&of).map_err(|reason| self.fault_at(at, reason))?;
                offset = offset.saturating_add(size.saturating_mul(index));
                member = of;
            } else {
                break;
            }
        }
        self.expect(Mark::Close)?;
        Ok(Operand::size(offset, self.target))
    }

    pub(super) fn types_compatible(&mut self) -> Parsed<Operand> {
        self.advance();
        self.expect(Mark::Open)?;
        let a = self.type_name()?;
        self.expect(Mark::Comma)?;
        let b = self.type_name()?;
        self.expect(Mark::Close)?;
        self.charge_for(&a)?;
        // gcc's documentation: top-level qualifiers are ignored, and two enumerations always differ.
        let (a, b) = (a.unqualified(), b.unqualified());
        let same = if let (TypeKind::Enum(_), TypeKind::Enum(_)) = (a.kind(), b.kind()) {
            a == b
        } else {
            self.composite(&a, &b).is_some()
        };
        Ok(Operand::int(i128::from(same), self.target))
    }

    pub(super) fn choose(&mut self) -> Parsed<Operand> {
        self.advance();
        self.expect(Mark::Open)?;
        let at = self.token;
        let condition = self.assignment()?.read();
        self.expect(Mark::Comma)?;
        let yes = self.assignment()?;
        self.expect(Mark::Comma)?;
        let no = self.assignment()?;
        self.expect(Mark::Close)?;
        match condition.truth() {
            Ok(true) => Ok(yes),
            Ok(false) => Ok(no),
            Err(reason) => Err(self.fault_at(at, format!("expected a constant: {reason}"))),
        }
    }

    /// A call of `__builtin_…`: some have constant values.
    pub(super) fn builtin(&mut self, name: Token<'t>) -> Parsed<Operand> {
        let short = name.text.trim_start_matches("__builtin_");
        if matches!(short, "va_start" | "va_end" | "va_copy" | "has_attribute") {
            self.skip_group()?;
            return Ok(Operand::none(Type::VOID, "a call is no constant"));
        }
        let arguments = self.arguments()?;
        let first = arguments.into_iter().next().map(Operand::read);
        let real_of = |suffix: &str| match suffix {
            "" => Some(Type::DOUBLE),
            "f" => Some(Type::FLOAT),
            "l" => Some(Type::LONGDOUBLE),
            _ => None,
        };
        for (prefix, value) in [
            ("huge_val", f64::INFINITY),
            ("inf", f64::INFINITY),
            ("nans", f64::NAN),
            ("nan", f64::NAN),
        ] {
            if let Some(ty) = short.strip_prefix(prefix).and_then(real_of) {
                return Ok(Operand::of(ty, Value::Real(value)));
            }
        }
        let value = first.as_ref().and_then(|o| match o.value {
            Value::Int(v) => Some(v),
            _ => None,
        });
        let int = |value: u32| Operand::int(i128::from(value), self.target);
        let unsigned = |value: i128, bits: u32| (value as u128) & (u128::MAX >> (128 - bits));
        let found = match (short, first, value) {
            ("constant_p", Some(operand), _) => {
                Some(int(u32::from(!matches!(operand.value, Value::None(_) | Value::Place(_)))))
            }
            ("expect" | "expect_with_probability", Some(operand), _) => {
                Some(operand.converted(&Type::LONG, self.target))
            }
            ("bswap16", _, Some(v)) => {
                Some(Operand::of(Type::USHORT, Value::Int(i128::from((v as u16).swap_bytes()))))
            }
            ("bswap32", _, Some(v)) => {
                Some(Operand::of(Type::UINT, Value::Int(i128::from((v as u32).swap_bytes()))))
            }
            ("bswap64", _, Some(v)) => Some(Operand::of(
                super::operand::own_type(crate::types::Scalar::UInt64, self.target),
                Value::Int(i128::from((v as u64).swap_bytes())),
            )),
            ("popcount", _, Some(v)) => {
                Some(int(unsigned(v, u32::from(self.target.int) * 8).count_ones()))
            }
            ("popcountll", _, Some(v)) => Some(int(unsigned(v, 64).count_ones())),
            ("clz", _, Some(v)) if v != 0 => {
                let bits = u32::from(self.target.int) * 8;
                Some(int(unsigned(v, bits).leading_zeros() - (128 - bits)))
            }
            ("clzll", _, Some(v)) if v != 0 => Some(int(unsigned(v, 64).leading_zeros() - 64)),
            ("ctz" | "ctzl" | "ctzll", _, Some(v)) if v != 0 => Some(int(v.trailing_zeros())),
            _ => None,
        };
        Ok(found.unwrap_or_else(|| Operand::none(Type::INT, "a call is no constant")))
    }
}
