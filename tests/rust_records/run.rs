//! Batches of records, judged side by side.

use super::generate;
use super::model::Plan;
use super::shrink::{self, Binding};
use super::workshop::{Finding, Tally, Workshop};
use super::{c, rust};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Larger ones save starts of compilers, smaller ones take less of the machine.
const BATCH: usize = 100;
/// After so many counterexamples something is wrong everywhere.
const ENOUGH: usize = 3;

/// Judges `count` records, of which the batch number `n` is made from the seed `seed + n`; `done` is told how many are
/// done. `threads` batches are compiled at a time.
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
    let next = AtomicU64::new(0);
    let finished = AtomicUsize::new(0);
    let all: Mutex<(Tally, Vec<String>)> = Mutex::default();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let before = BATCH.saturating_mul(number as usize);
            if before >= count || lock(&all).1.len() >= ENOUGH {
                return;
            }
            let size = BATCH.min(count - before);
            let seed = seed.wrapping_add(number);
            let plans = generate::records(seed, size, workshop.machine.platform);
            let outcome = batch(workshop, seed, &plans);
            let mut all = lock(&all);
            match outcome {
                Ok(tally) => all.0.add(tally),
                Err(report) => {
                    // At once: the end may be far.
                    eprintln!("\n{report}");
                    all.1.push(report);
                }
            }
            drop(all);
            done(finished.fetch_add(size, Ordering::Relaxed) + size);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let (tally, reports) = all.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    if reports.is_empty() { Ok(tally) } else { Err(reports.join("\n\n")) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn batch(workshop: &Workshop, seed: u64, plans: &[Plan]) -> Result<Tally, String> {
    let name = format!("s{seed}");
    let verdict = workshop.judge(&name, plans, plans)?;
    let Some(first) = verdict.findings.first() else { return Ok(verdict.tally) };
    let machine = workshop.machine.name;
    let head = format!(
        "on {machine}, --seed {seed} --count {}: {} findings",
        plans.len(),
        verdict.findings.len()
    );
    Err(format!("{head}\n{}", report(workshop, &name, &|plans| plans.to_vec(), plans, first)))
}

/// The smallest counterexample for one of the findings, as text.
pub(crate) fn report(
    workshop: &Workshop,
    batch: &str,
    binding: &Binding,
    plans: &[Plan],
    finding: &Finding,
) -> String {
    match shrink::shrink(workshop, batch, binding, plans, finding.clone()) {
        Ok(smallest) => {
            let plans = &smallest.plans;
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
