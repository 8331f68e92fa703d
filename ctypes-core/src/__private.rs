//! What the expansions of the macros name. Not part of the public interface: it changes with the macros.

#[cfg(feature = "load")]
pub use crate::foreign::support::*;
pub use crate::guard::guarded;
pub use crate::types::verify::{
    FieldOf, Span, assert_mirror, assert_mirror_field, assert_spelling, size_of_field,
};
pub use crate::types::{Disagreement, StaticField, StaticFunction, StaticRecord};
