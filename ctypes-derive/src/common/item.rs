//! The model of a late-bound block, which both macros check and expand.

use crate::common::abi::Abi;
use crate::common::attributes::{BlockAttributes, ItemAttributes};
use crate::common::errors::Errors;
use crate::common::signature::Signature;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{
    FnArg, ForeignItem, ForeignItemFn, ForeignItemStatic, Ident, ItemForeignMod, LitStr, Safety,
    Token, Type, Visibility, token,
};

/// An extern block.
pub(crate) struct Block {
    pub(crate) attributes: BlockAttributes,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) extern_abi: syn::Abi,
    /// The user's braces: their edition decides what rustc demands of the block.
    pub(crate) braces: token::Brace,
    pub(crate) abi: Abi,
    pub(crate) items: Vec<Item>,
}

/// A declared function or variable.
pub(crate) struct Item {
    pub(crate) attributes: ItemAttributes,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) safe: bool,
    pub(crate) kind: Kind,
    /// The item as the user wrote it, to be shown to rustc again.
    pub(crate) original: ForeignItem,
}

/// What an item declares.
pub(crate) enum Kind {
    Function(Signature),
    Variable(Box<Type>),
}

impl Block {
    /// Reads an extern block. Items that cannot be used are reported and left out.
    pub(crate) fn parse(block: ItemForeignMod, errors: &mut Errors) -> Block {
        let attributes = BlockAttributes::parse(&block.attrs, errors);
        let abi = Abi::parse(Some(&block.abi), errors);
        let items = block.items.into_iter().filter_map(|item| Item::parse(item, errors)).collect();
        let items = without_duplicates(items, errors);
        Block {
            attributes,
            unsafety: block.unsafety,
            extern_abi: block.abi,
            braces: block.brace_token,
            abi,
            items,
        }
    }
}

/// Reports a name that is there twice, and keeps the first; under conditions it may be there once for each.
fn without_duplicates(items: Vec<Item>, errors: &mut Errors) -> Vec<Item> {
    let mut kept: Vec<Item> = Vec::new();
    for item in items {
        let always = |item: &Item| item.attributes.cfg.is_empty();
        let same = |other: &Item| always(other) && other.ident == item.ident;
        if always(&item) && kept.iter().any(same) {
            errors.push(&item.ident, format!("`{}` is declared twice in this block", item.ident));
        } else {
            kept.push(item);
        }
    }
    kept
}

impl Item {
    fn parse(item: ForeignItem, errors: &mut Errors) -> Option<Item> {
        match item {
            ForeignItem::Fn(item) => Some(Item::function(item, errors)),
            ForeignItem::Static(item) => Some(Item::variable(item, errors)),
            ForeignItem::Type(item) => {
                errors.push(item, "foreign types are not bound; declare an opaque `#[repr(C)] struct` outside the block");
                None
            }
            ForeignItem::Macro(item) => {
                errors.push(item, "macros are not expanded inside a late-bound block");
                None
            }
            ForeignItem::Verbatim(item) => {
                errors.push(item, "expected a declaration that ends with `;`: a foreign item has no body and no value");
                None
            }
            other => {
                errors.push(other, "expected a function or a static");
                None
            }
        }
    }

    /// A function declaration.
    pub(crate) fn function(mut item: ForeignItemFn, errors: &mut Errors) -> Item {
        let attributes = ItemAttributes::parse(&item.attrs, errors);
        let signature = Signature::parse(&item.sig, errors);
        item.attrs = attributes.cfg.clone();
        for input in &mut item.sig.inputs {
            if let FnArg::Typed(input) = input {
                input.attrs.clear();
            }
        }
        Item {
            attributes,
            vis: std::mem::replace(&mut item.vis, Visibility::Inherited),
            ident: item.sig.ident.clone(),
            safe: matches!(item.sig.safety, Safety::Safe(_)),
            kind: Kind::Function(signature),
            original: ForeignItem::Fn(item),
        }
    }

    fn variable(mut item: ForeignItemStatic, errors: &mut Errors) -> Item {
        let attributes = ItemAttributes::parse(&item.attrs, errors);
        item.attrs = attributes.cfg.clone();
        Item {
            attributes,
            vis: std::mem::replace(&mut item.vis, Visibility::Inherited),
            ident: item.ident.clone(),
            safe: matches!(item.safety, Safety::Safe(_)),
            kind: Kind::Variable(item.ty.clone()),
            original: ForeignItem::Static(item),
        }
    }

    /// The item's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The name in the library.
    pub(crate) fn symbol(&self) -> String {
        self.attributes.symbol.as_ref().map_or_else(|| self.name(), LitStr::value)
    }

    /// `unsafe`, unless the author vouches for all calls with `safe`.
    pub(crate) fn unsafety(&self) -> TokenStream {
        if self.safe { TokenStream::new() } else { quote!(unsafe) }
    }
}
