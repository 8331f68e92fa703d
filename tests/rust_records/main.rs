//! Random records in both languages: what the derives and `#[bitfield]` compute, rustc's `repr(C)` and the C
//! compiler agree, and a callee that the C compiler made receives and returns them by value.
//!
//! Both halves are written, compiled and run here, since a layout that C and Rust disagree on does not even compile:
//! then too the test fails with the smallest record found that shows it. `CTYPES_TEST_RUST_RECORDS` is the number of
//! records (150 by default), `CTYPES_TEST_SEED` the seed. More of them, and other platforms:
//!
//! `cargo run --release --example rust_records -- --count 10000 --seed 7 --target aarch64`
#![cfg(all(target_os = "linux", feature = "libffi"))]

mod batches;
mod c;
mod generate;
#[allow(dead_code)]
mod machine;
mod model;
#[path = "../oracle/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;
mod run;
mod rust;
mod search;
mod shrink;
mod workshop;
mod wrong;

use batches::{Material, shrink, verdict};
use machine::MACHINES;
use model::{Care, Field, Form, Plan, Repr, Role, Spelling, Ty};
use run::Counts;
use workshop::{Finding, Kind, Verdict, Workshop, number};
use wrong::Wrong;

fn workshop() -> Workshop {
    Workshop::open(&MACHINES[0], <Vec<Plan> as Material>::JUDGE).unwrap_or_else(|e| panic!("{e}"))
}

fn records(seed: u64, count: usize) -> Vec<Plan> {
    generate::records(seed, count, MACHINES[0].platform)
}

#[test]
fn c_and_rust_agree_on_random_records() {
    let seed = number("CTYPES_TEST_SEED", 20_050_101);
    let count = number("CTYPES_TEST_RUST_RECORDS", 150) as usize;
    println!("to repeat this run: CTYPES_TEST_SEED={seed}");
    let tally = batches::judge::<Vec<Plan>>(&workshop(), seed, count, 2, &|_| {})
        .unwrap_or_else(|e| panic!("{e}"));
    let counts = Counts::of(&tally);
    let refused = tally.refused.len();
    println!("{counts}, {refused} not:\n{}", tally.refused.join("\n"));
    let Counts { records, accesses, direct, engine } = counts;
    assert_eq!(records, count);
    assert!(direct + engine >= records - refused);
    assert!(accesses > records / 2 && engine > 0, "the records are too much alike");
    if cfg!(target_arch = "x86_64") {
        assert!(direct > records / 2, "only {direct} of {records} passed directly");
    }
}

/// The records, each wrong in that way where it can be, and which ones are.
fn binding(plans: &[Plan], how: Wrong) -> (Vec<Plan>, Vec<usize>) {
    let (mut of_rust, mut changed): (Vec<Plan>, Vec<usize>) = (plans.to_vec(), Vec::new());
    for (i, plan) in plans.iter().enumerate() {
        let Some(other) = wrong::wrong(plan, plans, how) else { continue };
        let right = std::mem::replace(&mut of_rust[i], other);
        // No record becomes one that cannot be written for what it holds.
        if of_rust[i..].iter().all(|p| p.is_valid(&of_rust)) {
            changed.push(plan.id);
        } else {
            of_rust[i] = right;
        }
    }
    (of_rust, changed)
}

/// Wrong bindings compile and run: none of the three that agree knows better. So every one must be found, and no
/// other but those that hold one.
#[test]
fn every_wrong_binding_is_reported() {
    let workshop = workshop();
    for &how in wrong::ALL {
        let plans = records(20_050_101, 30);
        let (of_rust, changed) = binding(&plans, how);
        assert!(!changed.is_empty(), "{how:?}: none of the records can be wrong so");
        let judged = verdict(&workshop, &format!("{how:?}"), &plans, &of_rust);
        let Verdict { findings, .. } = judged.unwrap_or_else(|e| panic!("{e}"));
        let differ = |f: &Finding| f.kind == Kind::Differs;
        assert!(findings.iter().all(differ), "{how:?}: {:?}", findings.last());
        let found: Vec<usize> = findings.iter().filter_map(|f| f.about).collect();
        let missed: Vec<&usize> = changed.iter().filter(|id| !found.contains(id)).collect();
        assert!(missed.is_empty(), "{how:?}: nothing is said of {missed:?}");
        for id in found {
            let held = shrink::with_what_it_holds(&plans, id);
            let is_wrong = held.iter().any(|p| changed.contains(&p.id));
            assert!(is_wrong, "{how:?}: R{id} is reported and not wrong");
        }
    }
}

/// Rust has each ordinary `short` as a `type`, a mistake that no search knows of.
fn with_short_as(plans: &[Plan], ty: &'static str) -> Vec<Plan> {
    let mut plans = plans.to_vec();
    for field in plans.iter_mut().flat_map(|p| &mut p.fields).filter(|f| f.bits.is_none()) {
        if let Ty::Scalar(s) = &mut field.ty
            && s.c == "short"
        {
            s.rust = ty;
        }
    }
    plans
}

/// A search that starts from several records ends at one of one field, whichever way the mistake shows.
#[test]
fn a_counterexample_is_made_small() {
    let workshop = workshop();
    let is_short = |f: &Field| f.bits.is_none() && matches!(&f.ty, Ty::Scalar(s) if s.c == "short");
    let has_short = |plans: &Vec<Plan>| {
        let mut with = plans.iter().filter(|p| p.fields.len() > 2 && p.fields.iter().any(is_short));
        with.next().is_some()
    };
    let plans = (0..).map(|seed| records(seed, 4)).find(has_short).unwrap_or_default();
    for (ty, kind) in [("c_int", Kind::Differs), ("char", Kind::NoRust("E0277".to_owned()))] {
        let binding = move |plans: &Vec<Plan>| with_short_as(plans, ty);
        let judged = verdict(&workshop, "start", &plans, &binding(&plans));
        let Verdict { findings, .. } = judged.unwrap_or_else(|e| panic!("{e}"));
        let found = findings.into_iter().next().unwrap_or_else(|| panic!("{ty}: nothing is found"));
        assert_eq!(found.kind, kind, "{ty}: {}", found.text);
        let smallest = shrink(&workshop, "start", &binding, &plans, found);
        let smallest = smallest.unwrap_or_else(|e| panic!("{e}"));
        let fields: Vec<usize> = smallest.subject.iter().map(|p| p.fields.len()).collect();
        assert_eq!(fields, [1], "{ty}: {}", smallest.finding.text);
        assert_eq!(smallest.finding.kind, kind);
    }
}

fn spelling(c: &'static str, rust: &'static str, size: u64) -> Spelling {
    Spelling { c, rust, told: None, size, care: Care::None }
}

fn field(name: &str, ty: Ty, bits: Option<u64>) -> Field {
    Field { name: name.to_owned(), ty, bits, role: Role::Plain, form: Form::Plain }
}

fn plan(id: usize, repr: Repr, fields: Vec<Field>) -> Plan {
    let around = (Vec::new(), Vec::new());
    Plan { id, kind: model::Kind::Struct, repr, ms: false, endian: None, fields, around }
}

/// By value alone: the bytes are the same, and the register is another.
#[test]
#[cfg(target_arch = "x86_64")]
fn a_field_of_another_class_is_reported() {
    let single =
        |c, rust| plan(0, Repr::Plain, vec![field("f0", Ty::Scalar(spelling(c, rust, 4)), None)]);
    let (plans, of_rust) = (vec![single("int", "c_int")], vec![single("int", "c_float")]);
    let judged = verdict(&workshop(), "class", &plans, &of_rust).unwrap_or_else(|e| panic!("{e}"));
    let [finding] = &judged.findings[..] else { panic!("found {:?}", judged.findings) };
    assert!(finding.text.starts_with("passed directly: C received other values"), "{finding:?}");
}

/// The smallest records of mistakes that random ones have shown.
#[test]
fn what_was_once_wrong_is_right() {
    let scalar = |c, rust, size| Ty::Scalar(spelling(c, rust, size));
    let none_of = |ty| Ty::Array(Box::new(ty), 0);
    let (int, word) = (scalar("int", "c_int", 4), scalar("long", "c_long", 8));
    let byte = scalar("signed char", "c_schar", 1);
    let float = scalar("float", "c_float", 4);
    let mut plans = vec![
        // An integer that rustc sees unaligned, and C sees as bits.
        plan(
            0,
            Repr::Packed,
            vec![field("a0", byte.clone(), None), field("b0", int.clone(), Some(9))],
        ),
        // No room on the stack, for gcc and clang.
        plan(1, Repr::Plain, vec![field("_a1", byte.clone(), Some(1))]),
        // An array of no elements in an array, in a place that does not suit them.
        plan(
            2,
            Repr::Packed,
            vec![
                field("a2", byte.clone(), None),
                field("b2", Ty::Array(Box::new(none_of(word.clone())), 1), None),
            ],
        ),
        // An integer register for gcc, a vector register for clang.
        plan(
            3,
            Repr::Plain,
            vec![field("a3", float.clone(), None), field("_b3", int.clone(), Some(20))],
        ),
        // No aggregate of floats alone (AAPCS64).
        plan(4, Repr::Plain, vec![field("a4", none_of(word), None), field("b4", float, None)]),
        // gcc judges the elements by the first, rustc each by itself.
        plan(
            6,
            Repr::Packed,
            vec![field("a6", scalar("short", "c_short", 2), None), field("b6", byte.clone(), None)],
        ),
        plan(7, Repr::Plain, vec![field("a7", Ty::Array(Box::new(Ty::Record(6)), 3), None)]),
        // The alignment of the parts counts (AAPCS32).
        plan(5, Repr::Align(16), vec![field("a5", int, None)]),
    ];
    for plan in &mut plans {
        plan.around = (vec![spelling("int", "c_int", 4); 6], vec![spelling("long", "c_long", 8)]);
    }
    let judged = verdict(&workshop(), "known", &plans, &plans).unwrap_or_else(|e| panic!("{e}"));
    let findings: Vec<&str> = judged.findings.iter().map(|f| f.text.as_str()).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
