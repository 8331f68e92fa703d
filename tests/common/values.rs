//! Values whose types exist at run time, and their bytes.

use core::ffi::c_void;
use ctypes_wrap::convert::{Bytes, Value};
use ctypes_wrap::types::{ScalarClass, TypeKind};
use ctypes_wrap::{Target, Type};

/// The bytes of a value as C has it in a variable of type `ty`.
pub(crate) fn bytes_of(ty: &Type, value: &Value) -> Vec<u8> {
    let cut = |wide: [u8; 8]| {
        let size = ty.size();
        if cfg!(target_endian = "big") { wide[8 - size..].to_vec() } else { wide[..size].to_vec() }
    };
    match value {
        Value::Void => Vec::new(),
        Value::Bool(v) => vec![u8::from(*v)],
        Value::Int(v) => cut(v.to_ne_bytes()),
        Value::UInt(v) => cut(v.to_ne_bytes()),
        Value::F32(v) => v.to_ne_bytes().to_vec(),
        Value::F64(v) => v.to_ne_bytes().to_vec(),
        Value::Pointer(v) => v.addr().to_ne_bytes().to_vec(),
        Value::Bytes(v) => v.as_bytes().to_vec(),
        other => panic!("unknown kind of value: {other:?}"),
    }
}

/// The kind of a scalar, of an enumeration that of its integers; none for what is neither.
pub(crate) fn class(ty: &Type) -> Option<ScalarClass> {
    match ty.kind() {
        TypeKind::Scalar(s) => Some(s.class(&Target::NATIVE)),
        TypeKind::Enum(e) => Some(e.underlying(&Target::NATIVE)?.class(&Target::NATIVE)),
        _ => None,
    }
}

/// The value of a type with those bytes.
pub(crate) fn value_of(ty: &Type, bytes: &[u8]) -> Value {
    let wide = || {
        let mut wide = [0; 8];
        if cfg!(target_endian = "big") {
            wide[8 - bytes.len()..].copy_from_slice(bytes);
        } else {
            wide[..bytes.len()].copy_from_slice(bytes);
        }
        u64::from_ne_bytes(wide)
    };
    let shift = 64 - 8 * bytes.len().min(8) as u32;
    match (ty.kind(), class(ty)) {
        (TypeKind::Pointer { .. }, _) => {
            Value::Pointer(core::ptr::without_provenance_mut::<c_void>(wide() as usize))
        }
        (_, Some(ScalarClass::Bool)) => Value::Bool(bytes[0] != 0),
        (_, Some(ScalarClass::Signed)) if bytes.len() <= 8 => {
            Value::Int((wide() << shift) as i64 >> shift)
        }
        (_, Some(ScalarClass::Unsigned)) if bytes.len() <= 8 => Value::UInt(wide()),
        (_, Some(ScalarClass::Float)) if bytes.len() == 4 => {
            Value::F32(f32::from_bits(wide() as u32))
        }
        (_, Some(ScalarClass::Float)) if bytes.len() == 8 => Value::F64(f64::from_bits(wide())),
        _ => Bytes::new(ty, bytes).unwrap_or_else(|e| panic!("{e}")).into(),
    }
}
