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

/// What macros are made of.
const MACROS: &str = r##"
#define A 1 + B
#define B A
#define F(x) x + F(x)
#define G(x, y) x ## y # x #y
#define V(x, ...) F(x) __VA_OPT__(, __VA_ARGS__) ,##__VA_ARGS__ #__VA_ARGS__
#define N(x, rest...) x ## rest
#define E
#define T unsigned long
#define S "a" "b" L"c" 'd' u8"e"
#define K ((int)sizeof(T) << 3 | A ? -1 : 0x10uL)
int x[ G( 1 , 2 ) ], y = A ; F ( A ) V ( 1, ( 2, 3 ), E ) G ( G(,), "q\" ) N ( )
enum { e1 = K , e2 = A } ; struct s { T t : A ; } ; static inline int f ( void ) { return K ; }
#undef A
#pragma push_macro("A")
#pragma pop_macro("A")
# 7 "f.h"
#line 3
/* a comment
*/ // to the end \
"##;

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
    mutator::change(bytes, size, max_size, seed, MACROS)
});
