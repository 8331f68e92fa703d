//! Compatible types, and what two declarations of one object say together (C11 6.2.7).

use super::operand::own_type;
use super::parser::Parser;
use crate::types::{Type, TypeKind};

/// How many pointers and arrays deep lengths and names of scalars are compared; below, types have to be
/// equal.
const MAX_PARTS: u32 = 16;

impl Parser<'_, '_> {
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
