//! What the derives know of a struct or union once it is parsed.

use super::shape::Shape;
use syn::{Generics, Ident, LitStr, Member, Path, Type};

pub(super) struct Record<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) wanted: Kind,
    pub(super) found: Kind,
    pub(super) repr: Repr,
    pub(super) options: Options,
    /// Those that C has too.
    pub(super) fields: Vec<Field<'a>>,
    /// `PhantomData` fields: of no size, and unknown to C.
    pub(super) markers: Vec<&'a Type>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Struct,
    Union,
    Enum,
}

impl Kind {
    /// The keyword.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Struct => "struct",
            Kind::Union => "union",
            Kind::Enum => "enum",
        }
    }

    /// The derive for it.
    pub(super) fn derive(self) -> &'static str {
        match self {
            Kind::Struct => "CStruct",
            Kind::Union => "CUnion",
            Kind::Enum => "CEnum",
        }
    }

    /// The word in C's and our own terms for what the derive emits.
    pub(super) fn variant(self) -> &'static str {
        match self {
            Kind::Union => "Union",
            Kind::Struct | Kind::Enum => "Struct",
        }
    }
}

/// The union of all `#[repr(…)]`.
#[derive(Default)]
pub(super) struct Repr {
    pub(super) c: bool,
    pub(super) transparent: bool,
    pub(super) pack: Option<u64>,
    pub(super) align: Option<u64>,
}

/// The union of all `#[ctypes(…)]`.
#[derive(Default)]
pub(super) struct Options {
    pub(super) krate: Option<Path>,
    pub(super) name: Option<LitStr>,
    pub(super) remote: Option<Path>,
}

pub(super) struct Field<'a> {
    pub(super) member: Member,
    pub(super) ty: &'a Type,
    pub(super) shape: Shape<'a>,
}

impl Record<'_> {
    /// The C tag: `name = "…"`, else the Rust name.
    pub(super) fn tag(&self) -> String {
        match &self.options.name {
            Some(name) => name.value(),
            None => plain(self.ident),
        }
    }

    /// Whether constants of the type can be evaluated where it is defined.
    pub(super) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }
}

impl Field<'_> {
    pub(super) fn name(&self) -> String {
        match &self.member {
            Member::Named(ident) => plain(ident),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }
}

/// The identifier as C sees it: `r#type` is `type`.
fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}
