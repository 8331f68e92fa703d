//! From the model to the impl: a descriptor, and assertions that end in the user's compile errors.
//!
//! Everything is inside the impl's constants (as inline `const`, which can name generic parameters)
//! or an unnamed `const`: no item that a user could see or collide with. All paths are absolute.

use super::model::{Field, Record};
use super::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, GenericParam, Generics, Type, parse_quote};

/// `quote!` whose local names are the macro's own, wherever the pieces end up. They begin with `__`
/// all the same: a binding is never hygienic against a user's constant of its name.
macro_rules! mixed {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

pub(crate) use mixed;

pub(super) fn expand(record: &Record, core: &TokenStream) -> TokenStream {
    let ident = record.ident;
    let generics = bound(record.generics, core, |param| {
        record.fields.iter().any(|f| mentions(f.ty.to_token_stream(), param))
    });
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let ty =
        if record.repr.transparent { transparent(record, core) } else { described(record, core) };
    // Raw pointers hold any bits and are passed by value, whatever they lead to.
    let types = record.fields.iter().filter(|f| !f.shape.is_raw_pointer()).map(|f| f.ty);
    let types: Vec<_> = types.collect();
    let fields = |konst: &str| {
        let konst = Ident::new(konst, Span::mixed_site());
        mixed!(true #(&& <#types as #core::CType>::#konst)*)
    };
    let in_record = fields("BY_VALUE_IN_RECORD");
    let any_bits = fields("ANY_BITS");
    let (by_value, by_value_in_record) = if record.repr.transparent {
        (fields("BY_VALUE"), Some(mixed!(const BY_VALUE_IN_RECORD: bool = #in_record;)))
    } else {
        // C has no values of no size, so there is no convention for them either.
        (mixed!(::core::mem::size_of::<Self>() != 0 && #in_record), None)
    };
    // A generic type's constants are evaluated where the type is used.
    let eager = (!record.is_generic())
        .then(|| mixed!(const _: &'static #core::Type = <#ident as #core::CType>::TYPE;));
    let mirror = mirror(record, core);
    mixed! {
        #[automatically_derived]
        #[allow(deprecated)]
        const _: () = {
            // SAFETY: the record is `repr(C)` (or its one field); the constants assert that C's
            // layout is rustc's, and what holds for all fields holds for the record.
            unsafe impl #impl_generics #core::CType for #ident #ty_generics #where_clause {
                const TYPE: &'static #core::Type = #ty;
                const BY_VALUE: bool = #by_value;
                #by_value_in_record
                const ANY_BITS: bool = #any_bits;
            }
            #eager
            #mirror
        };
    }
}

/// An impl beside a `compile_error!`, so that the uses of the type do not fail as well.
pub(crate) fn stub(input: &DeriveInput, core: &TokenStream) -> TokenStream {
    let unsized_ = match &input.data {
        Data::Struct(data) => data.fields.iter().any(|f| matches!(f.ty, Type::Slice(_))),
        _ => false,
    };
    if unsized_ || input.generics.lifetimes().next().is_some() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    let generics = bound(&input.generics, core, |_| true);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    mixed! {
        #[automatically_derived]
        unsafe impl #impl_generics #core::CType for #ident #ty_generics #where_clause {
            const TYPE: &'static #core::Type = &#core::Type::VOID;
            const BY_VALUE: bool = false;
            const ANY_BITS: bool = false;
        }
    }
}

/// The generics with `T: CType` for each type parameter that C sees, `T: 'static` for the others.
fn bound(generics: &Generics, core: &TokenStream, is_seen: impl Fn(&Ident) -> bool) -> Generics {
    let mut generics = generics.clone();
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            let is_seen = is_seen(&param.ident);
            param.bounds.push(if is_seen {
                parse_quote!(#core::CType)
            } else {
                parse_quote!('static)
            });
        }
    }
    generics
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

fn transparent(record: &Record, core: &TokenStream) -> TokenStream {
    let Some(field) = record.fields.first() else { return TokenStream::new() };
    let ty = type_of(&field.shape, core);
    let name = record.tag();
    let assertions = assertions(field, &mixed!(__described), &name, core);
    let markers = markers(record);
    mixed!(const {
        let __described: &'static #core::Type = const { #ty };
        #assertions
        #markers
        __described
    })
}

fn described(record: &Record, core: &TokenStream) -> TokenStream {
    let name = record.tag();
    let repr = &record.repr;
    let (pack, align) = (option(repr.pack), option(repr.align));
    let kind = Ident::new(record.found.variant(), Span::mixed_site());
    let fields = record.fields.iter().map(|field| {
        let (field_name, member) = (field.name(), &field.member);
        let ty = type_of(&field.shape, core);
        let spelled = field.shape.is_spelled();
        mixed!(#core::__private::StaticField {
            name: #field_name,
            ty: #ty,
            offset: ::core::mem::offset_of!(Self, #member),
            spelled: #spelled,
            rules: #core::__private::FieldRules::PLAIN,
        })
    });
    let types = record.fields.iter().map(|f| f.ty);
    let assertions = record.fields.iter().enumerate().map(|(index, field)| {
        let at = located(&field.member);
        let ty = field.ty;
        let spelling = assertions(field, &mixed!(__record.fields[#index].ty), &name, core);
        let layout = quote_spanned! {at=>
            __verdict.assert_field(__record, #index, ::core::mem::size_of::<#ty>());
        };
        (spelling, layout)
    });
    let (spellings, layouts): (Vec<_>, Vec<_>) = assertions.unzip();
    let at = located(record.ident);
    let whole = quote_spanned!(at=> __verdict.assert_whole(__record););
    let markers = markers(record);
    mixed!(&#core::Type::static_record(const {
        let __record: &'static #core::__private::StaticRecord =
            const { &#core::__private::StaticRecord {
                name: #name,
                rules: #core::layout::RecordRules {
                    pack: #pack,
                    align: #align,
                    ..#core::layout::RecordRules::plain(#core::layout::RecordKind::#kind)
                },
                fields: &[#(#fields),*],
                size: ::core::mem::size_of::<Self>(),
                align: ::core::mem::align_of::<Self>(),
            } };
        #(#spellings)*
        let __verdict = __record.check(&[#(::core::mem::size_of::<#types>()),*]);
        #(#layouts)*
        #whole
        #markers
        __record
    }))
}

fn option(n: Option<u64>) -> TokenStream {
    match n {
        Some(n) => mixed!(::core::option::Option::Some(#n)),
        None => mixed!(::core::option::Option::None),
    }
}

/// That what the tokens said of a field's type is so.
fn assertions(
    field: &Field,
    described: &TokenStream,
    record: &str,
    core: &TokenStream,
) -> TokenStream {
    let name = field.name();
    let at = located(field.ty);
    let core = &located_at(core, at);
    let place = mixed!(#core::__private::FieldOf { record: #record, field: #name });
    let mut tokens = TokenStream::new();
    if field.shape.needs_assertion() {
        let ty = field.ty;
        tokens.extend(quote_spanned! {at=>
            #core::__private::assert_spelling::<#ty>(#described, #place);
        });
    }
    let mut scalars = Vec::new();
    field.shape.pointed_scalars(&mut scalars);
    for (spelling, ty) in scalars {
        let konst = format_ident!("{}", spelling.konst);
        tokens.extend(quote_spanned! {at=>
            #core::__private::assert_spelling::<#ty>(&#core::Type::#konst, #place);
        });
    }
    tokens
}

/// That what ends in `PhantomData` is the one of `core`: it has no size and no meaning to C.
fn markers(record: &Record) -> TokenStream {
    let markers = record.markers.iter().map(|ty| {
        let at = located(*ty);
        quote_spanned!(at=> let _: fn(#ty) -> ::core::marker::PhantomData<_> = |__marker| __marker;)
    });
    mixed!(#(#markers)*)
}

/// An expression of type `&'static Type`, for a place where temporaries live as long as the constant.
fn type_of(shape: &Shape, core: &TokenStream) -> TokenStream {
    match shape {
        Shape::Scalar(spelling, _) => {
            let konst = format_ident!("{}", spelling.konst);
            mixed!(&#core::Type::#konst)
        }
        Shape::Pointer { to, is_const, .. } => {
            let to = lazy(to, &mixed!(CPointee), &mixed!(pointee), core);
            mixed!(&#core::Type::lazy_pointer(#to, #is_const))
        }
        Shape::Array(of, len) => {
            let of = type_of(of, core);
            mixed!(&#core::Type::static_array(const { #of }, #len))
        }
        Shape::Function { conv, params, result } => {
            let conv = format_ident!("{conv}");
            let (result_trait, result_fn) = (mixed!(CReturn), mixed!(result));
            let result = match result {
                Some(result) => lazy(result, &result_trait, &result_fn, core),
                None => mixed!(<() as #core::CReturn>::result),
            };
            let params = params.iter().map(|p| lazy(p, &mixed!(CPointee), &mixed!(pointee), core));
            mixed!(&#core::Type::static_function(const { &#core::__private::StaticFunction {
                conv: #core::CallConv::#conv,
                result: #result,
                params: &[#(#params),*],
                variadic: false,
            } }))
        }
        Shape::Other { ty, .. } => mixed!(<#ty as #core::CType>::TYPE),
    }
}

/// A function that gives the type when it is asked for: recursive types must not ask now.
fn lazy(
    shape: &Shape,
    through: &TokenStream,
    function: &TokenStream,
    core: &TokenStream,
) -> TokenStream {
    match shape {
        Shape::Other { ty, .. } => mixed!(<#ty as #core::#through>::#function),
        _ => {
            let ty = type_of(shape, core);
            mixed!(|| const { #ty })
        }
    }
}

/// The assertions of `remote = path`, one constant each, so that all that fail are shown.
fn mirror(record: &Record, core: &TokenStream) -> TokenStream {
    let Some(remote) = &record.options.remote else { return TokenStream::new() };
    let ident = record.ident;
    let name = record.tag();
    let remote_name = remote.to_token_stream().to_string().replace(' ', "");
    let at = located(remote);
    let core_there = located_at(core, at);
    let whole = quote_spanned! {at=>
        const _: () = #core_there::__private::assert_mirror::<#ident, #remote>(#name, #remote_name);
    };
    let fields = record.fields.iter().filter(|f| !f.name().starts_with('_')).map(|field| {
        let (member, field_name) = (&field.member, field.name());
        let at = located(member);
        let core = &located_at(core, at);
        let span_in = |ty: &dyn ToTokens| {
            quote_spanned! {at=> #core::__private::Span {
                offset: ::core::mem::offset_of!(#ty, #member),
                size: #core::__private::size_of_field::<#ty, _>(|__whole| &raw const __whole.#member),
            }}
        };
        let (ours, theirs) = (span_in(ident), span_in(remote));
        quote_spanned! {at=>
            const _: () = #core::__private::assert_mirror_field(
                #core::__private::FieldOf { record: #name, field: #field_name },
                #ours,
                #remote_name,
                #theirs,
            );
        }
    });
    mixed!(#whole #(#fields)*)
}

/// `core` itself counts as the start of an expression, which is where the compiler says it failed.
fn located_at(core: &TokenStream, at: Span) -> TokenStream {
    let tokens = core.clone().into_iter();
    tokens
        .map(|mut token| {
            token.set_span(token.span().located_at(at));
            token
        })
        .collect()
}

/// The place of the user's tokens, with the names of the macro.
fn located(tokens: &impl Spanned) -> Span {
    Span::mixed_site().located_at(tokens.span())
}
