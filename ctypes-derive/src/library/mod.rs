//! `#[library]`: an extern block as a struct with methods.

mod check;
mod expand;
mod model;
mod parse;

use crate::common::errors::Errors;
use crate::core_path::wrap_path;
use proc_macro2::TokenStream;
use quote::quote;

/// The expansion: everything that could be understood, and all errors.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let model = parse::model(attribute, item, &mut errors);
    let expansion = match model {
        Some(model) => {
            let krate = wrap_path(model.options.krate.as_ref(), &mut errors);
            check::check(&model, &mut errors);
            expand::handle(&model, &krate, errors.is_empty())
        }
        None => TokenStream::new(),
    };
    let errors = errors.into_tokens();
    quote!(#errors #expansion)
}
