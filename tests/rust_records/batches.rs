//! Batches, judged side by side.

use super::workshop::Tally;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// After so many counterexamples something is wrong everywhere.
const ENOUGH: usize = 2;

/// How many things, in batches of which size, and how many of these at a time.
pub(crate) struct Amount {
    pub(crate) count: usize,
    pub(crate) batch: usize,
    pub(crate) threads: usize,
}

/// Has `judge` judge batches, of which the number `n` is made from the seed `seed + n`; it is told the seed and the size.
/// `done` is told how many things are done.
///
/// # Errors
/// The counterexamples, or what could not be run.
pub(crate) fn side_by_side(
    seed: u64,
    amount: &Amount,
    done: &(dyn Fn(usize) + Sync),
    judge: &(dyn Fn(u64, usize) -> Result<Tally, String> + Sync),
) -> Result<Tally, String> {
    let &Amount { count, batch, threads } = amount;
    let next = AtomicU64::new(0);
    let finished = AtomicUsize::new(0);
    let all: Mutex<(Tally, Vec<String>)> = Mutex::default();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let before = batch.saturating_mul(number as usize);
            if before >= count || lock(&all).1.len() >= ENOUGH {
                return;
            }
            let size = batch.min(count - before);
            let outcome = judge(seed.wrapping_add(number), size);
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
