//! `#pragma push_macro("NAME")` and `pop_macro`, of Microsoft, gcc and clang.
//!
//! Preprocessors follow them and keep silent: their output (`-dD`) does not tell that a definition is
//! back. So the files that went into it are searched for names that are pushed, and for those the
//! preprocessor is asked what they are in the end.

use super::SkippedItem;
use super::token::tokens;
use ctypes_core::types::Place;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// How many bytes of files are searched; all headers of mingw together have a quarter of it.
const MAX_FILES: u64 = 1 << 28;

/// Whether a macro is pushed (or else popped), and its name, by what follows `#pragma`.
pub(super) fn operand(rest: &str) -> Option<(bool, &str)> {
    let found = tokens(rest, 0);
    let [word, open, literal, close] = &found[..] else { return None };
    let pushes = word.text == "push_macro";
    let Cow::Borrowed(literal) = literal.text else { return None };
    let name = literal.strip_prefix('"')?.strip_suffix('"')?;
    let is_call = (pushes || word.text == "pop_macro") && open.is("(") && close.is(")");
    (is_call && is_name(name)).then_some((pushes, name))
}

/// Whether a text mentions either.
pub(super) fn is_mentioned(text: &str) -> bool {
    text.contains("push_macro") || text.contains("pop_macro")
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

/// The names that are pushed anywhere in the files of which a preprocessed text was made; for those that
/// an operator pushes, where that is.
pub(super) fn names(preprocessed: &str) -> BTreeMap<String, Option<Place>> {
    let mut files = BTreeSet::new();
    for line in preprocessed.lines().filter(|l| l.starts_with("# ")) {
        let name = line.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"'));
        files.extend(name.map(|(name, _)| name).filter(|name| !name.starts_with('<')));
    }
    let mut names = BTreeMap::new();
    let mut left = MAX_FILES;
    for file in files {
        let path = file.replace("\\\\", "\\");
        // A marker can name any file (`#line`). Those of no size are the kernel's, and reading may wait.
        let size = std::fs::metadata(&path).map_or(0, |about| about.len());
        if size == 0 || size > left {
            continue;
        }
        left -= size;
        // What cannot be read any more was read by the preprocessor; without it nothing is known.
        if let Ok(text) = super::options::read(Path::new(&path)) {
            in_file(&text, &path, &mut names);
        }
    }
    names
}

/// Also in `_Pragma("push_macro(\"NAME\")")` and `__pragma(push_macro("NAME"))`; in a comment too, where
/// it does no harm.
fn in_file(text: &str, path: &str, names: &mut BTreeMap<String, Option<Place>>) {
    for (at, word) in text.match_indices("push_macro") {
        let rest = text[at + word.len()..].trim_start();
        let name = rest.strip_prefix('(').map(|r| r.trim_start().trim_start_matches('\\'));
        let name = name.and_then(|n| n.strip_prefix('"')).and_then(|n| n.split(['"', '\\']).next());
        if let Some(name) = name.filter(|n| is_name(n)) {
            let operator = text[..at].trim_end().ends_with(['"', '(']);
            let place = operator.then(|| {
                let line = text[..at].bytes().filter(|b| *b == b'\n').count() + 1;
                Place::new(path, u32::try_from(line).unwrap_or(u32::MAX))
            });
            let known = names.entry(name.to_owned()).or_default();
            *known = known.take().or(place);
        }
    }
}

/// A definition, and where it is: the text of the line and the marker that leads to it.
type Places<'t> = HashMap<&'t str, String>;

/// The directives to append to a preprocessed text, so that it says of some names what `definitions`,
/// the output of `-dM`, says of them. gcc does not follow operators then: what they have pushed is
/// undefined, and told.
pub(super) fn directives(
    names: &BTreeMap<String, Option<Place>>,
    preprocessed: &str,
    definitions: &str,
) -> (String, Vec<SkippedItem>) {
    let (told, places) = told(names, preprocessed);
    let truth: HashMap<&str, &str> = definitions.lines().filter_map(definition).collect();
    let follows_operators = truth.contains_key("__clang__");
    let (mut text, mut skipped) = (String::new(), Vec::new());
    for (name, operator) in names {
        if let Some(place) = operator.as_ref().filter(|_| !follows_operators) {
            text.push_str(&format!("#undef {name}\n"));
            skipped.push(SkippedItem {
                name: Some(name.as_str().into()),
                place: place.clone(),
                reason: "expected `#pragma push_macro`: what an operator pushes is unknown".into(),
            });
            continue;
        }
        match (told.get(&**name), truth.get(&**name)) {
            (told, truth) if told == truth => {}
            (_, None) => text.push_str(&format!("#undef {name}\n")),
            (_, Some(line)) => {
                let unknown = "# 1 \"<pushed>\"".to_owned();
                let marker = places.get(line).unwrap_or(&unknown);
                text.push_str(&format!("{marker}\n{line}\n"));
            }
        }
    }
    (text, skipped)
}

/// What a text says of some names at its end, and all of their definitions in it.
fn told<'t>(
    names: &BTreeMap<String, Option<Place>>,
    text: &'t str,
) -> (HashMap<&'t str, &'t str>, Places<'t>) {
    let (mut told, mut places) = (HashMap::new(), Places::new());
    let (mut line_number, mut file) = (1_u64, "");
    for line in text.lines() {
        if let Some((number, rest)) = line.strip_prefix("# ").and_then(|l| l.split_once(' ')) {
            line_number = number.parse().unwrap_or(line_number);
            file = rest.rsplit_once('"').map_or(file, |(name, _)| name);
            continue;
        }
        if let Some((name, line)) = definition(line).filter(|(name, _)| names.contains_key(*name)) {
            told.insert(name, line);
            places.insert(line, format!("# {line_number} {file}\""));
        } else if let Some(name) = line.strip_prefix("#undef ") {
            told.remove(name.trim());
        }
        line_number += 1;
    }
    (told, places)
}

/// The name that a line defines, and the line.
fn definition(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("#define ")?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
    Some((&rest[..end.unwrap_or(rest.len())], line.trim_end()))
}
