//! From the model to the impl: a descriptor, and assertions that end in the user's compile errors.
//!
//! Everything is inside an unnamed `const`: no item that a user could see or collide with. What is
//! asserted of a generic type is in the impl's constants, which can name its parameters. Paths begin
//! with that of the run-time crate, or with `__ctypes`, as which its support is imported there.

use super::members;
use super::model::{Field, Form, Kind, Record, Role};
use super::shape::{Shape, mentions};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, GenericParam, Generics, LitStr, Member, Type, parse_quote};

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
    let generics =
        bound(record.generics, core, |param| record.fields.iter().any(|f| mentions(f.ty, param)));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let consts =
        if record.repr.transparent { transparent(record, core) } else { described(record, core) };
    // A generic type's constants are evaluated where the type is used.
    let eager = (!record.is_generic()).then(|| asserted(record, &ident.to_token_stream(), core));
    let eager = eager.map(|asserted| mixed!(const _: () = { #asserted };));
    let mirror = mirror(record, core);
    let support = support(Span::mixed_site());
    let members = members::members(record, &generics);
    mixed! {
        #[allow(deprecated, unused_imports)]
        const _: () = {
            use #core::__private as #support;
            // SAFETY: the record is `repr(C)` (or its one field); the constants assert that C's
            // layout is rustc's, and what holds for all fields holds for the record.
            unsafe impl #impl_generics #core::CType for #ident #ty_generics #where_clause {
                #consts
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

fn transparent(record: &Record, core: &TokenStream) -> TokenStream {
    let Some(field) = record.fields.first() else { return TokenStream::new() };
    let (ty, of_field) = (field.ty, member(record, field, &field.name(), &record.tag(), core));
    let support = support(Span::mixed_site());
    let consts = ["BY_VALUE", "BY_VALUE_IN_RECORD", "ANY_BITS", "ZERO"].map(|konst| {
        let konst = Ident::new(konst, Span::mixed_site());
        mixed!(const #konst: ::core::primitive::bool = <#ty as #core::CType>::#konst;)
    });
    mixed! {
        const TYPE: &'static #core::Type = #support::transparent(#of_field);
        #(#consts)*
    }
}

fn described(record: &Record, core: &TokenStream) -> TokenStream {
    let name = record.tag();
    let mut names = String::new();
    let mut members = Vec::new();
    for field in &record.fields {
        let field_name = field.name();
        if !field.is_nameless() {
            names.push_str(&field_name);
        }
        names.push(';');
        members.push(member(record, field, &field_name, &name, core));
    }
    let support = support(Span::mixed_site());
    let rules = shared_rules(record, core);
    let is_plain = |f: &Field| f.bits.is_none() && matches!(f.role, Role::Plain);
    let said = if record.fields.iter().all(is_plain) {
        mixed!(#support::NOTHING_SAID)
    } else {
        let said = record.fields.iter().map(|field| field_rules(record, field, core));
        mixed!(&[#(#said),*])
    };
    let planned = match record.form() {
        _ if record.plan.is_none() => record.fields.len(),
        Form::Fields => record.planned().len(),
        Form::Bytes | Form::Overlay => 0,
    };
    // Of any other record the assertions are beside the impl.
    let ty = record.is_generic().then(|| {
        let asserted = asserted(record, &mixed!(Self), core);
        mixed!(const TYPE: &'static #core::Type = { #asserted <Self as #core::CType>::OF_RECORD };)
    });
    mixed! {
        const RECORD: &'static #support::StaticRecord = &#support::StaticRecord {
            name: #name,
            rules: #rules,
            names: #names,
            members: &[#(#members),*],
            said: #said,
            extent: #support::extent_of::<Self>(),
            planned: #planned,
        };
        #ty
    }
}

/// What is asserted of the record as a whole, which is `this`: statements.
fn asserted(record: &Record, this: &TokenStream, core: &TokenStream) -> TokenStream {
    let markers = markers(record);
    if record.repr.transparent {
        return mixed!(#markers <#this as #core::CType>::TYPE;);
    }
    let planned = planned(record, this, core);
    let at = located(record.ident);
    let support = support(at);
    let whole = quote_spanned!(at=> #support::assert_layout::<#this>(););
    let new_names = new_names(record, this);
    mixed!(#planned #markers #whole #new_names)
}

/// That no member which an anonymous member or a base brings has the name of another.
fn new_names(record: &Record, this: &TokenStream) -> Option<TokenStream> {
    let is_plain = |field: &Field| matches!(field.role, Role::Plain);
    if record.fields.iter().all(is_plain) {
        return None;
    }
    let asserted = record.fields.iter().enumerate().map(|(index, field)| {
        let name = field.name();
        if is_plain(field) {
            let at = located(&field.member);
            let support = support(at);
            return (!field.is_unnamed())
                .then(|| quote_spanned!(at=> #support::assert_new_name::<#this>(#name);));
        }
        let at = located(field.ty);
        let support = support(at);
        Some(quote_spanned!(at=> #support::assert_new_members::<#this>(#index, #name);))
    });
    Some(mixed!(#(#asserted)*))
}

/// What the names that an expansion uses are imported as: a path of one word is what most of the
/// tokens of an expansion are spared.
fn support(at: Span) -> Ident {
    Ident::new("__ctypes", at)
}

/// A reference to what is said of the record as a whole.
fn shared_rules(record: &Record, core: &TokenStream) -> TokenStream {
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
fn member(
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
            let to = spelled(to, &support.to_token_stream());
            let pointer = Ident::new(if *is_const { "const_pointer" } else { "pointer" }, at);
            quote_spanned!(at=> #support::#pointer::<#to>())
        }
        shape if shape.has_names() => {
            let spelled = spelled(shape, &support.to_token_stream());
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

/// The member of the Rust struct that holds a field.
fn rust_member(field: &Field) -> Member {
    match field.run {
        Some(run) => Member::Named(storage(run)),
        None => field.member.clone(),
    }
}

/// The member that holds a run of bit fields.
pub(crate) fn storage(run: usize) -> Ident {
    format_ident!("__bits{run}")
}

/// That C has the bit fields, and that rustc put the members of the Rust type, which is `this`, where
/// the plan has them.
fn planned(record: &Record, this: &TokenStream, core: &TokenStream) -> TokenStream {
    let Some(plan) = &record.plan else { return TokenStream::new() };
    let members = planned_members(record, Some(this), core);
    let name = record.tag();
    let runs = (0..record.runs()).map(|run| {
        let storage = storage(run);
        let at = located(record.ident);
        quote_spanned! {at=>
            #plan.assert_run(#run, ::core::mem::offset_of!(#this, #storage), #name);
        }
    });
    mixed!(#members #(#runs)*)
}

/// That C has the members for which there is a plan, and that rustc put those of the Rust type, if that
/// is `this`, where C has them.
pub(crate) fn planned_members(
    record: &Record,
    this: Option<&TokenStream>,
    core: &TokenStream,
) -> TokenStream {
    let Some(plan) = &record.plan else { return TokenStream::new() };
    let name = record.tag();
    let members = record.planned().iter().enumerate().map(|(index, field)| {
        let at = match &field.bits {
            Some(bits) => located(&bits.width),
            None => located(&field.member),
        };
        let (core, field_name) = (located_at(core, at), field.name());
        let place = place(&name, &field_name);
        let place = quote_spanned!(at=> #core::__private::FieldOf(#place));
        let offset = this.filter(|_| field.bits.is_none()).map(|this| {
            let member = rust_member(field);
            quote_spanned! {at=>
                #plan.assert_offset(#index, ::core::mem::offset_of!(#this, #member), #place);
            }
        });
        quote_spanned!(at=> #plan.assert_member(#index, #place); #offset)
    });
    mixed!(#(#members)*)
}

fn option(n: Option<u64>) -> TokenStream {
    match n {
        Some(n) => mixed!(::core::option::Option::Some(#n)),
        None => mixed!(::core::option::Option::None),
    }
}

/// That what ends in `PhantomData` is the one of `core`: it has no size and no meaning to C.
fn markers(record: &Record) -> TokenStream {
    let markers = record.markers.iter().map(|field| {
        let ty = &field.ty;
        let at = located(ty);
        quote_spanned!(at=> let _: fn(#ty) -> ::core::marker::PhantomData<_> = |__marker| __marker;)
    });
    mixed!(#(#markers)*)
}

/// The Rust type that stands for a C type with names in it.
fn spelled(shape: &Shape, support: &TokenStream) -> TokenStream {
    match shape {
        Shape::Scalar(spelling, _) => {
            let konst = format_ident!("{}", spelling.konst);
            mixed!(#support::#konst)
        }
        Shape::Pointer { to, is_const: false, .. } => {
            let to = spelled(to, support);
            mixed!(#support::Ptr<#to>)
        }
        Shape::Pointer { to, .. } => {
            let to = spelled(to, support);
            mixed!(#support::ConstPtr<#to>)
        }
        Shape::Array(of, len) => {
            let of = spelled(of, support);
            let len = length(len);
            mixed!(#support::Array<#of, #len>)
        }
        Shape::Function { conv, params, result } => {
            let conv = format_ident!("{conv}Fn");
            let params = params.iter().map(|param| spelled(param, support));
            let result = match result {
                Some(result) => spelled(result, support),
                None => mixed!(()),
            };
            mixed!(#support::#conv<(#(#params,)*), #result>)
        }
        Shape::Ordered { of, endian, ty } => match &**of {
            Shape::Scalar(..) => {
                let (of, endian) = (spelled(of, support), format_ident!("{endian}Endian"));
                mixed!(#support::#endian<#of>)
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
pub(crate) fn sized(shape: &Shape, support: &TokenStream) -> TokenStream {
    match shape {
        Shape::Pointer { .. } | Shape::Function { .. } => mixed!(*mut ::core::ffi::c_void),
        Shape::Array(of, len) => {
            let of = sized(of, support);
            let len = length(len);
            mixed!(#support::Array<#of, #len>)
        }
        Shape::Scalar(..) | Shape::Ordered { .. } | Shape::Other { .. } => spelled(shape, support),
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
        let place = place(&name, &field_name);
        quote_spanned! {at=>
            const _: () = #core::__private::assert_mirror_field(
                #core::__private::FieldOf(#place),
                #ours,
                #remote_name,
                #theirs,
            );
        }
    });
    mixed!(#whole #(#fields)*)
}

/// What a message calls a field.
pub(crate) fn place(record: &str, field: &str) -> String {
    format!("field `{field}` of `{record}`")
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
