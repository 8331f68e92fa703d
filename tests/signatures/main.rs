//! Random signatures in both languages: C callees that fold every byte that they receive into a checksum and make their
//! results of it, called by C itself, by `#[foreign_fn]` (generated Rust, compiled by rustc) and by signatures of run time;
//! and C callers of callbacks. All must agree.
//!
//! `CTYPES_TEST_SIGNATURES` is the number of signatures (2,000 by default), `CTYPES_TEST_SEED` the seed. More of them, and other
//! platforms:
//!
//! `cargo run --release --example signatures -- --count 100000 --seed 7`
#![cfg(all(target_os = "linux", feature = "libffi"))]

#[path = "../rust_records/batches.rs"]
mod batches;
#[path = "../rust_records/c.rs"]
#[allow(dead_code)]
mod c;
mod callees;
mod callers;
#[path = "../rust_records/generate.rs"]
mod generate;
#[path = "../rust_records/machine.rs"]
#[allow(dead_code)]
mod machine;
#[path = "../rust_records/model.rs"]
#[allow(dead_code)]
mod model;
mod plan;
#[path = "../oracle/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;
mod run;
#[path = "../rust_records/rust.rs"]
#[allow(dead_code)]
mod rust;
#[path = "../rust_records/search.rs"]
mod search;
#[path = "../rust_records/shrink.rs"]
mod shrink;
#[path = "../rust_records/workshop.rs"]
mod workshop;

use batches::{Material, shrink as make_small, verdict};
use machine::MACHINES;
use model::{Field, Form, Plan, Repr, Role, Spelling, Ty};
use plan::{Batch, Call};
use run::Counts;
use workshop::{Kind, Verdict, Workshop, number};

fn workshop() -> Workshop {
    Workshop::open(&MACHINES[0], Batch::JUDGE).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn c_and_rust_agree_on_random_signatures() {
    let seed = number("CTYPES_TEST_SEED", 20_050_301);
    let count = number("CTYPES_TEST_SIGNATURES", 2_000) as usize;
    println!("to repeat this run: CTYPES_TEST_SEED={seed}");
    let tally = batches::judge::<Batch>(&workshop(), seed, count, 2, &|_| {})
        .unwrap_or_else(|e| panic!("{e}"));
    let counts = Counts::of(&tally);
    println!("{counts}\n{}", tally.refused.join("\n"));
    let Counts { functions, direct, tuples, pushed, typed, dynamic, refused } = counts;
    assert_eq!(functions, count);
    // Each was tried with four sets of arguments, on every path that it has.
    assert!(pushed >= 4 * (functions - refused), "only {pushed} calls");
    assert!(direct > 3 * functions && tuples > functions / 2, "{direct} and {tuples} calls");
    assert!(typed > 2 * functions && dynamic > 3 * functions, "{typed} and {dynamic} callbacks");
    assert!(refused < functions / 10, "the engine refuses {refused} of {functions}");
}

const fn scalar(c: &'static str, rust: &'static str, size: u64) -> Spelling {
    Spelling { c, rust, size, ..plan::INT }
}

fn member(name: &str, ty: Ty, bits: Option<u64>) -> Field {
    Field { name: name.to_owned(), ty, bits, role: Role::Plain, form: Form::Plain }
}

fn record(id: usize, repr: Repr, fields: Vec<Field>) -> Plan {
    let (kind, around) = (model::Kind::Struct, (Vec::new(), Vec::new()));
    Plan { id, kind, repr, ms: false, endian: None, fields, around }
}

/// What the engine refuses of the batch, of which nothing else is wrong.
fn refused(name: &str, batch: &Batch) -> Vec<String> {
    let judged = verdict(&workshop(), name, batch, batch).unwrap_or_else(|e| panic!("{e}"));
    let findings: Vec<&str> = judged.findings.iter().map(|f| f.text.as_str()).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    judged.tally.refused
}

/// gcc does not look into an array without a length, and into one of the length 0 it does: a record in Rust may be either, and
/// is refused by value where that matters.
#[test]
#[cfg(target_arch = "x86_64")]
fn an_array_without_a_length_at_the_end() {
    let none_of = |ty| Ty::Array(Box::new(ty), 0);
    let (byte, float) = (scalar("unsigned char", "c_uchar", 1), scalar("float", "c_float", 4));
    let plain = |name, ty| member(name, ty, None);
    let records = vec![
        record(0, Repr::Plain, vec![member("a", Ty::Scalar(byte), Some(1))]),
        record(
            1,
            Repr::Plain,
            vec![plain("b", Ty::Scalar(float)), plain("c", none_of(Ty::Record(0)))],
        ),
        record(
            2,
            Repr::Pack(2),
            vec![plain("d", Ty::Scalar(byte)), plain("e", none_of(Ty::Scalar(plan::INT)))],
        ),
        // Here it does not.
        record(
            3,
            Repr::Plain,
            vec![plain("f", Ty::Scalar(plan::INT)), plain("g", none_of(Ty::Scalar(byte)))],
        ),
    ];
    let call = |id| Call { id, result: None, params: vec![Ty::Record(id)], fixed: None };
    let batch = Batch { records, calls: (1..4).map(call).collect() };
    let refused = refused("flexible", &batch);
    let names: Vec<&str> = refused.iter().filter_map(|r| r.split(':').next()).collect();
    assert_eq!(names, ["F1", "F2"], "{refused:?}");
}

/// Records of which eight bytes are padding, which takes a register where bits without a name are in it, and none behind
/// all members; and one that is packed.
#[test]
#[cfg(target_arch = "x86_64")]
fn padding_and_packing() {
    let (int, long, double) =
        (plan::INT, scalar("long", "c_long", 8), scalar("double", "c_double", 8));
    let field = |name, spelling, bits| member(name, Ty::Scalar(spelling), bits);
    let nothing = |name| field(name, int, Some(20));
    let records = vec![
        record(0, Repr::Plain, vec![nothing("_a"), field("b", long, None)]),
        record(1, Repr::Plain, vec![nothing("_c"), field("d", double, None)]),
        record(2, Repr::Align(16), vec![field("g", long, None)]),
        record(3, Repr::Align(16), vec![field("h", double, None)]),
        record(
            4,
            Repr::Packed,
            vec![field("i", scalar("char", "c_char", 1), None), field("j", int, None)],
        ),
    ];
    let mut calls = Vec::new();
    for id in 0..records.len() {
        let (ty, int) = (Ty::Record(id), Ty::Scalar(int));
        let full = [vec![int.clone(); 5], vec![ty.clone(), int.clone(), ty.clone()]].concat();
        for params in [vec![ty.clone()], vec![ty.clone(), int, ty.clone()], full] {
            calls.push(Call { id: calls.len(), result: None, params, fixed: None });
        }
        let params = Vec::new();
        calls.push(Call { id: calls.len(), result: Some(ty), params, fixed: None });
    }
    let refused = refused("padding", &Batch { records, calls });
    assert!(refused.is_empty(), "{refused:?}");
}

/// Rust has another type for the first parameter that is a `from`.
fn with_another(batch: &Batch, from: &str, to: &'static str) -> (Batch, Vec<usize>) {
    let (mut batch, mut changed) = (batch.clone(), Vec::new());
    for call in &mut batch.calls {
        let fixed = call.fixed().len();
        for ty in &mut call.params[..fixed] {
            if let Ty::Scalar(Spelling { c, rust, .. }) = ty
                && *c == from
            {
                *rust = to;
                changed.push(call.id);
                break;
            }
        }
    }
    (batch, changed)
}

/// Wrong bindings compile and run, so that every one must be found, and no other.
#[test]
fn every_wrong_binding_is_reported() {
    let workshop = workshop();
    for (from, to) in [("double", "i64"), ("long", "c_short"), ("int", "f32")] {
        let batch = Batch::random(20_050_301, 60, MACHINES[0].platform);
        let (of_rust, changed) = with_another(&batch, from, to);
        assert!(!changed.is_empty(), "no parameter is a {from}");
        let judged = verdict(&workshop, from, &batch, &of_rust);
        let Verdict { findings, .. } = judged.unwrap_or_else(|e| panic!("{e}"));
        let found: Vec<usize> = findings.iter().filter_map(|f| f.about).collect();
        assert!(findings.iter().all(|f| f.kind == Kind::Differs), "{:?}", findings.last());
        assert_eq!(found, changed, "{from} as {to}");
    }
}

/// A search that starts from several functions ends at one with one parameter.
#[test]
fn a_counterexample_is_made_small() {
    let workshop = workshop();
    let batch = Batch::random(20_050_301, 12, MACHINES[0].platform);
    let binding = |batch: &Batch| with_another(batch, "double", "i64").0;
    let judged = verdict(&workshop, "start", &batch, &binding(&batch));
    let Verdict { findings, .. } = judged.unwrap_or_else(|e| panic!("{e}"));
    let found = findings.into_iter().next().expect("a parameter is a double");
    let smallest = make_small(&workshop, "start", &binding, &batch, found);
    let smallest = smallest.unwrap_or_else(|e| panic!("{e}"));
    let [call] = &smallest.subject.calls[..] else { panic!("more than one function") };
    assert_eq!(call.params.len(), 1, "{}", smallest.finding.text);
    assert!(call.result.is_none() && smallest.subject.records.is_empty());
}
