//! From the model to the struct that rustc sees.

use super::derives::Derives;
use super::{accessors, traits};
use crate::record::expand::{field_rules, rules, sized, storage};
use crate::record::mixed;
use crate::record::model::Record;
use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use syn::{Attribute, Data, DeriveInput};

pub(super) fn expand(
    input: &DeriveInput,
    record: &Record,
    derives: &Derives,
    plan: &Ident,
    core: &TokenStream,
) -> TokenStream {
    let (ident, vis) = (record.ident, &input.vis);
    let align = record.repr.align.map(proc_macro2::Literal::u64_unsuffixed);
    let block = record.repr.is_block().then(|| mixed!(#[repr(C, align(#align))]));
    let is_replaced = |a: &Attribute| block.is_some() && a.path().is_ident("repr");
    let attrs = input.attrs.iter().filter(|a| !is_ours(a) && !is_replaced(a));
    let members = members(record, plan, core);
    let planned = planned(record, plan, core);
    let accessors = accessors::accessors(record, plan, core);
    let ctype = crate::record::expand::expand(record, core);
    let storages = zero_storages(record, plan, core);
    let traits = traits::traits(record, derives, plan, &storages);
    let zeroed_doc = format!("A `{ident}` of all bits zero, as C initialises static memory.");
    mixed! {
        #(#attrs)*
        #block
        #vis struct #ident {
            #members
        }

        #planned
        #ctype

        #[automatically_derived]
        #[allow(dead_code, deprecated)]
        const _: () = {
            impl #ident {
                #[doc = #zeroed_doc]
                #[doc = ""]
                #[doc = "# Panics"]
                #[doc = ""]
                #[doc = "If zero is no value of a field; in a constant that does not compile."]
                #[inline]
                #[must_use]
                #vis const fn zeroed() -> Self {
                    #core::__private::zeroed::<Self>()
                }

                #accessors
            }

            #traits
        };
    }
}

/// Takes our own attributes away, for the case of an error, where no macro is left to do so.
pub(super) fn strip(input: &mut DeriveInput) {
    input.attrs.retain(|a| !is_ours(a));
    let fields = match &mut input.data {
        Data::Struct(data) => data.fields.iter_mut().collect(),
        Data::Union(data) => data.fields.named.iter_mut().collect(),
        Data::Enum(_) => Vec::new(),
    };
    for field in fields {
        field.attrs.retain(|a| !is_ours(a));
    }
}

fn is_ours(attr: &Attribute) -> bool {
    ["anonymous", "base", "bits", "ctype", "ctypes"].iter().any(|own| attr.path().is_ident(own))
}

/// What stands around the storage of a run where rustc alone would not put it in its place.
fn padding(run: usize) -> (Ident, Ident) {
    (format_ident!("__lead{run}"), format_ident!("__tail{run}"))
}

/// The type from which that of a run's storage follows.
fn choice(record: &Record, run: usize, plan: &Ident, core: &TokenStream) -> TokenStream {
    // An integer would have to be aligned.
    if record.repr.is_block() {
        return mixed!(#core::__private::Choice<false, { #plan.runs[#run].len }>);
    }
    mixed!(#core::__private::Choice<
        { #plan.runs[#run].is_integer },
        { #plan.runs[#run].len },
    >)
}

/// How many runs there are.
fn runs(record: &Record) -> usize {
    record.fields.iter().filter_map(|f| f.bits.as_ref()).map(|b| b.run + 1).max().unwrap_or(0)
}

fn members(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let is_block = record.repr.is_block();
    let align = if is_block { mixed!(1) } else { mixed!({ #plan.align }) };
    let mut tokens = mixed! {
        __align: [<#core::__private::Align<#align> as #core::__private::Aligned>::Type; 0],
    };
    let mut next_run = 0;
    for field in &record.fields {
        let Some(bits) = &field.bits else {
            let (attrs, vis, member, ty) = (&field.attrs, field.vis, &field.member, field.ty);
            tokens.extend(match is_block {
                true => mixed!(#member: #core::__private::Unaligned<#ty>,),
                false => mixed!(#(#attrs)* #vis #member: #ty,),
            });
            continue;
        };
        if bits.run < next_run {
            continue;
        }
        next_run = bits.run + 1;
        let (run, storage) = (bits.run, storage(bits.run));
        let (lead, tail) = padding(run);
        let choice = choice(record, run, plan, core);
        tokens.extend(mixed! {
            #lead: [::core::mem::MaybeUninit<::core::primitive::u8>; #plan.runs[#run].lead],
            #storage: <#choice as #core::__private::Storage>::Type,
            #tail: [::core::mem::MaybeUninit<::core::primitive::u8>; #plan.runs[#run].tail],
        });
    }
    tokens
}

/// The members of a literal that the user did not write.
fn zero_storages(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let runs = (0..runs(record)).map(|run| {
        let storage = storage(run);
        let (lead, tail) = padding(run);
        let choice = choice(record, run, plan, core);
        mixed! {
            #lead: [::core::mem::MaybeUninit::zeroed(); #plan.runs[#run].lead],
            #storage: <#choice as #core::__private::Storage>::ZERO,
            #tail: [::core::mem::MaybeUninit::zeroed(); #plan.runs[#run].tail],
        }
    });
    mixed!(__align: [], #(#runs)*)
}

/// The constant from which all places are taken.
fn planned(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let (fields, runs) = (record.fields.len(), runs(record));
    let rules = rules(record, core);
    let members = record.fields.iter().map(|field| {
        let support = mixed!(#core::__private);
        let (ty, rules) = (sized(&field.shape, &support), field_rules(field, core));
        mixed!(#core::__private::Planned { ty: <#ty as #core::__private::Spelled>::TYPE, rules: #rules })
    });
    mixed! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        const #plan: #core::__private::BitPlan<#fields, #runs> =
            #core::__private::BitPlan::new(#rules, &[#(#members),*]);
    }
}
