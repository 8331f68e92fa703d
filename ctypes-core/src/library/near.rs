//! Near misses: which of the names that exist the caller may have meant.
//!
//! Guarantees at most [`MAX`] answers, best first, and bounded work for each name compared. It knows nothing of
//! libraries or symbols and does not take apart mangled names.

/// How many near misses an error names.
pub(super) const MAX: usize = 5;

/// Longer names are compared no more: the cost grows with the square, and nobody reads the answer.
const MAX_LENGTH: usize = 96;

/// The names closest to `asked`: other spellings of it (case, leading `_` or `lib`, trailing version), then those few edits away.
pub(super) fn closest(asked: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    if asked.is_empty() || asked.len() > MAX_LENGTH {
        return Vec::new();
    }
    let limit = match asked.len() {
        0..3 => 0,
        3..6 => 1,
        6..9 => 2,
        _ => 3,
    };
    let stem = stem(asked);
    let mut near: Vec<(usize, String)> = Vec::new();
    for name in names {
        if name == asked || name.len() > MAX_LENGTH {
            continue;
        }
        let distance = (name.len().abs_diff(asked.len()) <= limit)
            .then(|| edits(asked.as_bytes(), name.as_bytes()))
            .filter(|&d| d <= limit);
        let spelling = (!stem.is_empty() && self::stem(&name) == stem).then_some(1);
        if let Some(score) = [distance, spelling].into_iter().flatten().min() {
            near.push((score, name));
        }
    }
    near.sort();
    near.dedup();
    near.truncate(MAX);
    near.into_iter().map(|(_, name)| name).collect()
}

/// What is left of a name without case, decoration and version.
fn stem(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let name = name.strip_prefix("lib").filter(|rest| !rest.is_empty()).unwrap_or(name);
    name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
        .to_ascii_lowercase()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn edits(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(asked: &str, names: &[&str]) -> Vec<String> {
        closest(asked, names.iter().map(|n| n.to_string()))
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, n) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
            ("", "ab", 2),
        ] {
            assert_eq!(edits(a.as_bytes(), b.as_bytes()), n, "{a} {b}");
            assert_eq!(edits(b.as_bytes(), a.as_bytes()), n, "{b} {a}");
        }
    }

    #[test]
    fn typos_and_spellings_are_near() {
        assert_eq!(near("sqlit3", &["z", "sqlite3", "sqlite"]), ["sqlite", "sqlite3"]);
        assert_eq!(near("stat", &["stat64", "fopen", "_stat"]), ["_stat", "stat64"]);
        assert_eq!(near("libz", &["z", "m"]), ["z"]);
        assert_eq!(near("glib", &["glib-2.0"]), ["glib-2.0"]);
        assert_eq!(near("messagebox", &["MessageBox"]), ["MessageBox"]);
        assert!(near("m", &["z", "c", "dl"]).is_empty());
    }

    #[test]
    fn odd_input_is_bounded() {
        assert!(near("", &["", "a"]).is_empty());
        assert!(near(&"x".repeat(100_000), &["x"]).is_empty());
        assert!(near("x", &[&"x".repeat(100_000)]).is_empty());
        assert_eq!(near("abcd", &["abce", "abcf", "abcg", "abch", "abci", "abcj"]).len(), MAX);
        assert_eq!(near("größe", &["größ", "gr"]), ["größ"]);
    }
}
