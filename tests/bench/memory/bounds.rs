//! What the project promises of access to C objects, in instructions, which do not depend on the machine's load.

use crate::harness::{Label, Row};
use crate::{groups, ways};

/// A way takes at most so many times the instructions of Rust's access, the loop around both included.
const BOUNDS: [(Label, Label, f64); 4] = [
    (groups::INT_LOAD, ways::AT, 6.0),
    (groups::INT_LOAD, ways::TENTH, 40.0),
    // The value comes as one of any kind.
    (groups::INT_STORE, ways::AT, 9.0),
    (groups::INT_STORE, ways::TENTH, 40.0),
];

/// Whether a bound speaks of the group.
pub(crate) fn is_in(group: Label) -> bool {
    BOUNDS.iter().any(|bound| bound.0 == group)
}

/// The bounds that do not hold, each in a sentence.
pub(crate) fn violated(rows: &[Row]) -> Vec<String> {
    let check = |&(group, way, ratio): &(Label, Label, f64)| {
        let of = |way| {
            rows.iter()
                .find(|row| row.group == group && row.way == way)
                .and_then(|row| row.instructions)
        };
        let (Some(plain), Some(found)) = (of(ways::PLAIN), of(way)) else {
            return Some(format!("{}: the instructions were not counted", group.text));
        };
        (found > plain * ratio).then(|| {
            let (group, way, base) = (group.text, way.text, ways::PLAIN.text);
            let most = plain * ratio;
            format!(
                "{group}: {way} takes {found} instructions; expected at most {most:.2} ({ratio} times the {plain} \
                 of {base})"
            )
        })
    };
    BOUNDS.iter().filter_map(check).collect()
}
