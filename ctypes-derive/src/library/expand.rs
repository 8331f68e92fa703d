//! Writes the handle: a struct that holds the addresses themselves, so that a call is one load and one
//! indirect call, and the implementation of `Bindings` that fills it.

use super::model::Model;
use crate::common::docs;
use crate::common::item::{Item, Kind};
use crate::common::outcome::{self, Call};
use crate::common::signature::Signature;
use crate::common::{by_value, reemit};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};
use std::ffi::CString;
use syn::{Ident, Type};

/// The struct, its methods, and how it is opened.
///
/// With errors (`whole` is false) it only stands for the names that were declared, so that their uses are not
/// reported as well.
pub(super) fn handle(model: &Model, krate: &TokenStream, whole: bool) -> TokenStream {
    let handle = Handle { model, krate, whole };
    let (definition, methods, bindings) =
        (handle.definition(), handle.methods(), handle.bindings());
    let checks = whole.then(|| by_value::checks(&model.block, krate));
    let outputs = whole.then(|| outcome::checks(&model.block, krate));
    let reemitted = whole.then(|| reemit::block(&model.block));
    quote!(#definition #methods #bindings #checks #outputs #reemitted)
}

struct Handle<'a> {
    model: &'a Model,
    krate: &'a TokenStream,
    whole: bool,
}

impl Handle<'_> {
    fn cfg(&self) -> TokenStream {
        let cfg = &self.model.block.attributes.cfg;
        quote!(#(#cfg)*)
    }

    fn definition(&self) -> TokenStream {
        let (krate, cfg) = (self.krate, self.cfg());
        let (vis, ident) = (&self.model.handle.vis, &self.model.handle.ident);
        let fields = self.model.block.items.iter().map(|item| {
            let cfg = &item.attributes.cfg;
            let (field, ty) = (field(item), self.field_type(item));
            quote!(#(#cfg)* #field: #ty)
        });
        let library = self.model.options.names.describe();
        let docs = &self.model.docs;
        let summary = docs
            .is_empty()
            .then(|| docs::line(&format!("A handle on {library}, opened through `Bindings`.")));
        quote! {
            #cfg
            #(#docs)*
            #summary
            #[derive(::core::clone::Clone)]
            #[allow(non_snake_case, dead_code)]
            #vis struct #ident {
                __library: ::core::option::Option<#krate::Library>,
                #(#fields,)*
            }

            #cfg
            #[automatically_derived]
            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #krate::__private::fmt_handle(
                        __f,
                        ::core::stringify!(#ident),
                        ::core::option::Option::as_ref(&self.__library),
                    )
                }
            }
        }
    }

    /// What is known of an item: its address, in the type that a call needs.
    fn field_type(&self, item: &Item) -> TokenStream {
        let krate = self.krate;
        if self.model.options.lazy {
            return quote!(#krate::__private::LazySymbol);
        }
        let ty = match &item.kind {
            Kind::Function(signature) => self.pointer(item, signature),
            Kind::Variable(_) => quote!(#krate::__private::Address),
        };
        if item.attributes.optional.is_some() { quote!(::core::option::Option<#ty>) } else { ty }
    }

    fn pointer(&self, item: &Item, signature: &Signature) -> TokenStream {
        signature.closed_pointer(&item.unsafety(), &self.model.block.abi.declared())
    }

    fn methods(&self) -> TokenStream {
        let cfg = self.cfg();
        let ident = &self.model.handle.ident;
        let methods = self.model.block.items.iter().map(|item| self.method(item));
        quote! {
            #cfg
            #[allow(dead_code)]
            impl #ident {
                #(#methods)*
            }
        }
    }

    fn method(&self, item: &Item) -> TokenStream {
        let optional = item.attributes.optional.is_some();
        let is_call =
            !optional && matches!(&item.kind, Kind::Function(signature) if !signature.variadic);
        let attributes = &item.attributes;
        let (cfg, lints, deprecated) = (&attributes.cfg, &attributes.lints, &attributes.deprecated);
        let block_lints = &self.model.block.attributes.lints;
        let passed = is_call.then_some(&attributes.passed).into_iter().flatten();
        let library = self.model.options.names.describe();
        let docs = docs::of_item(item, &library, is_call && !item.safe);
        let errors =
            outcome::called(item).and_then(|signature| self.call_of(item, signature).docs());
        let head = quote! {
            #(#cfg)*
            #docs
            #errors
            #(#block_lints)*
            #(#lints)*
            #(#deprecated)*
            #(#passed)*
            #[inline]
            #[allow(non_snake_case, clippy::all)]
        };
        let body = match &item.kind {
            Kind::Function(signature) if is_call => self.call(item, signature),
            Kind::Function(signature) => self.accessor(item, &self.pointer(item, signature)),
            Kind::Variable(ty) => self.variable(item, ty),
        };
        quote!(#head #body)
    }

    fn call_of<'b>(&'b self, item: &'b Item, signature: &'b Signature) -> Call<'b> {
        let krate = self.krate;
        let library = quote!(#krate::__private::library_name(&self.__library));
        Call::new(item, signature, &self.model.block, &self.model.options, krate, library)
    }

    fn call(&self, item: &Item, signature: &Signature) -> TokenStream {
        let (vis, ident, unsafety) = (&item.vis, &item.ident, item.unsafety());
        let (generics, bounds) = (&signature.generics, &signature.generics.where_clause);
        let call = self.call_of(item, signature);
        let (params, output) = (signature.given_params(), call.output());
        let function = self.address(item, &self.pointer(item, signature));
        let body = if self.whole { call.body(&function, &function) } else { call.stand_in() };
        let separator = (!params.is_empty()).then(|| quote!(,));
        quote! {
            // SAFETY: whoever opened the handle vouches that the symbol has the declared signature.
            #[allow(unused_unsafe, unused_variables)]
            #vis #unsafety fn #ident #generics (&self #separator #params) #output #bounds #body
        }
    }

    /// The pointer itself, for what cannot be a method: variadic and optional functions.
    fn accessor(&self, item: &Item, pointer: &TokenStream) -> TokenStream {
        let (vis, ident) = (&item.vis, &item.ident);
        let ty = if item.attributes.optional.is_some() {
            quote!(::core::option::Option<#pointer>)
        } else {
            pointer.clone()
        };
        let address = self.address(item, &ty);
        quote! {
            #vis fn #ident(&self) -> #ty {
                // SAFETY: whoever opened the handle vouches that the symbol has the declared signature.
                #[allow(unused_unsafe)]
                unsafe { #address }
            }
        }
    }

    fn variable(&self, item: &Item, ty: &Type) -> TokenStream {
        let krate = self.krate;
        let (vis, ident) = (&item.vis, &item.ident);
        let address = quote!(#krate::__private::Address);
        if item.attributes.optional.is_some() {
            let address = self.address(item, &quote!(::core::option::Option<#address>));
            return quote! {
                #vis fn #ident(&self) -> ::core::option::Option<*mut #ty> {
                    // SAFETY: an optional address is a pointer that may be null.
                    #[allow(unused_unsafe)]
                    let __address = unsafe { #address };
                    ::core::option::Option::map(__address, |__address| __address.as_ptr() as *mut #ty)
                }
            };
        }
        let address = self.address(item, &address);
        quote! {
            #vis fn #ident(&self) -> *mut #ty {
                // SAFETY: an address is a pointer that is not null.
                #[allow(unused_unsafe)]
                let __address = unsafe { #address };
                __address.as_ptr() as *mut #ty
            }
        }
    }

    /// What the field holds, as a `ty`. In a `lazy` handle it may have to be looked up first.
    fn address(&self, item: &Item, ty: &TokenStream) -> TokenStream {
        let field = field(item);
        if !self.model.options.lazy {
            return quote!(self.#field);
        }
        let symbol = c_literal(item);
        let library = quote!(::core::option::Option::as_ref(&self.__library));
        let found = if item.attributes.optional.is_some() {
            quote!(self.#field.optional(#library, #symbol))
        } else {
            let declared = self.declared();
            quote!(self.#field.required(#library, #symbol, #declared))
        };
        quote!(::core::mem::transmute::<*const ::core::ffi::c_void, #ty>(#found))
    }

    fn declared(&self) -> TokenStream {
        let ident = &self.model.handle.ident;
        quote!(::core::concat!(::core::module_path!(), "::", ::core::stringify!(#ident)))
    }

    fn bindings(&self) -> TokenStream {
        let (krate, cfg) = (self.krate, self.cfg());
        let ident = &self.model.handle.ident;
        let declared = self.declared();
        let names = self.model.options.names.expand(krate);
        let variable = match &self.model.options.env {
            Some(variable) => quote!(::core::option::Option::Some(#variable)),
            None => quote!(::core::option::Option::None),
        };
        let binder = Ident::new("__binder", Span::mixed_site());
        let items = &self.model.block.items;
        let found = items.iter().map(|item| {
            let (cfg, field, symbol) = (&item.attributes.cfg, field(item), c_literal(item));
            let how = match (self.model.options.lazy, item.attributes.optional.is_some()) {
                (true, _) => quote!(lazy),
                (false, true) => quote!(optional),
                (false, false) => quote!(required),
            };
            let kind = match &item.kind {
                Kind::Function(_) => quote!(FUNCTION),
                Kind::Variable(ty) => quote!(variable::<#ty>()),
            };
            quote! {
                #(#cfg)*
                let #field = #binder.#how(#symbol, #krate::__private::Declared::#kind);
            }
        });
        let fields = items.iter().map(|item| {
            let (cfg, field) = (&item.attributes.cfg, field(item));
            if self.model.options.lazy {
                return quote!(#(#cfg)* #field);
            }
            let ty = self.field_type(item);
            quote! {
                // SAFETY: `finish` has returned, so what is required was found and is not null; the caller of
                // the constructor vouches that each symbol is as declared.
                #(#cfg)* #field: unsafe { ::core::mem::transmute::<*const ::core::ffi::c_void, #ty>(#field) }
            }
        });
        quote! {
            #cfg
            #[automatically_derived]
            impl #krate::Bindings for #ident {
                const SOURCE: #krate::__private::HandleSource = #krate::__private::HandleSource {
                    declared: #declared,
                    names: #names,
                    variable: #variable,
                };

                #[allow(non_snake_case, unused_mut, deprecated)]
                fn bind(
                    mut #binder: #krate::__private::Binder<'_>,
                ) -> ::core::result::Result<Self, #krate::foreign::BindErrors> {
                    #(#found)*
                    match #binder.finish() {
                        ::core::result::Result::Ok(__library) => ::core::result::Result::Ok(Self {
                            __library,
                            #(#fields,)*
                        }),
                        ::core::result::Result::Err(__errors) => ::core::result::Result::Err(__errors),
                    }
                }

                fn into_library(self) -> ::core::option::Option<#krate::Library> {
                    self.__library
                }

                #[inline]
                fn library(&self) -> ::core::option::Option<&#krate::Library> {
                    ::core::option::Option::as_ref(&self.__library)
                }
            }
        }
    }
}

/// The field that holds the item's address.
fn field(item: &Item) -> Ident {
    format_ident!("fn_{}", item.name(), span = item.ident.span())
}

/// The symbol as C wants it. A symbol with a NUL was reported while parsing.
fn c_literal(item: &Item) -> Literal {
    Literal::c_string(&CString::new(item.symbol()).unwrap_or_default())
}
