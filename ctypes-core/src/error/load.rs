//! Libraries that do not open, symbols that are not there.

/// A library could not be opened: which one, and every place and reason that was tried.
///
/// `Display` prints one line for the library, one for each attempt and each library that is missing for it and,
/// where some are close enough, one with the names of libraries that exist.
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
    /// The libraries that it needs, itself or through others, and that are not to be found.
    pub missing: Vec<MissingLibrary>,
}

/// A library that another one needs and that is not to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingLibrary {
    /// Its name, as the file that needs it has it.
    pub name: String,
    /// The file that needs it, then the one that needs that, up to the one that was to be opened.
    pub needed_by: Vec<std::path::PathBuf>,
    /// Where it was looked for, in the loader's order.
    pub places: Vec<String>,
    /// Files of that name which will not do: the path, and why.
    pub rejected: Vec<(std::path::PathBuf, String)>,
}

impl core::fmt::Display for MissingLibrary {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "missing `{}`", self.name.escape_debug())?;
        for file in &self.needed_by {
            write!(f, ", needed by {}", file.display())?;
        }
        if !self.places.is_empty() {
            write!(f, "; looked for in {}", self.places.join("; "))?;
        }
        for (path, reason) in &self.rejected {
            write!(f, "; {} {reason}", path.display())?;
        }
        Ok(())
    }
}

impl Attempt {
    pub(crate) fn new(what: impl Into<String>, reason: impl Into<String>) -> Attempt {
        Attempt { what: what.into(), reason: reason.into(), missing: Vec::new() }
    }
}

impl core::fmt::Display for LoadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "cannot open library `{}`", self.name)?;
        for Attempt { what, reason, missing } in &self.attempts {
            match what.as_str() {
                "" => write!(f, "\n  {reason}")?,
                what => write!(f, "\n  tried {what}: {reason}")?,
            }
            for library in missing {
                write!(f, "\n    {library}")?;
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
    pub(crate) expected: Expected,
    /// The symbol that was asked for.
    pub symbol: String,
    /// The library that was searched, by the name it was opened with.
    pub library: String,
    /// The file of that library, where the system tells.
    pub path: Option<Box<std::path::Path>>,
    /// Why there is no address.
    pub reason: String,
    /// Symbols of the library with a name close to the one asked for; at most five, best first.
    pub similar: Vec<String>,
}

/// What a symbol was to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Symbol,
    Function,
    Variable,
}

impl core::fmt::Display for SymbolError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let SymbolError { symbol, library, .. } = self;
        let expected = match self.expected {
            Expected::Symbol => "symbol",
            Expected::Function => "function",
            Expected::Variable => "variable",
        };
        write!(f, "no {expected} `{}` in library `{library}`", symbol.escape_debug())?;
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SymbolsError {
    /// The file, if it was one and not bytes in memory.
    pub path: Option<std::path::PathBuf>,
    /// Why: what the file is, or where it is damaged.
    pub reason: String,
}

impl core::fmt::Display for SymbolsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}: {}", path.display(), self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for SymbolsError {}
