//! The signature of a declared function: its parameters with names, its result, and the pointer type made of them.

mod lent;

use crate::common::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Expr, FnArg, GenericParam, Generics, Ident, LitStr, Meta, Pat};
use syn::{PointerMutability, ReturnType, Type};

/// A parameter. One that the user left unnamed has a name of ours.
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

/// What a parameter of C is to the caller in Rust.
pub(crate) enum Role {
    /// A parameter.
    In,
    /// `#[out]`: a result, of the type that the pointer leads to.
    Out(Type),
    /// `#[inout]`: a parameter and a result, of the type that the pointer leads to.
    InOut(Type),
    /// `#[default(…)]`: always this.
    Default(Expr),
    /// `#[callback]`: a closure, which C calls through this pointer.
    Callback(Box<Lent>),
    /// `#[user_data]`: the address of that closure.
    UserData,
}

/// A closure that is lent to C for the length of a call.
pub(crate) struct Lent {
    /// What it takes, without the user data.
    pub(crate) params: Vec<Type>,
    pub(crate) output: ReturnType,
    /// Whether C hands the user data back as the first argument; otherwise it is the last.
    pub(crate) data_first: bool,
    /// Whether the pointer is in an `Option`.
    pub(crate) nullable: bool,
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
        let params: Vec<Param> =
            params.filter_map(|(index, input)| param(index, input, errors)).collect();
        lent::check(&params, errors);
        Signature {
            generics: sig.generics.clone(),
            params,
            variadic: sig.variadic.is_some(),
            output: sig.output.clone(),
        }
    }

    /// `name: Type, …` as the caller in Rust gives them.
    pub(crate) fn given_params(&self) -> TokenStream {
        let params = self.params.iter().filter_map(|Param { name, ty, role }| match role {
            Role::In => Some(quote!(#name: #ty)),
            Role::InOut(pointee) => Some(quote!(#name: #pointee)),
            Role::Callback(lent) => {
                let Lent { params, output, .. } = &**lent;
                Some(quote!(#name: impl ::core::ops::FnMut(#(#params),*) #output))
            }
            Role::Out(_) | Role::Default(_) | Role::UserData => None,
        });
        quote!(#(#params),*)
    }

    /// The parameters that become results, and of which type.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = (&Ident, &Type)> {
        self.params.iter().filter_map(|param| match &param.role {
            Role::Out(pointee) | Role::InOut(pointee) => Some((&param.name, pointee)),
            _ => None,
        })
    }

    /// The closure that C calls, with its parameter and that of its address.
    pub(crate) fn lent(&self) -> Option<(&Param, &Lent, &Param)> {
        let data = self.params.iter().find(|param| matches!(param.role, Role::UserData))?;
        self.params.iter().find_map(|param| match &param.role {
            Role::Callback(lent) => Some((param, &**lent, data)),
            _ => None,
        })
    }

    /// Whether the caller in Rust gives what C takes.
    pub(crate) fn is_plain(&self) -> bool {
        self.params.iter().all(|param| matches!(param.role, Role::In))
    }

    /// Whether C returns nothing.
    pub(crate) fn is_void(&self) -> bool {
        match &self.output {
            ReturnType::Default => true,
            ReturnType::Type(_, ty) => {
                matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty())
            }
        }
    }

    /// Whether the function does not return.
    pub(crate) fn is_never(&self) -> bool {
        matches!(&self.output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
    }

    /// `name: Type, …` as C takes them.
    pub(crate) fn declared_params(&self) -> TokenStream {
        let params = self.params.iter().map(|Param { name, ty, .. }| quote!(#name: #ty));
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
    let ty = (*input.ty).clone();
    let role = role(&input.attrs, &ty, errors);
    Some(Param { name, ty, role })
}

/// What the attributes of a parameter say.
fn role(attributes: &[Attribute], ty: &Type, errors: &mut Errors) -> Role {
    let mut role = Role::In;
    for attribute in attributes {
        if !matches!(role, Role::In) {
            errors
                .push(attribute, "a parameter is one of `#[out]`, `#[inout]`, `#[default(…)]`, `#[callback]` and `#[user_data]`");
            continue;
        }
        let path = attribute.path();
        if path.is_ident("callback") || path.is_ident("user_data") {
            role = lent::role(attribute, ty, errors);
        } else if path.is_ident("default") {
            match attribute.parse_args::<Expr>() {
                Ok(value) => role = Role::Default(value),
                Err(_) => errors.push(attribute, "expected a constant: `#[default(0)]`"),
            }
        } else if path.is_ident("out") || path.is_ident("inout") {
            let name = if path.is_ident("out") { "out" } else { "inout" };
            if !matches!(attribute.meta, Meta::Path(_)) {
                errors.push(attribute, format!("`#[{name}]` takes no value"));
            }
            match pointee(ty) {
                Some(pointee) if name == "out" => role = Role::Out(pointee.clone()),
                Some(pointee) => role = Role::InOut(pointee.clone()),
                None => errors.push(
                    ty,
                    format!(
                        "C fills an `#[{name}]` parameter through a pointer: expected `*mut T`, found `{}`",
                        spelled(ty)
                    ),
                ),
            }
        } else {
            errors.push(
                attribute,
                "unknown attribute on a parameter; known are: out, inout, default(…), callback, user_data",
            );
        }
    }
    role
}

/// A type as one writes it.
pub(crate) fn spelled(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for mark in ["* ", "& ", " <", "< ", " >", " ::", ":: ", " ,", " ;"] {
        text = text.replace(mark, mark.trim());
    }
    text
}

/// What a `*mut T` leads to.
fn pointee(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => pointee(&group.elem),
        Type::Paren(paren) => pointee(&paren.elem),
        Type::Ptr(pointer) if matches!(pointer.mutability, PointerMutability::Mut(_)) => {
            Some(&pointer.elem)
        }
        _ => None,
    }
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
    lent::function_pointer(ty).is_some()
}
