//! Headers that need no compiler: those that include nothing and decide nothing.
//!
//! They mean the same to every target's preprocessor, so that they can be read for a target of which
//! there is none. Only macros have to be replaced.

use super::expand::Macros;
use super::pushed;
use super::token::tokens;
use ctypes_core::decl::{Macro, Source};
use ctypes_core::{Target, Types};
use std::borrow::Cow;
use std::collections::HashMap;
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
        let is_directive =
            !in_comment && text[at..].trim_start_matches([' ', '\t']).starts_with('#');
        let mut physical = 0;
        loop {
            let from = at;
            loop {
                let end = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
                physical += 1;
                let joined = text[at..end].trim_end_matches(['\n', '\r']).ends_with('\\');
                at = end;
                if !joined || at >= text.len() {
                    break;
                }
            }
            in_comment = ends_in_comment(&text[from..at], in_comment);
            // A comment that a directive begins belongs to it, however many lines it has.
            if !(is_directive && in_comment) || at >= text.len() {
                break;
            }
        }
        let line = &text[start..at];
        let line = Line { text: line, number, is_directive };
        number = marked(&line).unwrap_or(number.saturating_add(physical));
        lines.push(line);
    }
    lines
}

/// The number that a line marker, `# 1` or `#line 1`, gives the next line.
fn marked(line: &Line<'_>) -> Option<u32> {
    let (word, rest) = line.is_directive.then(|| directive(line))?;
    let number = if word == "line" { first_word(rest) } else { word };
    number.parse().ok()
}

/// A directive with a space for each comment, and as many lines as before.
fn uncommented(text: &str) -> Cow<'_, str> {
    if !text.contains("/*") && !text.contains("//") {
        return text.into();
    }
    let body = text.trim_end_matches(['\n', '\r']);
    let (mut out, mut rest, mut gone) = (String::with_capacity(text.len()), body, 0);
    while let Some(at) = rest.find(['/', '"', '\'']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match &rest.as_bytes()[..rest.len().min(2)] {
            b"/*" => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            b"//" => rest.len(),
            [b'/', ..] => 0,
            _ => literal_end(rest),
        };
        if rest.starts_with('/') && length > 0 {
            gone += rest[..length].matches('\n').count();
            out.push(' ');
            rest = &rest[length..];
        } else {
            out.push_str(&rest[..length.max(1)]);
            rest = &rest[length.max(1)..];
        }
    }
    out.push_str(rest);
    out.extend(std::iter::repeat_n('\n', gone));
    out.push_str(&text[body.len()..]);
    out.into()
}

/// How long the literal is that a text begins with, or all of the text if it has no end.
fn literal_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let ends = b == text.as_bytes()[0] && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
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
    while let Some((word, rest)) = words.next() {
        match word {
            "pragma" if pushed::is_mentioned(rest) && pushed::operand(rest).is_none() => {
                return false;
            }
            "define" | "undef" | "pragma" | "ident" | "line" => {}
            "" => {}
            _ if word.bytes().all(|b| b.is_ascii_digit()) => {}
            "endif" if guard.is_some() && words.peek().is_none() => guard = None,
            _ => return false,
        }
    }
    // Operators stand in the midst of text, and may come out of macros.
    let has_operators = text.contains("_Pragma") || text.contains("__pragma");
    guard.is_none()
        && !(has_operators && pushed::is_mentioned(text))
        && !asks_the_compiler(text, &lines)
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
    // What a directive is without its comments; of other lines nothing.
    let directives: Vec<Cow<'_, str>> = lines
        .iter()
        .map(|line| if line.is_directive { uncommented(line.text) } else { "".into() })
        .collect();
    let definitions: Vec<Option<Macro>> = lines
        .iter()
        .zip(&directives)
        .map(|(line, text)| {
            let defines = line.is_directive && directive(line).0 == "define";
            let read = || Source::new(text).target(Target::NATIVE).read(&Types::new());
            defines.then(read).and_then(|found| found.macros.into_iter().next())
        })
        .collect();
    let is_as_it_was = |d: &Cow<'_, str>| matches!(d, Cow::Borrowed(_));
    if definitions.iter().all(Option::is_none) && directives.iter().all(is_as_it_was) {
        return Ok(text.to_owned());
    }
    let mut macros = Macros::default();
    let mut out = String::with_capacity(text.len() * 2);
    let mut i = 0;
    while i < lines.len() {
        let line = &lines[i];
        if line.is_directive {
            out.push_str(&directives[i]);
            match (&definitions[i], directive(line)) {
                (Some(definition), _) => macros.define(definition),
                (None, ("undef", name)) => macros.undefine(first_word(name)),
                (None, ("pragma", rest)) => match pushed::operand(rest) {
                    Some((true, name)) => macros.push(name),
                    Some((false, name)) => macros.pop(name),
                    None => {}
                },
                _ => {}
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
    // The front end, which reads the result, does not know of what is popped.
    let defined = definitions.iter().enumerate();
    let index: HashMap<*const Macro, usize> =
        defined.filter_map(|(i, d)| Some((std::ptr::from_ref(d.as_ref()?), i))).collect();
    for (name, definition) in macros.pushed() {
        let _ = match definition.map(|d| index[&std::ptr::from_ref(d)]) {
            Some(at) => write!(out, "\n# {}\n{}", lines[at].number, directives[at]),
            None => write!(out, "\n#undef {name}\n"),
        };
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
    let newlines = chunk.bytes().filter(|b| *b == b'\n').count();
    // `#line` may have said any number.
    let end = line.saturating_add(newlines as u32);
    out.extend(std::iter::repeat_n('\n', end.saturating_sub(at) as usize));
    if at > end {
        let _ = write!(out, "\n# {end}\n");
    }
    Ok(())
}
