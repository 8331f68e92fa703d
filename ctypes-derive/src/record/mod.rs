//! `#[derive(CStruct)]` and `#[derive(CUnion)]`: parse, check, expand.
//!
//! The expansion is data (a descriptor) and assertions about it; it computes no number here, since a
//! macro runs on the build machine. Every error points at the user's token, and all that are found
//! in one record are shown at once.

pub(crate) mod check;
pub(crate) mod describe;
pub(crate) mod expand;
mod members;
mod mirror;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod shape;
pub(crate) mod spelling;

pub(crate) use check::check_tag;
pub(crate) use expand::{mixed, stub};
pub(crate) use model::Kind;

use crate::common::errors::Errors;
use crate::core_path::core_path;
use proc_macro2::TokenStream;
use syn::{Attribute, DeriveInput};

/// The derive: the impl, or what is wrong beside an impl that keeps uses of the type from failing
/// as well.
pub(crate) fn derive(input: &DeriveInput, wanted: Kind) -> TokenStream {
    let mut errors = Errors::default();
    if let Some(attr) = input.attrs.iter().find(|a| is_bitfield(a)) {
        // The attribute writes the stub.
        errors.push(attr, "#[bitfield] must stand above the derives: move it to the first line");
        return errors.into_tokens();
    }
    let record = parse::parse(input, wanted, None, &mut errors);
    check::check(&record, &mut errors);
    let core = core_path(record.options.krate.as_ref(), &mut errors);
    if errors.is_empty() {
        return expand::expand(&record, &core);
    }
    let mut tokens = errors.into_tokens();
    tokens.extend(expand::stub(input, &core));
    tokens
}

fn is_bitfield(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|s| s.ident == "bitfield")
}
