//! The path by which an expansion names the run-time crate: one place, for every macro.
//!
//! `crate = path` in the attribute wins; otherwise it is the name that the user's `Cargo.toml` gives to
//! `ctypes-wrap`, or else to `ctypes-core`.

use crate::common::errors::Errors;
use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Path};

/// Which crates hold what an expansion needs, in the order in which they are looked for.
const CORE: &[&str] = &["ctypes-wrap", "ctypes-core"];
const WRAP: &[&str] = &["ctypes-wrap"];

/// The crate that holds the core's support code.
pub(crate) fn core_path(given: Option<&Path>, errors: &mut Errors) -> TokenStream {
    find(given, CORE, errors)
}

/// The crate that holds library handles.
pub(crate) fn wrap_path(given: Option<&Path>, errors: &mut Errors) -> TokenStream {
    find(given, WRAP, errors)
}

fn find(given: Option<&Path>, candidates: &[&str], errors: &mut Errors) -> TokenStream {
    if let Some(path) = given {
        return quote!(#path);
    }
    for package in candidates {
        let name = match crate_name(package) {
            Ok(FoundCrate::Name(name)) => name,
            // Both crates name themselves with `extern crate self as …`.
            Ok(FoundCrate::Itself) => package.replace('-', "_"),
            Err(_) => continue,
        };
        if let Ok(name) = syn::parse_str::<Ident>(&name) {
            return quote!(::#name);
        }
    }
    let names = candidates.join("` nor `");
    errors.push_at(
        Span::call_site(),
        format!(
            "this macro needs a run-time crate, and Cargo.toml names neither `{names}`; \
             add ctypes-wrap to its dependencies, or say `crate = path`"
        ),
    );
    let fallback = Ident::new("ctypes_wrap", Span::call_site());
    quote!(::#fallback)
}
