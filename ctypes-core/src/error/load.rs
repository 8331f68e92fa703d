//! Libraries that do not open, symbols that are not there.

/// A library could not be opened: which one, and every place and reason that was tried.
///
/// `Display` prints one line for the library, one for each attempt and, where some are close enough, one
/// with the names of libraries that exist.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadError {
    /// The name as the caller gave it; several, joined by commas, if the caller gave several.
    pub name: String,
    /// What was handed to the loader or looked at, in order, each with the reason why it would not do.
    pub attempts: Vec<Attempt>,
    /// Names close to [`name`](Self::name) under which a library exists here; at most five, best first.
    pub similar: Vec<String>,
}

/// One try to open a library, and why it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The path or name that was tried.
    pub what: String,
    /// Why it did not open: the system's reason, or what the file turned out to be.
    pub reason: String,
}

impl core::fmt::Display for LoadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "cannot open library `{}`", self.name)?;
        for Attempt { what, reason } in &self.attempts {
            match what.as_str() {
                "" => write!(f, "\n  {reason}")?,
                what => write!(f, "\n  tried {what}: {reason}")?,
            }
        }
        if !self.similar.is_empty() {
            write!(f, "\n  did you mean {}?", alternatives(&self.similar))?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

/// A library has no usable symbol of the name asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SymbolError {
    /// The symbol that was asked for.
    pub symbol: String,
    /// The library that was searched, by the name it was opened with.
    pub library: String,
    /// The file of that library, where the system tells.
    pub path: Option<std::path::PathBuf>,
    /// Why there is no address.
    pub reason: String,
    /// Symbols of the library with a name close to the one asked for; at most five, best first.
    pub similar: Vec<String>,
}

impl core::fmt::Display for SymbolError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "no symbol `{}` in library `{}`", self.symbol.escape_debug(), self.library)?;
        if let Some(path) = &self.path {
            write!(f, " ({})", path.display())?;
        }
        write!(f, ": {}", self.reason)?;
        if !self.similar.is_empty() {
            write!(f, "\n  did you mean {}?", alternatives(&self.similar))?;
        }
        Ok(())
    }
}

impl std::error::Error for SymbolError {}

/// A library was not unloaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("library `{library}` was not closed: {reason}")]
#[non_exhaustive]
pub struct CloseError {
    /// The library, by the name it was opened with.
    pub library: String,
    /// Who still uses it, or what the loader said.
    pub reason: String,
}

/// `` `a`, `b` or `c` ``
fn alternatives(names: &[String]) -> String {
    let mut text = String::new();
    for (i, name) in names.iter().enumerate() {
        text += match i {
            0 => "",
            _ if i + 1 == names.len() => " or ",
            _ => ", ",
        };
        text += &format!("`{name}`");
    }
    text
}

/// The file of a library whose symbols cannot be read.
#[cfg(feature = "symbols")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SymbolsError {
    /// The file, if it was one and not bytes in memory.
    pub path: Option<std::path::PathBuf>,
    /// Why: what the file is, or where it is damaged.
    pub reason: String,
}

#[cfg(feature = "symbols")]
impl core::fmt::Display for SymbolsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}: {}", path.display(), self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

#[cfg(feature = "symbols")]
impl std::error::Error for SymbolsError {}
