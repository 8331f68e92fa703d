//! Calls of traced functions: the event of [`crate::trace`], with the arguments as they were pushed.
//!
//! Pointers are shown as addresses and what they lead to is never looked at. Records are shown by the names of their
//! types: a record that Rust passes has padding that nobody wrote, and may hold what must not be read.
#![forbid(unsafe_code)]

use super::args::{Pass, Pushed};
use super::function::Function;
use super::signature::Signature;
use crate::convert::Value;
use crate::errno::kept;
use crate::error::CallError;
use crate::trace::push_argument;
use crate::types::Type;

/// The target of the events, since there is no module that declares the function.
const TARGET: &str = "ctypes::call";

/// Makes a call, and tells who listens of it. `shown` is the text of the result.
#[cold]
#[inline(never)]
pub(super) fn traced<R>(
    function: &Function,
    args: &mut Pushed<'_>,
    errno: Option<&mut i32>,
    call: impl FnOnce(&mut Pushed<'_>, Option<&mut i32>) -> Result<R, CallError>,
    shown: impl FnOnce(&R) -> String,
) -> Result<R, CallError> {
    if !crate::__trace_enabled!(TARGET) {
        return call(args, errno);
    }
    let arguments = kept(|| arguments(function.signature(), args));
    let mut number = errno;
    let outcome = call(args, number.as_deref_mut());
    kept(|| {
        let (result, error) = match &outcome {
            Ok(result) => (Some(shown(result)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        // As the caller, who gets a number only with a result.
        let number = number.filter(|_| result.is_some());
        crate::__trace_event!(
            TARGET,
            function.name(),
            function.library_name(),
            arguments.as_str(),
            result = result.as_deref(),
            error_number = number.copied(),
            error = error.as_deref()
        );
    });
    outcome
}

/// `x: 48.0, exp: 0x7ffd…`; an argument of which no name is known has its position, from 1.
fn arguments(signature: &Signature, args: &Pushed<'_>) -> String {
    let mut all = String::new();
    for (i, arg) in args.list.iter().enumerate() {
        let position;
        let name = match signature.name(i) {
            Some(name) => name,
            None => {
                position = (i + 1).to_string();
                &position
            }
        };
        let has_form = args.fault().is_none_or(|fault| fault.index != i);
        push_argument(&mut all, name, &if has_form { text(arg) } else { type_of(arg) });
    }
    all
}

/// A value as Rust shows what is of that type; of a record its type.
pub(super) fn text(pass: &Pass<'_>) -> String {
    match pass.value() {
        Some(Value::Void) => "()".to_owned(),
        Some(Value::F32(v)) => format!("{v:?}"),
        Some(Value::Bytes(wide)) => match <[u8; 16]>::try_from(wide.as_bytes()) {
            Ok(bytes) if *wide.ty() == Type::I128 => i128::from_ne_bytes(bytes).to_string(),
            Ok(bytes) => u128::from_ne_bytes(bytes).to_string(),
            Err(_) => type_of(pass),
        },
        Some(value) => format!("{value:?}"),
        None => type_of(pass),
    }
}

fn type_of(pass: &Pass<'_>) -> String {
    format!("<{}>", pass.ty.get())
}
