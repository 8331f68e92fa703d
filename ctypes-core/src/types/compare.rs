//! Equality and compatibility of types: by structure, never by address, and with an end on cycles.

use super::record::RecordId;
use super::{FunctionType, Record, Repr, Type};
use crate::target::Target;
use std::collections::HashSet;

impl PartialEq for Type {
    fn eq(&self, other: &Type) -> bool {
        Comparison::new(Sense::Equal).types(self, other)
    }
}

impl Eq for Type {}

impl Type {
    /// Whether the two are the same C type but for spelling: `int` and `long` where their sizes
    /// agree, `const char *` and `char *`. Records are compatible if their members are, in order,
    /// with the same names (C11 6.2.7p1); their tags may differ.
    ///
    /// ```
    /// use ctypes_core::Type;
    /// assert!(Type::LONGLONG.pointer().is_compatible(&Type::I64.pointer()));
    /// assert!(!Type::INT.pointer().is_compatible(&Type::UINT.pointer()));
    /// ```
    pub fn is_compatible(&self, other: &Type) -> bool {
        Comparison::new(Sense::Compatible).types(self, other)
    }

    /// Whether a pointer to `other` may be passed where a pointer to `self` is expected: the
    /// pointees are compatible, or one of them is `void`.
    pub(crate) fn accepts_pointee(&self, other: &Type) -> bool {
        matches!(self.0, Repr::Void) || matches!(other.0, Repr::Void) || self.is_compatible(other)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Equal,
    Compatible,
}

/// Coinductive: a pair of records that has been met already is taken to be equal; if it is not, the
/// comparison in progress will find out. Pairs wait in a list and not on the stack, since a chain of
/// pointers may be of any length.
struct Comparison {
    sense: Sense,
    visited: HashSet<(RecordId, RecordId)>,
    pending: Vec<(Type, Type)>,
}

impl Comparison {
    fn new(sense: Sense) -> Comparison {
        Comparison { sense, visited: HashSet::new(), pending: Vec::new() }
    }

    fn types(mut self, a: &Type, b: &Type) -> bool {
        if !self.step(a, b) {
            return false;
        }
        while let Some((a, b)) = self.pending.pop() {
            if !self.step(&a, &b) {
                return false;
            }
        }
        true
    }

    /// Leaves the pair for later; true, as far as is known now.
    fn later(&mut self, a: &Type, b: &Type) -> bool {
        self.pending.push((a.clone(), b.clone()));
        true
    }

    fn step(&mut self, a: &Type, b: &Type) -> bool {
        match (&a.0, &b.0) {
            (Repr::Void, Repr::Void) => true,
            (Repr::Scalar(a), Repr::Scalar(b)) => match self.sense {
                Sense::Equal => a == b,
                Sense::Compatible => a.is_compatible(*b, &Target::NATIVE),
            },
            (
                Repr::Pointer { to: a, is_const: const_a },
                Repr::Pointer { to: b, is_const: const_b },
            ) => {
                (self.sense == Sense::Compatible || const_a == const_b)
                    && self.later(a.get(), b.get())
            }
            (Repr::Array { of: a, len: n, .. }, Repr::Array { of: b, len: m, .. }) => {
                n == m && self.later(a.get(), b.get())
            }
            (Repr::Record(a), Repr::Record(b)) => {
                a.id() == b.id()
                    || !self.visited.insert((a.id(), b.id()))
                    || self.records(&Record(a.clone()), &Record(b.clone()))
            }
            (Repr::Function(a), Repr::Function(b)) => {
                self.functions(&FunctionType(a.clone()), &FunctionType(b.clone()))
            }
            _ => false,
        }
    }

    fn records(&mut self, a: &Record, b: &Record) -> bool {
        if (self.sense == Sense::Equal && a.name() != b.name())
            || a.rules() != b.rules()
            || a.is_complete() != b.is_complete()
        {
            return false;
        }
        let (a, b) = (a.fields(), b.fields());
        a.len() == b.len()
            && a.iter().zip(&b).all(|(a, b)| a.name() == b.name() && self.later(a.ty(), b.ty()))
    }

    fn functions(&mut self, a: &FunctionType, b: &FunctionType) -> bool {
        let (p, q) = (a.params(), b.params());
        a.conv() == b.conv()
            && a.is_variadic() == b.is_variadic()
            && p.len() == q.len()
            && self.later(&a.result(), &b.result())
            && p.iter().zip(&q).all(|(a, b)| self.later(a, b))
    }
}
