//! `remote = path`: that the record is laid out as a struct of another crate.

use super::expand::{located, located_at, mixed, place};
use super::model::Record;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};

/// The assertions of `remote = path`, one constant each, so that all that fail are shown.
pub(super) fn mirror(record: &Record, core: &TokenStream) -> TokenStream {
    let Some(remote) = &record.options.remote else { return TokenStream::new() };
    let ident = record.ident;
    let name = record.tag();
    let remote_name = remote.to_token_stream().to_string().replace(' ', "");
    let at = located(remote);
    let core_there = located_at(core, at);
    let whole = quote_spanned! {at=>
        const _: () = #core_there::__private::assert_mirror::<#ident, #remote>(#name, #remote_name);
    };
    let fields = record.fields.iter().filter(|f| !f.name().starts_with('_')).map(|field| {
        let (member, field_name) = (&field.member, field.name());
        let at = located(member);
        let core = &located_at(core, at);
        let span_in = |ty: &dyn ToTokens| {
            quote_spanned! {at=> #core::__private::Span {
                offset: ::core::mem::offset_of!(#ty, #member),
                size: #core::__private::size_of_field::<#ty, _>(|__whole| &raw const __whole.#member),
            }}
        };
        let (ours, theirs) = (span_in(ident), span_in(remote));
        let place = place(&name, &field_name);
        quote_spanned! {at=>
            const _: () = #core::__private::assert_mirror_field(
                #core::__private::FieldOf(#place),
                #ours,
                #remote_name,
                #theirs,
            );
        }
    });
    mixed!(#whole #(#fields)*)
}
