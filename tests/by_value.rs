//! Typed declarations with types that rustc does not pass as C does: they take the general engine, and the Rust
//! signature stays what it is.
#![cfg(all(target_os = "linux", feature = "libffi"))]

use core::ffi::{c_char, c_int};
use ctypes_wrap::Complex;
use ctypes_wrap::prelude::*;

#[foreign_fn(lib = "m", load = load_m)]
unsafe extern "C" {
    safe fn sqrtl(x: LongDouble) -> LongDouble;
    safe fn ldexpl(x: LongDouble, exp: c_int) -> LongDouble;
}

#[foreign_fn]
unsafe extern "C" {
    fn strtold(text: *const c_char, end: Option<&mut *mut c_char>) -> LongDouble;
    fn snprintf(to: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
}

#[library("m", handle = Maths)]
unsafe extern "C" {
    safe fn sqrtl(x: LongDouble) -> LongDouble;
}

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    safe fn csqrt(z: Complex<f64>) -> Complex<f64>;
    safe fn conjf(z: Complex<f32>) -> Complex<f32>;
    safe fn csqrtl(z: Complex<LongDouble>) -> Complex<LongDouble>;
    safe fn cabsl(z: Complex<LongDouble>) -> LongDouble;
    safe fn cpow(x: Complex<f64>, y: Complex<f64>) -> Complex<f64>;
}

/// Complex numbers of which the roots and powers are whole, through typed functions: directly where rustc passes them
/// as C does, else by the general engine.
#[test]
fn complex_numbers_through_typed_functions() {
    let long = |re, im| Complex { re: LongDouble::from_f64(re), im: LongDouble::from_f64(im) };
    // (2 + i)² = 3 + 4i
    assert_eq!(csqrt(Complex { re: 3.0, im: 4.0 }), Complex { re: 2.0, im: 1.0 });
    assert_eq!(conjf(Complex { re: 3.0, im: 4.0 }), Complex { re: 3.0, im: -4.0 });
    let root = csqrtl(long(3.0, 4.0));
    assert_eq!([root.re.to_f64(), root.im.to_f64()], [2.0, 1.0]);
    assert_eq!(cabsl(long(3.0, -4.0)).to_f64(), 5.0);
    let power = cpow(Complex { re: 2.0, im: 1.0 }, Complex { re: 2.0, im: 0.0 });
    assert!((power.re - 3.0).abs() < 1e-14 && (power.im - 4.0).abs() < 1e-14, "{power:?}");
}

fn number(text: &core::ffi::CStr) -> LongDouble {
    // SAFETY: the text ends with NUL, and the end may be null.
    unsafe { strtold(text.as_ptr(), None) }
}

/// What C prints of a long double, which only a run-time signature can pass after the dots.
fn printed(x: LongDouble) -> String {
    let sig = Signature::variadic(
        CallConv::C,
        &Type::INT,
        [&Type::CHAR.pointer(), &Type::SIZE, &Type::CONST_CHAR_PTR],
    )
    .expect("a signature of C");
    let print = Library::this().function("snprintf", &sig).expect("libc has it");
    let mut buffer = [0_u8; 64];
    // SAFETY: the format takes one long double; the buffer has that size.
    let length = unsafe {
        print.call::<c_int>((buffer.as_mut_ptr(), buffer.len(), c"%.18Lg", x)).expect("it prints")
    };
    String::from_utf8_lossy(&buffer[..length as usize]).into_owned()
}

#[test]
fn long_double_through_typed_functions() {
    load_m().expect("libm is there");
    // The square root of 2 to 18 digits (OEIS A002193), more than a double has.
    assert_eq!(printed(sqrtl(number(c"2"))), "1.41421356237309505");
    // The same times 1,024, by Python's decimal module.
    let root = try_sqrtl(number(c"2")).expect("libm has it");
    assert_eq!(printed(ldexpl(root, 10)), "1448.15468787004933");
    // SAFETY: the declarations are those of libm.
    let maths = unsafe { Maths::open() }.expect("libm is there");
    assert_eq!(printed(maths.sqrtl(number(c"16"))), "4");
    let mut buffer = [0; 8];
    // SAFETY: the format takes an int; the buffer has that size.
    let length = unsafe { snprintf(buffer.as_mut_ptr(), 8, c"%d".as_ptr(), 7) };
    assert_eq!(length, 1);
}

/// `__int128` in registers, in memory where registers run out, and in a record, by typed and by
/// run-time signatures.
#[cfg(all(target_arch = "x86_64", feature = "libffi"))]
mod int128 {
    use core::ffi::{c_char, c_double, c_int, c_long, c_void};
    use ctypes_wrap::convert::{Bytes, Value};
    use ctypes_wrap::prelude::*;

    #[derive(CStruct, Debug, Clone, Copy, PartialEq)]
    #[repr(C)]
    struct WithI128 {
        c: c_char,
        x: u128,
    }

    type Sum = extern "C" fn(c_int, c_int, c_int, c_int, c_int, i128, c_long, i128) -> i128;
    type Turn = extern "C" fn(WithI128, u128) -> WithI128;
    type Half = extern "C" fn(c_double, i128) -> i128;

    const X: i128 = -(1 << 100) + 12_345;
    const Y: i128 = (7 << 64) + 1;
    // What `sum_i128` does, in Rust's arithmetic.
    const SUM: i128 = X + 10 * Y + 1 + 2 + 3 + 4 + 5 + 600;

    fn fixture() -> Library {
        // SAFETY: a library without initialisers, built from this repository.
        unsafe { Library::open_path(env!("CTYPES_FIXTURE_LIB")) }.expect("the fixture was built")
    }

    #[test]
    fn typed() {
        const { assert!(i128::BY_VALUE && WithI128::BY_VALUE) };
        let library = fixture();
        let address = |name: &str| library.symbol(name).expect("exported").as_ptr();
        // SAFETY: the functions have those types, and the library stays open meanwhile.
        let (sum, turn, half) = unsafe {
            (
                core::mem::transmute::<*mut c_void, Sum>(address("sum_i128")),
                core::mem::transmute::<*mut c_void, Turn>(address("turn_i128")),
                core::mem::transmute::<*mut c_void, Half>(address("half_i128")),
            )
        };
        assert_eq!(sum(1, 2, 3, 4, 5, X, 6, Y), SUM);
        let turned = turn(WithI128 { c: 4, x: 1 << 127 }, 1);
        assert_eq!(turned, WithI128 { c: 5, x: (1 << 127) - 1 });
        assert_eq!(half(0.5, X), X / 2);
    }

    #[test]
    fn at_run_time() {
        let library = fixture();
        let function = |name: &str, result: &Type, params: &[Type]| {
            let signature = Signature::new(CallConv::C, result, params).expect("it can be called");
            library.function(name, &signature).expect("exported")
        };
        let int = Type::INT;
        let params = [&int, &int, &int, &int, &int, &Type::I128, &Type::LONG, &Type::I128];
        let sum = function("sum_i128", &Type::I128, &params.map(Type::clone));
        // SAFETY: the function has that type, in all calls here.
        unsafe {
            assert_eq!(sum.call::<i128>((1, 2, 3, 4, 5, X, 6_i64, Y)), Ok(SUM));
            let values: [Value; 8] =
                [1.into(), 2.into(), 3.into(), 4.into(), 5.into(), X.into(), 6.into(), Y.into()];
            let mut args = Args::new();
            values.into_iter().for_each(|v| args.push(v));
            assert_eq!(sum.call_args(&mut args), Ok(Value::from(SUM)));
            // Integers convert where they fit, as between all other widths.
            assert_eq!(sum.call::<i128>((1, 2, 3, 4, 5_u128, X, 6_i128, Y)), Ok(SUM));
            let small: i128 = 1 + 2 + 3 + 4 + 5 + 600 - 8 + 10 * 9;
            assert_eq!(sum.call::<i128>((1, 2, 3, 4, 5, -8, 6, 9_u128)), Ok(small));
            let error =
                sum.call::<i128>((1, 2, 3, 4, 5, u128::MAX, 7_i64, Y)).expect_err("too large");
            let message =
                "argument 6 of `sum_i128`: expected `__int128`, found unsigned __int128 [ff, ff,";
            assert!(error.to_string().starts_with(message), "{error}");
            let error = sum.call::<i128>((1, 2, 3, 4, X, Y, 7_i64, Y)).expect_err("too large");
            assert!(
                error.to_string().starts_with("argument 5 of `sum_i128`: expected `int`"),
                "{error}"
            );
            let error = sum.call::<i128>((1, 2, 3, 4, 5, 1.0, 7_i64, Y)).expect_err("no integer");
            assert_eq!(
                error.to_string(),
                "argument 6 of `sum_i128`: expected `__int128`, found `double`"
            );
        }
        let record = WithI128::TYPE;
        let turn = function("turn_i128", record, &[record.clone(), Type::U128]);
        let bytes = [[4_u8; 16], [0xff; 16]].concat();
        let sent: Value = Bytes::new(record, &bytes).expect("of that size").into();
        // SAFETY: refused.
        let error = unsafe { turn.call_value((sent.clone(), -1)) }.expect_err("negative");
        let message =
            "argument 2 of `turn_i128`: expected `unsigned __int128`, found -1, which does not fit";
        assert_eq!(error.to_string(), message);
        // SAFETY: as above.
        let turned = unsafe { turn.call_value((sent, u128::MAX)) };
        let Ok(Value::Bytes(turned)) = turned else { panic!("{turned:?}") };
        assert_eq!((turned.as_bytes()[0], &turned.as_bytes()[16..]), (5, &[0; 16][..]));
        let half = function("half_i128", &Type::I128, &[Type::DOUBLE, Type::I128]);
        // SAFETY: as above.
        assert_eq!(unsafe { half.call::<i128>((0.5, X)) }, Ok(X / 2));
    }

    /// What cannot be passed is refused, with its name.
    #[test]
    fn refused() {
        use ctypes_wrap::types::Scalar;
        let vector = Type::vector(Scalar::Float, 16).expect("a vector");
        let bits = Type::bit_int(7, true).expect("a width");
        let aligned = WithI128::TYPE.typedef_aligned("packed_i128", 1).expect("an alignment");
        for (ty, name) in [
            (&vector, "float __attribute__((vector_size(16)))"),
            (&bits, "_BitInt(7)"),
            (&Type::FLOAT16, "_Float16"),
            (&Type::FLOAT128, "_Float128"),
            (&aligned, "packed_i128"),
        ] {
            for error in [
                Signature::new(CallConv::C, &Type::VOID, [ty]).expect_err("cannot be passed"),
                Signature::new(CallConv::C, ty, []).expect_err("cannot be returned"),
            ] {
                assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
            }
        }
    }
}
