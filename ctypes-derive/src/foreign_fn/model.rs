//! What `#[foreign_fn]` can stand on.

use crate::common::item::Block;
use syn::ItemFn;

/// The annotated item.
pub(crate) enum Form {
    /// An extern block.
    Block(Block),
    /// One declaration without a body, as a block of one.
    Single(Block),
    /// A function whose body holds extern blocks.
    Wrapper(Box<ItemFn>),
}
