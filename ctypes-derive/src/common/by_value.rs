//! Types that rustc may pass by value in another way than C does, and what the expansions ask of them.
//!
//! A macro cannot know: it asks the type, at compile time, through `Probe`, which puts no bound on it. Where the
//! answer is no, a call takes the general engine; where a bare function pointer is handed out, it is refused.

use crate::common::item::{Block, Item, Kind};
use crate::common::signature::{Signature, spelled};
use crate::record::expand::{located, located_at};
use crate::record::spelling;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{Lifetime, ReturnType, Type};

/// The checks for all functions of a block.
pub(crate) fn checks(block: &Block, krate: &TokenStream) -> TokenStream {
    let checks = block.items.iter().filter_map(|item| {
        let Kind::Function(signature) = &item.kind else { return None };
        Some(of_function(item, signature, block, krate))
    });
    checks.collect()
}

fn of_function(
    item: &Item,
    signature: &Signature,
    block: &Block,
    krate: &TokenStream,
) -> TokenStream {
    let is_pointer = signature.variadic || item.attributes.optional.is_some();
    let conv = block.abi.call_conv();
    let asserts: Vec<TokenStream> =
        asked(signature).map(|ty| assertion(ty, is_pointer, &conv, krate)).collect();
    if asserts.is_empty() {
        return TokenStream::new();
    }
    let (block_cfg, cfg) = (&block.attributes.cfg, &item.attributes.cfg);
    let routed = routed(signature, krate);
    quote! {
        #(#block_cfg)*
        #(#cfg)*
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private::PassedAsDeclared as _;
            #[allow(dead_code)]
            #routed
            #(#asserts)*
        };
    }
}

/// The types of a signature that have to be asked, parameters first.
fn asked(signature: &Signature) -> impl Iterator<Item = &Type> {
    let output = match &signature.output {
        ReturnType::Type(_, ty) => Some(&**ty),
        ReturnType::Default => None,
    };
    signature.params.iter().map(|param| &param.ty).chain(output).filter(|ty| may_differ(ty))
}

/// A constant that says whether one of the types needs the engine.
fn routed(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let probes = asked(signature).map(|ty| probe(ty, krate));
    quote!(const __ROUTED: ::core::primitive::bool = !(#(<#probes>::BY_VALUE)&&*);)
}

/// What stands for the parameters that have to be asked.
pub(crate) fn probes(signature: &Signature, krate: &TokenStream) -> Vec<TokenStream> {
    let types = signature.params.iter().map(|param| &param.ty).filter(|ty| may_differ(ty));
    types.map(|ty| probe(ty, krate)).collect()
}

/// Refuses what neither rustc nor an engine passes as C does.
fn assertion(ty: &Type, is_pointer: bool, conv: &Ident, krate: &TokenStream) -> TokenStream {
    let probe = probe(ty, krate);
    let text = spelled(ty);
    let span = located(ty);
    let krate = located_at(krate, span);
    if is_pointer {
        let message = format!(
            "rustc does not pass `{text}` by value as C does, so that a pointer to this function could not be called; \
             call it through a run-time signature"
        );
        return quote_spanned! {span=>
            #krate::__private::assert_passable(<#probe>::REFUSED);
            ::core::assert!(<#probe>::BY_VALUE, #message);
        };
    }
    let message = format!(
        "rustc does not pass `{text}` by value as C does; calls that do need the feature `libffi` of ctypes"
    );
    quote_spanned! {span=>
        #krate::__private::assert_passable(<#probe>::REFUSED);
        ::core::assert!(<#probe>::BY_VALUE || #krate::__private::ENGINE, #message);
        #krate::__private::assert_passed_by_engine(__ROUTED, <#probe>::TYPE, #krate::CallConv::#conv);
    }
}

/// A call as C makes it: `direct` if rustc passes all types as C does, else through the engine, at the
/// address `bound`. With `watched` either gives the error number too.
pub(crate) fn route(
    item: &Item,
    signature: &Signature,
    block: &Block,
    krate: &TokenStream,
    direct: &TokenStream,
    bound: &TokenStream,
    watched: Option<&TokenStream>,
) -> TokenStream {
    if asked(signature).next().is_none() {
        return direct.clone();
    }
    let routed = routed(signature, krate);
    let described = |ty: &Type| {
        if is_pointer(ty) {
            return quote!(&#krate::Type::VOID_PTR);
        }
        let probe = probe(ty, krate);
        quote!(#krate::__private::described(__ROUTED, <#probe>::TYPE))
    };
    let params = signature.params.iter().map(|param| described(&param.ty));
    let result = match &signature.output {
        ReturnType::Type(_, ty) => described(ty),
        ReturnType::Default => quote!(&#krate::Type::VOID),
    };
    let name = item.name();
    let conv = block.abi.call_conv();
    let arguments = signature.params.iter().map(|param| {
        let name = &param.name;
        quote!((&raw const #name).cast::<::core::ffi::c_void>())
    });
    let planned = |errno: TokenStream| quote!(__PLAN.call((#bound) as *const ::core::ffi::c_void, &[#(#arguments),*], #errno));
    let planned = match watched {
        None => planned(quote!(::core::option::Option::None)),
        Some(number) => {
            let call = planned(quote!(__errno));
            quote!(<#number as #krate::__private::LeftByCall>::by_engine(|__errno| #call))
        }
    };
    quote! {{
        #[allow(unused_imports)]
        use #krate::__private::PassedAsDeclared as _;
        #routed
        if __ROUTED {
            static __PLAN: #krate::__private::Plan = #krate::__private::Plan::new(
                #name,
                #krate::CallConv::#conv,
                #result,
                &[#(#params),*],
            );
            #planned
        } else {
            #direct
        }
    }}
}

fn probe(ty: &Type, krate: &TokenStream) -> TokenStream {
    let mut closed = ty.clone();
    StaticLifetimes.visit_type_mut(&mut closed);
    quote!(#krate::__private::Probe<#closed>)
}

/// Pointers, references and scalars are passed as declared: not asked, to keep the expansion small.
fn may_differ(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => may_differ(&group.elem),
        Type::Paren(paren) => may_differ(&paren.elem),
        Type::Path(path) if !is_pointer(ty) => {
            path.path.segments.last().is_none_or(|segment| !is_scalar(&segment.ident.to_string()))
        }
        _ => false,
    }
}

fn is_scalar(name: &str) -> bool {
    spelling::is_primitive(name)
        || spelling::by_rust_name(name).is_some_and(|scalar| scalar.konst != "LONGDOUBLE")
}

/// Whether a type is a pointer by its spelling, in `Option` too.
fn is_pointer(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_pointer(&group.elem),
        Type::Paren(paren) => is_pointer(&paren.elem),
        Type::Ptr(_) | Type::Reference(_) | Type::FnPtr(_) => true,
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            last.ident == "NonNull"
                || last.ident == "Option"
                    && match &last.arguments {
                        syn::PathArguments::AngleBracketed(arguments) => arguments
                            .args
                            .iter()
                            .any(|a| matches!(a, syn::GenericArgument::Type(ty) if is_pointer(ty))),
                        _ => false,
                    }
        }),
        _ => false,
    }
}

/// Lifetimes do not change how a value is passed, and those of the function are not in scope in a constant.
pub(crate) struct StaticLifetimes;

impl VisitMut for StaticLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.span());
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        // A pointer to a function brings its own lifetimes.
        if !matches!(ty, Type::FnPtr(_)) {
            visit_type_mut(self, ty);
        }
    }
}
