//! Functions as what batches are made of.

use super::batches::Material;
use super::generate::Platform;
use super::plan::Batch;
use super::workshop::Tally;
use super::{callees, callers};
use std::collections::BTreeSet;

/// What the judge counts: functions, and calls of each kind.
pub(crate) struct Counts {
    pub(crate) functions: usize,
    pub(crate) direct: usize,
    pub(crate) tuples: usize,
    pub(crate) pushed: usize,
    pub(crate) typed: usize,
    pub(crate) dynamic: usize,
    pub(crate) refused: usize,
}

impl Counts {
    pub(crate) fn of(tally: &Tally) -> Counts {
        let [functions, direct, tuples, pushed, typed, dynamic] = tally.counts[..] else {
            panic!("the judge counted {:?}", tally.counts)
        };
        let refused = tally.refused.len();
        Counts { functions, direct, tuples, pushed, typed, dynamic, refused }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { functions, direct, tuples, pushed, typed, dynamic, refused } = self;
        write!(
            f,
            "{functions} signatures; calls: {direct} by the attribute, {tuples} with tuples, {pushed} with pushed \
             arguments; C called {typed} typed callbacks and {dynamic} of run time; refused by the engine: {refused}"
        )
    }
}

impl Material for Batch {
    const JUDGE: &str = "signatures_judge";
    const BATCH: usize = 250;

    fn random(seed: u64, count: usize, platform: Platform) -> Batch {
        Batch::of(seed, count, platform)
    }

    fn in_c(&self) -> String {
        callees::source(self)
    }

    fn in_rust(&self, of_c: &Batch, library: &str, left_out: &BTreeSet<String>) -> String {
        callers::source(self, of_c, library, left_out)
    }

    fn shown(&self) -> String {
        self.calls.iter().map(|call| callees::shown(self, call)).collect()
    }
}
