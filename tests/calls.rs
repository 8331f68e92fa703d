//! Calls by run-time signatures against C: every kind of argument and result, and random signatures.
//!
//! The judge is always C: a checksum of the bytes that arrived, or what C itself prints and computes.
#![cfg(any(feature = "libffi", feature = "libffi-system"))]

#[path = "calls/adapted.rs"]
mod adapted;
mod common;
#[path = "calls/mistakes.rs"]
mod mistakes;
#[path = "calls/records.rs"]
mod records;
#[path = "calls/refused.rs"]
mod refused;

use common::generate::{Program, seed};
use common::{Native, Random, array, checksum, fixture, graffiti, made, same, structure, union};
use core::ffi::{c_char, c_int, c_long, c_void};
use ctypes_wrap::call::MAX_ARGS;
use ctypes_wrap::convert::Bytes;
use ctypes_wrap::error::{CallError, SignatureError};
use ctypes_wrap::prelude::*;
use records::Mixed;
use std::fmt::Debug;

/// The scalar functions of the fixture by name, with the type as C spells it.
const SCALARS: &[(&str, Type)] = &[
    ("bool", Type::BOOL),
    ("char", Type::CHAR),
    ("schar", Type::SCHAR),
    ("uchar", Type::UCHAR),
    ("short", Type::SHORT),
    ("ushort", Type::USHORT),
    ("int", Type::INT),
    ("uint", Type::UINT),
    ("long", Type::LONG),
    ("ulong", Type::ULONG),
    ("longlong", Type::LONGLONG),
    ("ulonglong", Type::ULONGLONG),
    ("i8", Type::I8),
    ("u8", Type::U8),
    ("i16", Type::I16),
    ("u16", Type::U16),
    ("i32", Type::I32),
    ("u32", Type::U32),
    ("i64", Type::I64),
    ("u64", Type::U64),
    ("size", Type::SIZE),
    ("ptrdiff", Type::PTRDIFF),
    ("wchar", Type::WCHAR),
    ("float", Type::FLOAT),
    ("double", Type::DOUBLE),
    ("pointer", Type::VOID_PTR),
];

#[test]
fn scalars_as_values() {
    let native = fixture();
    let mut random = Random(seed());
    for (name, ty) in SCALARS {
        let echo = native.function(&format!("echo_{name}"), ty, core::slice::from_ref(ty));
        let params = [Type::DOUBLE, ty.clone(), Type::CHAR, ty.clone()];
        let pair = native.function(&format!("pair_{name}"), ty, &params);
        for _ in 0..20 {
            let v = graffiti(ty, &mut random);
            assert_eq!(native.check(&echo, core::slice::from_ref(&v)), Ok(v), "{name}");
            let all: Vec<Value> = params.iter().map(|t| graffiti(t, &mut random)).collect();
            assert_eq!(native.check(&pair, &all), Ok(all[3].clone()), "{name}");
        }
    }
}

/// Sends typed values and asserts that they come back.
fn typed<T: CType + Copy + PartialEq + Debug>(native: &Native, name: &str, values: &[T]) {
    let ty = core::slice::from_ref(T::TYPE);
    let echo = native.function(&format!("echo_{name}"), T::TYPE, ty);
    for v in values {
        // SAFETY: the function has that type and returns what it gets.
        let back = unsafe { echo.call::<T>((*v,)) };
        assert_eq!(back.as_ref(), Ok(v), "{name}");
    }
}

#[test]
fn scalars_as_rust_types() {
    let native = &fixture();
    typed(native, "bool", &[false, true]);
    typed(native, "i8", &[i8::MIN, -1, 0, 1, i8::MAX]);
    typed(native, "u8", &[0, 1, 0x80, u8::MAX]);
    typed(native, "i16", &[i16::MIN, -1, 0x1234, i16::MAX]);
    typed(native, "u16", &[0, 0x8001, u16::MAX]);
    typed(native, "i32", &[i32::MIN, -1, 0x1234_5678, i32::MAX]);
    typed(native, "u32", &[0, 0x8765_4321, u32::MAX]);
    typed(native, "i64", &[i64::MIN, -1, 0x0123_4567_89ab_cdef, i64::MAX]);
    typed(native, "u64", &[0, 0xfedc_ba98_7654_3210, u64::MAX]);
    typed::<c_char>(native, "char", &[c_char::MIN, 0x41, c_char::MAX]);
    typed::<c_long>(native, "long", &[c_long::MIN, 0, c_long::MAX]);
    typed(native, "size", &[0, usize::MAX]);
    typed(native, "ptrdiff", &[isize::MIN, isize::MAX]);
    let floats = [f32::MIN, -0.0, f32::MIN_POSITIVE, 1e-45, 0.1, f32::MAX, f32::INFINITY];
    typed(native, "float", &floats);
    let doubles = [f64::MIN, -0.0, f64::MIN_POSITIVE, 5e-324, 0.1, f64::MAX, f64::NEG_INFINITY];
    typed(native, "double", &doubles);
    let mut target = 5;
    typed::<*mut c_void>(native, "pointer", &[core::ptr::null_mut(), (&raw mut target).cast()]);
    let nan = native.function("echo_double", &Type::DOUBLE, &[Type::DOUBLE]);
    // SAFETY: as in `typed`.
    assert!(unsafe { nan.call::<f64>((f64::NAN,)) }.expect("a call").is_nan());
}

#[test]
fn narrow_results_widen_to_larger_rust_types() {
    let native = fixture();
    let f = native.function("echo_i8", &Type::I8, &[Type::I8]);
    // SAFETY: the function has that type, in all calls here.
    unsafe {
        assert_eq!(f.call::<i64>((-5_i8,)), Ok(-5));
        assert_eq!(f.call::<i16>((-5_i8,)), Ok(-5));
        assert_eq!(
            native.function("echo_u8", &Type::U8, &[Type::U8]).call::<i32>((200_u8,)),
            Ok(200)
        );
        let float = native.function("echo_float", &Type::FLOAT, &[Type::FLOAT]);
        assert_eq!(float.call::<f64>((0.5,)), Ok(0.5));
    }
}

const MIX: [Type; 20] = [
    Type::I8,
    Type::DOUBLE,
    Type::U16,
    Type::FLOAT,
    Type::I64,
    Type::VOID_PTR,
    Type::I32,
    Type::FLOAT,
    Type::U8,
    Type::DOUBLE,
    Type::I16,
    Type::U32,
    Type::DOUBLE,
    Type::U64,
    Type::FLOAT,
    Type::DOUBLE,
    Type::I8,
    Type::DOUBLE,
    Type::FLOAT,
    Type::DOUBLE,
];

#[test]
fn one_to_twenty_arguments_of_mixed_kinds() {
    let native = fixture();
    let mut random = Random(seed());
    for n in 1..=20 {
        let f = native.function(&format!("mix_{n}"), &Type::U64, &MIX[..n]);
        for _ in 0..10 {
            let sent: Vec<Value> = MIX[..n].iter().map(|t| graffiti(t, &mut random)).collect();
            let expected = Value::UInt(checksum(&MIX[..n], &sent));
            assert_eq!(native.check(&f, &sent), Ok(expected), "{n} arguments");
        }
    }
}

#[test]
fn as_many_arguments_as_there_may_be() {
    let native = fixture();
    let params = vec![Type::INT; MAX_ARGS];
    let many = native.function("many", &Type::U64, &params);
    let sent: Vec<Value> = (0..MAX_ARGS as i64).map(|i| Value::Int(i * 0x0101 - 7)).collect();
    assert_eq!(native.check(&many, &sent), Ok(Value::UInt(checksum(&params, &sent))));

    let error = Signature::new(CallConv::C, &Type::VOID, &vec![Type::INT; MAX_ARGS + 1]);
    let error = error.expect_err("one too many");
    assert_eq!(error, SignatureError::TooManyParameters { found: 1025 });
    assert_eq!(error.to_string(), "expected at most 1024 parameters, found 1025");

    let sig = Signature::variadic(CallConv::C, &Type::DOUBLE, [&Type::CONST_CHAR_PTR])
        .expect("a signature");
    let sum = native.library.function("sum_variadic", &sig).expect("in the fixture");
    let kinds = std::ffi::CString::new("i".repeat(MAX_ARGS - 1)).expect("no NUL");
    let mut args = Args::new();
    args.push(kinds.as_c_str());
    (1..MAX_ARGS as i32).for_each(|i| args.push(i));
    // SAFETY: an int for each letter i.
    unsafe {
        assert_eq!(sum.call_args(&mut args), Ok(Value::F64(523_776.0)));
        args.push(0);
        let error = sum.call_args(&mut args).expect_err("1025 arguments").to_string();
        assert!(
            error.contains("`sum_variadic` takes at most 1024 arguments, found 1025"),
            "{error}"
        );
    }
}

/// The bytes of a long double that say something.
const SAID: usize = if cfg!(target_arch = "x86_64") && size_of::<LongDouble>() == 16 {
    10
} else {
    size_of::<LongDouble>()
};

#[test]
fn long_double() {
    let native = fixture();
    let write = |name: &str, params: &[Type], args: &mut Args<'_>| {
        let f = native.function(name, &Type::VOID, params);
        // SAFETY: the first argument is the address of that many bytes; the others are of the types.
        unsafe { f.call_args(args) }.expect("a call");
    };
    let mut expected = [0_u8; SAID];
    let mut args = Args::new();
    args.push(expected.as_mut_ptr().cast::<c_void>());
    write("third_bytes", &[Type::VOID_PTR], &mut args);
    let third = native.function("third", &Type::LONGDOUBLE, &[]);
    // SAFETY: the functions have these types.
    unsafe {
        let third = third.call::<LongDouble>(()).expect("a call");
        assert_eq!(third.to_bytes()[..SAID], expected);
        let params = [Type::INT, Type::LONGDOUBLE, Type::DOUBLE, Type::LONGDOUBLE];
        let add = native.function("add_longdouble", &Type::LONGDOUBLE, &params);
        let sum = add.call::<LongDouble>((3, third, 0.5, third)).expect("a call").to_bytes();

        let (mut expected, mut bytes) = ([0_u8; SAID], [0_u8; SAID]);
        bytes.copy_from_slice(&third.to_bytes()[..SAID]);
        let [to, from] = [&mut expected, &mut bytes].map(|b| b.as_mut_ptr().cast::<c_void>());
        let params = [Type::VOID_PTR, Type::INT, Type::VOID_PTR, Type::DOUBLE, Type::VOID_PTR];
        let sum_bytes = native.function("sum_bytes", &Type::VOID, &params);
        sum_bytes.call_void((to, 3, from, 0.5, from)).expect("a call");
        assert_eq!(sum[..SAID], expected);
        let echo = native.function("echo_longdouble", &Type::LONGDOUBLE, &[Type::LONGDOUBLE]);
        let Ok(Value::Bytes(back)) = echo.call_value((third,)) else { panic!("bytes") };
        assert_eq!(back.as_bytes()[..SAID], third.to_bytes()[..SAID]);
    }
}

#[test]
fn variadic_against_c_itself() {
    let native = fixture();
    let params = [Type::CHAR_PTR, Type::SIZE];
    let (mut expected, mut found) = ([0_u8; 200], [0_u8; 200]);
    let print_mixed = native.function("print_mixed", &Type::INT, &params);
    let sig =
        Signature::variadic(CallConv::C, &Type::INT, params.iter().chain([&Type::CONST_CHAR_PTR]))
            .expect("a signature");
    // SAFETY: the library is C's own.
    let libc = unsafe { Library::open("c") }.expect("every system has it (Debian: libc6)");
    let snprintf = libc.function("snprintf", &sig).expect("C99 has it");
    // SAFETY: both functions write no more than the size says; the format fits the arguments.
    unsafe {
        let n = print_mixed.call::<c_int>((expected.as_mut_ptr(), expected.len())).expect("a call");
        let mut args = Args::new();
        args.push(found.as_mut_ptr());
        args.push(found.len());
        args.push(c"%d %s %.3f %c %lld %u %g %hhd %hu %d %zu %p");
        args.push(-5);
        args.push(c"five");
        args.push(2.5);
        args.push(b'x' as c_char);
        args.push(-1_234_567_890_123_i64);
        args.push(4_000_000_000_u32);
        args.push(1.25_f32);
        args.push(-3_i8);
        args.push(65535_u16);
        args.push(true);
        args.push(7_usize);
        args.push(core::ptr::null_mut::<c_void>());
        assert_eq!(snprintf.call_args(&mut args), Ok(Value::Int(n.into())));
        assert_eq!(str::from_utf8(&found), str::from_utf8(&expected));
        // The promoted arguments are as good the second time.
        found.fill(b'?');
        let mut again = Args::new();
        again.push(found.as_mut_ptr());
        again.push(8_usize);
        again.push(c"%s");
        again.push(c"a long text");
        assert_eq!(snprintf.call_args(&mut again), Ok(Value::Int(11)));
        assert_eq!(&found[..9], b"a long \0?");
    }
}

/// Whatever C passes after the `...`, in random order and number, so that registers run out at every kind.
#[test]
fn everything_after_the_dots() {
    let native = fixture();
    let seed = seed();
    let mut random = Random(seed);
    let (f, d, i) = (Type::FLOAT, Type::DOUBLE, Type::INT);
    let fields = |list: &[Type]| {
        let names = ["a", "b", "c"];
        structure("r", &names.into_iter().zip(list.iter().cloned()).collect::<Vec<_>>())
    };
    let mut kinds = vec![
        ('i', i.clone()),
        ('l', Type::LONGLONG),
        ('d', d.clone()),
        ('p', Type::VOID_PTR),
        ('m', fields(&[f, i.clone(), d.clone()])),
        ('e', fields(&[array(&Type::LONG, 8)])),
        ('2', fields(&[d.clone(), d.clone()])),
        ('3', fields(&[array(&Type::CHAR, 3)])),
        ('u', union("u", &[("a", d), ("b", i)])),
    ];
    if cfg!(all(target_arch = "x86_64", not(windows))) {
        let complex = [Type::FLOAT_COMPLEX, Type::DOUBLE_COMPLEX, Type::LONGDOUBLE_COMPLEX];
        kinds.extend("czZ".chars().zip(complex));
        kinds.extend([('L', Type::LONGDOUBLE), ('w', Type::I128)]);
    }
    let sig = Signature::variadic(CallConv::C, &Type::INT, [&Type::INT, &Type::CONST_CHAR_PTR])
        .expect("a signature");
    let fold = native.library.function("fold_variadic", &sig).expect("in the fixture");
    for _ in 0..300 {
        let chosen: Vec<_> = (0..random.below(14)).map(|_| random.pick(&kinds)).collect();
        let letters: String = chosen.iter().map(|(letter, _)| letter).collect();
        let letters = std::ffi::CString::new(letters).expect("no NUL");
        let mut types = vec![Type::INT, Type::VOID_PTR];
        let mut sent = vec![Value::Int(-3), Value::Pointer(letters.as_ptr().cast_mut().cast())];
        let mut args = Args::new();
        args.push(-3);
        args.push(&letters);
        for (letter, ty) in &chosen {
            let value = graffiti(ty, &mut random);
            match (letter, &value) {
                // An integer of 64 bits is a long long, not an int.
                ('i', Value::Int(v)) => args.push(*v as i32),
                _ => args.push(value.clone()),
            }
            types.push(ty.clone());
            sent.push(value);
        }
        // SAFETY: the letters say what follows.
        let result = unsafe { fold.call_args(&mut args) };
        assert_eq!(result, Ok(Value::Int(-3)), "seed {seed}");
        assert_eq!(
            native.last_checksum(),
            checksum(&types, &sent),
            "seed {seed}: {letters:?}, {sent:?}"
        );
    }
}

#[test]
fn records_pointers_and_nothing_after_the_dots() {
    let native = fixture();
    let sig = Signature::variadic(CallConv::C, &Type::DOUBLE, [&Type::CONST_CHAR_PTR])
        .expect("a signature");
    let sum = native.library.function("sum_variadic", &sig).expect("in the fixture");
    let mut five = 5;
    let mixed = Mixed { a: 0.5, b: 100, c: 2000.0 };
    // SAFETY: the letters say what follows.
    unsafe {
        assert_eq!(sum.call::<f64>((c"",)), Ok(0.0));
        let all = (c"dirpld", 0.25, 1, mixed, &raw mut five, 10_000_i64, 3e5_f32);
        assert_eq!(sum.call::<f64>(all), Ok(0.25 + 1.0 + 2100.5 + 5.0 + 10_000.0 + 3e5));
        let error = sum.call::<f64>(()).expect_err("too few").to_string();
        assert!(error.contains("`sum_variadic` takes at least 1 argument, found 0"), "{error}");
        for (bad, reason) in [
            (
                Value::Void,
                "parameter 2 of type `void` cannot be passed by value: void is only a result",
            ),
            (
                Bytes::new(&structure("empty", &[]), &[]).expect("a value").into(),
                "parameter 2 of type `struct empty` cannot be passed by value: it is empty",
            ),
        ] {
            assert_eq!(sum.call::<f64>((c"i", bad)).expect_err("no C value").to_string(), reason);
        }
        let error = sum.call::<f64>((c"p", [1, 2])).expect_err("an array").to_string();
        assert!(error.contains("C passes and returns no arrays"), "{error}");
    }
}

#[test]
fn errno_of_the_call_only() {
    let native = fixture();
    let set = native.function("set_errno", &Type::INT, &[Type::INT]);
    let keep = native.function("keep_errno", &Type::INT, &[Type::INT]);
    // SAFETY: the functions have these types.
    unsafe {
        assert_eq!(set.call_errno::<c_int>((34,)), Ok((-1, Errno(34))));
        // Neither an older value nor that of another call.
        assert_eq!(keep.call_errno::<c_int>((5,)), Ok((5, Errno(0))));
    }
}

#[test]
fn arguments_are_used_again() {
    let native = fixture();
    let mut random = Random(seed());
    let big = structure("r", &[("a", array(&Type::LONG, 8))]);
    let echo = native.function("echo_eight_longs", &big, core::slice::from_ref(&big));
    let sent = graffiti(&big, &mut random);
    let mut args = Args::new();
    args.push(sent.clone());
    for _ in 0..3 {
        // SAFETY: the function has that type.
        assert_eq!(unsafe { echo.call_args(&mut args) }.as_ref(), Ok(&sent));
    }
    args.clear();
    assert!(args.is_empty());
    // What was converted for one function is right for the next, also after the dots.
    let narrow = native.function("echo_int", &Type::INT, &[Type::INT]);
    let sig = Signature::variadic(CallConv::C, &Type::DOUBLE, [&Type::CONST_CHAR_PTR])
        .expect("a signature");
    let sum = native.library.function("sum_variadic", &sig).expect("in the fixture");
    args.push(Value::Int(-2));
    // SAFETY: the functions have these types, and the letter is that of an int.
    unsafe {
        assert_eq!(narrow.call_args(&mut args), Ok(Value::Int(-2)));
        assert_eq!(narrow.call_args(&mut args), Ok(Value::Int(-2)));
        assert_eq!(sum.call::<f64>((c"l", Value::Int(-2))), Ok(-2.0));
    }
}

#[test]
fn a_null_address_is_no_function() {
    let sig = Signature::new(CallConv::C, &Type::VOID, []).expect("a signature");
    let error = Function::from_ptr("f", core::ptr::null(), &sig).expect_err("null");
    assert_eq!(error, CallError::NullFunction { function: "f".to_owned() });
    assert_eq!(error.to_string(), "`f` has the address NULL");
}

#[test]
fn random_signatures() {
    random_calls(CallConv::C, "random_calls", |_, _| false);
}

/// Microsoft's convention on other systems, as `__attribute__((ms_abi))` of C's compiler has it.
#[cfg(all(target_arch = "x86_64", not(windows)))]
#[test]
fn random_signatures_of_the_convention_of_windows() {
    use ctypes_wrap::types::{Scalar, TypeKind};
    random_calls(CallConv::Win64, "random_win64", |ty, e| {
        matches!(ty.kind(), TypeKind::Scalar(Scalar::Int128 | Scalar::UInt128))
            && e.contains("the call engine has no such scalar")
    });
}

#[cfg(all(target_arch = "x86", not(windows)))]
#[test]
fn random_signatures_of_the_conventions_of_i386() {
    for conv in [CallConv::Stdcall, CallConv::Fastcall, CallConv::Thiscall] {
        random_calls(conv, &format!("random_{conv}"), |ty, e| {
            is_record(ty) && conv != CallConv::Stdcall && e.contains("compilers differ")
        });
    }
}

#[cfg(all(target_arch = "x86", not(windows)))]
fn is_record(ty: &Type) -> bool {
    ty.record().is_some()
}

/// Calls random functions of that convention. One is refused only if `may_refuse` one of its types with
/// that message.
fn random_calls(conv: CallConv, library: &str, may_refuse: impl Fn(&Type, &str) -> bool) {
    let seed = seed();
    let mut random = Random(seed);
    let program = Program::with_convention(conv, 150, &mut random);
    let native = Native::open(program.compile(library).to_str().expect("UTF-8"));
    let (mut called, mut refused) = (0, 0);
    for f in &program.functions {
        let sig = match Signature::new(conv, &f.result, &f.params) {
            Ok(sig) => sig,
            Err(e) => {
                let e = e.to_string();
                let mut types = f.params.iter().chain([&f.result]);
                assert!(types.any(|t| may_refuse(t, &e)), "seed {seed}: {}: {e}", f.name);
                refused += 1;
                continue;
            }
        };
        let function = native.library.function(&f.name, &sig).expect("it was compiled");
        for _ in 0..4 {
            let sent: Vec<Value> = f.params.iter().map(|t| graffiti(t, &mut random)).collect();
            let result =
                native.check(&function, &sent).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            let expected = made(&f.result, checksum(&f.params, &sent));
            assert!(
                same(&f.result, &result, &expected),
                "seed {seed}: {function:?} returned {result:?}, expected {expected:?}"
            );
            called += 1;
        }
    }
    println!("{called} calls, {refused} signatures refused");
    assert!(called > 100, "only {called} calls");
}
