//! `Debug`, `Default`, `PartialEq`, `Eq` and `Hash` as the fields define them, not their storage.

use super::accessors::{named, place};
use super::derives::Derives;
use crate::record::expand::{located, storage};
use crate::record::mixed;
use crate::record::model::{Field, Record};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

pub(super) fn traits(
    record: &Record,
    derives: &Derives,
    plan: &Ident,
    storages: &TokenStream,
) -> TokenStream {
    let debug = derives.debug.as_ref().map(|_| debug(record));
    let default = derives.default.as_ref().map(|_| default(record, storages));
    let partial_eq = derives.partial_eq.as_ref().map(|_| partial_eq(record, plan));
    let eq = derives.eq.as_ref().map(|_| eq(record));
    let hash = derives.hash.as_ref().map(|_| hash(record, plan));
    mixed!(#debug #default #partial_eq #eq #hash)
}

/// The fields that are as the user wrote them.
fn ordinary<'r, 'a>(record: &'r Record<'a>) -> impl Iterator<Item = &'r Field<'a>> {
    record.fields.iter().filter(|f| f.bits.is_none())
}

/// An expression of the field: a place, or where that might not be aligned a copy.
fn read(record: &Record, of: &TokenStream, field: &Field) -> TokenStream {
    let member = &field.member;
    match record.repr.pack {
        Some(_) if record.repr.is_block() => mixed!(#of.#member.get()),
        Some(_) => mixed!({ #of.#member }),
        None => mixed!(#of.#member),
    }
}

fn debug(record: &Record) -> TokenStream {
    let (ident, name) = (record.ident, record.ident.to_string());
    let this = mixed!(self);
    let fields = record.fields.iter().filter(|f| !f.is_unnamed()).map(|field| {
        let (field_name, member) = (field.name(), &field.member);
        let at = located(field.ty);
        let value = match &field.bits {
            Some(_) => mixed!(self.#member()),
            None => read(record, &this, field),
        };
        quote_spanned!(at=> __debug.field(#field_name, &#value);)
    });
    mixed! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut __debug = __f.debug_struct(#name);
                #(#fields)*
                __debug.finish()
            }
        }
    }
}

fn default(record: &Record, storages: &TokenStream) -> TokenStream {
    let ident = record.ident;
    let fields = ordinary(record).map(|field| {
        let (member, at) = (&field.member, located(field.ty));
        quote_spanned!(at=> #member: ::core::default::Default::default(),)
    });
    mixed! {
        #[automatically_derived]
        impl ::core::default::Default for #ident {
            fn default() -> Self {
                Self { #(#fields)* #storages }
            }
        }
    }
}

fn partial_eq(record: &Record, plan: &Ident) -> TokenStream {
    let ident = record.ident;
    let bits = named(record).map(|(index, _, bits)| {
        let (storage, place) = (storage(bits.run), place(plan, index));
        mixed!(&& self.#storage.read(#place) == __other.#storage.read(#place))
    });
    let (this, other) = (mixed!(self), mixed!(__other));
    let fields = ordinary(record).map(|field| {
        let (ours, theirs) = (read(record, &this, field), read(record, &other, field));
        let at = located(field.ty);
        quote_spanned!(at=> && #ours == #theirs)
    });
    mixed! {
        #[automatically_derived]
        impl ::core::cmp::PartialEq for #ident {
            #[inline]
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                true #(#bits)* #(#fields)*
            }
        }
    }
}

fn eq(record: &Record) -> TokenStream {
    let ident = record.ident;
    let types = ordinary(record).map(|field| {
        let (ty, at) = (field.ty, located(field.ty));
        quote_spanned!(at=> let _ = __is_eq::<#ty>;)
    });
    mixed! {
        #[automatically_derived]
        impl ::core::cmp::Eq for #ident {}
        const _: () = {
            const fn __is_eq<T: ::core::cmp::Eq>() {}
            __is_eq::<()>();
            #(#types)*
        };
    }
}

fn hash(record: &Record, plan: &Ident) -> TokenStream {
    let ident = record.ident;
    let bits = named(record).map(|(index, _, bits)| {
        let (storage, place) = (storage(bits.run), place(plan, index));
        mixed!(::core::hash::Hash::hash(&self.#storage.read(#place), __state);)
    });
    let this = mixed!(self);
    let fields = ordinary(record).map(|field| {
        let (value, at) = (read(record, &this, field), located(field.ty));
        quote_spanned!(at=> ::core::hash::Hash::hash(&#value, __state);)
    });
    mixed! {
        #[automatically_derived]
        impl ::core::hash::Hash for #ident {
            fn hash<__H: ::core::hash::Hasher>(&self, __state: &mut __H) {
                #(#bits)*
                #(#fields)*
            }
        }
    }
}
