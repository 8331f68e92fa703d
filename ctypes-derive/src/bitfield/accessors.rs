//! The getters and setters of bit fields, and of the members that are stored as bytes.

use crate::record::describe::endian;
use crate::record::expand::{located, storage};
use crate::record::mixed;
use crate::record::model::{Bits, Field, Form, Record};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Member};

/// Where the bits of a field are: their storage, and what `read` and `with` are told.
pub(super) struct Place {
    pub(super) storage: Ident,
    pub(super) bits: TokenStream,
    pub(super) endian: TokenStream,
}

/// The place of the field of that index among all.
pub(super) fn place(record: &Record, plan: &Ident, index: usize, core: &TokenStream) -> Place {
    let order = record.options.endian.as_ref().map(endian);
    Place {
        storage: storage(record.fields[index].run.unwrap_or_default()),
        bits: mixed!(const { #plan.fields[#index] }),
        endian: match order {
            Some(order) => mixed!(#core::target::Endian::#order),
            None => mixed!(#core::target::Target::NATIVE.endian),
        },
    }
}

/// The bit fields that have a name, with their index among all fields.
pub(super) fn named<'r, 'a>(
    record: &'r Record<'a>,
) -> impl Iterator<Item = (usize, &'r Field<'a>, &'r Bits)> {
    record.fields.iter().enumerate().filter_map(|(index, field)| match &field.bits {
        Some(bits) if !field.is_unnamed() => Some((index, field, bits)),
        _ => None,
    })
}

/// All of them.
pub(super) fn accessors(record: &Record, plan: &Ident, core: &TokenStream) -> TokenStream {
    let each = named(record).map(|(index, field, bits)| {
        let place = place(record, plan, index, core);
        let access = of_bits(field, &place, bits, core);
        let (common, checked) =
            (accessor(field, &access), checked(record, field, bits, &access, core));
        mixed!(#common #checked)
    });
    let plain = record.fields.iter().filter(|f| {
        record.form() != Form::Fields && f.bits.is_none() && !f.name().starts_with('_')
    });
    let plain = plain.map(|field| accessor(field, &of_stored(record, field, core)));
    mixed!(#(#each)* #(#plain)*)
}

/// How a member is read and written, where they differ from kind to kind.
struct Access {
    /// What its doc calls a member without one of its own.
    noun: &'static str,
    /// What the setter's doc says behind the name.
    rule: &'static str,
    /// The same of the setter that gives another record.
    with_rule: String,
    /// The type that the getter gives.
    value: TokenStream,
    read: TokenStream,
    /// A statement that stores the [`parameter`].
    write: TokenStream,
}

/// What setters call the value.
fn parameter() -> Ident {
    Ident::new("value", Span::mixed_site())
}

/// Of an ordinary field that no reference can lead to.
fn of_stored(record: &Record, field: &Field, core: &TokenStream) -> Access {
    let (ty, member, parameter) = (field.ty, &field.member, parameter());
    // That the type is not `Copy` is an error there.
    let at = located(ty);
    let (read, write) = match record.form() {
        Form::Overlay => {
            let storage = storage(0);
            (
                quote_spanned!(at=> self.#storage.get::<#ty>()),
                quote_spanned!(at=> self.#storage = self.#storage.put::<#ty>(#parameter);),
            )
        }
        Form::Fields | Form::Bytes => (
            quote_spanned!(at=> self.#member.get()),
            mixed!(self.#member = #core::__private::Unaligned::new(#parameter);),
        ),
    };
    let value = ty.to_token_stream();
    Access { noun: "field", rule: "", with_rule: String::new(), value, read, write }
}

fn of_bits(field: &Field, place: &Place, bits: &Bits, core: &TokenStream) -> Access {
    let (ty, name, parameter) = (field.ty, field.name(), parameter());
    let Place { storage, bits: place, endian } = place;
    let width = &bits.width;
    // The type is the user's; that it is no bit field's is an error there.
    let at = located(ty);
    let value = if field.shape.is_its_own_value() {
        ty.to_token_stream()
    } else {
        quote_spanned!(at=> <#ty as #core::types::BitField>::Value)
    };
    let (decode, encode) = (quote_spanned!(at=> decode::<#ty>), quote_spanned!(at=> encode::<#ty>));
    let encoded = mixed!(#core::__private::#encode(#parameter));
    Access {
        noun: "bit field",
        rule: " to the low bits of `value`, as an assignment in C does",
        with_rule: format!(", as by [`set_{name}`](Self::set_{name})"),
        value,
        read: mixed!(#core::__private::#decode(self.#storage.read(#place, #endian), #width)),
        write: mixed!(self.#storage = self.#storage.with(#place, #encoded, #endian);),
    }
}

/// The docs of a field, and what else the user wrote above it, which every accessor gets.
fn attributes<'a>(field: &Field<'a>) -> (Vec<&'a Attribute>, Vec<&'a Attribute>) {
    field.attrs.iter().partition(|a| a.path().is_ident("doc"))
}

/// The name of an accessor, where the field's is.
fn method(prefix: &str, field: &Field) -> Ident {
    Ident::new(&format!("{prefix}_{}", field.name()), field.member.span())
}

/// Getter, setter, and the setter that gives another record.
fn accessor(field: &Field, access: &Access) -> TokenStream {
    let Member::Named(get) = &field.member else { return TokenStream::new() };
    let (set, with) = (method("set", field), method("with", field));
    let (name, vis, ty, parameter) = (field.name(), field.vis, field.ty, parameter());
    let Access { noun, rule, with_rule, value, read, write } = access;
    let (docs, others) = attributes(field);
    let own_doc = docs.is_empty().then(|| format!("The {noun} `{name}`."));
    let own_doc = own_doc.iter();
    let set_doc = format!("Sets `{name}`{rule}.");
    let with_doc = format!("The same with another `{name}`{with_rule}.");
    mixed! {
        #(#docs)*
        #(#[doc = #own_doc])*
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #get(&self) -> #value {
            #read
        }

        #[doc = #set_doc]
        #(#others)*
        #[inline]
        #vis const fn #set(&mut self, #parameter: #ty) {
            #write
        }

        #[doc = #with_doc]
        #(#others)*
        #[inline]
        #[must_use]
        #vis const fn #with(mut self, #parameter: #ty) -> Self {
            #write
            self
        }
    }
}

/// The setter of a bit field that refuses what does not fit.
fn checked(
    record: &Record,
    field: &Field,
    bits: &Bits,
    access: &Access,
    core: &TokenStream,
) -> TokenStream {
    let (tag, name, vis, ty) = (record.tag(), field.name(), field.vis, field.ty);
    let (width, write) = (&bits.width, &access.write);
    let (try_set, parameter) = (method("try_set", field), parameter());
    let (_, others) = attributes(field);
    let try_doc = format!("Sets `{name}`, if `value` fits.");
    let at = located(ty);
    let check_fit = quote_spanned!(at=> check_fit::<#ty>);
    mixed! {
        #[doc = #try_doc]
        #[doc = ""]
        #[doc = "# Errors"]
        #[doc = ""]
        #[doc = "If it does not fit; the field stays as it is."]
        #(#others)*
        #[inline]
        #vis const fn #try_set(
            &mut self,
            #parameter: #ty,
        ) -> ::core::result::Result<(), #core::error::BitOverflow> {
            let __checked = #core::__private::#check_fit(#tag, #name, #width, #parameter);
            if __checked.is_ok() {
                #write
            }
            __checked
        }
    }
}
