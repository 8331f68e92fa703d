//! Callbacks, called by C: what arrives and what goes back, panics, threads, and ends at odd moments.
#![cfg(any(feature = "libffi", feature = "libffi-system"))]

#[cfg(unix)]
#[path = "callbacks/child.rs"]
mod child;
#[path = "callbacks/churn.rs"]
mod churn;
#[path = "callbacks/ends.rs"]
mod ends;
#[cfg(target_os = "linux")]
#[path = "callbacks/hardened.rs"]
mod hardened;
#[cfg(target_os = "linux")]
#[path = "callbacks/memory.rs"]
mod memory;
#[path = "callbacks/panics.rs"]
mod panics;
#[path = "callbacks/pointers.rs"]
mod pointers;
#[path = "callbacks/random.rs"]
mod random;
#[path = "callbacks/reports.rs"]
mod reports;
#[path = "callbacks/shapes.rs"]
mod shapes;
#[cfg(target_os = "linux")]
#[path = "callbacks/users.rs"]
mod users;

mod common;

use common::{Native, Random, SEED, checksum, fixture, fold, graffiti, made, same, structure};
use core::cell::{Cell, RefCell};
use core::ffi::{c_int, c_long, c_void};
use ctypes_wrap::callback::{ByValue, CallbackArgs, CallbackFn};
use ctypes_wrap::prelude::*;
use std::fmt::Debug;
use std::sync::atomic::{AtomicI32, Ordering};

/// `int call_times(int (*)(int), int)` of the fixture: the sum of what the callback returns for 0, 1, …
pub(crate) fn call_times(native: &Native) -> Function {
    let callback = Type::function(CallConv::C, &Type::INT, [&Type::INT], false).pointer();
    native.function("call_times", &Type::INT, &[callback, Type::INT])
}

/// `int call_plain(int (*)(void))` of the fixture.
pub(crate) fn call_plain(native: &Native) -> Function {
    let callback = Type::function(CallConv::C, &Type::INT, [], false).pointer();
    native.function("call_plain", &Type::INT, &[callback])
}

/// C calls a typed callback with a value and returns what the callback returned.
fn through<T>(native: &Native, name: &str, values: &[T])
where
    T: CType + Copy + PartialEq + Debug,
    (T,): CallbackArgs<T, (ByValue,)>,
{
    let received = Cell::new(None);
    let echo = |v: T| {
        received.set(Some(v));
        v
    };
    let callback = Callback::new::<(T,), T, _, _>(echo).expect("a callback");
    let call = native.function(
        &format!("call_{name}"),
        T::TYPE,
        &[callback.ty().clone(), T::TYPE.clone()],
    );
    for v in values {
        // SAFETY: the function has that type, and keeps nothing.
        let back = unsafe { call.call::<T>((&callback, *v)) };
        assert_eq!(back, Ok(*v), "{name}");
        assert_eq!(received.take(), Some(*v), "{name}");
        // What C itself saw of the value before it called.
        // SAFETY: T is a scalar without padding.
        let bytes = unsafe {
            core::slice::from_raw_parts(core::ptr::from_ref(v).cast::<u8>(), size_of::<T>())
        };
        assert_eq!(native.last_checksum(), fold(SEED, bytes), "{name}");
    }
}

#[test]
fn every_kind_of_scalar() {
    let native = &fixture();
    through(native, "bool", &[false, true]);
    through(native, "i8", &[i8::MIN, -1, i8::MAX]);
    through(native, "u8", &[0, 0x81, u8::MAX]);
    through(native, "i16", &[i16::MIN, -2, i16::MAX]);
    through(native, "u16", &[0x8001, u16::MAX]);
    through(native, "i32", &[i32::MIN, -3, 0x1234_5678, i32::MAX]);
    through(native, "u32", &[0x8765_4321, u32::MAX]);
    through(native, "i64", &[i64::MIN, -4, 0x0123_4567_89ab_cdef]);
    through(native, "u64", &[0xfedc_ba98_7654_3210, u64::MAX]);
    through::<c_long>(native, "long", &[c_long::MIN, c_long::MAX]);
    through(native, "size", &[usize::MAX]);
    through(native, "ptrdiff", &[isize::MIN]);
    through(native, "float", &[f32::MIN_POSITIVE, -0.1, f32::INFINITY]);
    through(native, "double", &[f64::MIN_POSITIVE, -0.1, f64::MAX]);
    let mut target = 0;
    through::<*mut c_void>(native, "pointer", &[(&raw mut target).cast(), core::ptr::null_mut()]);
}

#[test]
fn every_kind_of_scalar_as_a_value() {
    let native = fixture();
    let mut random = Random(common::generate::seed());
    for (name, ty) in [
        ("bool", Type::BOOL),
        ("char", Type::CHAR),
        ("uchar", Type::UCHAR),
        ("short", Type::SHORT),
        ("ushort", Type::USHORT),
        ("int", Type::INT),
        ("uint", Type::UINT),
        ("longlong", Type::LONGLONG),
        ("ulonglong", Type::ULONGLONG),
        ("wchar", Type::WCHAR),
        ("float", Type::FLOAT),
        ("double", Type::DOUBLE),
        ("pointer", Type::VOID_PTR),
    ] {
        let sig = Signature::new(CallConv::C, &ty, [&ty]).expect("a signature");
        let seen = RefCell::new(Value::Void);
        let callback = Callback::dynamic(&sig, |args| {
            *seen.borrow_mut() = args[0].clone();
            args[0].clone()
        })
        .expect("a callback");
        let call =
            native.function(&format!("call_{name}"), &ty, &[callback.ty().clone(), ty.clone()]);
        for _ in 0..10 {
            let v = graffiti(&ty, &mut random);
            let mut args = Args::new();
            args.push(&callback);
            args.push(v.clone());
            // SAFETY: the function has that type, and keeps nothing.
            assert_eq!(unsafe { call.call_args(&mut args) }, Ok(v.clone()), "{name}");
            assert_eq!(*seen.borrow(), v, "{name}");
        }
    }
}

#[test]
fn twelve_arguments() {
    let native = fixture();
    let hash = |a: i8,
                b: f64,
                c: u16,
                d: f32,
                e: i64,
                p: *mut c_void,
                g: i32,
                i: f32,
                j: u8,
                k: f64,
                l: i16,
                m: f64|
     -> u64 {
        let parts: [&[u8]; 12] = [
            &a.to_ne_bytes(),
            &b.to_ne_bytes(),
            &c.to_ne_bytes(),
            &d.to_ne_bytes(),
            &e.to_ne_bytes(),
            &p.addr().to_ne_bytes(),
            &g.to_ne_bytes(),
            &i.to_ne_bytes(),
            &j.to_ne_bytes(),
            &k.to_ne_bytes(),
            &l.to_ne_bytes(),
            &m.to_ne_bytes(),
        ];
        parts.iter().fold(SEED, |h, bytes| fold(h, bytes))
    };
    let callback = Callback::new(hash).expect("a callback");
    let call = native.function("call_many", &Type::U64, &[callback.ty().clone()]);
    // SAFETY: the function has that type, and keeps nothing.
    let received = unsafe { call.call::<u64>((&callback,)) }.expect("a call");
    assert_eq!(received, native.last_checksum());
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Mixed {
    a: f32,
    b: c_int,
    c: f64,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Float4 {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct EightLongs {
    a: [c_long; 8],
}

#[test]
fn structs_in_and_out() {
    type Values = (ByValue, ByValue, ByValue);
    fn check<T: CType + Copy + PartialEq + Debug>(name: &str, sent: T, change: fn(T) -> T)
    where
        (c_int, T, f64): CallbackArgs<T, Values>,
        for<'a> Box<dyn Fn(c_int, T, f64) -> T + 'a>: CallbackFn<(c_int, T, f64), T, Values>,
    {
        let native = fixture();
        let received = Cell::new(None);
        let closure: Box<dyn Fn(c_int, T, f64) -> T> = Box::new(|i, v, x| {
            received.set(Some((i, v, x)));
            change(v)
        });
        let callback = Callback::new::<(c_int, T, f64), T, _, _>(closure).expect("a callback");
        let params = [callback.ty().clone(), T::TYPE.clone()];
        let call = native.function(&format!("call_{name}"), T::TYPE, &params);
        // SAFETY: the function has that type, and keeps nothing.
        let back = unsafe { call.call::<T>((&callback, sent)) };
        assert_eq!(back, Ok(change(sent)));
        assert_eq!(received.get(), Some((7, sent, 0.5)));
    }
    check("mixed", Mixed { a: 0.5, b: -3, c: 1e-300 }, |v| Mixed { b: v.b * 2, ..v });
    check("float4", Float4 { a: 1.0, b: 2.0, c: 3.0, d: 4.0 }, |v| Float4 { d: v.a, ..v });
    let longs = EightLongs { a: [1, -2, 3, -4, 5, -6, 7, c_long::MIN] };
    check("eight_longs", longs, |mut v| {
        v.a.reverse();
        v
    });
}

#[test]
fn records_as_values() {
    let native = fixture();
    let mut random = Random(common::generate::seed());
    let (f, d) = (Type::FLOAT, Type::DOUBLE);
    let double_int = common::union("u", &[("a", d.clone()), ("b", Type::INT)]);
    let mut records = vec![
        ("char3", structure("r", &[("a", common::array(&Type::CHAR, 3))])),
        ("float3", structure("r", &[("a", common::array(&f, 3))])),
        ("double_long", structure("r", &[("a", d.clone()), ("b", Type::LONG)])),
        ("double_int", double_int.clone()),
        ("chars_double", common::union("u", &[("a", common::array(&Type::CHAR, 12)), ("b", d)])),
        ("tagged", structure("r", &[("a", Type::INT), ("b", double_int)])),
        ("eight_longs", structure("r", &[("a", common::array(&Type::LONG, 8))])),
    ];
    if cfg!(all(target_arch = "x86_64", not(windows))) {
        records.push(("x87", structure("r", &[("a", Type::LONGDOUBLE)])));
    }
    for (name, ty) in &records {
        let sig =
            Signature::new(CallConv::C, ty, [&Type::INT, ty, &Type::DOUBLE]).expect("a signature");
        let one = core::slice::from_ref(ty);
        let callback = Callback::dynamic(&sig, |args| {
            assert_eq!((&args[0], &args[2]), (&Value::Int(7), &Value::F64(0.5)));
            // Another value, made of what arrived.
            made(ty, checksum(one, &args[1..2]))
        })
        .expect("a callback");
        let params = [callback.ty().clone(), ty.clone()];
        let call = native.function(&format!("call_{name}"), ty, &params);
        for _ in 0..5 {
            let sent = graffiti(ty, &mut random);
            let expected = made(ty, checksum(one, core::slice::from_ref(&sent)));
            let mut args = Args::new();
            args.push(&callback);
            args.push(sent);
            // SAFETY: the function has that type, and keeps nothing.
            let back = unsafe { call.call_args(&mut args) }.expect("a call");
            assert!(same(ty, &back, &expected), "{name}: {back:?}, expected {expected:?}");
        }
    }
}

/// Whether this process does without memory that becomes executable.
fn is_hardened() -> bool {
    #[cfg(target_os = "linux")]
    return hardened::is_on();
    #[cfg(not(target_os = "linux"))]
    return false;
}

#[test]
fn a_long_double_through_a_callback() {
    let echo = |v: LongDouble| -> LongDouble { v };
    let callback = Callback::new(echo).expect("a callback");
    let sig = Signature::of(callback.ty()).expect("its own type");
    let f = Function::from_ptr("echo", callback.as_ptr(), &sig).expect("not null");
    let third = fixture().function("third", &Type::LONGDOUBLE, &[]);
    // SAFETY: both functions have these types; the callback is alive.
    unsafe {
        let third = third.call::<LongDouble>(()).expect("a call");
        let back = f.call::<LongDouble>((third,)).expect("a call");
        assert_eq!(back.to_bytes()[..8], third.to_bytes()[..8]);
    }
}

#[test]
fn borrowed_and_changed_captures() {
    let native = fixture();
    let times = call_times(&native);
    let factors = [1, 10, 100];
    let mut seen = Vec::new();
    let callback = Callback::new_mut(|i: c_int| -> c_int {
        seen.push(i);
        factors[i as usize]
    })
    .expect("a callback");
    // SAFETY: the function has that type, and keeps nothing.
    assert_eq!(unsafe { times.call::<c_int>((&callback, 3)) }, Ok(111));
    drop(callback);
    assert_eq!(seen, [0, 1, 2]);
    assert_eq!(factors.len(), 3);
}

#[test]
fn nested_and_recursive() {
    let native = fixture();
    let (times, plain) = (call_times(&native), call_plain(&native));
    let inner = Callback::new(|i: c_int| -> c_int { i + 1 }).expect("a callback");
    let outer = Callback::new(|| -> c_int {
        // SAFETY: the function has that type, and keeps nothing.
        unsafe { times.call::<c_int>((&inner, 4)) }.expect("a call")
    })
    .expect("a callback");
    // SAFETY: as above.
    assert_eq!(unsafe { plain.call::<c_int>((&outer,)) }, Ok(1 + 2 + 3 + 4));

    // 5! by a callback that has C call it again.
    let this: Cell<*const c_void> = Cell::new(core::ptr::null());
    let factorial = Callback::new(|n: c_int| -> c_int {
        if n < 2 {
            return 1;
        }
        let sig = Signature::new(CallConv::C, &Type::INT, [&Type::INT]).expect("a signature");
        let again = Function::from_ptr("factorial", this.get(), &sig).expect("not null");
        // SAFETY: the callback that runs is alive and has that type.
        n * unsafe { again.call::<c_int>((n - 1,)) }.expect("a call")
    })
    .expect("a callback");
    this.set(factorial.as_ptr());
    // SAFETY: the callback is alive.
    assert_eq!(unsafe { factorial.as_fn()(5) }, 120);
}

#[test]
fn qsort_and_bsearch() {
    // SAFETY: the library is C's own.
    let libc = unsafe { Library::open("c") }.expect("every system has it (Debian: libc6)");
    let mut compared = 0;
    let compare = Callback::new_mut(|a: *const c_void, b: *const c_void| -> c_int {
        compared += 1;
        // SAFETY: qsort and bsearch pass addresses of elements, or of the key.
        let (a, b) = unsafe { (*a.cast::<i64>(), *b.cast::<i64>()) };
        a.cmp(&b) as c_int
    })
    .expect("a callback");
    let (p, n) = (&Type::VOID_PTR, &Type::SIZE);
    let sig =
        Signature::new(CallConv::C, &Type::VOID, [p, n, n, compare.ty()]).expect("a signature");
    let qsort = libc.function("qsort", &sig).expect("C has it");
    let sig = Signature::new(CallConv::C, p, [p, p, n, n, compare.ty()]).expect("a signature");
    let bsearch = libc.function("bsearch", &sig).expect("C has it");
    let mut random = Random(common::generate::seed());
    let mut numbers: Vec<i64> = (0..1000).map(|_| random.bits() as i64).collect();
    let mut expected = numbers.clone();
    expected.sort_unstable();
    let key = expected[123];
    // SAFETY: the array has that many elements of that size.
    unsafe {
        let base = numbers.as_mut_ptr();
        qsort.call::<()>((base, 1000_usize, 8_usize, &compare)).expect("a call");
        assert_eq!(numbers, expected);
        let base = numbers.as_mut_ptr();
        let found =
            bsearch.call::<*mut c_void>((&raw const key, base, 1000_usize, 8_usize, &compare));
        assert_eq!(found, Ok(base.add(123).cast()));
    }
    drop(compare);
    assert!(compared > 1000);
}

#[test]
fn four_threads_at_once() {
    static SUM: AtomicI32 = AtomicI32::new(0);
    let native = fixture();
    let callback = SyncCallback::new(|i: c_int| -> c_int {
        SUM.fetch_add(i, Ordering::Relaxed);
        i * 10
    })
    .expect("a callback");
    let call = native.function("call_on_threads", &Type::INT, &[callback.ty().clone(), Type::INT]);
    for _ in 0..50 {
        // SAFETY: the function has that type, and its threads have ended when it returns.
        assert_eq!(unsafe { call.call::<c_int>((&callback, 4)) }, Ok(100));
    }
    assert_eq!(SUM.load(Ordering::Relaxed), 500);
    // The callback itself goes to another thread, and ends there.
    let ended = std::thread::spawn(move || {
        // SAFETY: the callback is alive.
        unsafe { callback.as_fn()(1) }
    });
    assert_eq!(ended.join().expect("no panic"), 10);
}

#[test]
fn what_cannot_be_a_callback() {
    // C would pass the address of the first element, not the elements.
    let error = Callback::new(|_: [c_int; 4]| -> c_int { 0 }).expect_err("an array by value");
    assert_eq!(
        error.to_string(),
        "parameter 1 of type `int32_t [4]` cannot be passed by value: C takes an array as a pointer to its first \
         element: write a pointer"
    );
    let error = Callback::new(|| -> [c_int; 4] { [0; 4] }).expect_err("an array as result");
    assert!(error.to_string().contains("C passes and returns no arrays"), "{error}");
    let sig = Signature::variadic(CallConv::C, &Type::INT, [&Type::INT]).expect("a signature");
    let error = Callback::dynamic(&sig, |_| Value::Int(0)).expect_err("variadic");
    assert!(error.to_string().contains("variadic signature `int (int, ...)`"), "{error}");
    let callback = Callback::new(|| -> c_int { 0 }).expect("a callback");
    let error = callback.on_panic(0.5).expect_err("a float for an int");
    assert!(error.to_string().contains("found a `double`"), "{error}");
}

#[test]
fn a_callback_of_another_type_is_refused() {
    let native = fixture();
    let other = Callback::new(|_: f64| -> c_int { 0 }).expect("a callback");
    // SAFETY: the call is refused.
    let error =
        unsafe { call_times(&native).call::<c_int>((&other, 1)) }.expect_err("another type");
    assert!(
        error.to_string().contains("expected `int (*)(int)`, found `int32_t (*)(double)`"),
        "{error}"
    );
}
