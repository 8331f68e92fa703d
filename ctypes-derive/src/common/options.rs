//! The options in the parentheses of an attribute: one parser; each macro says which of them it takes.

use crate::common::errors::Errors;
use crate::common::names::{LibraryNames, NameSpec};
use crate::common::outcome::Outcome;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Token, Visibility, token};

/// A name that the user chooses for something that is generated, as in `load = pub(crate) load_zlib`.
pub(crate) struct NamedItem {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
}

impl Parse for NamedItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let vis = input.parse()?;
        if !input.peek(Ident) {
            return Err(input.error("expected a name, with its visibility before it: `pub name`"));
        }
        Ok(NamedItem { vis, ident: input.parse()? })
    }
}

/// The options that an attribute was given.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) names: LibraryNames,
    pub(crate) krate: Option<Path>,
    pub(crate) callbacks: bool,
    pub(crate) outcome: Outcome,
    pub(crate) load: Option<NamedItem>,
    pub(crate) handle: Option<NamedItem>,
    pub(crate) lazy: bool,
    pub(crate) env: Option<LitStr>,
}

/// Parses the options; `known` are the ones that this macro takes, with how they are written.
pub(crate) fn parse(
    input: ParseStream<'_>,
    known: &[(&str, &str)],
    errors: &mut Errors,
) -> syn::Result<Options> {
    let mut options = Options::default();
    let mut seen: Vec<String> = Vec::new();
    while !input.is_empty() {
        if input.peek(LitStr) || input.peek(token::Bracket) {
            positional(input, &mut options, errors)?;
            seen.push("lib".to_owned());
        } else {
            let key = input.call(Ident::parse_any)?;
            let name = key.to_string();
            if seen.contains(&name) {
                errors.push(&key, format!("the option `{name}` is given twice"));
            }
            if known.iter().any(|(option, _)| *option == name) {
                one(input, &key, &name, &mut options, errors)?;
            } else {
                let written: Vec<&str> = known.iter().map(|(_, written)| *written).collect();
                errors.push(
                    &key,
                    format!("unknown option `{name}`; known are: {}", written.join(", ")),
                );
                skip_to_comma(input)?;
            }
            seen.push(name);
        }
        if input.is_empty() {
            break;
        }
        input.parse::<Token![,]>()?;
    }
    options.names.check(errors);
    Ok(options)
}

fn positional(
    input: ParseStream<'_>,
    options: &mut Options,
    errors: &mut Errors,
) -> syn::Result<()> {
    let span = input.span();
    let spec: NameSpec = input.parse()?;
    if options.names.any.is_some() {
        errors.push_at(span, "the library is named twice; for several file names give a list: [\"a.so.1\", \"b.so\"]");
    }
    options.names.any = Some(spec);
    Ok(())
}

fn one(
    input: ParseStream<'_>,
    key: &Ident,
    name: &str,
    options: &mut Options,
    errors: &mut Errors,
) -> syn::Result<()> {
    match name {
        "lib" => options.names.any = Some(value(input, key)?),
        "linux" => options.names.linux = Some(value(input, key)?),
        "windows" => options.names.windows = Some(value(input, key)?),
        "macos" => options.names.macos = Some(value(input, key)?),
        "crate" => {
            equals(input, key)?;
            options.krate = Some(input.call(Path::parse_mod_style)?);
        }
        "load" => options.load = Some(value(input, key)?),
        "handle" => options.handle = Some(value(input, key)?),
        "env" => {
            let variable: LitStr = value(input, key)?;
            let text = variable.value();
            if text.is_empty() || text.contains(['=', '\0']) {
                errors.push(&variable, "expected the name of an environment variable");
            }
            options.env = Some(variable);
        }
        "callbacks" => options.callbacks = flag(input, key, errors)?,
        name if Outcome::knows(name) => options.outcome.option(key, input, errors)?,
        "lazy" => options.lazy = flag(input, key, errors)?,
        _ => skip_to_comma(input)?,
    }
    Ok(())
}

fn equals(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    Err(syn::Error::new(key.span(), format!("the option `{key}` needs a value: `{key} = …`")))
}

fn value<T: Parse>(input: ParseStream<'_>, key: &Ident) -> syn::Result<T> {
    equals(input, key)?;
    input.parse()
}

fn flag(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<bool> {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.push(key, format!("the option `{key}` takes no value"));
        skip_to_comma(input)?;
    }
    Ok(true)
}

/// Leaves the rest of an option that cannot be used, so that the ones after it are still checked.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    let rest = input.fork();
    while !rest.is_empty() && !rest.peek(Token![,]) {
        rest.parse::<proc_macro2::TokenTree>()?;
    }
    input.advance_to(&rest);
    Ok(())
}
