//! Random texts, as many as a test may take; `decl_fuzz` is the long form.

use crate::mutate;
use crate::oracle::run::number;
use ctypes_core::Target;

#[test]
fn random_texts() {
    let seed = number("CTYPES_TEST_SEED", 20_050_101);
    let count = number("CTYPES_TEST_TEXTS", 3_000);
    // The stack that a program's threads have.
    let run = std::thread::Builder::new()
        .stack_size(5 << 18)
        .spawn(move || mutate::run(seed, |done| done < count, |_| {}));
    match run.expect("a thread starts").join().expect("nothing escapes") {
        Ok(done) => assert_eq!(done, count),
        Err(report) => panic!("{report}"),
    }
}

/// The corpus itself is C that is understood, so that changes begin with what has a meaning.
#[test]
fn the_corpus_is_read() {
    let types = ctypes_core::Types::new();
    let found =
        ctypes_core::decl::Source::new(mutate::CORPUS).target(Target::X86_64_LINUX).read(&types);
    let errors: Vec<String> = found.skipped.iter().map(|s| s.error.to_string()).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(found.functions.len() > 20 && found.typedefs.len() > 10 && found.constants.len() > 10);
}

/// What fails is made small.
#[test]
fn shrinking() {
    let small = mutate::shrink("int f(int x); BAD int y;", |text| text.contains("BAD"));
    assert_eq!(small, "BAD");
}
