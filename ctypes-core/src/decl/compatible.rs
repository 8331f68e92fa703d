//! Compatible types, and what two declarations of one object say together (C11 6.2.7).

use super::operand::own_type;
use super::parser::{Name, Parsed, Parser};
use super::token::Token;
use crate::types::{Type, TypeKind};

/// What a declaration is to those of the same name before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    New,
    Same,
    /// It says what one before left open.
    Completes,
}

/// How many pointers and arrays deep lengths and names of scalars are compared; below, types have to be
/// equal.
const MAX_PARTS: u32 = 16;

impl<'t> Parser<'t, '_> {
    /// What a declaration of an object is to those before it, and the type that all of them together say.
    pub(super) fn relation(
        &mut self,
        name: Token<'t>,
        ty: &Type,
        unspecified: bool,
    ) -> Parsed<(Relation, Type)> {
        self.charge_for(ty)?;
        let before = match self.look_up(name.text) {
            None => return Ok((Relation::New, ty.clone())),
            Some(Name::Object(before, _)) => before,
            Some(_) => {
                let message = format!("`{}` is declared as something else before", name.text);
                return Err(self.fault_at(name, message));
            }
        };
        if let (TypeKind::Function(a), TypeKind::Function(b)) = (before.kind(), ty.kind())
            && before != *ty
            && a.result() == b.result()
        {
            if unspecified {
                return Ok((Relation::Same, before));
            }
            if self.unspecified.contains(name.text) {
                return Ok((Relation::Completes, ty.clone()));
            }
        }
        match self.composite(&before, ty) {
            Some(both) if both != before => Ok((Relation::Completes, both)),
            // What another text declared counts as found in this one too.
            Some(both) if self.names.contains_key(name.text) => Ok((Relation::Same, both)),
            Some(both) => Ok((Relation::New, both)),
            None => {
                let (ty, before) = (ty.declare(name.text), before.declare(name.text));
                Err(self.fault_at(name, format!("`{ty}` is declared as `{before}` before")))
            }
        }
    }

    /// Makes an object known under its name, or what a later declaration adds to it.
    pub(super) fn declare_object(
        &mut self,
        name: Token<'t>,
        ty: &Type,
        align: Option<u64>,
        relation: Relation,
    ) -> Parsed<()> {
        // The strictest alignment of all declarations holds.
        let before = match self.look_up(name.text) {
            Some(Name::Object(_, before)) => before,
            _ => None,
        };
        if relation == Relation::Same && align <= before {
            return Ok(());
        }
        let align = align.max(before);
        let known = match relation {
            Relation::New => self.types.declare_object(name.text, ty),
            Relation::Same | Relation::Completes => Ok(()),
        };
        self.publish(name, known)?;
        self.names.insert(name.text, Name::Object(ty.clone(), align));
        if relation != Relation::New || align.is_some() {
            self.types.redeclare_object(name.text, ty, align);
        }
        Ok(())
    }

    /// The composite type of two types, qualifiers at the top included; `None` if they are not compatible.
    pub(super) fn composite(&self, a: &Type, b: &Type) -> Option<Type> {
        self.composite_within(a, b, MAX_PARTS)
    }

    fn composite_within(&self, a: &Type, b: &Type, depth: u32) -> Option<Type> {
        if self.canonical(a) == self.canonical(b) {
            return Some(a.clone());
        }
        if depth == 0 || a.qualifiers() != b.qualifiers() {
            return None;
        }
        let both = match (a.kind(), b.kind()) {
            (TypeKind::Pointer { to: a }, TypeKind::Pointer { to: b }) => {
                self.composite_within(&a, &b, depth - 1)?.pointer()
            }
            (TypeKind::Array { of: a, len }, TypeKind::IncompleteArray { of: b })
            | (TypeKind::IncompleteArray { of: a }, TypeKind::Array { of: b, len }) => {
                let of = self.composite_within(&a, &b, depth - 1)?;
                of.array(usize::try_from(len).ok()?).ok()?
            }
            (TypeKind::Array { of: a, len: m }, TypeKind::Array { of: b, len: n }) if m == n => {
                let of = self.composite_within(&a, &b, depth - 1)?;
                of.array(usize::try_from(m).ok()?).ok()?
            }
            (TypeKind::IncompleteArray { of: a }, TypeKind::IncompleteArray { of: b }) => {
                self.composite_within(&a, &b, depth - 1)?.incomplete_array().ok()?
            }
            _ => return None,
        };
        Some(both.with_qualifiers(a.qualifiers()))
    }

    /// A scalar that is only a name as what the target's headers make of it, an enumeration as its
    /// integer type.
    fn canonical(&self, ty: &Type) -> Type {
        let plain = match ty.kind() {
            TypeKind::Scalar(scalar) => own_type(scalar, self.target),
            TypeKind::Enum(e) => match e.underlying(self.target) {
                Some(scalar) => Type::scalar(scalar),
                None => return ty.clone(),
            },
            _ => return ty.clone(),
        };
        plain.with_qualifiers(ty.qualifiers())
    }
}
