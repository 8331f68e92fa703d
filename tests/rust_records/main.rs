//! Random records in both languages: what the derives and `#[bitfield]` compute, rustc's `repr(C)` and the C
//! compiler agree, and a callee that the C compiler made receives and returns them by value.
//!
//! The build script writes both halves (`model.rs` makes the records up, `text.rs` writes them), so that rustc compiles
//! the Rust half like any user's source: a layout that C and Rust disagree on does not compile, and the error
//! shows the record. `CTYPES_TEST_RUST_RECORDS` is the number of records (150 by default), `CTYPES_TEST_SEED` the seed:
//!
//! `CTYPES_TEST_RUST_RECORDS=2000 CTYPES_TEST_SEED=7 cargo test --test rust_records`
//!
//! Not every record is passed as rustc would do it: where `CType::BY_VALUE` says no, `#[foreign_fn]` takes the engine, which
//! all records that it can pass go through too. Long doubles are compared by the bytes that mean something.
#![cfg(all(target_os = "linux", target_pointer_width = "64", feature = "libffi"))]

use core::ffi::c_void;
use ctypes_wrap::convert::Value;
use ctypes_wrap::{
    Args, CEnum, CType, CallConv, Discrete, Function, Library, Raw, Signature, Target, Type,
};

/// A record in both languages.
trait Case: CType + Copy {
    const NAME: &str;
    const C: &str;
    const RUST: &str;
    /// The ordinary fields: name, offset and size in Rust.
    const FIELDS: &[(&str, usize, usize)];
    const BITS: &[Bits<Self>];
    /// # Safety
    /// The library is the one that was made with this program.
    unsafe fn take(record: Self) -> u64;
    /// # Safety
    /// As for `take`; a record is there.
    unsafe fn give(from: *const c_void) -> Self;
    /// The arguments of `take` for a call that is described at run time.
    fn args(record: Self) -> Args<'static>;
    fn params() -> Vec<Type>;
}

/// A bit field's accessors, with numbers that C and Rust can exchange.
struct Bits<T> {
    name: &'static str,
    width: u32,
    get: fn(&T) -> i64,
    set: fn(&mut T, i64),
    with: fn(T, i64) -> T,
    try_set: fn(&mut T, i64) -> bool,
}

trait Number: Copy {
    fn number(self) -> i64;
    fn from_number(number: i64) -> Self;
}

macro_rules! numbers {
    ($($ty:ty: $number:expr, $from:expr;)*) => {$(
        impl Number for $ty {
            fn number(self) -> i64 {
                let number: fn($ty) -> i64 = $number;
                number(self)
            }
            fn from_number(number: i64) -> $ty {
                let from: fn(i64) -> $ty = $from;
                from(number)
            }
        }
    )*};
    ($($int:ident)*) => { numbers! { $($int: |n| n as i64, |n| n as $int;)* } };
}

numbers!(i8 u8 i16 u16 i32 u32 i64 u64 isize usize);
numbers! {
    bool: i64::from, |n| n != 0;
    Raw<bool>: |r| i64::from(r.bits()), |n| Raw::from_bits(u8::from(n != 0));
    Raw<UnsignedValues>: |r| i64::from(r.bits()), |n| Raw::from_bits(n as <UnsignedValues as Discrete>::Bits);
    Raw<SignedValues>: |r| i64::from(r.bits()), |n| Raw::from_bits(n as <SignedValues as Discrete>::Bits);
}

#[derive(CEnum, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "unsigned_values")]
enum UnsignedValues {
    Zero,
    Five = 5,
}

#[derive(CEnum, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "signed_values")]
enum SignedValues {
    Negative = -5,
    Zero = 0,
}

// What a program writes is written here by another one, in its own style.
#[allow(
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    dead_code,
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    unreachable_pub,
    unused_imports
)]
mod written {
    use super::{Bits, Case, Judge, Number, SignedValues, UnsignedValues};
    use core::ffi::*;
    use core::mem::offset_of;
    use ctypes_wrap::{Args, CStruct, CType, CUnion, LongDouble, Raw, Type, bitfield, foreign_fn};

    type size_t = usize;
    /// C's `wchar_t`, which Rust has no name for.
    #[cfg(not(target_arch = "aarch64"))]
    type Wide = i32;
    #[cfg(target_arch = "aarch64")]
    type Wide = u32;

    include!(concat!(env!("OUT_DIR"), "/rust_records.rs"));

    pub(super) fn judge_all(judge: &mut Judge) {
        all(judge);
    }
}

const ROOM: usize = 640;
const GUARD: usize = 64;

/// Memory for any of the records.
#[derive(Clone, Copy, PartialEq)]
#[repr(C, align(64))]
struct Memory([u8; ROOM]);

impl Memory {
    fn graffiti(seed: u64) -> Memory {
        let mut random = random::Random(seed);
        Memory(core::array::from_fn(|_| random.next() as u8))
    }

    /// # Safety
    /// The bytes are a `T`.
    unsafe fn as_record<T: Case>(&mut self) -> &mut T {
        const { assert!(size_of::<T>() + GUARD <= ROOM && align_of::<T>() <= 64) };
        // SAFETY: the memory is large and aligned enough, and the caller vouches for the bytes.
        unsafe { &mut *(&raw mut self.0).cast() }
    }
}

const VALUES: [i64; 9] =
    [0, 1, -1, 2, -3, 100, 0x1234_5678_9abc_def0, i64::MIN, -0x5555_5555_5555_5556];

/// What was found out about all records.
struct Judge {
    library: Library,
    reports: Vec<String>,
    records: usize,
    bit_fields: usize,
    direct: usize,
    engine: usize,
    /// Records with bit fields that rustc does not pass as C does, and that it does.
    with_bits: [usize; 2],
    /// Why a record was not passed by value.
    refused: Vec<String>,
}

impl Judge {
    fn case<T: Case>(&mut self) {
        self.records += 1;
        let mut found = Vec::new();
        self.layout::<T>(&mut found);
        self.bits::<T>(&mut found);
        self.calls::<T>(&mut found);
        if !found.is_empty() {
            let layout = T::TYPE.layout().map_or_else(|e| e.to_string(), |l| l.to_string());
            found.truncate(5);
            let (found, name) = (found.join("\n"), T::NAME);
            self.reports.push(format!("{name}: {found}\n{}\n{}\n{layout}", T::C, T::RUST));
        }
    }

    /// # Safety
    /// `F` is a type of function or object pointers, and the one that the C half declares.
    unsafe fn get<T: Case, F: Copy>(&self, what: &str) -> F {
        let name = format!("{}_{what}", T::NAME);
        let pointer = self.library.symbol(&name).unwrap_or_else(|e| panic!("{e}")).as_ptr();
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        // SAFETY: the caller vouches that `F` is a pointer, and it has the size of one.
        unsafe { core::mem::transmute_copy(&pointer) }
    }

    fn layout<T: Case>(&self, found: &mut Vec<String>) {
        let mut expect = |what: &str, c: usize, [rust, ours]: [usize; 2]| {
            if [rust, ours] != [c, c] {
                found.push(format!("{what}: C has {c}, rustc {rust}, the description {ours}"));
            }
        };
        let layout = T::TYPE.layout().expect("the record is complete");
        // SAFETY: the C half has as many numbers: two, and two for each ordinary field.
        let facts = unsafe {
            let first: *const usize = self.get::<T, _>("facts");
            std::slice::from_raw_parts(first, 2 + 2 * T::FIELDS.len())
        };
        expect("size", facts[0], [size_of::<T>(), T::TYPE.size()]);
        expect("alignment", facts[1], [align_of::<T>(), T::TYPE.align()]);
        for (&(name, offset, size), c) in T::FIELDS.iter().zip(facts[2..].chunks_exact(2)) {
            let ours = layout.field(name).expect("it is described");
            expect(&format!("offset of {name}"), c[0], [offset, ours.offset() as usize]);
            expect(&format!("size of {name}"), c[1], [size, ours.size() as usize]);
        }
    }

    fn bits<T: Case>(&mut self, found: &mut Vec<String>) {
        let layout = T::TYPE.layout().expect("the record is complete");
        for field in T::BITS {
            self.bit_fields += 1;
            let name = field.name;
            // SAFETY: the C half declares them so.
            let (get, set) = unsafe {
                let get: unsafe extern "C" fn(*const T) -> i64 =
                    self.get::<T, _>(&format!("get_{name}"));
                let set: unsafe extern "C" fn(*mut T, i64) =
                    self.get::<T, _>(&format!("set_{name}"));
                (get, set)
            };
            let place = layout.field(name).and_then(|f| f.bits()).expect("it is described");
            for seed in 0..4 {
                let mut memory = self.filled::<T>(seed);
                // SAFETY: the memory holds a record; so it does after a bit field was written.
                unsafe {
                    let theirs = get(memory.as_record::<T>());
                    let ours = (field.get)(memory.as_record::<T>());
                    let mask = u128::MAX >> (128 - field.width);
                    let read = place.read(&memory.0, Target::NATIVE.endian);
                    if ours != theirs || read != Some(theirs as u128 & mask) {
                        found.push(format!(
                            "{name}: C reads {theirs}, we {ours}, through the layout {read:?}"
                        ));
                    }
                    for value in VALUES {
                        let (mut ours, mut theirs, mut tried) = (memory, memory, memory);
                        (field.set)(ours.as_record::<T>(), value);
                        set(theirs.as_record::<T>(), value);
                        if ours != theirs {
                            found.push(format!("{name} = {value}: C writes other bytes"));
                        }
                        let stored = get(ours.as_record::<T>());
                        let with = (field.with)(*memory.as_record::<T>(), value);
                        if stored != get(&with) || stored != (field.get)(ours.as_record::<T>()) {
                            found.push(format!("{name} = {value}: C reads {stored} again"));
                        }
                        let taken = (field.try_set)(tried.as_record::<T>(), value);
                        if tried != (if taken { ours } else { memory }) {
                            found.push(format!("try_set_{name}({value}) gave {taken}"));
                        }
                    }
                }
            }
        }
    }

    /// Memory full of graffiti, but for what must be valid.
    fn filled<T: Case>(&self, seed: u64) -> Memory {
        let mut memory = Memory::graffiti(seed);
        // SAFETY: the C half declares it so; the memory has room for the record.
        unsafe {
            self.get::<T, unsafe extern "C" fn(*mut c_void)>("care")((&raw mut memory).cast())
        };
        memory
    }

    fn calls<T: Case>(&mut self, found: &mut Vec<String>) {
        // What the compiler is told in a constant is what is said of any target.
        let said = T::TYPE.by_value_at(&Target::NATIVE).expect("the record is complete");
        if said != T::BY_VALUE {
            found.push(format!("the walk over the description says {said} of BY_VALUE"));
        }
        if !T::ANY_BITS && T::TYPE.holds_any_bits() {
            found.push("the description holds any bits, the Rust type does not".to_owned());
        }
        if !T::BITS.is_empty() {
            self.with_bits[usize::from(T::BY_VALUE)] += 1;
        }
        let taken = Signature::new(CallConv::C, &Type::U64, &T::params());
        let given = Signature::new(CallConv::C, T::TYPE, [&Type::VOID_PTR]);
        let functions = taken.and_then(|taken| Ok((taken, given?))).map(|(taken, given)| {
            // SAFETY: the C half has functions of those names.
            let (take, give) = unsafe { (self.get::<T, _>("take"), self.get::<T, _>("give")) };
            let of = |at, signature| Function::from_ptr(T::NAME, at, signature).expect("not null");
            (of(take, &taken), of(give, &given))
        });
        let engine = match functions {
            Ok(functions) => Some(functions),
            Err(e) => {
                self.refused.push(format!("{}: {e}", T::NAME));
                None
            }
        };
        self.direct += usize::from(T::BY_VALUE);
        self.engine += usize::from(engine.is_some());
        if !T::BY_VALUE && engine.is_none() {
            return;
        }
        let way = if T::BY_VALUE { "directly" } else { "as declared, by the engine" };
        // SAFETY: the C half declares them so.
        let (want, sum) = unsafe {
            let want: unsafe extern "C" fn(*const c_void) -> u64 = self.get::<T, _>("want");
            let sum: unsafe extern "C" fn(*const c_void) -> u64 = self.get::<T, _>("sum");
            (want, sum)
        };
        for seed in 100..108 {
            let mut memory = self.filled::<T>(seed);
            let from: *const c_void = (&raw const memory).cast();
            // SAFETY: a record is there, and the functions are C's, of those types.
            unsafe {
                let (expected, here) = (want(from), sum(from));
                let received = T::take(*memory.as_record::<T>());
                if received != expected {
                    found.push(format!("passed {way}: C received other values, seed {seed}"));
                }
                if !found.is_empty() {
                    // What is passed wrongly may be returned through an address that is none.
                    return;
                }
                let back = T::give((&raw const memory).cast());
                if sum((&raw const back).cast()) != here {
                    found.push(format!("returned {way}: C sent other values, seed {seed}"));
                }
                let Some((take, give)) = &engine else { continue };
                let received = take.call_args(&mut T::args(*memory.as_record::<T>()));
                if received.as_ref().ok() != Some(&Value::UInt(expected)) {
                    found.push(format!("by the engine: C received {received:?}, seed {seed}"));
                    return;
                }
                match give.call::<T>((from,)) {
                    // The engine gives no value of which it cannot know that it is one.
                    Err(_) if !T::ANY_BITS => {}
                    Ok(back) if sum((&raw const back).cast()) == here => {}
                    _ => found.push(format!("by the engine: C sent other values, seed {seed}")),
                }
            }
        }
    }
}

#[path = "../oracle/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;

#[test]
fn c_and_rust_agree_on_random_records() {
    const LIBRARY: &str = env!("CTYPES_RUST_RECORDS_LIB");
    // SAFETY: the build script had it made of the C half, which has no initializers.
    let library = unsafe { Library::open_path(LIBRARY) }.unwrap_or_else(|e| panic!("{e}"));
    let mut judge = Judge {
        library,
        reports: Vec::new(),
        records: 0,
        bit_fields: 0,
        direct: 0,
        engine: 0,
        with_bits: [0; 2],
        refused: Vec::new(),
    };
    written::judge_all(&mut judge);
    let Judge { reports, records, bit_fields, direct, engine, refused, with_bits, .. } = judge;
    println!(
        "seed {}: {records} records, {bit_fields} bit fields; by value {direct} directly, {engine} by the engine, {} not by the engine:\n{}",
        env!("CTYPES_RUST_RECORDS_SEED"),
        refused.len(),
        refused.join("\n")
    );
    let [other, alike] = with_bits;
    println!("of {} records with bit fields {alike} are BY_VALUE", other + alike);
    assert!(
        reports.is_empty(),
        "seed {}: {} of {records} records differ\n{}",
        env!("CTYPES_RUST_RECORDS_SEED"),
        reports.len(),
        reports.join("\n\n")
    );
    assert_eq!(engine + refused.len(), records);
    assert!(bit_fields > records / 2 && engine > 0, "the records are too much alike");
    if cfg!(target_arch = "x86_64") {
        assert!(direct > records / 2, "only {direct} of {records} records are passed directly");
        assert!(
            5 * alike >= 4 * (other + alike),
            "only {alike} of {} with bit fields",
            other + alike
        );
    }
}
