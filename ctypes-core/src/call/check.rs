//! The comparison of arguments with a signature, and what it converts.

use super::args::{Fault, Pass, Pushed, TypeRef};
use super::signature::{MAX_ARGS, Signature, passable};
use super::tag::{Slot, Tag};
use crate::convert::{self, Misfit, Value};
use crate::error::{CallError, SignatureError};
use crate::types::{Repr, Scalar, Type};

impl Signature {
    /// Compares the arguments with the parameters and converts what may be converted.
    ///
    /// Afterwards every slot holds a value of its parameter's type.
    #[inline]
    pub(crate) fn check(&self, name: &str, args: &mut Pushed<'_>) -> Result<(), CallError> {
        if let Some(fault) = args.fault() {
            return Err(self.faulty(name, fault));
        }
        let Pushed { list, copies, .. } = args;
        let args = &mut list[..];
        let fixed = self.0.tags.len();
        if args.len() != fixed && !(self.0.variadic && (fixed..=MAX_ARGS).contains(&args.len())) {
            return Err(self.count_error(name, args.len()));
        }
        for (i, (tag, arg)) in self.0.tags.iter().zip(&mut *args).enumerate() {
            let simple = !matches!(tag, Tag::Pointer | Tag::Bytes);
            if arg.tag != *tag || !simple {
                self.check_one(name, arg, i, copies)?;
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
    fn faulty(&self, name: &str, fault: &Fault) -> CallError {
        let param = self.0.params.get(fault.index);
        CallError::ArgumentForm {
            function: name.to_owned(),
            index: fault.index + 1,
            parameter: self.name(fault.index).map(Into::into),
            expected: param.unwrap_or(&Type::CONST_CHAR_PTR).to_string(),
            reason: fault.reason.clone(),
        }
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
    fn check_one(
        &self,
        name: &str,
        arg: &mut Pass<'_>,
        i: usize,
        copies: &mut Vec<Vec<u128>>,
    ) -> Result<(), CallError> {
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
                    parameter: self.name(i).map(Into::into),
                    expected: param.to_string(),
                });
            }
            return Ok(());
        }
        // SAFETY: the slot holds a value of its tag and type.
        let value = unsafe { value_of(arg) };
        // The same arguments may go after the `...` of another function, so that the type changes too.
        let misfit = match (&value, wide_integer(param)) {
            (Ok(value), None) => match convert::convert(value, tag) {
                Ok(slot) => {
                    *arg = Pass { slot, tag, ty: TypeRef::Static(tag.exact_type()) };
                    return Ok(());
                }
                Err(misfit) => misfit,
            },
            (Ok(value), Some((is_signed, ty))) => match convert::wide(value, is_signed) {
                Ok(wide) => {
                    let mut copy = vec![wide];
                    *arg =
                        Pass { slot: Slot::new(copy.as_mut_ptr()), tag, ty: TypeRef::Static(ty) };
                    copies.push(copy);
                    return Ok(());
                }
                Err(misfit) => misfit,
            },
            (Err(misfit), _) => *misfit,
        };
        Err(match misfit {
            Misfit::Kind => CallError::ArgumentType {
                function: name.to_owned(),
                index: i + 1,
                parameter: self.name(i).map(Into::into),
                expected: param.to_string(),
                found: arg.ty.get().to_string(),
                hint: hint(param, tag, arg.tag),
            },
            Misfit::Range => CallError::ArgumentValue {
                function: name.to_owned(),
                index: i + 1,
                parameter: self.name(i).map(Into::into),
                expected: param.to_string(),
                value: value.map_or_else(|_| "".into(), |value| format!("{value:?}").into()),
                hint: limits(tag),
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
}

/// Whether a type is a 128-bit integer: its sign, and itself.
fn wide_integer(ty: &Type) -> Option<(bool, &'static Type)> {
    match ty.0 {
        Repr::Scalar(Scalar::Int128) => Some((true, &Type::I128)),
        Repr::Scalar(Scalar::UInt128) => Some((false, &Type::U128)),
        _ => None,
    }
}

/// What an argument holds, if that may convert into something.
///
/// # Safety
/// The slot holds a value of its tag; if that is `Bytes`, the address of one of its type.
unsafe fn value_of(arg: &Pass<'_>) -> Result<Value, Misfit> {
    if arg.tag != Tag::Bytes {
        // SAFETY: the caller's promise.
        return Ok(unsafe { Value::from_slot(arg.tag, &arg.slot) });
    }
    let (is_signed, _) = wide_integer(arg.ty.get()).ok_or(Misfit::Kind)?;
    // SAFETY: a type that is an integer of 16 bytes, at an address that may be unaligned.
    let wide = unsafe { arg.slot.get::<*const u128>().read_unaligned() };
    let negative = is_signed && (wide as i128) < 0;
    match (i64::try_from(wide as i128), u64::try_from(wide)) {
        (Ok(small), _) if negative => Ok(Value::Int(small)),
        (_, Ok(small)) if !negative => Ok(Value::UInt(small)),
        _ => Ok(convert::wide_value(wide, is_signed)),
    }
}

#[cfg(feature = "tracing")]
impl Pass<'_> {
    /// What it holds, unless that is a record or a float wider than a slot.
    pub(super) fn value(&self) -> Option<Value> {
        // SAFETY: the slot holds a value of its tag and type, as in `check_one`.
        unsafe { value_of(self) }.ok()
    }
}

/// What is worth saying about a mismatch that users often run into: most have written a literal of another type.
fn hint(param: &Type, expected: Tag, found: Tag) -> &'static str {
    use Tag::*;
    match (expected, found) {
        (Pointer, I8 | U8 | I16 | U16 | I32 | U32) => {
            "an integer is no pointer; for NULL pass core::ptr::null::<c_void>(), for the address of a variable \
             `arg::mut_ptr(&mut x)`"
        }
        (Pointer, I64 | U64) => {
            "an integer is no pointer; for an address pass `addr as *mut c_void`"
        }
        (Pointer, F32 | F64) => {
            "a float is no pointer; for the address of a variable pass `arg::mut_ptr(&mut x)`"
        }
        (Pointer, Bytes) => "pass a pointer to the record: `&raw mut record`",
        (Pointer, Pointer) => "cast the pointer to what the signature says, or to *mut c_void",
        (I8 | U8 | I16 | U16 | I32 | U32 | I64 | U64, F32 | F64) => {
            "a float never becomes an integer; write the number without a decimal point, or cast it"
        }
        (Bytes, F32 | F64) if matches!(param.0, Repr::Scalar(Scalar::LongDouble)) => {
            "convert it: `LongDouble::from(x)`"
        }
        (Bytes, Pointer) => {
            "the parameter is taken by value: pass the value itself, no pointer to it"
        }
        (Bool, I8 | U8 | I16 | U16 | I32 | U32 | I64 | U64 | F32 | F64) => {
            "write `true` or `false`, or compare the number: `n != 0`"
        }
        (I8 | U8 | I16 | U16 | I32 | U32 | I64 | U64, Bool) => {
            "a bool never becomes an integer; cast it: `b as i32`"
        }
        (F32 | F64, Bool) => "a bool never becomes a float; convert it: `f64::from(b)`",
        (I8 | U8 | I16 | U16 | I32 | U32 | I64 | U64 | F32 | F64, Pointer) => {
            "the parameter is a number: pass the number itself, no pointer to it"
        }
        _ => "",
    }
}

/// What a parameter holds, for a number that it does not.
fn limits(expected: Tag) -> &'static str {
    match expected {
        Tag::I8 => "it holds -128 to 127",
        Tag::U8 => "it holds 0 to 255",
        Tag::I16 => "it holds -32768 to 32767",
        Tag::U16 => "it holds 0 to 65535",
        Tag::I32 => "it holds -2147483648 to 2147483647",
        Tag::U32 => "it holds 0 to 4294967295",
        Tag::I64 => "it holds -9223372036854775808 to 9223372036854775807",
        Tag::U64 => "it holds 0 to 18446744073709551615",
        Tag::F32 => "it holds numbers to 3.4e38, and all integers only to 16777216",
        Tag::F64 => "it holds all integers only to 9007199254740992",
        Tag::Void | Tag::Bool | Tag::Pointer | Tag::Bytes => "",
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
