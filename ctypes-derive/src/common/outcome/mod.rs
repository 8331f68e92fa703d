//! What becomes of a call's result besides being returned: it is checked, `errno` is read, the call is traced.
//!
//! One parser reads the options of the macro and the attributes of an item, which are written alike. An item's own
//! word on its result replaces the block's.

mod check;
mod expand;
mod parse;

pub(crate) use check::check;
pub(crate) use expand::{Call, checks};
pub(crate) use parse::KNOWN;

use crate::common::item::{Item, Kind};
use crate::common::signature::Signature;
use syn::{Expr, ExprPath, Ident, LitStr, Type};

/// What is asked for, by the macro's options or by an item's attributes.
#[derive(Default, Clone)]
pub(crate) struct Outcome {
    pub(crate) result: Treatment,
    pub(crate) trace: Option<Trace>,
}

/// What is done with the result.
#[derive(Default, Clone)]
pub(crate) struct Treatment {
    pub(crate) check: Option<Check>,
    pub(crate) left: Option<Left>,
}

/// How a result is checked.
#[derive(Clone)]
pub(crate) struct Check {
    /// The word `check`.
    pub(crate) key: Ident,
    /// Who checks; the result's own type if nobody is named.
    pub(crate) by: Option<Checker>,
}

/// A function that checks, and what it returns. In that type `_` stands for the type of the C result.
#[derive(Clone)]
pub(crate) struct Checker {
    pub(crate) path: ExprPath,
    pub(crate) output: Type,
}

/// The error number that a call leaves in its thread.
#[derive(Clone)]
pub(crate) struct Left {
    /// The word `errno` or `last_error`.
    pub(crate) key: Ident,
    pub(crate) number: Number,
    /// When the result means failure; if it is not said, the number is returned beside it.
    pub(crate) failure: Option<Failure>,
}

/// Which error number.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Errno,
    LastError,
}

/// Which results mean failure.
#[derive(Clone)]
pub(crate) enum Failure {
    /// The value that is equal to this.
    Value(Box<Expr>),
    /// The null pointer.
    Null,
    /// All but zero.
    Nonzero,
    /// All but zero, and the result is the error number.
    Result,
}

/// A call that is reported to `tracing`.
#[derive(Clone)]
pub(crate) struct Trace {
    /// The word `trace`.
    pub(crate) key: Ident,
    pub(crate) target: Option<LitStr>,
}

impl Treatment {
    /// The word that asks for a treatment, if one does.
    pub(crate) fn key(&self) -> Option<&Ident> {
        let check = self.check.as_ref().map(|check| &check.key);
        check.or(self.left.as_ref().map(|left| &left.key))
    }

    /// Whether it makes a `Result` of the result.
    pub(crate) fn is_fallible(&self) -> bool {
        self.check.is_some() || self.left.as_ref().is_some_and(|left| left.failure.is_some())
    }
}

/// What applies to an item: its own word, or else the block's, where that makes sense for the function.
pub(crate) fn of(item: &Item, signature: &Signature, block: &Outcome) -> Outcome {
    let own = &item.attributes.outcome;
    let trace = own.trace.clone().or(block.trace.clone());
    let result = if own.result.key().is_some() {
        own.result.clone()
    } else if signature.is_never() || signature.is_void() && block.result.is_fallible() {
        Treatment::default()
    } else {
        block.result.clone()
    };
    Outcome { result, trace }
}

/// The signature, if the item is a function that is called through one of ours; optional and variadic
/// functions are handed out as pointers.
pub(crate) fn called(item: &Item) -> Option<&Signature> {
    match &item.kind {
        Kind::Function(signature) if !signature.variadic && item.attributes.optional.is_none() => {
            Some(signature)
        }
        _ => None,
    }
}
