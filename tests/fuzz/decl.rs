//! The front end over any text, for the target that its first byte chooses.

#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../decl/mutate.rs"]
mod mutate;
#[path = "mutator.rs"]
mod mutator;
#[allow(dead_code, unreachable_pub)]
#[path = "../oracle/random.rs"]
mod random;

use ctypes_core::Target;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let first = usize::from(bytes.first().copied().unwrap_or(0));
    let target = &Target::ALL[first % Target::ALL.len()];
    // A panic ends the process before it would be caught.
    mutate::try_all(text, target).expect("panics are caught by libFuzzer");
    Corpus::Keep
});

fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutator::change(bytes, size, max_size, seed, mutate::CORPUS)
});
