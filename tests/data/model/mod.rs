//! Random operations on objects, held against a model: byte vectors, and a list of what each pointer keeps.
//!
//! The model shares nothing with the crate: its layouts, its bits and its conversions are its own. After each
//! operation the memory that is alive must be what the model says: an allocator tells what has been freed.

mod assign;
mod operate;
mod shape;
mod values;
pub mod watch;
mod world;

use crate::random;
use operate::{KINDS, Operation};
use random::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::World;

/// How many operations a world goes through.
const LIFE: usize = 250;

/// Runs the operations on a world of their own; says which disagrees, and how.
fn run_all(operations: &[Operation]) -> Result<(), (usize, String)> {
    let failed = AssertUnwindSafe(|| {
        let universe = shape::Universe::new().map_err(|e| (0, e.to_string()))?;
        let mut world = World::default();
        world.universe = Some(universe);
        for (i, operation) in operations.iter().enumerate() {
            let done = catch_unwind(AssertUnwindSafe(|| world.operate(*operation)));
            done.unwrap_or_else(|_| Err("panicked".to_owned())).map_err(|e| (i, e))?;
        }
        let at_end =
            catch_unwind(AssertUnwindSafe(|| world.end(&mut Random(operations.len() as u64))));
        at_end.unwrap_or_else(|_| Err("panicked".to_owned())).map_err(|e| (operations.len(), e))
    });
    failed.0()
}

/// The same operations without those that the disagreement does not need.
fn shrink(operations: &[Operation], fails: impl Fn(&[Operation]) -> bool) -> Vec<Operation> {
    let mut all = operations.to_vec();
    let mut piece = all.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < all.len() {
            let mut fewer = all.clone();
            fewer.drain(at..(at + piece).min(all.len()));
            if fails(&fewer) { all = fewer } else { at += piece }
        }
        piece /= 2;
    }
    all
}

/// Runs about `count` operations, which `seed` determines; the report of a disagreement is as short as it can be.
pub fn run(seed: u64, count: u64, progress: impl Fn(u64)) -> Result<u64, String> {
    let mut random = Random(seed);
    let mut done = 0;
    while done < count {
        let life: Vec<Operation> = (0..LIFE)
            .map(|_| Operation { kind: random.below(KINDS.into()) as u8, seed: random.next() })
            .collect();
        if let Err((at, reason)) = run_all(&life) {
            let life = &life[..life.len().min(at + 1)];
            let least = shrink(life, |fewer| run_all(fewer).is_err());
            let (_, smallest) = run_all(&least).err().unwrap_or((at, reason.clone()));
            return Err(format!(
                "seed {seed}, after {done} operations: {reason}\nin short: {smallest}\n{least:#x?}"
            ));
        }
        done += LIFE as u64;
        progress(done);
    }
    Ok(done)
}

/// What disagrees is made small.
#[cfg(test)]
#[test]
fn shrinking() {
    let all: Vec<Operation> = (0..100).map(|seed| Operation { kind: 0, seed }).collect();
    let has = |few: &[Operation], seed| few.iter().any(|o| o.seed == seed);
    let least = shrink(&all, |few| has(few, 17) && has(few, 80));
    assert_eq!(least.iter().map(|o| o.seed).collect::<Vec<_>>(), [17, 80]);
}

#[cfg(test)]
#[test]
fn objects_agree_with_a_model() {
    let number = |name: &str, default: u64| match std::env::var(name) {
        Ok(text) => {
            text.parse().unwrap_or_else(|_| panic!("{name} is to be a number, found `{text}`"))
        }
        Err(_) => default,
    };
    let (seed, count) =
        (number("CTYPES_TEST_SEED", 20_050_101), number("CTYPES_TEST_COUNT", 10_000));
    for seed in seed..seed + 3 {
        println!("seed {seed}: {count} operations (CTYPES_TEST_SEED, CTYPES_TEST_COUNT)");
        run(seed, count, |_| {}).unwrap_or_else(|report| panic!("{report}"));
    }
}
