//! What is wrong with a struct with bit fields, as far as its tokens tell it. What depends on a type
//! is for the layout algorithm to say.

use crate::common::errors::Errors;
use crate::record::model::{Bits, Field, Record};
use crate::record::{self, Kind};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, ExprLit, Fields, Lit, LitInt, Type};

pub(super) fn check(input: &DeriveInput, record: &Record, errors: &mut Errors) {
    if record.found != Kind::Struct {
        return errors.push(
            record.ident,
            format_args!(
                "#[bitfield] is for a struct, and `{}` is none; a bit field of a union goes into a \
                 struct that is a member of it",
                record.ident
            ),
        );
    }
    if let Data::Struct(data) = &input.data
        && !matches!(data.fields, Fields::Named(_))
    {
        return errors.push(record.ident, "#[bitfield] is for a struct whose fields have names");
    }
    record::check::check(record, errors);
    for param in &record.generics.params {
        errors.push(
            param,
            "a struct with bit fields has no generic parameters: the place of its fields must be \
             known where it is defined",
        );
    }
    if record.repr.transparent {
        errors.push(record.ident, "a struct with bit fields is #[repr(C)], not transparent");
    }
    if !record.repr.is_block() && !record.fields.iter().any(|f| f.bits.is_some()) {
        errors.push(
            record.ident,
            format_args!(
                "`{}` has no bit fields: mark them with #[bits(n)], or leave #[bitfield] out",
                record.ident
            ),
        );
    }
    for marker in &record.markers {
        errors.push(
            marker,
            "a struct with bit fields has no use for `PhantomData`: it is not generic",
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

fn check_attributes(field: &Field, errors: &mut Errors) {
    for attr in &field.attrs {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            errors.push(
                attr,
                "a field of a struct with bit fields cannot depend on the configuration: put #[cfg] \
                 on the struct, once for each form of it",
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
                "a struct with bit fields keeps names that begin with `__` for itself",
            );
        }
    }
}
