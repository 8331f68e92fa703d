//! Random texts that are nearly C, and what must hold for any text.

use crate::random::Random;
use ctypes_core::decl::{MAX_SKIPPED, Source};
use ctypes_core::{Signature, Target, Types};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Texts to begin with: one for each kind of syntax.
pub const CORPUS: &str = include_str!("corpus.h");

/// What is put in: words and marks that mean something, and values on the edge.
const WORDS: &[&str] = &[
    "int",
    "long",
    "unsigned",
    "struct",
    "union",
    "enum",
    "typedef",
    "extern",
    "static",
    "inline",
    "const",
    "volatile",
    "restrict",
    "_Atomic",
    "_Alignas",
    "_BitInt",
    "_Complex",
    "_Generic",
    "_Static_assert",
    "sizeof",
    "_Alignof",
    "typeof",
    "__typeof__",
    "__attribute__",
    "__declspec",
    "__stdcall",
    "__int128",
    "_Float128",
    "constexpr",
    "auto",
    "nullptr",
    "__builtin_offsetof",
    "__builtin_choose_expr",
    "__builtin_types_compatible_p",
    "__builtin_va_list",
    "__Int8x8_t",
    "int8x8x2_t",
    "__simd64_int8_t",
    "__alignof__",
    "__extension__",
    "__asm__",
    "_Pragma",
    "void",
    "char",
    "float",
    "double",
    "size_t",
    "bool",
    "packed",
    "aligned",
    "vector_size",
    "mode",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    ":",
    "?",
    ".",
    "->",
    "...",
    "*",
    "&",
    "+",
    "-",
    "~",
    "!",
    "/",
    "%",
    "<<",
    ">>",
    "==",
    "&&",
    "||",
    "=",
    "[[",
    "]]",
    "((",
    "))",
    "\"",
    "'",
    "\\",
    "\n",
    "#",
    "/*",
    "*/",
    "//",
    "@",
    "\u{e9}",
    "\u{1f600}",
    "0",
    "1",
    "-1",
    "2147483647",
    "2147483648",
    "4294967295",
    "9223372036854775807",
    "18446744073709551615",
    "340282366920938463463374607431768211455",
    "0x7fffffffffffffff",
    "1e308",
    "1e-400",
    "0x1p99999",
    "1ull",
    "1wb",
    "'\\xff'",
    "L\"x\"",
    "u8\"y\"",
    "\n#pragma pack(push, 1)\n",
    "\n#pragma pack(pop)\n",
    "\n# 7 \"f.h\"\n",
    "\n#define M(a) a\n",
    "\n#undef M\n",
    "A",
    "B",
    "s",
    "t",
    "x",
];

/// One random text, of a few lines of the corpus and a few changes.
pub fn text(random: &mut Random) -> String {
    let lines: Vec<&str> = CORPUS.lines().collect();
    let mut text: Vec<char> = Vec::new();
    for _ in 0..=random.below(6) {
        text.extend(random.of(&lines).chars());
        text.push('\n');
    }
    for _ in 0..random.below(12) {
        change_text(&mut text, &lines, random);
    }
    text.truncate(20_000);
    text.into_iter().collect()
}

/// One change; `lines` are what parts are taken from.
pub fn change_text(text: &mut Vec<char>, lines: &[&str], random: &mut Random) {
    let at = random.below(text.len() as u64 + 1) as usize;
    let len = (random.below(30) as usize + 1).min(text.len() - at);
    match random.below(9) {
        0 => drop(text.drain(at..at + len)),
        1 => drop(text.splice(at..at, random.of(WORDS).chars())),
        2 => drop(text.splice(at..at + len, random.of(WORDS).chars())),
        3 => {
            let part = text[at..at + len].to_vec();
            text.splice(at..at, part);
        }
        4 => {
            let times = random.of(&[2_usize, 3, 60, 70, 300]);
            let part = text[at..at + len.min(12)].repeat(*times);
            text.splice(at..at, part);
        }
        5 => {
            let other: Vec<char> = random.of(lines).chars().collect();
            let from = random.below(other.len() as u64 + 1) as usize;
            text.splice(at..at + len, other[from..].iter().copied());
        }
        6 => text.truncate(at),
        7 if at < text.len() => text[at] = char::from((random.below(127) + 1) as u8),
        _ => {
            let words = (0..random.below(5)).flat_map(|_| [*random.of(WORDS), " "]);
            let words: String = words.collect();
            text.splice(at..at, words.chars());
        }
    }
}

/// Reads a text in every way; what panics is the error.
pub fn try_all(text: &str, target: &Target) -> Result<(), String> {
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let types = Types::new();
        let source = Source::new(text).target(*target);
        let found = source.read(&types);
        assert!(found.skipped.len() <= 2 * MAX_SKIPPED);
        for skipped in &found.skipped {
            let shown = skipped.error.to_string();
            assert!(shown.len() < 4000 && !shown.contains('\r'), "{shown}");
        }
        // What was found can be used.
        for ty in found.typedefs.iter().map(|t| &t.ty).chain(found.functions.iter().map(|f| &f.ty))
        {
            let _ = (ty.to_string(), ty.at(target).map(|l| l.to_string()), ty == &ty.resolved());
        }
        for function in &found.functions {
            let _ = Signature::of(&function.ty);
        }
        // Reading it twice finds the same names.
        let again = Source::new(text).target(*target).read(&types);
        assert!(again.functions.len() <= found.functions.len() + found.skipped.len());
        for line in text.lines().take(3) {
            let line = Source::new(line).target(*target);
            let _ = (line.evaluate(&types), line.type_name(&types));
        }
        let _ = Signature::parse_in(&types, text.lines().next().unwrap_or(""));
    }));
    caught.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default()
    })
}

/// The smallest part of a text that still fails.
pub fn shrink(text: &str, fails: impl Fn(&str) -> bool) -> String {
    let mut best: Vec<char> = text.chars().collect();
    let mut step = best.len() / 2;
    while step > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..(at + step).min(best.len()));
            if fails(&shorter.iter().collect::<String>()) {
                best = shorter;
            } else {
                at += step;
            }
        }
        step /= 2;
    }
    best.into_iter().collect()
}

/// Random texts one after another, until `goes_on` says no; each is shown to `before`.
pub fn run(
    seed: u64,
    mut goes_on: impl FnMut(u64) -> bool,
    before: impl Fn(&str),
) -> Result<u64, String> {
    let mut random = Random(seed);
    let mut count = 0;
    while goes_on(count) {
        let text = text(&mut random);
        let target = *random.of(Target::ALL);
        before(&text);
        if let Err(panic) = try_all(&text, &target) {
            let small = shrink(&text, |text| try_all(text, &target).is_err());
            return Err(format!("seed {seed}, text {count}, {}: {panic}\n{small:?}", target.name));
        }
        count += 1;
    }
    Ok(count)
}
