//! Lines that begin with `#`: line markers, definitions of macros as `-dD` leaves them, pragmas.
//!
//! Nothing is included and no condition is decided here. A text that still has such lines is reported
//! as one that needs the preprocessor first; only the guard around a whole header is let through.

use super::lexer::{Lexer, newlines};
use super::pragma::Pragmas;
use std::collections::HashMap;
use std::sync::Arc;

/// A definition of a macro that is in force.
#[derive(Debug, Clone, Copy)]
pub(super) struct MacroText<'t> {
    pub(super) name: &'t str,
    /// What is between the parentheses of one that takes arguments.
    pub(super) params: Option<&'t str>,
    pub(super) body: &'t str,
    pub(super) file: u32,
    pub(super) line: u32,
}

/// A directive that was not followed.
#[derive(Debug)]
pub(super) struct Unfollowed<'t> {
    pub(super) text: &'t str,
    pub(super) at: u32,
    pub(super) file: u32,
    pub(super) line: u32,
    pub(super) reason: &'static str,
}

/// What the directives so far have said.
pub(super) struct Surroundings<'t> {
    pub(super) files: Vec<Arc<str>>,
    by_name: HashMap<&'t str, u32>,
    pub(super) file: u32,
    pub(super) pragmas: Pragmas<'t>,
    macros: Vec<Option<MacroText<'t>>>,
    macro_index: HashMap<&'t str, usize>,
    pub(super) unfollowed: Vec<Unfollowed<'t>>,
    guard: Guard<'t>,
}

/// The state of the guard around a header: `#ifndef NAME`, `#define NAME`, …, `#endif`.
#[derive(Clone, Copy, PartialEq)]
enum Guard<'t> {
    None,
    Opened(&'t str),
    Inside,
}

/// The most directives that are reported one by one.
const MAX_UNFOLLOWED: usize = 1000;

const NEEDS_PREPROCESSOR: &str = "this text has not been preprocessed: read it as a header";

impl<'t> Surroundings<'t> {
    pub(super) fn new(file: &str) -> Surroundings<'t> {
        Surroundings {
            files: vec![Arc::from(file)],
            by_name: HashMap::new(),
            file: 0,
            pragmas: Pragmas::default(),
            macros: Vec::new(),
            macro_index: HashMap::new(),
            unfollowed: Vec::new(),
            guard: Guard::None,
        }
    }

    fn enter_file(&mut self, name: &'t str) {
        if let Some(&index) = self.by_name.get(name) {
            self.file = index;
            return;
        }
        self.file = self.files.len() as u32;
        self.files.push(unescaped(name));
        self.by_name.insert(name, self.file);
    }

    fn define(&mut self, definition: MacroText<'t>) {
        self.undefine(definition.name);
        self.macro_index.insert(definition.name, self.macros.len());
        self.macros.push(Some(definition));
    }

    fn undefine(&mut self, name: &str) {
        if let Some(index) = self.macro_index.remove(name) {
            self.macros[index] = None;
        }
    }

    /// The macros that are defined at the end of what was read, in order.
    pub(super) fn macros(&self) -> impl Iterator<Item = MacroText<'t>> + '_ {
        self.macros.iter().flatten().copied()
    }
}

/// A file name out of a line marker, where `\` stands before quotes and itself. It is for messages, and
/// so without control characters.
fn unescaped(name: &str) -> Arc<str> {
    if !name.bytes().any(|b| b == b'\\' || b.is_ascii_control()) {
        return name.into();
    }
    let (mut out, mut escaped) = (String::with_capacity(name.len()), false);
    for c in name.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            out.push(if c.is_control() { '?' } else { c });
        }
    }
    out.into()
}

impl<'t> Lexer<'t> {
    /// Follows the directive whose `#` is next; the position is then at the end of its line.
    pub(super) fn directive(&mut self) {
        let (at, line) = (self.at as u32, self.line);
        self.at += 1;
        let rest = self.rest_of_line();
        let trimmed = rest.trim_start();
        let (word, after) = first_word(trimmed);
        match word {
            "" if trimmed.is_empty() => {}
            "line" => self.line_marker(after.trim_start()),
            _ if word.as_bytes().first().is_some_and(u8::is_ascii_digit) => {
                self.line_marker(trimmed)
            }
            "define" => {
                if let Some(definition) = self.definition(after.trim_start(), line) {
                    self.around.define(definition);
                }
            }
            "undef" => self.around.undefine(first_word(after.trim_start()).0),
            "pragma" => {
                if let Some(reason) = self.around.pragmas.follow(after) {
                    self.unfollowed(rest, at, line, reason);
                }
            }
            "ident" | "sccs" | "warning" | "assert" | "unassert" => {}
            "ifndef" if self.around.guard == Guard::None => {
                self.around.guard = Guard::Opened(first_word(after.trim_start()).0);
                return;
            }
            "endif" if self.around.guard == Guard::Inside => self.around.guard = Guard::None,
            _ => self.unfollowed(rest, at, line, NEEDS_PREPROCESSOR),
        }
        if let Guard::Opened(name) = self.around.guard {
            let closes = word == "define" && first_word(after.trim_start()).0 == name;
            if closes {
                self.around.guard = Guard::Inside;
            } else {
                self.around.guard = Guard::None;
                self.unfollowed(rest, at, line, NEEDS_PREPROCESSOR);
            }
        }
    }

    fn unfollowed(&mut self, text: &'t str, at: u32, line: u32, reason: &'static str) {
        if self.around.unfollowed.len() < MAX_UNFOLLOWED {
            let file = self.around.file;
            self.around.unfollowed.push(Unfollowed { text: text.trim(), at, file, line, reason });
        }
    }

    /// Says that the text ends inside a comment.
    pub(super) fn endless_comment(&mut self, at: usize) {
        let line = self.line;
        self.unfollowed("/*", at as u32, line, "the comment has no end");
    }

    /// `12 "file" 1 3`: the line after this one is line 12 of that file.
    fn line_marker(&mut self, rest: &'t str) {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(line) = rest[..digits].parse::<u32>() else { return };
        // The line end that follows counts once more.
        self.line = line.saturating_sub(1);
        let quoted = rest[digits..].trim_start();
        if let Some(name) = quoted.strip_prefix('"') {
            let mut escaped = false;
            let end = name.bytes().position(|b| {
                let ends = b == b'"' && !escaped;
                escaped = b == b'\\' && !escaped;
                ends
            });
            if let Some(end) = end {
                self.around.enter_file(&name[..end]);
            }
        }
    }

    /// `NAME body` or `NAME(a, b) body`.
    fn definition(&self, rest: &'t str, line: u32) -> Option<MacroText<'t>> {
        let (name, after) = first_word(rest);
        if name.is_empty() {
            return None;
        }
        let (params, body) = match after.strip_prefix('(').and_then(|p| p.split_once(')')) {
            Some((params, body)) => (Some(params), body),
            None => (None, after),
        };
        Some(MacroText { name, params, body: body.trim(), file: self.around.file, line })
    }

    /// `_Pragma("…")` and Microsoft's `__pragma(…)`, whose keyword has just been read.
    pub(super) fn pragma_operator(&mut self, at: u32) {
        let rest = &self.text[self.at..];
        let Some(open) =
            rest.find(|c: char| !c.is_whitespace()).filter(|i| rest[*i..].starts_with('('))
        else {
            return;
        };
        let inner = &rest[open + 1..];
        let mut depth = 0_u32;
        let mut quoted = false;
        let Some(end) = inner.bytes().position(|b| {
            match b {
                b'"' => quoted = !quoted,
                b'(' if !quoted => depth += 1,
                b')' if !quoted && depth == 0 => return true,
                b')' if !quoted => depth -= 1,
                _ => {}
            }
            false
        }) else {
            return;
        };
        let line = self.line;
        let text = &inner[..end];
        self.at += open + 1 + end + 1;
        self.line = self.line.saturating_add(newlines(&rest.as_bytes()[..open + end + 2]));
        let operand = text.trim();
        let operand = operand.strip_prefix('L').unwrap_or(operand);
        let pragma = operand.strip_prefix('"').and_then(|o| o.strip_suffix('"')).unwrap_or(text);
        if let Some(reason) = self.around.pragmas.follow(pragma) {
            self.unfollowed(text, at, line, reason);
        }
    }
}

/// The identifier or number at the beginning, and what follows it.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len());
    text.split_at(end)
}
