//! Writes the expansion: for each function a slot with a resolving stub, a function that calls through the
//! slot, and its fallible form; for variadic functions and variables a static.

use super::check::{fallible_name, has_fallible_form};
use super::model::Form;
use crate::common::docs;
use crate::common::errors::Errors;
use crate::common::item::{Block, Item, Kind};
use crate::common::options::Options;
use crate::common::outcome::{self, Call};
use crate::common::signature::Signature;
use crate::common::{by_value, reemit};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{VisitMut, visit_block_mut};
use syn::{Ident, ItemForeignMod, Stmt, Visibility};

/// The expansion of the annotated item.
pub(super) fn form(
    form: Form,
    options: &Options,
    krate: &TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    match form {
        Form::Block(block) => {
            let expansion = Expansion::new(&block, options, krate, errors);
            let (items, load) = (expansion.items(), expansion.load());
            quote!(#items #load)
        }
        Form::Single(block) => Expansion::new(&block, options, krate, errors).items(),
        Form::Wrapper(mut function) => {
            let mut blocks = Blocks { options, krate, errors, found: false };
            blocks.visit_block_mut(&mut function.block);
            if !blocks.found {
                errors.push(
                    &function.sig,
                    "this function contains no `unsafe extern \"C\" { … }` block to bind; \
                     declare the foreign function inside the body, or end the declaration with `;`",
                );
            }
            quote!(#function)
        }
    }
}

/// Replaces the extern blocks in a body by what they expand to; all else stays as the user wrote it.
struct Blocks<'a> {
    options: &'a Options,
    krate: &'a TokenStream,
    errors: &'a mut Errors,
    found: bool,
}

impl VisitMut for Blocks<'_> {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        for statement in &mut block.stmts {
            if let Stmt::Item(item) = statement
                && let syn::Item::ForeignMod(foreign) = item
                && !has_own_attribute(foreign)
            {
                self.found = true;
                let foreign = Block::parse(foreign.clone(), self.errors);
                super::check::block(&foreign, self.options, self.errors);
                let items = Expansion::new(&foreign, self.options, self.krate, self.errors).items();
                *item = syn::Item::Verbatim(items);
            }
        }
        visit_block_mut(self, block);
    }

    // A function or module inside is not part of this body.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// A block with an attribute of its own is bound by that one.
fn has_own_attribute(block: &ItemForeignMod) -> bool {
    block.attrs.iter().any(|attribute| {
        attribute
            .path()
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "foreign_fn" || segment.ident == "library")
    })
}

/// One block and what is the same for all its items.
struct Expansion<'a> {
    block: &'a Block,
    options: &'a Options,
    krate: &'a TokenStream,
    source: Ident,
    library: String,
    /// False if there are errors: then what is generated only stands for the names that were declared, so
    /// that their uses are not reported as well.
    whole: bool,
}

impl<'a> Expansion<'a> {
    fn new(
        block: &'a Block,
        options: &'a Options,
        krate: &'a TokenStream,
        errors: &Errors,
    ) -> Self {
        // Two blocks of one module need two statics; two equal blocks collide anyway.
        let text = reemit::block(block).to_string() + &options.names.expand(krate).to_string();
        let source = format_ident!(
            "__CTYPES_LIBRARY_{:016x}",
            fingerprint(&text),
            span = Span::mixed_site()
        );
        Expansion {
            block,
            options,
            krate,
            source,
            library: options.names.describe(),
            whole: errors.is_empty(),
        }
    }

    fn items(&self) -> TokenStream {
        let krate = self.krate;
        let cfg = &self.block.attributes.cfg;
        let source = &self.source;
        let names = self.options.names.expand(krate);
        let items = self.block.items.iter().map(|item| match &item.kind {
            Kind::Function(signature) if signature.variadic => self.pointer_static(item, signature),
            Kind::Function(signature) if item.attributes.optional.is_some() => {
                self.optional(item, signature)
            }
            Kind::Function(signature) if !self.whole => self.stub(item, signature),
            Kind::Function(signature) => self.function(item, signature),
            Kind::Variable(ty) => {
                let ty = quote!(#krate::foreign::ForeignVar<#ty>);
                self.holder(item, &ty, &quote!(#krate::foreign::ForeignVar::new))
            }
        });
        let checks = self.whole.then(|| by_value::checks(self.block, krate));
        let outputs = self.whole.then(|| outcome::checks(self.block, krate));
        let reemitted = self.whole.then(|| reemit::block(self.block));
        quote! {
            #(#cfg)*
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code)]
            static #source: #krate::__private::Source =
                // SAFETY: the author of the unsafe extern block vouches for the library.
                unsafe { #krate::__private::Source::new(#names) };
            #(#items)*
            #checks
            #outputs
            #reemitted
        }
    }

    /// The conditions and lint levels that every generated item repeats.
    fn conditions(&self, item: &Item) -> TokenStream {
        let block = &self.block.attributes;
        let (cfg, lints) = (&block.cfg, &block.lints);
        let (item_cfg, item_lints) = (&item.attributes.cfg, &item.attributes.lints);
        quote!(#(#cfg)* #(#item_cfg)* #(#lints)* #(#item_lints)*)
    }

    /// The entry that describes the item's symbol.
    fn entry(&self, item: &Item) -> TokenStream {
        let (krate, source) = (self.krate, &self.source);
        let (symbol, name) = (item.symbol(), item.name());
        quote! {
            #krate::__private::Entry::new(
                &#source,
                #symbol,
                ::core::concat!(::core::module_path!(), "::", #name),
            )
        }
    }

    fn call<'b>(&'b self, item: &'b Item, signature: &'b Signature) -> Call<'b> {
        let source = &self.source;
        Call::new(item, signature, self.block, self.options, self.krate, quote!(#source.name()))
    }

    /// A slot that starts at a stub, the function, and its fallible form.
    fn function(&self, item: &Item, signature: &Signature) -> TokenStream {
        let krate = self.krate;
        let conditions = self.conditions(item);
        let slot = slot_name(item);
        let entry = self.entry(item);
        let (vis, ident, unsafety) = (&item.vis, &item.ident, item.unsafety());
        let (generics, bounds) = (&signature.generics, &signature.generics.where_clause);
        let call = self.call(item, signature);
        let (params, output) = (signature.given_params(), call.output());
        let output_type = call.output_type();
        let (c_params, c_output) = (signature.declared_params(), &signature.output);
        let arguments = signature.arguments();
        // The stub can panic, and a panic may leave it only through an `-unwind` convention.
        let abi = self.block.abi.unwind();
        let pointer = signature.pointer(&quote!(unsafe), &abi);
        let cast = quote!(::core::mem::transmute::<*const (), #pointer>);
        // Names that no parameter can take.
        let address = Ident::new("__address", Span::mixed_site());
        let error = Ident::new("__error", Span::mixed_site());
        let target = quote!(#cast(#slot.target()));
        let body = call.body(&target, &quote!(#slot.bind_or_panic()));
        let body_found = call.body(&quote!(#cast(#address)), &quote!(#address));
        let docs = docs::of_item(item, &self.library, !item.safe);
        let errors = call.docs();
        let (deprecated, passed) = (&item.attributes.deprecated, &item.attributes.passed);
        let fallible = Ident::new(&fallible_name(item), ident.span());
        let fallible_docs = self.fallible_docs(item);
        quote! {
            #conditions
            #docs
            #errors
            #(#deprecated)*
            #(#passed)*
            #[inline]
            #[allow(non_snake_case, clippy::all)]
            // SAFETY: the slot holds the stub below or the address of the symbol, of which the author
            // of the unsafe extern block says that it has this signature.
            #vis #unsafety fn #ident #generics (#params) #output #bounds #body

            #conditions
            #fallible_docs
            #(#deprecated)*
            #[inline]
            #[allow(non_snake_case, dead_code, unreachable_code, clippy::all)]
            #vis #unsafety fn #fallible #generics (#params)
                -> ::core::result::Result<#output_type, &'static #krate::foreign::BindError> #bounds
            {
                match #slot.bind() {
                    // SAFETY: as above, and the address was found.
                    ::core::result::Result::Ok(#address) => ::core::result::Result::Ok(#body_found),
                    ::core::result::Result::Err(#error) => ::core::result::Result::Err(#error),
                }
            }

            #conditions
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code, clippy::all)]
            static #slot: #krate::__private::Binding = {
                #[cold]
                #[allow(non_snake_case, improper_ctypes_definitions)]
                unsafe extern #abi fn __unbound #generics (#c_params) #c_output #bounds {
                    // SAFETY: as above; it returns only with an address that was found.
                    unsafe { #cast(#slot.bind_or_panic())(#arguments) }
                }
                // SAFETY: the stub has the declared signature and passes its arguments on.
                unsafe { #krate::__private::Binding::new(#entry, __unbound as *const ()) }
            };
        }
    }

    /// Functions with the declared signatures that are never run.
    fn stub(&self, item: &Item, signature: &Signature) -> TokenStream {
        let krate = self.krate;
        let conditions = self.conditions(item);
        let (vis, ident, unsafety) = (&item.vis, &item.ident, item.unsafety());
        let (generics, bounds) = (&signature.generics, &signature.generics.where_clause);
        let call = self.call(item, signature);
        let (params, output) = (signature.given_params(), call.output());
        let (output_type, body) = (call.output_type(), call.stand_in());
        let name = fallible_name(item);
        let fallible = Ident::new(&name, ident.span());
        let collides = self.block.items.iter().any(|item| item.name() == name);
        let fallible = (!collides).then(|| quote! {
            #conditions
            #[allow(dead_code, unused, non_snake_case)]
            #vis #unsafety fn #fallible #generics (#params)
                -> ::core::result::Result<#output_type, &'static #krate::foreign::BindError> #bounds #body
        });
        quote! {
            #conditions
            #[allow(dead_code, unused, non_snake_case)]
            #vis #unsafety fn #ident #generics (#params) #output #bounds #body
            #fallible
        }
    }

    fn fallible_docs(&self, item: &Item) -> TokenStream {
        let name = item.name();
        let summary = docs::line(&format!("`{name}`, or the error that says why it is missing."));
        let empty = docs::line("");
        let title = docs::line("# Errors");
        let text =
            docs::line(&format!("{} or the symbol `{}` is missing.", self.library, item.symbol()));
        let safety = (!item.safe).then(docs::safety_section);
        quote!(#summary #empty #title #text #safety)
    }

    /// A function that gives the pointer, if the library has it.
    fn optional(&self, item: &Item, signature: &Signature) -> TokenStream {
        let krate = self.krate;
        let conditions = self.conditions(item);
        let slot = slot_name(item);
        let entry = self.entry(item);
        let (vis, ident) = (&item.vis, &item.ident);
        let pointer = signature.closed_pointer(&item.unsafety(), &self.block.abi.declared());
        let docs = docs::of_item(item, &self.library, false);
        let deprecated = &item.attributes.deprecated;
        quote! {
            #conditions
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code)]
            static #slot: #krate::__private::Entry = #entry;

            #conditions
            #docs
            #(#deprecated)*
            #[inline]
            #[allow(non_snake_case, clippy::all)]
            #vis fn #ident() -> ::core::option::Option<#pointer> {
                match #slot.optional() {
                    ::core::option::Option::Some(__address) => ::core::option::Option::Some(
                        // SAFETY: the author of the unsafe extern block says that the symbol has this signature.
                        unsafe { ::core::mem::transmute::<*mut ::core::ffi::c_void, #pointer>(__address.as_ptr()) },
                    ),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }
        }
    }

    /// A static that holds a function pointer, for a variadic function.
    fn pointer_static(&self, item: &Item, signature: &Signature) -> TokenStream {
        let krate = self.krate;
        let pointer = signature.closed_pointer(&item.unsafety(), &self.block.abi.declared());
        let ty = quote!(#krate::foreign::ForeignFn<#pointer>);
        self.holder(item, &ty, &quote!(#krate::foreign::ForeignFn::new))
    }

    fn holder(&self, item: &Item, ty: &TokenStream, new: &TokenStream) -> TokenStream {
        let conditions = self.conditions(item);
        let entry = self.entry(item);
        let (vis, ident) = (&item.vis, &item.ident);
        let docs = docs::of_item(item, &self.library, false);
        let deprecated = &item.attributes.deprecated;
        quote! {
            #conditions
            #docs
            #(#deprecated)*
            #[allow(non_upper_case_globals)]
            #vis static #ident: #ty =
                // SAFETY: the author of the unsafe extern block says that the symbol has this type.
                unsafe { #new(#entry) };
        }
    }

    /// The function that binds the whole block.
    fn load(&self) -> TokenStream {
        if self.block.items.is_empty() || !self.whole {
            return TokenStream::new();
        }
        let (krate, source) = (self.krate, &self.source);
        let cfg = &self.block.attributes.cfg;
        let required = self.block.items.iter().filter(|item| item.attributes.optional.is_none());
        let required = required.map(|item| {
            let cfg = &item.attributes.cfg;
            let holder = if has_fallible_form(item) { slot_name(item) } else { item.ident.clone() };
            quote!(#(#cfg)* &#holder)
        });
        let summary = docs::line(&format!(
            "Opens {} and binds everything that this block declares, instead of at the first use of each.",
            self.library
        ));
        let empty = docs::line("");
        let title = docs::line("# Errors");
        let text = docs::line(
            "The library cannot be opened, or it lacks symbols: all that are missing and not optional.",
        );
        let docs = quote!(#summary #empty #title #text);
        let result = quote!(::core::result::Result<(), #krate::foreign::BindErrors>);
        let bind = quote! {
            #krate::__private::bind_all(&#source, ::core::module_path!(), &[#(#required),*])
        };
        if let Some(load) = &self.options.load {
            let (vis, ident) = (&load.vis, &load.ident);
            return quote! {
                #(#cfg)*
                #docs
                #[allow(dead_code, deprecated)]
                #vis fn #ident() -> #result { #bind }
            };
        }
        // Imported by a glob, the name `load` can be there twice as long as nobody uses it, so that two
        // blocks may stand side by side.
        let vis = self.widest_visibility();
        let ident = Ident::new("load", Span::call_site());
        let module = format_ident!("{}_load", source.to_string().to_lowercase());
        quote! {
            #(#cfg)*
            #[doc(hidden)]
            mod #module {
                pub struct #source;
                #docs
                #[allow(dead_code)]
                pub fn #ident() -> #result {
                    <#source as #krate::__private::Loads>::load()
                }
            }
            #(#cfg)*
            #[allow(unused_imports, ambiguous_glob_reexports)]
            #vis use #module::*;
            #(#cfg)*
            #[allow(deprecated)]
            impl #krate::__private::Loads for #module::#source {
                fn load() -> #result { #bind }
            }
        }
    }

    fn widest_visibility(&self) -> Visibility {
        let rank = |vis: &Visibility| match vis {
            Visibility::Public(_) => 3,
            Visibility::Restricted(vis) if vis.path.is_ident("crate") => 2,
            Visibility::Restricted(_) => 1,
            Visibility::Inherited => 0,
        };
        let widest = self.block.items.iter().map(|item| &item.vis).max_by_key(|vis| rank(vis));
        widest.cloned().unwrap_or(Visibility::Inherited)
    }
}

/// The static behind a function.
fn slot_name(item: &Item) -> Ident {
    format_ident!(
        "__CTYPES_{}",
        item.name(),
        span = Span::mixed_site().located_at(item.ident.span())
    )
}

/// FNV-1a: the same on every run, which keeps builds reproducible.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
