//! `#[derive(CEnum)]`: parse and check, expand.
//!
//! Which integer an enumeration is in C is for the run-time crate to say; the expansion names it by
//! size and sign, and asserts that rustc took the same.

mod expand;
mod parse;

use crate::common::errors::Errors;
use crate::core_path::core_path;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The derive: the impls, or what is wrong beside impls that keep uses of the type from failing too.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let model = parse::parse(input, &mut errors);
    let core = core_path(model.krate.as_ref(), &mut errors);
    if errors.is_empty() {
        return expand::expand(&model, &core);
    }
    let mut tokens = errors.into_tokens();
    tokens.extend(crate::record::stub(input, &core));
    tokens
}
