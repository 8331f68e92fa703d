//! `#[bitfield]`: parse, check, expand.
//!
//! The struct is written anew with each run of bit fields in one member, a union as a struct with all of its
//! members in one. How large that is, where it stands and where each field is in it are constants that the
//! layout algorithm computes in the user's crate; the traits that look at fields are implemented here, as their derives would see the
//! storage.

mod accessors;
mod check;
mod derives;
mod expand;
mod traits;

use crate::common::errors::Errors;
use crate::core_path::core_path;
use crate::record::{self, Kind};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput};

/// The struct with its accessors, or what is wrong beside a struct that keeps uses of it from failing
/// as well.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !attribute.is_empty() {
        errors.push(&attribute, "#[bitfield] takes no options: they go into #[ctypes(…)] below it");
    }
    let mut input: DeriveInput = match syn::parse2(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            errors.add(error);
            let mut tokens = errors.into_tokens();
            tokens.extend(item);
            return tokens;
        }
    };
    let derives = derives::take(&mut input, &mut errors);
    let plan = format_ident!("__BITS_OF_{}", input.ident.unraw());
    let found = if matches!(input.data, Data::Union(_)) { Kind::Union } else { Kind::Struct };
    let wanted = derives.wanted.unwrap_or(found);
    let record = record::parse::parse(&input, wanted, Some(plan.clone()), &mut errors);
    check::check(&input, &record, &mut errors);
    let core = core_path(record.options.krate.as_ref(), &mut errors);
    if errors.is_empty() {
        return expand::expand(&input, &record, &derives, &plan, &core);
    }
    let mut tokens = errors.into_tokens();
    tokens.extend(record::stub(&input, &core));
    expand::strip(&mut input);
    input.to_tokens(&mut tokens);
    tokens
}
