//! What the expansions of the macros name. Not part of the public interface: it changes with the macros.

#[cfg(feature = "load")]
pub use crate::foreign::support::*;
pub use crate::guard::guarded;
pub use crate::types::{Disagreement, StaticField, StaticFunction, StaticRecord};
