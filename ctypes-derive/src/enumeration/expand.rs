//! From the model to the impls.

use super::parse::Model;
use crate::record::mixed;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

pub(super) fn expand(model: &Model, core: &TokenStream) -> TokenStream {
    let (ident, vis) = (model.ident, model.vis);
    let name = model.name.as_ref().map_or_else(|| ident.unraw().to_string(), LitStr::value);
    let names = model.variants.iter().map(|v| v.unraw().to_string());
    let variants = &model.variants;
    let values = mixed!(&[#((#names, #ident::#variants as ::core::primitive::i128)),*]);
    let (fixed, bits) = match &model.fixed {
        Some(fixed) => {
            let (scalar, integer) = (format_ident!("{}", fixed.scalar), &fixed.ident);
            (
                mixed!(::core::option::Option::Some(#core::types::Scalar::#scalar)),
                mixed!(::core::primitive::#integer),
            )
        }
        None => (
            mixed!(::core::option::Option::None),
            mixed!(<#core::__private::Size<
                { ::core::mem::size_of::<#ident>() },
                { #core::__private::is_signed(<#ident as #core::CType>::TYPE) },
            > as #core::__private::OfSize>::Integer),
        ),
    };
    // C hands the values of an enumeration over as `int`, whatever the enumeration is.
    let integers = match &model.fixed {
        Some(_) => vec![bits.clone()],
        None => vec![mixed!(::core::ffi::c_int), mixed!(::core::ffi::c_uint)],
    };
    let at = Span::mixed_site().located_at(ident.span());
    let assertion = quote_spanned! {at=>
        const _: () = #core::__private::assert_enumeration::<#ident>();
    };
    let to_raw = format!("The integer that `{ident}` is in C.");
    let try_from_raw = format!("The variant of `{ident}` with that value.");
    mixed! {
        #[automatically_derived]
        #[allow(dead_code, deprecated)]
        const _: () = {
            // SAFETY: an integer of the size and alignment that the constant below asserts; not any
            // bits are a variant.
            unsafe impl #core::CType for #ident {
                const TYPE: &'static #core::Type =
                    &#core::Type::static_enum(const { &#core::__private::StaticEnum {
                        name: #name,
                        values: #values,
                        fixed: #fixed,
                    } });
                const BY_VALUE: ::core::primitive::bool = true;
                const ANY_BITS: ::core::primitive::bool = false;
                const ZERO: ::core::primitive::bool =
                    #core::__private::check_number::<#ident>(0).is_ok();
            }

            // SAFETY: the values are those of all variants, and of nothing else.
            unsafe impl #core::Discrete for #ident {
                type Bits = #bits;
                const NAME: &'static ::core::primitive::str = #name;
                const VALUES: &'static [(&'static ::core::primitive::str, ::core::primitive::i128)] =
                    #values;
            }

            // SAFETY: an enumeration is read as its variant or as an error.
            unsafe impl #core::types::BitField for #ident {
                type Value = ::core::result::Result<#ident, #core::error::InvalidValue>;
                const KIND: #core::types::BitKind =
                    #core::types::BitKind::enumeration::<#ident>();
            }

            #assertion

            impl #ident {
                #[doc = #to_raw]
                #[inline]
                #[must_use]
                #vis const fn to_raw(self) -> #bits {
                    #core::__private::bits(self)
                }

                #[doc = #try_from_raw]
                #[doc = ""]
                #[doc = "# Errors"]
                #[doc = ""]
                #[doc = "If no variant has it."]
                #[inline]
                #vis const fn try_from_raw(
                    __raw: #bits,
                ) -> ::core::result::Result<#ident, #core::error::InvalidValue> {
                    #core::__private::check(__raw)
                }
            }

            #(impl ::core::convert::TryFrom<#integers> for #ident {
                type Error = #core::error::InvalidValue;
                #[inline]
                fn try_from(__number: #integers) -> ::core::result::Result<#ident, Self::Error> {
                    #core::__private::check_number(__number as ::core::primitive::i128)
                }
            })*
        };
    }
}
