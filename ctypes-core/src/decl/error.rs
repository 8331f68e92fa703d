//! What is wrong with a text, where, and what was expected there.

use super::parser::Fault;
use crate::types::Place;
use std::fmt;
use std::sync::Arc;

/// A C text cannot be read.
///
/// Displayed with the line in question and a mark below the place:
/// ```
/// use ctypes_core::Types;
/// let error = Types::new().parse("int f(int x;").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "<text>:1:12: expected `,` or `)`, found `;`\n    int f(int x;\n               ^",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseError {
    /// Where.
    pub place: Place,
    /// The column of the first character in question, from 1.
    pub column: u32,
    /// What was expected and what was found.
    pub message: String,
    /// The line, or the part of a long one around the place.
    pub excerpt: String,
    /// How many errors of the same text follow this one.
    pub more: usize,
    /// The characters of the excerpt that are in question: the first of them and how many.
    pub(super) mark: (usize, usize),
}

/// The longest message, in characters.
const MAX_MESSAGE: usize = 500;

/// What is shown of a line, in characters before and after the place.
const SHOWN: usize = 60;

impl ParseError {
    pub(super) fn new(fault: &Fault, text: &str, files: &[Arc<str>]) -> ParseError {
        let file = files.get(fault.file as usize).cloned().unwrap_or_else(|| "<text>".into());
        let at = (fault.at as usize).min(text.len());
        let line_start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let line_end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let (before, after) = (&text[line_start..at], text[at..line_end].trim_end());
        let column = before.chars().count();
        let from = before.char_indices().rev().nth(SHOWN - 1).map_or(0, |(i, _)| i);
        let to = after.char_indices().nth(SHOWN).map_or(after.len(), |(i, _)| i);
        // Tabs would put the mark elsewhere, and other control characters do worse to a terminal.
        let clean = |s: &str| -> String {
            s.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        };
        let excerpt = format!("{}{}", clean(&before[from..]), clean(&after[..to]));
        let end = (at + fault.len as usize).min(line_end);
        let len = text.get(at..end).map_or(1, |t| t.chars().count()).clamp(1, SHOWN);
        let column = u32::try_from(column + 1).unwrap_or(u32::MAX);
        let mark = (before[from..].chars().count(), len);
        let place = Place { file, line: fault.line };
        // Names may be of any length.
        let mut message: String = clean(&fault.message).chars().take(MAX_MESSAGE).collect();
        if fault.message.chars().nth(MAX_MESSAGE).is_some() {
            message.push('…');
        }
        ParseError { place, column, message, excerpt, more: 0, mark }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, len) = self.mark;
        write!(
            f,
            "{}:{}: {}\n    {}\n    {:from$}{:^<len$}",
            self.place, self.column, self.message, self.excerpt, "", "^"
        )?;
        match self.more {
            0 => Ok(()),
            1 => f.write_str("\nand 1 more error"),
            n => write!(f, "\nand {n} more errors"),
        }
    }
}

impl std::error::Error for ParseError {}
