//! What the derives know of a struct or union once it is parsed.

use super::shape::Shape;
use syn::{
    Attribute, Expr, GenericParam, Generics, Ident, LitStr, Member, Path, Token, Type, Visibility,
};

pub(crate) struct Record<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) wanted: Kind,
    pub(crate) found: Kind,
    pub(crate) repr: Repr,
    pub(crate) options: Options,
    /// Those that C has too.
    pub(crate) fields: Vec<Field<'a>>,
    /// The constant that plans the bit fields, if there may be any.
    pub(crate) plan: Option<Ident>,
    /// `PhantomData` fields: of no size, and unknown to C.
    pub(crate) markers: Vec<&'a syn::Field>,
}

/// How the Rust type holds the members.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Ordinary members are fields of their types.
    Fields,
    /// Each member is bytes in its place, since Rust refuses such a struct.
    Bytes,
    /// All members are in the same bytes: a union below `#[bitfield]`.
    Overlay,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Struct,
    Union,
    Enum,
}

impl Kind {
    /// The keyword.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Struct => "struct",
            Kind::Union => "union",
            Kind::Enum => "enum",
        }
    }

    /// The derive for it.
    pub(crate) fn derive(self) -> &'static str {
        match self {
            Kind::Struct => "CStruct",
            Kind::Union => "CUnion",
            Kind::Enum => "CEnum",
        }
    }

    /// The word in C's and our own terms for what the derive emits.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Kind::Union => "Union",
            Kind::Struct | Kind::Enum => "Struct",
        }
    }
}

/// The union of all `#[repr(…)]`.
#[derive(Default)]
pub(crate) struct Repr {
    pub(crate) c: bool,
    pub(crate) transparent: bool,
    pub(crate) pack: Option<u64>,
    pub(crate) align: Option<u64>,
    /// Whether it is `packed` without a number.
    pub(crate) packed: bool,
}

/// The union of all `#[ctypes(…)]`.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) krate: Option<Path>,
    pub(crate) name: Option<LitStr>,
    pub(crate) remote: Option<Path>,
    /// The rule for bit fields.
    pub(crate) layout: Option<LitStr>,
    /// The byte order of all fields.
    pub(crate) endian: Option<LitStr>,
    /// Whether ordinary members are to be bytes.
    pub(crate) bytes: Option<Path>,
}

pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) shape: Shape<'a>,
    pub(crate) bits: Option<Bits>,
    /// Which of the storages of `#[bitfield]` holds it, if one does.
    pub(crate) run: Option<usize>,
    pub(crate) role: Role<'a>,
    /// Those that are the user's to keep: all but our own.
    pub(crate) attrs: Vec<&'a Attribute>,
    pub(crate) vis: &'a Visibility,
}

/// What a field is to its record.
pub(crate) enum Role<'a> {
    Plain,
    /// Its members count as those of the record; those that are listed have accessors.
    Anonymous(&'a Attribute, Vec<Forwarded>),
    /// The record that this one extends.
    Base(&'a Attribute),
}

/// A member of an anonymous field that gets accessors: `x: c_int`, in a union `unsafe x: c_int`.
pub(crate) struct Forwarded {
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

/// What is said of a bit field.
pub(crate) struct Bits {
    pub(crate) width: Expr,
}

impl Record<'_> {
    /// The C tag: `name = "…"`, else the Rust name.
    pub(crate) fn tag(&self) -> String {
        match &self.options.name {
            Some(name) => name.value(),
            None => plain(self.ident),
        }
    }

    /// How many storages hold members.
    pub(crate) fn runs(&self) -> usize {
        self.fields.iter().filter_map(|f| f.run).max().map_or(0, |last| last + 1)
    }

    pub(crate) fn form(&self) -> Form {
        if self.plan.is_none() {
            Form::Fields
        } else if self.found == Kind::Union {
            Form::Overlay
        } else if self.repr.is_both() || self.options.bytes.is_some() {
            Form::Bytes
        } else {
            Form::Fields
        }
    }

    /// The fields up to the first whose size depends on a generic parameter.
    pub(crate) fn planned(&self) -> &[Field<'_>] {
        let end = self.fields.iter().position(|f| self.depends(f));
        &self.fields[..end.unwrap_or(self.fields.len())]
    }

    /// Whether the size of a field depends on a generic parameter.
    pub(crate) fn depends(&self, field: &Field) -> bool {
        let names = self.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        names.into_iter().any(|name| field.shape.has_in_its_size(name))
    }

    /// Whether constants of the type can be evaluated where it is defined.
    pub(crate) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }
}

impl Repr {
    /// Whether it is packed and aligned as a whole, which rustc refuses (E0587).
    pub(crate) fn is_both(&self) -> bool {
        self.pack.is_some() && self.align.is_some()
    }
}

impl Field<'_> {
    /// Whether the bit field only takes room: C gives it no name, Rust one that begins with `_`.
    pub(crate) fn is_unnamed(&self) -> bool {
        self.bits.is_some() && self.name().starts_with('_')
    }

    /// Whether C gives the field no name.
    pub(crate) fn is_nameless(&self) -> bool {
        self.is_unnamed() || !matches!(self.role, Role::Plain)
    }

    pub(crate) fn name(&self) -> String {
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
