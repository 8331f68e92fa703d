//! What an expansion says of a record and of its fields: their rules, and the types that stand for C's.

use super::expand::{located, located_at, mixed, place, support};
use super::model::{Field, Kind, Record, Role};
use super::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, LitStr, Type};

/// A reference to what is said of the record as a whole.
pub(super) fn shared_rules(record: &Record, core: &TokenStream) -> TokenStream {
    let repr = &record.repr;
    let is_plain = repr.pack.is_none()
        && repr.align.is_none()
        && record.options.layout.is_none()
        && record.found == Kind::Struct;
    if is_plain {
        let support = support(Span::mixed_site());
        return mixed!(#support::PLAIN_STRUCT);
    }
    let rules = rules(record, core);
    mixed!(&#rules)
}

/// The description of a field's type: an expression that asserts what it says.
pub(super) fn member(
    record: &Record,
    field: &Field,
    name: &str,
    tag: &str,
    core: &TokenStream,
) -> TokenStream {
    let ty = field.ty;
    let at = start(ty);
    let support = &support(at);
    let place = place(tag, name);
    let is_plain = matches!(field.role, Role::Plain) && record.options.endian.is_none();
    if let Shape::Pointer { to, is_const, is_raw: true } = &field.shape
        && let Shape::Scalar(spelling, ty) = &**to
        && is_plain
    {
        let konst = Ident::new(spelling.konst, at);
        let pointer = Ident::new(if *is_const { "const_pointer_to" } else { "pointer_to" }, at);
        return quote_spanned! {at=>
            #support::#pointer::<#ty, #support::#konst>(#place)
        };
    }
    let mut tokens = match &field.shape {
        Shape::Pointer { to, is_const, is_raw: true } if is_plain => {
            let to = spelled(to, &support.to_token_stream(), at);
            let pointer = Ident::new(if *is_const { "const_pointer" } else { "pointer" }, at);
            quote_spanned!(at=> #support::#pointer::<#to>())
        }
        shape if shape.has_names() => {
            let spelled = spelled(shape, &support.to_token_stream(), at);
            quote_spanned!(at=> #support::spelled::<#ty, #spelled>(#place))
        }
        shape if shape.is_spelled() => quote_spanned!(at=> #support::exact::<#ty>()),
        _ => quote_spanned!(at=> #support::field::<#ty>(#place)),
    };
    let mut scalars = Vec::new();
    field.shape.pointed_scalars(&mut scalars);
    for (spelling, ty) in scalars {
        let konst = Ident::new(spelling.konst, at);
        tokens = quote_spanned! {at=>
            #support::leads_to::<#ty, #support::#konst>(#tokens, #place)
        };
    }
    if let Some(order) = &record.options.endian {
        // The bits of bit fields are put in that order.
        if field.bits.is_none() {
            let (order, core) = (endian(order), &located_at(core, at));
            let order = quote_spanned!(at=> #core::target::Endian::#order);
            tokens = quote_spanned!(at=> #support::in_order(#tokens, #order, #place));
        }
    }
    if !matches!(field.role, Role::Plain) {
        tokens = quote_spanned!(at=> #support::nameless(#tokens, #place));
    }
    tokens
}

/// What is said of the record as a whole.
pub(crate) fn rules(record: &Record, core: &TokenStream) -> TokenStream {
    let repr = &record.repr;
    // With bit fields `packed` and `#pragma pack(1)` are not the same.
    let packed = repr.packed && record.plan.is_some();
    let (pack, align) = (option(repr.pack.filter(|_| !packed)), option(repr.align));
    let kind = Ident::new(record.found.variant(), Span::mixed_site());
    let rule = record.options.layout.as_ref().map(|rule| {
        let rule = Ident::new(if rule.value() == "ms" { "Ms" } else { "Gcc" }, Span::mixed_site());
        mixed!(bit_rule: ::core::option::Option::Some(#core::target::BitRule::#rule),)
    });
    mixed!(#core::layout::RecordRules {
        pack: #pack,
        packed: #packed,
        align: #align,
        #rule
        ..#core::layout::RecordRules::plain(#core::layout::RecordKind::#kind)
    })
}

/// What is said of a member beside its name and type.
pub(crate) fn field_rules(record: &Record, field: &Field, core: &TokenStream) -> TokenStream {
    let Some(bits) = &field.bits else {
        let role = match &field.role {
            Role::Plain => return mixed!(#core::__private::FieldRules::PLAIN),
            Role::Anonymous(..) => mixed!(Anonymous),
            Role::Base(_) => mixed!(Base),
        };
        return mixed!(#core::__private::FieldRules {
            role: #core::__private::FieldRole::#role,
            ..#core::__private::FieldRules::PLAIN
        });
    };
    let width = &bits.width;
    let rules =
        Ident::new(if field.is_unnamed() { "unnamed_bits" } else { "bits" }, Span::mixed_site());
    let order = record.options.endian.as_ref().map(|order| {
        let order = endian(order);
        mixed!(.ordered(#core::target::Endian::#order))
    });
    mixed!(#core::__private::FieldRules::#rules(#width) #order)
}

/// The variant of `Endian` for `endian = "…"`.
pub(crate) fn endian(order: &LitStr) -> Ident {
    Ident::new(if order.value() == "big" { "Big" } else { "Little" }, Span::mixed_site())
}

fn option(n: Option<u64>) -> TokenStream {
    match n {
        Some(n) => mixed!(::core::option::Option::Some(#n)),
        None => mixed!(::core::option::Option::None),
    }
}

/// The Rust type that stands for a C type with names in it; if it does not exist, `at` is where.
fn spelled(shape: &Shape, support: &TokenStream, at: Span) -> TokenStream {
    let word = |word: &str| Ident::new(word, at);
    match shape {
        Shape::Scalar(spelling, _) => {
            let konst = word(spelling.konst);
            quote_spanned!(at=> #support::#konst)
        }
        Shape::Pointer { to, is_const, .. } => {
            let to = spelled(to, support, at);
            let pointer = word(if *is_const { "ConstPtr" } else { "Ptr" });
            quote_spanned!(at=> #support::#pointer<#to>)
        }
        Shape::Array(of, len) => {
            let (of, len) = (spelled(of, support, at), length(len));
            quote_spanned!(at=> #support::Array<#of, #len>)
        }
        Shape::Function { conv, params, result } => {
            let conv = word(&format!("{conv}Fn"));
            let params = params.iter().map(|param| spelled(param, support, at));
            let result = match result {
                Some(result) => spelled(result, support, at),
                None => quote_spanned!(at=> ()),
            };
            quote_spanned!(at=> #support::#conv<(#(#params,)*), #result>)
        }
        Shape::Ordered { of, endian, ty } => match &**of {
            Shape::Scalar(..) => {
                let of = spelled(of, support, at);
                let endian = word(&format!("{endian}Endian"));
                quote_spanned!(at=> #support::#endian<#of>)
            }
            _ => ty.to_token_stream(),
        },
        Shape::Other { ty, .. } => ty.to_token_stream(),
    }
}

/// The length of an array as a generic argument. A block makes a constant of its own of it, which a
/// number is spared.
fn length(len: &Expr) -> TokenStream {
    match len {
        Expr::Lit(len) => len.to_token_stream(),
        _ => mixed!({ #len }),
    }
}

/// As [`spelled`], as far as a size depends on it: what pointers lead to is left out, since it may be
/// the type whose layout is being found out.
pub(crate) fn sized(shape: &Shape, support: &TokenStream, at: Span) -> TokenStream {
    match shape {
        Shape::Pointer { .. } | Shape::Function { .. } => {
            quote_spanned!(at=> *mut ::core::ffi::c_void)
        }
        Shape::Array(of, len) => {
            let (of, len) = (sized(of, support, at), length(len));
            quote_spanned!(at=> #support::Array<#of, #len>)
        }
        Shape::Scalar(..) | Shape::Ordered { .. } | Shape::Other { .. } => {
            spelled(shape, support, at)
        }
    }
}

/// Where a type begins, with the names of the macro: as [`located`], without taking the type apart.
fn start(ty: &Type) -> Span {
    let at = match ty {
        Type::Path(path) if path.qself.is_none() && path.path.leading_colon.is_none() => {
            path.path.segments.first().map(|segment| segment.ident.span())
        }
        Type::Ptr(pointer) => Some(pointer.star_token.span),
        _ => None,
    };
    at.map_or_else(|| located(ty), |at| Span::mixed_site().located_at(at))
}
