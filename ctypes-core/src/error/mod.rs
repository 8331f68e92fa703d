//! One error type per failure mode, and [`Error`], which holds any of them.
//!
//! Every message says what failed, where, what was expected and what was found. All of them are
//! `Send + Sync + 'static`, and a cause is reached through [`std::error::Error::source`].

#[cfg(feature = "dynamic")]
mod call;
#[cfg(feature = "decl")]
mod header;
#[cfg(feature = "load")]
mod load;
mod types;

#[cfg(feature = "decl")]
pub use crate::decl::ParseError;
pub use crate::types::{BitOverflow, InvalidValue};
#[cfg(feature = "dynamic")]
pub use call::{BytesError, CallError, SignatureError};
#[cfg(feature = "decl")]
pub use header::HeaderError;
#[cfg(feature = "symbols")]
pub use load::SymbolsError;
#[cfg(feature = "load")]
pub use load::{Attempt, CloseError, LoadError, SymbolError};
pub use types::{DefineError, LayoutError, TypeError};

/// Any failure that this crate reports.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A type cannot be made.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// A type has no layout on a target.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A record cannot be defined so.
    #[error(transparent)]
    Define(#[from] DefineError),
    /// Typed memory was not read or written.
    #[error(transparent)]
    Access(#[from] crate::memory::AccessError),
    /// An integer is no value of an enumeration.
    #[error(transparent)]
    InvalidValue(#[from] InvalidValue),
    /// A value does not fit a bit field.
    #[error(transparent)]
    BitOverflow(#[from] BitOverflow),
    /// The exports of a library's file cannot be read.
    #[cfg(feature = "symbols")]
    #[error(transparent)]
    Symbols(#[from] SymbolsError),
    /// A C text cannot be read.
    #[cfg(feature = "decl")]
    #[error(transparent)]
    Parse(#[from] crate::decl::ParseError),
    /// A header cannot be read.
    #[cfg(feature = "decl")]
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A signature cannot be called on this platform or in this build.
    #[cfg(feature = "dynamic")]
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A call was refused, or its result was.
    #[cfg(feature = "dynamic")]
    #[error(transparent)]
    Call(#[from] CallError),
    /// Bytes are no value of a type.
    #[cfg(feature = "dynamic")]
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A library could not be opened.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A library does not export a symbol.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Symbol(#[from] SymbolError),
    /// A library could not be closed.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Close(#[from] CloseError),
    /// A declared function or variable could not be bound.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Bind(#[from] crate::foreign::BindError),
    /// A declared library could not be bound.
    #[cfg(feature = "load")]
    #[error(transparent)]
    BindAll(#[from] crate::foreign::BindErrors),
}
