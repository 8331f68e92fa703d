//! [`Signature`]: a function's type, checked and prepared once, called many times.

use super::arch::Places;
use super::engine::Engine;
use super::tag::Tag;
use crate::error::SignatureError;
use crate::target::Target;
use crate::types::{CallConv, Qualifiers, Type, TypeKind};
use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, OnceLock};

/// The largest number of arguments of a call, as in Python's ctypes.
pub const MAX_ARGS: usize = 1024;

/// The calling convention, parameters and result of a function, prepared for calls.
///
/// # Examples
/// ```
/// use ctypes_core::{CallConv, Signature, Type};
///
/// let sig = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE, &Type::DOUBLE])?;
/// assert_eq!(sig.to_string(), "double (double, double)");
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "CFUNCTYPE")]
#[doc(alias = "WINFUNCTYPE")]
#[doc(alias = "argtypes")]
#[doc(alias = "restype")]
pub struct Signature(pub(super) Arc<Prepared>, Option<Arc<[Arc<str>]>>);

pub(super) struct Prepared {
    conv: CallConv,
    result: Type,
    result_tag: Tag,
    pub(super) params: Vec<Type>,
    pub(super) tags: Vec<Tag>,
    /// The type that each parameter took last, and at the end that which took the result.
    pub(super) taken: Vec<Remembered>,
    pub(super) variadic: bool,
    engine: Engine,
    /// Where a callback finds its arguments, if an entry can take them.
    places: OnceLock<Option<Places>>,
}

impl Signature {
    /// Prepares a signature with a fixed number of parameters.
    ///
    /// # Errors
    /// A parameter or result that has no size or cannot be passed by value, too many parameters, a
    /// convention that this platform lacks.
    pub fn new<'a>(
        conv: CallConv,
        result: &Type,
        params: impl IntoIterator<Item = &'a Type>,
    ) -> Result<Signature, SignatureError> {
        Signature::prepare(conv, result.clone(), params.into_iter().cloned().collect(), false)?
            .callable()
    }

    /// Prepares a signature with `params` before the `...`.
    ///
    /// # Errors
    /// As [`Signature::new`].
    pub fn variadic<'a>(
        conv: CallConv,
        result: &Type,
        params: impl IntoIterator<Item = &'a Type>,
    ) -> Result<Signature, SignatureError> {
        Signature::prepare(conv, result.clone(), params.into_iter().cloned().collect(), true)?
            .callable()
    }

    /// Prepares the signature of a function type, or of a pointer to one, which Rust's types of function pointers are.
    ///
    /// ```
    /// use ctypes_core::{CType, Signature};
    ///
    /// let sig = Signature::of(<unsafe extern "C" fn(f64, i32) -> f64>::TYPE)?;
    /// assert_eq!(sig.to_string(), "double (double, int32_t)");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `ty` is something else, and as [`Signature::new`].
    pub fn of(ty: &Type) -> Result<Signature, SignatureError> {
        let function = match ty.kind() {
            TypeKind::Function(f) => Some(f),
            TypeKind::Pointer { to, .. } => match to.kind() {
                TypeKind::Function(f) => Some(f),
                _ => None,
            },
            _ => None,
        };
        let Some(f) = function else {
            return Err(SignatureError::NoFunction { found: ty.to_string() });
        };
        Signature::prepare(f.conv(), f.result(), f.params(), f.is_variadic())?.callable()
    }

    /// Refuses what the engine cannot call. In a build without an engine a signature is for callbacks.
    fn callable(self) -> Result<Signature, SignatureError> {
        match self.engine().prepared() {
            Err(e) if !(e == SignatureError::NoEngine && self.places().is_some()) => Err(e),
            _ => Ok(self),
        }
    }

    /// As [`Signature::new`] for parameters that Rust passes by value: an array is refused and not
    /// adjusted to a pointer, since its bytes would be taken for the address. What only callbacks can take is not refused.
    pub(crate) fn by_value<'a>(
        conv: CallConv,
        result: &Type,
        params: impl IntoIterator<Item = &'a Type>,
    ) -> Result<Signature, SignatureError> {
        let params: Vec<Type> = params.into_iter().cloned().collect();
        for (i, param) in params.iter().enumerate() {
            if let Some(reason) = param.refused_by_value() {
                return Err(SignatureError::Parameter {
                    index: i + 1,
                    ty: param.to_string(),
                    reason: reason.to_owned(),
                });
            }
        }
        Signature::prepare(conv, result.clone(), params, false)
    }

    fn prepare(
        conv: CallConv,
        result: Type,
        mut params: Vec<Type>,
        variadic: bool,
    ) -> Result<Signature, SignatureError> {
        if params.len() > MAX_ARGS {
            return Err(SignatureError::TooManyParameters { found: params.len() });
        }
        for (i, param) in params.iter_mut().enumerate() {
            // A handle that was taken before the record's definition knows no size.
            *param = adjusted(param).renewed();
            passable(param).map_err(|reason| SignatureError::Parameter {
                index: i + 1,
                ty: param.to_string(),
                reason,
            })?;
        }
        let result = result.renewed();
        let tag = Tag::of(&result);
        let is_void = matches!(result.kind(), TypeKind::Void);
        if !is_void {
            passable(&result)
                .map_err(|reason| SignatureError::Result { ty: result.to_string(), reason })?;
        }
        let engine = Engine::new(conv, &result, &params);
        let tags = params.iter().map(Tag::of).collect();
        let taken = (0..=params.len()).map(|_| Remembered::default()).collect();
        let places = OnceLock::new();
        let prepared = Prepared {
            conv,
            result,
            result_tag: tag,
            params,
            tags,
            taken,
            variadic,
            engine,
            places,
        };
        let signature = Signature(Arc::new(prepared), None);
        match signature.engine().prepared() {
            Err(e) if signature.places().is_none() => Err(e),
            _ => Ok(signature),
        }
    }

    /// The same signature with names for its parameters, for messages: `argument 2 (`exp`) of `frexp`: …`. What
    /// declarations in C say is there already.
    ///
    /// ```
    /// use ctypes_core::{CallConv, Signature, Type};
    ///
    /// let sig = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE, &Type::INT.pointer()])?;
    /// assert_eq!(sig.with_names(["x", "exp"]).name(1), Some("exp"));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_names<N: Into<Arc<str>>>(self, names: impl IntoIterator<Item = N>) -> Signature {
        Signature(self.0, Some(names.into_iter().map(Into::into).collect()))
    }

    /// The name of the parameter at that index, if it has one.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.1.as_ref()?.get(index).map(|name| &**name).filter(|name| !name.is_empty())
    }

    /// The calling convention.
    pub fn conv(&self) -> CallConv {
        self.0.conv
    }

    /// The result type.
    pub fn result(&self) -> &Type {
        &self.0.result
    }

    /// The parameters before any `...`.
    pub fn params(&self) -> &[Type] {
        &self.0.params
    }

    /// Whether more arguments may follow the parameters.
    pub fn is_variadic(&self) -> bool {
        self.0.variadic
    }

    /// The function type.
    pub fn ty(&self) -> Type {
        Type::function(self.conv(), self.result(), self.params(), self.is_variadic())
    }

    pub(crate) fn result_tag(&self) -> Tag {
        self.0.result_tag
    }

    pub(crate) fn tags(&self) -> &[Tag] {
        &self.0.tags
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Where a callback finds its arguments, if one of the entries in the program's text can take them.
    #[inline]
    pub(crate) fn places(&self) -> Option<&Places> {
        let make = || Places::new(self.conv(), self.result(), self.params());
        self.0.places.get_or_init(make).as_ref()
    }

    /// Whether a Rust type with that tag takes the result: it is the same type, or a number that
    /// holds all of its values.
    #[inline]
    pub(crate) fn gives(&self, want: &'static Type, tag: Tag) -> bool {
        let result = &self.0.result;
        match (tag, self.0.result_tag) {
            (Tag::Pointer, Tag::Pointer) => {
                self.0.taken[self.0.tags.len()].is(want, |want| want.points_like(result))
            }
            (Tag::Bytes, Tag::Bytes) => {
                self.0.taken[self.0.tags.len()].is(want, |want| want.is_compatible(result))
            }
            (a, b) => a == b || a.holds(b),
        }
    }
}

/// The `'static` type that was last found to fit. Such a type is the same for as long as the program
/// runs, and so is the answer.
#[derive(Default)]
pub(super) struct Remembered(AtomicPtr<Type>);

impl Remembered {
    #[inline]
    pub(super) fn is(&self, ty: &'static Type, fits: impl FnOnce(&Type) -> bool) -> bool {
        if core::ptr::eq(self.0.load(Ordering::Relaxed), ty) {
            return true;
        }
        let fits = fits(ty);
        if fits {
            self.0.store(core::ptr::from_ref(ty).cast_mut(), Ordering::Relaxed);
        }
        fits
    }
}

/// C's adjustments of a parameter's type (C11 6.7.6.3p7-8): an array is a pointer to its element, a
/// function a pointer to itself.
fn adjusted(param: &Type) -> Type {
    match param.kind() {
        TypeKind::Array { of, .. } | TypeKind::IncompleteArray { of } => of.pointer(),
        TypeKind::Function(f) => f.ty().pointer(),
        // GNU: passed as its first member is.
        TypeKind::Record(record) if record.rules().transparent_union => {
            record.fields().first().map_or_else(|| param.clone(), |first| adjusted(first.ty()))
        }
        // What is passed is a copy, of which nothing is atomic.
        _ => param.dequalified(Qualifiers::ATOMIC),
    }
}

pub(super) fn passable(ty: &Type) -> Result<(), String> {
    if ty.1.align != 0 && Tag::of(ty) == Tag::Bytes {
        return Err("a typedef gives it an alignment of its own".to_owned());
    }
    match ty.kind() {
        TypeKind::Vector(_) => Err("the call engine passes no vectors".to_owned()),
        TypeKind::BitInt(_) => Err("the call engine passes no `_BitInt`".to_owned()),
        TypeKind::Scalar(s) if !s.is_available(&Target::NATIVE) => {
            Err("this platform has no such type".to_owned())
        }
        TypeKind::Void => Err("void is only a result".to_owned()),
        TypeKind::Array { .. } | TypeKind::IncompleteArray { .. } => {
            Err("C passes and returns no arrays".to_owned())
        }
        TypeKind::Enum(e) if e.underlying(&Target::NATIVE).is_none() => {
            Err("the enumeration is declared but not defined".to_owned())
        }
        TypeKind::Function(_) => Err("C functions do not return functions".to_owned()),
        TypeKind::Record(_) => match ty.layout() {
            Ok(layout) if layout.size() == 0 => Err("it is empty".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        },
        _ => ty.refused_by_value().map_or(Ok(()), |reason| Err(reason.to_owned())),
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.ty(), f)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}
