//! libm, and libc's numbers: out parameters, structs as results, `long double` with all its digits, complex numbers.

use crate::{D, TEXT, declare, function, in_c, open, written};
use core::ffi::{CStr, c_char, c_int, c_long, c_longlong};
use core::ptr::null_mut;
use ctypes_wrap::Complex;
use ctypes_wrap::prelude::*;

#[test]
fn libm() {
    let m = open("m", "libc6");
    let cos = function(&m, "cos", &D, &[D]);
    let pow = function(&m, "pow", &D, &[D, D]);
    let fma = function(&m, "fma", &D, &[D, D, D]);
    let frexp = function(&m, "frexp", &D, &[D, Type::INT.pointer()]);
    // SAFETY: the functions have these types; `exponent` is there for frexp.
    unsafe {
        for x in [0.0, 0.5, -3.0, 1e10] {
            // Rust's own is the same function or another good one: one unit in the last place apart at most.
            let y = cos.call::<f64>((x,)).expect("a call");
            assert!((y - f64::cos(x)).abs() <= f64::EPSILON, "cos({x}) = {y}");
        }
        assert_eq!(pow.call::<f64>((2.0, 10.0)), Ok(1024.0));
        assert_eq!(pow.call::<f64>((2, 0.5)), Ok(core::f64::consts::SQRT_2));
        // A product that a separate multiplication would round (Rust: `mul_add` is exact before the one rounding).
        let (a, b) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON);
        assert_eq!(fma.call::<f64>((a, b, -1.0)), Ok(a.mul_add(b, -1.0)));
        assert_ne!(fma.call::<f64>((a, b, -1.0)), Ok(a * b - 1.0));
        let mut exponent: c_int = 0;
        let fraction = frexp.call::<f64>((-80.0, &raw mut exponent)).expect("a call");
        assert_eq!((fraction, exponent), (-0.625, 7));
        assert_eq!(fraction * 2_f64.powi(exponent), -80.0);
    }
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Div {
    quot: c_int,
    rem: c_int,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct LDiv {
    #[ctype("long")]
    quot: c_long,
    #[ctype("long")]
    rem: c_long,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct LlDiv {
    #[ctype("long long")]
    quot: c_longlong,
    #[ctype("long long")]
    rem: c_longlong,
}

#[foreign_fn(lib = "c", load = load_c)]
unsafe extern "C" {
    fn div(numer: c_int, denom: c_int) -> Div;
    fn ldiv(numer: c_long, denom: c_long) -> LDiv;
    fn lldiv(numer: c_longlong, denom: c_longlong) -> LlDiv;
    #[errno]
    fn strtold(text: *const c_char, #[out] end: *mut *mut c_char) -> LongDouble;
}

/// Quotients and remainders as structs, against C's operators.
#[test]
fn structs_as_results() {
    let c = open("c", "libc6");
    let types = Types::new();
    let text = "typedef struct { int quot, rem; } div_t; typedef struct { long quot, rem; } ldiv_t;
                typedef struct { long long quot, rem; } lldiv_t;";
    types.parse(text).expect("C");
    let declare = |prototype: &str| c.declare_in(&types, prototype).expect("C99 has it");
    let div_rt = declare("div_t div(int numer, int denom);");
    let ldiv_rt = declare("ldiv_t ldiv(long numer, long denom);");
    let lldiv_rt = declare("lldiv_t lldiv(long long numer, long long denom);");
    // Said again as data, of the type that the derive describes.
    let div_sig = function(&c, "div", Div::TYPE, &[Type::INT, Type::INT]);
    // SAFETY: the functions have these types, no divisor is 0, and no quotient overflows.
    unsafe {
        let div_in_c = in_c::<unsafe extern "C" fn(c_int, c_int, *mut c_int)>("div_in_c");
        type Wide = unsafe extern "C" fn(c_longlong, c_longlong, *mut c_longlong);
        let lldiv_in_c = in_c::<Wide>("lldiv_in_c");
        for (a, b) in [(-7, 2), (7, -2), (c_int::MIN, 10), (c_int::MAX, -3), (0, 5), (3, 4)] {
            let mut expected = [0; 2];
            div_in_c(a, b, expected.as_mut_ptr());
            let expected = Div { quot: expected[0], rem: expected[1] };
            assert_eq!(div(a, b), expected);
            assert_eq!(div_sig.call::<Div>((a, b)), Ok(expected));
            let Ok(Value::Bytes(bytes)) = div_rt.call_value((a, b)) else { panic!("a record") };
            let found = CData::copy_of(bytes.ty(), bytes.as_bytes()).expect("its bytes");
            assert_eq!(found.get::<c_int>("quot"), Ok(expected.quot));
            assert_eq!(found.get::<c_int>("rem"), Ok(expected.rem));
        }
        for (a, b) in
            [(-7_000_000_000_007, 1_000_000), (i64::MIN, 3), (i64::MAX, -1), (5, 3_000_001)]
        {
            let mut wide = [0; 2];
            lldiv_in_c(a, b, wide.as_mut_ptr());
            let [quot, rem] = wide;
            assert_eq!(lldiv(a, b), LlDiv { quot, rem });
            assert_eq!(lldiv_rt.call::<LlDiv>((a, b)), Ok(LlDiv { quot, rem }));
            assert_eq!((quot, rem), (a / b, a % b), "Rust divides as C does");
            let (x, y) = (a as c_long, b as c_long);
            let expected = LDiv { quot: x / y, rem: x % y };
            assert_eq!(ldiv(x, y), expected);
            assert_eq!(ldiv_rt.call::<LDiv>((x, y)), Ok(expected));
        }
    }
}

/// What C prints of a long double: in decimal with more digits than it has, and exactly.
fn digits(x: LongDouble) -> [String; 2] {
    type Print =
        unsafe extern "C" fn(*mut c_char, usize, *const c_char, *const LongDouble) -> c_int;
    // SAFETY: the function has that type, and the formats take one long double.
    unsafe {
        let print = in_c::<Print>("print_long_double");
        [c"%.20Lg", c"%La"].map(|format| written(|to, size| print(to, size, format.as_ptr(), &x)))
    }
}

const NUMBERS: [&CStr; 16] = [
    c"0.1",
    c"3.14159265358979323846264338327950288",
    c"-2.71828182845904523536028747135266250 and more",
    c"1e-4940",
    c"1.18973149535723176502e+4932",
    c"1e5000",
    c"-1e5000",
    c"1e-5000",
    c"0x1.23456789abcdef02p-3",
    c"  42",
    c"inf",
    c"-0",
    c"nan",
    c"none",
    c"",
    c"10000000000000000000001",
];

/// More digits than a double has, numbers that no double is near, errors, and where the text ends.
#[test]
fn strtold_reads_what_c_reads() {
    let c = open("c", "libc6");
    let at_run_time = declare(&c, "long double strtold(const char *text, char **end);");
    let sig = Signature::new(CallConv::C, &Type::LONGDOUBLE, [&TEXT, &Type::CHAR_PTR.pointer()]);
    let by_types = c.function("strtold", &sig.expect("a signature")).expect("C99 has it");
    type InC = unsafe extern "C" fn(*const c_char, *mut LongDouble, *mut usize, *mut c_int);
    let (mut out_of_range, mut finer) = (0, 0);
    for text in NUMBERS {
        // SAFETY: the functions have these types; the text ends with NUL; pointers are to what is written.
        unsafe {
            let (mut x, mut length, mut error) = (LongDouble::from_f64(0.0), 0, 0);
            in_c::<InC>("strtold_in_c")(text.as_ptr(), &mut x, &mut length, &mut error);
            let expected = (digits(x), length, Errno(error));
            let length = |end: *mut c_char| end.offset_from_unsigned(text.as_ptr());

            let (x, end, errno) = strtold(text.as_ptr());
            assert_eq!((digits(x), length(end), errno), expected, "{text:?}, declared");
            for f in [&at_run_time, &by_types] {
                let mut end: *mut c_char = null_mut();
                let (x, errno) = f.call_errno::<LongDouble>((text, &raw mut end)).expect("a call");
                assert_eq!((digits(x), length(end), errno), expected, "{text:?}, at run time");
            }
            out_of_range += usize::from(errno == Errno(libc::ERANGE));
            finer += usize::from(digits(LongDouble::from_f64(x.to_f64())) != digits(x));
        }
    }
    assert!(out_of_range >= 3 && finer >= 3, "{out_of_range} out of range, {finer} no doubles");
}

mod long {
    use super::*;

    #[foreign_fn(lib = "m")]
    unsafe extern "C" {
        pub(super) safe fn cosl(x: LongDouble) -> LongDouble;
        pub(super) safe fn powl(x: LongDouble, y: LongDouble) -> LongDouble;
    }
}

fn number(text: &CStr) -> LongDouble {
    // SAFETY: the text ends with NUL.
    unsafe { strtold(text.as_ptr()) }.0
}

#[test]
fn cosl_has_the_digits_of_c() {
    load_c().expect("it is in every program");
    let m = open("m", "libc6");
    let cosl = declare(&m, "long double cosl(long double x);");
    let ld = Type::LONGDOUBLE;
    let powl = function(&m, "powl", &ld, &[ld.clone(), ld.clone()]);
    let mut finer = 0;
    for text in NUMBERS {
        let x = number(text);
        let (mut cosine, mut power) = (x, x);
        // SAFETY: the functions have these types, and read and write the numbers that they are given.
        unsafe {
            type One = unsafe extern "C" fn(*const LongDouble, *mut LongDouble);
            type Two = unsafe extern "C" fn(*const LongDouble, *const LongDouble, *mut LongDouble);
            in_c::<One>("cosl_in_c")(&x, &mut cosine);
            in_c::<Two>("powl_in_c")(&x, &cosine, &mut power);
            let expected = digits(cosine);
            assert_eq!(digits(long::cosl(x)), expected, "cosl({text:?}), declared");
            let found = cosl.call::<LongDouble>((x,)).expect("a call");
            assert_eq!(digits(found), expected, "cosl({text:?}), at run time");
            let expected = digits(power);
            assert_eq!(digits(long::powl(x, cosine)), expected, "powl({text:?}, …), declared");
            let found = powl.call::<LongDouble>((x, cosine)).expect("a call");
            assert_eq!(digits(found), expected, "powl({text:?}, …), at run time");
        }
        finer += usize::from(digits(LongDouble::from_f64(cosine.to_f64())) != digits(cosine));
    }
    assert!(finer >= 8, "{finer} of the cosines are no doubles");
    // The Dottie number, to which cosines of cosines lead (OEIS A003957), to the 19 digits that are certain.
    let fixed = (0..200).fold(number(c"1"), |x, _| long::cosl(x));
    assert!(digits(fixed)[0].starts_with("0.739085133215160641"), "{:?}", digits(fixed));
}

mod complex {
    use super::*;

    #[foreign_fn(lib = "m")]
    unsafe extern "C" {
        pub(super) safe fn csqrtf(z: Complex<f32>) -> Complex<f32>;
        pub(super) safe fn csqrt(z: Complex<f64>) -> Complex<f64>;
        pub(super) safe fn cexp(z: Complex<f64>) -> Complex<f64>;
        pub(super) safe fn cabs(z: Complex<f64>) -> f64;
        pub(super) safe fn csqrtl(z: Complex<LongDouble>) -> Complex<LongDouble>;
    }
}

/// Bit by bit what C computes, on both sides of the branch cut, and what is infinite.
#[test]
fn complex_functions_are_those_of_c() {
    type Of<T> = unsafe extern "C" fn(*const Complex<T>, *mut Complex<T>);
    let m = open("m", "libc6");
    let at_run_time = |prototype: &str| declare(&m, prototype);
    let csqrtf = at_run_time("float _Complex csqrtf(float _Complex z);");
    let csqrt = at_run_time("double _Complex csqrt(double _Complex z);");
    let cexp = at_run_time("double _Complex cexp(double _Complex z);");
    let cabs = at_run_time("double cabs(double _Complex z);");
    let csqrtl = at_run_time("long double _Complex csqrtl(long double _Complex z);");
    let bits = |z: Complex<f64>| [z.re.to_bits(), z.im.to_bits()];
    let few_bits = |z: Complex<f32>| [z.re.to_bits(), z.im.to_bits()];
    for (re, im) in [
        (3.0, 4.0),
        (-1.0, 0.0),
        (-1.0, -0.0),
        (0.1, -0.7),
        (1e300, 1e-300),
        (f64::INFINITY, 1.0),
        (-0.0, core::f64::consts::PI),
    ] {
        let z = Complex { re, im };
        let few = Complex { re: re as f32, im: im as f32 };
        let part = |x: f64| long::powl(LongDouble::from_f64(x), number(c"1.1"));
        let wide = Complex { re: part(re.abs()), im: part(im.abs()) };
        let (mut w, mut e, mut few_w, mut wide_w, mut abs) = (z, z, few, wide, 0.0);
        // SAFETY: the functions have these types, and read and write the numbers that they are given.
        unsafe {
            in_c::<Of<f64>>("csqrt_in_c")(&z, &mut w);
            in_c::<Of<f64>>("cexp_in_c")(&z, &mut e);
            in_c::<Of<f32>>("csqrtf_in_c")(&few, &mut few_w);
            in_c::<Of<LongDouble>>("csqrtl_in_c")(&wide, &mut wide_w);
            in_c::<unsafe extern "C" fn(*const Complex<f64>, *mut f64)>("cabs_in_c")(&z, &mut abs);

            assert_eq!(bits(complex::csqrt(z)), bits(w), "csqrt({z:?})");
            assert_eq!(csqrt.call::<Complex<f64>>((z,)).map(bits), Ok(bits(w)), "csqrt({z:?})");
            assert_eq!(bits(complex::cexp(z)), bits(e), "cexp({z:?})");
            assert_eq!(cexp.call::<Complex<f64>>((z,)).map(bits), Ok(bits(e)), "cexp({z:?})");
            assert_eq!((complex::cabs(z), cabs.call::<f64>((z,))), (abs, Ok(abs)), "cabs({z:?})");
            let roots = (complex::csqrtf(few), csqrtf.call::<Complex<f32>>((few,)));
            assert_eq!((few_bits(roots.0), roots.1.map(few_bits)), {
                (few_bits(few_w), Ok(few_bits(few_w)))
            });
            let parts = |z: Complex<LongDouble>| [digits(z.re), digits(z.im)];
            let roots = (complex::csqrtl(wide), csqrtl.call::<Complex<LongDouble>>((wide,)));
            assert_eq!((parts(roots.0), roots.1.map(parts)), {
                (parts(wide_w), Ok(parts(wide_w)))
            });
        }
    }
}
