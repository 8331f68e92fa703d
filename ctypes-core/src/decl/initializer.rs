//! Initialisers (C11 6.7.9): read for the type of an object, the value of a constant and the length of an
//! array; passed over otherwise.

use super::declarator::Declared;
use super::operand::{Value, arithmetic};
use super::parser::{Parsed, Parser};
use super::specifier::Specifiers;
use super::token::{Kind, Mark};
use crate::types::{Type, TypeKind};

/// Whether an array in braces has as many elements as was counted.
enum Count {
    Known(u64),
    /// Elements without braces of their own, or a designator of a part of one.
    Unknown,
}

impl<'t> Parser<'t, '_> {
    /// What stands behind `=`; its value, if that is a constant and the declaration makes it one.
    pub(super) fn initializer(
        &mut self,
        spec: &Specifiers,
        declared: &mut Declared<'t>,
    ) -> Parsed<Option<Value>> {
        if spec.inferred && self.is(Mark::OpenBrace) {
            return Err(self.expected("an expression, which gives the type"));
        }
        if let TypeKind::IncompleteArray { of } = declared.ty.kind() {
            self.completing(&of, declared)?;
        }
        if self.is(Mark::OpenBrace) {
            return self.skip_group().map(|()| None);
        }
        if spec.inferred {
            let operand = self.deeper(|p| p.assignment())?.read();
            declared.ty = operand.ty.clone().with_qualifiers(spec.ty.qualifiers());
            return Ok(spec.constexpr.then_some(operand.value));
        }
        let is_scalar = arithmetic(&declared.ty, self.target).is_some();
        if spec.constexpr && is_scalar {
            let at = self.token;
            let operand = self.deeper(|p| p.assignment())?.read();
            let value = operand.converted(&declared.ty.unqualified(), self.target).value;
            if let Value::None(reason) = value {
                return Err(self.fault_at(at, format!("expected a constant: {reason}")));
            }
            return Ok(Some(value));
        }
        self.skip_initializer()?;
        Ok(None)
    }

    /// Goes to the end of an initialiser: a comma or semicolon, or the brace that closes a list.
    fn skip_initializer(&mut self) -> Parsed<()> {
        loop {
            match self.token.kind {
                Kind::Mark(Mark::Comma | Mark::Semicolon | Mark::CloseBrace) | Kind::End => {
                    return Ok(());
                }
                Kind::Mark(Mark::Open | Mark::OpenBrace | Mark::OpenBracket) => {
                    self.skip_group()?;
                }
                Kind::Stray | Kind::Mark(Mark::Close | Mark::CloseBracket) => {
                    return Err(self.expected("`,` or `;`"));
                }
                _ => {
                    self.advance();
                }
            }
        }
    }

    /// Gives an array of `of` the length that its initialiser says, which it goes past if it does.
    fn completing(&mut self, of: &Type, declared: &mut Declared<'t>) -> Parsed<()> {
        let at = self.token;
        let count = match self.token.kind {
            // `char text[] = "…"` has the length of its string.
            Kind::Text if self.is_character(of) => Count::Known(self.text_length()?),
            Kind::Mark(Mark::OpenBrace) => self.deeper(|p| p.elements(of))?,
            _ => Count::Unknown,
        };
        let Count::Known(len) = count else { return Ok(()) };
        let array = match usize::try_from(len) {
            Ok(len) => of.array(len).map_err(|e| e.to_string()),
            Err(_) => Err("the array is too large".to_owned()),
        };
        declared.ty = array.map_err(|message| self.fault_at(at, message))?;
        match self.extent_of(&declared.ty) {
            Ok(_) => Ok(()),
            Err(message) => Err(self.fault_at(at, message)),
        }
    }

    /// Whether a string initialises an array of that type (C11 6.7.9p14).
    fn is_character(&self, of: &Type) -> bool {
        use super::operand::Arithmetic;
        matches!(of.kind(), TypeKind::Scalar(_))
            && matches!(arithmetic(of, self.target), Some(Arithmetic::Int(i)) if i.bits <= 32)
    }

    /// The characters of a string literal, with the null at the end; 1 if it is part of an expression
    /// for one.
    fn text_length(&mut self) -> Parsed<u64> {
        match self.assignment()?.ty.kind() {
            TypeKind::Array { len, .. } => Ok(len),
            _ => Ok(1),
        }
    }

    /// Counts the elements of an array in braces, of which the opening one is current, and goes past the
    /// closing one.
    fn elements(&mut self, of: &Type) -> Parsed<Count> {
        let open = self.advance();
        let (mut next, mut most, mut is_known) = (0_u64, 0_u64, true);
        if self.token.kind == Kind::Text && self.is_character(of) {
            most = self.text_length()?;
            next = most;
            self.end_of_item()?;
        }
        while !self.is(Mark::CloseBrace) {
            if self.token.kind == Kind::End {
                return Err(self.fault_at(open, "`{` is never closed"));
            }
            if self.eat(Mark::OpenBracket) {
                next = self.count("an index")?;
                // GNU's range: `[first ... last]`.
                if self.eat(Mark::Ellipsis) {
                    next = self.count("an index")?;
                }
                self.expect(Mark::CloseBracket)?;
                is_known &= !self.is(Mark::OpenBracket) && !self.is(Mark::Dot);
            } else if self.is(Mark::Dot) {
                is_known = false;
            }
            self.eat(Mark::Assign);
            is_known &= self.is_whole_element(of);
            self.skip_initializer()?;
            next = next.saturating_add(1);
            most = most.max(next);
            self.end_of_item()?;
        }
        self.advance();
        Ok(if is_known { Count::Known(most) } else { Count::Unknown })
    }

    /// The comma behind an item, or the end of the list.
    fn end_of_item(&mut self) -> Parsed<()> {
        if self.eat(Mark::Comma) || self.is(Mark::CloseBrace) {
            return Ok(());
        }
        Err(self.expected("`,` or `}`"))
    }

    /// Whether what is next initialises an element of that type alone: what has parts of its own may
    /// take several values that stand without braces (C11 6.7.9p20).
    fn is_whole_element(&self, of: &Type) -> bool {
        match of.kind() {
            TypeKind::Record(_) | TypeKind::Vector(_) => self.is(Mark::OpenBrace),
            TypeKind::Array { of, .. } => {
                self.is(Mark::OpenBrace) || self.token.kind == Kind::Text && self.is_character(&of)
            }
            _ => true,
        }
    }
}
