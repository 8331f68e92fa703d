//! How random records are passed and returned by value on seven conventions, judged by programs of gcc's that run.
//!
//! `CTYPES_TEST_PASSING` is the number of records for each target (1,000 by default), `CTYPES_TEST_SEED` the seed. The
//! long form is `CTYPES_TEST_PASSING=20000 CTYPES_TEST_SEED=7 cargo test --test passing`.

// Each of the programs that share this module uses a part of it.
#[allow(dead_code, unreachable_pub)]
mod oracle;

use ctypes_core::Type;
use oracle::passing::{self, BENCHES, Bench};
use oracle::run;

fn judge(bench: &Bench) {
    let seed = run::number("CTYPES_TEST_SEED", 20_050_101);
    let count = run::number("CTYPES_TEST_PASSING", 1_000) as usize;
    let name = bench.target.name;
    let records = passing::records(seed, count, &bench.target);
    let types: Vec<Type> = records.iter().map(|(_, ty)| ty.clone()).collect();
    let found =
        passing::judge(bench, &types).unwrap_or_else(|e| panic!("{name}, seed {seed}: {e}"));
    println!(
        "{name}: seed {seed}, {count} records, {} ways compared, {} not said, {} differ",
        found.compared,
        found.unsaid,
        found.differences.len()
    );
    let mut told: Vec<_> = found.differences.iter().collect();
    told.sort_by_key(|(i, _)| (oracle::passing::text(&types[*i]).len(), *i));
    told.dedup_by_key(|(i, _)| *i);
    let told: Vec<String> = told
        .iter()
        .take(run::number("CTYPES_TEST_TELL", 3) as usize)
        .map(|(i, what)| format!("{}{what}", oracle::passing::text(&types[*i])))
        .collect();
    assert!(
        told.is_empty(),
        "{name}, seed {seed}: {} differ\n{}",
        found.differences.len(),
        told.join("\n\n")
    );
}

macro_rules! benches {
    ($($name:ident $index:literal)*) => {$(
        #[test]
        fn $name() {
            judge(&BENCHES[$index]);
        }
    )*};
}

benches! { x86_64 0 i686 1 aarch64 2 armv7 3 riscv64 4 s390x 5 powerpc64le 6 }
