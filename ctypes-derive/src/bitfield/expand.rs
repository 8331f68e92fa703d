//! From the model to the struct that rustc sees.

use super::accessors::{self, Place};
use super::derives::Derives;
use super::traits;
use crate::record::describe::{field_rules, rules, sized};
use crate::record::expand::{located, located_at, place, planned_members, storage};
use crate::record::mixed;
use crate::record::model::{Form, Record};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Attribute, Data, DeriveInput};

pub(super) fn expand(
    input: &DeriveInput,
    record: &Record,
    derives: &Derives,
    plan: &Ident,
    core: &TokenStream,
) -> TokenStream {
    let (ident, vis, generics) = (record.ident, &input.vis, record.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    // The plan has done what packing and alignment do.
    let repr = (record.form() != Form::Fields).then(|| mixed!(#[repr(C)]));
    let is_replaced = |a: &Attribute| repr.is_some() && a.path().is_ident("repr");
    let attrs = input.attrs.iter().filter(|a| !is_ours(a) && !is_replaced(a));
    let members = members(record, plan, core);
    let planned = planned(record, plan, core);
    let accessors = accessors::accessors(record, plan, core);
    let ctype = crate::record::expand::expand(record, core);
    let traits = traits::traits(record, derives, &Storages::of(record, plan, core));
    let zeroed_doc = format!("A `{ident}` of all bits zero, as C initialises static memory.");
    mixed! {
        #(#attrs)*
        #repr
        #vis struct #ident #generics #where_clause {
            #members
        }

        #planned
        #ctype

        #[automatically_derived]
        #[allow(dead_code, deprecated)]
        const _: () = {
            impl #impl_generics #ident #ty_generics #where_clause {
                #[doc = #zeroed_doc]
                #[doc = ""]
                #[doc = "# Panics"]
                #[doc = ""]
                #[doc = "If zero is no value of a field; in a constant that does not compile."]
                #[inline]
                #[must_use]
                #vis const fn zeroed() -> Self
                where
                    Self: #core::CType,
                {
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
    input.attrs.retain(|a| !is_ours(a) && !a.path().is_ident("repr"));
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

/// What the members that the user did not write are made of.
pub(super) struct Storages<'a> {
    record: &'a Record<'a>,
    plan: &'a Ident,
    pub(super) core: &'a TokenStream,
}

impl<'a> Storages<'a> {
    fn of(record: &'a Record<'a>, plan: &'a Ident, core: &'a TokenStream) -> Storages<'a> {
        Storages { record, plan, core }
    }

    /// The bits of the field of that index.
    pub(super) fn place(&self, index: usize) -> Place {
        accessors::place(self.record, self.plan, index, self.core)
    }

    /// Those members in a literal, all zero.
    pub(super) fn zero(&self) -> TokenStream {
        let Storages { record, plan, core } = self;
        let runs = (0..record.runs()).map(|run| {
            let (storage, choice) = (storage(run), choice(record, run, plan, core));
            let (lead, tail) = padding(run);
            match record.form() {
                Form::Overlay => mixed!(#storage: #choice::ZERO,),
                Form::Fields | Form::Bytes => mixed! {
                    #lead: [::core::mem::MaybeUninit::zeroed(); #plan.runs[#run].lead],
                    #storage: <#choice as #core::__private::Storage>::ZERO,
                    #tail: [::core::mem::MaybeUninit::zeroed(); #plan.runs[#run].tail],
                },
            }
        });
        let gaps = gaps(record, plan)
            .into_iter()
            .map(|(name, len)| mixed!(#name: [::core::mem::MaybeUninit::zeroed(); #len],));
        mixed!(__align: [], #(#runs)* #(#gaps)*)
    }
}

/// What stands around the storage of a run where rustc alone would not put it in its place.
fn padding(run: usize) -> (Ident, Ident) {
    (format_ident!("__lead{run}"), format_ident!("__tail{run}"))
}

/// What stands before ordinary members that are bytes, and behind the last of them, with its length.
fn gaps(record: &Record, plan: &Ident) -> Vec<(Ident, TokenStream)> {
    if record.form() != Form::Bytes {
        return Vec::new();
    }
    let ordinary = record.fields.iter().enumerate().filter(|(_, field)| field.run.is_none());
    let mut gaps: Vec<_> =
        ordinary.map(|(i, _)| (format_ident!("__gap{i}"), mixed!(#plan.leads[#i]))).collect();
    gaps.push((format_ident!("__end"), mixed!(#plan.tail)));
    gaps
}

/// The type from which that of a run's storage follows; of a union the storage.
fn choice(record: &Record, run: usize, plan: &Ident, core: &TokenStream) -> TokenStream {
    match record.form() {
        Form::Overlay => mixed!(#core::__private::Overlay::<{ #plan.size }>),
        Form::Fields | Form::Bytes => mixed!(#core::__private::Choice<
            { #plan.runs[#run].is_integer },
            { #plan.runs[#run].len },
        >),
    }
}

fn members(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let mut tokens = mixed! {
        __align: [
            <#core::__private::Align<{ #plan.align }> as #core::__private::Aligned>::Type; 0
        ],
    };
    let mut gaps = gaps(record, plan)
        .into_iter()
        .map(|(name, len)| mixed!(#name: [::core::mem::MaybeUninit<::core::primitive::u8>; #len],));
    let mut next_run = 0;
    for field in &record.fields {
        let Some(run) = field.run else {
            let (attrs, vis, member, ty) = (&field.attrs, field.vis, &field.member, field.ty);
            tokens.extend(match gaps.next() {
                Some(gap) => mixed!(#gap #member: #core::__private::Unaligned<#ty>,),
                None => mixed!(#(#attrs)* #vis #member: #ty,),
            });
            continue;
        };
        if run < next_run {
            continue;
        }
        next_run = run + 1;
        let storage = storage(run);
        let (lead, tail) = padding(run);
        let choice = choice(record, run, plan, core);
        tokens.extend(match record.form() {
            Form::Overlay => mixed!(#storage: #choice,),
            Form::Fields | Form::Bytes => mixed! {
                #lead: [::core::mem::MaybeUninit<::core::primitive::u8>; #plan.runs[#run].lead],
                #storage: <#choice as #core::__private::Storage>::Type,
                #tail: [::core::mem::MaybeUninit<::core::primitive::u8>; #plan.runs[#run].tail],
            },
        });
    }
    tokens.extend(gaps);
    let markers = &record.markers;
    mixed!(#tokens #(#markers,)*)
}

/// The constant from which all places are taken, and what is asserted of it at once: a generic struct is
/// asserted to be as planned only where it is used.
fn planned(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let members = record.planned();
    let (fields, runs) = (members.len(), record.runs());
    let rules = rules(record, core);
    let form = match record.form() {
        Form::Fields if fields < record.fields.len() => "Open",
        Form::Fields => "Fields",
        Form::Bytes => "Bytes",
        Form::Overlay => "Overlay",
    };
    let form = Ident::new(form, Span::mixed_site());
    let overlaid = members.iter().filter(|f| form == "Overlay" && f.bits.is_none()).map(|field| {
        let (ty, at) = (field.ty, located(field.ty));
        let place = place(&record.tag(), &field.name());
        let core = located_at(core, at);
        quote_spanned! {at=>
            const _: () =
                #core::__private::assert_overlaid::<#ty>(#core::__private::FieldOf(#place));
        }
    });
    let asserted = planned_members(record, None, core);
    let asserted = record.is_generic().then_some(asserted);
    let members = members.iter().map(|field| {
        let support = mixed!(#core::__private);
        let ty = sized(&field.shape, &support, Span::mixed_site());
        let rules = field_rules(record, field, core);
        mixed!(#support::Planned { ty: <#ty as #support::Spelled>::TYPE, rules: #rules })
    });
    mixed! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        const #plan: #core::__private::BitPlan<#fields, #runs> = #core::__private::BitPlan::new(
            #rules,
            &[#(#members),*],
            #core::__private::Form::#form,
        );
        const _: () = { #asserted };
        #(#overlaid)*
    }
}
