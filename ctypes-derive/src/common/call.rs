//! The typed call itself: the one place that both macros take it from.

use crate::common::item::{Block, Item};
use crate::common::options::Options;
use crate::common::signature::Signature;
use proc_macro2::TokenStream;
use quote::quote;

/// A call of `item` through `pointer`, which is of its function pointer type.
///
/// It is guarded if the callee may run callbacks, so that a panic in one of them continues in the caller. That all
/// types are passed by value as C does is checked elsewhere, by [`by_value`](super::by_value).
pub(crate) fn call(
    item: &Item,
    signature: &Signature,
    block: &Block,
    options: &Options,
    krate: &TokenStream,
    pointer: &TokenStream,
) -> TokenStream {
    let arguments = signature.arguments();
    let call = quote!((#pointer)(#arguments));
    let guarded = options.callbacks
        || block.attributes.callbacks
        || item.attributes.callbacks
        || signature.takes_callback();
    if guarded { quote!(#krate::__private::guarded(|| #call)) } else { call }
}
