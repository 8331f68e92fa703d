//! `ctypes call`: calls a function by its prototype.
//!
//! Arguments are constant expressions of C, so that `0x10`, `'a'` and `1 << 4` are what they seem; for
//! a parameter that points at characters they are text as it stands. Whoever runs the command promises
//! that the library is sound to load and that the prototype is that of the function.

use crate::{Failure, Output};
use clap::Args;
use ctypes_wrap::convert::Value;
use ctypes_wrap::types::{ConstValue, Scalar, TypeKind};
use ctypes_wrap::{Args as CallArgs, CData, Library, Type, Types};
use std::ffi::{CStr, CString, OsString};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The library: its path, or a name such as m or sqlite3
    #[arg(value_name = "LIB")]
    library: OsString,
    /// The function, as C declares it: 'double cos(double)'
    prototype: String,
    /// The arguments: numbers, text, NULL
    #[arg(allow_hyphen_values = true, trailing_var_arg = true, value_name = "ARG")]
    arguments: Vec<String>,
}

/// An argument that is ready to be passed.
enum Passed {
    Int(i64),
    UInt(u64),
    Small(i32),
    Float(f64),
    Text(CString),
    Null,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Output, Failure> {
    let types = Types::new();
    // A prototype that makes no sense is to be told before a library is loaded.
    types.parse(&with_semicolon(&arguments.prototype))?;
    let given = PathBuf::from(&arguments.library);
    // SAFETY: the user's promise.
    let library = unsafe {
        if given.is_file() {
            Library::open_path(&given)?
        } else {
            Library::open(&arguments.library)?
        }
    };
    let function = library.declare_in(&types, &with_semicolon(&arguments.prototype))?;
    let params = function.signature().params();
    let mut passed = Vec::new();
    for (i, text) in arguments.arguments.iter().enumerate() {
        let value = argument(&types, params.get(i), text);
        passed.push(value.map_err(|e| format!("argument {}: {e}", i + 1))?);
    }
    let mut args = CallArgs::new();
    for value in &passed {
        match value {
            Passed::Int(value) => args.push(*value),
            Passed::UInt(value) => args.push(*value),
            Passed::Small(value) => args.push(*value),
            Passed::Float(value) => args.push(*value),
            Passed::Text(text) => args.push(text.as_ptr()),
            Passed::Null => args.push(std::ptr::null::<std::ffi::c_void>()),
        }
    }
    // SAFETY: the user's promise; the texts live until the call has returned.
    let result = unsafe { function.call_args(&mut args)? };
    // What the function printed comes before its result.
    if let Ok(flush) = Library::this().declare("int fflush(void *);") {
        // SAFETY: C11 7.21.5.2; NULL means all streams.
        let _ = unsafe { flush.call::<i32>((std::ptr::null_mut::<std::ffi::c_void>(),)) };
    }
    let text = shown(&result, function.signature().result());
    Ok(Output { text: if text.is_empty() { text } else { text + "\n" }, complete: true })
}

fn with_semicolon(prototype: &str) -> String {
    let prototype = prototype.trim();
    if prototype.ends_with(';') { prototype.to_owned() } else { format!("{prototype};") }
}

fn argument(types: &Types, param: Option<&Type>, text: &str) -> Result<Passed, Failure> {
    let is_pointer = param.is_some_and(|p| p.pointee().is_some());
    if is_pointer && text == "NULL" {
        return Ok(Passed::Null);
    }
    let is_text = param.and_then(Type::pointee).is_some_and(|to| is_char(&to));
    if is_text && !text.starts_with('"') {
        return Ok(Passed::Text(CString::new(text)?));
    }
    let constant = match types.evaluate(text) {
        Ok(constant) => constant,
        // Behind `...` whatever is no number is text.
        Err(_) if param.is_none() => return Ok(Passed::Text(CString::new(text)?)),
        Err(error) => return Err(error.into()),
    };
    Ok(match constant.value {
        ConstValue::Int(value) if constant.ty == Type::INT => Passed::Small(i32::try_from(value)?),
        ConstValue::Int(value) => match i64::try_from(value) {
            Ok(value) => Passed::Int(value),
            Err(_) => Passed::UInt(u64::try_from(value)?),
        },
        ConstValue::Float(value) => Passed::Float(value),
        ConstValue::Str(bytes) => Passed::Text(CString::new(&*bytes)?),
        other => return Err(format!("expected a number or text, found {other:?}").into()),
    })
}

fn is_char(ty: &Type) -> bool {
    matches!(ty.kind(), TypeKind::Scalar(Scalar::Char | Scalar::SChar | Scalar::UChar))
}

fn shown(value: &Value, ty: &Type) -> String {
    match value {
        Value::Void => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        Value::F32(value) => value.to_string(),
        Value::F64(value) => value.to_string(),
        Value::Pointer(at) if at.is_null() => "NULL".to_owned(),
        Value::Pointer(at) if ty.pointee().is_some_and(|to| is_char(&to)) => {
            // SAFETY: not null, and the prototype says that it is a string.
            let text = unsafe { CStr::from_ptr(at.cast()) };
            format!("\"{}\"", text.to_bytes().escape_ascii())
        }
        Value::Pointer(at) => format!("{at:p}"),
        Value::Bytes(bytes) => match CData::copy_of(bytes.ty(), bytes.as_bytes()) {
            Ok(data) => format!("{data:?}"),
            Err(_) => format!("{bytes:?}"),
        },
        other => format!("{other:?}"),
    }
}
