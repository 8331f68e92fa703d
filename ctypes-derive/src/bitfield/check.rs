//! What is wrong with a record with bit fields, as far as its tokens tell it. What depends on a type
//! is for the layout algorithm to say.

use crate::common::errors::Errors;
use crate::record::model::{Bits, Field, Form, Record};
use crate::record::shape::mentions;
use crate::record::{self, Kind};
use quote::ToTokens;
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, ExprLit, Fields, GenericParam, Lit, LitInt, Type};

pub(super) fn check(input: &DeriveInput, record: &Record, errors: &mut Errors) {
    if record.found == Kind::Enum {
        return errors.push(
            record.ident,
            format_args!("#[bitfield] is for a struct or union, and `{}` is none", record.ident),
        );
    }
    if let Data::Struct(data) = &input.data
        && !matches!(data.fields, Fields::Named(_))
    {
        return errors.push(record.ident, "#[bitfield] is for a struct whose fields have names");
    }
    record::check::check(record, errors);
    if record.repr.transparent {
        errors.push(record.ident, "a struct with bit fields is #[repr(C)], not transparent");
    }
    if record.form() == Form::Fields && !record.fields.iter().any(|f| f.bits.is_some()) {
        errors.push(
            record.ident,
            format_args!(
                "`{}` has no bit fields: mark them with #[bits(n)], or leave #[bitfield] out",
                record.ident
            ),
        );
    }
    check_generics(record, errors);
    if let Some(remote) = &record.options.remote
        && record.fields.iter().any(|f| f.run.is_some() && !f.name().starts_with('_'))
    {
        errors.push(
            remote,
            "a record with bit fields mirrors no struct of Rust, which has none to compare with: of a mirror \
             all have names that begin with `_`",
        );
    }
    for field in &record.fields {
        check_attributes(field, errors);
        if let Some(bits) = &field.bits {
            check_bits(field, bits, errors);
        }
    }
    check_names(record, errors);
}

/// That no place that must be known where the record is defined depends on a generic parameter.
fn check_generics(record: &Record, errors: &mut Errors) {
    let dependent = record.fields.iter().find(|f| f.bits.is_none() && record.depends(f));
    for field in &record.fields {
        let Some(bits) = &field.bits else { continue };
        let on = |tokens: &dyn ToTokens| {
            record.generics.params.iter().any(|param| match param {
                GenericParam::Type(param) => mentions(&tokens.to_token_stream(), &param.ident),
                GenericParam::Const(param) => mentions(&tokens.to_token_stream(), &param.ident),
                GenericParam::Lifetime(_) => false,
            })
        };
        if on(field.ty) {
            errors.push(
                field.ty,
                "the type of a bit field has no generic parameters: it decides about the places of all",
            );
        }
        if on(&bits.width) {
            errors.push(
                &bits.width,
                "the width of a bit field has no generic parameters: it decides about the places of all",
            );
        }
    }
    let Some(dependent) = dependent else { return };
    if record.form() != Form::Fields {
        return errors.push(
            dependent.ty,
            format_args!(
                "`{}` is stored as bytes, so that the size of each member must be known where it is \
                 defined: generic parameters may stand behind pointers",
                record.ident
            ),
        );
    }
    let behind = &record.fields[record.planned().len()..];
    for field in behind.iter().filter(|f| f.bits.is_some() && !record.depends(f)) {
        errors.push(
            &field.member,
            format_args!(
                "the place of `{}` would depend on the size of `{}`: in a generic struct bit fields come \
                 before what depends on a parameter",
                field.name(),
                dependent.name()
            ),
        );
    }
}

fn check_attributes(field: &Field, errors: &mut Errors) {
    for attr in &field.attrs {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            errors.push(
                attr,
                "a field of a record with bit fields cannot depend on the configuration: put #[cfg] \
                 on the record, once for each form of it",
            );
        }
    }
}

fn check_bits(field: &Field, bits: &Bits, errors: &mut Errors) {
    if is_zero(&bits.width) && !field.is_unnamed() {
        errors.push(
            &bits.width,
            format_args!(
                "a bit field of width 0 has no name in C: call it `_{}`, or give it a width",
                field.name()
            ),
        );
    }
    let found = match field.ty {
        Type::Ptr(_) => "a pointer",
        Type::FnPtr(_) => "a function pointer",
        Type::Array(_) => "an array",
        Type::Path(path) => match path.path.get_ident().map(ToString::to_string).as_deref() {
            Some("f32" | "f64" | "c_float" | "c_double") => "a floating-point number",
            _ => return,
        },
        _ => return,
    };
    errors.push(
        field.ty,
        format_args!(
            "expected an integer, `bool` or an enumeration for bit field `{}`, found {found}",
            field.name()
        ),
    );
}

fn is_zero(width: &Expr) -> bool {
    match width {
        Expr::Lit(ExprLit { lit: Lit::Int(n), .. }) => is_zero_literal(n),
        _ => false,
    }
}

fn is_zero_literal(n: &LitInt) -> bool {
    n.base10_digits() == "0"
}

/// Names that rustc would not report on the user's field, since the field is not there any more.
fn check_names(record: &Record, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for field in &record.fields {
        let syn::Member::Named(ident) = &field.member else { continue };
        let name = ident.unraw().to_string();
        // C has any number of members without a name.
        if !field.is_unnamed() && !seen.insert(name.clone()) {
            errors.push(
                ident,
                format_args!("`{}` has two fields of the name `{name}`", record.ident),
            );
        }
        if name.starts_with("__") && field.bits.is_none() {
            errors.push(
                ident,
                "a record with bit fields keeps names that begin with `__` for itself",
            );
        }
    }
}
