//! What is asked of a result and cannot be done.

use super::{Outcome, Treatment, called, expand};
use crate::common::errors::Errors;
use crate::common::item::{Block, Item, Kind};
use crate::common::signature::{Role, Signature};

/// Reports what cannot be expanded as it is meant.
pub(crate) fn check(block: &Block, options: &Outcome, errors: &mut Errors) {
    combination(&options.result, errors);
    for item in &block.items {
        let own = &item.attributes.outcome;
        combination(&own.result, errors);
        let Some(signature) = called(item) else {
            handed_out(item, errors);
            continue;
        };
        if let Some(key) = own.result.key()
            && (signature.is_never() || signature.is_void() && own.result.is_fallible())
        {
            errors.push(key, format!("`{}` has no result that could mean failure", item.name()));
        }
        let outcome = super::of(item, signature, options);
        outputs(&outcome.result, signature, errors);
    }
}

/// Two ways to tell failure exclude each other.
fn combination(result: &Treatment, errors: &mut Errors) {
    let (Some(check), Some(left)) = (&result.check, &result.left) else {
        return;
    };
    if left.failure.is_some() {
        let key = &left.key;
        errors.push(
            key,
            format!(
                "the result is checked twice; with `check` write `{key}` alone: the function then gets the \
                 result and the number"
            ),
        );
    } else if check.by.is_none() {
        errors.push(
            &check.key,
            format!(
                "a type that checks itself does not see `{}`; name a function: `check(function -> Result<T, E>)`",
                left.key
            ),
        );
    }
}

/// An optional or variadic function is handed out as the pointer that it is, so that nothing stands around its calls.
fn handed_out(item: &Item, errors: &mut Errors) {
    let own = &item.attributes.outcome;
    let (what, instead) = match &item.kind {
        Kind::Variable(_) => ("a variable", ""),
        Kind::Function(signature) if signature.variadic => {
            ("a variadic function", "; call it in a wrapper of your own")
        }
        Kind::Function(_) => ("an optional function", "; call it in a wrapper of your own"),
    };
    let message = format!("{what} is handed out as it is{instead}");
    if let Some(key) = own.result.key() {
        errors.push(key, &message);
    } else if let Some(trace) = &own.trace {
        errors.push(&trace.key, format!("its calls cannot be traced: {message}"));
    }
    if let Kind::Function(signature) = &item.kind {
        for param in signature.params.iter().filter(|param| !matches!(param.role, Role::In)) {
            errors.push(&param.ty, format!("it stays a parameter: {message}"));
        }
    }
}

/// What stands beside a checked result has to be put into a `Result` whose parts can be seen.
fn outputs(result: &Treatment, signature: &Signature, errors: &mut Errors) {
    if signature.outputs().next().is_none() {
        return;
    }
    if let Some(by) = result.check.as_ref().and_then(|check| check.by.as_ref())
        && expand::first_argument(&by.output).is_none()
    {
        errors.push(
            &by.output,
            "a function with #[out] parameters returns them in the place of `T`: write `Result<T, E>` out",
        );
    }
}
