//! Random signatures: C calls Rust, and every byte that arrives there and comes back is compared.
//!
//! `CTYPES_TEST_COUNT` says of how many signatures.

use crate::common::generate::{Generated, Program, seed};
use crate::common::{Native, Random, checksum, graffiti, made, same};
use crate::is_hardened;
use core::cell::Cell;
use ctypes_wrap::prelude::*;

/// As many are in one library.
const CHUNK: usize = 200;

#[test]
fn random_signatures() {
    // The children of `hardened.rs` run beside us.
    let (name, count) =
        if is_hardened() { ("random_callbacks_hardened", 100) } else { ("random_callbacks", 2000) };
    let count = match std::env::var("CTYPES_TEST_COUNT") {
        Ok(count) => count.parse().expect("CTYPES_TEST_COUNT is a number"),
        Err(_) => count,
    };
    let seed = seed();
    let mut random = Random(seed);
    let (mut done, mut called) = (0, 0);
    while done < count {
        let program = Program::new(CHUNK.min(count - done), &mut random);
        // Another name each time: the loader would take the library that it has.
        let path = program.compile(&format!("{name}_{done}"));
        let native = Native::open(path.to_str().expect("UTF-8"));
        for f in &program.functions {
            called += usize::from(check(f, &native, seed, &mut random));
        }
        std::fs::remove_file(&path).expect("ours");
        std::fs::remove_file(path.with_extension("c")).expect("ours");
        done += program.functions.len();
        println!("{done} of {count} signatures");
    }
    assert!(called * 10 > count * 8, "only {called} callbacks of {count} ran");
}

/// Has C call a callback of the function's type; says whether it can be called.
fn check(f: &Generated, native: &Native, seed: u64, random: &mut Random) -> bool {
    // What is refused by value is the subject of the tests of calls.
    let Ok(sig) = Signature::new(CallConv::C, &f.result, &f.params) else { return false };
    let sent: Vec<Value> = f.params.iter().map(|t| graffiti(t, random)).collect();
    let answer = graffiti(&f.result, random);
    let called = Cell::new(0);
    let callback = Callback::dynamic(&sig, |received| {
        if let Some(wrong) = difference(&f.params, &sent, received) {
            panic!("seed {seed}: {sig} {wrong}");
        }
        called.set(called.get() + 1);
        answer.clone()
    });
    let callback = callback.expect("a callback").named(&f.name);
    let params: Vec<Type> = core::iter::once(callback.ty()).chain(&f.params).cloned().collect();
    let through = native.function(&format!("through_{}", f.name), &f.result, &params);
    let mut args = Args::new();
    args.push(&callback);
    sent.iter().for_each(|v| args.push(v.clone()));
    // SAFETY: the function has that type, and keeps nothing.
    let back = unsafe { through.call_args(&mut args) }.expect("a call");
    assert!(
        same(&f.result, &back, &answer),
        "seed {seed}: {sig} returned {back:?}, not {answer:?}"
    );
    assert_eq!(called.get(), 1, "seed {seed}: {sig}");
    true
}

/// What is not as it was sent.
fn difference(types: &[Type], sent: &[Value], received: &[Value]) -> Option<String> {
    if sent.len() != received.len() {
        return Some(format!("got {} arguments of {}", received.len(), sent.len()));
    }
    types
        .iter()
        .zip(sent)
        .zip(received)
        .enumerate()
        .find(|(_, ((ty, sent), received))| !same(ty, sent, received))
        .map(|(i, ((_, sent), received))| {
            format!("got {received:?} as argument {}, {sent:?} was sent", i + 1)
        })
}

#[test]
fn one_wrong_byte_is_found() {
    let mut random = Random(seed());
    let program = Program::new(20, &mut random);
    for f in &program.functions {
        let sent: Vec<Value> = f.params.iter().map(|t| graffiti(t, &mut random)).collect();
        assert_eq!(difference(&f.params, &sent, &sent), None);
        for i in 0..sent.len() {
            let mut wrong = sent.clone();
            let one = core::slice::from_ref(&f.params[i]);
            wrong[i] = made(&f.params[i], checksum(one, &sent[i..=i]));
            // A bool has but two values.
            if !same(&f.params[i], &wrong[i], &sent[i]) {
                assert!(difference(&f.params, &sent, &wrong).is_some(), "{wrong:?} {sent:?}");
            }
        }
        if let [rest @ .., _] = &sent[..] {
            assert!(difference(&f.params, &sent, rest).is_some());
        }
    }
}
