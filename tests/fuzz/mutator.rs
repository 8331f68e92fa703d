//! Changes that keep a text nearly C, in turn with libFuzzer's own.

use crate::mutate::change_text;
use crate::random::Random;

/// Changes the first `size` bytes; `lines` is what parts and words are taken from.
pub(crate) fn change(
    bytes: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    lines: &str,
) -> usize {
    let mut random = Random(seed.into());
    let text = std::str::from_utf8(&bytes[..size]).ok();
    let Some(text) = text.filter(|_| !random.once_in(3)) else {
        return libfuzzer_sys::fuzzer_mutate(bytes, size, max_size);
    };
    let lines: Vec<&str> = lines.lines().collect();
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        if random.once_in(3) {
            let words: Vec<&str> = random.of(&lines).split(' ').collect();
            let at = random.below(text.len() as u64 + 1) as usize;
            let word: Vec<char> = random.of(&words).chars().chain([' ']).collect();
            text.splice(at..at, word);
        } else {
            change_text(&mut text, &lines, &mut random);
        }
    }
    let mut text: String = text.into_iter().collect();
    while text.len() > max_size {
        text.pop();
    }
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}
