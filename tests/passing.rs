//! How random records are passed and returned by value, judged by programs that run: on seven conventions of Linux by
//! those of gcc's, on Windows and Apple by what compilers for these make of functions without a system.
//!
//! `CTYPES_TEST_PASSING` is the number of records for each target (1,000 by default), `CTYPES_TEST_SEED` the seed. The
//! long form is `CTYPES_TEST_PASSING=20000 CTYPES_TEST_SEED=7 cargo test --test passing`.

// Each of the programs that share this module uses a part of it.
#[allow(dead_code, unreachable_pub)]
mod oracle;

use ctypes_core::Type;
use ctypes_core::layout::Way;
use ctypes_core::target::{Abi, Target};
use oracle::compilers::JUDGES;
use oracle::generate::Generator;
use oracle::passing::{self, BENCHES, Bench, Found, apart};
use oracle::run;
use oracle::shrink::shrink_by;

fn judge(bench: &Bench) {
    report(&bench.target, |types| passing::judge(bench, types));
}

fn judge_apart(target: &Target) {
    report(target, |types| apart::judge(&apart::judge_of(target), target, types));
}

fn report(target: &Target, judge: impl Fn(&[Type]) -> Result<Found, String>) {
    let seed = run::number("CTYPES_TEST_SEED", 20_050_101);
    let count = run::number("CTYPES_TEST_PASSING", 1_000) as usize;
    let name = target.name;
    let records = passing::records(seed, count, target);
    let types: Vec<Type> = records.iter().map(|(_, ty)| ty.clone()).collect();
    let found = judge(&types).unwrap_or_else(|e| panic!("{name}, seed {seed}: {e}"));
    println!(
        "{name}: seed {seed}, {count} records, {} ways compared, {} not said, {} differ",
        found.compared,
        found.unsaid,
        found.differences.len()
    );
    let Some((first, told)) = found.differences.first() else { return };
    let differs = |ty: &Type| {
        let found = judge(std::slice::from_ref(ty)).ok()?;
        found.differences.into_iter().next().map(|(_, told)| told)
    };
    let (smallest, told) =
        shrink_by(&records[*first].0, differs).unwrap_or((types[*first].clone(), told.clone()));
    panic!(
        "{name}, seed {seed}: {} of {} ways differ. The smallest record found:\n{}{told}",
        found.differences.len(),
        found.compared,
        passing::text(&smallest)
    );
}

/// Whatever a record is, something is said of it on every target; a compiler's answer is asked for above.
#[test]
fn every_record_on_every_target() {
    let seed = run::number("CTYPES_TEST_SEED", 20_050_101);
    let mut alike = [0; 2];
    for judge in JUDGES {
        let target = &judge.target;
        let mut generator = Generator::new(seed, judge);
        for (plan, ty) in generator.batch(300) {
            let Ok(layout) = ty.at(target) else { continue };
            let say = |e| format!("{}, seed {seed}, {}: {e}", target.name, plan.name);
            let passing = ty.passing_at(target).map_err(say).unwrap();
            assert!(passing.argument != Way::Nothing || layout.size() == 0, "{}", plan.name);
            let by_value = ty.by_value_at(target).unwrap();
            assert!(!by_value || passing.argument != Way::Unsaid);
            alike[usize::from(by_value)] += 1;
        }
    }
    assert!(alike[0] > 100 && alike[1] > 100, "{alike:?}");
}

/// A target that makes no sense makes no panic.
#[test]
fn targets_without_sense() {
    let records = passing::records(1, 200, &Target::X86_64_LINUX);
    for (align8, pointer) in [(0, 8), (8, 0), (3, 8), (8, 200), (255, 4)] {
        let target = Target { align8, pointer, ..Target::RISCV64_LINUX };
        for (_, ty) in &records {
            let _ = (ty.passing_at(&target), ty.by_value_at(&target));
        }
    }
}

/// The tester finds what is wrong: gcc's answers for one target are not those of another.
#[test]
fn another_convention_is_found_out() {
    let bench = Bench { target: Target { abi: Abi::SysV64, ..BENCHES[4].target }, ..BENCHES[4] };
    let types = records_of(5, 60, &bench.target);
    let found = passing::judge(&bench, &types).unwrap_or_else(|e| panic!("{e}"));
    assert!(found.differences.len() > 20, "only {} differ", found.differences.len());
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

macro_rules! apart {
    ($($name:ident $target:ident)*) => {$(
        #[test]
        fn $name() {
            judge_apart(&Target::$target);
        }
    )*};
}

apart! {
    x86_64_windows_gnu X86_64_WINDOWS_GNU
    x86_64_windows_msvc X86_64_WINDOWS_MSVC
    i686_windows_gnu I686_WINDOWS_GNU
    i686_windows_msvc I686_WINDOWS_MSVC
    aarch64_windows_gnu AARCH64_WINDOWS_GNU
    aarch64_windows_msvc AARCH64_WINDOWS_MSVC
    x86_64_apple X86_64_APPLE
    aarch64_apple AARCH64_APPLE
}

/// The tester says of Linux what its programs say.
#[test]
fn linux_apart() {
    for target in [Target::X86_64_LINUX, Target::I686_LINUX, Target::AARCH64_LINUX] {
        let types = records_of(11, 150, &target);
        let found = apart::judge(&apart::judge_of(&target), &target, &types).unwrap();
        assert!(found.differences.is_empty(), "{}: {:?}", target.name, found.differences[0]);
        assert!(found.compared > 400, "only {} compared", found.compared);
    }
}

/// The tester finds what is wrong: a target's answers are not those of its neighbour.
#[test]
fn another_system_is_found_out() {
    let pairs = [
        (Target::X86_64_WINDOWS_MSVC, Abi::SysV64, 50),
        (Target::X86_64_APPLE, Abi::Win64, 50),
        (Target::I686_WINDOWS_GNU, Abi::SysV32, 20),
        (Target::AARCH64_APPLE, Abi::Win64, 50),
    ];
    for (target, abi, least) in pairs {
        let types = records_of(20_050_101, 150, &target);
        let wrong = Target { abi, ..target };
        let found = apart::judge(&apart::judge_of(&target), &wrong, &types).unwrap();
        let count = found.differences.len();
        assert!(count >= least, "{}: only {count} differ", target.name);
    }
}

fn records_of(seed: u64, count: usize, target: &Target) -> Vec<Type> {
    passing::records(seed, count, target).into_iter().map(|(_, ty)| ty).collect()
}
