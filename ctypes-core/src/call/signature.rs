//! [`Signature`]: a function's type, checked and prepared once, called many times.

use super::args::{Pushed, TypeRef};
use super::tag::{Slot, Tag};
use crate::convert::{self, Misfit, Value};
use crate::error::{CallError, SignatureError};
use crate::types::{CallConv, Type, TypeKind};
use std::fmt;
use std::sync::Arc;

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
        if let Some(i) = params.iter().position(|p| matches!(p.kind(), TypeKind::Array { .. })) {
            return Err(SignatureError::Parameter {
                index: i + 1,
                ty: params[i].to_string(),
                reason: "C takes an array as a pointer to its first element: write a pointer"
                    .to_owned(),
            });
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
        Ok(Signature(Arc::new(Prepared {
            conv,
            result,
            result_tag: tag,
            params,
            tags,
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
    pub(crate) fn check(&self, name: &str, args: &mut Pushed<'_>) -> Result<(), CallError> {
        let fixed = self.0.tags.len();
        if args.len() != fixed && !(self.0.variadic && (fixed..=MAX_ARGS).contains(&args.len())) {
            return Err(self.count_error(name, args.len()));
        }
        for (i, tag) in self.0.tags.iter().enumerate() {
            let simple = !matches!(tag, Tag::Pointer | Tag::Bytes);
            if simple && args.tags[i] == *tag {
                continue;
            }
            self.check_one(name, args, i)?;
        }
        if self.0.variadic {
            (fixed..args.len()).try_for_each(|i| promote(name, args, i))?;
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
    fn check_one(&self, name: &str, args: &mut Pushed<'_>, i: usize) -> Result<(), CallError> {
        let (param, tag, found) = (&self.0.params[i], self.0.tags[i], args.tags[i]);
        let arg = args.types[i].get();
        let fits = found == tag
            && match tag {
                Tag::Pointer => param.points_like(arg),
                Tag::Bytes => param.is_compatible(arg),
                _ => true,
            };
        if fits {
            let is_null = || {
                // SAFETY: the slot's tag says that it holds a pointer.
                unsafe { args.slots[i].get::<*const u8>() }.is_null()
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
        let misfit = if found == Tag::Bytes {
            Misfit::Kind
        } else {
            // SAFETY: the slot holds a value of its tag, which is not Bytes.
            match convert::convert(&unsafe { Value::from_slot(found, &args.slots[i]) }, tag) {
                Ok(slot) => {
                    args.slots[i] = slot;
                    args.tags[i] = tag;
                    // The same arguments may go after the `...` of another function.
                    args.types[i] = TypeRef::Owned(param.clone());
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
                found: arg.to_string(),
                hint: hint(tag, found),
            },
            Misfit::Range => CallError::ArgumentValue {
                function: name.to_owned(),
                index: i + 1,
                expected: param.to_string(),
                // SAFETY: as above.
                value: format!("{:?}", unsafe { Value::from_slot(found, &args.slots[i]) }),
            },
        })
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
        TypeKind::Array { of, .. } => of.pointer(),
        TypeKind::Function(f) => f.ty().pointer(),
        _ => param.clone(),
    }
}

fn passable(ty: &Type) -> Result<(), String> {
    match ty.kind() {
        TypeKind::Void => Err("void is only a result".to_owned()),
        TypeKind::Array { .. } => Err("C passes and returns no arrays".to_owned()),
        TypeKind::Function(_) => Err("C functions do not return functions".to_owned()),
        TypeKind::Record(_) => match ty.layout() {
            Ok(layout) if layout.size() == 0 => Err("it is empty".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        },
        _ => Ok(()),
    }
}

/// The default argument promotions (C11 6.5.2.2p6) for an argument after the `...`.
fn promote(name: &str, args: &mut Pushed<'_>, i: usize) -> Result<(), CallError> {
    let to: &'static Type = match args.tags[i] {
        Tag::F32 => &Type::DOUBLE,
        Tag::I8 | Tag::I16 | Tag::U8 | Tag::U16 => &Type::INT,
        Tag::Bool => {
            // SAFETY: the slot holds a bool, read as its byte.
            let byte: u8 = unsafe { args.slots[i].get() };
            args.slots[i] = Slot::new(i32::from(byte));
            args.tags[i] = Tag::I32;
            args.types[i] = TypeRef::Static(&Type::INT);
            return Ok(());
        }
        Tag::Void | Tag::Bytes => {
            return passable(args.types[i].get()).map_err(|reason| {
                CallError::Signature(SignatureError::Parameter {
                    index: i + 1,
                    ty: args.types[i].get().to_string(),
                    reason,
                })
            });
        }
        _ => return Ok(()),
    };
    let tag = Tag::of(to);
    // SAFETY: the slot holds a value of its tag, which is not Bytes here.
    let value = unsafe { Value::from_slot(args.tags[i], &args.slots[i]) };
    // A promotion preserves the value, so that the conversion cannot fail.
    args.slots[i] = convert::convert(&value, tag).map_err(|_| CallError::ArgumentValue {
        function: name.to_owned(),
        index: i + 1,
        expected: to.to_string(),
        value: format!("{value:?}"),
    })?;
    args.tags[i] = tag;
    args.types[i] = TypeRef::Static(to);
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
