//! From tokens to the model, and what is wrong with them.

use crate::common::errors::Errors;
use proc_macro2::Ident;
use syn::meta::ParseNestedMeta;
use syn::{Data, DeriveInput, Fields, LitStr, Path, Visibility};

/// What the derive knows of an enum.
pub(super) struct Model<'a> {
    pub(super) ident: &'a Ident,
    pub(super) vis: &'a Visibility,
    pub(super) krate: Option<Path>,
    pub(super) name: Option<LitStr>,
    /// `#[repr(u8)]` and the like.
    pub(super) fixed: Option<Fixed>,
    pub(super) variants: Vec<&'a Ident>,
}

/// An integer type that `repr` names, and the constant that describes it.
pub(super) struct Fixed {
    pub(super) ident: Ident,
    pub(super) scalar: &'static str,
}

const INTEGERS: &[(&str, &str)] = &[
    ("i8", "Int8"),
    ("u8", "UInt8"),
    ("i16", "Int16"),
    ("u16", "UInt16"),
    ("i32", "Int32"),
    ("u32", "UInt32"),
    ("i64", "Int64"),
    ("u64", "UInt64"),
    ("isize", "IntPtr"),
    ("usize", "UIntPtr"),
];

pub(super) fn parse<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Model<'a> {
    let mut model = Model {
        ident: &input.ident,
        vis: &input.vis,
        krate: None,
        name: None,
        fixed: None,
        variants: Vec::new(),
    };
    let mut is_c = false;
    for attr in &input.attrs {
        if attr.path().is_ident("repr") {
            errors.take(attr.parse_nested_meta(|meta| repr(&meta, &mut is_c, &mut model.fixed)));
        } else if attr.path().is_ident("ctypes") {
            errors.take(attr.parse_nested_meta(|meta| option(&meta, &mut model)));
        }
    }
    let ident = model.ident;
    let Data::Enum(data) = &input.data else {
        let (found, derive) = match &input.data {
            Data::Union(_) => ("union", "CUnion"),
            _ => ("struct", "CStruct"),
        };
        errors.push(
            ident,
            format_args!("CEnum is for an enum, and `{ident}` is a {found}: derive {derive}"),
        );
        return model;
    };
    if !is_c && model.fixed.is_none() {
        errors.push(
            ident,
            format_args!(
                "without a repr Rust may choose any integer for `{ident}`: write #[repr(C)] above the \
                 enum, or #[repr(u8)] and the like if C says which integer it is"
            ),
        );
    }
    for param in &input.generics.params {
        errors.push(param, "an enumeration of C has no generic parameters");
    }
    if data.variants.is_empty() {
        errors.push(
            ident,
            format_args!("`{ident}` has no variants: C knows no enumeration without one"),
        );
    }
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.push(
                &variant.fields,
                format_args!(
                    "an enumerator of C is an integer, and `{}` has fields: use a struct with a tag \
                     and a union",
                    variant.ident
                ),
            );
        }
        model.variants.push(&variant.ident);
    }
    model
}

fn repr(meta: &ParseNestedMeta, is_c: &mut bool, fixed: &mut Option<Fixed>) -> syn::Result<()> {
    if meta.path.is_ident("C") {
        *is_c = true;
        return Ok(());
    }
    let Some(ident) = meta.path.get_ident() else { return Ok(()) };
    if let Some((_, scalar)) = INTEGERS.iter().find(|i| ident == i.0) {
        *fixed = Some(Fixed { ident: ident.clone(), scalar });
        return Ok(());
    }
    Err(meta.error("expected `C` or an integer type of at most 64 bits"))
}

fn option(meta: &ParseNestedMeta, model: &mut Model) -> syn::Result<()> {
    let twice = || meta.error("this option is given twice");
    if meta.path.is_ident("crate") {
        let path = meta.value()?.call(Path::parse_mod_style)?;
        return model.krate.replace(path).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("name") {
        let name = meta.value()?.parse::<LitStr>()?;
        crate::record::check_tag(&name)?;
        return model.name.replace(name).map_or(Ok(()), |_| Err(twice()));
    }
    Err(meta.error("unknown option: the options are `crate = path` and `name = \"tag\"`"))
}
