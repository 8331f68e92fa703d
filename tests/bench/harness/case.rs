//! A case: one way of doing something, as a loop that can be timed or counted.
//!
//! What must not differ between ways is here, once. The loop, [`repeat`], is never inlined, and per
//! iteration the address of all that an operation needs (what is called or accessed, and the arguments)
//! passes through `black_box`. So the compiler can neither move a load out of the loop, which would make
//! some ways look better than they are in a program that does this now and then, nor fold the arguments into
//! constants, nor see through to a callee. Nothing else is done in the loop but the operation and taking its
//! result. Each loop has its own type of setup and of operation, so that no indirect call is added.

use core::fmt::Debug;
use core::hint::black_box;

/// A key for programs, a text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) key: &'static str,
    pub(crate) text: &'static str,
}

/// Declares labels as constants.
macro_rules! labels {
    ($($name:ident $key:literal $text:literal)*) => {
        $(pub(crate) const $name: $crate::harness::Label =
            $crate::harness::Label { key: $key, text: $text };)*
    };
}
pub(crate) use labels;

/// What an operation gives where an `E` is expected.
pub(crate) trait Outcome<E>: Debug {
    /// Whether it is that value.
    fn is(&self, expected: &E) -> bool;
    /// Keeps the compiler from dropping what computed it.
    fn sink(self);
}

/// One way of doing what a group compares.
pub(crate) struct Case {
    pub(crate) group: Label,
    pub(crate) way: Label,
    run: Box<dyn FnMut(u64)>,
}

impl Case {
    /// Makes a case and tries it: a way that does not give what is expected is not measured.
    ///
    /// # Panics
    /// If the result is not `expected`.
    pub(crate) fn new<S: 'static, E: Debug, R: Outcome<E>>(
        group: Label,
        way: Label,
        mut setup: S,
        expected: E,
        operation: impl Fn(&mut S) -> R + 'static,
    ) -> Case {
        let found = operation(&mut setup);
        assert!(
            found.is(&expected),
            "{} of {}: expected {expected:?}, found {found:?}",
            way.text,
            group.text
        );
        Case::of_loop(group, way, move |n| repeat::<S, E, R>(n, &mut setup, &operation))
    }

    /// A case whose loop is elsewhere: it gets the number of times.
    pub(crate) fn of_loop(group: Label, way: Label, run: impl FnMut(u64) + 'static) -> Case {
        Case { group, way, run: Box::new(run) }
    }

    /// Does it `n` times.
    pub(crate) fn run(&mut self, n: u64) {
        (self.run)(n);
    }
}

#[inline(never)]
fn repeat<S, E, R: Outcome<E>>(n: u64, setup: &mut S, operation: &impl Fn(&mut S) -> R) {
    for _ in 0..n {
        operation(black_box(setup)).sink();
    }
}
