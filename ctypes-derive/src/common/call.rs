//! The typed call itself: the one place that both macros take it from.

use crate::common::by_value;
use crate::common::item::{Block, Item};
use crate::common::options::Options;
use crate::common::signature::Signature;
use proc_macro2::TokenStream;
use quote::quote;

/// A call of `item` through `pointer`, which is of its function pointer type; `bound` is the address of the
/// function itself, not of a stub.
///
/// It is guarded if the callee may run callbacks, so that a panic in one of them continues in the caller. Types that
/// rustc passes differently from C take another way: see [`by_value`](super::by_value).
///
/// With `watched`, the type of an error number, the value is a pair of the result and what the call left of that number:
/// it is cleared and read inside of everything else.
#[allow(clippy::too_many_arguments, reason = "each is another fact about one call")]
pub(crate) fn call(
    item: &Item,
    signature: &Signature,
    block: &Block,
    options: &Options,
    krate: &TokenStream,
    pointer: &TokenStream,
    bound: &TokenStream,
    watched: Option<&TokenStream>,
) -> TokenStream {
    let arguments = signature.arguments();
    let mut direct = quote!((#pointer)(#arguments));
    if let Some(number) = watched {
        direct = quote!(#krate::__private::watched::<#number, _>(|| #direct));
    }
    let call = by_value::route(item, signature, block, krate, &direct, bound, watched);
    if signature.lent().is_some() {
        // Whoever lends the closure guards.
        return call;
    }
    let guarded = options.callbacks
        || block.attributes.callbacks
        || item.attributes.callbacks
        || signature.takes_callback();
    if guarded {
        return quote!(#krate::__private::guarded(|| #call));
    }
    // A type with a name of its own may be that of a function pointer: it is asked.
    let probes = by_value::probes(signature, krate);
    if probes.is_empty() {
        return call;
    }
    quote! {{
        #[allow(unused_imports)]
        use #krate::__private::PassedAsDeclared as _;
        #krate::__private::guarded_if(const { #(<#probes>::IS_CODE)||* }, || #call)
    }}
}
