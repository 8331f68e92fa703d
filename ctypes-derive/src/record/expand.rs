//! From the model to the impl: a descriptor, and assertions that end in the user's compile errors.
//!
//! Everything is inside the impl's constants (as inline `const`, which can name generic parameters)
//! or an unnamed `const`: no item that a user could see or collide with. All paths are absolute.

use super::members;
use super::model::{Field, Record, Role};
use super::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, GenericParam, Generics, LitStr, Member, Type, parse_quote};

/// `quote!` whose local names are the macro's own, wherever the pieces end up. They begin with `__`
/// all the same: a binding is never hygienic against a user's constant of its name.
macro_rules! mixed {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

pub(crate) use mixed;

pub(crate) fn expand(record: &Record, core: &TokenStream) -> TokenStream {
    let ident = record.ident;
    let generics = bound(record.generics, core, |param| {
        record.fields.iter().any(|f| mentions(f.ty.to_token_stream(), param))
    });
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let ty =
        if record.repr.transparent { transparent(record, core) } else { described(record, core) };
    // Raw pointers hold any bits and are passed by value, whatever they lead to.
    // Bit fields hold any bits too: what they mean is found out when they are read.
    let holds_any = |f: &&Field| f.shape.is_raw_pointer() || f.bits.is_some();
    let types = record.fields.iter().filter(|f| !holds_any(f)).map(|f| f.ty);
    let types: Vec<_> = types.collect();
    let fields = |konst: &str| {
        let konst = Ident::new(konst, Span::mixed_site());
        mixed!(true #(&& <#types as #core::CType>::#konst)*)
    };
    let in_record = fields("BY_VALUE_IN_RECORD");
    let (any_bits, zero) = (fields("ANY_BITS"), fields("ZERO"));
    let (by_value, by_value_in_record) = if record.repr.transparent {
        (
            fields("BY_VALUE"),
            Some(mixed!(const BY_VALUE_IN_RECORD: ::core::primitive::bool = #in_record;)),
        )
    } else {
        // C has no values of no size, so there is no convention for them either.
        let plan = record.plan.iter();
        // Nor has Rust a struct of which C's compiler would think the same.
        let never = record.repr.is_block().then(|| mixed!(false &&));
        let aligned = record.repr.align.map(|_| mixed!(&& #core::__private::PASSES_ALIGNED));
        let packed = record.repr.pack.map(|_| {
            mixed!(#(&& #core::__private::passes_packed(
                <#types as #core::CType>::TYPE,
                ::core::mem::size_of::<Self>()
            ))*)
        });
        (
            mixed!(
                #never ::core::mem::size_of::<Self>() != 0 #(&& #plan.by_value)* #aligned #packed && #in_record
            ),
            None,
        )
    };
    // A generic type's constants are evaluated where the type is used.
    let eager = (!record.is_generic())
        .then(|| mixed!(const _: &'static #core::Type = <#ident as #core::CType>::TYPE;));
    let mirror = mirror(record, core);
    let members = members::members(record, &generics);
    mixed! {
        #[automatically_derived]
        #[allow(deprecated)]
        const _: () = {
            // SAFETY: the record is `repr(C)` (or its one field); the constants assert that C's
            // layout is rustc's, and what holds for all fields holds for the record.
            unsafe impl #impl_generics #core::CType for #ident #ty_generics #where_clause {
                const TYPE: &'static #core::Type = #ty;
                const BY_VALUE: ::core::primitive::bool = #by_value;
                #by_value_in_record
                const ANY_BITS: ::core::primitive::bool = #any_bits;
                const ZERO: ::core::primitive::bool = #zero;
            }
            #eager
            #mirror
            #members
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
            const BY_VALUE: ::core::primitive::bool = false;
            const ANY_BITS: ::core::primitive::bool = false;
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
    let rules = rules(record, core);
    let fields = record.fields.iter().map(|field| {
        let field_name = if field.is_nameless() { String::new() } else { field.name() };
        let ty = type_of(&field.shape, core);
        let spelled = field.shape.is_spelled();
        let member = member(field);
        let rules = field_rules(field, core);
        mixed!(#core::__private::StaticField {
            name: #field_name,
            ty: #ty,
            offset: ::core::mem::offset_of!(Self, #member),
            spelled: #spelled,
            rules: #rules,
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
        let at = located(ty);
        let order = record.options.endian.as_ref().map(|order| order_of(order, index, at, core));
        let record = role_of(field, index, at, core);
        (mixed!(#spelling #order #record), layout)
    });
    let (spellings, layouts): (Vec<_>, Vec<_>) = assertions.unzip();
    let at = located(record.ident);
    let whole = quote_spanned!(at=> __verdict.assert_whole(__record););
    let markers = markers(record);
    let planned = planned(record, &name, core);
    // SAFETY (of what is written): size, alignment and offsets are rustc's own.
    mixed!(&unsafe { #core::Type::static_record(const {
        let __record: &'static #core::__private::StaticRecord =
            const { &#core::__private::StaticRecord {
                name: #name,
                rules: #rules,
                fields: &[#(#fields),*],
                size: ::core::mem::size_of::<Self>(),
                align: ::core::mem::align_of::<Self>(),
            } };
        #(#spellings)*
        #planned
        let __verdict = __record.check(&[#(::core::mem::size_of::<#types>()),*]);
        #(#layouts)*
        #whole
        #markers
        __record
    }) })
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
pub(crate) fn field_rules(field: &Field, core: &TokenStream) -> TokenStream {
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
    mixed!(#core::__private::FieldRules::#rules(#width))
}

/// The member of the Rust struct that holds a field.
fn member(field: &Field) -> Member {
    match &field.bits {
        Some(bits) => Member::Named(storage(bits.run)),
        None => field.member.clone(),
    }
}

/// The member that holds a run of bit fields.
pub(crate) fn storage(run: usize) -> Ident {
    format_ident!("__bits{run}")
}

/// That C has the bit fields, and that they are where the plan put them.
fn planned(record: &Record, name: &str, core: &TokenStream) -> TokenStream {
    let Some(plan) = &record.plan else { return TokenStream::new() };
    let members = record.fields.iter().enumerate().map(|(index, field)| {
        let at = match &field.bits {
            Some(bits) => located(&bits.width),
            None => located(&field.member),
        };
        let (core, field_name) = (located_at(core, at), field.name());
        quote_spanned! {at=> #plan.assert_member(#index, #core::__private::FieldOf {
            record: #name,
            field: #field_name,
        });}
    });
    let runs = record.fields.iter().filter_map(|f| f.bits.as_ref()).map(|bits| bits.run).max();
    let runs = (0..runs.map_or(0, |last| last + 1)).map(|run| {
        let storage = storage(run);
        let at = located(record.ident);
        quote_spanned!(at=> #plan.assert_run(#run, ::core::mem::offset_of!(Self, #storage));)
    });
    mixed!(#(#members)* #(#runs)*)
}

fn option(n: Option<u64>) -> TokenStream {
    match n {
        Some(n) => mixed!(::core::option::Option::Some(#n)),
        None => mixed!(::core::option::Option::None),
    }
}

/// That a field is in the byte order of the record.
fn order_of(order: &LitStr, index: usize, at: Span, core: &TokenStream) -> TokenStream {
    let core = &located_at(core, at);
    let order = Ident::new(if order.value() == "big" { "Big" } else { "Little" }, at);
    quote_spanned!(at=> #core::__private::assert_order(
        __record,
        #index,
        #core::target::Endian::#order,
    );)
}

/// That a member without a name is a record.
fn role_of(field: &Field, index: usize, at: Span, core: &TokenStream) -> Option<TokenStream> {
    let core = &located_at(core, at);
    let name = field.name();
    (!matches!(field.role, Role::Plain))
        .then(|| quote_spanned!(at=> #core::__private::assert_record(__record, #index, #name);))
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
        Shape::Ordered { of, endian, ty } => match &**of {
            Shape::Scalar(spelling, _) => {
                let scalar = format_ident!("{}", spelling.konst);
                let endian = format_ident!("{endian}");
                mixed!(&#core::__private::ordered(
                    &#core::Type::#scalar,
                    #core::target::Endian::#endian,
                ))
            }
            _ => mixed!(<#ty as #core::CType>::TYPE),
        },
        Shape::Other { ty, .. } => mixed!(<#ty as #core::CType>::TYPE),
    }
}

/// As [`type_of`], as far as a size depends on it: what pointers lead to is left out, since it may be
/// the type whose layout is being found out.
pub(crate) fn sized_type_of(shape: &Shape, core: &TokenStream) -> TokenStream {
    match shape {
        Shape::Pointer { .. } | Shape::Function { .. } => mixed!(&#core::Type::VOID_PTR),
        Shape::Array(of, len) => {
            let of = sized_type_of(of, core);
            mixed!(&#core::Type::static_array(const { #of }, #len))
        }
        Shape::Scalar(..) | Shape::Ordered { .. } | Shape::Other { .. } => type_of(shape, core),
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
pub(crate) fn located_at(core: &TokenStream, at: Span) -> TokenStream {
    let tokens = core.clone().into_iter();
    tokens
        .map(|mut token| {
            token.set_span(token.span().located_at(at));
            token
        })
        .collect()
}

/// The place of the user's tokens, with the names of the macro.
pub(crate) fn located(tokens: &impl Spanned) -> Span {
    Span::mixed_site().located_at(tokens.span())
}
