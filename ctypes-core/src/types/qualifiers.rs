//! Qualifiers: `const`, `volatile`, `restrict`, `_Atomic`, and clang's `_Nonnull`.
//!
//! Those of a type stand beside its structure, so that whoever looks at the structure alone need not
//! know of them. What a pointer points at carries its own; `const` of an array is that of its elements
//! too (C23 6.7.3p10), and the two are kept alike here.

use super::{Element, Repr, Spelling, Type, shared::Shared};
use std::fmt;
use std::ops::BitOr;

/// A set of type qualifiers (C11 6.7.3).
///
/// ```
/// use ctypes_core::types::Qualifiers;
/// let both = Qualifiers::CONST | Qualifiers::VOLATILE;
/// assert!(both.contains(Qualifiers::CONST) && !both.contains(Qualifiers::RESTRICT));
/// assert_eq!(both.to_string(), "const volatile");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Qualifiers(u8);

impl Qualifiers {
    /// None of them.
    pub const NONE: Qualifiers = Qualifiers(0);
    /// `const`.
    pub const CONST: Qualifiers = Qualifiers(1);
    /// `volatile`.
    pub const VOLATILE: Qualifiers = Qualifiers(2);
    /// `restrict`, of pointers only.
    pub const RESTRICT: Qualifiers = Qualifiers(4);
    /// `_Atomic`, which may change size and alignment
    /// ([`layout::atomic`](crate::layout::atomic)).
    pub const ATOMIC: Qualifiers = Qualifiers(8);
    /// clang's `_Nonnull`, of pointers only: never null.
    pub const NONNULL: Qualifiers = Qualifiers(16);

    const NAMES: [(Qualifiers, &'static str); 5] = [
        (Qualifiers::CONST, "const"),
        (Qualifiers::VOLATILE, "volatile"),
        (Qualifiers::RESTRICT, "restrict"),
        (Qualifiers::ATOMIC, "_Atomic"),
        (Qualifiers::NONNULL, "_Nonnull"),
    ];

    /// Whether all of `other` are among these.
    pub const fn contains(self, other: Qualifiers) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of either.
    pub const fn with(self, other: Qualifiers) -> Qualifiers {
        Qualifiers(self.0 | other.0)
    }

    /// These but for those of `other`.
    pub const fn without(self, other: Qualifiers) -> Qualifiers {
        Qualifiers(self.0 & !other.0)
    }

    /// Those that an array shares with its elements.
    pub(super) const fn of_arrays(self) -> Qualifiers {
        Qualifiers(self.0 & (Qualifiers::CONST.0 | Qualifiers::VOLATILE.0))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Qualifiers {
    type Output = Qualifiers;
    fn bitor(self, other: Qualifiers) -> Qualifiers {
        self.with(other)
    }
}

/// As in C, in a fixed order with single spaces; nothing if there is none.
impl fmt::Display for Qualifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = Qualifiers::NAMES.iter().filter(|(q, _)| self.contains(*q));
        let names: Vec<&str> = own.map(|(_, name)| *name).collect();
        f.pad(&names.join(" "))
    }
}

impl fmt::Debug for Qualifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Qualifiers({self})")
    }
}

impl Type {
    /// The qualifiers of this type itself: of a pointer its own, not those of what it points at; of an
    /// array the `const` and `volatile` of its elements.
    pub const fn qualifiers(&self) -> Qualifiers {
        self.1.qualifiers
    }

    /// Whether this type itself is `const`.
    pub const fn is_const(&self) -> bool {
        self.1.qualifiers.contains(Qualifiers::CONST)
    }

    /// This type with these qualifiers too.
    ///
    /// What C has no place for changes nothing: `restrict` and `_Nonnull` on what is no pointer,
    /// `_Atomic` on an array, any qualifier on a function (C11 6.7.3). On the alignment of `_Atomic`
    /// of a typedef that gives one, compilers do not agree: such a type has no layout.
    ///
    /// ```
    /// use ctypes_core::{Type, types::Qualifiers};
    /// let register = Type::U32.with_qualifiers(Qualifiers::VOLATILE);
    /// assert_eq!(register.const_pointer().to_string(), "const volatile uint32_t *");
    /// let text = Type::CHAR_PTR.with_qualifiers(Qualifiers::CONST | Qualifiers::RESTRICT);
    /// assert_eq!(text.declare("s"), "char *const restrict s");
    /// assert!(text != Type::CHAR_PTR && text.is_compatible(&Type::CHAR_PTR));
    /// ```
    pub fn with_qualifiers(&self, qualifiers: Qualifiers) -> Type {
        const POINTERS: Qualifiers = Qualifiers::RESTRICT.with(Qualifiers::NONNULL);
        let more = match self.0 {
            Repr::Pointer { .. } => qualifiers,
            Repr::Function(_) => Qualifiers::NONE,
            Repr::Array { .. } | Repr::IncompleteArray { .. } => qualifiers.of_arrays(),
            _ => qualifiers.without(POINTERS),
        };
        let mut ty = self.requalified(self.1.qualifiers.with(more));
        if ty.1.align != 0
            && ty.qualifiers().without(self.qualifiers()).contains(Qualifiers::ATOMIC)
        {
            ty.1.align = Spelling::DISPUTED;
        }
        ty
    }

    /// This type without its own `const`, `volatile`, `restrict` and `_Atomic`, and without typedef
    /// names that stand for one of them. What pointers point at keeps its qualifiers.
    ///
    /// ```
    /// use ctypes_core::{Type, types::Qualifiers};
    /// let c = Type::INT.with_qualifiers(Qualifiers::CONST).typedef("c")?;
    /// assert_eq!(c.unqualified(), Type::INT);
    /// assert_eq!(c.unqualified().to_string(), "int");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn unqualified(&self) -> Type {
        self.dequalified(Qualifiers(!Qualifiers::NONNULL.0))
    }

    /// Without these of its own qualifiers.
    pub(crate) fn dequalified(&self, which: Qualifiers) -> Type {
        let kept = self.1.qualifiers.without(which);
        if kept == self.1.qualifiers {
            return self.clone();
        }
        let mut ty = self.clone();
        // A name that says more than what is kept cannot stay.
        while let Some(alias) = &ty.1.alias
            && !kept.contains(alias.aliased().qualifiers())
        {
            ty.1.alias = alias.aliased().1.alias.clone();
        }
        ty.requalified(kept)
    }

    /// With exactly these qualifiers, those of the elements of an array included.
    fn requalified(&self, qualifiers: Qualifiers) -> Type {
        let mut ty = self.clone();
        if let Repr::Array { of, .. } | Repr::IncompleteArray { of } = &mut ty.0
            && of.get().qualifiers().of_arrays() != qualifiers
        {
            let old = of.get();
            let less = old.dequalified(old.qualifiers().of_arrays().without(qualifiers));
            *of = Element::Owned(Shared::new(less.with_qualifiers(qualifiers)));
        }
        ty.1.qualifiers = qualifiers;
        ty
    }
}
