//! What is wrong with a struct or union, as far as its tokens tell it. Types are the compiler's to judge.

use super::model::{Field, Form, Kind, Record, Role};
use crate::common::errors::Errors;
use syn::{Ident, LitStr, Type};

pub(crate) fn check(record: &Record, errors: &mut Errors) {
    let (wanted, found) = (record.wanted, record.found);
    if wanted != found {
        let article = if found == Kind::Enum { "an" } else { "a" };
        return errors.push(
            record.ident,
            format_args!(
                "{} is for a {}, and `{}` is {article} {}: derive {}",
                wanted.derive(),
                wanted.word(),
                record.ident,
                found.word(),
                found.derive()
            ),
        );
    }
    check_repr(record, errors);
    check_generics(record, errors);
    check_options(record, errors);
    if record.fields.is_empty() {
        errors.push(
            record.ident,
            format_args!(
                "`{}` has no fields: C knows no {} without a member; for an opaque type, of which \
                 only pointers are used, write `_private: [u8; 0]`",
                record.ident,
                record.found.word()
            ),
        );
    }
    for (index, field) in record.fields.iter().enumerate() {
        check_field(record, field, index + 1 == record.fields.len(), errors);
        check_role(record, field, index, errors);
    }
}

fn check_repr(record: &Record, errors: &mut Errors) {
    let repr = &record.repr;
    if !repr.c && !repr.transparent {
        errors.push(
            record.ident,
            format_args!(
                "without #[repr(C)] Rust may order the fields of `{}` as it likes: write #[repr(C)] \
                 above the {}{}",
                record.ident,
                record.found.word(),
                match record.found {
                    Kind::Struct => ", or #[repr(transparent)] if it wraps one C type",
                    _ => "",
                }
            ),
        );
    }
    if let (Some(_), Some(align)) = (repr.pack, repr.align) {
        let (name, word) = (record.ident, record.found.word());
        if record.plan.is_none() {
            errors.push(
                name,
                format_args!(
                    "Rust has no {word} that is packed and aligned to {align} (E0587), as `{name}` \
                     is: write #[bitfield] above the derives, which makes bytes with accessors of it"
                ),
            );
        }
    }
    if repr.transparent && record.fields.len() > 1 {
        errors.push(
            record.ident,
            format_args!(
                "`{}` is #[repr(transparent)] and has {} fields: expected one, beside PhantomData",
                record.ident,
                record.fields.len()
            ),
        );
    }
}

fn check_generics(record: &Record, errors: &mut Errors) {
    for lifetime in record.generics.lifetimes() {
        errors.push(
            lifetime,
            format_args!(
                "{} describes a type once and for all, so the type must be 'static: use a raw \
                 pointer in place of a borrow",
                record.wanted.derive()
            ),
        );
    }
}

fn check_options(record: &Record, errors: &mut Errors) {
    let options = &record.options;
    if let Some(name) = &options.name {
        errors.take(check_tag(name));
        if record.repr.transparent {
            errors.push(name, "a #[repr(transparent)] struct is its field to C and has no tag");
        }
    }
    if let Some(endian) = &options.endian
        && record.repr.transparent
    {
        errors.push(endian, "a #[repr(transparent)] struct is its field to C and has its order");
    }
    if let Some(bytes) = &options.bytes
        && record.plan.is_none()
    {
        errors.push(
            bytes,
            "`bytes` is for #[bitfield], which writes the accessors: put it above the derives",
        );
    }
    if let Some(remote) = &options.remote {
        if record.repr.transparent {
            errors.push(
                remote,
                "a #[repr(transparent)] struct is its field to C: mirror a struct by a #[repr(C)] one",
            );
        }
        if record.is_generic() {
            errors.push(remote, "a mirror of a foreign struct has no generic parameters");
        }
    }
}

/// That a tag is one in C.
pub(crate) fn check_tag(name: &LitStr) -> syn::Result<()> {
    let text = name.value();
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if starts && chars.all(|c| c.is_alphanumeric() || c == '_') {
        return Ok(());
    }
    let message = format!("`{text}` is no C identifier: expected the tag alone, without `struct`");
    Err(syn::Error::new_spanned(name, message))
}

fn check_field(record: &Record, field: &Field, is_last: bool, errors: &mut Errors) {
    for reference in field.shape.references() {
        let pointer = if reference.mutability.is_some() { "*mut" } else { "*const" };
        errors.push(
            reference,
            format_args!(
                "a reference is no C type, since C may make it null or dangling: use `{pointer}`"
            ),
        );
    }
    match field.ty {
        ty if holds(ty, record.ident) => errors.push(
            ty,
            format_args!(
                "a {} cannot hold itself: use a pointer, `*mut {}`, as in C",
                record.found.word(),
                record.ident
            ),
        ),
        Type::Slice(slice) if is_last => errors.push(
            slice,
            "C's flexible array member adds nothing to the struct's size: write `[T; 0]`",
        ),
        _ => {}
    }
}

fn check_role(record: &Record, field: &Field, index: usize, errors: &mut Errors) {
    let (attr, word) = match &field.role {
        Role::Plain => return,
        Role::Anonymous(attr, _) => (attr, "#[anonymous]"),
        Role::Base(attr) => (attr, "#[base]"),
    };
    if field.bits.is_some() {
        errors.push(attr, format_args!("{word} marks a struct or union, not a bit field"));
    }
    if record.repr.transparent {
        errors.push(attr, "a #[repr(transparent)] struct is its field to C and has no members");
    }
    if record.form() == Form::Bytes {
        let name = record.ident;
        errors.push(
            attr,
            format_args!("`{name}` is stored as bytes: {word} cannot lend members of it"),
        );
        return;
    }
    match &field.role {
        Role::Base(_) if record.found == Kind::Union => {
            errors.push(attr, "a union extends no record: #[anonymous] makes members its own");
        }
        Role::Base(_) if index != 0 => {
            errors
                .push(attr, "the record that is extended comes first: #[base] marks field 1 only");
        }
        Role::Anonymous(_, members)
            if record.found == Kind::Union || record.repr.pack.is_some() =>
        {
            for member in members {
                errors.push(
                    &member.ident,
                    format_args!(
                        "no accessor can lend `{}`: `{}` is {}; write #[anonymous] alone",
                        member.ident,
                        record.ident,
                        match record.found {
                            Kind::Union => "a union, of which any member may be the valid one",
                            _ => "packed, and the member may not be aligned",
                        }
                    ),
                );
            }
        }
        _ => {}
    }
}

/// Whether a value of type `ty` has one of the struct itself in it, as far as names tell.
fn holds(ty: &Type, ident: &Ident) -> bool {
    match ty {
        Type::Array(array) => holds(&array.elem, ident),
        Type::Path(path) => path.path.is_ident(ident) || path.path.is_ident("Self"),
        _ => false,
    }
}
