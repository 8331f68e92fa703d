//! Time per operation: the fastest of interleaved rounds.
//!
//! A round runs every case once, for about [`BATCH`]. A disturbance, or a change of the clock's frequency, so
//! meets all cases alike, and the minimum over the rounds leaves it out. Times depend on the machine: they are
//! reported and never checked.

use super::Case;
use std::time::{Duration, Instant};

/// How long a case runs in one round.
const BATCH: Duration = Duration::from_millis(5);

/// Nanoseconds per operation of each case, in their order; none if `rounds` is 0.
pub(crate) fn measure(cases: &mut [Case], rounds: u32) -> Vec<Option<f64>> {
    if rounds == 0 {
        return vec![None; cases.len()];
    }
    let batches: Vec<u64> = cases.iter_mut().map(batch).collect();
    let mut best = vec![f64::INFINITY; cases.len()];
    for _ in 0..rounds {
        for ((case, &batch), best) in cases.iter_mut().zip(&batches).zip(&mut best) {
            let time = timed(case, batch).as_secs_f64() * 1e9 / batch as f64;
            *best = best.min(time);
        }
    }
    best.into_iter().map(Some).collect()
}

fn timed(case: &mut Case, n: u64) -> Duration {
    let start = Instant::now();
    case.run(n);
    start.elapsed()
}

/// How often a case runs in about [`BATCH`].
fn batch(case: &mut Case) -> u64 {
    let mut n = 1_000;
    loop {
        let time = timed(case, n);
        if time * 4 >= BATCH {
            let wanted = n as f64 * BATCH.as_secs_f64() / time.as_secs_f64();
            return (wanted as u64).max(1);
        }
        n *= 2;
    }
}
