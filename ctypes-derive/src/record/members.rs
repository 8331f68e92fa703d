//! What a record gives of the members of others: accessors to those of `#[anonymous]` fields, and
//! `Deref` to its `#[base]`.
//!
//! A derive cannot see what another struct is made of, so that the members to forward are listed; that
//! they are there, and of that type, is the compiler's to judge.

use super::expand::{located, mixed};
use super::model::{Field, Forwarded, Record, Role};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote_spanned};
use syn::Generics;
use syn::ext::IdentExt;

/// The impls; nothing if no field is of another role than the plain one.
pub(super) fn members(record: &Record, generics: &Generics) -> TokenStream {
    let ident = record.ident;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let mut tokens = TokenStream::new();
    for field in &record.fields {
        let member = &field.member;
        match &field.role {
            Role::Plain => {}
            Role::Anonymous(_, members) => {
                let accessors = members.iter().map(|forwarded| accessors(record, field, forwarded));
                let accessors: TokenStream = accessors.collect();
                tokens.extend((!accessors.is_empty()).then(|| {
                    mixed! {
                        #[automatically_derived]
                        #[allow(dead_code)]
                        impl #impl_generics #ident #ty_generics #where_clause { #accessors }
                    }
                }));
            }
            Role::Base(_) => {
                let (ty, at) = (field.ty, located(field.ty));
                tokens.extend(quote_spanned! {at=>
                    #[automatically_derived]
                    impl #impl_generics ::core::ops::Deref for #ident #ty_generics #where_clause {
                        type Target = #ty;
                        #[inline]
                        fn deref(&self) -> &#ty { &self.#member }
                    }
                    #[automatically_derived]
                    impl #impl_generics ::core::ops::DerefMut for #ident #ty_generics #where_clause {
                        #[inline]
                        fn deref_mut(&mut self) -> &mut #ty { &mut self.#member }
                    }
                });
            }
        }
    }
    tokens
}

/// `x()` and `x_mut()`, as visible as the anonymous field.
fn accessors(record: &Record, field: &Field, forwarded: &Forwarded) -> TokenStream {
    let Forwarded { unsafety, ident, ty } = forwarded;
    let (outer, vis, at) = (&field.member, field.vis, located(ident));
    let exclusive = format_ident!("{}_mut", ident);
    let name = ident.unraw().to_string();
    let path = format!("{}.{name}", outer.to_token_stream());
    let doc = format!("The member `{name}` of `{}`: `{path}`.", record.ident);
    let doc_mut = format!("The member `{name}` of `{}`, to change it: `{path}`.", record.ident);
    let safety = unsafety.map(|_| {
        mixed! {
            #[doc = ""]
            #[doc = "# Safety"]
            #[doc = ""]
            #[doc = "The bytes of the member are initialised and a value of its type: what was written last to the union makes one."]
        }
    });
    let (lent, lent_mut) = match unsafety {
        // SAFETY (of what is written): the caller's, by the contract above.
        Some(_) => (
            quote_spanned!(at=> unsafe { &self.#outer.#ident }),
            quote_spanned!(at=> unsafe { &mut self.#outer.#ident }),
        ),
        None => {
            (quote_spanned!(at=> &self.#outer.#ident), quote_spanned!(at=> &mut self.#outer.#ident))
        }
    };
    quote_spanned! {at=>
        #[doc = #doc]
        #safety
        #[inline]
        #[allow(unused_unsafe)]
        #vis const #unsafety fn #ident(&self) -> &#ty { #lent }

        #[doc = #doc_mut]
        #safety
        #[inline]
        #[allow(unused_unsafe)]
        #vis const #unsafety fn #exclusive(&mut self) -> &mut #ty { #lent_mut }
    }
}
