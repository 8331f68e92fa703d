//! Reads the attribute and the item that it stands on.

use super::model::Form;
use crate::common::abi::Abi;
use crate::common::attributes::{BlockAttributes, ItemAttributes};
use crate::common::errors::Errors;
use crate::common::item::{Block, Item};
use crate::common::options::{self, Options};
use crate::common::outcome::KNOWN as KNOWN_OUTCOMES;
use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ForeignItemFn, ItemFn, ItemForeignMod, LitStr, Token, Visibility, token};

const KNOWN: &[(&str, &str)] = &[
    ("lib", "lib = \"name\" or lib = [\"file\", …]"),
    ("linux", "linux = […]"),
    ("windows", "windows = […]"),
    ("macos", "macos = […]"),
    ("load", "load = name"),
    ("callbacks", "callbacks"),
    KNOWN_OUTCOMES[0],
    KNOWN_OUTCOMES[1],
    KNOWN_OUTCOMES[2],
    KNOWN_OUTCOMES[3],
    ("crate", "crate = path"),
];

/// The options of the attribute; the defaults for those that cannot be read.
pub(super) fn options(attribute: TokenStream, errors: &mut Errors) -> Options {
    let mut found = Errors::default();
    let parsed =
        (|input: ParseStream<'_>| options::parse(input, KNOWN, &mut found)).parse2(attribute);
    errors.append(found);
    errors.take(parsed).unwrap_or_default()
}

/// The item; none if its syntax is wrong.
pub(super) fn form(item: TokenStream, errors: &mut Errors) -> Option<Form> {
    let mut found = Errors::default();
    let parsed = (|input: ParseStream<'_>| parse_form(input, &mut found)).parse2(item);
    errors.append(found);
    errors.take(parsed)
}

fn parse_form(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Form> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    if is_extern_block(&ahead)? {
        let block: ItemForeignMod = input.parse()?;
        return Ok(Form::Block(Block::parse(block, errors)));
    }
    ahead.parse::<Visibility>()?;
    if !is_function(&ahead) {
        return Err(ahead.error(
            "#[foreign_fn] stands on an `unsafe extern \"C\"` block, on a function declaration that ends with `;`, \
             or on a function whose body contains such a block",
        ));
    }
    if ends_with_semicolon(input) {
        let item: ForeignItemFn = input.parse()?;
        return Ok(Form::Single(single(item, errors)));
    }
    Ok(Form::Wrapper(Box::new(input.parse::<ItemFn>()?)))
}

fn is_extern_block(input: ParseStream<'_>) -> syn::Result<bool> {
    let ahead = input.fork();
    ahead.parse::<Option<Token![unsafe]>>()?;
    if !ahead.peek(Token![extern]) {
        return Ok(false);
    }
    ahead.parse::<Token![extern]>()?;
    ahead.parse::<Option<LitStr>>()?;
    Ok(ahead.peek(token::Brace))
}

/// Whether qualifiers and then `fn` follow.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.is_empty() && !ahead.peek(token::Brace) && !ahead.peek(token::Paren) {
        if ahead.peek(Token![fn]) {
            return true;
        }
        if ahead.parse::<proc_macro2::TokenTree>().is_err() {
            return false;
        }
    }
    false
}

/// Whether a function has no body: a `;` comes before any braces.
fn ends_with_semicolon(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.is_empty() && !ahead.peek(token::Brace) {
        if ahead.peek(Token![;]) {
            return true;
        }
        if ahead.parse::<proc_macro2::TokenTree>().is_err() {
            return false;
        }
    }
    false
}

/// A declaration outside of a block, as a block of one.
fn single(mut item: ForeignItemFn, errors: &mut Errors) -> Block {
    let extern_abi = item.sig.abi.take();
    let abi = Abi::parse(extern_abi.as_ref(), errors);
    let item = Item::function(item, errors);
    let ItemAttributes { cfg, .. } = &item.attributes;
    let attributes = BlockAttributes { cfg: cfg.clone(), ..BlockAttributes::default() };
    let span = item.ident.span();
    Block {
        attributes,
        unsafety: Some(Token![unsafe](span)),
        extern_abi: extern_abi.unwrap_or_else(|| syn::Abi {
            extern_token: Token![extern](Span::call_site()),
            name: Some(LitStr::new("C", span)),
        }),
        braces: token::Brace(span),
        abi,
        items: vec![item],
    }
}
