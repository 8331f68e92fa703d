//! Batches of random programs: written in both languages, judged side by side, and what is found made small.

use super::generate::Platform;
use super::search::{self, Smallest, Subject};
use super::workshop::{Finding, Tally, Verdict, Workshop};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What a batch is made of.
pub(crate) trait Material: Subject + 'static {
    /// The example of this package that both halves are judged by.
    const JUDGE: &str;
    /// How many make a batch: more save starts of compilers, fewer take less of the machine.
    const BATCH: usize;
    /// So many, made from the seed.
    fn random(seed: u64, count: usize, platform: Platform) -> Self;
    /// The C half.
    fn in_c(&self) -> String;
    /// The Rust half, where C has those of `of_c` in the file `library`, without the functions that are left out.
    fn in_rust(&self, of_c: &Self, library: &str, left_out: &BTreeSet<String>) -> String;
    /// What is shown of them, in both languages.
    fn shown(&self) -> String;
}

/// What Rust is told of what C has: the same, but where a test of the tests wants something found.
pub(crate) type Binding<M> = dyn Fn(&M) -> M;

/// After so many counterexamples something is wrong everywhere.
const ENOUGH: usize = 2;

/// Judges `count` of them, in batches of which the number `n` is made from the seed `seed + n`; `done` is told how many are
/// done. `threads` batches are compiled at a time.
///
/// # Errors
/// The counterexamples, or what could not be run.
pub(crate) fn judge<M: Material>(
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
            let before = M::BATCH.saturating_mul(number as usize);
            if before >= count || lock(&all).1.len() >= ENOUGH {
                return;
            }
            let size = M::BATCH.min(count - before);
            let outcome = batch::<M>(workshop, seed.wrapping_add(number), size);
            let mut all = lock(&all);
            match outcome {
                Ok(tally) => all.0.add(tally),
                Err(report) => all.1.push(report),
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

/// What becomes of what C has where Rust has `of_rust`, which is the same if nothing is to be found. `name` is one that no
/// other batch has at that time.
///
/// # Errors
/// As [`Workshop::try_out`].
pub(crate) fn verdict<M: Material>(
    workshop: &Workshop,
    name: &str,
    of_c: &M,
    of_rust: &M,
) -> Result<Verdict, String> {
    workshop
        .try_out(name, &of_c.in_c(), &|library, left_out| of_rust.in_rust(of_c, library, left_out))
}

fn batch<M: Material>(workshop: &Workshop, seed: u64, count: usize) -> Result<Tally, String> {
    let (name, all) = (format!("s{seed}"), M::random(seed, count, workshop.machine.platform));
    let verdict = verdict(workshop, &name, &all, &all)?;
    let Some(first) = verdict.findings.first() else { return Ok(verdict.tally) };
    let (machine, found) = (workshop.machine.name, verdict.findings.len());
    let report = report(workshop, &name, &all, first);
    Err(format!("on {machine}, --seed {seed} --count {count}: {found} findings\n{report}"))
}

/// The smallest found that shows what `found` says of all.
///
/// # Errors
/// A compiler that can no longer be run.
pub(crate) fn shrink<M: Material>(
    workshop: &Workshop,
    name: &str,
    binding: &Binding<M>,
    all: &M,
    found: Finding,
) -> Result<Smallest<M>, String> {
    let name = format!("{name}-smaller");
    let judge = |some: &M| verdict(workshop, &name, some, &binding(some));
    search::shrink(&judge, all, found)
}

/// The smallest counterexample for one of the findings, as text.
fn report<M: Material>(workshop: &Workshop, name: &str, all: &M, finding: &Finding) -> String {
    match shrink(workshop, name, &M::clone, all, finding.clone()) {
        Ok(Smallest { subject, finding: Finding { kind, text, .. }, tries }) => {
            let shown = subject.shown();
            format!("the smallest that shows it, of {tries} programs: {kind:?}\n{shown}\n{text}")
        }
        Err(e) => format!("{}\nnot made smaller: {e}", finding.text),
    }
}
