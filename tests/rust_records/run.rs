//! Records as what batches are made of.

use super::batches::Material;
use super::generate::{self, Platform};
use super::model::Plan;
use super::workshop::Tally;
use super::{c, rust};
use std::collections::BTreeSet;

/// What the judge counts.
pub(crate) struct Counts {
    pub(crate) records: usize,
    /// Bit fields and other members that were read and written by both languages.
    pub(crate) accesses: usize,
    /// Passed by value as rustc does it, and by the engine.
    pub(crate) direct: usize,
    pub(crate) engine: usize,
}

impl Counts {
    pub(crate) fn of(tally: &Tally) -> Counts {
        let [records, accesses, direct, engine] = tally.counts[..] else {
            panic!("the judge counted {:?}", tally.counts)
        };
        Counts { records, accesses, direct, engine }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { records, accesses, direct, engine } = self;
        write!(
            f,
            "{records} records, {accesses} members exchanged; by value {direct} directly, {engine} by the engine"
        )
    }
}

impl Material for Vec<Plan> {
    const JUDGE: &str = "rust_records_judge";
    const BATCH: usize = 100;

    fn random(seed: u64, count: usize, platform: Platform) -> Vec<Plan> {
        generate::records(seed, count, platform)
    }

    fn in_c(&self) -> String {
        c::source(self)
    }

    fn in_rust(&self, of_c: &Vec<Plan>, library: &str, left_out: &BTreeSet<String>) -> String {
        rust::source(self, of_c, library, left_out)
    }

    fn shown(&self) -> String {
        let in_c = self.iter().map(|p| c::definition(p, self));
        let in_rust = self.iter().map(|p| rust::definition(p, self));
        in_c.chain(self.last().map(c::prototype)).chain(in_rust).collect()
    }
}
