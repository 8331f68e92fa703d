//! What the expansions of the macros name. Not part of the public interface: it changes with the macros.

pub use crate::types::verify::{
    FieldOf, Span, assert_mirror, assert_mirror_field, assert_spelling, size_of_field,
};
pub use crate::types::{Disagreement, StaticField, StaticFunction, StaticRecord};
