//! From the model to the impl: a descriptor, and assertions that end in the user's compile errors.
//!
//! Everything is inside an unnamed `const`: no item that a user could see or collide with. What is
//! asserted of a generic type is in the impl's constants, which can name its parameters. Paths begin
//! with that of the run-time crate, or with `__ctypes`, as which its support is imported there.

use super::describe::{field_rules, member, shared_rules};
use super::members;
use super::mirror::mirror;
use super::model::{Field, Form, Record, Role};
use super::shape::mentions;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, GenericParam, Generics, Member, Type, parse_quote};

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
pub(super) fn support(at: Span) -> Ident {
    Ident::new("__ctypes", at)
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

/// That what ends in `PhantomData` is the one of `core`: it has no size and no meaning to C.
fn markers(record: &Record) -> TokenStream {
    let markers = record.markers.iter().map(|field| {
        let ty = &field.ty;
        let at = located(ty);
        quote_spanned!(at=> let _: fn(#ty) -> ::core::marker::PhantomData<_> = |__marker| __marker;)
    });
    mixed!(#(#markers)*)
}

/// What a message calls a field.
pub(crate) fn place(record: &str, field: &str) -> String {
    format!("field `{field}` of `{record}`")
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
