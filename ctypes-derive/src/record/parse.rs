//! From tokens to the model. Attributes are read completely, so that every mistake in them is told.

use super::model::{Bits, Field, Form, Forwarded, Kind, Options, Record, Repr, Role};
use super::{shape, spelling};
use crate::common::errors::Errors;
use proc_macro2::Ident;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Expr, Fields, FieldsNamed, LitInt, LitStr, Member, Meta, Path,
    Token, Type, parenthesized,
};

pub(crate) fn parse<'a>(
    input: &'a DeriveInput,
    wanted: Kind,
    plan: Option<Ident>,
    errors: &mut Errors,
) -> Record<'a> {
    let mut record = Record {
        ident: &input.ident,
        generics: &input.generics,
        wanted,
        found: Kind::Struct,
        repr: Repr::default(),
        options: Options::default(),
        fields: Vec::new(),
        plan,
        markers: Vec::new(),
    };
    for attr in &input.attrs {
        if attr.path().is_ident("repr") {
            errors.take(attr.parse_nested_meta(|meta| repr(meta, &mut record.repr)));
        } else if attr.path().is_ident("ctypes") {
            errors.take(attr.parse_nested_meta(|meta| option(meta, &mut record.options)));
        } else if attr.path().is_ident("ctype") {
            errors.push(attr, "#[ctype(\"…\")] says what a field is in C and belongs on a field");
        }
    }
    match &input.data {
        Data::Struct(data) => fields(&data.fields, &mut record, errors),
        Data::Enum(_) => record.found = Kind::Enum,
        Data::Union(data) => {
            record.found = Kind::Union;
            named(&data.fields, &mut record, errors);
        }
    }
    record
}

fn repr(meta: ParseNestedMeta, repr: &mut Repr) -> syn::Result<()> {
    if meta.path.is_ident("C") {
        repr.c = true;
    } else if meta.path.is_ident("transparent") {
        repr.transparent = true;
    } else if meta.path.is_ident("packed") {
        repr.packed = !meta.input.peek(syn::token::Paren);
        repr.pack = Some(if repr.packed { 1 } else { number(&meta)? });
    } else if meta.path.is_ident("align") {
        // The largest of several is what counts, to rustc as to C.
        repr.align = repr.align.max(Some(number(&meta)?));
    } else if meta.input.peek(syn::token::Paren) {
        // rustc tells what is wrong with it.
        number(&meta)?;
    }
    Ok(())
}

fn number(meta: &ParseNestedMeta) -> syn::Result<u64> {
    let content;
    parenthesized!(content in meta.input);
    content.parse::<LitInt>()?.base10_parse()
}

const OPTIONS: &str = "the options are `bytes`, `crate = path`, `endian = \"big\"`, `layout = \"ms\"`, `name = \"tag\"` and \
     `remote = path`";

fn option(meta: ParseNestedMeta, options: &mut Options) -> syn::Result<()> {
    let twice = || meta.error("this option is given twice");
    if meta.path.is_ident("crate") {
        let path = meta.value()?.call(Path::parse_mod_style)?;
        return options.krate.replace(path).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("bytes") {
        return options.bytes.replace(meta.path.clone()).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("name") {
        let name = meta.value()?.parse::<LitStr>()?;
        return options.name.replace(name).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("endian") {
        let order = meta.value()?.parse::<LitStr>()?;
        if !matches!(order.value().as_str(), "big" | "little") {
            return Err(syn::Error::new_spanned(
                order,
                "expected the byte order of all fields: \"big\" or \"little\"",
            ));
        }
        return options.endian.replace(order).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("layout") {
        let rule = meta.value()?.parse::<LitStr>()?;
        if !matches!(rule.value().as_str(), "gcc" | "ms") {
            return Err(syn::Error::new_spanned(
                rule,
                "expected the rule that bit fields follow: \"gcc\" or \"ms\"",
            ));
        }
        return options.layout.replace(rule).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("remote") {
        let path = meta.value()?.parse::<Path>()?;
        return options.remote.replace(path).map_or(Ok(()), |_| Err(twice()));
    }
    if meta.path.is_ident("extends") || meta.path.is_ident("base") {
        return Err(
            meta.error("the record that is extended is the first field: mark that with #[base]")
        );
    }
    Err(meta.error(format!("unknown option: {OPTIONS}")))
}

fn fields<'a>(fields: &'a Fields, record: &mut Record<'a>, errors: &mut Errors) {
    match fields {
        Fields::Named(fields) => named(fields, record, errors),
        Fields::Unnamed(fields) => each(&fields.unnamed, record, errors),
        Fields::Unit => {}
    }
}

fn named<'a>(fields: &'a FieldsNamed, record: &mut Record<'a>, errors: &mut Errors) {
    each(&fields.named, record, errors);
}

fn each<'a>(
    fields: impl IntoIterator<Item = &'a syn::Field>,
    record: &mut Record<'a>,
    errors: &mut Errors,
) {
    let generics: Vec<&Ident> = record.generics.type_params().map(|p| &p.ident).collect();
    for (index, field) in fields.into_iter().enumerate() {
        let member = match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(index.into()),
        };
        if is_phantom(&field.ty) {
            record.markers.push(field);
            continue;
        }
        let mut shape = shape::shape(&field.ty, &generics);
        let (mut bits, mut role, mut attrs) = (None, Role::Plain, Vec::new());
        for attr in &field.attrs {
            if attr.path().is_ident("ctypes") {
                errors.push(
                    attr,
                    "#[ctypes] has no options for fields: #[ctype(\"…\")] says what a field is in C, #[base] \
                     marks the record that is extended, #[anonymous] one whose members are lent",
                );
            } else if attr.path().is_ident("ctype") {
                spell(attr, &mut shape, errors);
            } else if attr.path().is_ident("bits") {
                bits = width(attr, record, errors);
            } else if attr.path().is_ident("anonymous") || attr.path().is_ident("base") {
                if !matches!(role, Role::Plain) {
                    errors.push(attr, "one of #[anonymous] and #[base] is enough, and once");
                }
                role = self::role(attr, errors);
            } else {
                attrs.push(attr);
            }
        }
        let (vis, run) = (&field.vis, run(record, bits.is_some()));
        record.fields.push(Field { member, ty: &field.ty, shape, bits, run, role, attrs, vis });
    }
}

fn width(attr: &Attribute, record: &Record, errors: &mut Errors) -> Option<Bits> {
    if record.plan.is_none() {
        errors.push(
            attr,
            "#[bits(n)] needs #[bitfield] above the derives, as the first line of the struct",
        );
        return None;
    }
    let width = errors.take(attr.parse_args::<Expr>())?;
    Some(Bits { width })
}

/// The storage of the next field: one for consecutive bit fields, one for all members of a union.
fn run(record: &Record, is_bits: bool) -> Option<usize> {
    match record.fields.last() {
        _ if record.form() == Form::Overlay => Some(0),
        _ if !is_bits => None,
        Some(Field { run: Some(before), .. }) => Some(*before),
        _ => Some(record.runs()),
    }
}

/// `#[base]`, `#[anonymous]` or `#[anonymous(x: c_int, unsafe y: c_int)]`.
fn role<'a>(attr: &'a Attribute, errors: &mut Errors) -> Role<'a> {
    if attr.path().is_ident("base") {
        errors.take(attr.meta.require_path_only().map(|_| ()));
        return Role::Base(attr);
    }
    let members = match &attr.meta {
        Meta::Path(_) => None,
        _ => errors.take(attr.parse_args_with(Punctuated::<_, Token![,]>::parse_terminated)),
    };
    Role::Anonymous(attr, members.into_iter().flatten().collect())
}

impl Parse for Forwarded {
    fn parse(input: ParseStream<'_>) -> syn::Result<Forwarded> {
        let (unsafety, ident) = (input.parse()?, input.parse()?);
        input.parse::<Token![:]>()?;
        Ok(Forwarded { unsafety, ident, ty: input.parse()? })
    }
}

fn spell(attr: &Attribute, shape: &mut shape::Shape, errors: &mut Errors) {
    let Ok(name) = attr.parse_args::<LitStr>() else {
        return errors.push(attr, "expected a C type as a string: #[ctype(\"unsigned long\")]");
    };
    match spelling::by_c_name(&name.value()) {
        None => errors.push(
            &name,
            format_args!(
                "`{}` is no scalar type of C that is known here: expected one of {}",
                name.value(),
                spelling::c_names()
            ),
        ),
        Some(spelling) => {
            if !shape.spell(spelling) {
                errors.push(
                    attr,
                    "#[ctype] names a scalar: the field's type, or what it is an array of or a pointer to",
                );
            }
        }
    }
}

/// A path that ends in `PhantomData<…>`; the expansion asserts that it is the one of `core`.
fn is_phantom(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == "PhantomData"),
        _ => false,
    }
}
