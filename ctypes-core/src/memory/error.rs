//! [`AccessError`]: why a part of foreign memory is not read or written.

use crate::types::Layout;

/// A part of foreign memory cannot be found, read or written: which part of which type on which
/// target, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}`{ty}` on {target}: {fault}", of_path(.path))]
#[non_exhaustive]
pub struct AccessError {
    /// The type that the view is of.
    pub ty: String,
    /// The target.
    pub target: &'static str,
    /// The part, as it was asked for; empty for the whole.
    pub path: String,
    /// What is wrong; boxed, so that a `Result` stays small.
    pub fault: Box<AccessFault>,
}

fn of_path(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("`{}` of ", path.escape_debug()) }
}

impl AccessError {
    pub(super) fn new(layout: &Layout, path: &str, fault: AccessFault) -> AccessError {
        AccessError {
            ty: layout.ty().to_string(),
            target: layout.target().name,
            path: path.to_owned(),
            fault: Box::new(fault),
        }
    }
}

/// What is wrong with an access to foreign memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessFault {
    /// There are too few bytes for the type, or for a part of it.
    #[error("expected at least {expected} bytes, found {found}")]
    TooShort {
        /// How many bytes it takes, from the start of the view.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The path leads nowhere.
    #[error("at byte {at} of the path: {reason}")]
    NoSuchPart {
        /// Where in the path.
        at: usize,
        /// Why not.
        reason: String,
    },
    /// The path is one of another type or target.
    #[error("the path was resolved for `{ty}` on {target}")]
    OtherLayout {
        /// The type that the path belongs to.
        ty: String,
        /// The target that it was resolved for.
        target: &'static str,
    },
    /// The part is of a kind that does not convert.
    #[error("expected {expected}, found `{found}`")]
    Kind {
        /// What was asked for.
        expected: String,
        /// What the part is, or what the value to store is.
        found: String,
    },
    /// A value does not fit.
    #[error("expected {expected}, found {found}")]
    Range {
        /// What fits.
        expected: String,
        /// The value.
        found: String,
    },
    /// An enumeration has no enumerator of that name.
    #[error("expected an enumerator of `{expected}`, found `{}`", found.escape_debug())]
    NoEnumerator {
        /// The enumeration.
        expected: String,
        /// The name.
        found: String,
    },
}
