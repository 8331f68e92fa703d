//! Structs and unions by value, in and out.

use crate::common::generate::seed;
use crate::common::{Random, array, checksum, fixture, graffiti, made, same, structure, union};
use core::ffi::c_int;
use ctypes_wrap::convert::Bytes;
use ctypes_wrap::prelude::*;

#[test]
fn structs_of_every_size_from_1_to_40() {
    let native = fixture();
    let mut random = Random(seed());
    for n in 1..=40 {
        let name = format!("sized_{n}");
        let ty = structure(&name, &[("b", array(&Type::UCHAR, n))]);
        let params = [Type::SHORT, ty.clone(), Type::DOUBLE];
        let f = native.function(&name, &ty, &params);
        let sent: Vec<Value> = params.iter().map(|t| graffiti(t, &mut random)).collect();
        let back = native.check(&f, &sent).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(back, made(&ty, checksum(&params, &sent)), "{name}");
    }
}

fn records() -> Vec<(&'static str, Type)> {
    let (f, d, l) = (&Type::FLOAT, &Type::DOUBLE, &Type::LONG);
    let own = |t: &Type| t.clone();
    let inner = structure("inner", &[("a", Type::CHAR), ("b", own(f))]);
    let double_int = union("double_int", &[("a", own(d)), ("b", Type::INT)]);
    let mut records = vec![
        ("long_double", structure("r", &[("a", own(l)), ("b", own(d))])),
        ("double_long", structure("r", &[("a", own(d)), ("b", own(l))])),
        ("float4", structure("r", &[("a", own(f)), ("b", own(f)), ("c", own(f)), ("d", own(f))])),
        ("float2", structure("r", &[("a", own(f)), ("b", own(f))])),
        ("float3", structure("r", &[("a", array(f, 3))])),
        ("double2", structure("r", &[("a", own(d)), ("b", own(d))])),
        ("char3", structure("r", &[("a", array(&Type::CHAR, 3))])),
        ("short_char", structure("r", &[("a", Type::SHORT), ("b", Type::CHAR)])),
        ("eight_longs", structure("r", &[("a", array(l, 8))])),
        ("nested", structure("r", &[("a", own(&inner)), ("b", Type::SHORT), ("c", inner)])),
        (
            "pointers",
            structure(
                "r",
                &[("a", Type::VOID_PTR), ("b", Type::INT), ("c", array(&Type::VOID_PTR, 2))],
            ),
        ),
        ("mixed", structure("r", &[("a", own(f)), ("b", Type::INT), ("c", own(d))])),
        ("double_int", own(&double_int)),
        ("floats_double", union("r", &[("a", array(f, 2)), ("b", own(d))])),
        ("chars_double", union("r", &[("a", array(&Type::CHAR, 12)), ("b", own(d))])),
        ("tagged", structure("r", &[("a", Type::INT), ("b", double_int)])),
        ("bool_wide", structure("r", &[("a", Type::BOOL), ("b", Type::UCHAR), ("c", Type::WCHAR)])),
    ];
    if cfg!(all(target_arch = "x86_64", not(windows))) {
        records.push(("x87", structure("r", &[("a", Type::LONGDOUBLE)])));
    }
    records
}

#[test]
fn records_by_value() {
    let native = fixture();
    let mut random = Random(seed());
    for (name, ty) in records() {
        let t = || ty.clone();
        // The position of the argument that comes back is the last number.
        for (prefix, params, back) in [
            ("echo", vec![t()], 0),
            ("pair", vec![Type::INT, t(), Type::DOUBLE, t()], 3),
            ("crowd", vec![Type::INT, Type::DOUBLE, t(), t(), t(), t(), t()], 5),
        ] {
            let f = native.function(&format!("{prefix}_{name}"), &ty, &params);
            for _ in 0..5 {
                let sent: Vec<Value> = params.iter().map(|t| graffiti(t, &mut random)).collect();
                let result = native.check(&f, &sent).unwrap_or_else(|e| panic!("{e}"));
                assert!(
                    same(&ty, &result, &sent[back]),
                    "{prefix}_{name}: {result:?}, sent {sent:?}"
                );
            }
        }
    }
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub(crate) struct Mixed {
    pub(crate) a: f32,
    pub(crate) b: c_int,
    pub(crate) c: f64,
}

#[test]
fn records_as_rust_structs() {
    let native = fixture();
    let (_, run_time) =
        records().into_iter().find(|(name, _)| *name == "mixed").expect("in the list");
    let sent = Mixed { a: 0.25, b: -7, c: 1e300 };
    // A type made at run time and a derived one are compatible, and so are their values.
    for ty in [Mixed::TYPE, &run_time] {
        let echo = native.function("echo_mixed", ty, core::slice::from_ref(ty));
        // SAFETY: the function has that type.
        unsafe {
            assert_eq!(echo.call::<Mixed>((sent,)), Ok(sent));
            let Ok(Value::Bytes(bytes)) = echo.call_value((sent,)) else { panic!("a record") };
            // SAFETY: any numbers are a Mixed.
            assert_eq!(bytes.get::<Mixed>(), Some(sent));
            assert_eq!(bytes.get::<i32>(), None);
            assert_eq!(echo.call::<Mixed>((Value::from(bytes),)), Ok(sent));
        }
    }
}

#[test]
fn a_handle_from_before_the_definition() {
    let native = fixture();
    let types = Types::new();
    let early = types.declare_struct("mixed").expect("a name");
    let error = Signature::new(CallConv::C, &Type::VOID, [&*early]).expect_err("not defined yet");
    assert!(error.to_string().contains("declared but not defined"), "{error}");
    early
        .define(|r| r.field("a", Type::FLOAT).field("b", Type::INT).field("c", Type::DOUBLE))
        .expect("a struct");
    let echo = native.function("echo_mixed", &early, core::slice::from_ref(&*early));
    let sent = Mixed { a: 0.25, b: -7, c: 1e300 };
    // SAFETY: the function has that type.
    let Ok(Value::Bytes(bytes)) = (unsafe { echo.call_value((sent,)) }) else { panic!("a record") };
    // SAFETY: any numbers are a Mixed.
    assert_eq!(unsafe { bytes.get::<Mixed>() }, Some(sent));
    // SAFETY: any numbers are a Mixed.
    assert_eq!(Bytes::new(&early, bytes.as_bytes()).map(|b| unsafe { b.get() }), Ok(Some(sent)));
}

#[cfg(all(target_arch = "x86_64", not(windows)))]
#[test]
fn a_packed_long_double() {
    let native = fixture();
    let mut random = Random(seed());
    let types = Types::new();
    let packed = types.declare_struct("packed_x87").expect("a name");
    let packed = packed.define(|r| r.pack(1).field("a", Type::LONGDOUBLE)).expect("a struct");
    let params = [structure("r", &[("a", array(&Type::LONG, 3))]), packed.clone()];
    let f = native.function("after_24_bytes", &packed, &params);
    let sent: Vec<Value> = params.iter().map(|t| graffiti(t, &mut random)).collect();
    let back = native.check(&f, &sent).unwrap_or_else(|e| panic!("{e}"));
    assert!(same(&packed, &back, &sent[1]), "{back:?}");
}
