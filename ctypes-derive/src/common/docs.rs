//! The documentation of generated items: the user's, with what it lacks.

use crate::common::item::Item;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// One doc attribute.
pub(crate) fn line(text: &str) -> proc_macro2::TokenStream {
    quote!(#[doc = #text])
}

/// The user's doc comments; a summary if there are none, and a safety section if an unsafe function has none.
pub(crate) fn of_item(item: &Item, library: &str, is_unsafe_fn: bool) -> proc_macro2::TokenStream {
    let docs = &item.attributes.docs;
    let summary = docs.is_empty().then(|| {
        let symbol = item.symbol();
        line(&format!("`{symbol}` of {library}, bound at its first use."))
    });
    let safety = (is_unsafe_fn && !has_section(docs, "# Safety")).then(safety_section);
    quote!(#(#docs)* #summary #safety)
}

/// What a caller of a foreign function promises.
pub(crate) fn safety_section() -> proc_macro2::TokenStream {
    let head = line("");
    let title = line("# Safety");
    let text = line(
        "The declaration must be the function's real signature, and the arguments what it demands.",
    );
    quote!(#head #title #text)
}

/// Whether the user's documentation has the section `title`.
pub(crate) fn has_section(docs: &[Attribute], title: &str) -> bool {
    docs.iter().any(|attribute| match &attribute.meta {
        Meta::NameValue(meta) => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value().contains(title),
            _ => false,
        },
        _ => false,
    })
}
