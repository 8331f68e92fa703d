//! Reads the attribute and the block that it stands on.

use super::model::Model;
use crate::common::errors::Errors;
use crate::common::item::Block;
use crate::common::options::{self, Options};
use crate::common::outcome::KNOWN as KNOWN_OUTCOMES;
use proc_macro2::{Span, TokenStream};
use syn::ItemForeignMod;
use syn::parse::{ParseStream, Parser};

const KNOWN: &[(&str, &str)] = &[
    ("lib", "\"name\" or lib = [\"file\", …]"),
    ("linux", "linux = […]"),
    ("windows", "windows = […]"),
    ("macos", "macos = […]"),
    ("handle", "handle = pub Name"),
    ("lazy", "lazy"),
    ("env", "env = \"VARIABLE\""),
    ("callbacks", "callbacks"),
    KNOWN_OUTCOMES[0],
    KNOWN_OUTCOMES[1],
    KNOWN_OUTCOMES[2],
    KNOWN_OUTCOMES[3],
    ("crate", "crate = path"),
];

/// The handle; none if it has no name or the block cannot be read.
pub(super) fn model(
    attribute: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<Model> {
    let mut options = options(attribute, errors);
    let block = match syn::parse2::<ItemForeignMod>(item) {
        Ok(block) => block,
        Err(error) => {
            let message = format!("#[library] stands on an `unsafe extern \"C\"` block: {error}");
            errors.push_at(error.span(), message);
            return None;
        }
    };
    let docs = block.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let docs = docs.cloned().collect();
    let block = Block::parse(block, errors);
    let Some(handle) = options.handle.take() else {
        // If the options could not be read, that says more.
        if errors.is_empty() {
            errors.push_at(
                Span::call_site(),
                "the handle needs a name: #[library(\"name\", handle = pub Name)]",
            );
        }
        return None;
    };
    Some(Model { handle, docs, options, block })
}

fn options(attribute: TokenStream, errors: &mut Errors) -> Options {
    let mut found = Errors::default();
    let parsed =
        (|input: ParseStream<'_>| options::parse(input, KNOWN, &mut found)).parse2(attribute);
    errors.append(found);
    errors.take(parsed).unwrap_or_default()
}
