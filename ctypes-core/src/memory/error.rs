//! [`AccessError`]: why a part of typed memory is not read or written.
#![forbid(unsafe_code)]

use crate::types::{Layout, Type};

/// A part of typed memory cannot be found, read or written: which part of which type, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}`{ty}`{}: {fault}", of_path(.path), on(*.target))]
#[non_exhaustive]
pub struct AccessError {
    /// The type of the memory.
    pub ty: String,
    /// The target, of a view of foreign memory.
    pub target: Option<&'static str>,
    /// The part, as it was asked for; empty for the whole.
    pub path: String,
    /// What is wrong; boxed, so that a `Result` stays small.
    pub fault: Box<AccessFault>,
}

fn of_path(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("`{}` of ", path.escape_debug()) }
}

fn on(target: Option<&str>) -> String {
    target.map_or_else(String::new, |name| format!(" on {name}"))
}

impl AccessError {
    pub(super) fn new(layout: &Layout, path: &str, fault: AccessFault) -> AccessError {
        AccessError {
            target: Some(layout.target().name),
            ..AccessError::here(layout.ty(), path, fault)
        }
    }

    /// Of memory of this platform.
    #[cold]
    pub(crate) fn here(ty: &Type, path: &str, fault: AccessFault) -> AccessError {
        AccessError {
            ty: ty.to_string(),
            target: None,
            path: path.to_owned(),
            fault: Box::new(fault),
        }
    }

    /// The same as seen from what the part at `path` belongs to.
    pub(super) fn within(mut self, ty: &Type, path: &str) -> AccessError {
        let dot = if path.is_empty() || self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{path}{dot}{}", self.path);
        self.ty = ty.to_string();
        self
    }
}

/// What is wrong with an access to typed memory.
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
    /// A pointer that is to be followed is NULL, or is to become NULL and must not.
    #[error("expected {expected}, found NULL")]
    Null {
        /// What was needed.
        expected: String,
    },
    /// Nothing that is known to be alive lies where a pointer points at.
    #[error(
        "nothing keeps the memory at {address:#x} alive: a pointer is followed where it was set to an object; \
         `deref` follows any, and is `unsafe`"
    )]
    NotKept {
        /// Where it points at.
        address: usize,
    },
    /// The pointer leads to less memory than a value of its type takes.
    #[error(
        "expected {expected} bytes at {address:#x}, found {found} to the end of the object there"
    )]
    PastTheEnd {
        /// The size of what the pointer is declared to point at.
        expected: u64,
        /// How many bytes there are.
        found: u64,
        /// Where it points at.
        address: usize,
    },
    /// The part or the memory is not to be written.
    #[error("{reason}")]
    ReadOnly {
        /// Why not.
        reason: String,
    },
    /// The memory cannot change its size.
    #[error("the memory cannot be resized to {size} bytes: {reason}")]
    Resize {
        /// The size asked for.
        size: usize,
        /// Why not.
        reason: String,
    },
    /// A type without values of a size, or of which there can be none now.
    #[error("{reason}")]
    NoMemory {
        /// Why not.
        reason: String,
    },
    /// The bytes are not at an address that the type can be at.
    #[error("expected an address that is a multiple of {expected}, found {found:#x}")]
    Unaligned {
        /// The alignment of the type.
        expected: u64,
        /// The address.
        found: usize,
    },
    /// Text that does not convert.
    #[error("{reason}")]
    Text {
        /// Why not.
        reason: String,
    },
    /// An initialiser that does not fit what it is for.
    #[error("{reason}")]
    Initializer {
        /// Why not.
        reason: String,
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
