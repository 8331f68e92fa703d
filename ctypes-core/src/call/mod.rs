//! Calls whose signature is known only at run time: [`Signature`], [`Function`], [`Args`].
//!
//! A signature is checked and prepared once. A call compares the arguments with it in one pass,
//! converts what the rules of [`crate::convert`] allow, and hands 64-bit slots to the engine.

pub(crate) mod arch;
pub mod arg;
pub(crate) mod args;
mod check;
#[cfg(feature = "libffi")]
pub(crate) mod classify;
pub(crate) mod engine;
mod function;
mod planned;
mod result;
pub(crate) mod signature;
pub(crate) mod tag;
#[cfg(feature = "tracing")]
mod trace;
mod tuple;
mod typed;

pub use crate::errno::Errno;
pub use args::{Args, Argument, Pushed};
pub use function::Function;
#[doc(hidden)]
pub use planned::Plan;
pub use signature::{MAX_ARGS, Signature};
pub use tuple::Arguments;
