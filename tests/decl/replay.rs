//! What fuzzing found worth keeping (`ci/fuzz`), read for several targets.

use crate::{mutate, packed};
use ctypes_core::Target;

const TARGETS: [Target; 4] =
    [Target::X86_64_LINUX, Target::I686_WINDOWS_MSVC, Target::S390X_LINUX, Target::AARCH64_APPLE];

#[test]
fn the_fuzzers_corpus() {
    let inputs = packed::unpack(include_bytes!("../fuzz/corpus/decl.txt")).unwrap();
    assert!(inputs.len() > 500, "the corpus is there: {} inputs", inputs.len());
    // The stack that a program's threads have.
    let run = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        for (i, input) in inputs.into_iter().enumerate() {
            let text = std::str::from_utf8(input).expect("the fuzzer keeps texts only");
            for target in &TARGETS {
                if let Err(panic) = mutate::try_all(text, target) {
                    panic!("input {i}, {}: {panic}\n{text:?}", target.name);
                }
            }
        }
    });
    run.expect("a thread starts").join().expect("nothing escapes");
}

#[test]
fn packing() {
    let inputs = [&b""[..], b"@@ 3\n", b"\n", b"a\r\nb\0", "\u{e9}".as_bytes()];
    let packed = packed::pack(inputs.iter().map(|i| i.to_vec()).collect());
    let mut sorted = inputs.to_vec();
    sorted.sort();
    assert_eq!(packed::unpack(&packed).unwrap(), sorted);
    for cut in 1..packed.len() {
        if let Ok(some) = packed::unpack(&packed[..cut]) {
            assert!(sorted.starts_with(&some), "{cut}");
        }
    }
}
