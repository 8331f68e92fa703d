//! Layouts of random records on every named target, judged by C compilers.
//!
//! `CTYPES_TEST_RECORDS` is the number of records for each target (2,000 by default),
//! `CTYPES_TEST_SEED` the seed. The long form, with progress, is
//! `cargo run --release --example layout_oracle -- --count 100000`.

// Each of the programs that share this module uses a part of it.
#[allow(dead_code, unreachable_pub)]
mod oracle;

use ctypes_core::target::{Endian, Target};
use ctypes_core::types::{ScalarClass, TypeKind};
use ctypes_core::{Type, Types};
use oracle::compilers::{JUDGES, Judge, USER_MADE};
use oracle::{evidence, run, shrink};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn every_named_target_has_a_judge() {
    let judged: Vec<Target> = JUDGES.iter().map(|j| j.target).collect();
    assert_eq!(judged, Target::ALL);
}

/// A compiler that is missing fails the test as a difference does, with the package to install.
#[test]
fn random_records_of_every_target() {
    let seed = run::number("CTYPES_TEST_SEED", 20_050_101);
    let count = run::number("CTYPES_TEST_RECORDS", 2_000) as usize;
    assert_all(JUDGES, seed, count);
}

/// Targets without a name are made of the same parts.
#[test]
fn random_records_of_user_made_targets() {
    assert_all(USER_MADE, run::number("CTYPES_TEST_SEED", 20_050_101), 1_000);
}

fn assert_all(judges: &[Judge], seed: u64, count: usize) {
    let next = AtomicUsize::new(0);
    let reports = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(judges.len()) {
            scope.spawn(|| {
                while let Some(judge) = judges.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let judged = run::judge(judge, seed, count, |_| {});
                    reports.lock().unwrap().extend(judged.err());
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap();
    assert!(reports.is_empty(), "{} targets:\n{}", reports.len(), reports.join("\n\n"));
}

/// The integer type behind an enumeration: its size and sign, and its place in a record.
#[test]
fn enumerations_of_every_target() {
    let sets: [(&str, &[i128]); 9] = [
        ("none_values", &[0]),
        ("byte_values", &[0, 255]),
        ("signed_byte_values", &[-1, 127]),
        ("short_values", &[0, 256]),
        ("signed_short_values", &[-1, 128]),
        ("int_values", &[-1, i32::MAX as i128]),
        ("unsigned_int_values", &[0, u32::MAX as i128]),
        ("mixed_values", &[-1, u32::MAX as i128]),
        ("long_values", &[0, u64::MAX as i128]),
    ];
    for judge in JUDGES.iter().chain(USER_MADE) {
        judge.check().unwrap();
        let mut text = String::new();
        for (name, values) in sets {
            let names: Vec<String> = (0..values.len()).map(|i| format!("{name}_{i}")).collect();
            let values = names.iter().map(String::as_str).zip(values.iter().copied());
            // A set for which this machine's compiler has no type is no type here.
            let Ok(ty) = Type::enumeration(name, values) else { continue };
            let TypeKind::Enum(e) = ty.kind() else { unreachable!() };
            let Some(scalar) = e.underlying(&judge.target) else { continue };
            let (size, class) = (scalar.extent(&judge.target).size, scalar.class(&judge.target));
            let less = u8::from(class == ScalarClass::Signed);
            text += &format!(
                "{}_Static_assert(sizeof({ty}) == {size}, \"size of {name}\");\n\
                 _Static_assert((({ty})-1 < 0) == {less}, \"sign of {name}\");\n",
                ty.definition()
            );
        }
        judge.compile(&text).unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
    }
}

/// The judges are not asleep: what is wrong in any one number is told.
#[test]
fn wrong_layouts_are_noticed() {
    let types = Types::new();
    let record = types.declare_struct("wrong").unwrap();
    let record = record
        .define(|r| r.field("a", Type::CHAR).field("b", Type::DOUBLE).bits("c", Type::LONGLONG, 40))
        .unwrap();
    let judge = |name: &str| JUDGES.iter().find(|j| j.target.name == name).unwrap();
    for (name, lie, told) in [
        ("x86_64-linux", Target { align8: 4, ..Target::X86_64_LINUX }, "offset of b"),
        ("i686-linux", Target { align8: 8, ..Target::I686_LINUX }, "alignment"),
        ("aarch64-linux", Target { align8: 4, ..Target::AARCH64_LINUX }, "size"),
    ] {
        let judged = std::slice::from_ref(&record);
        let judge = judge(name);
        judge.check().unwrap();
        let object = judge.compile(&evidence::unit(judged, &judge.target).unwrap()).unwrap();
        let found = evidence::differences(judged, &lie, &object).unwrap();
        assert!(found[0].1.contains(told), "{name}: {}", found[0].1);
        assert_eq!(shrink::difference(judge, &record), None, "{name}");
    }
}

/// Bits, too: bytes of another order do not pass.
#[test]
fn wrong_bits_are_noticed() {
    let types = Types::new();
    let record = types.declare_struct("bits").unwrap();
    let record = record.define(|r| r.bits("a", Type::UINT, 3).bits("b", Type::UINT, 7)).unwrap();
    let judged = std::slice::from_ref(&record);
    let judge = JUDGES.iter().find(|j| j.target == Target::S390X_LINUX).unwrap();
    judge.check().unwrap();
    let object = judge.compile(&evidence::unit(judged, &judge.target).unwrap()).unwrap();
    assert_eq!(evidence::differences(judged, &judge.target, &object).unwrap(), []);
    // The numbers are read in the target's order, so that only the bits of the record can differ.
    let swapped = evidence::unit(judged, &judge.target).unwrap().replace(".a = -1", ".a = 1");
    let object = judge.compile(&swapped).unwrap();
    let found = evidence::differences(judged, &judge.target, &object).unwrap();
    assert!(found[0].1.contains("bits of a"), "{}", found[0].1);
}

/// A record in the order that is not the target's is another record, to gcc and to us.
#[test]
fn an_order_of_its_own_is_noticed() {
    let types = Types::new();
    let define = |name: &str, order: Endian| {
        let record = types.declare_struct(name).unwrap();
        record.define(|r| r.bits("a", Type::UINT, 3).ordered(order).field("b", Type::CHAR)).unwrap()
    };
    let (big, little) = (define("big", Endian::Big), define("little", Endian::Little));
    let judge = JUDGES.iter().find(|j| j.target == Target::X86_64_LINUX).unwrap();
    judge.check().unwrap();
    let text = evidence::unit(std::slice::from_ref(&big), &judge.target).unwrap();
    let object = judge.compile(&text).unwrap();
    assert_eq!(evidence::differences(&[big], &judge.target, &object).unwrap(), []);
    let found = evidence::differences(&[little], &judge.target, &object).unwrap();
    assert!(found[0].1.contains("bits of a"), "{}", found[0].1);
}

/// A judge that is missing is a failure that says what to install, not a target less.
#[test]
fn missing_compilers_are_told() {
    let absent = Judge {
        target: Target::S390X_LINUX,
        program: "no-such-compiler",
        options: &[],
        package: "no-such-package",
    };
    let report = run::judge(&absent, 1, 10, |_| {}).unwrap_err();
    assert!(report.contains("no-such-package") && report.contains("s390x-linux"), "{report}");
}

/// Every scalar, vector and integer of any width, alone in a record and as `_Atomic`, by the judges
/// that know it. At least one judge knows each.
#[test]
fn scalars_of_every_judge() {
    use ctypes_core::types::{Qualifiers, Scalar};
    use oracle::generate::wide_types;
    let scalars = Scalar::ALL.iter().filter(|s| **s != Scalar::Time).map(|s| Type::scalar(*s));
    let all: Vec<Type> = scalars.chain(wide_types()).collect();
    let mut judged = std::collections::HashSet::new();
    for judge in JUDGES.iter().chain(USER_MADE) {
        judge.check().unwrap();
        let types = Types::new();
        let mut records = Vec::new();
        let leaves = oracle::generate::leaves(judge);
        let atomic = |ty: &Type| ty.with_qualifiers(Qualifiers::ATOMIC);
        // clang has no `_Atomic` of a vector or of `_BitInt`.
        let with_atomic =
            oracle::generate::known(judge, &leaves.iter().map(atomic).collect::<Vec<Type>>());
        for ty in &leaves {
            let atomic = if with_atomic.contains(&atomic(ty)) { atomic(ty) } else { ty.clone() };
            let record = types.declare_struct(&format!("s{}", records.len())).unwrap();
            let record = record.define(|r| {
                r.field("a", Type::CHAR).field("b", ty).field("c", Type::CHAR).field("d", &atomic)
            });
            records.push(record.unwrap());
            judged.insert(ty.to_string());
        }
        let text = evidence::unit(&records, &judge.target).unwrap();
        let object = judge.compile(&text).unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
        let found = evidence::differences(&records, &judge.target, &object).unwrap();
        for (i, difference) in &found {
            eprintln!("{}: {}\n{difference}", judge.target.name, records[*i].definition());
        }
        assert!(found.is_empty(), "{}", judge.target.name);
    }
    let unjudged: Vec<String> =
        all.iter().map(Type::to_string).filter(|name| !judged.contains(name)).collect();
    assert!(unjudged.is_empty(), "no compiler here knows {unjudged:?}");
}
