//! One error type per failure mode, and [`Error`], which holds any of them.
//!
//! Every message says what failed, where, what was expected and what was found. All of them are
//! `Send + Sync + 'static`, and a cause is reached through [`std::error::Error::source`].

/// Any failure that this crate reports.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A library could not be opened.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A library does not export a symbol.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Symbol(#[from] SymbolError),
}

/// A library could not be opened: which one, and every place and reason that was tried.
#[cfg(feature = "load")]
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot open library `{name}`")]
#[non_exhaustive]
pub struct LoadError {
    /// The name as the caller gave it.
    pub name: String,
}

/// A library has no symbol of the name asked for.
#[cfg(feature = "load")]
#[derive(Debug, Clone, thiserror::Error)]
#[error("no symbol `{symbol}` in {library}")]
#[non_exhaustive]
pub struct SymbolError {
    /// The symbol that was asked for.
    pub symbol: String,
    /// The library that was searched.
    pub library: String,
}
