//! Complex numbers in Rust, as gcc passes, returns and stores them.

use crate::c;
use ctypes_wrap::prelude::*;
use ctypes_wrap::{Complex, LongDouble};

const TEXT: &str = "
#include <complex.h>
typedef struct { float _Complex z; char c; } in_struct;
typedef struct { double _Complex z; } alone;
float _Complex turn_float(float _Complex z) { return z * I; }
double _Complex turn_double(int before, double _Complex z) { return z * I + before; }
void turn_long(long double _Complex *z) { *z *= I; }
in_struct turn_struct(in_struct s) { s.z *= I; s.c++; return s; }
alone turn_alone(alone s, float _Complex more) { s.z = s.z * I + more; return s; }
void turn_array(double _Complex *z, int n) { while (n--) z[n] *= I; }
const unsigned long size_float[2] = { sizeof(float _Complex), _Alignof(float _Complex) };
const unsigned long size_double[2] = { sizeof(double _Complex), _Alignof(double _Complex) };
const unsigned long size_long[2] = { sizeof(long double _Complex), _Alignof(long double _Complex) };
const unsigned long size_struct[2] = { sizeof(in_struct), _Alignof(in_struct) };
";

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct InStruct {
    z: Complex<f32>,
    c: i8,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Alone {
    z: Complex<f64>,
}

#[test]
fn complex_numbers_are_those_of_c() {
    let lib = c::library("rows_complex", TEXT);
    let extent = |ty: &Type| [ty.size(), ty.align()];
    assert_eq!(c::extent(&lib, "size_float"), extent(Complex::<f32>::TYPE));
    assert_eq!(c::extent(&lib, "size_double"), extent(Complex::<f64>::TYPE));
    assert_eq!(c::extent(&lib, "size_long"), extent(Complex::<LongDouble>::TYPE));
    assert_eq!(c::extent(&lib, "size_struct"), extent(InStruct::TYPE));
    assert_eq!(Complex::<f64>::TYPE.to_string(), "double _Complex");

    if Complex::<f32>::BY_VALUE && Complex::<f64>::BY_VALUE {
        // SAFETY: the functions have these types, and rustc passes them as C does, as was just asked.
        unsafe {
            let f: extern "C" fn(Complex<f32>) -> Complex<f32> = c::get(&lib, "turn_float");
            assert_eq!(f(Complex { re: 3.0, im: -4.5 }), Complex { re: 4.5, im: 3.0 });
            let f: extern "C" fn(i32, Complex<f64>) -> Complex<f64> = c::get(&lib, "turn_double");
            assert_eq!(f(10, Complex { re: 0.5, im: 2.0 }), Complex { re: 8.0, im: 0.5 });
        }
    }
    if InStruct::BY_VALUE && Alone::BY_VALUE && Complex::<f32>::BY_VALUE {
        // SAFETY: as above.
        unsafe {
            let f: extern "C" fn(InStruct) -> InStruct = c::get(&lib, "turn_struct");
            let sent = InStruct { z: Complex { re: 1.0, im: 2.0 }, c: 7 };
            assert_eq!(f(sent), InStruct { z: Complex { re: -2.0, im: 1.0 }, c: 8 });
            let f: extern "C" fn(Alone, Complex<f32>) -> Alone = c::get(&lib, "turn_alone");
            let sent = Alone { z: Complex { re: 1.0, im: 2.0 } };
            let turned = Alone { z: Complex { re: -1.5, im: 1.25 } };
            assert_eq!(f(sent, Complex { re: 0.5, im: 0.25 }), turned);
        }
    }
    let mut numbers = [Complex { re: 1.0, im: 2.0 }, Complex { re: 3.0, im: 4.0 }];
    let part = |n: f64| LongDouble::from_f64(n);
    let mut long = Complex { re: part(0.1), im: part(0.2) };
    // SAFETY: the functions have these types; the array has two elements.
    unsafe {
        let f: extern "C" fn(*mut Complex<f64>, i32) = c::get(&lib, "turn_array");
        f(numbers.as_mut_ptr(), 2);
        let f: extern "C" fn(*mut Complex<LongDouble>) = c::get(&lib, "turn_long");
        f(&raw mut long);
    }
    assert_eq!(numbers, [Complex { re: -2.0, im: 1.0 }, Complex { re: -4.0, im: 3.0 }]);
    assert_eq!([long.re.to_f64(), long.im.to_f64()], [-0.2, 0.1]);
}

/// Here at least they are called directly.
#[cfg(target_arch = "x86_64")]
#[test]
fn they_are_passed_as_c_passes_them() {
    let flags =
        [Complex::<f32>::BY_VALUE, Complex::<f64>::BY_VALUE, InStruct::BY_VALUE, Alone::BY_VALUE];
    assert_eq!(flags, [true; 4]);
    // Two x87 registers bring it back.
    const { assert!(!Complex::<LongDouble>::BY_VALUE) };
}

#[test]
fn they_convert_to_numbers_that_calculate() {
    let z = num_complex::Complex64::from(Complex { re: 3.0, im: 4.0 });
    assert_eq!(z.norm_sqr(), 25.0);
    assert_eq!(Complex::from(z * num_complex::Complex64::i()), Complex { re: -4.0, im: 3.0 });
}
