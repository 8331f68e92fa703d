//! `long double` to and from `f64`, against gcc's conversions.

use crate::c;
use ctypes_wrap::LongDouble;

const TEXT: &str = "
double narrow(const long double *p) { return (double)*p; }
void widen(long double *p, double x) { *p = x; }
void scale(long double *p, int power) { *p = __builtin_ldexpl(*p, power); }
void add(long double *p, const long double *q) { *p += *q; }
";

fn seed() -> u64 {
    match std::env::var("CTYPES_TEST_SEED") {
        Ok(seed) => seed.parse().expect("CTYPES_TEST_SEED is a decimal number"),
        Err(_) => 20_050_101,
    }
}

#[test]
fn conversions_are_those_of_c() {
    let lib = c::library("rows_long_double", TEXT);
    // SAFETY: the library declares them so.
    let (narrow, widen, scale, add) = unsafe {
        let narrow: extern "C" fn(*const LongDouble) -> f64 = c::get(&lib, "narrow");
        let widen: extern "C" fn(*mut LongDouble, f64) = c::get(&lib, "widen");
        let scale: extern "C" fn(*mut LongDouble, i32) = c::get(&lib, "scale");
        let add: extern "C" fn(*mut LongDouble, *const LongDouble) = c::get(&lib, "add");
        (narrow, widen, scale, add)
    };
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    let seed = seed();
    let mut state = seed;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ state >> 29
    };
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        f64::INFINITY,
        f64::NAN,
    ];
    for i in 0..20_000 {
        let x = *special.get(i).unwrap_or(&f64::from_bits(random()));
        let mut theirs = LongDouble::from_f64(0.0);
        widen(&raw mut theirs, x);
        let ours = LongDouble::from_f64(x);
        assert!(same(narrow(&raw const ours), x), "seed {seed}: {x:e} became {ours:?} to C");
        assert!(same(theirs.to_f64(), x), "seed {seed}: C's {x:e} became {theirs:?}");
        // What lies between two doubles, and beyond the largest and the smallest.
        let mut wide = ours;
        let small = LongDouble::from(x * 2f64.powi(-50 - (random() % 70) as i32));
        add(&raw mut wide, &raw const small);
        scale(&raw mut wide, (random() % 2_200) as i32 - 1_100);
        let (found, expected) = (wide.to_f64(), narrow(&raw const wide));
        assert!(same(found, expected), "seed {seed}: expected {expected:e}, found {found:e}");
    }
    assert_eq!(format!("{:?}", LongDouble::from(0.5)), "LongDouble(0.5)");
}
