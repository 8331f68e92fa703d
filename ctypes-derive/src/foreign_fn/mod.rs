//! `#[foreign_fn]`: an extern block, one declaration, or a function with extern blocks inside, bound at run time.

mod check;
mod expand;
mod model;
mod parse;

use crate::common::errors::Errors;
use crate::core_path::core_path;
use proc_macro2::TokenStream;
use quote::quote;

/// The expansion: everything that could be understood, and all errors.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = parse::options(attribute, &mut errors);
    let krate = core_path(options.krate.as_ref(), &mut errors);
    // On a syntax error the item is dropped: repeating it would only make rustc report it again.
    let expansion = match parse::form(item, &mut errors) {
        Some(form) => {
            check::check(&form, &options, &mut errors);
            expand::form(form, &options, &krate, &mut errors)
        }
        None => TokenStream::new(),
    };
    let errors = errors.into_tokens();
    quote!(#errors #expansion)
}
