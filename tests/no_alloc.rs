//! A dynamic call of up to 16 scalar arguments does not allocate, nor does access to scalars of C objects.
//!
//! The allocator counts what the thread of a test asks of it, and a test says that it does.
#![cfg(feature = "libffi")]

use core::ffi::{c_int, c_void};
use ctypes_core::{CData, Types};
use ctypes_wrap::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, and a counter for each thread: the tests run beside each other.
struct Counting;

fn count() {
    // A thread that ends has no counter any more, and no test either.
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
}

// SAFETY: everything is the system's allocator; the counter does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(at, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `f` gives, and how often it allocated.
fn allocations<R>(f: impl FnOnce() -> R) -> (R, u64) {
    let before = ALLOCATIONS.get();
    let result = f();
    (result, ALLOCATIONS.get() - before)
}

/// A function whose signature is known only at run time.
fn function(address: *const c_void, result: &Type, params: &[&Type]) -> Function {
    let signature = Signature::new(CallConv::C, result, params.iter().copied());
    let signature = signature.expect("C has this signature");
    Function::from_ptr("callee", address, &signature).expect("the address is not null")
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))).1, 1);
    assert!(allocations(|| std::hint::black_box(Vec::<u8>::new()).extend([0; 100])).1 > 0);
    assert_eq!(allocations(|| std::hint::black_box(1)).1, 0);
}

// Each argument counts with another weight: a misplaced one changes the sum.
extern "C" fn no_arguments() -> c_int {
    41
}

extern "C" fn two_ints(a: c_int, b: c_int) -> c_int {
    a + 10 * b
}

extern "C" fn three_doubles(a: f64, b: f64, c: f64) -> f64 {
    a + 10.0 * b + 100.0 * c
}

#[allow(clippy::too_many_arguments)]
extern "C" fn sixteen(
    a: c_int,
    b: f64,
    c: *const c_int,
    d: i64,
    e: f32,
    f: u8,
    g: i16,
    h: f64,
    i: *mut c_int,
    j: u64,
    k: f64,
    l: i8,
    m: u32,
    n: bool,
    o: f32,
    p: c_int,
) -> f64 {
    // SAFETY: the test passes pointers to ints.
    let (c, i) = unsafe { (*c, *i) };
    let values = [
        a.into(),
        b,
        c.into(),
        d as f64,
        e.into(),
        f.into(),
        g.into(),
        h,
        i.into(),
        j as f64,
        k,
        l.into(),
        m.into(),
        f64::from(u8::from(n)),
        o.into(),
        p.into(),
    ];
    values.iter().rev().fold(0.0, |sum, value| sum * 2.0 + value)
}

extern "C" fn same_pointer(p: *const c_int) -> *const c_int {
    p
}

fn sixteen_types() -> [&'static Type; 16] {
    [
        c_int::TYPE,
        f64::TYPE,
        <*const c_int>::TYPE,
        i64::TYPE,
        f32::TYPE,
        u8::TYPE,
        i16::TYPE,
        f64::TYPE,
        <*mut c_int>::TYPE,
        u64::TYPE,
        f64::TYPE,
        i8::TYPE,
        u32::TYPE,
        bool::TYPE,
        f32::TYPE,
        c_int::TYPE,
    ]
}

#[test]
fn calls_with_tuples() {
    let f = function(no_arguments as *const c_void, c_int::TYPE, &[]);
    // SAFETY: here and below, the signature is that of the function, which takes any numbers.
    let (result, count) = allocations(|| unsafe { f.call::<c_int>(()) });
    assert_eq!((result.expect("it is called"), count), (41, 0));

    let f = function(two_ints as *const c_void, c_int::TYPE, &[c_int::TYPE, c_int::TYPE]);
    // SAFETY: as above.
    let (result, count) = allocations(|| unsafe { f.call::<c_int>((2, 3)) });
    assert_eq!((result.expect("it is called"), count), (32, 0));
    // Arguments and a result that are converted.
    // SAFETY: as above.
    let (result, count) = allocations(|| unsafe { f.call::<i64>((2_i64, 3_u8)) });
    assert_eq!((result.expect("it is called"), count), (32, 0));

    let f = function(three_doubles as *const c_void, f64::TYPE, &[f64::TYPE; 3]);
    // SAFETY: as above.
    let (result, count) = allocations(|| unsafe { f.call::<f64>((1.0, 2.0, 3.0)) });
    assert_eq!((result.expect("it is called"), count), (321.0, 0));

    let f = function(same_pointer as *const c_void, <*const c_int>::TYPE, &[<*const c_int>::TYPE]);
    let pointed_at = 7;
    let pointer = &raw const pointed_at;
    // SAFETY: as above.
    let (result, count) = allocations(|| unsafe { f.call::<*const c_int>((pointer,)) });
    assert_eq!((result.expect("it is called"), count), (pointer, 0));
}

/// The arguments of `sixteen`, and what it gives for them.
macro_rules! sixteen_arguments {
    ($c:expr, $i:expr) => {
        (
            1_i32, 2.0_f64, $c, 4_i64, 5.0_f32, 6_u8, 7_i16, 8.0_f64, $i, 10_u64, 11.0_f64, 12_i8,
            13_u32, true, 15.0_f32, 16_i32,
        )
    };
}

#[test]
fn sixteen_scalars_in_a_tuple() {
    let f = function(sixteen as *const c_void, f64::TYPE, &sixteen_types());
    let (three, mut nine): (c_int, c_int) = (3, 9);
    let args = sixteen_arguments!(&raw const three, &raw mut nine);
    // SAFETY: as above; the pointers are to ints.
    let (result, count) = allocations(|| unsafe { f.call::<f64>(args) });
    assert_eq!((result.expect("it is called"), count), (expected(), 0));
}

#[test]
fn sixteen_scalars_pushed_again_and_again() {
    let f = function(sixteen as *const c_void, f64::TYPE, &sixteen_types());
    let (three, mut nine): (c_int, c_int) = (3, 9);
    let (result, count) = allocations(|| {
        let mut args = Args::new();
        let mut last = Value::Void;
        for _ in 0..3 {
            args.clear();
            let values = sixteen_arguments!(&raw const three, &raw mut nine);
            args.push(values.0);
            args.push(values.1);
            args.push(values.2);
            args.push(values.3);
            args.push(values.4);
            args.push(values.5);
            args.push(values.6);
            args.push(values.7);
            args.push(values.8);
            args.push(values.9);
            args.push(values.10);
            args.push(values.11);
            args.push(values.12);
            args.push(values.13);
            args.push(values.14);
            args.push(values.15);
            // SAFETY: as above; the same arguments serve twice.
            last = unsafe { f.call_args(&mut args).and_then(|_| f.call_args(&mut args)) }
                .expect("it is called");
        }
        last
    });
    assert_eq!((result, count), (Value::F64(expected()), 0));
}

#[test]
fn scalars_of_objects() {
    let types = Types::new();
    let deep = types.declare_struct("deep").expect("the tag is free");
    let deep = deep.define(|r| r.field("b", Type::U8).field("c", Type::DOUBLE));
    let deep = deep.expect("it has a layout").array(3).expect("it has a size");
    let outer = types.declare_struct("outer").expect("the tag is free");
    let outer = outer.define(|r| {
        r.field("a", Type::INT)
            .bits("bits", Type::UINT, 5)
            .field("wide", Type::I64)
            .field("d", deep)
    });
    let data = CData::new(&outer.expect("it has a layout")).expect("there is memory");
    let path = data.path("d[2].c").expect("there is such a part");
    let all = || {
        data.set("a", -7)?;
        data.set("bits", 21)?;
        data.set("wide", 1_i64 << 40)?;
        data.set("d[1].b", 200)?;
        data.set_at(&path, 2.5)?;
        let ints: (i32, u8, i64) = (data.get("a")?, data.get("bits")?, data.get("wide")?);
        Ok::<_, ctypes_core::memory::AccessError>((ints, data.get("d[1].b")?, data.get_at(&path)?))
    };
    // The layouts of members are kept from when they are first asked for.
    all().expect("all parts are there");
    let (found, count) = allocations(all);
    assert_eq!(found.expect("all parts are there"), ((-7, 21, 1 << 40), 200_u8, 2.5_f64));
    assert_eq!(count, 0);
}

/// `sixteen` of the arguments 1 to 13, true, 15 and 16, as rustc calls it.
fn expected() -> f64 {
    let (three, mut nine): (c_int, c_int) = (3, 9);
    let a = sixteen_arguments!(&raw const three, &raw mut nine);
    sixteen(a.0, a.1, a.2, a.3, a.4, a.5, a.6, a.7, a.8, a.9, a.10, a.11, a.12, a.13, a.14, a.15)
}

/// What makes no text, reports no error and keeps nothing alive needs no memory.
#[test]
fn scalars_of_every_kind() -> Result<(), Error> {
    let types = Types::new();
    types.parse(
        "enum colour { RED, BLUE };
         struct all { signed char c; short s; unsigned u; long long l; float f; double d; _Bool b;
                      unsigned bits : 3; long long more : 40; enum colour colour; __int128 wide; void *p; };",
    )?;
    let all = CData::new(&types.get("struct all").expect("just parsed"))?;
    macro_rules! check {
        ($($name:literal: $t:ty = $value:expr;)*) => {$(
            let (path, value): (_, $t) = (all.path($name)?, $value);
            let (stored, count) = allocations(|| all.set($name, value).and_then(|()| all.set_at(&path, value)));
            assert_eq!((stored?, count), ((), 0), "set {}", $name);
            let (found, count) = allocations(|| (all.get::<$t>($name), all.get_at::<$t>(&path)));
            assert_eq!((found.0?, found.1?, count), (value, value, 0), "get {}", $name);
        )*};
    }
    check! {
        "c": i8 = -7; "s": i64 = -300; "u": u32 = 4_000_000_000; "l": i64 = i64::MIN; "f": f32 = 1.5; "d": f64 = 0.1;
        "b": bool = true; "bits": u8 = 5; "more": i64 = -(1 << 39); "colour": u32 = 1; "wide": i128 = i128::MIN;
    }
    let (wrapped, count) = allocations(|| all.set_wrapping("s", 70_000));
    assert_eq!((wrapped?, all.get::<i32>("s")?, count), ((), 4464, 0));
    let (null, count) = allocations(|| all.set("p", None).and_then(|()| all.is_null("p")));
    assert_eq!((null?, count), (true, 0));
    Ok(())
}
