//! What the macros for foreign functions share: one model of a declared item, one parser of options.

pub(crate) mod abi;
pub(crate) mod attributes;
pub(crate) mod by_value;
pub(crate) mod call;
pub(crate) mod docs;
pub(crate) mod errors;
pub(crate) mod item;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod outcome;
pub(crate) mod reemit;
pub(crate) mod signature;
