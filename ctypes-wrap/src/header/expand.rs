//! The replacement of macros (C11 6.10.3), for the values of macros and for headers that need no
//! compiler.
//!
//! The compiler's preprocessor has gone over a header once and left its definitions; to ask it again
//! for each macro would take as long once more. What depends on where it is expanded (`__LINE__`,
//! `__COUNTER__`) is not known here.

use super::token::{Hidden, Kind, Token, tokens};
use ctypes_core::decl::Macro;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

/// How much work one expansion may take, in tokens and the names that each of them carries: macros can
/// grow without bounds.
const MAX_WORK: u32 = 1 << 16;

/// How much all expansions of one header may take; an eighth of it is enough for `windows.h`.
const MAX_TOTAL: u32 = 1 << 23;

/// How deep calls of macros may be nested in arguments of one another.
const MAX_DEPTH: u32 = 100;

/// The reason for which an expansion is given up.
const TOO_LARGE: &str = "the expansion of the macro is too large";

struct Definition<'t> {
    source: &'t Macro,
    params: Option<Vec<&'t str>>,
    /// Whether the last parameter takes all arguments that are left.
    variadic: bool,
    body: Vec<Token<'t>>,
}

/// The definitions in force.
#[derive(Default)]
pub(super) struct Macros<'t> {
    definitions: HashMap<&'t str, Rc<Definition<'t>>>,
    /// What `push_macro` has put away, the last one on top; nothing for a name without a definition.
    pushed: HashMap<&'t str, Vec<Option<Rc<Definition<'t>>>>>,
    /// The work that was done so far.
    work: Cell<u32>,
}

impl<'t> Macros<'t> {
    pub(super) fn define(&mut self, definition: &'t Macro) {
        let mut variadic = false;
        let params = definition.params.as_ref().map(|params| {
            let name = |p: &'t std::sync::Arc<str>| match p.strip_suffix("...") {
                Some("") => {
                    variadic = true;
                    "__VA_ARGS__"
                }
                Some(named) => {
                    variadic = true;
                    named.trim_end()
                }
                None => p,
            };
            params.iter().map(name).collect()
        });
        let body = tokens(&definition.body, 0);
        let made = Definition { source: definition, params, variadic, body };
        self.definitions.insert(&definition.name, Rc::new(made));
    }

    /// `#pragma push_macro("NAME")`.
    pub(super) fn push(&mut self, name: &'t str) {
        self.pushed.entry(name).or_default().push(self.definitions.get(name).cloned());
    }

    /// `#pragma pop_macro("NAME")`: what was pushed last is in force; without it nothing changes.
    pub(super) fn pop(&mut self, name: &'t str) {
        match self.pushed.get_mut(name).and_then(Vec::pop) {
            Some(Some(definition)) => drop(self.definitions.insert(name, definition)),
            Some(None) => drop(self.definitions.remove(name)),
            None => {}
        }
    }

    /// The names that were pushed, each with the definition in force.
    pub(super) fn pushed(&self) -> Vec<(&'t str, Option<&'t Macro>)> {
        let mut names: Vec<_> = self.pushed.keys().copied().collect();
        names.sort_unstable();
        names.into_iter().map(|n| (n, self.definitions.get(n).map(|d| d.source))).collect()
    }

    pub(super) fn undefine(&mut self, name: &str) {
        self.definitions.remove(name);
    }

    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.definitions.contains_key(name)
    }

    /// What the tokens stand for.
    pub(super) fn expand(&self, tokens: Vec<Token<'t>>) -> Result<Vec<Token<'t>>, &'static str> {
        Expansion { macros: self, work: 0 }.all(tokens, 0)
    }

    /// What a macro without parameters stands for, as text.
    pub(super) fn value_of(&self, definition: &'t Macro) -> Result<String, &'static str> {
        let word = Token {
            kind: Kind::Word,
            text: Cow::Borrowed(&*definition.name),
            spaced: false,
            line: 0,
            hidden: Hidden::default(),
        };
        let mut text = String::new();
        for token in self.expand(vec![word])? {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&token.text);
        }
        Ok(text)
    }
}

struct Expansion<'m, 't> {
    macros: &'m Macros<'t>,
    work: u32,
}

impl<'t> Expansion<'_, 't> {
    fn charge(&mut self, tokens: usize) -> Result<(), &'static str> {
        let more = u32::try_from(tokens).unwrap_or(u32::MAX);
        self.work = self.work.saturating_add(more);
        let total = self.macros.work.get().saturating_add(more);
        self.macros.work.set(total);
        if self.work > MAX_WORK {
            return Err(TOO_LARGE);
        }
        if total > MAX_TOTAL {
            return Err("the macros of the header take too much work together");
        }
        Ok(())
    }

    /// Replaces until nothing is left to be replaced (C11 6.10.3.4).
    fn all(&mut self, input: Vec<Token<'t>>, depth: u32) -> Result<Vec<Token<'t>>, &'static str> {
        if depth > MAX_DEPTH {
            return Err(TOO_LARGE);
        }
        let mut rest: Vec<Token<'t>> = input;
        rest.reverse();
        let mut out = Vec::new();
        while let Some(token) = rest.pop() {
            let definition = match token.kind {
                Kind::Word if !token.hidden.contains(&token.text) => {
                    self.macros.definitions.get(&*token.text)
                }
                _ => None,
            };
            let Some(definition) = definition else {
                out.push(token);
                continue;
            };
            self.charge(1 + definition.body.len())?;
            let (arguments, hidden) = match &definition.params {
                None => (Vec::new(), token.hidden.with_name(&token.text)),
                Some(params) => {
                    if !rest.last().is_some_and(|t| t.is("(")) {
                        out.push(token);
                        continue;
                    }
                    let Some((arguments, close)) = arguments(&mut rest, params, definition) else {
                        return Err("a call of a macro has the wrong number of arguments");
                    };
                    let hidden = token.hidden.common(&close).with_name(&token.text);
                    (arguments, hidden)
                }
            };
            let mut replaced = self.substitute(definition, &definition.body, &arguments, depth)?;
            self.charge(replaced.len() * (1 + hidden.len()))?;
            if let Some(first) = replaced.first_mut() {
                first.spaced = token.spaced;
            }
            for new in replaced.into_iter().rev().filter(|t| t.kind != Kind::Nothing) {
                let line = if new.line == 0 { token.line } else { new.line };
                rest.push(Token { hidden: new.hidden.with(&hidden), line, ..new });
            }
        }
        Ok(out)
    }

    /// The body with arguments in the place of parameters (C11 6.10.3.1 to 6.10.3.3).
    fn substitute(
        &mut self,
        definition: &Definition<'t>,
        body: &[Token<'t>],
        arguments: &[Vec<Token<'t>>],
        depth: u32,
    ) -> Result<Vec<Token<'t>>, &'static str> {
        if depth > MAX_DEPTH {
            return Err(TOO_LARGE);
        }
        let names: &[&str] = definition.params.as_deref().unwrap_or(&[]);
        let argument = |token: &Token<'t>| {
            let index = names.iter().position(|n| *n == token.text)?;
            (token.kind == Kind::Word).then_some(index)
        };
        let mut out: Vec<Token<'t>> = Vec::new();
        let (mut i, mut pastes) = (0, false);
        while i < body.len() {
            let token = &body[i];
            let next = body.get(i + 1);
            i += 1;
            if token.is("##") && !out.is_empty() && next.is_some() {
                pastes = true;
                continue;
            }
            let before_paste = |at: usize| body.get(at).is_some_and(|t| t.is("##"));
            let new = if token.is("#")
                && definition.params.is_some()
                && let Some(index) = next.and_then(argument)
            {
                i += 1;
                vec![Token {
                    text: quoted(&arguments[index]).into(),
                    kind: Kind::Literal,
                    ..token.clone()
                }]
            } else if token.text == "__VA_OPT__"
                && definition.variadic
                && next.is_some_and(|t| t.is("("))
            {
                let end = group_end(body, i).ok_or("`__VA_OPT__(` is never closed")?;
                let inner = &body[i + 1..end];
                i = end + 1;
                match arguments.last() {
                    Some(rest) if !rest.is_empty() => {
                        self.substitute(definition, inner, arguments, depth + 1)?
                    }
                    _ => Vec::new(),
                }
            } else if let Some(index) = argument(token) {
                let given = &arguments[index];
                let rest = definition.variadic && index + 1 == names.len();
                // GNU: the comma goes if there is nothing behind it, and is not pasted otherwise.
                if pastes && rest && out.last().is_some_and(|t| t.is(",")) {
                    pastes = false;
                    if given.is_empty() {
                        out.pop();
                        continue;
                    }
                    self.all(given.clone(), depth + 1)?
                } else if pastes || before_paste(i) {
                    if given.is_empty() { vec![nothing(token)] } else { given.clone() }
                } else {
                    self.all(given.clone(), depth + 1)?
                }
            } else {
                vec![token.clone()]
            };
            self.charge(new.len())?;
            let mut new = new.into_iter();
            if std::mem::take(&mut pastes)
                && let (Some(left), Some(right)) = (out.pop(), new.next())
            {
                out.push(pasted(left, right));
            } else if let Some(first) = new.next() {
                out.push(Token { spaced: token.spaced, ..first });
            }
            out.extend(new);
        }
        Ok(out)
    }
}

fn nothing<'t>(at: &Token<'t>) -> Token<'t> {
    Token { kind: Kind::Nothing, text: Cow::Borrowed(""), ..at.clone() }
}

fn pasted<'t>(left: Token<'t>, right: Token<'t>) -> Token<'t> {
    match (left.kind, right.kind) {
        (Kind::Nothing, _) => Token { spaced: left.spaced, ..right },
        (_, Kind::Nothing) => left,
        _ => {
            let text = format!("{}{}", left.text, right.text);
            let kind = tokens(&text, 0).first().map_or(left.kind, |t| t.kind);
            Token { kind, text: text.into(), ..left }
        }
    }
}

/// Where the group ends whose opening parenthesis is at `open`.
fn group_end(body: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, token) in body.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return Some(i);
            }
        }
    }
    None
}

/// Takes the arguments of a call off the stack; with what the closing parenthesis hides.
fn arguments<'t>(
    rest: &mut Vec<Token<'t>>,
    params: &[&str],
    definition: &Definition<'_>,
) -> Option<(Vec<Vec<Token<'t>>>, Hidden)> {
    rest.pop();
    let mut arguments = vec![Vec::new()];
    let mut depth = 0_u32;
    let close = loop {
        let token = rest.pop()?;
        let all_left = definition.variadic && arguments.len() >= params.len();
        if token.is(")") && depth == 0 {
            break token;
        }
        if token.is(",") && depth == 0 && !all_left {
            arguments.push(Vec::new());
            continue;
        }
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
        }
        arguments.last_mut()?.push(token);
    };
    if params.is_empty() && arguments.len() == 1 && arguments[0].is_empty() {
        arguments.pop();
    }
    // The arguments that `...` stands for may be missing with their comma.
    if definition.variadic && arguments.len() + 1 == params.len() {
        arguments.push(Vec::new());
    }
    (arguments.len() == params.len()).then_some((arguments, close.hidden))
}

/// `#`: the spelling of an argument as a string literal (C11 6.10.3.2).
fn quoted(argument: &[Token<'_>]) -> String {
    let mut text = String::from("\"");
    for (i, token) in argument.iter().enumerate() {
        if i > 0 && token.spaced {
            text.push(' ');
        }
        for c in token.text.chars() {
            if token.kind == Kind::Literal && matches!(c, '"' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
    }
    text.push('"');
    text
}
