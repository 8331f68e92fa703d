//! Where in a C text something stands.

use std::fmt;
use std::sync::Arc;

/// A line of a file, as the line markers of the preprocessor tell it.
///
/// ```
/// use ctypes_core::types::Place;
/// assert_eq!(Place::new("node.h", 12).to_string(), "node.h:12");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The name of the file.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
}

impl Place {
    /// The place.
    pub fn new(file: impl Into<Arc<str>>, line: u32) -> Place {
        Place { file: file.into(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The tag of a record or enumeration, or where the one without a tag stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tag {
    Named(Arc<str>),
    Unnamed(Place),
}

impl Tag {
    pub(super) fn name(&self) -> &str {
        match self {
            Tag::Named(name) => name,
            Tag::Unnamed(_) => "",
        }
    }

    pub(super) fn place(&self) -> Option<&Place> {
        match self {
            Tag::Named(_) => None,
            Tag::Unnamed(place) => Some(place),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tag::Named(name) => f.write_str(name),
            Tag::Unnamed(place) => write!(f, "(unnamed at {place})"),
        }
    }
}
