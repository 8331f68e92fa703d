//! Typedef names: how a type was called, and the alignment that a typedef may give it.
//!
//! A typedef makes no new type (C11 6.7.8p3): the structure of a named type is that of what the name
//! stands for, and the name stands beside it. So sizes, calls and conversions never see it; text does.

use super::shared::free;
use super::{Qualifiers, Type, is_identifier};
use crate::error::DefineError;
use crate::layout::{self, check_alignment};
use crate::target::{Extent, Target};
use std::sync::Arc;

/// What is said of a type beside its structure.
#[derive(Clone)]
pub(crate) struct Spelling {
    pub(super) alias: Option<Alias>,
    /// The alignment that a typedef says, in bytes; 0 if none does, [`Spelling::DISPUTED`], or at most
    /// 2^28.
    pub(crate) align: u32,
    pub(crate) qualifiers: Qualifiers,
}

impl Spelling {
    pub(crate) const PLAIN: Spelling =
        Spelling { alias: None, align: 0, qualifiers: Qualifiers::NONE };

    /// Whether nothing here changes size or alignment.
    pub(crate) const fn is_plain(&self) -> bool {
        self.align == 0 && !self.qualifiers.contains(Qualifiers::ATOMIC)
    }

    /// Whether nothing is said.
    pub(crate) fn is_none(&self) -> bool {
        self.alias.is_none() && self.align == 0 && self.qualifiers == Qualifiers::NONE
    }

    /// The alignment of `_Atomic` of a typedef that gives an alignment: gcc keeps a larger one, clang
    /// does not.
    pub(super) const DISPUTED: u32 = u32::MAX;

    /// The size and alignment of a type of `extent` of which this is said, if compilers agree on it.
    pub(crate) const fn apply(&self, extent: Extent, target: &Target) -> Option<Extent> {
        let is_atomic = self.qualifiers.contains(Qualifiers::ATOMIC);
        let extent = if is_atomic { layout::atomic(extent, target) } else { extent };
        match self.align {
            0 => Some(extent),
            Spelling::DISPUTED => None,
            n => Some(Extent::new(extent.size, n as u64)),
        }
    }

    /// Whether the type goes by a typedef name.
    pub(super) const fn has_name(&self) -> bool {
        self.alias.is_some()
    }

    pub(crate) const fn qualified(qualifiers: Qualifiers) -> Spelling {
        Spelling { qualifiers, ..Spelling::PLAIN }
    }
}

/// A typedef: a name and what it stands for.
#[derive(Debug, Clone)]
// Only a drop leaves it empty.
pub struct Alias(Option<Arc<Named>>);

#[derive(Debug)]
struct Named {
    name: Arc<str>,
    align: Option<u64>,
    of: Type,
}

impl Alias {
    /// The name.
    pub fn name(&self) -> &str {
        self.0.as_ref().map_or("", |n| &n.name)
    }

    /// What the name stands for, which may have a name itself.
    pub fn ty(&self) -> Type {
        self.aliased().renewed()
    }

    /// The alignment in bytes that this typedef says.
    pub fn align(&self) -> Option<u64> {
        self.0.as_ref().and_then(|n| n.align)
    }

    pub(super) fn aliased(&self) -> &Type {
        self.0.as_ref().map_or(&Type::VOID, |n| &n.of)
    }
}

impl Drop for Alias {
    fn drop(&mut self) {
        // Without recursion: a name may stand for a name, any number of times.
        if let Some(last) = self.0.take().and_then(Arc::into_inner) {
            free(last.of);
        }
    }
}

impl Alias {
    /// Takes the last handle to what it stands for out of it.
    pub(super) fn take(&mut self) -> Option<Type> {
        self.0.take().and_then(Arc::into_inner).map(|named| named.of)
    }
}

impl Type {
    /// This type under a typedef name, by which it is then shown. It stays the same type:
    /// `==` holds between the two.
    ///
    /// ```
    /// use ctypes_core::Type;
    /// let size = Type::ULONG.typedef("size_t")?;
    /// assert_eq!(size.declare("n"), "size_t n");
    /// assert_eq!(size.const_pointer().to_string(), "const size_t *");
    /// assert_eq!(size, Type::ULONG);
    /// assert_eq!(size.alias().unwrap().ty().to_string(), "unsigned long");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`DefineError::BadName`] if `name` is no identifier.
    pub fn typedef(&self, name: &str) -> Result<Type, DefineError> {
        self.named(name, None)
    }

    /// This type under a typedef name with `__attribute__((aligned(n)))`, which sets its alignment,
    /// upwards or downwards. Its size stays as it is.
    ///
    /// ```
    /// use ctypes_core::Type;
    /// let unaligned = Type::INT.typedef_aligned("unaligned_int", 1)?;
    /// assert_eq!((unaligned.size(), unaligned.align()), (4, 1));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Type::typedef`], and [`DefineError::Layout`] if `n` is no alignment.
    pub fn typedef_aligned(&self, name: &str, n: u64) -> Result<Type, DefineError> {
        let fault = |fault| DefineError::Layout { record: name.to_owned(), field: None, fault };
        let n = check_alignment(n).map_err(fault)?;
        self.named(name, Some(n))
    }

    fn named(&self, name: &str, align: Option<u64>) -> Result<Type, DefineError> {
        if !is_identifier(name) {
            return Err(DefineError::BadName { name: name.to_owned() });
        }
        Ok(self.named_unchecked(name.into(), align))
    }

    pub(super) fn named_unchecked(&self, name: Arc<str>, align: Option<u64>) -> Type {
        let mut ty = self.clone();
        ty.1.align = align.map_or(self.1.align, |n| n as u32);
        ty.1.alias = Some(Alias(Some(Arc::new(Named { name, align, of: self.clone() }))));
        ty
    }

    /// The typedef name that this type goes by, if it has one.
    pub fn alias(&self) -> Option<Alias> {
        self.1.alias.clone()
    }

    /// This type by its own name, with no typedef at the top. Qualifiers and alignments that came with
    /// the typedefs stay; so do the names of what it is made of.
    ///
    /// ```
    /// use ctypes_core::Type;
    /// let word = Type::UINT.typedef("uint")?.typedef("word")?;
    /// assert_eq!(word.resolved().to_string(), "unsigned int");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn resolved(&self) -> Type {
        let mut ty = self.clone();
        ty.1.alias = None;
        ty
    }
}
