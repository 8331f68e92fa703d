//! Types that cannot be made, or have no layout.

use crate::layout::LayoutFault;
use crate::target::Target;
use crate::types::Type;

/// A type cannot be made of another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot make {wanted}: {cause}")]
#[non_exhaustive]
pub struct TypeError {
    /// What was asked for.
    pub wanted: String,
    /// Why not.
    #[source]
    pub cause: LayoutError,
}

impl TypeError {
    pub(crate) fn of(element: &Type, cause: LayoutError) -> TypeError {
        TypeError { wanted: format!("an array of `{element}`"), cause }
    }

    pub(crate) fn array(element: &Type, len: usize, fault: LayoutFault) -> TypeError {
        TypeError {
            wanted: format!("an array of {len} `{element}`"),
            cause: LayoutError::fault(element, None, fault),
        }
    }
}

/// A type has no layout on a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The type has no size.
    #[error("`{ty}` has no size: {reason}")]
    NoSize {
        /// The type.
        ty: String,
        /// Why not.
        reason: &'static str,
    },
    /// The layout algorithm refuses the type, or one field of it.
    #[error("`{ty}`{}: {fault}", at_field(.field))]
    Fault {
        /// The type.
        ty: String,
        /// The field, if one is to blame.
        field: Option<String>,
        /// What is wrong.
        fault: LayoutFault,
    },
    /// The target's C compiler has no such type, or compilers for it do not agree on its layout.
    #[error("{}`{ty}` does not exist on {target}", of_record(.field))]
    Unavailable {
        /// The field that has it and the record, if one has.
        field: Option<(String, String)>,
        /// The type.
        ty: String,
        /// The target asked for.
        target: &'static str,
    },
    /// The type takes more text to describe than a buffer's format may have.
    #[error("`{ty}` takes more than {limit} characters to describe as the format of a buffer")]
    LongFormat {
        /// The type.
        ty: String,
        /// The limit, in bytes of text.
        limit: usize,
    },
    /// A field's C type is known only for the platform that the program was compiled for.
    #[error(
        "field `{field}` of `{record}` is an alias that here is the same as `{found}`: what it is on {target} \
         depends on its name in C; say it with #[ctype(\"…\")] on the field, e.g. #[ctype(\"long\")]"
    )]
    HostOnly {
        /// The record.
        record: String,
        /// The field.
        field: String,
        /// The scalar that the field is here.
        found: &'static str,
        /// The target asked for.
        target: &'static str,
    },
}

fn at_field(field: &Option<String>) -> String {
    field.as_ref().map(|f| format!(", field `{f}`")).unwrap_or_default()
}

fn of_record(field: &Option<(String, String)>) -> String {
    field.as_ref().map(|(f, record)| format!("field `{f}` of `{record}`: ")).unwrap_or_default()
}

impl LayoutError {
    pub(crate) fn no_size(ty: &Type, reason: &'static str) -> LayoutError {
        LayoutError::NoSize { ty: ty.to_string(), reason }
    }

    pub(crate) fn unavailable(ty: &Type, target: &Target) -> LayoutError {
        LayoutError::Unavailable { field: None, ty: ty.to_string(), target: target.name }
    }

    /// Says which field has the type that is unavailable; the innermost does.
    pub(crate) fn of_field(mut self, name: &str, record: &Type) -> LayoutError {
        if let LayoutError::Unavailable { field: field @ None, .. } = &mut self {
            *field = Some((name.to_owned(), record.to_string()));
        }
        self
    }

    pub(crate) fn fault(ty: &Type, field: Option<&str>, fault: LayoutFault) -> LayoutError {
        LayoutError::Fault { ty: ty.to_string(), field: field.map(str::to_owned), fault }
    }
}

/// A record cannot be declared or defined so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefineError {
    /// A name is no C identifier.
    #[error("`{name}` is no C identifier")]
    BadName {
        /// The name.
        name: String,
    },
    /// The tag is in use for a record of the other kind.
    #[error("`{record}` cannot be declared: its tag is in use as a {found}")]
    OtherKind {
        /// What was asked for.
        record: String,
        /// `struct`, `union` or `enum`.
        found: &'static str,
    },
    /// An ordinary name stands for something else.
    #[error("`{name}` cannot be declared: it is a {found} already")]
    NameInUse {
        /// The name.
        name: String,
        /// What it stands for.
        found: String,
    },
    /// The record has a definition, which is final.
    #[error("`{record}` is already defined, and a definition is final")]
    AlreadyDefined {
        /// The record.
        record: String,
    },
    /// Two fields have one name.
    #[error("`{record}` has two fields of the name `{field}`")]
    DuplicateField {
        /// The record.
        record: String,
        /// The name.
        field: String,
    },
    /// An enumeration has values that no one integer type of the platform holds.
    #[error("`{name}` has values that no one integer type holds")]
    NoEnumType {
        /// The enumeration.
        name: String,
    },
    /// A record has itself as a field.
    #[error(
        "field `{field}` of `{record}` is that record itself: a record can hold a pointer to itself, not itself"
    )]
    ContainsItself {
        /// The record.
        record: String,
        /// The field.
        field: String,
    },
    /// A field's type has no size.
    #[error("field `{field}` of `{record}` cannot be a `{ty}`: {cause}")]
    IncompleteField {
        /// The record.
        record: String,
        /// The field.
        field: String,
        /// Its type.
        ty: String,
        /// Why it has no size.
        #[source]
        cause: Box<LayoutError>,
    },
    /// The layout algorithm refuses the record.
    #[error("`{record}`{}: {fault}", at_field(.field))]
    Layout {
        /// The record.
        record: String,
        /// The field, if one is to blame.
        field: Option<String>,
        /// What is wrong.
        fault: LayoutFault,
    },
}
