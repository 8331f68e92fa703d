//! Pragmas that change layouts or names: `pack` in all of Microsoft's forms, `ms_struct`,
//! `options align`, `scalar_storage_order`, `weak`, `redefine_extname`.
//!
//! All others change nothing that a declaration says, and are passed over.

use super::directive::first_word;
use crate::target::{BitRule, Endian};
use std::collections::HashMap;

/// What pragmas have set.
#[derive(Default)]
pub(super) struct Pragmas<'t> {
    /// `#pragma pack(n)` in force.
    pub(super) pack: Option<u64>,
    pushed: Vec<(Option<&'t str>, Option<u64>)>,
    /// `#pragma ms_struct on`.
    pub(super) bit_rule: Option<BitRule>,
    /// `#pragma scalar_storage_order`.
    pub(super) storage_order: Option<Endian>,
    /// Symbol names by `#pragma redefine_extname old new`.
    pub(super) renamed: HashMap<&'t str, &'t str>,
}

/// More than any header nests.
const MAX_PUSHED: usize = 1 << 12;

impl<'t> Pragmas<'t> {
    /// Follows what stands behind `#pragma`; says why, if it cannot.
    pub(super) fn follow(&mut self, text: &'t str) -> Option<&'static str> {
        let (word, rest) = first_word(text.trim_start());
        let rest = rest.trim();
        match word {
            "pack" => self.pack(rest),
            "ms_struct" => {
                self.bit_rule = (rest == "on").then_some(BitRule::Ms);
                None
            }
            "options" => self.options(rest),
            "scalar_storage_order" => {
                self.storage_order = match rest {
                    "big-endian" => Some(Endian::Big),
                    "little-endian" => Some(Endian::Little),
                    _ => None,
                };
                None
            }
            "redefine_extname" => {
                let (old, new) = first_word(rest);
                self.renamed.insert(old, first_word(new.trim_start()).0);
                None
            }
            _ => None,
        }
    }

    /// `(n)`, `()`, `(push | pop [, name] [, n])`, `(show)`.
    fn pack(&mut self, text: &'t str) -> Option<&'static str> {
        const EXPECTED: &str = "expected `#pragma pack` with (n), (push), (pop), (push, n), …";
        let Some(inner) = text.strip_prefix('(').and_then(|t| t.split_once(')')).map(|t| t.0)
        else {
            return Some(EXPECTED);
        };
        let mut items = inner.split(',').map(str::trim);
        let first = items.next().unwrap_or("");
        let (mut name, mut value) = (None, None);
        if !matches!(first, "push" | "pop") {
            return match first {
                "" => {
                    self.pack = None;
                    None
                }
                "show" => None,
                number => match pack_value(number) {
                    Some(n) => {
                        self.pack = n;
                        None
                    }
                    None => Some("expected 1, 2, 4, 8 or 16 in `#pragma pack`"),
                },
            };
        }
        for item in items {
            match item.as_bytes().first() {
                Some(b) if b.is_ascii_digit() => match pack_value(item) {
                    Some(n) => value = Some(n),
                    None => return Some("expected 1, 2, 4, 8 or 16 in `#pragma pack`"),
                },
                Some(_) => name = Some(item),
                None => return Some(EXPECTED),
            }
        }
        if first == "push" {
            if self.pushed.len() >= MAX_PUSHED {
                return Some("`#pragma pack(push)` is nested too deep");
            }
            self.pushed.push((name, self.pack));
        } else {
            let found = match name {
                Some(_) => self.pushed.iter().rposition(|(n, _)| *n == name),
                None => self.pushed.len().checked_sub(1),
            };
            // Compilers warn of a pop without a push, and do nothing.
            if let Some(index) = found {
                self.pack = self.pushed[index].1;
                self.pushed.truncate(index);
            }
        }
        if let Some(value) = value {
            self.pack = value;
        }
        None
    }

    /// Apple's `#pragma options align=packed`.
    fn options(&mut self, text: &str) -> Option<&'static str> {
        let value = text.strip_prefix("align")?.trim_start().strip_prefix('=')?.trim();
        match value {
            "packed" => {
                self.pushed.push((None, self.pack));
                self.pack = Some(1);
                None
            }
            "native" | "natural" | "power" => {
                self.pushed.push((None, self.pack));
                self.pack = None;
                None
            }
            "reset" => {
                if let Some((_, before)) = self.pushed.pop() {
                    self.pack = before;
                }
                None
            }
            _ => Some("unknown alignment in `#pragma options align`"),
        }
    }
}

/// `pack(0)` is the default, as no value is.
fn pack_value(text: &str) -> Option<Option<u64>> {
    match text.trim_end_matches(['u', 'U', 'l', 'L']) {
        "0" => Some(None),
        "1" => Some(Some(1)),
        "2" => Some(Some(2)),
        "4" => Some(Some(4)),
        "8" => Some(Some(8)),
        "16" => Some(Some(16)),
        _ => None,
    }
}
