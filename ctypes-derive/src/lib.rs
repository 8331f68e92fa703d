//! The macros of ctypes for Rust.
//!
//! Most programs get them from `ctypes-wrap`, which depends on this crate.

mod common;
mod core_path;
mod foreign_fn;
mod library;

use proc_macro::TokenStream;

/// Declares foreign functions and variables that are bound at run time.
#[proc_macro_attribute]
pub fn foreign_fn(attribute: TokenStream, item: TokenStream) -> TokenStream {
    foreign_fn::expand(attribute.into(), item.into()).into()
}

/// Declares a library handle: an extern block as a struct with methods.
#[proc_macro_attribute]
pub fn library(attribute: TokenStream, item: TokenStream) -> TokenStream {
    library::expand(attribute.into(), item.into()).into()
}
