//! What the project promises of a typed call, in instructions, which do not depend on the machine's load.

use crate::harness::{Label, Row};
use crate::paths;
use crate::shapes;

/// The shapes that the bounds speak of: calls of these, and callbacks.
const SHAPES: [Label; 3] = [shapes::ADD, shapes::FMA3, shapes::SUM8];

/// Whether a bound speaks of the shape.
pub(crate) fn has(shape: Label) -> bool {
    SHAPES.contains(&shape) || shape == shapes::CALLBACK
}

/// A method of a handle costs at most so many times the instructions of a libloading `Symbol`.
const HANDLE_RATIO: f64 = 1.05;

/// A `#[foreign_fn]` costs at most so many instructions more than a libloading `Symbol`.
const FOREIGN_FN_EXTRA: f64 = 3.0;

/// Where callbacks have entries of their own, a typed one, guard and checks included, costs at most so many times what
/// libffi's closure does, which has none.
const CALLBACK_RATIO: Option<f64> =
    if cfg!(all(target_arch = "x86_64", not(windows))) { Some(0.85) } else { None };

/// A traced call to which nobody listens costs at most so many instructions more than one that is not traced: for the
/// question whether somebody does, and for what then has to be kept over it.
#[cfg(feature = "tracing")]
const TRACED_EXTRA: [(Label, Label, f64); 2] =
    [(paths::FOREIGN_FN_TRACED, paths::FOREIGN_FN, 48.0), (paths::CALL_TRACED, paths::CALL, 64.0)];

/// The bounds that do not hold, each in a sentence.
pub(crate) fn violated(rows: &[Row]) -> Vec<String> {
    let mut violated = Vec::new();
    let of = |shape: Label, path: Label| {
        rows.iter()
            .find(|row| row.group == shape && row.way == path)
            .and_then(|row| row.instructions)
    };
    if let Some(ratio) = CALLBACK_RATIO {
        let of = |path| of(shapes::CALLBACK, path);
        match (of(paths::CALLBACK_TYPED), of(paths::CALLBACK_LIBFFI)) {
            (Some(typed), Some(closure)) if typed <= closure * ratio => {}
            (typed, closure) => violated.push(format!(
                "a typed callback takes {typed:?} instructions; expected at most {ratio} times the {closure:?} of a \
                 closure of libffi"
            )),
        }
    }
    for shape in SHAPES {
        let of = |path: Label| of(shape, path);
        let (Some(symbol), Some(handle), Some(foreign_fn)) =
            (of(paths::SYMBOL), of(paths::HANDLE), of(paths::FOREIGN_FN))
        else {
            violated.push(format!("{}: the instructions were not counted", shape.text));
            continue;
        };
        let mut check = |path: Label, found: f64, most: f64, bound: &str| {
            if found > most {
                violated.push(format!(
                    "{}: {} takes {found} instructions; expected at most {most:.2} ({bound} the {symbol} \
                     of a {})",
                    shape.text,
                    path.text,
                    paths::SYMBOL.text,
                ));
            }
        };
        check(paths::HANDLE, handle, symbol * HANDLE_RATIO, "1.05 times");
        check(paths::FOREIGN_FN, foreign_fn, symbol + FOREIGN_FN_EXTRA, "3 more than");
        #[cfg(feature = "tracing")]
        for (traced, plain, extra) in TRACED_EXTRA {
            match (of(traced), of(plain)) {
                (Some(found), Some(base)) if found <= base + extra => {}
                (found, base) => violated.push(format!(
                    "{}: {} takes {found:?} instructions; expected at most {extra} more than the {base:?} of {}",
                    shape.text, traced.text, plain.text
                )),
            }
        }
    }
    violated
}
