//! The signatures that are measured, with their C functions, arguments and expected results: one list,
//! [`for_each_shape`], from which every way of calling makes its cases.

use crate::harness::{Label, Outcome, labels};
use core::ffi::{c_int, c_uchar};
use core::fmt::Debug;
use core::hint::black_box;
use ctypes_wrap::convert::Value;
use ctypes_wrap::prelude::*;
use libffi::middle;

/// 16 bytes: travels in registers on most targets, one general and one for floats.
#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub(crate) struct Pair {
    pub(crate) n: i64,
    pub(crate) x: f64,
}

/// 64 bytes: travels in memory.
#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub(crate) struct Block {
    pub(crate) v: [i64; 8],
}

/// What the argument of `calls_bench_mixed` points at.
pub(crate) static POINTED_AT: c_int = 5;

/// The functions as the linker binds them.
pub(crate) mod linked {
    use super::{Block, Pair};
    use core::ffi::{c_double, c_float, c_int, c_long, c_uchar};

    // SAFETY: the declarations are those of calls_bench.c.
    #[link(name = "calls_bench", kind = "static")]
    unsafe extern "C" {
        pub(crate) fn calls_bench_nothing();
        pub(crate) fn calls_bench_add(a: c_int, b: c_int) -> c_int;
        pub(crate) fn calls_bench_fma3(a: c_double, b: c_double, c: c_double) -> c_double;
        pub(crate) fn calls_bench_sum8(
            a: c_long,
            b: c_long,
            c: c_long,
            d: c_long,
            e: c_long,
            f: c_long,
            g: c_long,
            h: c_long,
        ) -> c_long;
        pub(crate) fn calls_bench_pair(p: Pair) -> Pair;
        pub(crate) fn calls_bench_block(b: Block) -> Block;
        pub(crate) fn calls_bench_mixed(
            a: c_int,
            b: c_double,
            c: *const c_int,
            d: i64,
            e: c_float,
            f: c_uchar,
        ) -> c_double;
        pub(crate) fn calls_bench_call_back(
            f: unsafe extern "C" fn(c_int, c_int) -> c_int,
            n: i64,
        ) -> i64;
    }
}

/// Runs a macro for each shape: its key, its function, its parameters (index, type, argument), the type
/// of its result and the result that C gives for these arguments.
macro_rules! for_each_shape {
    ($with:ident) => {
        $with! { NOTHING calls_bench_nothing () -> () = () }
        $with! { ADD calls_bench_add
        (0: core::ffi::c_int = 2, 1: core::ffi::c_int = 3) -> core::ffi::c_int = 5 }
        $with! { FMA3 calls_bench_fma3 (0: f64 = 2.0, 1: f64 = 3.0, 2: f64 = 4.0) -> f64 = 10.0 }
        $with! { SUM8 calls_bench_sum8
        (0: core::ffi::c_long = 1, 1: core::ffi::c_long = 2, 2: core::ffi::c_long = 3,
         3: core::ffi::c_long = 4, 4: core::ffi::c_long = 5, 5: core::ffi::c_long = 6,
         6: core::ffi::c_long = 7, 7: core::ffi::c_long = 8) -> core::ffi::c_long = 36 }
        $with! { PAIR calls_bench_pair
        (0: $crate::shapes::Pair = $crate::shapes::Pair { n: 6, x: 1.5 })
        -> $crate::shapes::Pair = $crate::shapes::Pair { n: 7, x: 3.0 } }
        $with! { BLOCK calls_bench_block
        (0: $crate::shapes::Block = $crate::shapes::Block { v: [1, 2, 3, 4, 5, 6, 7, 8] })
        -> $crate::shapes::Block = $crate::shapes::Block { v: [9, 2, 3, 4, 5, 6, 7, 8] } }
        $with! { MIXED calls_bench_mixed
        (0: core::ffi::c_int = 1, 1: f64 = 0.5, 2: *const core::ffi::c_int = &raw const $crate::shapes::POINTED_AT,
         3: i64 = 7, 4: f32 = 0.25, 5: core::ffi::c_uchar = 200) -> f64 = 213.75 }
    };
}
pub(crate) use for_each_shape;

// The signatures in C, in the order of the report.
labels! {
    NOTHING "void" "void (void)"
    ADD "add" "int (int, int)"
    FMA3 "fma3" "double (double, double, double)"
    SUM8 "sum8" "long (long, long, long, long, long, long, long, long)"
    PAIR "struct16" "struct of 16 bytes (struct of 16 bytes)"
    BLOCK "struct64" "struct of 64 bytes (struct of 64 bytes)"
    MIXED "mixed" "double (int, double, const int *, int64_t, float, unsigned char)"
    CALLBACK "callback" "C calls back an int (int, int)"
}

pub(crate) const ALL: [Label; 8] = [NOTHING, ADD, FMA3, SUM8, PAIR, BLOCK, MIXED, CALLBACK];

/// A type of an argument or a result.
pub(crate) trait CValue: Copy + PartialEq + Debug + 'static {
    /// Whether libffi returns it as a whole register.
    const WIDENED: bool;
    /// libffi's description.
    fn ffi() -> middle::Type;
    /// The value out of what a dynamic call returned.
    fn of(value: &Value) -> Option<Self>;
    /// As [`Outcome::sink`].
    fn sink(self);
}

impl<E: CValue> Outcome<E> for E {
    fn is(&self, expected: &E) -> bool {
        self == expected
    }
    #[inline(always)]
    fn sink(self) {
        CValue::sink(self);
    }
}

impl<E: CValue> Outcome<E> for Value {
    fn is(&self, expected: &E) -> bool {
        E::of(self).as_ref() == Some(expected)
    }
    #[inline(always)]
    fn sink(self) {
        black_box(&self);
    }
}

impl CValue for () {
    const WIDENED: bool = false;
    fn ffi() -> middle::Type {
        middle::Type::void()
    }
    fn of(value: &Value) -> Option<Self> {
        matches!(value, Value::Void).then_some(())
    }
    #[inline(always)]
    fn sink(self) {}
}

macro_rules! scalars {
    ($($ty:ty, $ffi:ident, $widened:literal, $pattern:pat => $value:expr;)*) => {$(
        impl CValue for $ty {
            const WIDENED: bool = $widened;
            fn ffi() -> middle::Type {
                middle::Type::$ffi()
            }
            fn of(value: &Value) -> Option<Self> {
                match *value {
                    $pattern => $value,
                    _ => None,
                }
            }
            #[inline(always)]
            fn sink(self) {
                black_box(self);
            }
        }
    )*};
}

// A `long` is one of them.
scalars! {
    c_int, c_int, true, Value::Int(v) => c_int::try_from(v).ok();
    i64, i64, false, Value::Int(v) => Some(v);
    c_uchar, c_uchar, true, Value::UInt(v) => c_uchar::try_from(v).ok();
    f32, f32, false, Value::F32(v) => Some(v);
    f64, f64, false, Value::F64(v) => Some(v);
    *const c_int, pointer, false, Value::Pointer(v) => Some(v.cast_const().cast());
}

macro_rules! records {
    ($($ty:ty, $fields:expr;)*) => {$(
        impl CValue for $ty {
            const WIDENED: bool = false;
            fn ffi() -> middle::Type {
                middle::Type::structure($fields)
            }
            fn of(value: &Value) -> Option<Self> {
                match value {
                    // SAFETY: any numbers are a value of these structs.
                    Value::Bytes(bytes) => unsafe { bytes.get() },
                    _ => None,
                }
            }
            // By reference: a copy of the record would be no part of the call.
            #[inline(always)]
            fn sink(self) {
                black_box(&self);
            }
        }
    )*};
}

records! {
    Pair, [middle::Type::i64(), middle::Type::f64()];
    // libffi has no arrays; in memory eight fields are the same.
    Block, (0..8).map(|_| middle::Type::i64());
}
