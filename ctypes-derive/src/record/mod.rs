//! `#[derive(CStruct)]`: parse, check, expand.
//!
//! The expansion is data (a descriptor) and assertions about it; it computes no number here, since a
//! macro runs on the build machine. Every error points at the user's token, and all that are found
//! in one struct are shown at once.

mod check;
mod expand;
mod model;
mod parse;
mod shape;
mod spelling;

use crate::core_path::core_path;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The derive: the impl, or what is wrong beside an impl that keeps uses of the type from failing
/// as well.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let record = parse::parse(input, &mut errors);
    check::check(&record, &mut errors);
    let core = errors.keep(core_path(record.options.krate.as_ref()));
    match (core, errors.0) {
        (Some(core), None) => expand::expand(&record, &core),
        (core, errors) => {
            let mut tokens = errors.map(|e| e.to_compile_error()).unwrap_or_default();
            if let Some(core) = core {
                tokens.extend(expand::stub(input, &core));
            }
            tokens
        }
    }
}

/// Everything that is wrong with the input.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// An error that covers all of `tokens`.
    pub(crate) fn at(&mut self, tokens: &dyn quote::ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|e| self.push(e)).ok()
    }
}
