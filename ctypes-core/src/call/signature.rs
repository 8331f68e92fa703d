//! [`Signature`]: a function's type, checked and prepared once, called many times.

use super::args::{Pass, Pushed, TypeRef};
use super::tag::{Slot, Tag};
use crate::convert::{self, Misfit, Value};
use crate::error::{CallError, SignatureError};
use crate::target::Target;
use crate::types::{CallConv, Qualifiers, Type, TypeKind};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

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
pub struct Signature(Arc<Prepared>);

struct Prepared {
    conv: CallConv,
    result: Type,
    result_tag: Tag,
    params: Vec<Type>,
    tags: Vec<Tag>,
    /// The type that each parameter took last, and at the end that which took the result.
    taken: Vec<Remembered>,
    variadic: bool,
    engine: super::engine::Prepared,
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
        Signature::prepare(conv, result.clone(), params.into_iter().cloned().collect(), false)
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
        Signature::prepare(conv, result.clone(), params.into_iter().cloned().collect(), true)
    }

    /// Prepares the signature of a function type, or of a pointer to one.
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
        Signature::prepare(f.conv(), f.result(), f.params(), f.is_variadic())
    }

    /// As [`Signature::new`] for parameters that Rust passes by value: an array is refused and not
    /// adjusted to a pointer, since its bytes would be taken for the address.
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
        let engine = super::engine::Prepared::new(conv, &result, &params)?;
        let tags = params.iter().map(Tag::of).collect();
        let taken = (0..=params.len()).map(|_| Remembered::default()).collect();
        Ok(Signature(Arc::new(Prepared {
            conv,
            result,
            result_tag: tag,
            params,
            tags,
            taken,
            variadic,
            engine,
        })))
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

    pub(crate) fn engine(&self) -> &super::engine::Prepared {
        &self.0.engine
    }

    /// Compares the arguments with the parameters and converts what may be converted.
    ///
    /// Afterwards every slot holds a value of its parameter's type.
    #[inline]
    pub(crate) fn check(&self, name: &str, args: &mut Pushed<'_>) -> Result<(), CallError> {
        let args = &mut args.0[..];
        let fixed = self.0.tags.len();
        if args.len() != fixed && !(self.0.variadic && (fixed..=MAX_ARGS).contains(&args.len())) {
            return Err(self.count_error(name, args.len()));
        }
        for (i, (tag, arg)) in self.0.tags.iter().zip(&mut *args).enumerate() {
            let simple = !matches!(tag, Tag::Pointer | Tag::Bytes);
            if arg.tag != *tag || !simple {
                self.check_one(name, arg, i)?;
            }
        }
        if self.0.variadic {
            for (i, arg) in args.iter_mut().enumerate().skip(fixed) {
                promote(i, arg).map_err(CallError::Signature)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn count_error(&self, name: &str, found: usize) -> CallError {
        CallError::ArgumentCount {
            function: name.to_owned(),
            signature: self.to_string(),
            expected: self.0.tags.len(),
            variadic: self.0.variadic,
            found,
        }
    }

    /// Pointers and records need a look at their types, other mismatches a conversion.
    #[inline(never)]
    fn check_one(&self, name: &str, arg: &mut Pass<'_>, i: usize) -> Result<(), CallError> {
        let (param, tag) = (&self.0.params[i], self.0.tags[i]);
        if arg.tag == tag && self.takes(i, arg.ty) {
            let is_null = || {
                // SAFETY: the tag says that the slot holds a pointer.
                unsafe { arg.slot.get::<*const u8>() }.is_null()
            };
            if tag == Tag::Pointer && param.is_nonnull() && is_null() {
                return Err(CallError::NullArgument {
                    function: name.to_owned(),
                    index: i + 1,
                    expected: param.to_string(),
                });
            }
            return Ok(());
        }
        let mut value = Value::Void;
        let misfit = if arg.tag == Tag::Bytes {
            Misfit::Kind
        } else {
            // SAFETY: the slot holds a value of its tag, which is not Bytes.
            value = unsafe { Value::from_slot(arg.tag, &arg.slot) };
            match convert::convert(&value, tag) {
                // The same arguments may go after the `...` of another function, so that the type
                // changes too.
                Ok(slot) => {
                    *arg = Pass { slot, tag, ty: TypeRef::Static(tag.exact_type()) };
                    return Ok(());
                }
                Err(misfit) => misfit,
            }
        };
        Err(match misfit {
            Misfit::Kind => CallError::ArgumentType {
                function: name.to_owned(),
                index: i + 1,
                expected: param.to_string(),
                found: arg.ty.get().to_string(),
                hint: hint(tag, arg.tag),
            },
            Misfit::Range => CallError::ArgumentValue {
                function: name.to_owned(),
                index: i + 1,
                expected: param.to_string(),
                value: format!("{value:?}"),
            },
        })
    }

    /// Whether a parameter takes an argument of that type, their tags being equal.
    fn takes(&self, i: usize, ty: TypeRef<'_>) -> bool {
        let param = &self.0.params[i];
        let takes = |ty: &Type| match self.0.tags[i] {
            Tag::Pointer => param.points_like(ty),
            Tag::Bytes => param.is_compatible(ty),
            _ => true,
        };
        match ty {
            TypeRef::Static(ty) => self.0.taken[i].is(ty, takes),
            TypeRef::Borrowed(ty) => takes(ty),
        }
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
struct Remembered(AtomicPtr<Type>);

impl Remembered {
    #[inline]
    fn is(&self, ty: &'static Type, fits: impl FnOnce(&Type) -> bool) -> bool {
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

/// What is worth saying about a mismatch that users often run into.
fn hint(expected: Tag, found: Tag) -> &'static str {
    match (expected, found) {
        (Tag::Pointer, Tag::I8 | Tag::U8 | Tag::I16 | Tag::U16 | Tag::I32 | Tag::U32) => {
            "an integer is no pointer; for NULL pass core::ptr::null::<c_void>()"
        }
        (Tag::Pointer, Tag::I64 | Tag::U64) => {
            "an integer is no pointer; for an address pass `addr as *mut c_void`"
        }
        (Tag::Pointer, Tag::Bytes) => "pass a pointer to the record: `&raw mut record`",
        (Tag::Pointer, Tag::Pointer) => {
            "cast the pointer to what the signature says, or to *mut c_void"
        }
        (
            Tag::I8 | Tag::U8 | Tag::I16 | Tag::U16 | Tag::I32 | Tag::U32 | Tag::I64 | Tag::U64,
            Tag::F32 | Tag::F64,
        ) => {
            "a float never becomes an integer; write the number without a decimal point, or cast it"
        }
        _ => "",
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

fn passable(ty: &Type) -> Result<(), String> {
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

/// The default argument promotions (C11 6.5.2.2p6) for an argument after the `...`.
fn promote(i: usize, arg: &mut Pass<'_>) -> Result<(), SignatureError> {
    if let Tag::Void | Tag::Bytes = arg.tag {
        let ty = arg.ty.get();
        return passable(ty).map_err(|reason| SignatureError::Parameter {
            index: i + 1,
            ty: ty.to_string(),
            reason,
        });
    }
    // SAFETY: each slot holds a value of its tag; a bool is read as its byte.
    let (slot, tag) = unsafe {
        match arg.tag {
            Tag::F32 => (Slot::new(f64::from(arg.slot.get::<f32>())), Tag::F64),
            Tag::I8 => (Slot::new(i32::from(arg.slot.get::<i8>())), Tag::I32),
            Tag::I16 => (Slot::new(i32::from(arg.slot.get::<i16>())), Tag::I32),
            Tag::Bool | Tag::U8 => (Slot::new(i32::from(arg.slot.get::<u8>())), Tag::I32),
            Tag::U16 => (Slot::new(i32::from(arg.slot.get::<u16>())), Tag::I32),
            _ => return Ok(()),
        }
    };
    *arg = Pass { slot, tag, ty: TypeRef::Static(tag.exact_type()) };
    Ok(())
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
