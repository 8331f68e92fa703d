//! The signature of a declared function: its parameters with names, its result, and the pointer type made of them.

use crate::common::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, GenericArgument, GenericParam, Generics, Ident, LitStr, Pat, PathArguments};
use syn::{ReturnType, Type};

/// A parameter. One that the user left unnamed has a name of ours.
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// What a declared function takes and gives.
pub(crate) struct Signature {
    pub(crate) generics: Generics,
    pub(crate) params: Vec<Param>,
    pub(crate) variadic: bool,
    pub(crate) output: ReturnType,
}

impl Signature {
    /// Reads a signature, and reports what a foreign function cannot have.
    pub(crate) fn parse(sig: &syn::Signature, errors: &mut Errors) -> Signature {
        if let Some(token) = &sig.constness {
            errors.push(token, "a foreign function cannot be `const`");
        }
        if let Some(token) = &sig.asyncness {
            errors.push(token, "a foreign function cannot be `async`");
        }
        for param in &sig.generics.params {
            if !matches!(param, GenericParam::Lifetime(_)) {
                errors.push(
                    param,
                    "a foreign function has no type or const parameters, only lifetimes",
                );
            }
        }
        if let ReturnType::Type(_, ty) = &sig.output {
            check_type(ty, "C functions return no arrays", errors);
        }
        let params = sig.inputs.iter().enumerate();
        let params = params.filter_map(|(index, input)| param(index, input, errors)).collect();
        Signature {
            generics: sig.generics.clone(),
            params,
            variadic: sig.variadic.is_some(),
            output: sig.output.clone(),
        }
    }

    /// `name: Type, …`
    pub(crate) fn declared_params(&self) -> TokenStream {
        let params = self.params.iter().map(|Param { name, ty }| quote!(#name: #ty));
        quote!(#(#params),*)
    }

    /// `name, …`
    pub(crate) fn arguments(&self) -> TokenStream {
        let names = self.params.iter().map(|param| &param.name);
        quote!(#(#names),*)
    }

    /// The type of the result, `()` if none is written.
    pub(crate) fn output_type(&self) -> TokenStream {
        match &self.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        }
    }

    /// The function pointer type, for use where the lifetimes of the declaration are in scope.
    pub(crate) fn pointer(&self, unsafety: &TokenStream, abi: &LitStr) -> TokenStream {
        let types = self.params.iter().map(|param| &param.ty);
        let output = &self.output;
        let dots = self.variadic.then(|| quote!(...));
        quote!(#unsafety extern #abi fn(#(#types,)* #dots) #output)
    }

    /// The function pointer type for use anywhere.
    pub(crate) fn closed_pointer(&self, unsafety: &TokenStream, abi: &LitStr) -> TokenStream {
        let pointer = self.pointer(unsafety, abi);
        let mut lifetimes = self.generics.lifetimes().map(|param| &param.lifetime).peekable();
        if lifetimes.peek().is_some() { quote!(for<#(#lifetimes),*> #pointer) } else { pointer }
    }

    /// Whether a parameter is written as a function pointer, so that the callee may run a callback.
    pub(crate) fn takes_callback(&self) -> bool {
        self.params.iter().any(|param| is_function_pointer(&param.ty))
    }
}

fn param(index: usize, input: &FnArg, errors: &mut Errors) -> Option<Param> {
    let input = match input {
        FnArg::Typed(input) => input,
        FnArg::Receiver(receiver) => {
            errors.push(receiver, "a foreign function has no `self`");
            return None;
        }
    };
    if let Some(attribute) = input.attrs.first() {
        errors.push(attribute, "parameters of a foreign function take no attributes");
    }
    check_type(
        &input.ty,
        "C takes an array as a pointer to its first element: write `*const T` or `*mut T`",
        errors,
    );
    let unnamed = format_ident!("__arg{index}", span = Span::mixed_site());
    let name = match &*input.pat {
        Pat::Ident(pat)
            if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() =>
        {
            pat.ident.clone()
        }
        Pat::Wild(_) => unnamed,
        other => {
            errors.push(other, "a parameter of a foreign function is a name or `_`");
            unnamed
        }
    };
    Some(Param { name, ty: (*input.ty).clone() })
}

/// Reports types that no C function has.
fn check_type(ty: &Type, of_array: &str, errors: &mut Errors) {
    match ty {
        Type::Group(group) => check_type(&group.elem, of_array, errors),
        Type::Paren(paren) => check_type(&paren.elem, of_array, errors),
        Type::Array(array) => errors.push(array, of_array),
        Type::ImplTrait(ty) => errors.push(ty, "a foreign function has no generic parameters"),
        _ => {}
    }
}

/// A function pointer, also in `Option`, which is how a nullable one is written.
fn is_function_pointer(ty: &Type) -> bool {
    match ty {
        Type::FnPtr(_) => true,
        Type::Group(group) => is_function_pointer(&group.elem),
        Type::Paren(paren) => is_function_pointer(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
            segment.ident == "Option"
                && match &segment.arguments {
                    PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(
                        |argument| matches!(argument, GenericArgument::Type(ty) if is_function_pointer(ty)),
                    ),
                    _ => false,
                }
        }),
        _ => false,
    }
}
