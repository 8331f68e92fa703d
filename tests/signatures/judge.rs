//! What the functions of a batch are held against: C calls them, and Rust on every path that it has, and all must send
//! the same bytes and get the same results; and the other way round, C calls callbacks of their types.
//!
//! The programs that `workshop.rs` of the records compiles link to this. Such a program says on its standard output, in lines
//! that begin with a letter: `A name` before a function, `F name` before what is wrong with it, whose lines begin with a
//! space, `N` before a reason not to call one, and at the end `T` with the numbers of what was tried.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use ctypes_wrap::call::Args;
use ctypes_wrap::convert::Value;
use ctypes_wrap::error::CallError;
use ctypes_wrap::{CallConv, Callback, Function, Library, Signature, Type};
use std::cell::Cell;
use std::io::Write as _;

#[path = "../oracle/random.rs"]
#[allow(dead_code, missing_docs, unreachable_pub)]
mod random;
#[path = "../rust_records/values.rs"]
mod values;
#[path = "../common/values.rs"]
mod values_at_run_time;

pub use ctypes_wrap::error::SignatureError as Refused;
pub use values::{ByteValues, ShortValues, SignedValues, UnsignedValues, Wide, Word};
use values_at_run_time::{bytes_of, value_of};

type Arguments<'a> = &'a [*mut c_void];

/// Has C call a function pointer.
pub type Calling<'a> = dyn FnMut(*const c_void) + 'a;

/// Makes a callback and has it called.
type Making<'a> = dyn FnMut(&Seen, &mut Calling<'_>) -> Result<bool, Refused> + 'a;

/// A function in both languages. Arguments and results are at addresses.
///
/// Data and pointers to functions: whatever is generic in the type of a function is compiled once for each of them.
pub struct Case {
    /// Its name, in both.
    pub name: &'static str,
    /// Whether the attribute does not take it.
    pub refused: bool,
    /// Whether there is a `...`.
    pub variadic: bool,
    /// The number of parameters before it, or of all.
    pub fixed: usize,
    /// What it is in C.
    pub c: &'static str,
    /// What it is in Rust.
    pub rust: &'static str,
    /// The types of all arguments.
    pub params: &'static [&'static Type],
    /// That of the result.
    pub result: &'static Type,
    /// The size of the result in Rust.
    pub result_size: usize,
    /// Whether rustc passes all of the types as C does.
    pub by_value: bool,
    /// Calls the function of the attribute; tells whether there is one. Values of the types are at the addresses, and room
    /// for the result.
    pub direct: unsafe fn(Arguments<'_>, *mut c_void) -> bool,
    /// Calls the function as one of run time with a tuple, if that is long enough.
    pub tuple: unsafe fn(&Function, Arguments<'_>, *mut c_void) -> Result<bool, CallError>,
    /// Pushes the arguments one by one.
    pub push: unsafe fn(&mut Args<'_>, Arguments<'_>),
    /// Has C call a closure with that many arguments, if there can be one.
    pub back: fn(&Seen, &mut Calling<'_>) -> Result<bool, Refused>,
}

/// The value at an address.
///
/// # Safety
/// There is one.
pub unsafe fn get<T>(at: *mut c_void) -> T {
    // SAFETY: the caller's promise.
    unsafe { at.cast::<T>().read_unaligned() }
}

/// Leaves a value at an address.
///
/// # Safety
/// There is room.
pub unsafe fn put<T>(at: *mut c_void, value: T) {
    // SAFETY: the caller's promise.
    unsafe { at.cast::<T>().write_unaligned(value) }
}

type Sums = unsafe extern "C" fn(*const *mut c_void) -> u64;

/// What a callback does with its arguments.
pub struct Seen {
    sums: Sums,
    /// What it returns.
    pub result: *mut c_void,
    checksum: Cell<u64>,
}

impl Seen {
    /// Keeps the checksum of arguments, by C.
    ///
    /// # Safety
    /// Values of the function's types are at the addresses.
    pub unsafe fn take(&self, a: &[*mut c_void]) {
        // SAFETY: the caller's promise.
        self.checksum.set(unsafe { (self.sums)(a.as_ptr()) });
    }
}

/// Room for any argument, with space behind it that nothing is to be written to.
const ROOM: usize = 640;

#[derive(Clone, Copy, PartialEq)]
#[repr(C, align(64))]
struct Memory([u8; ROOM]);

impl Memory {
    fn graffiti(random: &mut random::Random) -> Memory {
        Memory(core::array::from_fn(|_| random.next() as u8))
    }
}

/// What was found out about all functions.
struct Judge {
    library: Library,
    functions: usize,
    /// Calls of functions that the attribute makes, of those with tuples and of those with pushed arguments.
    direct: usize,
    tuples: usize,
    pushed: usize,
    /// Calls of closures by C, of typed ones and of those of run time.
    typed: usize,
    dynamic: usize,
    refused: Vec<String>,
}

/// Judges the functions, whose C half is in the file `library`.
pub fn run(library: &str, all: &'static [Case]) {
    // SAFETY: it was made of the C half, which has no initializers.
    let library = unsafe { Library::open_path(library) }.unwrap_or_else(|e| panic!("{e}"));
    let refused = Vec::new();
    let (functions, direct, tuples, pushed, typed, dynamic) = Default::default();
    let mut judge = Judge { library, functions, direct, tuples, pushed, typed, dynamic, refused };
    all.iter().for_each(|case| judge.case(case));
    let Judge { functions, direct, tuples, pushed, typed, dynamic, refused, .. } = judge;
    refused.iter().for_each(|reason| say(&format!("N {reason}")));
    say(&format!("T {functions} {direct} {tuples} {pushed} {typed} {dynamic}"));
}

/// Past any buffer: the next step may be the last.
fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output is open");
}

/// One function's arguments, and what C says of them.
struct Trial<'j> {
    judge: &'j Judge,
    arguments: Vec<*mut c_void>,
    /// What C received and returned when C called.
    checksum: u64,
    result: u64,
    sum: unsafe extern "C" fn(*mut c_void) -> u64,
}

impl Trial<'_> {
    /// What is wrong with a call that leaves its result at an address; none if there was no call.
    fn call<E>(
        &self,
        way: &str,
        call: impl FnOnce(*mut c_void) -> Result<bool, E>,
    ) -> Result<bool, String>
    where
        E: ToString,
    {
        // SAFETY: the C half declares them so.
        let (clear, last) = unsafe {
            let clear: unsafe extern "C" fn() = self.judge.get("last_clear");
            let last: unsafe extern "C" fn() -> u64 = self.judge.get("last_checksum");
            (clear, last)
        };
        let mut memory = Memory([0x5a; ROOM]);
        let result: *mut c_void = (&raw mut memory).cast();
        // SAFETY: they have no demands.
        unsafe { clear() };
        let called = call(result).map_err(|e| format!("{way}: {}", e.to_string()))?;
        // SAFETY: as above; a result is there.
        let (received, sent) = unsafe { (last(), (self.sum)(result)) };
        match called {
            false => Ok(false),
            true if received != self.checksum => Err(format!("{way}: C received other values")),
            true if sent != self.result => Err(format!("{way}: C sent another result")),
            true => Ok(true),
        }
    }
}

impl Judge {
    /// # Safety
    /// `F` is a type of function pointers, and the one that the C half declares.
    unsafe fn get<F: Copy>(&self, name: &str) -> F {
        let pointer = self.library.symbol(name).unwrap_or_else(|e| panic!("{e}")).as_ptr();
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        // SAFETY: the caller vouches that `F` is a pointer, and it has the size of one.
        unsafe { core::mem::transmute_copy(&pointer) }
    }

    /// Judges one function.
    fn case(&mut self, case: &'static Case) {
        say(&format!("A {}", case.name));
        self.functions += 1;
        if let Err(found) = self.judged(case) {
            let report = format!("{found}\n{}\n{}", case.c, case.rust);
            let report: Vec<String> = report.lines().map(|line| format!(" {line}")).collect();
            say(&format!("F {}\n{}", case.name, report.join("\n")));
        }
    }

    fn judged(&mut self, case: &'static Case) -> Result<(), String> {
        let (fixed, listed) = case.params.split_at(case.fixed);
        let fixed = fixed.iter().copied();
        let mut signature = match case.variadic {
            false => Signature::new(CallConv::C, case.result, fixed),
            true => Signature::variadic(CallConv::C, case.result, fixed),
        };
        // What no function takes no call takes after a `...`, which is found only then.
        let alone = |ty: &&'static Type| Signature::new(CallConv::C, &Type::VOID, [*ty]).err();
        let unlisted = listed.iter().find_map(alone);
        let is_declared = !case.refused && (unlisted.is_none() || case.by_value);
        if let (Some(e), true) = (unlisted, signature.is_ok()) {
            signature = Err(e);
        }
        let function = match signature {
            Ok(signature) => {
                if case.refused && !case.variadic {
                    return Err("the attribute refuses what the engine passes".to_owned());
                }
                Some(self.library.function(case.name, &signature).map_err(|e| e.to_string())?)
            }
            Err(e) => {
                // Of a variadic function the attribute has a pointer, for which rustc alone matters.
                if is_declared && !case.by_value && !case.variadic {
                    return Err(format!(
                        "the attribute passes it through the engine, which says: {e}"
                    ));
                }
                self.refused.push(format!("{}: {e}", case.name));
                None
            }
        };
        for seed in 0..4 {
            self.trial(case, function.as_ref(), seed).map_err(|e| format!("seed {seed}: {e}"))?;
        }
        Ok(())
    }

    fn trial(
        &mut self,
        case: &'static Case,
        function: Option<&Function>,
        seed: u64,
    ) -> Result<(), String> {
        let name = |what: &str| format!("{}_{what}", case.name);
        let mut random = random::Random(seed);
        let mut memory: Vec<Memory> =
            case.params.iter().map(|_| Memory::graffiti(&mut random)).collect();
        let arguments: Vec<*mut c_void> = memory.iter_mut().map(|m| (&raw mut *m).cast()).collect();
        let mut result = Memory([0; ROOM]);
        let a = &arguments[..];
        // SAFETY: the C half declares them so; the memory has room for the arguments and the result.
        let (checksum, sum, expected) = unsafe {
            let care: unsafe extern "C" fn(*const *mut c_void) = self.get(&name("care"));
            let want: unsafe extern "C" fn(*const *mut c_void, *mut c_void) -> u64 =
                self.get(&name("want"));
            let sum: unsafe extern "C" fn(*mut c_void) -> u64 = self.get(&name("sum"));
            care(a.as_ptr());
            let result: *mut c_void = (&raw mut result).cast();
            let checksum = want(a.as_ptr(), result);
            (checksum, sum, sum(result))
        };
        let trial =
            Trial { judge: self, arguments: arguments.clone(), checksum, result: expected, sum };
        // SAFETY: the arguments are at their addresses, valid, and the function is C's.
        let direct = trial.call("by the attribute", |r| unsafe {
            Ok::<_, CallError>((case.direct)(&trial.arguments, r))
        })?;
        let (mut tuple, mut pushed) = (false, false);
        if let Some(f) = function {
            // SAFETY: as above.
            tuple =
                trial.call("with a tuple", |r| unsafe { (case.tuple)(f, &trial.arguments, r) })?;
            // SAFETY: as above.
            pushed = trial.call("with pushed arguments", |r| unsafe {
                let mut args = Args::new();
                (case.push)(&mut args, &trial.arguments);
                let value = f.call_args(&mut args)?;
                let bytes = bytes_of(case.result, &value);
                core::ptr::copy_nonoverlapping(bytes.as_ptr(), r.cast(), bytes.len());
                Ok::<_, CallError>(true)
            })?;
        }
        let (mut typed, mut dynamic) = (false, false);
        if !case.variadic {
            typed =
                self.back(case, a, seed, "a typed callback", sum, &mut |seen, call| match (case
                    .back)(
                    seen, call,
                ) {
                    Err(_) if function.is_none() => Ok(false),
                    other => other,
                })?;
            dynamic =
                self.back(case, a, seed, "a callback of run time", sum, &mut |seen, call| {
                    let Some(function) = function else { return Ok(false) };
                    let answer = |values: &[Value]| answer(case, seen, values);
                    let callback = Callback::dynamic(function.signature(), answer);
                    callback.map(|callback| {
                        call(callback.as_ptr());
                        true
                    })
                })?;
        }
        self.direct += usize::from(direct);
        self.tuples += usize::from(tuple);
        self.pushed += usize::from(pushed);
        self.typed += usize::from(typed);
        self.dynamic += usize::from(dynamic);
        Ok(())
    }

    /// What is wrong with a callback that C calls; whether there was one.
    fn back(
        &self,
        case: &'static Case,
        a: &[*mut c_void],
        seed: u64,
        way: &str,
        sum: unsafe extern "C" fn(*mut c_void) -> u64,
        make: &mut Making<'_>,
    ) -> Result<bool, String> {
        let name = |what: &str| format!("{}_{what}", case.name);
        let (mut given, mut got) = (Memory([0; ROOM]), Memory([0x5a; ROOM]));
        let given_at: *mut c_void = (&raw mut given).cast();
        let got_at: *mut c_void = (&raw mut got).cast();
        // SAFETY: the C half declares them so; the memory has room for the result.
        let (back, sums) = unsafe {
            let made: unsafe extern "C" fn(u64, *mut c_void, usize) = self.get(&name("made"));
            made(seed, given_at, case.result_size);
            let back: unsafe extern "C" fn(*const c_void, *const *mut c_void, *mut c_void) =
                self.get(&name("back"));
            (back, self.get::<Sums>(&name("sums")))
        };
        let seen = Seen { sums, result: given_at, checksum: Cell::new(0) };
        // SAFETY: the callback is of the function's type; the arguments are valid.
        let called = make(&seen, &mut |f| unsafe { back(f, a.as_ptr(), got_at) })
            .map_err(|e| format!("{way}: {e}"))?;
        // SAFETY: values are there.
        let (expected, returned, sent) = unsafe { (sum(given_at), sum(got_at), sums(a.as_ptr())) };
        match called {
            false => Ok(false),
            true if seen.checksum.get() != sent => Err(format!("{way} received other values")),
            true if expected != returned => Err(format!("C got another result of {way}")),
            true => Ok(true),
        }
    }
}

/// What a callback of run time answers.
fn answer(case: &Case, seen: &Seen, values: &[Value]) -> Value {
    let mut copies: Vec<Memory> = Vec::new();
    for (ty, value) in case.params.iter().zip(values) {
        let bytes = bytes_of(ty, value);
        let mut copy = Memory([0; ROOM]);
        copy.0[..bytes.len()].copy_from_slice(&bytes);
        copies.push(copy);
    }
    let at: Vec<*mut c_void> = copies.iter_mut().map(|copy| (&raw mut *copy).cast()).collect();
    // SAFETY: values of the types are there.
    unsafe { seen.take(&at) };
    if case.result_size == 0 {
        return Value::Void;
    }
    let result = seen.result.cast::<MaybeUninit<u8>>();
    // SAFETY: a result of that size is there, and C wrote every byte.
    let bytes = unsafe { core::slice::from_raw_parts(result.cast::<u8>(), case.result_size) };
    value_of(case.result, bytes)
}
