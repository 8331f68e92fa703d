//! The derives below `#[bitfield]`: which of them it implements itself.

use crate::common::errors::Errors;
use crate::record::Kind;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Path, Token, parse_quote};

/// The traits to implement here, each with the user's word for it.
#[derive(Default)]
pub(super) struct Derives {
    /// What the derive that describes the record is for.
    pub(super) wanted: Option<Kind>,
    pub(super) debug: Option<Ident>,
    pub(super) default: Option<Ident>,
    pub(super) partial_eq: Option<Ident>,
    pub(super) eq: Option<Ident>,
    pub(super) hash: Option<Ident>,
}

/// Takes them out of the list; the others stay.
pub(super) fn take(input: &mut DeriveInput, errors: &mut Errors) -> Derives {
    let mut derives = Derives::default();
    for attr in input.attrs.iter_mut().filter(|a| a.path().is_ident("derive")) {
        let list = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
        let Some(list) = errors.take(list) else { continue };
        let mut kept = Vec::new();
        for path in list {
            let Some(last) = path.segments.last().map(|s| s.ident.clone()) else { continue };
            match last.to_string().as_str() {
                "CStruct" => derives.wanted = Some(Kind::Struct),
                "CUnion" => derives.wanted = Some(Kind::Union),
                "Debug" => derives.debug = Some(last),
                "Default" => derives.default = Some(last),
                "PartialEq" => derives.partial_eq = Some(last),
                "Eq" => derives.eq = Some(last),
                "Hash" => derives.hash = Some(last),
                name @ ("PartialOrd" | "Ord") => errors.push(
                    &path,
                    format_args!(
                        "`{name}` of a record with bit fields is not derived: implement it with the \
                         getters"
                    ),
                ),
                _ => kept.push(path.to_token_stream()),
            }
        }
        *attr = parse_quote!(#[derive(#(#kept),*)]);
    }
    if derives.wanted.is_none() {
        let wanted = if matches!(input.data, Data::Union(_)) { "CUnion" } else { "CStruct" };
        errors.push(
            &input.ident,
            format_args!(
                "#[bitfield] needs #[derive({wanted})] below it: the attribute stands above the derives"
            ),
        );
    }
    derives
}
