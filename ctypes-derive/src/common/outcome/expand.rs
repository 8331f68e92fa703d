//! A function of ours around the call of a C function: what it takes, what it returns, and what it does in between.
//!
//! Parameters that C fills are memory of ours; constants are filled in; the call is made, with nothing between
//! it and the error number that it leaves; then what it returned is sorted into what is returned.

use super::{Failure, Number, Outcome};
use crate::common::by_value::StaticLifetimes;
use crate::common::call::call;
use crate::common::docs;
use crate::common::item::{Block, Item, Kind};
use crate::common::options::Options;
use crate::common::signature::{Lent, Param, Role, Signature, spelled};
use crate::record::expand::{located, located_at};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type};

/// A declared function and everything that was asked for it.
pub(crate) struct Call<'a> {
    pub(crate) item: &'a Item,
    pub(crate) signature: &'a Signature,
    block: &'a Block,
    options: &'a Options,
    krate: &'a TokenStream,
    outcome: Outcome,
    /// An expression for the library's name, an `Option<&str>`.
    library: TokenStream,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        item: &'a Item,
        signature: &'a Signature,
        block: &'a Block,
        options: &'a Options,
        krate: &'a TokenStream,
        library: TokenStream,
    ) -> Self {
        let outcome = super::of(item, signature, &options.outcome);
        Call { item, signature, block, options, krate, outcome, library }
    }

    /// `-> R`, or nothing.
    pub(crate) fn output(&self) -> TokenStream {
        if self.is_plain() || self.signature.is_never() {
            return self.signature.output.to_token_stream();
        }
        let ty = self.output_type();
        quote!(-> #ty)
    }

    /// The type that is returned; `()` for nothing, one without values if the function does not return.
    pub(crate) fn output_type(&self) -> TokenStream {
        if self.signature.is_never() {
            return quote!(::core::convert::Infallible);
        }
        let signature = self.signature;
        let declared = signature.output_type();
        let outputs: Vec<TokenStream> = signature.outputs().map(|(_, ty)| quote!(#ty)).collect();
        let number = self.number();
        let result = &self.outcome.result;
        let out_of_result = |own: TokenStream, error: TokenStream| {
            let kept = if outputs.is_empty() { own } else { tuple(&outputs) };
            quote_spanned!(self.span()=> ::core::result::Result<#kept, #error>)
        };
        if let Some(check) = &result.check {
            let Some(by) = &check.by else {
                let checked = self.asked(&quote!(CheckReturn));
                return out_of_result(quote!(#checked::Out), quote!(#checked::Error));
            };
            let mut output = by.output.clone();
            Inferred(&declared).visit_type_mut(&mut output);
            if !outputs.is_empty()
                && let Some(first) = first_argument_mut(&mut output)
            {
                let own = (!is_unit(first)).then(|| quote!(#first));
                let kept: Vec<TokenStream> = own.into_iter().chain(outputs).collect();
                *first = Type::Verbatim(tuple(&kept));
            }
            return quote!(#output);
        }
        let failure = result.left.as_ref().and_then(|left| left.failure.as_ref());
        match failure {
            Some(Failure::Value(_)) => out_of_result(declared, number),
            Some(Failure::Null) => {
                let asked = self.asked(&quote!(__private::Nullable));
                out_of_result(quote!(#asked::Out), number)
            }
            Some(Failure::Nonzero | Failure::Result) => out_of_result(quote!(()), number),
            None => {
                let own = (!signature.is_void()).then_some(declared);
                let number = result.left.is_some().then_some(number);
                tuple(&own.into_iter().chain(outputs).chain(number).collect::<Vec<_>>())
            }
        }
    }

    /// An `# Errors` section, if the function has errors and the user's documentation has no such section.
    pub(crate) fn docs(&self) -> Option<TokenStream> {
        let result = &self.outcome.result;
        if !result.is_fallible() || docs::has_section(&self.item.attributes.docs, "# Errors") {
            return None;
        }
        let (empty, title) = (docs::line(""), docs::line("# Errors"));
        let text = docs::line(match (&result.check, &result.left) {
            (None, Some(left)) if left.number == Number::LastError => {
                "What `GetLastError` tells after the call, if the result means failure."
            }
            (None, Some(_)) => "The error number of the call, if the result means failure.",
            _ => "What the check of the result says.",
        });
        Some(quote!(#empty #title #text))
    }

    /// Whether the function does nothing but call.
    fn is_plain(&self) -> bool {
        self.outcome.result.key().is_none()
            && self.outcome.trace.is_none()
            && self.signature.is_plain()
    }

    /// The type of the error number.
    fn number(&self) -> TokenStream {
        let krate = self.krate;
        match self.outcome.result.left.as_ref().map(|left| left.number) {
            Some(Number::LastError) => quote!(#krate::__private::LastError),
            _ => quote!(#krate::Errno),
        }
    }

    /// `<R as Trait>` of the C result, on whose type an error is that it has no such trait.
    fn asked(&self, name: &TokenStream) -> TokenStream {
        let (span, ty) = (self.span(), self.signature.output_type());
        let (krate, name) = (located_at(self.krate, span), located_at(name, span));
        quote_spanned!(span=> <#ty as #krate::#name>)
    }

    /// The place of the result's type.
    fn span(&self) -> Span {
        match &self.signature.output {
            ReturnType::Default => Span::mixed_site().located_at(self.item.ident.span()),
            ReturnType::Type(_, ty) => located(ty),
        }
    }

    /// Whether the error number has to be read after the call.
    fn is_watched(&self) -> bool {
        let left = self.outcome.result.left.as_ref();
        left.is_some_and(|left| !matches!(left.failure, Some(Failure::Result)))
    }

    /// The body: a block whose value is what is returned.
    ///
    /// `pointer` is of the function pointer type; `bound` is the address of the function itself, not of a stub.
    pub(crate) fn body(&self, pointer: &TokenStream, bound: &TokenStream) -> TokenStream {
        let watched = self.is_watched().then(|| self.number());
        let Call { item, signature, block, options, krate, .. } = self;
        let call = call(item, signature, block, options, krate, pointer, bound, watched.as_ref());
        if self.is_plain() {
            return quote!({ unsafe { #call } });
        }
        let call = lent(signature, krate, &quote!(unsafe { #call }));
        let memory = signature.params.iter().map(memory);
        let (result, number) = (local("result"), local("number"));
        let (before, after) = self.trace(&result, watched.is_some().then_some(&number));
        let received = if watched.is_some() { quote!((#result, #number)) } else { quote!(#result) };
        let returned = self.returned(&result, &number);
        if signature.is_never() {
            return quote!({ #(#memory)* #before #call });
        }
        let other_systems = self.other_systems();
        quote_spanned! {self.span()=> {
            #other_systems
            #(#memory)*
            #before
            let #received = #call;
            #after
            #returned
        }}
    }

    /// A body that is never run, after an error.
    pub(crate) fn stand_in(&self) -> TokenStream {
        quote_spanned!(self.span()=> { loop {} })
    }

    /// What is returned, of the result and the error number.
    fn returned(&self, result: &Ident, number: &Ident) -> TokenStream {
        let outputs: Vec<TokenStream> = self.signature.params.iter().filter_map(output).collect();
        let (ok, err) = (quote!(::core::result::Result::Ok), quote!(::core::result::Result::Err));
        let value = local("value");
        let span = self.span();
        let kept = |own: TokenStream| if outputs.is_empty() { own } else { tuple(&outputs) };
        let treatment = &self.outcome.result;
        if let Some(check) = &treatment.check {
            let Some(by) = &check.by else {
                let kept = kept(quote!(#value));
                let checked = self.asked(&quote!(CheckReturn));
                return quote_spanned! {span=>
                    match #checked::check(#result) {
                        #ok(#value) => #ok(#kept),
                        #err(#value) => #err(#value),
                    }
                };
            };
            let path = &by.path;
            let number = treatment.left.is_some().then(|| quote!(, #number));
            let checked = quote!(#path(#result #number));
            if outputs.is_empty() {
                return checked;
            }
            let own = first_argument(&by.output).is_some_and(|first| !is_unit(first));
            let own = own.then(|| quote!(#value));
            let kept = tuple(&own.into_iter().chain(outputs).collect::<Vec<_>>());
            return quote! {
                match #checked {
                    #ok(#value) => #ok(#kept),
                    #err(#value) => #err(#value),
                }
            };
        }
        let failure = treatment.left.as_ref().and_then(|left| left.failure.as_ref());
        match failure {
            Some(Failure::Value(failed)) => {
                let kept = kept(quote!(#result));
                quote!(if #result == (#failed) { #err(#number) } else { #ok(#kept) })
            }
            Some(Failure::Null) => {
                let kept = kept(quote!(#value));
                let asked = self.asked(&quote!(__private::Nullable));
                quote_spanned! {span=>
                    match #asked::non_null(#result) {
                        ::core::option::Option::Some(#value) => #ok(#kept),
                        ::core::option::Option::None => #err(#number),
                    }
                }
            }
            Some(Failure::Nonzero) => {
                let kept = kept(quote!(()));
                quote!(if #result != 0 { #err(#number) } else { #ok(#kept) })
            }
            Some(Failure::Result) => {
                let (kept, ty) = (kept(quote!(())), self.number());
                let asked = self.asked(&quote!(__private::ErrorNumber<#ty>));
                quote_spanned! {span=>
                    match #asked::number(#result) {
                        ::core::option::Option::Some(#number) => #err(#number),
                        ::core::option::Option::None => #ok(#kept),
                    }
                }
            }
            None => {
                let own = (!self.signature.is_void()).then(|| quote!(#result));
                let number = treatment.left.is_some().then(|| quote!(#number));
                tuple(&own.into_iter().chain(outputs).chain(number).collect::<Vec<_>>())
            }
        }
    }

    /// What is done for a trace before the call and after it; all of it before, if the call does not return.
    fn trace(&self, result: &Ident, number: Option<&Ident>) -> (TokenStream, TokenStream) {
        let Some(trace) = &self.outcome.trace else {
            return (TokenStream::new(), TokenStream::new());
        };
        let krate = &located_at(self.krate, trace.key.span());
        let target = match &trace.target {
            Some(target) => quote!(#target),
            None => quote!(::core::module_path!()),
        };
        let (arguments, name, library) = (local("arguments"), self.item.name(), &self.library);
        let given = |param: &&Param| !matches!(param.role, Role::Callback(_) | Role::UserData);
        let shown = self.signature.params.iter().filter(given).map(|param| {
            let (name, value) = (param.name.unraw().to_string(), &param.name);
            quote!(#name: #value)
        });
        let before = quote_spanned!(trace.key.span()=>
            let #arguments = #krate::__private::trace_arguments!(#target, #(#shown),*);
        );
        let event = |result: TokenStream| {
            let number = number.into_iter();
            quote! {
                #krate::__private::trace_result!(#target, #name, #library, #arguments, #result #(, #number)*);
            }
        };
        if self.signature.is_never() {
            let event = event(quote!(::core::format_args!("!")));
            return (quote!(#before #event), TokenStream::new());
        }
        (before, event(quote!(#result)))
    }

    /// Says where only Windows has what is asked for.
    fn other_systems(&self) -> Option<TokenStream> {
        let left = self.outcome.result.left.as_ref()?;
        (left.number == Number::LastError).then(|| {
            quote_spanned! {left.key.span()=>
                #[cfg(not(windows))]
                ::core::compile_error!(
                    "only Windows has `last_error`: declare the function under #[cfg(windows)], \
                     or use `errno`"
                );
            }
        })
    }
}

/// A local of the generated function, out of reach of the user's names.
fn local(name: &str) -> Ident {
    format_ident!("__{name}", span = Span::mixed_site())
}

fn place(param: &Param) -> Ident {
    format_ident!("__memory_of_{}", param.name.unraw(), span = Span::mixed_site())
}

/// The statements that make the argument of a parameter that the caller does not give as it is.
fn memory(param: &Param) -> TokenStream {
    let Param { name, ty, role } = param;
    let place = place(param);
    match role {
        Role::In => TokenStream::new(),
        Role::Out(pointee) => quote! {
            let mut #place = ::core::mem::MaybeUninit::<#pointee>::zeroed();
            let #name: #ty = #place.as_mut_ptr();
        },
        Role::InOut(pointee) => quote! {
            let mut #place: #pointee = #name;
            let #name: #ty = &raw mut #place;
        },
        Role::Default(value) => quote!(let #name: #ty = const { #value };),
        Role::Callback(_) => quote!(let mut #place = #name;),
        Role::UserData => TokenStream::new(),
    }
}

/// A call, while a closure is lent to C, if it takes one.
fn lent(signature: &Signature, krate: &TokenStream, call: &TokenStream) -> TokenStream {
    let Some((callback, Lent { params, output, data_first, nullable }, data)) = signature.lent()
    else {
        return call.clone();
    };
    let span = located(&callback.ty);
    let krate = located_at(krate, span);
    let function = if *data_first { quote!(with_data_first) } else { quote!(with_data_last) };
    let output = match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let (place, pointer, address) = (place(callback), local("function"), local("data"));
    let (name, ty) = (&callback.name, &callback.ty);
    let (data_name, data_ty) = (&data.name, &data.ty);
    let given =
        if *nullable { quote!(::core::option::Option::Some(#pointer)) } else { quote!(#pointer) };
    quote_spanned! {span=>
        #krate::__private::#function::<(#(#params,)*), #output, _, _, _>(&mut #place, |#pointer, #address| {
            let #name: #ty = #given;
            let #data_name: #data_ty = #address.cast();
            #call
        })
    }
}

/// What a parameter that C fills holds after the call.
fn output(param: &Param) -> Option<TokenStream> {
    let place = place(param);
    match param.role {
        Role::In | Role::Default(_) | Role::Callback(_) | Role::UserData => None,
        // SAFETY of what is generated: zero is a value of the type, which is asserted, and what C has written
        // is one, which the author of the block vouches for.
        Role::Out(_) => Some(quote!(unsafe { #place.assume_init() })),
        Role::InOut(_) => Some(quote!(#place)),
    }
}

/// Nothing, the only one, or a tuple.
fn tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [one] => one.clone(),
        parts => quote!((#(#parts),*)),
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The `T` of `Result<T, E>`, or of a name for it.
pub(super) fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn first_argument_mut(ty: &mut Type) -> Option<&mut Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last_mut()?;
    let PathArguments::AngleBracketed(arguments) = &mut last.arguments else { return None };
    arguments.args.iter_mut().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Puts the type of the C result where the user wrote `_`.
struct Inferred<'a>(&'a TokenStream);

impl VisitMut for Inferred<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::Infer(_)) {
            *ty = Type::Verbatim(self.0.clone());
        } else {
            visit_type_mut(self, ty);
        }
    }
}

/// The assertions about what C fills, on the types of the parameters.
pub(crate) fn checks(block: &Block, krate: &TokenStream) -> TokenStream {
    let block_cfg = &block.attributes.cfg;
    let checks = block.items.iter().filter_map(|item| {
        let Kind::Function(signature) = &item.kind else { return None };
        let asserts: Vec<TokenStream> =
            signature.params.iter().filter_map(|param| assertion(param, krate)).collect();
        let cfg = &item.attributes.cfg;
        (!asserts.is_empty()).then(|| {
            quote! {
                #(#block_cfg)*
                #(#cfg)*
                const _: () = { #(#asserts)* };
            }
        })
    });
    checks.collect()
}

fn assertion(param: &Param, krate: &TokenStream) -> Option<TokenStream> {
    let (pointee, must_be_zero) = match &param.role {
        Role::In | Role::Default(_) | Role::Callback(_) | Role::UserData => return None,
        Role::Out(pointee) => (pointee, true),
        Role::InOut(pointee) => (pointee, false),
    };
    let span = located(pointee);
    let krate = located_at(krate, span);
    let mut closed = pointee.clone();
    StaticLifetimes.visit_type_mut(&mut closed);
    let message = format!(
        "an #[out] parameter is zero before the call, which is no value of `{}`; use #[inout], or pass a pointer",
        spelled(pointee)
    );
    Some(if must_be_zero {
        quote_spanned!(span=> ::core::assert!(<#closed as #krate::CType>::ZERO, #message);)
    } else {
        quote_spanned!(span=> let _ = <#closed as #krate::CType>::TYPE;)
    })
}
