//! Operands of expressions: literals, names, casts, prefixes and suffixes (C11 6.5.1 to 6.5.4).

use super::arithmetic::Integer;
use super::literal::{self, Encoding, Number};
use super::operand::{
    Align, Arithmetic, Operand, Text, Value, arithmetic, integer_type, pointer, real, real_type,
};
use super::parser::{Name, Parsed, Parser};
use super::token::{Keyword, Kind, Mark, Token};
use crate::types::{FieldRole, Scalar, Type, TypeKind};
use std::rc::Rc;

/// A member of a record, as an expression sees it.
pub(super) struct Member {
    pub(super) ty: Type,
    pub(super) offset: u64,
    /// What `__alignof__` tells of it; a bit field has none.
    pub(super) align: Option<u64>,
}

const OBJECT: &str = "the value of an object is no constant";
const ADDRESS: &str = "an address is known only when the program runs";

impl<'t> Parser<'t, '_> {
    pub(super) fn unary(&mut self) -> Parsed<Operand> {
        self.deeper_by(2, |p| p.prefixed())
    }

    fn prefixed(&mut self) -> Parsed<Operand> {
        match self.token.kind {
            Kind::Mark(Mark::Open) => self.parenthesized(),
            Kind::Mark(mark @ (Mark::Plus | Mark::Minus | Mark::Tilde | Mark::Not)) => {
                let at = self.advance();
                let operand = self.unary()?.read();
                self.sign(mark, at, operand)
            }
            Kind::Mark(Mark::And) => {
                self.advance();
                let operand = self.unary()?;
                let ty = match operand.ty.kind() {
                    TypeKind::Function(f) => f.ty().pointer(),
                    _ => operand.ty.pointer(),
                };
                let value = match operand.value {
                    Value::Place(at) => Value::Int(at),
                    _ => Value::None(ADDRESS),
                };
                let align = match operand.align {
                    Align::Object(n) => Align::Address(n),
                    _ => Align::OfType,
                };
                Ok(Operand { ty, value, align })
            }
            Kind::Mark(Mark::Star) => {
                let at = self.advance();
                let operand = self.unary()?.read();
                self.pointed_at(at, operand)
            }
            Kind::Mark(Mark::Increment | Mark::Decrement) => {
                self.advance();
                let operand = self.unary()?;
                Ok(Operand::none(operand.ty, "an assignment is no constant"))
            }
            // GNU's address of a label.
            Kind::Mark(Mark::AndAnd) => {
                self.advance();
                self.identifier()?;
                Ok(Operand::none(Type::VOID_PTR, ADDRESS))
            }
            Kind::Keyword(Keyword::Extension) => {
                self.advance();
                self.unary()
            }
            Kind::Keyword(Keyword::Sizeof) => self.sizeof(),
            Kind::Keyword(Keyword::Alignof) => {
                let at = self.advance();
                self.alignof(at)
            }
            Kind::Keyword(Keyword::RealPart | Keyword::ImagPart) => {
                self.advance();
                let operand = self.unary()?;
                let ty = match arithmetic(&operand.ty, self.target) {
                    Some(Arithmetic::Complex(of)) => real_type(of),
                    _ => operand.ty,
                };
                Ok(Operand::none(ty, "complex numbers are not computed"))
            }
            _ => {
                let operand = self.primary()?;
                self.suffixed(operand)
            }
        }
    }

    fn sign(&mut self, mark: Mark, at: Token<'t>, operand: Operand) -> Parsed<Operand> {
        if mark == Mark::Not {
            return Ok(match operand.truth() {
                Ok(truth) => Operand::int(i128::from(!truth), self.target),
                Err(reason) => Operand::none(Type::INT, reason),
            });
        }
        let operand = self.promoted(operand);
        let Operand { ty, value, .. } = operand;
        let of = arithmetic(&ty, self.target);
        let fits = match of {
            Some(Arithmetic::Int(_)) => true,
            Some(_) => mark != Mark::Tilde,
            None => false,
        };
        if !fits {
            let wanted = if mark == Mark::Tilde { "an integer" } else { "a number" };
            let message = format!("`{}` expects {wanted}, found `{ty}`", at.text);
            return Err(self.fault_at(at, message));
        }
        let value = match (of, value, mark) {
            (_, value, Mark::Plus) => value,
            (Some(Arithmetic::Int(i)), Value::Int(v), Mark::Minus) => {
                i.negate(v).map_or_else(Value::None, Value::Int)
            }
            (Some(Arithmetic::Int(i)), Value::Int(v), _) => Value::Int(i.wrap(!v)),
            (Some(Arithmetic::Real(r)), Value::Real(v), Mark::Minus) => real(r, -v),
            (_, Value::None(reason), _) => Value::None(reason),
            _ => Value::None("complex numbers are not computed"),
        };
        Ok(Operand::of(ty, value))
    }

    fn pointed_at(&mut self, at: Token<'t>, operand: Operand) -> Parsed<Operand> {
        let Some(to) = operand.ty.pointee() else {
            let message = format!("`*` expects a pointer, found `{}`", operand.ty);
            return Err(self.fault_at(at, message));
        };
        let align = self.align_behind(&operand);
        let value = match operand.value {
            Value::Int(at) => Value::Place(at),
            Value::None(reason) => Value::None(reason),
            _ => Value::None(OBJECT),
        };
        Ok(Operand { ty: to, value, align })
    }

    /// What begins with a parenthesis: a cast, a compound literal, a statement expression, or an
    /// expression.
    fn parenthesized(&mut self) -> Parsed<Operand> {
        let next = self.peek();
        if next.kind == Kind::Mark(Mark::OpenBrace) {
            self.skip_group()?;
            let operand = Operand::none(Type::INT, "a statement expression is no constant");
            return self.suffixed(operand);
        }
        if self.begins_type(next) {
            self.advance();
            let ty = self.type_name()?;
            self.expect(Mark::Close)?;
            return self.cast(ty);
        }
        self.advance();
        let operand = self.expression()?;
        self.expect(Mark::Close)?;
        self.suffixed(operand)
    }

    /// What follows a type in parentheses.
    pub(super) fn cast(&mut self, ty: Type) -> Parsed<Operand> {
        if self.is(Mark::OpenBrace) {
            self.skip_group()?;
            return self.suffixed(Operand::none(ty, "a compound literal is no constant"));
        }
        let operand = self.unary()?.read();
        if matches!(ty.kind(), TypeKind::Void) {
            return Ok(Operand::none(ty, "void has no value"));
        }
        let target = ty.unqualified();
        let align = self.align_through(&operand, &target);
        Ok(Operand { align, ..operand.converted(&target, self.target) })
    }

    fn suffixed(&mut self, mut operand: Operand) -> Parsed<Operand> {
        loop {
            let at = self.token;
            match self.token.kind {
                Kind::Mark(Mark::OpenBracket) => {
                    self.advance();
                    let index = self.deeper_by(2, |p| p.expression())?.read();
                    self.expect(Mark::CloseBracket)?;
                    operand = self.element(at, operand, index)?;
                }
                Kind::Mark(Mark::Dot) => {
                    self.advance();
                    operand = self.member_access(operand)?;
                }
                Kind::Mark(Mark::Arrow) => {
                    self.advance();
                    let pointed = self.pointed_at(at, operand.read())?;
                    operand = self.member_access(pointed)?;
                }
                Kind::Mark(Mark::Increment | Mark::Decrement) => {
                    self.advance();
                    operand = Operand::none(operand.ty, "an assignment is no constant");
                }
                Kind::Mark(Mark::Open) => {
                    let ty = operand.read().ty;
                    let function = ty.pointee().map_or(ty.kind(), |to| to.kind());
                    self.arguments()?;
                    let result = match function {
                        TypeKind::Function(f) => f.result(),
                        _ => {
                            let message = format!("expected a function, found `{ty}`");
                            return Err(self.fault_at(at, message));
                        }
                    };
                    operand = Operand::none(result, "a call is no constant");
                }
                _ => return Ok(operand),
            }
        }
    }

    /// The arguments of a call, of which the parenthesis is current.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Operand>> {
        self.expect(Mark::Open)?;
        let mut found = Vec::new();
        if !self.is(Mark::Close) {
            loop {
                found.push(self.deeper_by(2, |p| p.assignment())?);
                if !self.eat(Mark::Comma) {
                    break;
                }
            }
        }
        self.expect(Mark::Close)?;
        Ok(found)
    }

    fn element(&mut self, at: Token<'t>, of: Operand, index: Operand) -> Parsed<Operand> {
        let (of, index) =
            if index.ty.pointee().is_some() { (index, of.read()) } else { (of.read(), index) };
        let Some(to) = of.ty.pointee() else {
            let message = format!("`[` expects an array or a pointer, found `{}`", of.ty);
            return Err(self.fault_at(at, message));
        };
        let value = match (&of.value, &index.value) {
            (Value::Int(base), Value::Int(i)) => {
                let size = self.size_of(&to).map_err(|reason| self.fault_at(at, reason))?;
                match i.checked_mul(i128::from(size)).and_then(|n| base.checked_add(n)) {
                    Some(address) => Value::Place(pointer(self.target).wrap(address)),
                    None => Value::None("the address does not fit"),
                }
            }
            (Value::Text(text), Value::Int(i)) => match usize::try_from(*i) {
                Ok(i) if i < text.units.len() => Value::Int(i128::from(text.units[i])),
                Ok(i) if i == text.units.len() => Value::Int(0),
                _ => Value::None("the index is not inside the string"),
            },
            (Value::None(reason), _) | (_, Value::None(reason)) => Value::None(reason),
            _ => Value::None(OBJECT),
        };
        let value = match (value, arithmetic(&to, self.target)) {
            (Value::Int(v), Some(Arithmetic::Int(of))) => Value::Int(of.wrap(v)),
            (value, _) => value,
        };
        // `p[0]` is `*p`.
        let is_first = matches!(index.value, Value::Int(0));
        let align = if is_first { self.align_behind(&of) } else { Align::OfType };
        Ok(Operand { ty: to, value, align })
    }

    fn member_access(&mut self, of: Operand) -> Parsed<Operand> {
        let name = self.identifier()?;
        let Member { ty, offset, align } = self.member_of(&of.ty, name)?;
        let value = match of.value {
            Value::Place(at) => Value::Place(at.wrapping_add(i128::from(offset))),
            Value::None(reason) => Value::None(reason),
            _ => Value::None(OBJECT),
        };
        let ty = ty.with_qualifiers(of.ty.qualifiers());
        let align = align.map_or(Align::Bits, |n| Align::Object(n as u32));
        Ok(Operand { ty, value, align })
    }

    /// A member, also one that is found through anonymous members.
    pub(super) fn member_of(&mut self, ty: &Type, name: Token<'t>) -> Parsed<Member> {
        let layout = self.layout_of(ty).map_err(|reason| self.fault_at(name, reason))?;
        match layout.field(name.text) {
            Some(field) => Ok(Member {
                ty: match field.ty().kind() {
                    // The layout has one without elements.
                    TypeKind::Array { of, .. } if field.rules().role == FieldRole::Flexible => {
                        of.incomplete_array().map_err(|e| self.fault_at(name, e.to_string()))?
                    }
                    _ => field.ty().clone(),
                },
                offset: field.offset(),
                align: field.told_align(),
            }),
            None => Err(self.fault_at(name, format!("`{ty}` has no member `{}`", name.text))),
        }
    }

    fn primary(&mut self) -> Parsed<Operand> {
        match self.token.kind {
            Kind::Number => {
                let token = self.advance();
                match literal::number(token.text, self.target) {
                    Ok(Number::Int(value, ty)) => {
                        Ok(Operand::of(integer_type(ty), Value::Int(value)))
                    }
                    Ok(Number::Real(value, ty)) => Ok(Operand::of(real_type(ty), real(ty, value))),
                    Ok(Number::Unvalued(ty, reason)) => Ok(Operand::none(Type::scalar(ty), reason)),
                    Err(reason) => Err(self.fault_at(token, reason)),
                }
            }
            Kind::Char => {
                let token = self.advance();
                match literal::character(token.text, self.target) {
                    Ok((value, ty, encoding)) => {
                        let ty = match encoding {
                            Encoding::Narrow => Type::INT,
                            other => self.character_type(other, ty),
                        };
                        Ok(Operand::of(ty, Value::Int(value)))
                    }
                    Err(reason) => Err(self.fault_at(token, reason)),
                }
            }
            Kind::Text => self.string(),
            Kind::Identifier => self.named(),
            Kind::Keyword(Keyword::Generic) => self.deeper_by(3, Parser::generic),
            Kind::Keyword(Keyword::Offsetof) => {
                self.advance();
                self.offsetof()
            }
            Kind::Keyword(Keyword::TypesCompatible) => self.types_compatible(),
            Kind::Keyword(Keyword::ChooseExpr) => self.deeper_by(2, Parser::choose),
            Kind::Keyword(Keyword::VaArg) => {
                self.advance();
                self.expect(Mark::Open)?;
                self.assignment()?;
                self.expect(Mark::Comma)?;
                let ty = self.type_name()?;
                self.expect(Mark::Close)?;
                Ok(Operand::none(ty, "a call is no constant"))
            }
            _ => Err(self.expected("an expression")),
        }
    }

    /// The type of the characters of a literal with a prefix.
    fn character_type(&self, encoding: Encoding, of: Integer) -> Type {
        match encoding {
            Encoding::Narrow => Type::CHAR,
            Encoding::Utf8 => Type::UCHAR,
            Encoding::Utf16 => super::operand::own_type(Scalar::Char16, self.target),
            Encoding::Utf32 => super::operand::own_type(Scalar::Char32, self.target),
            Encoding::Wide if of.bits == 16 => {
                if of.signed {
                    Type::SHORT
                } else {
                    Type::USHORT
                }
            }
            Encoding::Wide => super::operand::own_type(Scalar::WChar, self.target),
        }
    }

    fn string(&mut self) -> Parsed<Operand> {
        let from = self.token;
        let mut literals = vec![self.advance().text];
        while self.token.kind == Kind::Text {
            literals.push(self.advance().text);
        }
        let (units, encoding) = literal::strings(literals.into_iter(), self.target)
            .map_err(|reason| self.fault_at(from, reason))?;
        let element = match encoding {
            // C11's type; it is char8_t, unsigned char, only from C23 on.
            Encoding::Narrow | Encoding::Utf8 => Type::CHAR,
            other => {
                let bits = other.bits(self.target);
                let signed = self.target.wchar_signed;
                let of = Integer { bits, signed, rank: super::arithmetic::Rank::Int };
                self.character_type(other, of)
            }
        };
        let ty = element.array(units.len() + 1).map_err(|e| self.fault_at(from, e.to_string()))?;
        Ok(Operand::of(ty, Value::Text(Rc::new(Text { units, encoding }))))
    }

    fn named(&mut self) -> Parsed<Operand> {
        let token = self.advance();
        match self.look_up(token.text) {
            Some(Name::Constant(value, ty)) => return Ok(Operand::of(ty, Value::Int(value))),
            Some(Name::Object(ty, align)) => {
                let reason = match ty.kind() {
                    TypeKind::Function(_) => ADDRESS,
                    _ => OBJECT,
                };
                let align = align.map_or(Align::OfType, |n| Align::Object(n as u32));
                return Ok(Operand { align, ..Operand::none(ty, reason) });
            }
            Some(Name::Typedef(_)) => {
                let message = format!("expected an expression, found the type `{}`", token.text);
                return Err(self.fault_at(token, message));
            }
            None => {}
        }
        match token.text {
            "true" => Ok(Operand::of(Type::BOOL, Value::Int(1))),
            "false" => Ok(Operand::of(Type::BOOL, Value::Int(0))),
            "nullptr" => Ok(Operand::of(Type::VOID_PTR, Value::Int(0))),
            "__func__" | "__FUNCTION__" | "__PRETTY_FUNCTION__" => {
                Ok(Operand::none(Type::CONST_CHAR_PTR, OBJECT))
            }
            "offsetof" if self.is(Mark::Open) => self.offsetof(),
            "alignof" if self.is(Mark::Open) => self.alignof(token),
            name if self.is(Mark::Open) && name.starts_with("__builtin_") => self.builtin(token),
            name => {
                let hint = if self.is(Mark::Open) { "the function " } else { "" };
                Err(self.fault_at(token, format!("{hint}`{name}` is not declared")))
            }
        }
    }
}
