//! Headers that need no compiler: those that include nothing and decide nothing.
//!
//! They mean the same to every target's preprocessor, so that they can be read for a target of which
//! there is none. Only macros have to be replaced.

use super::expand::Macros;
use super::token::tokens;
use ctypes_core::decl::{Macro, Source};
use ctypes_core::{Target, Types};
use std::fmt::Write as _;

/// A line that begins with `#`, as it is in the text (lines that a backslash joins are one).
struct Line<'t> {
    text: &'t str,
    /// The line that it begins on, from 1.
    number: u32,
    is_directive: bool,
}

/// The word behind `#`, and what follows it.
fn directive<'t>(line: &Line<'t>) -> (&'t str, &'t str) {
    let rest = line.text.trim_start().strip_prefix('#').unwrap_or("").trim_start();
    rest.split_at(rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()))
}

/// Logical lines; a directive is only seen outside of comments.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let (mut at, mut number, mut in_comment) = (0, 1_u32, false);
    while at < text.len() {
        let start = at;
        let mut physical = 0;
        loop {
            let end = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
            physical += 1;
            let joined = text[at..end].trim_end_matches(['\n', '\r']).ends_with('\\');
            at = end;
            if !joined || at >= text.len() {
                break;
            }
        }
        let line = &text[start..at];
        let is_directive = !in_comment && line.trim_start().starts_with('#');
        in_comment = ends_in_comment(line, in_comment);
        lines.push(Line { text: line, number, is_directive });
        number = number.saturating_add(physical);
    }
    lines
}

fn ends_in_comment(line: &str, mut inside: bool) -> bool {
    let bytes = line.as_bytes();
    let (mut i, mut quote) = (0, None);
    while i < bytes.len() {
        let two = bytes.get(i..i + 2);
        match quote {
            _ if inside && two == Some(b"*/") => {
                inside = false;
                i += 1;
            }
            _ if inside => {}
            Some(q) => {
                if bytes[i] == b'\\' {
                    i += 1;
                } else if bytes[i] == q {
                    quote = None;
                }
            }
            None if two == Some(b"//") => return false,
            None if two == Some(b"/*") => {
                inside = true;
                i += 1;
            }
            None if matches!(bytes[i], b'"' | b'\'') => quote = Some(bytes[i]),
            None => {}
        }
        i += 1;
    }
    inside
}

/// Whether the text needs no preprocessor: `#define`, `#undef`, `#pragma`, line markers, and the guard
/// around the whole are all the directives that it has.
pub(super) fn is_plain(text: &str) -> bool {
    let lines = lines(text);
    let mut words = lines.iter().filter(|l| l.is_directive).map(directive).peekable();
    let mut guard = None;
    // A guard is `#ifndef NAME` before all else, and a definition of that name next.
    words.next_if(|(word, rest)| *word == "pragma" && rest.trim() == "once");
    if let Some((_, name)) = words.next_if(|(word, _)| *word == "ifndef") {
        let name = first_word(name);
        guard = Some(name);
        if !words.next().is_some_and(|(word, rest)| word == "define" && first_word(rest) == name) {
            return false;
        }
    }
    while let Some((word, _)) = words.next() {
        match word {
            "define" | "undef" | "pragma" | "ident" | "line" => {}
            "" => {}
            _ if word.bytes().all(|b| b.is_ascii_digit()) => {}
            "endif" if guard.is_some() && words.peek().is_none() => guard = None,
            _ => return false,
        }
    }
    guard.is_none() && !asks_the_compiler(text, &lines)
}

/// Whether the text uses a name of the form `__NAME__` that it does not define: compilers predefine such
/// names, each its own.
fn asks_the_compiler(text: &str, lines: &[Line<'_>]) -> bool {
    let is_predefined = |word: &str| {
        let inner = word.strip_prefix("__").and_then(|w| w.strip_suffix("__"));
        // The two are the preprocessor's own.
        inner.is_some_and(|w| {
            !matches!(w, "VA_ARGS" | "VA_OPT")
                && w.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
    };
    if !text.contains("__") {
        return false;
    }
    let mut used: Vec<_> = tokens(text, 1).into_iter().map(|t| t.text).collect();
    used.retain(|word| is_predefined(word));
    used.into_iter().any(|word| {
        !lines.iter().filter(|l| l.is_directive).any(|line| {
            let (directive, rest) = directive(line);
            let name = rest.trim_start();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            directive == "define" && name[..end] == *word
        })
    })
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or("")
}

/// The text with its macros replaced, and its directives and lines kept.
pub(super) fn expanded(text: &str, file: &str) -> Result<String, String> {
    let lines = lines(text);
    let definitions: Vec<Option<Macro>> = lines
        .iter()
        .map(|line| {
            let defines = line.is_directive && directive(line).0 == "define";
            let read = || Source::new(line.text).target(Target::NATIVE).read(&Types::new());
            defines.then(read).and_then(|found| found.macros.into_iter().next())
        })
        .collect();
    if definitions.iter().all(Option::is_none) {
        return Ok(text.to_owned());
    }
    let mut macros = Macros::default();
    let mut out = String::with_capacity(text.len() * 2);
    let mut i = 0;
    while i < lines.len() {
        let line = &lines[i];
        if line.is_directive {
            out.push_str(line.text);
            if let Some(definition) = &definitions[i] {
                macros.define(definition);
            } else if let ("undef", name) = directive(line) {
                macros.undefine(first_word(name));
            }
            i += 1;
            continue;
        }
        // What stands between two directives is one text: a call may go over lines.
        let from = i;
        while i < lines.len() && !lines[i].is_directive {
            i += 1;
        }
        let chunk: String = lines[from..i].iter().map(|l| l.text).collect();
        expand_chunk(&macros, &chunk, line.number, &mut out)
            .map_err(|reason| format!("{file}:{}: {reason}", line.number))?;
    }
    Ok(out)
}

/// Writes a text with its macros replaced, each token on the line that it was on.
fn expand_chunk(
    macros: &Macros<'_>,
    chunk: &str,
    line: u32,
    out: &mut String,
) -> Result<(), &'static str> {
    let found = tokens(chunk, line);
    if !found.iter().any(|t| macros.is_defined(&t.text)) {
        out.push_str(chunk);
        return Ok(());
    }
    // The tokens of the chunk do not live as long as the definitions.
    let found =
        found.into_iter().map(|t| super::token::Token { text: t.text.into_owned().into(), ..t });
    let mut at = line;
    for token in macros.expand(found.collect())? {
        while at < token.line {
            out.push('\n');
            at += 1;
        }
        out.push(' ');
        out.push_str(&token.text);
    }
    let end = line + chunk.bytes().filter(|b| *b == b'\n').count() as u32;
    out.extend(std::iter::repeat_n('\n', end.saturating_sub(at) as usize));
    if at > end {
        let _ = write!(out, "\n# {end}\n");
    }
    Ok(())
}
