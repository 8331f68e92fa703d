//! Text into tokens, one at a time and without allocation.
//!
//! Lines that begin with `#` are handled where they stand ([`super::directive`]), so that the parser
//! sees declarations only. A backslash before the end of a line counts as a space; the preprocessor
//! has joined such lines wherever they could split a token.

use super::directive::Surroundings;
use super::token::{Keyword, Kind, Mark, Token, keyword};

pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// The line that `at` is on, by the line markers.
    pub(super) line: u32,
    /// Whether nothing but space was on the line so far, so that `#` begins a directive.
    line_begins: bool,
    /// What directives say.
    pub(super) around: Surroundings<'t>,
}

const WORD: u8 = 1;
const DIGIT: u8 = 2;

/// What a byte may be part of; all bytes of UTF-8 beyond ASCII belong to words.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        if b.is_ascii_digit() {
            class[i] = DIGIT;
        } else if b.is_ascii_alphabetic() || b == b'_' || b == b'$' || b >= 0x80 {
            class[i] = WORD;
        }
        i += 1;
    }
    class
};

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, around: Surroundings<'t>) -> Lexer<'t> {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Lexer { text, at, line: 1, line_begins: true, around }
    }

    #[inline]
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Token<'t> {
        loop {
            self.space();
            if self.byte(0) == b'#' && self.line_begins {
                self.directive();
                continue;
            }
            self.line_begins = false;
            let token = self.token();
            if token.kind == Kind::Keyword(Keyword::Pragma) {
                self.pragma_operator(token.at);
                continue;
            }
            return token;
        }
    }

    /// Skips white space and comments.
    fn space(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&b) = bytes.get(self.at) {
            match b {
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.line = self.line.saturating_add(1);
                    self.line_begins = true;
                }
                b'/' if self.byte(1) == b'/' => self.at = end_of_line(bytes, self.at),
                b'/' if self.byte(1) == b'*' => {
                    let from = self.at + 2;
                    let rest = &bytes[from..];
                    let end = rest.windows(2).position(|w| w == b"*/");
                    let len = end.map_or(rest.len(), |n| n + 2);
                    if end.is_none() {
                        self.endless_comment(self.at);
                    }
                    self.line = self.line.saturating_add(newlines(&rest[..len]));
                    self.at = from + len;
                }
                b'\\' if matches!(self.byte(1), b'\n') => {
                    self.at += 2;
                    self.line = self.line.saturating_add(1);
                }
                b'\\' if self.byte(1) == b'\r' && self.byte(2) == b'\n' => {
                    self.at += 3;
                    self.line = self.line.saturating_add(1);
                }
                _ => return,
            }
        }
    }

    /// The rest of the line, in which a backslash before its end joins the next; the position is
    /// then at its end.
    pub(super) fn rest_of_line(&mut self) -> &'t str {
        let bytes = self.text.as_bytes();
        let from = self.at;
        loop {
            self.at = end_of_line(bytes, self.at);
            let before = bytes[from..self.at].strip_suffix(b"\r").unwrap_or(&bytes[from..self.at]);
            if before.ends_with(b"\\") && self.at < bytes.len() {
                self.at += 1;
                self.line = self.line.saturating_add(1);
                continue;
            }
            return self.text.get(from..self.at).unwrap_or("");
        }
    }

    fn token(&mut self) -> Token<'t> {
        let from = self.at;
        let first = self.byte(0);
        let kind = match CLASS[first as usize] {
            WORD => self.word(),
            DIGIT => self.number(),
            _ if from >= self.text.len() => Kind::End,
            _ => match first {
                b'"' => self.quoted(b'"', Kind::Text),
                b'\'' => self.quoted(b'\'', Kind::Char),
                b'.' if CLASS[self.byte(1) as usize] == DIGIT => self.number(),
                _ => self.mark(first),
            },
        };
        Token {
            kind,
            text: self.text.get(from..self.at).unwrap_or(""),
            at: from as u32,
            line: self.line,
            file: self.around.file,
        }
    }

    #[inline]
    fn word(&mut self) -> Kind {
        let bytes = self.text.as_bytes();
        let from = self.at;
        let mut at = from + 1;
        while at < bytes.len() && CLASS[bytes[at] as usize] != 0 {
            at += 1;
        }
        self.at = at;
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(at).copied()
            && matches!(&bytes[from..at], b"L" | b"u" | b"U" | b"u8")
        {
            return self.quoted(quote, if quote == b'"' { Kind::Text } else { Kind::Char });
        }
        // Both ends are ASCII or the ends of characters.
        match self.text.get(from..at).and_then(keyword) {
            Some(keyword) => Kind::Keyword(keyword),
            None => Kind::Identifier,
        }
    }

    /// A preprocessing number (C11 6.4.8), of which [`super::literal`] makes a value.
    fn number(&mut self) -> Kind {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        while let Some(&b) = bytes.get(at) {
            let joins = match b {
                b'.' => true,
                b'+' | b'-' => matches!(bytes[at - 1], b'e' | b'E' | b'p' | b'P'),
                // C23's separator of digits.
                b'\'' => bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric()),
                _ => CLASS[b as usize] != 0,
            };
            if !joins {
                break;
            }
            at += 1;
        }
        self.at = at;
        Kind::Number
    }

    /// A literal in quotes, which ends on its line.
    fn quoted(&mut self, quote: u8, kind: Kind) -> Kind {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        while let Some(&b) = bytes.get(at) {
            match b {
                b'\\' if bytes.get(at + 1).is_some_and(|b| *b != b'\n') => at += 2,
                b'\n' => break,
                _ if b == quote => {
                    self.at = at + 1;
                    return kind;
                }
                _ => at += 1,
            }
        }
        // What is cut off in the middle of a character would be no text.
        self.at = (at.min(bytes.len())..=bytes.len())
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(bytes.len());
        Kind::Stray
    }

    fn mark(&mut self, first: u8) -> Kind {
        use Mark::*;
        let (second, third) = (self.byte(1), self.byte(2));
        let (mark, len) = match (first, second, third) {
            (b'(', ..) => (Open, 1),
            (b')', ..) => (Close, 1),
            (b'{', ..) => (OpenBrace, 1),
            (b'}', ..) => (CloseBrace, 1),
            (b'[', ..) => (OpenBracket, 1),
            (b']', ..) => (CloseBracket, 1),
            (b';', ..) => (Semicolon, 1),
            (b',', ..) => (Comma, 1),
            (b'?', ..) => (Question, 1),
            (b'~', ..) => (Tilde, 1),
            (b'*', b'=', _) => (AssignWith, 2),
            (b'*', ..) => (Star, 1),
            (b'.', b'.', b'.') => (Ellipsis, 3),
            (b'.', ..) => (Dot, 1),
            (b'-', b'>', _) => (Arrow, 2),
            (b'-', b'-', _) => (Decrement, 2),
            (b'+', b'+', _) => (Increment, 2),
            (b'&', b'&', _) => (AndAnd, 2),
            (b'|', b'|', _) => (OrOr, 2),
            (b'<', b'<', b'=') | (b'>', b'>', b'=') => (AssignWith, 3),
            (b'<', b'<', _) => (ShiftLeft, 2),
            (b'>', b'>', _) => (ShiftRight, 2),
            (b'<', b'=', _) => (LessEqual, 2),
            (b'>', b'=', _) => (GreaterEqual, 2),
            // Digraphs (C11 6.4.6p3).
            (b'<', b':', _) => (OpenBracket, 2),
            (b':', b'>', _) => (CloseBracket, 2),
            (b'<', b'%', _) => (OpenBrace, 2),
            (b'%', b'>', _) => (CloseBrace, 2),
            (b'<', ..) => (Less, 1),
            (b'>', ..) => (Greater, 1),
            (b'=', b'=', _) => (Equal, 2),
            (b'!', b'=', _) => (NotEqual, 2),
            (b'+' | b'-' | b'/' | b'%' | b'&' | b'|' | b'^', b'=', _) => (AssignWith, 2),
            (b'=', ..) => (Assign, 1),
            (b'!', ..) => (Not, 1),
            (b'+', ..) => (Plus, 1),
            (b'-', ..) => (Minus, 1),
            (b'/', ..) => (Slash, 1),
            (b'%', ..) => (Percent, 1),
            (b'&', ..) => (And, 1),
            (b'|', ..) => (Or, 1),
            (b'^', ..) => (Xor, 1),
            (b':', b':', _) => (ColonColon, 2),
            (b':', ..) => (Colon, 1),
            (b'#', ..) => (Hash, 1),
            _ => {
                self.at += 1;
                return Kind::Stray;
            }
        };
        self.at += len;
        Kind::Mark(mark)
    }
}

pub(super) fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| from + n)
}

pub(super) fn newlines(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|b| **b == b'\n').count().try_into().unwrap_or(u32::MAX)
}
