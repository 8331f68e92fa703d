//! Shows the declarations to rustc as the extern block that they are, so that its own checks and lints see them.
//!
//! Nothing refers to the block, so it makes no symbol and no link dependency.

use crate::common::item::Block;
use proc_macro2::TokenStream;
use quote::quote;

/// The block, out of reach of names.
pub(crate) fn block(block: &Block) -> TokenStream {
    if block.items.is_empty() {
        return TokenStream::new();
    }
    let Block { attributes, unsafety, extern_abi, braces, items, .. } = block;
    let (cfg, lints) = (&attributes.cfg, &attributes.lints);
    let items = items.iter().map(|item| {
        let (original, lints) = (&item.original, &item.attributes.lints);
        quote!(#(#lints)* #original)
    });
    let mut body = TokenStream::new();
    braces.surround(&mut body, |body| body.extend(items));
    quote! {
        #(#cfg)*
        const _: () = {
            #[allow(dead_code, clashing_extern_declarations)]
            #(#lints)*
            #unsafety #extern_abi #body
        };
    }
}
