//! What was measured, as tables for people and as JSON for programs.

use super::Label;
use std::fmt::Write;

/// One row: what was measured of one case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) group: Label,
    pub(crate) way: Label,
    /// Nanoseconds per operation.
    pub(crate) ns: Option<f64>,
    /// Instructions per operation, with the loop around it.
    pub(crate) instructions: Option<f64>,
}

/// The rows of each group, in the order of the groups' first rows; the first row of a group is what its others
/// are compared with.
fn groups(rows: &[Row]) -> Vec<Vec<Row>> {
    let mut groups: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|group| group[0].group == row.group) {
            Some(group) => group.push(*row),
            None => groups.push(vec![*row]),
        }
    }
    groups
}

fn ratio(value: Option<f64>, base: Option<f64>) -> Option<f64> {
    Some(value? / base?)
}

/// A table for each group; `uncounted` says why there are no instructions.
pub(crate) fn tables(rows: &[Row], uncounted: Option<&str>) -> String {
    let mut text = String::new();
    for rows in groups(rows) {
        let base = rows[0];
        let width = rows.iter().map(|row| row.way.text.len()).max().unwrap_or(0);
        // Writing to a String does not fail.
        let _ = writeln!(text, "\n{}", base.group.text);
        let _ = writeln!(
            text,
            "  {:width$}  {:>8}  {:>7}  {:>12}  {:>7}",
            "", "ns", "ratio", "instructions", "ratio"
        );
        for row in &rows {
            let _ = write!(text, "  {:width$}", row.way.text);
            let _ = write!(text, "  {}", number(row.ns, 8, 2));
            let _ = write!(text, "  {}", number(ratio(row.ns, base.ns), 7, 2));
            let _ = match uncounted {
                Some(reason) => writeln!(text, "  {}", reason.lines().next().unwrap_or("")),
                None => writeln!(
                    text,
                    "  {}  {}",
                    number(row.instructions, 12, 1),
                    number(ratio(row.instructions, base.instructions), 7, 2)
                ),
            };
        }
    }
    text
}

fn number(value: Option<f64>, width: usize, digits: usize) -> String {
    match value {
        Some(value) => format!("{value:>width$.digits$}"),
        None => format!("{:>width$}", "-"),
    }
}

/// One JSON object a line; what was not measured is null.
pub(crate) fn json(rows: &[Row]) -> String {
    let mut text = String::new();
    for rows in groups(rows) {
        let base = rows[0];
        for row in &rows {
            // The keys contain nothing that JSON would escape.
            let _ = writeln!(
                text,
                r#"{{"way":"{}","group":"{}","ns":{},"ratio":{},"instructions":{}}}"#,
                row.way.key,
                base.group.key,
                json_number(row.ns),
                json_number(ratio(row.ns, base.ns)),
                json_number(row.instructions),
            );
        }
    }
    text
}

fn json_number(value: Option<f64>) -> String {
    value.map_or("null".to_owned(), |value| format!("{value:.3}"))
}
