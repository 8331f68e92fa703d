//! A header that needs no compiler, of any text: macros are replaced and evaluated.

#![no_main]

#[path = "../header/any_text.rs"]
mod any_text;
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
use std::cell::OnceCell;

thread_local! {
    static FILE: OnceCell<any_text::File> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let first = usize::from(bytes.first().copied().unwrap_or(0));
    let target = &Target::ALL[first % Target::ALL.len()];
    let read =
        FILE.with(|file| file.get_or_init(|| any_text::File::new("fuzz")).read(text, target));
    // What needs a compiler is not reached here.
    if read { Corpus::Keep } else { Corpus::Reject }
});

fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutator::change(bytes, size, max_size, seed)
});
