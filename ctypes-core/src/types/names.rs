//! Ordinary names in a namespace: typedefs, constants, functions and variables. They share one name
//! space (C11 6.2.3p1), which is not that of tags.

use super::namespace::Types;
use super::stored::Stored;
use super::{Type, is_identifier};
use crate::error::DefineError;
use std::sync::Arc;

/// What an ordinary name stands for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum OrdinaryName {
    /// A typedef name: the type, by that name.
    Typedef(Type),
    /// An enumerator, a `constexpr` object, or a macro that stands for a value.
    Constant {
        /// The value.
        value: ConstValue,
        /// Its type in C.
        ty: Type,
    },
    /// A function or variable, with its type.
    Object(Type),
}

/// The value of a C constant.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConstValue {
    /// An integer of any type.
    Int(i128),
    /// A floating-point number, rounded to a double if its type is wider.
    Float(f64),
    /// A string of `char` or `char8_t`, without the null at its end.
    Str(Arc<[u8]>),
    /// A string of wider characters, one number each, without the null at its end.
    WStr(Arc<[u32]>),
}

pub(super) enum StoredName {
    Typedef(Stored),
    Constant(ConstValue, Stored),
    /// With the alignment that is said of the object beside its type.
    Object(Stored, #[cfg_attr(not(feature = "decl"), allow(dead_code))] Option<u64>),
}

impl OrdinaryName {
    fn word(&self) -> &'static str {
        match self {
            OrdinaryName::Typedef(_) => "typedef",
            OrdinaryName::Constant { .. } => "constant",
            OrdinaryName::Object(_) => "function or variable",
        }
    }
}

impl Types {
    /// Declares a typedef name; the type by that name. Saying the same again changes nothing (C11
    /// 6.7p3).
    ///
    /// ```
    /// use ctypes_core::{Type, Types};
    /// let types = Types::new();
    /// let size = types.typedef("size_t", &Type::ULONG)?;
    /// assert_eq!(types.get("size_t").map(|ty| ty.declare("n")), Some("size_t n".to_owned()));
    /// assert_eq!(types.typedef("size_t", &size)?, Type::ULONG);
    /// assert!(types.typedef("size_t", &Type::INT).is_err());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`DefineError::BadName`] if `name` is no identifier, [`DefineError::NameInUse`] if it stands
    /// for something else here, [`DefineError::Layout`] if the declarator has too many parts.
    pub fn typedef(&self, name: &str, ty: &Type) -> Result<Type, DefineError> {
        self.declare_typedef(name, ty.typedef(name)?)
    }

    /// Declares a typedef name with `__attribute__((aligned(n)))`.
    ///
    /// # Errors
    /// As [`Types::typedef`], and if `n` is no alignment.
    pub fn typedef_aligned(&self, name: &str, ty: &Type, n: u64) -> Result<Type, DefineError> {
        self.declare_typedef(name, ty.typedef_aligned(name, n)?)
    }

    fn declare_typedef(&self, name: &str, named: Type) -> Result<Type, DefineError> {
        match self.declare_name(name, OrdinaryName::Typedef(named))? {
            OrdinaryName::Typedef(ty) => Ok(ty),
            other => Err(in_use(name, &other)),
        }
    }

    /// Declares a constant.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, types::{ConstValue, OrdinaryName}};
    /// let types = Types::new();
    /// types.declare_constant("EOF", &Type::INT, ConstValue::Int(-1))?;
    /// let Some(OrdinaryName::Constant { value, .. }) = types.ordinary("EOF") else { panic!() };
    /// assert_eq!(value, ConstValue::Int(-1));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Types::typedef`].
    pub fn declare_constant(
        &self,
        name: &str,
        ty: &Type,
        value: ConstValue,
    ) -> Result<(), DefineError> {
        self.declare_name(name, OrdinaryName::Constant { value, ty: ty.clone() }).map(drop)
    }

    /// Declares a function, or a variable.
    ///
    /// # Errors
    /// As [`Types::typedef`].
    pub fn declare_object(&self, name: &str, ty: &Type) -> Result<(), DefineError> {
        self.declare_name(name, OrdinaryName::Object(ty.clone())).map(drop)
    }

    /// Says more of a function or variable that was declared: the length of an array, parameters, an
    /// alignment.
    #[cfg(feature = "decl")]
    pub(crate) fn redeclare_object(&self, name: &str, ty: &Type, align: Option<u64>) {
        let Some(stored) = self.store(ty, 0, &mut 0) else { return };
        let known = self.write().ordinary.get_mut(name).map(|known| {
            // Dropped when the lock is free again.
            std::mem::replace(known, Arc::new(StoredName::Object(stored, align)))
        });
        drop(known);
    }

    /// The alignment in bytes that is said of a variable or function beside its type.
    #[cfg(feature = "decl")]
    pub(crate) fn object_align(&self, name: &str) -> Option<u64> {
        match &**self.read().ordinary.get(name)? {
            StoredName::Object(_, align) => *align,
            _ => None,
        }
    }

    /// What the ordinary name stands for, if it was declared. Tags have names of their own:
    /// [`Types::get`].
    pub fn ordinary(&self, name: &str) -> Option<OrdinaryName> {
        // Handles to the namespace take its lock themselves, and so may a drop: none is made or
        // dropped while it is held.
        let stored = self.read().ordinary.get(name)?.clone();
        Some(match &*stored {
            StoredName::Typedef(ty) => OrdinaryName::Typedef(self.load(ty)),
            StoredName::Constant(value, ty) => {
                OrdinaryName::Constant { value: value.clone(), ty: self.load(ty) }
            }
            StoredName::Object(ty, _) => OrdinaryName::Object(self.load(ty)),
        })
    }

    /// What the name stands for now: `new`, or what was the same before.
    fn declare_name(&self, name: &str, new: OrdinaryName) -> Result<OrdinaryName, DefineError> {
        if !is_identifier(name) {
            return Err(DefineError::BadName { name: name.to_owned() });
        }
        let store = |ty: &Type| {
            self.store(ty, 0, &mut 0).ok_or_else(|| DefineError::Layout {
                record: name.to_owned(),
                field: None,
                fault: crate::layout::LayoutFault::TooDeep,
            })
        };
        let stored = Arc::new(match &new {
            OrdinaryName::Typedef(ty) => StoredName::Typedef(store(ty)?),
            OrdinaryName::Constant { value, ty } => StoredName::Constant(value.clone(), store(ty)?),
            OrdinaryName::Object(ty) => StoredName::Object(store(ty)?, None),
        });
        let is_new = match self.write().ordinary.entry(name.into()) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(stored);
                true
            }
        };
        if is_new {
            return Ok(new);
        }
        match self.ordinary(name) {
            Some(known) if known == new => Ok(known),
            Some(known) => Err(in_use(name, &known)),
            None => Ok(new),
        }
    }
}

fn in_use(name: &str, known: &OrdinaryName) -> DefineError {
    let ty = match known {
        OrdinaryName::Typedef(ty) => ty.resolved(),
        OrdinaryName::Constant { ty, .. } | OrdinaryName::Object(ty) => ty.clone(),
    };
    let found = format!("{} of type `{ty}`", known.word());
    DefineError::NameInUse { name: name.to_owned(), found }
}
