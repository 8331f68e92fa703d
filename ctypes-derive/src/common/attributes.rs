//! The attributes of a block and of its items: which are ours, which are passed on, which are refused.

use crate::common::errors::Errors;
use crate::common::outcome::Outcome;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta};

/// The attributes of an extern block.
#[derive(Default)]
pub(crate) struct BlockAttributes {
    /// `#[cfg(…)]`, which every generated item repeats.
    pub(crate) cfg: Vec<Attribute>,
    /// `#[allow(…)]` and the like, which every generated item repeats.
    pub(crate) lints: Vec<Attribute>,
    /// `#[callbacks]`
    pub(crate) callbacks: bool,
}

impl BlockAttributes {
    /// Sorts the attributes of a block.
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut sorted = BlockAttributes::default();
        for attribute in attributes {
            match name(attribute).as_str() {
                "cfg" => sorted.cfg.push(attribute.clone()),
                "allow" | "warn" | "deny" | "forbid" => sorted.lints.push(attribute.clone()),
                "expect" => sorted.lints.push(allow(attribute)),
                "doc" | "rustfmt::skip" => {}
                "callbacks" => sorted.callbacks = true,
                "link" => errors.push(
                    attribute,
                    "`#[link]` binds at link time; this block is bound at run time, so name the library in the macro's attribute",
                ),
                other => errors.push(
                    attribute,
                    format!(
                        "unknown attribute `{other}` on a late-bound block; known are: cfg, allow, warn, deny, expect, doc, callbacks"
                    ),
                ),
            }
        }
        sorted
    }
}

/// The attributes of one declared item.
#[derive(Default)]
pub(crate) struct ItemAttributes {
    /// Doc comments.
    pub(crate) docs: Vec<Attribute>,
    /// `#[cfg(…)]`
    pub(crate) cfg: Vec<Attribute>,
    /// `#[allow(…)]` and the like.
    pub(crate) lints: Vec<Attribute>,
    /// `#[deprecated]`
    pub(crate) deprecated: Vec<Attribute>,
    /// `#[must_use]` and what else goes on the function itself.
    pub(crate) passed: Vec<Attribute>,
    /// The name in the library, if it is not the item's.
    pub(crate) symbol: Option<LitStr>,
    /// `#[optional]`
    pub(crate) optional: Option<Attribute>,
    /// `#[callbacks]`
    pub(crate) callbacks: bool,
    /// `#[check]`, `#[errno]`, `#[last_error]`, `#[trace]`
    pub(crate) outcome: Outcome,
}

impl ItemAttributes {
    /// Sorts the attributes of an item.
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut sorted = ItemAttributes::default();
        for attribute in attributes {
            match name(attribute).as_str() {
                "doc" => sorted.docs.push(attribute.clone()),
                "cfg" => sorted.cfg.push(attribute.clone()),
                "allow" | "warn" | "deny" | "forbid" => sorted.lints.push(attribute.clone()),
                "expect" => sorted.lints.push(allow(attribute)),
                "deprecated" => sorted.deprecated.push(attribute.clone()),
                "must_use" | "cold" => sorted.passed.push(attribute.clone()),
                "cfg_attr" => errors.push(
                    attribute,
                    "`cfg_attr` is not expanded inside this block; declare the item twice, each under its `#[cfg(…)]`",
                ),
                "rustfmt::skip" | "inline" => {}
                "symbol" | "link_name" => sorted.symbol(attribute, errors),
                "optional" => {
                    if marker(attribute, errors) {
                        sorted.optional = Some(attribute.clone());
                    }
                }
                "callbacks" => sorted.callbacks |= marker(attribute, errors),
                name if Outcome::knows(name) => sorted.outcome.attribute(attribute, errors),
                other => errors.push(
                    attribute,
                    format!(
                        "unknown attribute `{other}` on a late-bound item; known are: symbol = \"…\", optional, callbacks, \
                         check, errno, last_error, trace, and cfg, doc, must_use, deprecated, allow, warn, deny, expect"
                    ),
                ),
            }
        }
        sorted
    }

    fn symbol(&mut self, attribute: &Attribute, errors: &mut Errors) {
        let Meta::NameValue(meta) = &attribute.meta else {
            errors.push(attribute, "expected `#[symbol = \"name\"]`");
            return;
        };
        let Expr::Lit(ExprLit { lit: Lit::Str(symbol), .. }) = &meta.value else {
            errors.push(&meta.value, "expected the symbol as a string: `#[symbol = \"name\"]`");
            return;
        };
        let text = symbol.value();
        if text.is_empty() || text.contains('\0') {
            errors.push(symbol, "a symbol cannot be empty or contain a NUL character");
        } else if self.symbol.is_some() {
            errors.push(attribute, "the symbol is named twice");
        } else {
            self.symbol = Some(symbol.clone());
        }
    }
}

/// `expect` as `allow`: an item becomes several, and most of them do not have what is expected.
fn allow(attribute: &Attribute) -> Attribute {
    let mut attribute = attribute.clone();
    if let Meta::List(list) = &mut attribute.meta {
        list.path = Ident::new("allow", list.path.span()).into();
    }
    attribute
}

fn marker(attribute: &Attribute, errors: &mut Errors) -> bool {
    let bare = matches!(attribute.meta, Meta::Path(_));
    if !bare {
        errors.push(attribute, format!("`#[{}]` takes no value", name(attribute)));
    }
    bare
}

/// The name of an attribute as it is written.
fn name(attribute: &Attribute) -> String {
    if attribute.path().is_ident("unsafe")
        && let Meta::List(list) = &attribute.meta
    {
        return list.tokens.to_string();
    }
    let segments = attribute.path().segments.iter().map(|segment| segment.ident.to_string());
    segments.collect::<Vec<_>>().join("::")
}
