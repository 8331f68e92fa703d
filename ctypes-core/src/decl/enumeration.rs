//! Enumerations (C11 6.7.2.2, C23 for a type beside the tag).

use super::arithmetic::Integer;
use super::attributes::Attributes;
use super::operand::{Arithmetic, arithmetic};
use super::parser::{Name, Parsed, Parser};
use super::token::{Kind, Mark, Token};
use crate::types::{Scalar, Type, TypeKind};

impl<'t> Parser<'t, '_> {
    /// `enum tag`, `enum { … }` or both, of which the keyword is current.
    pub(super) fn enumeration(&mut self) -> Parsed<Type> {
        let keyword = self.advance();
        let mut attributes = Attributes::default();
        self.attributes(&mut attributes)?;
        let tag = match self.token.kind {
            Kind::Identifier => Some(self.advance()),
            _ => None,
        };
        let mut fixed = None;
        if self.is(Mark::Colon) {
            let next = self.peek();
            // In a record, `enum e : 3` is a bit field.
            if self.begins_type(next) {
                self.advance();
                let at = self.token;
                let ty = self.specifiers()?.ty;
                fixed = Some(match ty.kind() {
                    TypeKind::Scalar(scalar) if Integer::of(scalar, self.target).is_some() => {
                        scalar
                    }
                    _ => {
                        let message = format!("expected an integer type, found `{ty}`");
                        return Err(self.fault_at(at, message));
                    }
                });
            }
        }
        let at = tag.unwrap_or(keyword);
        if !self.is(Mark::OpenBrace) {
            let Some(tag) = tag else { return Err(self.expected("a tag or `{`")) };
            return self.mentioned(tag, fixed);
        }
        let values = self.deeper(|p| p.enumerators(fixed))?;
        self.attributes(&mut attributes)?;
        let is_fixed = fixed.is_some();
        if attributes.packed && !is_fixed {
            fixed = self.shortest(&values);
        }
        let pairs = values.iter().map(|(name, value, _)| (name.text, *value));
        let ty = match tag {
            Some(tag) if self.prototypes > 0 => {
                self.charge_glance(self.inner_tags.len())?;
                let inner = self.unnamed_enum(tag, fixed, pairs);
                if let Ok(ty) = &inner {
                    self.inner_tags.push((tag.text, ty.clone()));
                }
                inner
            }
            Some(tag) => self.tagged_enum(tag, fixed, pairs),
            None => self.unnamed_enum(keyword, fixed, pairs),
        };
        let ty = ty.map_err(|e| self.fault_at(at, e.to_string()))?;
        let TypeKind::Enum(e) = ty.kind() else { return Ok(ty) };
        if e.underlying(self.target).is_none() {
            let message = format!("`{ty}` has values that no one integer type holds");
            return Err(self.fault_at(at, message));
        }
        // C11 6.7.2.2p3: enumerators are `int`; where that is too narrow, gcc and clang give them
        // the type of the enumeration, and Microsoft's compiler makes them fit.
        let int = Integer::int(self.target);
        for (name, value, _) in values {
            let constant = if is_fixed {
                Name::Constant(value, ty.clone())
            } else if self.target.signed_enums || int.holds(value) {
                Name::Constant(int.wrap(value), Type::INT)
            } else {
                Name::Constant(value, ty.clone())
            };
            self.declare_enumerator(name, constant)?;
        }
        Ok(ty)
    }

    fn enumerators(&mut self, fixed: Option<Scalar>) -> Parsed<Vec<(Token<'t>, i128, Type)>> {
        let open = self.advance();
        let mut found: Vec<(Token<'t>, i128, Type)> = Vec::new();
        let mut next = 0_i128;
        while !self.is(Mark::CloseBrace) {
            if self.token.kind == Kind::End {
                return Err(self.fault_at(open, "`{` is never closed"));
            }
            let name = self.identifier()?;
            let mut ignored = Attributes::default();
            self.attributes(&mut ignored)?;
            let mut ty = Type::INT;
            if self.eat(Mark::Assign) {
                let at = self.token;
                let (value, of) = self.integer_constant()?;
                if !matches!(arithmetic(&of, self.target), Some(Arithmetic::Int(_))) {
                    return Err(self.fault_at(at, format!("expected an integer, found `{of}`")));
                }
                (next, ty) = (value, of);
            }
            if let Some(fixed) = fixed
                && !Integer::of(fixed, self.target).is_some_and(|i| i.holds(next))
            {
                let message = format!("{next} does not fit `{}`", fixed.c_name());
                return Err(self.fault_at(name, message));
            }
            if next > i128::from(u64::MAX) || next < i128::from(i64::MIN) {
                return Err(self.fault_at(name, format!("{next} does not fit an enumeration")));
            }
            self.charge_glance(self.params.len())?;
            match self.look_up(name.text) {
                None => {}
                // C23 6.7.3.3p14 allows to say the same again.
                Some(Name::Constant(value, _)) if value == next => {}
                Some(_) => {
                    let message = format!("`{}` is declared as something else before", name.text);
                    return Err(self.fault_at(name, message));
                }
            }
            // Later enumerators may use it; its type is settled at the end.
            self.know_enumerator(name, Name::Constant(next, ty.clone()));
            found.push((name, next, ty));
            next += 1;
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        self.expect(Mark::CloseBrace)?;
        Ok(found)
    }

    /// `packed`: the smallest type that holds the values, as with `-fshort-enums`.
    fn shortest(&self, values: &[(Token<'t>, i128, Type)]) -> Option<Scalar> {
        let negative = values.iter().any(|v| v.1 < 0);
        let candidates = if negative {
            [Scalar::SChar, Scalar::Short, Scalar::Int, Scalar::LongLong]
        } else {
            [Scalar::UChar, Scalar::UShort, Scalar::UInt, Scalar::ULongLong]
        };
        candidates.into_iter().find(|scalar| {
            Integer::of(*scalar, self.target).is_some_and(|i| values.iter().all(|v| i.holds(v.1)))
        })
    }
}
