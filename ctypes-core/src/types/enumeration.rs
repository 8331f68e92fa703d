//! Enumerations: named values, and the integer type that a target's compiler picks for them.
//!
//! C11 6.7.2.2p4 leaves the type to the compiler. gcc and clang take `unsigned int`, or `int` if a
//! value is negative, or a wider type if that is too narrow; with `-fshort-enums` the smallest that
//! will do. Microsoft's compiler always takes `int`. A type that is said beside the tag (C23) holds
//! everywhere.
//!
//! GNU C mentions an enumeration before it is defined. Such a one is incomplete, as a record that is declared
//! only, but where the type is said beside the tag or is always `int`.

use super::place::Tag;
use super::{Place, Repr, Scalar, ScalarClass, Type, is_identifier};
use crate::error::DefineError;
use crate::target::{Extent, Target};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// An enumeration.
#[derive(Clone)]
pub struct Enumeration(pub(crate) EnumRef);

/// The descriptor of an enumeration that is known at compile time; the derive emits it.
#[doc(hidden)]
#[derive(Debug)]
pub struct StaticEnum {
    pub name: &'static str,
    pub values: &'static [(&'static str, i128)],
    /// The type that is said beside the tag.
    pub fixed: Option<Scalar>,
}

#[derive(Clone)]
pub(crate) enum EnumRef {
    Static(&'static StaticEnum),
    /// With the integer type on this platform, if that was known when the handle was taken.
    Owned(Arc<OwnedEnum>, Option<Scalar>),
}

pub(crate) struct OwnedEnum {
    tag: Tag,
    /// The type that was said beside the tag before there were values.
    declared: Option<Scalar>,
    definition: OnceLock<EnumDefinition>,
}

struct EnumDefinition {
    values: Vec<(Arc<str>, i128)>,
    fixed: Option<Scalar>,
}

impl EnumRef {
    /// The integer type on this platform; that of most enumerations if it was not known when the handle
    /// was taken.
    pub(crate) const fn native(&self) -> Scalar {
        match self.known() {
            Some(scalar) => scalar,
            None => Scalar::Int,
        }
    }

    const fn known(&self) -> Option<Scalar> {
        match self {
            EnumRef::Static(e) => match e.underlying(&Target::NATIVE) {
                Some(scalar) => Some(scalar),
                None => Some(Scalar::Int),
            },
            EnumRef::Owned(_, native) => *native,
        }
    }

    pub(crate) const fn native_extent(&self) -> Option<Extent> {
        match self.known() {
            Some(scalar) => Some(scalar.extent(&Target::NATIVE)),
            None => None,
        }
    }

    /// This handle as it would be taken now.
    pub(super) fn renewed(&self) -> EnumRef {
        match self {
            EnumRef::Owned(e, None) => {
                let native = Enumeration(self.clone()).underlying(&Target::NATIVE);
                EnumRef::Owned(e.clone(), native)
            }
            known => known.clone(),
        }
    }

    pub(crate) fn id(&self) -> usize {
        match self {
            EnumRef::Static(e) => std::ptr::from_ref(*e).addr(),
            EnumRef::Owned(e, _) => Arc::as_ptr(e).addr(),
        }
    }
}

impl StaticEnum {
    const fn underlying(&self, target: &Target) -> Option<Scalar> {
        let (mut least, mut greatest, mut i) = (0, 0, 0);
        while i < self.values.len() {
            let value = self.values[i].1;
            least = if value < least { value } else { least };
            greatest = if value > greatest { value } else { greatest };
            i += 1;
        }
        underlying(self.fixed, least, greatest, target)
    }
}

/// The integer type of an enumeration with values from `least` (at most 0) to `greatest`; `None` if
/// no compiler of the target has one.
const fn underlying(
    fixed: Option<Scalar>,
    least: i128,
    greatest: i128,
    target: &Target,
) -> Option<Scalar> {
    if let Some(fixed) = fixed {
        return if holds(fixed, least, greatest, target) { Some(fixed) } else { None };
    }
    if target.signed_enums {
        // Values above those of `int` wrap around, as FORCE_DWORD = 0xffffffff in Windows' headers.
        let fits = holds(Scalar::Int, least, 0, target) && holds(Scalar::UInt, 0, greatest, target);
        return if fits { Some(Scalar::Int) } else { None };
    }
    let candidates = if least < 0 {
        [Scalar::SChar, Scalar::Short, Scalar::Int, Scalar::Long, Scalar::LongLong]
    } else {
        [Scalar::UChar, Scalar::UShort, Scalar::UInt, Scalar::ULong, Scalar::ULongLong]
    };
    let mut i = if target.short_enums { 0 } else { 2 };
    while i < candidates.len() {
        if holds(candidates[i], least, greatest, target) {
            return Some(candidates[i]);
        }
        i += 1;
    }
    None
}

const fn holds(scalar: Scalar, least: i128, greatest: i128, target: &Target) -> bool {
    let bits = scalar.extent(target).size * 8;
    if bits > 64 {
        return matches!(scalar.class(target), ScalarClass::Signed) || least >= 0;
    }
    if bits == 0 {
        return false;
    }
    match scalar.class(target) {
        ScalarClass::Signed => least >= -(1 << (bits - 1)) && greatest < 1 << (bits - 1),
        ScalarClass::Unsigned => least >= 0 && greatest < 1 << bits,
        ScalarClass::Bool => least >= 0 && greatest <= 1,
        ScalarClass::Float | ScalarClass::Complex => false,
    }
}

impl Enumeration {
    /// The tag, without `enum`; empty if there is none.
    pub fn name(&self) -> &str {
        match &self.0 {
            EnumRef::Static(e) => e.name,
            EnumRef::Owned(e, _) => e.tag.name(),
        }
    }

    /// Where an enumeration without a tag stands, if that was said.
    pub fn place(&self) -> Option<&Place> {
        match &self.0 {
            EnumRef::Static(_) => None,
            EnumRef::Owned(e, _) => e.tag.place(),
        }
    }

    /// The enumerators in order.
    pub fn values(&self) -> Vec<(&str, i128)> {
        self.each().collect()
    }

    /// The type that is said beside the tag, as C23 allows.
    pub fn fixed(&self) -> Option<Scalar> {
        match &self.0 {
            EnumRef::Static(e) => e.fixed,
            EnumRef::Owned(e, _) => e.definition.get().map_or(e.declared, |d| d.fixed),
        }
    }

    /// As [`Enumeration::values`], one after the other.
    fn each(&self) -> impl Iterator<Item = (&str, i128)> {
        let (fixed, owned) = match &self.0 {
            EnumRef::Static(e) => (e.values, &[][..]),
            EnumRef::Owned(e, _) => (&[][..], e.definition.get().map_or(&[][..], |d| &d.values)),
        };
        fixed.iter().copied().chain(owned.iter().map(|(name, value)| (&**name, *value)))
    }

    /// Whether its values are known; those of an enumeration that C only mentions are not.
    pub fn is_complete(&self) -> bool {
        match &self.0 {
            EnumRef::Static(_) => true,
            EnumRef::Owned(e, _) => e.definition.get().is_some(),
        }
    }

    /// The integer type on `target`; `None` if no type there holds all the values, or it depends on
    /// values that are not known yet.
    pub fn underlying(&self, target: &Target) -> Option<Scalar> {
        if !self.is_complete() && !target.signed_enums && self.fixed().is_none() {
            return None;
        }
        let (mut least, mut greatest) = (0, 0);
        for (_, value) in self.each() {
            (least, greatest) = (value.min(least), value.max(greatest));
        }
        underlying(self.fixed(), least, greatest, target)
    }

    /// The value of the enumerator of that name.
    pub fn value(&self, name: &str) -> Option<i128> {
        self.each().find(|v| v.0 == name).map(|v| v.1)
    }

    /// The first enumerator of that value.
    pub fn name_of(&self, value: i128) -> Option<&str> {
        self.each().find(|v| v.1 == value).map(|v| v.0)
    }
}

impl fmt::Debug for Enumeration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            EnumRef::Static(e) => write!(f, "enum {}", e.name),
            EnumRef::Owned(e, _) => write!(f, "enum {}", e.tag),
        }
    }
}

impl Type {
    /// An enumeration with values, of the integer type that each target's compiler picks.
    ///
    /// ```
    /// use ctypes_core::{Type, target::Target};
    /// let colour = Type::enumeration("colour", [("RED", 0), ("GREEN", 1)])?;
    /// assert_eq!(colour.size(), 4);
    /// let bare_metal = Target { short_enums: true, ..Target::ARMV7_LINUX };
    /// assert_eq!(colour.at(&bare_metal)?.size(), 1);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a name is no identifier or occurs twice, or no type of this platform holds the values.
    pub fn enumeration<'a>(
        name: &str,
        values: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<Type, DefineError> {
        Type::enumeration_of(name, None, values)
    }

    /// An enumeration whose integer type is said beside the tag: `enum name : uint8_t { … }` in C23.
    ///
    /// # Errors
    /// As [`Type::enumeration`], and if a value does not fit `fixed`.
    pub fn enumeration_of<'a>(
        name: &str,
        fixed: Option<Scalar>,
        values: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<Type, DefineError> {
        if !is_identifier(name) {
            return Err(DefineError::BadName { name: name.to_owned() });
        }
        Type::enumeration_with(Tag::Named(name.into()), fixed, values)
    }

    /// An enumeration without a tag, told from others by where it stands.
    ///
    /// # Errors
    /// As [`Type::enumeration_of`].
    pub fn unnamed_enumeration<'a>(
        place: Place,
        fixed: Option<Scalar>,
        values: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<Type, DefineError> {
        Type::enumeration_with(Tag::Unnamed(place), fixed, values)
    }

    fn enumeration_with<'a>(
        tag: Tag,
        fixed: Option<Scalar>,
        values: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<Type, DefineError> {
        let values: Vec<(Arc<str>, i128)> =
            values.into_iter().map(|(n, v)| (n.into(), v)).collect();
        let mut seen = std::collections::HashSet::new();
        if let Some((bad, _)) = values.iter().find(|v| !is_identifier(&v.0)) {
            return Err(DefineError::BadName { name: bad.to_string() });
        }
        if let Some(twice) = values.iter().find(|v| !seen.insert(v.0.clone())) {
            return Err(DefineError::DuplicateField {
                record: format!("enum {tag}"),
                field: twice.0.to_string(),
            });
        }
        let definition = OnceLock::from(EnumDefinition { values, fixed });
        let owned = Arc::new(OwnedEnum { tag, declared: fixed, definition });
        let shown = Enumeration(EnumRef::Owned(owned, None).renewed());
        match &shown.0 {
            EnumRef::Owned(_, None) => Err(DefineError::NoEnumType { name: format!("{shown:?}") }),
            known => Ok(Type::of(Repr::Enum(known.clone()))),
        }
    }

    /// An enumeration that is mentioned before its definition.
    #[cfg(feature = "decl")]
    pub(super) fn incomplete_enumeration(name: &str, fixed: Option<Scalar>) -> Type {
        let owned = OwnedEnum {
            tag: Tag::Named(name.into()),
            declared: fixed,
            definition: OnceLock::new(),
        };
        Type::of(Repr::Enum(EnumRef::Owned(Arc::new(owned), None).renewed()))
    }

    /// Gives this incomplete enumeration the values of another one; whether that could be done.
    pub(super) fn complete_enumeration(&self, other: &Type) -> bool {
        let (Repr::Enum(EnumRef::Owned(own, _)), Repr::Enum(EnumRef::Owned(other, _))) =
            (&self.0, &other.0)
        else {
            return false;
        };
        let Some(EnumDefinition { values, fixed }) = other.definition.get() else { return false };
        let is_said = own.declared.is_none() || own.declared == *fixed;
        is_said
            && own.definition.set(EnumDefinition { values: values.clone(), fixed: *fixed }).is_ok()
    }

    #[doc(hidden)]
    pub const fn static_enum(of: &'static StaticEnum) -> Type {
        Type::of(Repr::Enum(EnumRef::Static(of)))
    }
}
