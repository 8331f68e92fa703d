//! Batches of records: judged, and what is found made small.

use super::batches::{Amount, side_by_side};
use super::model::Plan;
use super::workshop::{Finding, Tally, Verdict, Workshop};
use super::{c, generate, rust, search};

/// What links to the programs of records.
pub(crate) const JUDGE: &str = "rust_records_judge";

/// What Rust is told of the records of C: the same, but where a test of the tests wants something found.
pub(crate) type Binding = dyn Fn(&[Plan]) -> Vec<Plan> + Sync;

/// Larger ones save starts of compilers, smaller ones take less of the machine.
const BATCH: usize = 100;

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

/// Judges `count` records.
///
/// # Errors
/// The counterexamples, or what could not be run.
pub(crate) fn judge(
    workshop: &Workshop,
    seed: u64,
    count: usize,
    threads: usize,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Tally, String> {
    let amount = Amount { count, batch: BATCH, threads };
    side_by_side(seed, &amount, done, &|seed, size| {
        batch(workshop, seed, &generate::records(seed, size, workshop.machine.platform))
    })
}

/// What becomes of the records of `of_c` where Rust has those of `of_rust`, which are the same if nothing is to be
/// found.
///
/// # Errors
/// As [`Workshop::try_out`].
pub(crate) fn verdict(
    workshop: &Workshop,
    batch: &str,
    of_c: &[Plan],
    of_rust: &[Plan],
) -> Result<Verdict, String> {
    workshop.try_out(batch, &c::source(of_c), &|library, left_out| {
        rust::source(of_rust, of_c, library, left_out)
    })
}

fn batch(workshop: &Workshop, seed: u64, plans: &[Plan]) -> Result<Tally, String> {
    let name = format!("s{seed}");
    let verdict = verdict(workshop, &name, plans, plans)?;
    let Some(first) = verdict.findings.first() else { return Ok(verdict.tally) };
    let machine = workshop.machine.name;
    let head = format!(
        "on {machine}, --seed {seed} --count {}: {} findings",
        plans.len(),
        verdict.findings.len()
    );
    Err(format!("{head}\n{}", report(workshop, &name, &|plans| plans.to_vec(), plans, first)))
}

/// The smallest records found that show what `found` says of `plans`.
///
/// # Errors
/// A compiler that can no longer be run.
pub(crate) fn shrink(
    workshop: &Workshop,
    batch: &str,
    binding: &Binding,
    plans: &[Plan],
    found: Finding,
) -> Result<search::Smallest<Vec<Plan>>, String> {
    let name = format!("{batch}-smaller");
    let judge = |plans: &Vec<Plan>| verdict(workshop, &name, plans, &binding(plans));
    search::shrink(&judge, &plans.to_vec(), found)
}

/// The smallest counterexample for one of the findings, as text.
fn report(
    workshop: &Workshop,
    batch: &str,
    binding: &Binding,
    plans: &[Plan],
    finding: &Finding,
) -> String {
    match shrink(workshop, batch, binding, plans, finding.clone()) {
        Ok(smallest) => {
            let plans = &smallest.subject;
            let in_c = plans.iter().map(|p| c::definition(p, plans));
            let of_rust = binding(plans);
            let in_rust = of_rust.iter().map(|p| rust::definition(p, &of_rust));
            let taken = plans.last().map(c::prototype);
            let in_both: String = in_c.chain(taken).chain(in_rust).collect();
            format!(
                "the smallest that shows it, of {} programs: {:?}\n{in_both}\n{}",
                smallest.tries, smallest.finding.kind, smallest.finding.text
            )
        }
        Err(e) => format!("{}\nnot made smaller: {e}", finding.text),
    }
}
