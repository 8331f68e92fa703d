//! The names of a declared library: one to search for, or lists of file names, for all systems or for one.

use crate::common::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, bracketed, token};

/// What one option says.
pub(crate) enum NameSpec {
    /// `"m"`: searched for.
    Search(LitStr),
    /// `["libm.so.6", "libm.so"]`: tried as they are, in order.
    Verbatim(Vec<LitStr>),
}

impl Parse for NameSpec {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(NameSpec::Search(input.parse()?));
        }
        if !input.peek(token::Bracket) {
            return Err(input.error(
                "expected a library name to search for, as in \"m\", or a list of file names, as in [\"libm.so.6\"]",
            ));
        }
        let content;
        let bracket = bracketed!(content in input);
        let names = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
        if names.is_empty() {
            return Err(syn::Error::new(bracket.span.join(), "expected at least one file name"));
        }
        Ok(NameSpec::Verbatim(names.into_iter().collect()))
    }
}

impl NameSpec {
    fn check(&self, errors: &mut Errors) {
        let names = match self {
            NameSpec::Search(name) => std::slice::from_ref(name),
            NameSpec::Verbatim(names) => names,
        };
        for name in names {
            let value = name.value();
            if value.is_empty() {
                errors.push(
                    name,
                    "a library name cannot be empty; leave the option out for the running program",
                );
            } else if value.contains('\0') {
                errors.push(name, "a library name cannot contain a NUL character");
            }
        }
    }

    fn expand(&self, krate: &TokenStream) -> TokenStream {
        match self {
            NameSpec::Search(name) => quote!(#krate::__private::Names::Search(#name)),
            NameSpec::Verbatim(names) => quote!(#krate::__private::Names::Verbatim(&[#(#names),*])),
        }
    }

    fn describe(&self) -> String {
        match self {
            NameSpec::Search(name) => name.value(),
            NameSpec::Verbatim(names) => names.first().map(LitStr::value).unwrap_or_default(),
        }
    }
}

/// The names for every system.
#[derive(Default)]
pub(crate) struct LibraryNames {
    pub(crate) any: Option<NameSpec>,
    pub(crate) linux: Option<NameSpec>,
    pub(crate) windows: Option<NameSpec>,
    pub(crate) macos: Option<NameSpec>,
}

impl LibraryNames {
    fn each(&self) -> impl Iterator<Item = &NameSpec> {
        [&self.any, &self.linux, &self.windows, &self.macos].into_iter().flatten()
    }

    /// Whether no option named a library.
    pub(crate) fn is_empty(&self) -> bool {
        self.each().next().is_none()
    }

    /// Reports names that no system can open.
    pub(crate) fn check(&self, errors: &mut Errors) {
        for spec in self.each() {
            spec.check(errors);
        }
    }

    /// The value of type `Names` for the target that is compiled for.
    pub(crate) fn expand(&self, krate: &TokenStream) -> TokenStream {
        let otherwise = match &self.any {
            Some(spec) => spec.expand(krate),
            None if self.is_empty() => quote!(#krate::__private::Names::Main),
            None => quote!(#krate::__private::Names::Unnamed),
        };
        let systems = [
            (&self.linux, quote!(any(target_os = "linux", target_os = "android"))),
            (&self.windows, quote!(windows)),
            (&self.macos, quote!(target_vendor = "apple")),
        ];
        let systems = systems.into_iter().filter_map(|(spec, predicate)| {
            let spec = spec.as_ref()?.expand(krate);
            Some(quote!(if ::core::cfg!(#predicate) { #spec } else))
        });
        quote!(#(#systems)* { #otherwise })
    }

    /// The library's name in generated documentation.
    pub(crate) fn describe(&self) -> String {
        match self.each().next() {
            Some(spec) => format!("the library `{}`", spec.describe()),
            None => "the running program".to_owned(),
        }
    }
}
