//! Equality and compatibility of types: by structure, never by address, and with an end on cycles.

use super::record::RecordId;
use super::{Enumeration, FunctionType, Qualifiers, Record, Repr, Type};
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
    /// with the same names (C11 6.2.7p1); their tags may differ. An array of unknown length is
    /// compatible with one of any length.
    ///
    /// ```
    /// use ctypes_core::Type;
    /// assert!(Type::LONGLONG.pointer().is_compatible(&Type::I64.pointer()));
    /// assert!(!Type::INT.pointer().is_compatible(&Type::UINT.pointer()));
    /// ```
    pub fn is_compatible(&self, other: &Type) -> bool {
        Comparison::new(Sense::Compatible).types(self, other)
    }

    /// Whether one pointer type may stand for the other in a call: the pointees are compatible, or
    /// one of them is `void`, or both are bytes (C's character types, which may point at anything,
    /// C11 6.5p7; Rust's buffers are of `u8` where C's are of `char`).
    pub(crate) fn points_like(&self, other: &Type) -> bool {
        match (&self.0, &other.0) {
            (Repr::Pointer { to: a }, Repr::Pointer { to: b }) => a.get().stands_for(b.get()),
            // An argument that is an array is the address of its first element (C11 6.3.2.1p3).
            (Repr::Pointer { to }, Repr::Array { of, .. }) => to.get().stands_for(of.get()),
            _ => false,
        }
    }

    /// Whether a pointer to one of them may stand for a pointer to the other.
    pub(crate) fn stands_for(&self, other: &Type) -> bool {
        core::ptr::eq(self, other)
            || matches!(self.0, Repr::Void)
            || matches!(other.0, Repr::Void)
            || self.is_byte() && other.is_byte()
            || self.is_compatible(other)
    }

    /// Whether this is a character type or an integer of one byte.
    pub(crate) fn is_byte(&self) -> bool {
        use super::ScalarClass::{Signed, Unsigned};
        matches!(self.0, Repr::Scalar(s) if s.extent(&Target::NATIVE).size == 1
            && matches!(s.class(&Target::NATIVE), Signed | Unsigned))
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
    /// A function type may be built of another one again and again.
    functions_seen: HashSet<(usize, usize)>,
    pending: Vec<(Type, Type)>,
}

impl Comparison {
    fn new(sense: Sense) -> Comparison {
        Comparison {
            sense,
            visited: HashSet::new(),
            functions_seen: HashSet::new(),
            pending: Vec::new(),
        }
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
        self.spellings(a, b) && self.structures(a, b)
    }

    /// Typedef names make no difference. An `_Atomic` type need not have the size and representation
    /// of the other one (C11 6.2.5p27).
    fn spellings(&self, a: &Type, b: &Type) -> bool {
        match self.sense {
            Sense::Equal => a.1.qualifiers == b.1.qualifiers && a.1.align == b.1.align,
            Sense::Compatible => {
                let atomic = |ty: &Type| ty.1.qualifiers.contains(Qualifiers::ATOMIC);
                let align = |ty: &Type| ty.native_extent().map(|e| e.align);
                atomic(a) == atomic(b) && (a.1.align == b.1.align || align(a) == align(b))
            }
        }
    }

    fn structures(&mut self, a: &Type, b: &Type) -> bool {
        match (&a.0, &b.0) {
            (Repr::Void, Repr::Void) => true,
            (Repr::Scalar(a), Repr::Scalar(b)) => match self.sense {
                Sense::Equal => a == b,
                Sense::Compatible => a.is_compatible(*b, &Target::NATIVE),
            },
            (Repr::BitInt(a), Repr::BitInt(b)) => a == b,
            (Repr::Vector(a), Repr::Vector(b)) => {
                a.size() == b.size()
                    && match self.sense {
                        Sense::Equal => a.of() == b.of(),
                        Sense::Compatible => a.of().is_compatible(b.of(), &Target::NATIVE),
                    }
            }
            (Repr::Ordered(a, one), Repr::Ordered(b, other)) => {
                one == other
                    && match self.sense {
                        Sense::Equal => a == b,
                        Sense::Compatible => a.is_compatible(*b, &Target::NATIVE),
                    }
            }
            (Repr::Enum(a), Repr::Enum(b)) => {
                let (one, other) = (Enumeration(a.clone()), Enumeration(b.clone()));
                a.id() == b.id()
                    || (self.sense == Sense::Compatible
                        || one.name() == other.name() && one.place() == other.place())
                        && one.fixed() == other.fixed()
                        && one.is_complete() == other.is_complete()
                        && one.values() == other.values()
            }
            // C11 6.7.2.2p4: an enumeration is compatible with its integer type.
            (Repr::Enum(e), Repr::Scalar(s)) | (Repr::Scalar(s), Repr::Enum(e)) => {
                let native = Enumeration(e.clone()).underlying(&Target::NATIVE);
                self.sense == Sense::Compatible
                    && native.is_some_and(|native| native.is_compatible(*s, &Target::NATIVE))
            }
            (Repr::Pointer { to: a }, Repr::Pointer { to: b }) => {
                self.pending.push((a.ty(), b.ty()));
                true
            }
            (Repr::Array { of: a, len: n, .. }, Repr::Array { of: b, len: m, .. }) => {
                n == m && self.later(a.get(), b.get())
            }
            (Repr::IncompleteArray { of: a }, Repr::IncompleteArray { of: b }) => {
                self.later(a.get(), b.get())
            }
            // C11 6.7.6.2p6: whatever length the other one has.
            (Repr::Array { of: a, .. }, Repr::IncompleteArray { of: b })
            | (Repr::IncompleteArray { of: a }, Repr::Array { of: b, .. }) => {
                self.sense == Sense::Compatible && self.later(a.get(), b.get())
            }
            (Repr::Record(a), Repr::Record(b)) => {
                a.id() == b.id()
                    || !self.visited.insert((a.id(), b.id()))
                    || self.records(&Record(a.clone()), &Record(b.clone()))
            }
            (Repr::Function(a), Repr::Function(b)) => {
                a.address() == b.address()
                    || !self.functions_seen.insert((a.address(), b.address()))
                    || self.functions(&FunctionType(a.clone()), &FunctionType(b.clone()))
            }
            _ => false,
        }
    }

    fn records(&mut self, a: &Record, b: &Record) -> bool {
        if (self.sense == Sense::Equal && (a.name() != b.name() || a.place() != b.place()))
            || a.rules() != b.rules()
            || a.is_complete() != b.is_complete()
        {
            return false;
        }
        let (a, b) = (a.fields(), b.fields());
        a.len() == b.len()
            && a.iter().zip(&b).all(|(a, b)| {
                a.name() == b.name() && a.rules() == b.rules() && self.later(a.ty(), b.ty())
            })
    }

    fn functions(&mut self, a: &FunctionType, b: &FunctionType) -> bool {
        let (p, q) = (a.params(), b.params());
        a.conv() == b.conv()
            && a.is_variadic() == b.is_variadic()
            && p.len() == q.len()
            && self.later(&a.result(), &b.result())
            && p.iter().zip(&q).all(|(a, b)| self.later(&parameter(a), &parameter(b)))
    }
}

/// As it counts for the type of a function (C11 6.7.6.3p15): qualifiers at the top are the callee's
/// own affair.
fn parameter(ty: &Type) -> Type {
    const OWN: Qualifiers = Qualifiers::CONST.with(Qualifiers::VOLATILE).with(Qualifiers::RESTRICT);
    ty.dequalified(OWN)
}
