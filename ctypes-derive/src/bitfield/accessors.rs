//! The getters and setters of bit fields.

use crate::record::expand::{located, storage};
use crate::record::mixed;
use crate::record::model::{Bits, Field, Record};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Member};

/// An expression for the place of a field in its run.
pub(super) fn place(plan: &Ident, index: usize) -> TokenStream {
    mixed!(const { #plan.fields[#index] })
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
    let each = named(record)
        .map(|(index, field, bits)| accessor(record, field, &place(plan, index), bits, core));
    let plain = record
        .fields
        .iter()
        .filter(|f| record.repr.is_block() && f.bits.is_none() && !f.name().starts_with('_'));
    let plain = plain.map(|field| unaligned(field, core));
    mixed!(#(#each)* #(#plain)*)
}

/// Those of an ordinary field that no reference can lead to.
fn unaligned(field: &Field, core: &TokenStream) -> TokenStream {
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
    mixed! {
        #(#docs)*
        #(#[doc = #own_doc])*
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #get(&self) -> #ty {
            self.#get.get()
        }

        #[doc = #set_doc]
        #(#others)*
        #[inline]
        #vis const fn #set(&mut self, #parameter: #ty) {
            self.#get = #core::__private::Unaligned::new(#parameter);
        }

        #[doc = #with_doc]
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #with(mut self, #parameter: #ty) -> Self {
            self.#get = #core::__private::Unaligned::new(#parameter);
            self
        }
    }
}

fn accessor(
    record: &Record,
    field: &Field,
    place: &TokenStream,
    bits: &Bits,
    core: &TokenStream,
) -> TokenStream {
    let Member::Named(get) = &field.member else { return TokenStream::new() };
    let name = get.unraw().to_string();
    let method = |prefix: &str| Ident::new(&format!("{prefix}_{name}"), get.span());
    let (set, with, try_set) = (method("set"), method("with"), method("try_set"));
    let (vis, ty, storage) = (field.vis, field.ty, storage(bits.run));
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
    mixed! {
        #(#docs)*
        #(#[doc = #own_doc])*
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #get(&self) -> #value {
            #core::__private::#decode(self.#storage.read(#place), #width)
        }

        #[doc = #set_doc]
        #(#others)*
        #[inline]
        #vis const fn #set(&mut self, #parameter: #ty) {
            self.#storage = self.#storage.with(#place, #core::__private::#encode(#parameter));
        }

        #[doc = #with_doc]
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #with(mut self, #parameter: #ty) -> Self {
            self.#storage = self.#storage.with(#place, #core::__private::#encode(#parameter));
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
                self.#storage = self.#storage.with(#place, #core::__private::#encode(#parameter));
            }
            __checked
        }
    }
}
