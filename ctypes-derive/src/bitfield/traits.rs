//! `Debug`, `Default`, `PartialEq`, `Eq` and `Hash` as the fields define them, not their storage.

use super::accessors::{Place, named};
use super::derives::Derives;
use super::expand::Storages;
use crate::record::expand::{located, located_at, storage};
use crate::record::mixed;
use crate::record::model::{Field, Form, Record};
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Generics, parse_quote};

pub(super) fn traits(record: &Record, derives: &Derives, storages: &Storages) -> TokenStream {
    let debug = derives.debug.as_ref().map(|_| debug(record));
    let default = derives.default.as_ref().map(|_| default(record, storages));
    let partial_eq = derives.partial_eq.as_ref().map(|_| partial_eq(record, storages));
    let eq = derives.eq.as_ref().map(|_| eq(record));
    let hash = derives.hash.as_ref().map(|_| hash(record, storages));
    mixed!(#debug #default #partial_eq #eq #hash)
}

/// The members without bits.
fn ordinary<'r, 'a>(record: &'r Record<'a>) -> impl Iterator<Item = &'r Field<'a>> {
    record.fields.iter().filter(|f| f.bits.is_none())
}

/// The implementation of a trait, which each type parameter is asked for, as by derives.
fn implemented(record: &Record, of: &TokenStream, body: &TokenStream) -> TokenStream {
    let ident = record.ident;
    let generics = bound(record, of);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    mixed! {
        #[automatically_derived]
        impl #impl_generics #of for #ident #ty_generics #where_clause { #body }
    }
}

fn bound(record: &Record, of: &TokenStream) -> Generics {
    let mut generics = record.generics.clone();
    generics.type_params_mut().for_each(|param| param.bounds.push(parse_quote!(#of)));
    generics
}

/// An expression of the field: a place, or where that might not be aligned a copy.
fn read(record: &Record, of: &TokenStream, field: &Field) -> TokenStream {
    let (member, ty) = (&field.member, field.ty);
    // That the type is not `Copy` is the error that the getter shows there: the compiler shows it once.
    let at = located(ty);
    let of = located_at(of, at);
    match record.form() {
        Form::Overlay => {
            let storage = storage(0);
            quote_spanned!(at=> #of.#storage.get::<#ty>())
        }
        Form::Bytes => quote_spanned!(at=> #of.#member.get()),
        Form::Fields if record.repr.pack.is_some() => mixed!({ #of.#member }),
        Form::Fields => mixed!(#of.#member),
    }
}

/// An expression of the bits of a field.
fn read_bits(of: &TokenStream, place: Place) -> TokenStream {
    let Place { storage, bits, endian } = place;
    mixed!(#of.#storage.read(#bits, #endian))
}

fn debug(record: &Record) -> TokenStream {
    let name = record.ident.to_string();
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
    implemented(
        record,
        &mixed!(::core::fmt::Debug),
        &mixed! {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut __debug = __f.debug_struct(#name);
                #(#fields)*
                __debug.finish()
            }
        },
    )
}

fn default(record: &Record, storages: &Storages) -> TokenStream {
    let fields = ordinary(record).filter(|f| f.run.is_none()).map(|field| {
        let (member, at) = (&field.member, located(field.ty));
        quote_spanned!(at=> #member: ::core::default::Default::default(),)
    });
    let markers = record.markers.iter().map(|m| &m.ident);
    let storages = storages.zero();
    implemented(
        record,
        &mixed!(::core::default::Default),
        &mixed! {
            fn default() -> Self {
                Self { #(#fields)* #storages #(#markers: ::core::marker::PhantomData,)* }
            }
        },
    )
}

fn partial_eq(record: &Record, storages: &Storages) -> TokenStream {
    let (this, other) = (mixed!(self), mixed!(__other));
    let bits = named(record).map(|(index, ..)| {
        let ours = read_bits(&this, storages.place(index));
        let theirs = read_bits(&other, storages.place(index));
        mixed!(&& #ours == #theirs)
    });
    let fields = ordinary(record).map(|field| {
        let (ours, theirs) = (read(record, &this, field), read(record, &other, field));
        let at = located(field.ty);
        quote_spanned!(at=> && #ours == #theirs)
    });
    implemented(
        record,
        &mixed!(::core::cmp::PartialEq),
        &mixed! {
            #[inline]
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                true #(#bits)* #(#fields)*
            }
        },
    )
}

fn eq(record: &Record) -> TokenStream {
    let types = ordinary(record).map(|field| {
        let (ty, at) = (field.ty, located(field.ty));
        quote_spanned!(at=> let _ = __is_eq::<#ty>;)
    });
    let of = mixed!(::core::cmp::Eq);
    let (ident, generics) = (record.ident, bound(record, &of));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let implemented = implemented(record, &of, &TokenStream::new());
    mixed! {
        #implemented
        const _: () = {
            const fn __is_eq<__T: ::core::cmp::Eq>() {}
            trait __AreEq {
                fn __are_eq();
            }
            impl #impl_generics __AreEq for #ident #ty_generics #where_clause {
                fn __are_eq() {
                    __is_eq::<()>();
                    #(#types)*
                }
            }
        };
    }
}

fn hash(record: &Record, storages: &Storages) -> TokenStream {
    let this = mixed!(self);
    let bits = named(record).map(|(index, ..)| {
        let bits = read_bits(&this, storages.place(index));
        mixed!(::core::hash::Hash::hash(&#bits, __state);)
    });
    let fields = ordinary(record).map(|field| {
        let (value, at) = (read(record, &this, field), located(field.ty));
        quote_spanned!(at=> ::core::hash::Hash::hash(&#value, __state);)
    });
    implemented(
        record,
        &mixed!(::core::hash::Hash),
        &mixed! {
            fn hash<__H: ::core::hash::Hasher>(&self, __state: &mut __H) {
                #(#bits)*
                #(#fields)*
            }
        },
    )
}
