//! The calling convention of a block, and its twin that lets a panic through.

use crate::common::errors::Errors;
use proc_macro2::Span;
use syn::{Ident, LitStr};

const KNOWN: &[&str] =
    &["C", "system", "cdecl", "stdcall", "fastcall", "thiscall", "sysv64", "win64", "aapcs"];

/// A foreign calling convention.
#[derive(Clone)]
pub(crate) struct Abi {
    name: String,
    span: Span,
}

impl Abi {
    /// The convention that `extern "…"` names; `"C"` if it names none.
    pub(crate) fn parse(abi: Option<&syn::Abi>, errors: &mut Errors) -> Abi {
        let named = abi.and_then(|abi| abi.name.as_ref());
        let span = match (named, abi) {
            (Some(name), _) => name.span(),
            (None, Some(abi)) => abi.extern_token.span,
            (None, None) => Span::call_site(),
        };
        let name = named.map_or_else(|| "C".to_owned(), LitStr::value);
        if KNOWN.contains(&name.strip_suffix("-unwind").unwrap_or(&name)) {
            return Abi { name, span };
        }
        let known = KNOWN.join("\", \"");
        let message = if name.starts_with("Rust") || name.starts_with("rust") {
            format!(
                "`extern \"{name}\"` is not a foreign calling convention; expected one of \"{known}\""
            )
        } else {
            format!(
                "unknown calling convention \"{name}\"; expected one of \"{known}\", or one of them with -unwind"
            )
        };
        errors.push_at(span, message);
        Abi { name: "C".to_owned(), span }
    }

    /// The convention as the user wrote it.
    pub(crate) fn declared(&self) -> LitStr {
        LitStr::new(&self.name, self.span)
    }

    /// The convention through which a panic may pass.
    pub(crate) fn unwind(&self) -> LitStr {
        let base = self.name.strip_suffix("-unwind").unwrap_or(&self.name);
        LitStr::new(&format!("{base}-unwind"), self.span)
    }

    /// The variant of the run-time crate's `CallConv`.
    pub(crate) fn call_conv(&self) -> Ident {
        let base = self.name.strip_suffix("-unwind").unwrap_or(&self.name);
        let variant = match base {
            "system" => "System",
            "stdcall" => "Stdcall",
            "fastcall" => "Fastcall",
            "thiscall" => "Thiscall",
            "sysv64" => "SysV64",
            "win64" => "Win64",
            _ => "C",
        };
        Ident::new(variant, Span::call_site())
    }
}
