//! What `#[library]` makes a handle from.

use crate::common::item::Block;
use crate::common::options::{NamedItem, Options};
use syn::Attribute;

/// A handle and what it binds.
pub(crate) struct Model {
    pub(crate) handle: NamedItem,
    /// The block's doc comments, which become the struct's.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) options: Options,
    pub(crate) block: Block,
}
