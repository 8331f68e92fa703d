//! Batches of functions: judged, and what is found made small.

use super::batches::{Amount, side_by_side};
use super::plan::Batch;
use super::workshop::{Finding, Tally, Verdict, Workshop};
use super::{callees, callers, search};

/// What links to the programs.
pub(crate) const JUDGE: &str = "signatures_judge";

/// What Rust is told of the functions of C: the same, but where a test of the tests wants something found.
pub(crate) type Binding = dyn Fn(&Batch) -> Batch + Sync;

const BATCH: usize = 250;

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

/// Judges `count` functions.
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
        batch(workshop, seed, &Batch::random(seed, size, workshop.machine.platform))
    })
}

/// What becomes of the functions of `of_c` where Rust has those of `of_rust`, which are the same if nothing is to be
/// found.
///
/// # Errors
/// As [`Workshop::try_out`].
pub(crate) fn verdict(
    workshop: &Workshop,
    name: &str,
    of_c: &Batch,
    of_rust: &Batch,
) -> Result<Verdict, String> {
    workshop.try_out(name, &callees::source(of_c), &|library, left_out| {
        callers::source(of_rust, of_c, library, left_out)
    })
}

fn batch(workshop: &Workshop, seed: u64, batch: &Batch) -> Result<Tally, String> {
    let name = format!("s{seed}");
    let verdict = verdict(workshop, &name, batch, batch)?;
    let Some(first) = verdict.findings.first() else { return Ok(verdict.tally) };
    let (machine, count) = (workshop.machine.name, batch.calls.len());
    let head =
        format!("on {machine}, --seed {seed} --count {count}: {} findings", verdict.findings.len());
    Err(format!("{head}\n{}", report(workshop, &name, batch, first)))
}

/// The smallest batch found that shows what `found` says.
///
/// # Errors
/// A compiler that can no longer be run.
pub(crate) fn shrink(
    workshop: &Workshop,
    name: &str,
    binding: &Binding,
    batch: &Batch,
    found: Finding,
) -> Result<search::Smallest<Batch>, String> {
    let name = format!("{name}-smaller");
    let judge = |batch: &Batch| verdict(workshop, &name, batch, &binding(batch));
    search::shrink(&judge, batch, found)
}

/// The smallest counterexample for one of the findings, as text.
fn report(workshop: &Workshop, name: &str, batch: &Batch, finding: &Finding) -> String {
    match shrink(workshop, name, &|batch| batch.clone(), batch, finding.clone()) {
        Ok(smallest) => {
            let (batch, found) = (&smallest.subject, &smallest.finding);
            let in_c: String = batch.calls.iter().map(|call| callees::shown(batch, call)).collect();
            format!(
                "the smallest that shows it, of {} programs: {:?}\n{in_c}\n{}",
                smallest.tries, found.kind, found.text
            )
        }
        Err(e) => format!("{}\nnot made smaller: {e}", finding.text),
    }
}
