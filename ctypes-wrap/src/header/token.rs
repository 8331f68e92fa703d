//! Preprocessing tokens (C11 6.4): what macros are made of.

use std::borrow::Cow;
use std::rc::Rc;

/// What the expansion of macros has to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// A number, by the preprocessor's wide notion of one.
    Number,
    /// A character or string literal, with its prefix.
    Literal,
    /// Anything else.
    Mark,
    /// Where an empty argument of `##` stood (C11 6.10.3.3p2).
    Nothing,
}

#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: Cow<'t, str>,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
    /// The line it is on, from 1.
    pub(super) line: u32,
    /// The macros that it is not to be replaced by any more (C11 6.10.3.4p2).
    pub(super) hidden: Hidden,
}

/// A set of names of macros; a list, as there are only a few.
#[derive(Debug, Clone, Default)]
pub(super) struct Hidden(Option<Rc<[Rc<str>]>>);

impl Hidden {
    fn names(&self) -> &[Rc<str>] {
        self.0.as_deref().unwrap_or(&[])
    }

    pub(super) fn len(&self) -> usize {
        self.names().len()
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names().iter().any(|n| **n == *name)
    }

    pub(super) fn with(&self, other: &Hidden) -> Hidden {
        if other.names().iter().all(|n| self.contains(n)) {
            return self.clone();
        }
        let more = other.names().iter().filter(|n| !self.contains(n));
        Hidden(Some(self.names().iter().chain(more).cloned().collect()))
    }

    pub(super) fn with_name(&self, name: &str) -> Hidden {
        if self.contains(name) {
            return self.clone();
        }
        Hidden(Some(self.names().iter().cloned().chain([name.into()]).collect()))
    }

    pub(super) fn common(&self, other: &Hidden) -> Hidden {
        let both: Rc<[Rc<str>]> =
            self.names().iter().filter(|n| other.contains(n)).cloned().collect();
        Hidden((!both.is_empty()).then_some(both))
    }
}

impl Token<'_> {
    pub(super) fn is(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// The marks of more than one character, longest first.
const MARKS: [&str; 24] = [
    "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "*=",
    "/=", "%=", "+=", "-=", "&=", "^=", "|=", "##", "::",
];

/// The tokens of a text, without white space and comments. `line` is that of its first character.
pub(super) fn tokens(text: &str, mut line: u32) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut spaced) = (text, false);
    while let Some(first) = rest.chars().next() {
        let len = if first.is_whitespace() {
            first.len_utf8()
        } else if rest.starts_with("\\\n") {
            2
        } else if rest.starts_with("\\\r\n") {
            3
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |i| i + 4)
        } else {
            let (kind, len) = one(rest, first);
            tokens.push(Token {
                kind,
                text: Cow::Borrowed(&rest[..len]),
                spaced,
                line,
                hidden: Hidden::default(),
            });
            spaced = false;
            rest = &rest[len..];
            continue;
        };
        spaced = true;
        let newlines = rest[..len].bytes().filter(|b| *b == b'\n').count();
        line = line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        rest = &rest[len..];
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Kind and length of the token at the beginning of a text.
fn one(rest: &str, first: char) -> (Kind, usize) {
    let second = rest[first.len_utf8()..].chars().next().unwrap_or(' ');
    if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
        return (Kind::Number, number(rest));
    }
    if first == '"' || first == '\'' {
        return (Kind::Literal, literal(rest, first));
    }
    if is_word(first) {
        let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if matches!(&rest[..len], "L" | "u" | "U" | "u8")
            && let Some(quote @ ('"' | '\'')) = rest[len..].chars().next()
        {
            return (Kind::Literal, len + literal(&rest[len..], quote));
        }
        return (Kind::Word, len);
    }
    let mark = MARKS.iter().find(|m| rest.starts_with(**m));
    (Kind::Mark, mark.map_or(first.len_utf8(), |m| m.len()))
}

/// C11 6.4.8: digits, letters, points, and signs behind an exponent; C23's `'` between digits.
fn number(rest: &str) -> usize {
    let mut before = ' ';
    let mut chars = rest.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let continues = match c {
            '+' | '-' => matches!(before, 'e' | 'E' | 'p' | 'P'),
            '\'' => chars.peek().is_some_and(|(_, next)| is_word(*next)),
            _ => is_word(c) || c == '.',
        };
        if !continues {
            return i;
        }
        before = c;
    }
    rest.len()
}

/// A literal without an end goes to the end of its line.
fn literal(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return i,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return i + 1,
            _ => {}
        }
    }
    rest.len()
}
