//! Reads `check`, `errno`, `last_error` and `trace`, as options and as attributes.

use super::{Check, Checker, Failure, Left, Number, Outcome, Trace};
use crate::common::errors::Errors;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprPath, Ident, LitStr, Token, parenthesized, token};

/// The words, and how each is written as an option.
pub(crate) const KNOWN: [(&str, &str); 4] = [
    ("check", "check or check(function -> Result<T, E>)"),
    ("errno", "errno or errno(-1)"),
    ("last_error", "last_error or last_error(0)"),
    ("trace", "trace or trace = \"target\""),
];

/// How a check by a function is written. What it returns has to be said: a macro cannot see it.
const CHECKER: &str = "say also what the function returns, which a macro cannot see: \
                       `check(function -> Result<T, E>)`, where `_` is the type of the C result";

impl Outcome {
    /// Whether an option or attribute is one of these.
    pub(crate) fn knows(name: &str) -> bool {
        KNOWN.iter().any(|(known, _)| *known == name)
    }

    /// Reads an attribute of an item.
    pub(crate) fn attribute(&mut self, attribute: &Attribute, errors: &mut Errors) {
        let own = &mut *self;
        let mut found = Errors::default();
        let parsed = (|input: ParseStream<'_>| {
            let key = input.call(Ident::parse_any)?;
            own.option(&key, input, &mut found)?;
            if input.is_empty() { Ok(()) } else { Err(input.error("nothing is expected here")) }
        })
        .parse2(attribute.meta.to_token_stream());
        errors.append(found);
        errors.take(parsed);
    }

    /// Reads what follows the word `key`.
    pub(crate) fn option(
        &mut self,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let twice = match key.to_string().as_str() {
            "check" => {
                let check = check(key, input)?;
                self.result.check.replace(check).is_some()
            }
            "trace" => {
                let trace = trace(key, input)?;
                self.trace.replace(trace).is_some()
            }
            name => {
                let number = if name == "errno" { Number::Errno } else { Number::LastError };
                let left = Left { key: key.clone(), number, failure: failure(key, input)? };
                match self.result.left.replace(left) {
                    Some(other) if other.key != *key => {
                        errors.push(
                            key,
                            format!(
                                "`{}` is asked for already: a call leaves one error number",
                                other.key
                            ),
                        );
                        false
                    }
                    other => other.is_some(),
                }
            }
        };
        if twice {
            errors.push(key, format!("`{key}` is given twice"));
        }
        Ok(())
    }
}

fn check(key: &Ident, input: ParseStream<'_>) -> syn::Result<Check> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let function: Expr = input.parse()?;
        return Err(syn::Error::new_spanned(function, CHECKER));
    }
    if !input.peek(token::Paren) {
        return Ok(Check { key: key.clone(), by: None });
    }
    let content;
    parenthesized!(content in input);
    let path: ExprPath = content.parse()?;
    if content.is_empty() {
        return Err(syn::Error::new_spanned(path, CHECKER));
    }
    content.parse::<Token![->]>()?;
    let output = content.parse()?;
    if !content.is_empty() {
        return Err(content.error("expected the end: `check(function -> Result<T, E>)`"));
    }
    Ok(Check { key: key.clone(), by: Some(Checker { path, output }) })
}

fn failure(key: &Ident, input: ParseStream<'_>) -> syn::Result<Option<Failure>> {
    if input.peek(Token![=]) {
        return Err(input.error(format!(
            "the result that means failure stands in parentheses: `{key}(-1)`, `{key}(null)`, `{key}(nonzero)`, `{key}(result)`"
        )));
    }
    if !input.peek(token::Paren) {
        return Ok(None);
    }
    let content;
    let paren = parenthesized!(content in input);
    if content.is_empty() {
        return Err(syn::Error::new(
            paren.span.join(),
            "expected the result that means failure: a value as in `(-1)`, or `null`, `nonzero`, `result`",
        ));
    }
    let expr: Expr = content.parse()?;
    if !content.is_empty() {
        return Err(content.error("expected one result that means failure"));
    }
    let word = match &expr {
        Expr::Path(path) => path.path.get_ident().map(Ident::to_string),
        _ => None,
    };
    Ok(Some(match word.as_deref() {
        Some("null") => Failure::Null,
        Some("nonzero") => Failure::Nonzero,
        Some("result") => Failure::Result,
        _ => Failure::Value(Box::new(expr)),
    }))
}

fn trace(key: &Ident, input: ParseStream<'_>) -> syn::Result<Trace> {
    if !input.peek(Token![=]) {
        if input.peek(token::Paren) {
            return Err(input.error("the target is written `trace = \"target\"`"));
        }
        return Ok(Trace { key: key.clone(), target: None });
    }
    input.parse::<Token![=]>()?;
    let target = input.parse::<LitStr>();
    let target = target.map_err(|error| {
        syn::Error::new(error.span(), "expected the target as a string: `trace = \"target\"`")
    })?;
    Ok(Trace { key: key.clone(), target: Some(target) })
}
