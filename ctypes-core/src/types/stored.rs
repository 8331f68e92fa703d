//! Types as a namespace keeps them: without handles to the namespace, which would keep it alive.

use super::namespace::Types;
use super::{Element, FunctionRef, MAX_PARTS, Pointee, Qualifiers, RecordRef, Repr, Type};
use crate::layout::MAX_NESTING;
use crate::target::Extent;
use std::sync::Arc;

/// A type as a namespace keeps it: without handles to that namespace.
pub(super) enum Stored {
    /// A type in which no record of this namespace occurs.
    Other(Type),
    Record(usize),
    Pointer(Box<Stored>),
    Array(Box<Stored>, u64, Extent),
    IncompleteArray(Box<Stored>),
    Function(Box<StoredFunction>),
    Qualified(Qualifiers, Box<Stored>),
    Named {
        name: Arc<str>,
        align: Option<u64>,
        of: Box<Stored>,
    },
}

pub(super) struct StoredFunction {
    conv: super::CallConv,
    result: Stored,
    params: Vec<Stored>,
    variadic: bool,
}

impl Types {
    /// What a namespace may keep of a type; `None` if its declarator has too many parts.
    pub(super) fn store(&self, ty: &Type, depth: u32, parts: &mut u32) -> Option<Stored> {
        let depth = depth + 1;
        *parts += 1;
        if depth > MAX_NESTING || *parts > MAX_PARTS {
            return None;
        }
        if let Some(alias) = &ty.1.alias {
            let of = alias.aliased();
            let more = ty.qualifiers() != of.qualifiers();
            let of = Box::new(self.store(of, depth, parts)?);
            let named = Stored::Named { name: alias.name().into(), align: alias.align(), of };
            let qualified = |named| Stored::Qualified(ty.qualifiers(), Box::new(named));
            return Some(if more { qualified(named) } else { named });
        }
        let stored = match &ty.0 {
            Repr::Record(RecordRef::Owned(record)) => match self.index_of(record) {
                Some(index) => Stored::Record(index),
                None => return Some(Stored::Other(ty.clone())),
            },
            Repr::Pointer { to: Pointee::Owned(to) } => {
                Stored::Pointer(Box::new(self.store(to.get(), depth, parts)?))
            }
            Repr::Array { of: Element::Owned(of), len, native } => {
                Stored::Array(Box::new(self.store(of.get(), depth, parts)?), *len, *native)
            }
            Repr::IncompleteArray { of: Element::Owned(of) } => {
                Stored::IncompleteArray(Box::new(self.store(of.get(), depth, parts)?))
            }
            Repr::Function(FunctionRef::Owned(f)) => Stored::Function(Box::new(StoredFunction {
                conv: f.conv,
                result: self.store(&f.result, depth, parts)?,
                params: f
                    .params
                    .iter()
                    .map(|p| self.store(p, depth, parts))
                    .collect::<Option<_>>()?,
                variadic: f.variadic,
            })),
            _ => return Some(Stored::Other(ty.clone())),
        };
        // Elements bring the qualifiers of an array.
        Some(match (ty.qualifiers(), stored) {
            (Qualifiers::NONE, stored)
            | (_, stored @ (Stored::Array(..) | Stored::IncompleteArray(_))) => stored,
            (qualifiers, stored) => Stored::Qualified(qualifiers, Box::new(stored)),
        })
    }

    pub(super) fn load(&self, stored: &Stored) -> Type {
        match stored {
            Stored::Other(ty) => ty.renewed(),
            Stored::Record(index) => self.record_at(*index),
            Stored::Pointer(to) => self.load(to).pointer(),
            Stored::Array(of, len, native) => self.load(of).array_of(*len, *native),
            Stored::IncompleteArray(of) => self.load(of).incomplete_array_of(),
            Stored::Qualified(qualifiers, of) => self.load(of).with_qualifiers(*qualifiers),
            Stored::Named { name, align, of } => {
                self.load(of).named_unchecked(name.clone(), *align)
            }
            Stored::Function(f) => Type::of(Repr::Function(FunctionRef::owned(
                f.conv,
                self.load(&f.result),
                f.params.iter().map(|p| self.load(p)).collect(),
                f.variadic,
            ))),
        }
    }
}
