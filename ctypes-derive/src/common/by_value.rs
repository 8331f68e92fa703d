//! Checks at compile time that what a typed call passes by value is passed by rustc as C does.

use crate::common::item::{Block, Item, Kind};
use crate::common::signature::Signature;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{Lifetime, ReturnType, Type};

/// The checks for all functions of a block.
pub(crate) fn checks(block: &Block, krate: &TokenStream) -> TokenStream {
    let mut seen = Vec::new();
    let checks = block.items.iter().filter_map(|item| {
        let Kind::Function(signature) = &item.kind else { return None };
        Some(of_function(item, signature, &block.attributes.cfg, krate, &mut seen))
    });
    checks.collect()
}

fn of_function(
    item: &Item,
    signature: &Signature,
    block_cfg: &[syn::Attribute],
    krate: &TokenStream,
    seen: &mut Vec<String>,
) -> TokenStream {
    let output = match &signature.output {
        ReturnType::Type(_, ty) => Some(&**ty),
        ReturnType::Default => None,
    };
    let types = signature.params.iter().map(|param| &param.ty).chain(output);
    let asserts: Vec<TokenStream> = types
        .filter(|ty| may_be_aggregate(ty))
        .filter(|ty| {
            // Under a condition the first of two equal types may be compiled out.
            let text = ty.to_token_stream().to_string();
            let first = !item.attributes.cfg.is_empty() || !seen.contains(&text);
            if first && item.attributes.cfg.is_empty() {
                seen.push(text);
            }
            first
        })
        .map(|ty| assertion(ty, krate))
        .collect();
    if asserts.is_empty() {
        return TokenStream::new();
    }
    let cfg = &item.attributes.cfg;
    quote! {
        #(#block_cfg)*
        #(#cfg)*
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private::PassedAsDeclared as _;
            #(#asserts)*
        };
    }
}

/// What becomes of a type that rustc would pass in another way than C: for now it is refused.
fn assertion(ty: &Type, krate: &TokenStream) -> TokenStream {
    let mut closed = ty.clone();
    StaticLifetimes.visit_type_mut(&mut closed);
    let text = ty.to_token_stream().to_string();
    let message = format!(
        "`{text}` is not passed by value as in C by a typed call; pass a pointer, or call it through a run-time signature"
    );
    let span = ty.span().resolved_at(Span::mixed_site());
    quote_spanned!(span=> ::core::assert!(<#krate::__private::Probe<#closed>>::BY_VALUE, #message);)
}

/// Pointers, references and Rust's own scalars are passed as declared: not asked, to keep the expansion small.
fn may_be_aggregate(ty: &Type) -> bool {
    const SCALARS: &[&str] = &[
        "i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize", "f32", "f64",
        "bool",
    ];
    match ty {
        Type::Group(group) => may_be_aggregate(&group.elem),
        Type::Paren(paren) => may_be_aggregate(&paren.elem),
        Type::Path(path) => {
            !path.path.get_ident().is_some_and(|name| SCALARS.iter().any(|scalar| name == scalar))
        }
        _ => false,
    }
}

/// Lifetimes do not change how a value is passed, and those of the function are not in scope in a constant.
struct StaticLifetimes;

impl VisitMut for StaticLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.span());
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        // A pointer to a function brings its own lifetimes.
        if !matches!(ty, Type::FnPtr(_)) {
            visit_type_mut(self, ty);
        }
    }
}
