//! [`Type`]: the description of a C type, the one thing in which everything meets.
//!
//! A `Type` is a cheap handle with two storages and one meaning. Types known at compile time are
//! `&'static` data that the macros emit ([`CType::TYPE`]); types made at run time own what they are
//! made of, and records keep the [`Types`] namespace alive that they were defined in.
//!
//! A handle never changes. One to a record that was incomplete when the handle was taken stays
//! usable: everything but the `const` [`Type::size`] and [`Type::align`] sees the definition as soon
//! as there is one.

mod alias;
pub(crate) mod bit_field;
mod bit_int;
pub(crate) mod bit_plan;
pub(crate) mod bit_storage;
mod build;
pub(crate) mod byte_order;
mod compare;
mod complex;
pub(crate) mod ctype;
mod definition;
pub(crate) mod describe;
pub(crate) mod discrete;
mod display;
mod enumeration;
mod extent;
mod function;
pub(crate) mod integer;
mod layout_view;
mod listing;
mod long_double;
mod message;
mod names;
mod namespace;
pub(crate) mod overlay;
mod passing;
mod place;
mod qualifiers;
mod record;
pub(crate) mod scalar;
mod shared;
pub(crate) mod spelled;
mod static_record;
mod stored;
mod struct_format;
mod vector;
pub(crate) mod verify;

pub use alias::Alias;
pub use bit_field::{BitField, BitKind, BitOverflow};
pub use bit_int::BitInt;
pub use build::RecordBuilder;
pub use byte_order::{Be, ByteOrdered, Le};
pub use complex::Complex;
pub use ctype::{CPointee, CReturn, CType};
pub use discrete::{Discrete, InvalidValue, Raw};
pub use enumeration::Enumeration;
pub use function::{CallConv, FunctionType};
pub use layout_view::{FieldLayout, Gap, Layout};
pub use long_double::LongDouble;
pub use names::{ConstValue, OrdinaryName};
pub use namespace::{RecordDecl, Types};
pub use place::Place;
pub use qualifiers::Qualifiers;
pub use record::{Field, FieldRole, FieldRules, Record};
pub use scalar::{FloatFormat, Scalar, ScalarClass};
pub use vector::Vector;

pub(crate) use alias::Spelling;
pub(crate) use enumeration::EnumRef;
#[cfg(feature = "decl")]
pub(crate) use extent::Measuring;
pub(crate) use function::{FunctionRef, StaticFunction};
#[cfg(feature = "decl")]
pub(crate) use record::RecordId;
pub(crate) use record::RecordRef;

#[doc(hidden)]
pub use enumeration::StaticEnum;
#[doc(hidden)]
pub use static_record::{Disagreement, StaticMember, StaticRecord};

use crate::error::TypeError;
use crate::layout;
use crate::target::{Endian, Extent, Target};
use shared::Shared;

/// The description of a C type.
///
/// Equality is structural and by name: `int` and `int32_t` differ, two records are equal if their
/// names, rules and fields are. Typedef names make no difference to it, qualifiers do.
/// [`Type::is_compatible`] ignores spellings and qualifiers.
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
pub struct Type(pub(crate) Repr, pub(crate) Spelling);

#[derive(Clone)]
pub(crate) enum Repr {
    Void,
    Scalar(Scalar),
    BitInt(BitInt),
    Vector(Vector),
    Ordered(Scalar, Endian),
    Pointer { to: Pointee },
    // The extent is kept beside the element, since a `const fn` cannot look through an `Arc`.
    Array { of: Element, len: u64, native: Extent },
    IncompleteArray { of: Element },
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
    /// The qualifiers stand beside the function, since a `static` type has none of its own.
    Static(fn() -> &'static Type, Qualifiers),
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
    /// C23's `_BitInt(N)`.
    BitInt(BitInt),
    /// A GNU vector.
    Vector(Vector),
    /// A scalar whose bytes stand in an order of their own, as [`Be`] and [`Le`] say.
    Ordered {
        /// The scalar.
        of: Scalar,
        /// The order of its bytes on every target.
        endian: Endian,
    },
    /// A pointer.
    Pointer {
        /// What it points at, with its qualifiers.
        to: Type,
    },
    /// An array.
    Array {
        /// The element.
        of: Type,
        /// The number of elements.
        len: u64,
    },
    /// An array of which another declaration, or nobody, says the length: `int a[]`. It has no size
    /// (C11 6.2.5p22).
    IncompleteArray {
        /// The element.
        of: Type,
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
    pub const VOID: Type = Type(Repr::Void, Spelling::PLAIN);
    /// C's `void *`.
    #[doc(alias = "c_void_p")]
    pub const VOID_PTR: Type = Type(
        Repr::Pointer { to: Pointee::Static(|| &Type::VOID, Qualifiers::NONE) },
        Spelling::PLAIN,
    );
    /// C's `char *`.
    pub const CHAR_PTR: Type = Type(
        Repr::Pointer { to: Pointee::Static(|| &Type::CHAR, Qualifiers::NONE) },
        Spelling::PLAIN,
    );
    /// C's `const char *`.
    #[doc(alias = "c_char_p")]
    pub const CONST_CHAR_PTR: Type = Type(
        Repr::Pointer { to: Pointee::Static(|| &Type::CHAR, Qualifiers::CONST) },
        Spelling::PLAIN,
    );

    // Not for constants: the compiler takes what a call returns for something to be dropped.
    pub(crate) const fn of(repr: Repr) -> Type {
        Type(repr, Spelling::PLAIN)
    }

    /// The type of a scalar.
    pub const fn scalar(scalar: Scalar) -> Type {
        Type::of(Repr::Scalar(scalar))
    }

    /// A pointer whose pointee is asked for only when it is needed, as recursive types demand.
    pub(crate) const fn lazy_pointer(to: fn() -> &'static Type, is_const: bool) -> Type {
        let qualifiers = if is_const { Qualifiers::CONST } else { Qualifiers::NONE };
        Type::of(Repr::Pointer { to: Pointee::Static(to, qualifiers) })
    }

    pub(crate) const fn lazy_nonnull(to: fn() -> &'static Type) -> Type {
        let to = Pointee::Static(to, Qualifiers::NONE);
        Type(Repr::Pointer { to }, Spelling::qualified(Qualifiers::NONNULL))
    }

    /// An array of a `'static` element type; fails to compile if it is too large.
    pub(crate) const fn static_array(of: &'static Type, len: usize) -> Type {
        match layout::array(of.native(), len as u64, &Target::NATIVE) {
            Ok(native) => {
                Type::of(Repr::Array { of: Element::Static(of), len: len as u64, native })
            }
            Err(_) => panic!("array too large"),
        }
    }

    pub(crate) const fn static_function(function: &'static StaticFunction) -> Type {
        Type::of(Repr::Function(FunctionRef::Static(function)))
    }

    /// A pointer to this type.
    ///
    /// ```
    /// # use ctypes_core::Type;
    /// assert_eq!(Type::CHAR.pointer().pointer().to_string(), "char **");
    /// ```
    #[doc(alias = "POINTER")]
    pub fn pointer(&self) -> Type {
        Type::of(Repr::Pointer { to: Pointee::Owned(Shared::new(self.clone())) })
    }

    /// A pointer to this type as `const`.
    pub fn const_pointer(&self) -> Type {
        self.with_qualifiers(Qualifiers::CONST).pointer()
    }

    /// This pointer type with the promise that it is never null, as clang's `_Nonnull` says it: a
    /// call that passes NULL for it is refused. What is no pointer stays as it is.
    ///
    /// ```
    /// # use ctypes_core::Type;
    /// assert_eq!(Type::CONST_CHAR_PTR.nonnull().to_string(), "const char *_Nonnull");
    /// ```
    pub fn nonnull(&self) -> Type {
        self.with_qualifiers(Qualifiers::NONNULL)
    }

    /// Whether this is a pointer that is promised never to be null.
    pub fn is_nonnull(&self) -> bool {
        self.1.qualifiers.contains(Qualifiers::NONNULL)
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
        let native = self
            .array_extent(element, len as u64, &Target::NATIVE)
            .map_err(|e| TypeError::array(self, len, e))?;
        Ok(self.array_of(len as u64, native))
    }

    /// An array of this type whose length is not known, as `extern int a[];` declares it. It has no
    /// size, and is compatible with an array of any length. A flexible array at the end of a struct is
    /// another matter ([`RecordBuilder::flexible`]).
    ///
    /// ```
    /// use ctypes_core::Type;
    /// let errors = Type::CONST_CHAR_PTR.incomplete_array()?;
    /// assert_eq!(errors.declare("sys_errlist"), "const char *sys_errlist[]");
    /// assert!(errors.layout().is_err());
    /// assert!(errors.is_compatible(&Type::CONST_CHAR_PTR.array(134)?));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If this type has no size (C11 6.7.6.2p1), or would be nested deeper than
    /// [`layout::MAX_NESTING`].
    pub fn incomplete_array(&self) -> Result<Type, TypeError> {
        // What can be no element of an array with a length can be none of this one.
        self.array(0).map(|_| self.incomplete_array_of())
    }

    /// An array of unknown length of this type, which can be an element.
    fn incomplete_array_of(&self) -> Type {
        let of = Element::Owned(Shared::new(self.clone()));
        let qualifiers = self.1.qualifiers.of_arrays();
        Type(Repr::IncompleteArray { of }, Spelling::qualified(qualifiers))
    }

    /// An array of this type whose size and alignment here are known.
    fn array_of(&self, len: u64, native: Extent) -> Type {
        let of = Element::Owned(Shared::new(self.clone()));
        Type(Repr::Array { of, len, native }, Spelling::qualified(self.1.qualifiers.of_arrays()))
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
        Type::of(Repr::Function(FunctionRef::owned(
            conv,
            result.clone(),
            params.into_iter().cloned().collect(),
            variadic,
        )))
    }

    /// As [`Type::function`], of parts that are given away.
    #[cfg(feature = "decl")]
    pub(crate) fn function_of(
        conv: CallConv,
        result: Type,
        params: Vec<Type>,
        variadic: bool,
    ) -> Type {
        Type::of(Repr::Function(FunctionRef::owned(conv, result, params, variadic)))
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
    /// For what has no size: `void`, a function, an array of unknown length, a record that was incomplete when this handle was
    /// taken, a type that this platform's C has not. [`Type::layout`] is the form that reports an error instead.
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
            None => panic!(
                "this type has no size: it is void, a function, an incomplete record, or a type that \
                 this platform's C has not"
            ),
        }
    }

    /// What kind of type this is, and of what.
    pub fn kind(&self) -> TypeKind {
        match &self.0 {
            Repr::Void => TypeKind::Void,
            Repr::Scalar(s) => TypeKind::Scalar(*s),
            Repr::BitInt(b) => TypeKind::BitInt(*b),
            Repr::Vector(v) => TypeKind::Vector(*v),
            Repr::Ordered(of, endian) => TypeKind::Ordered { of: *of, endian: *endian },
            Repr::Pointer { to } => TypeKind::Pointer { to: to.ty() },
            Repr::Array { of, len, .. } => TypeKind::Array { of: of.get().clone(), len: *len },
            Repr::IncompleteArray { of } => TypeKind::IncompleteArray { of: of.get().clone() },
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

    /// What an array is an array of.
    pub(crate) fn element(&self) -> Option<&Type> {
        match &self.0 {
            Repr::Array { of, .. } | Repr::IncompleteArray { of } => Some(of.get()),
            _ => None,
        }
    }

    /// What arrays of arrays are made of in the end; of what is no array, the type itself.
    pub(crate) fn bottom(&self) -> &Type {
        let mut ty = self;
        while let Some(of) = ty.element() {
            ty = of;
        }
        ty
    }

    /// What the pointer points at, if this is one.
    pub fn pointee(&self) -> Option<Type> {
        match &self.0 {
            Repr::Pointer { to } => Some(to.ty()),
            _ => None,
        }
    }
}

impl Pointee {
    /// The type, of which the qualifiers may be missing.
    pub(crate) fn get(&self) -> &Type {
        match self {
            Pointee::Static(f, _) => f(),
            Pointee::Owned(t) => t.get(),
        }
    }

    /// The type with its qualifiers.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Pointee::Static(f, Qualifiers::NONE) => f().clone(),
            Pointee::Static(f, qualifiers) => f().with_qualifiers(*qualifiers),
            Pointee::Owned(t) => t.get().clone(),
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

/// The size here of the elements of an array.
pub(crate) fn element_size(array: &Type) -> Option<u64> {
    match &array.0 {
        Repr::Array { of, .. } => of.get().native_extent().map(|e| e.size),
        _ => None,
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
