//! The getters and setters of bit fields, and of the members that are stored as bytes.

use crate::record::expand::{endian, located, storage};
use crate::record::mixed;
use crate::record::model::{Bits, Field, Form, Record};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Member};

/// Where the bits of a field are: their storage, and what `read` and `with` are told.
pub(super) struct Place {
    pub(super) storage: Ident,
    pub(super) bits: TokenStream,
    pub(super) endian: TokenStream,
}

/// The place of the field of that index among all.
pub(super) fn place(record: &Record, plan: &Ident, index: usize, core: &TokenStream) -> Place {
    let order = record.options.endian.as_ref().map(endian);
    Place {
        storage: storage(record.fields[index].run.unwrap_or_default()),
        bits: mixed!(const { #plan.fields[#index] }),
        endian: match order {
            Some(order) => mixed!(#core::target::Endian::#order),
            None => mixed!(#core::target::Target::NATIVE.endian),
        },
    }
}

/// The bit fields that have a name, with their index among all fields.
pub(super) fn named<'r, 'a>(
    record: &'r Record<'a>,
) -> impl Iterator<Item = (usize, &'r Field<'a>, &'r Bits)> {
    record.fields.iter().enumerate().filter_map(|(index, field)| match &field.bits {
        Some(bits) if !field.is_unnamed() => Some((index, field, bits)),
        _ => None,
    })
}

/// All of them.
pub(super) fn accessors(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let each = named(record).map(|(index, field, bits)| {
        accessor(record, field, &place(record, plan, index, core), bits, core)
    });
    let plain = record.fields.iter().filter(|f| {
        record.form() != Form::Fields && f.bits.is_none() && !f.name().starts_with('_')
    });
    let plain = plain.map(|field| stored(record, field, core));
    mixed!(#(#each)* #(#plain)*)
}

/// Those of an ordinary field that no reference can lead to.
fn stored(record: &Record, field: &Field, core: &TokenStream) -> TokenStream {
    let Member::Named(get) = &field.member else { return TokenStream::new() };
    let name = get.unraw().to_string();
    let method = |prefix: &str| Ident::new(&format!("{prefix}_{name}"), get.span());
    let (set, with) = (method("set"), method("with"));
    let (vis, ty) = (field.vis, field.ty);
    let is_doc = |a: &&&Attribute| a.path().is_ident("doc");
    let (docs, others): (Vec<&Attribute>, Vec<&Attribute>) =
        field.attrs.iter().partition(|a| is_doc(a));
    let own_doc = docs.is_empty().then(|| format!("The field `{name}`."));
    let own_doc = own_doc.iter();
    let set_doc = format!("Sets `{name}`.");
    let with_doc = format!("The same with another `{name}`.");
    let parameter = format_ident!("value", span = Span::mixed_site());
    // That the type is not `Copy` is an error there.
    let at = located(ty);
    let (read, write) = match record.form() {
        Form::Overlay => {
            let storage = storage(0);
            (
                quote_spanned!(at=> self.#storage.get::<#ty>()),
                quote_spanned!(at=> self.#storage = self.#storage.put::<#ty>(#parameter);),
            )
        }
        Form::Fields | Form::Bytes => (
            quote_spanned!(at=> self.#get.get()),
            mixed!(self.#get = #core::__private::Unaligned::new(#parameter);),
        ),
    };
    mixed! {
        #(#docs)*
        #(#[doc = #own_doc])*
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #get(&self) -> #ty {
            #read
        }

        #[doc = #set_doc]
        #(#others)*
        #[inline]
        #vis const fn #set(&mut self, #parameter: #ty) {
            #write
        }

        #[doc = #with_doc]
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #with(mut self, #parameter: #ty) -> Self {
            #write
            self
        }
    }
}

fn accessor(
    record: &Record,
    field: &Field,
    place: &Place,
    bits: &Bits,
    core: &TokenStream,
) -> TokenStream {
    let Member::Named(get) = &field.member else { return TokenStream::new() };
    let name = get.unraw().to_string();
    let method = |prefix: &str| Ident::new(&format!("{prefix}_{name}"), get.span());
    let (set, with, try_set) = (method("set"), method("with"), method("try_set"));
    let (vis, ty) = (field.vis, field.ty);
    let Place { storage, bits: place, endian } = place;
    let is_doc = |a: &&&Attribute| a.path().is_ident("doc");
    let (docs, others): (Vec<&Attribute>, Vec<&Attribute>) =
        field.attrs.iter().partition(|a| is_doc(a));
    let width = bits.width.to_token_stream();
    let own_doc = docs.is_empty().then(|| format!("The bit field `{name}`."));
    let own_doc = own_doc.iter();
    let set_doc = format!("Sets `{name}` to the low bits of `value`, as an assignment in C does.");
    let with_doc =
        format!("The same with another `{name}`, as by [`set_{name}`](Self::set_{name}).");
    let try_doc = format!("Sets `{name}`, if `value` fits.");
    let tag = record.tag();
    // The type is the user's; that it is no bit field's is an error there.
    let at = located(field.ty);
    let value = if field.shape.is_its_own_value() {
        ty.to_token_stream()
    } else {
        quote_spanned!(at=> <#ty as #core::types::BitField>::Value)
    };
    let (decode, encode) = (quote_spanned!(at=> decode::<#ty>), quote_spanned!(at=> encode::<#ty>));
    let check_fit = quote_spanned!(at=> check_fit::<#ty>);
    let parameter = format_ident!("value", span = Span::mixed_site());
    let encoded = mixed!(#core::__private::#encode(#parameter));
    let write = mixed!(self.#storage = self.#storage.with(#place, #encoded, #endian););
    mixed! {
        #(#docs)*
        #(#[doc = #own_doc])*
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #get(&self) -> #value {
            #core::__private::#decode(self.#storage.read(#place, #endian), #width)
        }

        #[doc = #set_doc]
        #(#others)*
        #[inline]
        #vis const fn #set(&mut self, #parameter: #ty) {
            #write
        }

        #[doc = #with_doc]
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #with(mut self, #parameter: #ty) -> Self {
            #write
            self
        }

        #[doc = #try_doc]
        #[doc = ""]
        #[doc = "# Errors"]
        #[doc = ""]
        #[doc = "If it does not fit; the field stays as it is."]
        #(#others)*
        #[inline]
        #vis const fn #try_set(
            &mut self,
            #parameter: #ty,
        ) -> ::core::result::Result<(), #core::error::BitOverflow> {
            let __checked = #core::__private::#check_fit(#tag, #name, #width, #parameter);
            if __checked.is_ok() {
                #write
            }
            __checked
        }
    }
}
