//! A case: one way of calling one shape, as a loop that can be timed or counted.
//!
//! What must not differ between ways is here, once. The loop, [`repeat`], is never inlined, and per
//! iteration the address of all that a call needs (what is called, and the arguments) passes through
//! `black_box`. So the compiler can neither move a load of the function's address out of the loop, which
//! would make some ways look better than they are in a program that calls now and then, nor fold the
//! arguments into constants, nor see through to the callee. Nothing else is done in the loop but the call and
//! taking its result. Each loop has its own type of setup and of call, so that no indirect call is added.

use crate::paths::Path;
use crate::shapes::{Outcome, Shape};
use core::fmt::Debug;
use core::hint::black_box;

/// One way of calling one shape.
pub(crate) struct Case {
    pub(crate) shape: Shape,
    pub(crate) path: Path,
    run: Box<dyn FnMut(u64)>,
}

impl Case {
    /// Makes a case and tries it: a way of calling that does not give C's result is not measured.
    ///
    /// # Panics
    /// If the result is not `expected`.
    pub(crate) fn new<S: 'static, E: Debug, R: Outcome<E>>(
        shape: Shape,
        path: Path,
        mut setup: S,
        expected: E,
        call: impl Fn(&mut S) -> R + 'static,
    ) -> Case {
        let found = call(&mut setup);
        assert!(
            found.is(&expected),
            "{} of {}: expected {expected:?}, found {found:?}",
            path.text,
            shape.text
        );
        Case::of_loop(shape, path, move |n| repeat::<S, E, R>(n, &mut setup, &call))
    }

    /// A case whose loop is elsewhere: it gets the number of calls to make.
    pub(crate) fn of_loop(shape: Shape, path: Path, run: impl FnMut(u64) + 'static) -> Case {
        Case { shape, path, run: Box::new(run) }
    }

    /// Makes `n` calls.
    pub(crate) fn run(&mut self, n: u64) {
        (self.run)(n);
    }
}

#[inline(never)]
fn repeat<S, E, R: Outcome<E>>(n: u64, setup: &mut S, call: &impl Fn(&mut S) -> R) {
    for _ in 0..n {
        call(black_box(setup)).sink();
    }
}
