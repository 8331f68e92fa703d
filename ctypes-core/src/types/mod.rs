//! [`Type`]: the description of a C type, the one thing in which everything meets.
//!
//! A `Type` is a cheap handle with two storages and one meaning. Types known at compile time are
//! `&'static` data that the macros emit ([`CType::TYPE`]); types made at run time own what they are
//! made of, and records keep the [`Types`] namespace alive that they were defined in.
//!
//! A handle never changes. One to a record that was incomplete when the handle was taken stays
//! usable: everything but the `const` [`Type::size`] and [`Type::align`] sees the definition as soon
//! as there is one.

pub(crate) mod bit_field;
pub(crate) mod bit_plan;
pub(crate) mod bit_storage;
mod build;
pub(crate) mod byte_order;
mod compare;
pub(crate) mod ctype;
mod definition;
pub(crate) mod discrete;
mod display;
mod enumeration;
mod extent;
mod function;
pub(crate) mod integer;
mod layout_view;
mod listing;
mod message;
mod namespace;
pub(crate) mod passing;
mod record;
mod scalar;
mod shared;
pub(crate) mod verify;

pub use bit_field::{BitField, BitKind, BitOverflow};
pub use build::RecordBuilder;
pub use byte_order::{Be, ByteOrdered, Le};
pub use ctype::{CPointee, CReturn, CType, LongDouble};
pub use discrete::{Discrete, InvalidValue, Raw};
pub use enumeration::Enumeration;
pub use function::{CallConv, FunctionType};
pub use layout_view::{FieldLayout, Gap, Layout};
pub use namespace::{RecordDecl, Types};
pub use record::{Field, FieldRole, FieldRules, Record};
pub use scalar::{Scalar, ScalarClass};

pub(crate) use enumeration::EnumRef;
pub(crate) use function::FunctionRef;
pub(crate) use record::RecordRef;

#[doc(hidden)]
pub use enumeration::StaticEnum;
#[doc(hidden)]
pub use function::StaticFunction;
#[doc(hidden)]
pub use record::{Disagreement, StaticField, StaticRecord};

use crate::error::TypeError;
use crate::layout;
use crate::target::{Endian, Extent, Target};
use shared::Shared;

/// The description of a C type.
///
/// Equality is structural and by name: `int` and `int32_t` differ, two records are equal if their
/// names, rules and fields are. [`Type::is_compatible`] ignores spellings.
///
/// # Examples
/// ```
/// use ctypes_core::Type;
///
/// let row = Type::INT.array(10)?;
/// assert_eq!(row.size(), 40);
/// assert_eq!(row.pointer().to_string(), "int (*)[10]");
/// assert!(Type::INT.is_compatible(&Type::I32) && Type::INT != Type::I32);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Type(pub(crate) Repr);

#[derive(Clone)]
pub(crate) enum Repr {
    Void,
    Scalar(Scalar),
    Ordered(Scalar, Endian),
    Pointer { to: Pointee, is_const: bool, nonnull: bool },
    // The extent is kept beside the element, since a `const fn` cannot look through an `Arc`.
    Array { of: Element, len: u64, native: Extent },
    Record(RecordRef),
    Enum(EnumRef),
    Function(FunctionRef),
}

/// How many pointers, arrays, functions and parameters one declarator may have where it is copied or
/// written out: a type that is built of itself again and again has any number of them.
pub(crate) const MAX_PARTS: u32 = 1 << 14;

/// What a pointer points at, looked up only when asked: that is what makes recursion possible.
#[derive(Clone)]
pub(crate) enum Pointee {
    Static(fn() -> &'static Type),
    Owned(Shared),
}

#[derive(Clone)]
pub(crate) enum Element {
    Static(&'static Type),
    Owned(Shared),
}

/// What kind of type a [`Type`] is, with its parts.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TypeKind {
    /// `void`.
    Void,
    /// A scalar.
    Scalar(Scalar),
    /// A scalar whose bytes stand in an order of their own, as [`Be`] and [`Le`] say.
    Ordered {
        /// The scalar.
        of: Scalar,
        /// The order of its bytes on every target.
        endian: Endian,
    },
    /// A pointer.
    Pointer {
        /// What it points at.
        to: Type,
        /// Whether what it points at is `const`.
        is_const: bool,
    },
    /// An array.
    Array {
        /// The element.
        of: Type,
        /// The number of elements.
        len: u64,
    },
    /// A struct or union.
    Record(Record),
    /// An enumeration.
    Enum(Enumeration),
    /// A function (not a pointer to one).
    Function(FunctionType),
}

impl Type {
    /// C's `void`: no size, only behind pointers and as a result.
    pub const VOID: Type = Type(Repr::Void);
    /// C's `void *`.
    #[doc(alias = "c_void_p")]
    pub const VOID_PTR: Type = Type(Repr::Pointer {
        to: Pointee::Static(|| &Type::VOID),
        is_const: false,
        nonnull: false,
    });
    /// C's `char *`.
    pub const CHAR_PTR: Type = Type(Repr::Pointer {
        to: Pointee::Static(|| &Type::CHAR),
        is_const: false,
        nonnull: false,
    });
    /// C's `const char *`.
    #[doc(alias = "c_char_p")]
    pub const CONST_CHAR_PTR: Type =
        Type(Repr::Pointer { to: Pointee::Static(|| &Type::CHAR), is_const: true, nonnull: false });

    /// The type of a scalar.
    pub const fn scalar(scalar: Scalar) -> Type {
        Type(Repr::Scalar(scalar))
    }

    /// A pointer whose pointee is asked for only when it is needed, as recursive types demand.
    #[doc(hidden)]
    pub const fn lazy_pointer(to: fn() -> &'static Type, is_const: bool) -> Type {
        Type(Repr::Pointer { to: Pointee::Static(to), is_const, nonnull: false })
    }

    #[doc(hidden)]
    pub const fn lazy_nonnull(to: fn() -> &'static Type) -> Type {
        Type(Repr::Pointer { to: Pointee::Static(to), is_const: false, nonnull: true })
    }

    /// An array of a `'static` element type; fails to compile if it is too large.
    #[doc(hidden)]
    pub const fn static_array(of: &'static Type, len: usize) -> Type {
        match layout::array(of.native(), len as u64, &Target::NATIVE) {
            Ok(native) => Type(Repr::Array { of: Element::Static(of), len: len as u64, native }),
            Err(_) => panic!("array too large"),
        }
    }

    /// # Safety
    /// The descriptor is that of a Rust type with that size, alignment and fields.
    #[doc(hidden)]
    pub const unsafe fn static_record(record: &'static StaticRecord) -> Type {
        Type(Repr::Record(RecordRef::Static(record)))
    }

    #[doc(hidden)]
    pub const fn static_function(function: &'static StaticFunction) -> Type {
        Type(Repr::Function(FunctionRef::Static(function)))
    }

    /// A pointer to this type.
    ///
    /// ```
    /// # use ctypes_core::Type;
    /// assert_eq!(Type::CHAR.pointer().pointer().to_string(), "char **");
    /// ```
    #[doc(alias = "POINTER")]
    pub fn pointer(&self) -> Type {
        Type(Repr::Pointer {
            to: Pointee::Owned(Shared::new(self.clone())),
            is_const: false,
            nonnull: false,
        })
    }

    /// A pointer to this type as `const`.
    pub fn const_pointer(&self) -> Type {
        Type(Repr::Pointer {
            to: Pointee::Owned(Shared::new(self.clone())),
            is_const: true,
            nonnull: false,
        })
    }

    /// This pointer type with the promise that it is never null, as clang's `_Nonnull` says it: a
    /// call that passes NULL for it is refused. What is no pointer stays as it is.
    ///
    /// ```
    /// # use ctypes_core::Type;
    /// assert_eq!(Type::CONST_CHAR_PTR.nonnull().to_string(), "const char *_Nonnull");
    /// ```
    pub fn nonnull(&self) -> Type {
        match &self.0 {
            Repr::Pointer { to, is_const, .. } => {
                Type(Repr::Pointer { to: to.clone(), is_const: *is_const, nonnull: true })
            }
            _ => self.clone(),
        }
    }

    /// Whether this is a pointer that is promised never to be null.
    pub fn is_nonnull(&self) -> bool {
        matches!(self.0, Repr::Pointer { nonnull: true, .. })
    }

    /// An array of `len` of this type.
    ///
    /// # Errors
    /// If this type has no size, the array would be larger than the platform allows, or it would be
    /// nested deeper than [`layout::MAX_NESTING`].
    #[doc(alias = "ARRAY")]
    pub fn array(&self, len: usize) -> Result<Type, TypeError> {
        if self.nesting() >= layout::MAX_NESTING {
            return Err(TypeError::array(self, len, layout::LayoutFault::TooDeep));
        }
        let element = self.extent_at(&Target::NATIVE).map_err(|e| TypeError::of(self, e))?;
        let native = layout::array(element, len as u64, &Target::NATIVE)
            .map_err(|e| TypeError::array(self, len, e))?;
        Ok(Type(Repr::Array {
            of: Element::Owned(Shared::new(self.clone())),
            len: len as u64,
            native,
        }))
    }

    /// The type of a function, of which [`Type::pointer`] makes a function pointer.
    ///
    /// `fixed` parameters come first; with `variadic` a caller may pass more.
    #[doc(alias = "CFUNCTYPE")]
    pub fn function<'a>(
        conv: CallConv,
        result: &Type,
        params: impl IntoIterator<Item = &'a Type>,
        variadic: bool,
    ) -> Type {
        Type(Repr::Function(FunctionRef::owned(
            conv,
            result.clone(),
            params.into_iter().cloned().collect(),
            variadic,
        )))
    }

    /// The size in bytes on the platform that this program runs on, tail padding included.
    ///
    /// ```
    /// use ctypes_core::{CType, Type};
    /// const N: usize = <[u16; 3]>::TYPE.size();
    /// assert_eq!(N, 6);
    /// ```
    ///
    /// # Panics
    /// For what has no size: `void`, a function, a record that was incomplete when this handle was
    /// taken. [`Type::layout`] is the form that reports an error instead.
    #[doc(alias = "sizeof")]
    pub const fn size(&self) -> usize {
        self.native().size as usize
    }

    /// The alignment in bytes on the platform that this program runs on.
    ///
    /// # Panics
    /// As [`Type::size`].
    #[doc(alias = "alignment")]
    pub const fn align(&self) -> usize {
        self.native().align as usize
    }

    const fn native(&self) -> Extent {
        match self.native_extent() {
            Some(extent) => extent,
            None => panic!("this type has no size: it is void, a function or an incomplete record"),
        }
    }

    /// What kind of type this is, and of what.
    pub fn kind(&self) -> TypeKind {
        match &self.0 {
            Repr::Void => TypeKind::Void,
            Repr::Scalar(s) => TypeKind::Scalar(*s),
            Repr::Ordered(of, endian) => TypeKind::Ordered { of: *of, endian: *endian },
            Repr::Pointer { to, is_const, .. } => {
                TypeKind::Pointer { to: to.get().clone(), is_const: *is_const }
            }
            Repr::Array { of, len, .. } => TypeKind::Array { of: of.get().clone(), len: *len },
            Repr::Record(r) => TypeKind::Record(Record(r.clone())),
            Repr::Enum(e) => TypeKind::Enum(Enumeration(e.clone())),
            Repr::Function(f) => TypeKind::Function(FunctionType(f.clone())),
        }
    }

    /// The record, if this is a struct or union.
    pub fn record(&self) -> Option<Record> {
        match &self.0 {
            Repr::Record(r) => Some(Record(r.clone())),
            _ => None,
        }
    }

    /// The fields of a struct or union; none for anything else.
    pub fn fields(&self) -> Vec<Field> {
        self.record().map(|r| r.fields()).unwrap_or_default()
    }

    /// What the pointer points at, if this is one.
    pub fn pointee(&self) -> Option<Type> {
        match &self.0 {
            Repr::Pointer { to, .. } => Some(to.get().clone()),
            _ => None,
        }
    }
}

impl Pointee {
    pub(crate) fn get(&self) -> &Type {
        match self {
            Pointee::Static(f) => f(),
            Pointee::Owned(t) => t.get(),
        }
    }
}

impl Element {
    pub(crate) fn get(&self) -> &Type {
        match self {
            Element::Static(t) => t,
            Element::Owned(t) => t.get(),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

impl From<&Type> for Type {
    fn from(t: &Type) -> Type {
        t.clone()
    }
}
