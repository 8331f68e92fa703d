//! The tester tested: declarations that are wrong on purpose must be found by the comparison that the other tests use.
#![cfg(any(feature = "libffi", feature = "libffi-system"))]

mod common;

use common::{Native, Random, array, fixture, graffiti, structure};
use ctypes_wrap::prelude::*;
use ctypes_wrap::types::TypeKind;

/// The right declaration passes, the wrong one is found.
#[track_caller]
fn found(native: &Native, name: &str, right: &[Type], wrong: &[Type], values: &[Value]) {
    let f = native.function(name, &Type::VOID, right);
    let by = |params: &[Type]| -> Vec<Value> {
        let mut random = Random(7);
        let records = |t: &Type| matches!(t.kind(), TypeKind::Record(_));
        if values.is_empty() || params.iter().any(records) {
            params.iter().map(|t| graffiti(t, &mut random)).collect()
        } else {
            values.to_vec()
        }
    };
    native.check(&f, &by(right)).unwrap_or_else(|e| panic!("the right declaration: {e}"));
    let f = native.function(name, &Type::VOID, wrong);
    let error = native.check(&f, &by(wrong)).expect_err("the wrong declaration was not found");
    assert!(error.contains("received other bytes"), "{error}");
}

#[test]
fn swapped_fields() {
    let native = fixture();
    let right = structure("s", &[("a", Type::LONG), ("b", Type::DOUBLE)]);
    let wrong = structure("s", &[("a", Type::DOUBLE), ("b", Type::LONG)]);
    found(&native, "take_long_double", &[right], &[wrong], &[]);
}

#[test]
fn a_missing_field() {
    let native = fixture();
    let right = structure("s", &[("a", Type::SHORT), ("b", Type::CHAR)]);
    let wrong = structure("s", &[("a", Type::SHORT)]);
    found(&native, "take_short_char", &[right], &[wrong], &[]);
}

#[test]
fn a_field_of_the_wrong_width() {
    let native = fixture();
    let right = structure("s", &[("a", Type::FLOAT), ("b", Type::INT), ("c", Type::DOUBLE)]);
    let wrong = structure("s", &[("a", Type::FLOAT), ("b", Type::SHORT), ("c", Type::DOUBLE)]);
    found(&native, "take_mixed", &[right], &[wrong], &[]);
}

#[test]
fn an_array_that_is_too_short() {
    let native = fixture();
    let record = |n| structure("s", &[("a", array(&Type::LONG, n))]);
    found(&native, "take_eight_longs", &[record(8)], &[record(7)], &[]);
}

#[test]
fn a_parameter_of_the_wrong_width() {
    let native = fixture();
    let value = [Value::Int(-2)];
    found(&native, "echo_int", &[Type::INT], &[Type::SHORT], &value);
    found(&native, "echo_i64", &[Type::I64], &[Type::I32], &value);
}

#[test]
fn a_float_for_a_double() {
    let native = fixture();
    found(&native, "echo_double", &[Type::DOUBLE], &[Type::FLOAT], &[Value::F64(0.5)]);
}

#[test]
fn swapped_parameters() {
    let native = fixture();
    let right = [Type::I8, Type::DOUBLE, Type::U16];
    let wrong = [Type::U16, Type::DOUBLE, Type::I8];
    let values = [Value::Int(5), Value::F64(0.5), Value::Int(6)];
    // The checksum is over one byte of the first and two of the third.
    found(&native, "mix_3", &right, &wrong, &values);
}

#[test]
fn the_wrong_sign() {
    let native = fixture();
    // C widens what it got, and so does the declared type.
    let widened = |result: &Type, param: &Type, value: Value| {
        let f = native.function("value_schar", result, core::slice::from_ref(param));
        let mut args = Args::new();
        args.push(value);
        // SAFETY: the function only looks at the byte.
        unsafe { f.call_args(&mut args) }
    };
    assert_eq!(widened(&Type::I64, &Type::SCHAR, Value::Int(-3)), Ok(Value::Int(-3)));
    // The byte of -3 as an unsigned char is 253, which C does not see so.
    assert_ne!(widened(&Type::I64, &Type::UCHAR, Value::UInt(253)), Ok(Value::Int(253)));
    let error =
        widened(&Type::I64, &Type::UCHAR, Value::Int(-3)).expect_err("-3 is no unsigned char");
    assert!(error.to_string().contains("found -3, which does not fit"), "{error}");
}
