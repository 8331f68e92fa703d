//! What the records of a batch are held against: rustc's `repr(C)`, the derives and the C compiler agree on them, and a
//! callee that the C compiler made receives and returns them by value.
//!
//! The programs that `workshop.rs` compiles link to this. Not every record is passed as rustc would do it: where
//! `CType::BY_VALUE` says no, `#[foreign_fn]` takes the engine, and both ways are counted. Long doubles are compared by the
//! bytes that mean something.
//!
//! Such a program says on its standard output, in lines that begin with a letter: `A name` before a record, `F name`
//! before what is wrong with it, whose lines begin with a space, and at the end `T` with the numbers of what was tried
//! and `N` before a reason not to pass a record by value.

use core::ffi::c_void;
use ctypes_wrap::{CType, CallConv, Discrete, Function, Library, Raw, Signature, Target, Type};
use std::io::Write as _;

#[path = "../oracle/random.rs"]
#[allow(dead_code, missing_docs, unreachable_pub)]
mod random;
mod values;

pub use values::{ByteValues, ShortValues, SignedValues, UnsignedValues, Wide, Word};

/// A record in both languages.
pub trait Case: CType + Copy {
    /// Its name, in both.
    const NAME: &str;
    /// Its definition in C.
    const C: &str;
    /// Its definition in Rust.
    const RUST: &str;
    /// Whether the attribute has no function that passes it by value.
    const REFUSED: bool;
    /// The members with an address, those of members without a name among them.
    const PLACES: &[Place<Self>];
    /// The bit fields and other members that C and Rust exchange as numbers.
    const ACCESSES: &[Access<Self>];
    /// The checksum by C of the record and the other arguments.
    ///
    /// # Safety
    /// The library is the one that was made with this program.
    unsafe fn take(record: Self) -> u64;
    /// A copy of the record there, returned by C.
    ///
    /// # Safety
    /// As for `take`; a record is there.
    unsafe fn give(from: *const c_void) -> Self;
    /// The types of what `take` passes.
    fn params() -> Vec<Type>;
    /// As `take`, by a signature that is made at run time.
    ///
    /// # Safety
    /// The function is the one that `take` calls.
    unsafe fn take_by(function: &Function, record: Self) -> u64;
}

/// Where rustc has a member.
pub struct Place<T> {
    /// Its name.
    pub name: &'static str,
    /// By `offset_of!`, unless it is among the bytes of a block.
    pub offset: Option<usize>,
    /// By `size_of`.
    pub size: usize,
    /// What the record that has it without a name lends.
    pub lent: Option<fn(&T) -> *const c_void>,
}

/// A member's accessors, with numbers that C and Rust can exchange.
pub struct Access<T> {
    /// Its name.
    pub name: &'static str,
    /// Of a bit field.
    pub width: Option<u32>,
    /// Reads it.
    pub get: fn(&T) -> i64,
    /// Stores the low bits.
    pub set: fn(&mut T, i64),
    /// The record with another value.
    pub with: Option<fn(T, i64) -> T>,
    /// Stores the value if it fits, which is the answer.
    pub try_set: Option<fn(&mut T, i64) -> bool>,
}

/// A type whose values are exchanged.
pub trait Number: Copy {
    /// Its value to C; the bits of a floating-point number.
    fn number(self) -> i64;
    /// As C converts it.
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
    f32: |x| i64::from(x.to_bits()), |n| f32::from_bits(n as u32);
    f64: |x| x.to_bits() as i64, |n| f64::from_bits(n as u64);
    bool: i64::from, |n| n != 0;
    Raw<bool>: |r| i64::from(r.bits()), |n| Raw::from_bits(u8::from(n != 0));
    Raw<UnsignedValues>: |r| i64::from(r.bits()), |n| Raw::from_bits(n as <UnsignedValues as Discrete>::Bits);
    Raw<SignedValues>: |r| i64::from(r.bits()), |n| Raw::from_bits(n as <SignedValues as Discrete>::Bits);
    Raw<ByteValues>: |r| i64::from(r.bits()), |n| Raw::from_bits(n as u8);
    Raw<ShortValues>: |r| i64::from(r.bits()), |n| Raw::from_bits(n as i16);
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
pub struct Judge {
    library: Library,
    records: usize,
    accesses: usize,
    direct: usize,
    engine: usize,
    /// Why a record was not passed by value.
    refused: Vec<String>,
}

/// Judges the records that `all` tells of, whose C half is in the file `library`.
pub fn run(library: &str, all: fn(&mut Judge)) {
    // SAFETY: it was made of the C half, which has no initializers.
    let library = unsafe { Library::open_path(library) }.unwrap_or_else(|e| panic!("{e}"));
    let mut judge =
        Judge { library, records: 0, accesses: 0, direct: 0, engine: 0, refused: Vec::new() };
    all(&mut judge);
    let Judge { records, accesses, direct, engine, refused, .. } = judge;
    refused.iter().for_each(|reason| say(&format!("N {reason}")));
    say(&format!("T {records} {accesses} {direct} {engine}"));
}

/// Past any buffer: the next step may be the last.
fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output is open");
}

impl Judge {
    /// Judges one record.
    pub fn case<T: Case>(&mut self) {
        say(&format!("A {}", T::NAME));
        self.records += 1;
        let mut found = Vec::new();
        self.layout::<T>(&mut found);
        if found.is_empty() {
            self.accesses::<T>(&mut found);
        }
        // What has another size in C may not even be passed to it.
        if found.is_empty() {
            self.calls::<T>(&mut found);
        }
        if !found.is_empty() {
            let layout = T::TYPE.layout().map_or_else(|e| e.to_string(), |l| l.to_string());
            found.truncate(5);
            let report = format!("{}\n{}\n{}\n{layout}", found.join("\n"), T::C, T::RUST);
            let report: Vec<String> = report.lines().map(|line| format!(" {line}")).collect();
            say(&format!("F {}\n{}", T::NAME, report.join("\n")));
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
        let mut expect = |what: &str, c: usize, rust: Option<usize>, ours: Option<usize>| {
            if rust.is_some_and(|n| n != c) || ours != Some(c) {
                found.push(format!("{what}: C has {c}, rustc {rust:?}, the description {ours:?}"));
            }
        };
        let layout = T::TYPE.layout().expect("the record is complete");
        // SAFETY: the C half has as many numbers: two, and two for each place.
        let facts = unsafe {
            let first: *const usize = self.get::<T, _>("facts");
            std::slice::from_raw_parts(first, 2 + 2 * T::PLACES.len())
        };
        expect("size", facts[0], Some(size_of::<T>()), Some(T::TYPE.size()));
        expect("alignment", facts[1], Some(align_of::<T>()), Some(T::TYPE.align()));
        let mut memory = self.filled::<T>(0);
        // SAFETY: the memory holds a record.
        let record: &T = unsafe { memory.as_record() };
        for (place, c) in T::PLACES.iter().zip(facts[2..].chunks_exact(2)) {
            let name = place.name;
            let ours = layout.field(name);
            let [offset, size] =
                [ours.map(|f| f.offset() as usize), ours.map(|f| f.size() as usize)];
            expect(&format!("offset of {name}"), c[0], place.offset, offset);
            expect(&format!("size of {name}"), c[1], Some(place.size), size);
            if let Some(lent) = place.lent {
                let at = lent(record) as usize - (&raw const *record) as usize;
                expect(&format!("place of the {name} that is lent"), c[0], Some(at), Some(c[0]));
            }
        }
    }

    fn accesses<T: Case>(&mut self, found: &mut Vec<String>) {
        let layout = T::TYPE.layout().expect("the record is complete");
        for field in T::ACCESSES {
            self.accesses += 1;
            let name = field.name;
            // SAFETY: the C half declares them so.
            let (get, set) = unsafe {
                let get: unsafe extern "C" fn(*const T) -> i64 =
                    self.get::<T, _>(&format!("get_{name}"));
                let set: unsafe extern "C" fn(*mut T, i64) =
                    self.get::<T, _>(&format!("set_{name}"));
                (get, set)
            };
            let place = layout.field(name).and_then(|f| f.bits());
            if field.width != place.map(|bits| bits.width) {
                found.push(format!("{name}: the description has it as {place:?}"));
                continue;
            }
            for seed in 0..4 {
                let mut memory = self.filled::<T>(seed);
                // SAFETY: the memory holds a record; so it does after a member was written.
                unsafe {
                    let theirs = get(memory.as_record::<T>());
                    let ours = (field.get)(memory.as_record::<T>());
                    if ours != theirs {
                        found.push(format!("{name}: C reads {theirs}, we {ours}"));
                    }
                    if let Some(bits) = place {
                        let read = bits.read(&memory.0, Target::NATIVE.endian);
                        let mask = u128::MAX >> (128 - bits.width);
                        if read != Some(theirs as u128 & mask) {
                            found.push(format!("{name}: C reads {theirs}, the layout {read:?}"));
                        }
                    }
                    for value in VALUES {
                        let (mut ours, mut theirs, mut tried) = (memory, memory, memory);
                        (field.set)(ours.as_record::<T>(), value);
                        set(theirs.as_record::<T>(), value);
                        if ours != theirs {
                            found.push(format!("{name} = {value}: C writes other bytes"));
                        }
                        let stored = get(ours.as_record::<T>());
                        let with = field.with.map(|with| with(*memory.as_record::<T>(), value));
                        if with.is_some_and(|with| stored != get(&with))
                            || stored != (field.get)(ours.as_record::<T>())
                        {
                            found.push(format!("{name} = {value}: C reads {stored} again"));
                        }
                        if let Some(try_set) = field.try_set {
                            let taken = try_set(tried.as_record::<T>(), value);
                            if tried != (if taken { ours } else { memory }) {
                                found.push(format!("try_set_{name}({value}) gave {taken}"));
                            }
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
        let taken = Signature::new(CallConv::C, &Type::U64, &T::params());
        let given = Signature::new(CallConv::C, T::TYPE, [&Type::VOID_PTR]);
        let engine = match (taken, given) {
            (Ok(taken), Ok(given)) => {
                let get = |what: &str, signature| {
                    self.library.function(&format!("{}_{what}", T::NAME), signature)
                };
                let (take, give) = (get("take", &taken), get("give", &given));
                Some((take.expect("the C half has it"), give.expect("the C half has it")))
            }
            (Err(e), _) | (_, Err(e)) if !T::BY_VALUE => {
                if !T::REFUSED {
                    found.push(format!("the attribute passes it by value, the engine says: {e}"));
                }
                return self.refused.push(format!("{}: {e}", T::NAME));
            }
            _ => None,
        };
        if T::REFUSED {
            found.push("the attribute refuses what rustc or the engine passes".to_owned());
            return;
        }
        self.direct += usize::from(T::BY_VALUE);
        self.engine += usize::from(engine.is_some());
        // SAFETY: the C half declares them so.
        let (want, sum) = unsafe {
            let want: unsafe extern "C" fn(*const c_void) -> u64 = self.get::<T, _>("want");
            let sum: unsafe extern "C" fn(*const c_void) -> u64 = self.get::<T, _>("sum");
            (want, sum)
        };
        for seed in 100..108 {
            let mut memory = self.filled::<T>(seed);
            let from: *const c_void = (&raw const memory).cast();
            // SAFETY: a record is there, and the functions are C's, of those types. What is passed wrongly may
            // be returned through an address that is none, so that nothing is returned after that.
            unsafe {
                let (expected, here) = (want(from), sum(from));
                let way = if T::BY_VALUE { "directly" } else { "by the attribute" };
                if T::take(*memory.as_record::<T>()) != expected {
                    return found
                        .push(format!("passed {way}: C received other values, seed {seed}"));
                }
                let back = T::give((&raw const memory).cast());
                if sum((&raw const back).cast()) != here {
                    found.push(format!("returned {way}: C sent other values, seed {seed}"));
                }
                let Some((take, give)) = &engine else { continue };
                if T::take_by(take, *memory.as_record::<T>()) != expected {
                    return found.push(format!(
                        "passed by the engine: C received other values, seed {seed}"
                    ));
                }
                let from: *mut c_void = (&raw mut memory).cast();
                match give.call::<T>((from,)) {
                    Ok(back) if sum((&raw const back).cast()) == here => {}
                    Ok(_) => {
                        let what = "returned by the engine: C sent other values";
                        found.push(format!("{what}, seed {seed}"));
                    }
                    Err(e) => found.push(format!("returned by the engine: {e}")),
                }
            }
        }
    }
}
