//! How expansions name the run-time crate: the one place that decides it.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The path of ctypes-core's items in the user's crate: what `crate = …` says, else what the user's
/// Cargo.toml calls ctypes-wrap (which re-exports them), else what it calls ctypes-core.
pub(crate) fn core_path(option: Option<&syn::Path>) -> syn::Result<TokenStream> {
    if let Some(path) = option {
        return Ok(path.to_token_stream());
    }
    for name in ["ctypes-wrap", "ctypes-core"] {
        let ident = match crate_name(name) {
            Ok(FoundCrate::Itself) => name.replace('-', "_"),
            Ok(FoundCrate::Name(ident)) => ident,
            Err(_) => continue,
        };
        let ident = Ident::new(&ident, Span::call_site());
        return Ok(quote!(::#ident));
    }
    Err(syn::Error::new(
        Span::call_site(),
        "found neither ctypes-wrap nor ctypes-core in Cargo.toml: add one of them to [dependencies], \
         or say where it is with `crate = path`",
    ))
}
