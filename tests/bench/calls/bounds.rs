//! What the project promises of a typed call, in instructions, which do not depend on the machine's load.

use crate::paths::Path;
use crate::report::Row;
use crate::shapes::Shape;

/// The shapes that the bounds speak of.
pub(crate) const SHAPES: [Shape; 3] = [Shape::ADD, Shape::FMA3, Shape::SUM8];

/// A method of a handle costs at most so many times the instructions of a libloading `Symbol`.
const HANDLE_RATIO: f64 = 1.05;

/// A `#[foreign_fn]` costs at most so many instructions more than a libloading `Symbol`.
const FOREIGN_FN_EXTRA: f64 = 3.0;

/// The bounds that do not hold, each in a sentence.
pub(crate) fn violated(rows: &[Row]) -> Vec<String> {
    let mut violated = Vec::new();
    for shape in SHAPES {
        let of = |path: Path| {
            rows.iter()
                .find(|row| row.shape == shape && row.path == path)
                .and_then(|row| row.instructions)
        };
        let (Some(symbol), Some(handle), Some(foreign_fn)) =
            (of(Path::SYMBOL), of(Path::HANDLE), of(Path::FOREIGN_FN))
        else {
            violated.push(format!("{}: the instructions were not counted", shape.text));
            continue;
        };
        let mut check = |path: Path, found: f64, most: f64, bound: &str| {
            if found > most {
                violated.push(format!(
                    "{}: {} takes {found} instructions; expected at most {most:.2} ({bound} the {symbol} \
                     of a {})",
                    shape.text,
                    path.text,
                    Path::SYMBOL.text,
                ));
            }
        };
        check(Path::HANDLE, handle, symbol * HANDLE_RATIO, "1.05 times");
        check(Path::FOREIGN_FN, foreign_fn, symbol + FOREIGN_FN_EXTRA, "3 more than");
    }
    violated
}
