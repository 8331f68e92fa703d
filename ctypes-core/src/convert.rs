//! Rust values and C bytes: [`Value`], range and kind checks, and the validity of foreign bytes.
//!
//! The rules: an integer converts where the value fits; a float never becomes an integer; a double
//! becomes a float by rounding, and fails where that overflows; an integer becomes a float where
//! that is exact. `bool` and pointers convert to nothing else.

use crate::call::args::TypeRef;
use crate::call::tag::{Slot, Tag};
use crate::error::BytesError;
use crate::layout::BitRange;
use crate::target::Target;
use crate::types::{CType, Enumeration, ScalarClass, Type, TypeKind};
use core::ffi::c_void;
use std::fmt;

/// A C value whose type is known only at run time.
///
/// What a pointer points at is the program's affair: a `Value` only carries the address.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// No value: the result of a `void` function.
    Void,
    /// `_Bool`.
    Bool(bool),
    /// A signed integer of any width.
    Int(i64),
    /// An unsigned integer of any width.
    UInt(u64),
    /// A `float`.
    F32(f32),
    /// A `double`.
    F64(f64),
    /// A pointer.
    Pointer(*mut c_void),
    /// The bytes of a record, or of a scalar wider than 64 bits.
    Bytes(Bytes),
}

// SAFETY: the pointer in a Value is a number to safe code; only `unsafe` code follows it.
unsafe impl Send for Value {}
// SAFETY: as above.
unsafe impl Sync for Value {}

/// A value of a record type, or of a scalar wider than 64 bits, with its type.
#[derive(Clone, PartialEq)]
pub struct Bytes {
    ty: Type,
    // 16-byte units are aligned for what an engine reads and writes in place.
    units: Box<[u128]>,
    len: usize,
}

impl Bytes {
    pub(crate) fn zeroed(ty: &Type, size: usize) -> Bytes {
        let units = vec![0; size.div_ceil(16).max(1)].into_boxed_slice();
        Bytes { ty: ty.clone(), units, len: size }
    }

    /// A value of the record type `ty`, or of a scalar wider than 64 bits, from its bytes in memory
    /// order.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, convert::{Bytes, Value}};
    ///
    /// let pair = Types::new()
    ///     .declare_struct("pair")?
    ///     .define(|r| r.field("a", Type::U8).field("b", Type::U8))?;
    /// let value: Value = Bytes::new(&pair, &[1, 2])?.into();
    /// assert!(Bytes::new(&pair, &[1, 2, 3]).is_err());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of bytes than the type has, a type that has a variant of [`Value`] of its own,
    /// is an array, or has no size.
    pub fn new(ty: &Type, bytes: &[u8]) -> Result<Bytes, BytesError> {
        let ty = ty.renewed();
        let fail = |reason| BytesError { ty: ty.to_string(), reason };
        let size = ty.layout().map_err(|e| fail(e.to_string()))?.size();
        if Tag::of(&ty) != Tag::Bytes
            || matches!(ty.kind(), TypeKind::Array { .. } | TypeKind::Ordered { .. })
        {
            return Err(fail("expected a record, or a scalar wider than 64 bits".to_owned()));
        }
        if size != bytes.len() as u64 {
            return Err(fail(format!("expected {size} bytes, found {}", bytes.len())));
        }
        let mut value = Bytes::zeroed(&ty, bytes.len());
        // SAFETY: the units cover the size of the type; the source is another allocation.
        unsafe {
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), value.as_mut_ptr(), bytes.len());
        }
        Ok(value)
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The bytes in memory order.
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: the units cover this length, as `zeroed` made them; every byte of a u128 is
        // initialised; the borrow is that of self.
        unsafe { core::slice::from_raw_parts(self.units.as_ptr().cast(), self.len) }
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.units.as_mut_ptr().cast()
    }

    /// The value as a Rust type of the same C type, if every bit pattern of it is valid.
    ///
    /// ```no_run
    /// # use ctypes_core::{convert::Value, CType};
    /// # fn example<Div: CType>(v: Value) -> Option<Div> {
    /// let Value::Bytes(bytes) = v else { return None };
    /// // SAFETY: a Div promises nothing about its numbers.
    /// let d: Div = unsafe { bytes.get()? };
    /// # Some(d) }
    /// ```
    ///
    /// # Safety
    /// The bytes are a `T` that `T`'s own code could have made: a struct may promise more about its
    /// private fields than their types do, and may free something when it is dropped.
    pub unsafe fn get<T: CType>(&self) -> Option<T> {
        if !T::ANY_BITS || size_of::<T>() != self.len || !T::TYPE.is_compatible(&self.ty) {
            return None;
        }
        // SAFETY: the units cover a T, any bits are a valid one, and the rest is the caller's promise.
        Some(unsafe { self.units.as_ptr().cast::<T>().read_unaligned() })
    }
}

impl Value {
    pub(crate) fn as_slot(&self) -> (Slot, TypeRef<'_>) {
        let (slot, ty): (Slot, &'static Type) = match self {
            Value::Void => (Slot::ZERO, &Type::VOID),
            Value::Bool(v) => (Slot::new(*v), &Type::BOOL),
            Value::Int(v) => (Slot::new(*v), &Type::I64),
            Value::UInt(v) => (Slot::new(*v), &Type::U64),
            Value::F32(v) => (Slot::new(*v), &Type::FLOAT),
            Value::F64(v) => (Slot::new(*v), &Type::DOUBLE),
            Value::Pointer(v) => (Slot::new(*v), &Type::VOID_PTR),
            Value::Bytes(v) => {
                return (Slot::new(v.units.as_ptr()), TypeRef::Borrowed(&v.ty));
            }
        };
        (slot, TypeRef::Static(ty))
    }

    /// A value from the start of a slot.
    ///
    /// # Safety
    /// The slot holds a value of the tag, which is not [`Tag::Bytes`].
    pub(crate) unsafe fn from_slot(tag: Tag, slot: &Slot) -> Value {
        // SAFETY: the caller's promise, for each tag; a bool is read as its byte.
        unsafe {
            match tag {
                Tag::Void | Tag::Bytes => Value::Void,
                Tag::Bool => Value::Bool(slot.get::<u8>() != 0),
                Tag::I8 => Value::Int(slot.get::<i8>().into()),
                Tag::U8 => Value::UInt(slot.get::<u8>().into()),
                Tag::I16 => Value::Int(slot.get::<i16>().into()),
                Tag::U16 => Value::UInt(slot.get::<u16>().into()),
                Tag::I32 => Value::Int(slot.get::<i32>().into()),
                Tag::U32 => Value::UInt(slot.get::<u32>().into()),
                Tag::I64 => Value::Int(slot.get()),
                Tag::U64 => Value::UInt(slot.get()),
                Tag::F32 => Value::F32(slot.get()),
                Tag::F64 => Value::F64(slot.get()),
                Tag::Pointer => Value::Pointer(slot.get()),
            }
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Void => f.write_str("void"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::Int(v) => write!(f, "{v}"),
            Value::UInt(v) => write!(f, "{v}"),
            Value::F32(v) => write!(f, "{v:?}f"),
            Value::F64(v) => write!(f, "{v:?}"),
            Value::Pointer(v) => write!(f, "{v:?}"),
            Value::Bytes(b) => write!(f, "{b:?}"),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02x?}", self.ty, self.as_bytes())
    }
}

macro_rules! value_from {
    ($($rust:ty => $variant:ident $(as $as:ty)?,)*) => {$(
        impl From<$rust> for Value {
            fn from(v: $rust) -> Value {
                Value::$variant(v $(as $as)?)
            }
        }
    )*};
}

value_from! {
    bool => Bool, f32 => F32, f64 => F64,
    i8 => Int as i64, i16 => Int as i64, i32 => Int as i64, i64 => Int, isize => Int as i64,
    u8 => UInt as u64, u16 => UInt as u64, u32 => UInt as u64, u64 => UInt, usize => UInt as u64,
}

/// An `__int128`. It converts into nothing else in a call.
#[cfg(all(target_pointer_width = "64", not(target_env = "msvc")))]
impl From<i128> for Value {
    fn from(v: i128) -> Value {
        Value::Bytes(Bytes { ty: Type::I128, units: Box::new([v as u128]), len: 16 })
    }
}

/// An `unsigned __int128`. It converts into nothing else in a call.
#[cfg(all(target_pointer_width = "64", not(target_env = "msvc")))]
impl From<u128> for Value {
    fn from(v: u128) -> Value {
        Value::Bytes(Bytes { ty: Type::U128, units: Box::new([v]), len: 16 })
    }
}

impl From<Bytes> for Value {
    fn from(v: Bytes) -> Value {
        Value::Bytes(v)
    }
}

/// Why a value does not convert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// The kinds do not convert into each other.
    Kind,
    /// The kinds do, the value does not.
    Range,
}

/// Converts what a slot holds into what another tag wants, by the rules at the head of this module.
pub(crate) fn convert(value: &Value, to: Tag) -> Result<Slot, Misfit> {
    fn int<T: TryFrom<i128> + Copy>(v: i128) -> Result<Slot, Misfit> {
        T::try_from(v).map(Slot::new).map_err(|_| Misfit::Range)
    }
    let integer: i128 = match *value {
        Value::Int(v) => v.into(),
        Value::UInt(v) => v.into(),
        Value::F32(v) => {
            return if to == Tag::F64 { Ok(Slot::new(f64::from(v))) } else { Err(Misfit::Kind) };
        }
        Value::F64(v) => {
            let rounded = v as f32;
            return match to {
                Tag::F32 if rounded.is_finite() || !v.is_finite() => Ok(Slot::new(rounded)),
                Tag::F32 => Err(Misfit::Range),
                _ => Err(Misfit::Kind),
            };
        }
        // A 128-bit integer that is none of the above.
        Value::Bytes(_) if !matches!(to, Tag::Void | Tag::Bool | Tag::Pointer | Tag::Bytes) => {
            return Err(Misfit::Range);
        }
        _ => return Err(Misfit::Kind),
    };
    match to {
        Tag::I8 => int::<i8>(integer),
        Tag::U8 => int::<u8>(integer),
        Tag::I16 => int::<i16>(integer),
        Tag::U16 => int::<u16>(integer),
        Tag::I32 => int::<i32>(integer),
        Tag::U32 => int::<u32>(integer),
        Tag::I64 => int::<i64>(integer),
        Tag::U64 => int::<u64>(integer),
        Tag::F32 if (integer as f32) as i128 == integer => Ok(Slot::new(integer as f32)),
        Tag::F64 if (integer as f64) as i128 == integer => Ok(Slot::new(integer as f64)),
        Tag::F32 | Tag::F64 => Err(Misfit::Range),
        Tag::Void | Tag::Bool | Tag::Pointer | Tag::Bytes => Err(Misfit::Kind),
    }
}

/// Converts an integer into the 128-bit integer of that sign.
pub(crate) fn wide(value: &Value, is_signed: bool) -> Result<u128, Misfit> {
    match value {
        Value::Int(v) if is_signed => Ok(i128::from(*v) as u128),
        Value::Int(v) => u128::try_from(*v).map_err(|_| Misfit::Range),
        Value::UInt(v) => Ok((*v).into()),
        // The other sign: one half of the values of each are values of both.
        Value::Bytes(b) if b.len == 16 && b.units[0] >> 127 == 0 => Ok(b.units[0]),
        Value::Bytes(_) => Err(Misfit::Range),
        _ => Err(Misfit::Kind),
    }
}

/// A 128-bit integer as a value.
pub(crate) fn wide_value(bits: u128, is_signed: bool) -> Value {
    let ty = if is_signed { Type::I128 } else { Type::U128 };
    Value::Bytes(Bytes { ty, units: Box::new([bits]), len: 16 })
}

/// Whether bytes from C are a valid value of a type: `_Bool` is 0 or 1, a pointer that must not be
/// null is not. The error says which part is wrong and why.
pub(crate) fn check_bits(ty: &Type, bytes: &[u8]) -> Result<(), String> {
    match ty.kind() {
        TypeKind::Scalar(crate::types::Scalar::Bool) => match bytes.first() {
            Some(0 | 1) => Ok(()),
            other => Err(format!("a _Bool is 0 or 1, found {other:?}")),
        },
        TypeKind::Enum(e) => check_enumeration(&e, bytes),
        TypeKind::Pointer { .. } if ty.is_nonnull() && bytes.iter().all(|b| *b == 0) => {
            Err(format!("NULL where `{ty}` is declared never to be"))
        }
        TypeKind::Array { of, len } => {
            let size = of.native_extent().map_or(0, |e| e.size as usize);
            (0..len as usize).try_for_each(|i| {
                let item = bytes.get(i * size..(i + 1) * size).unwrap_or_default();
                check_bits(&of, item).map_err(|e| format!("[{i}]: {e}"))
            })
        }
        // Any one member of a union may be the valid one.
        TypeKind::Record(r) if r.rules().kind == crate::layout::RecordKind::Union => Ok(()),
        TypeKind::Record(record) => {
            let layout = ty.layout().map_err(|e| e.to_string())?;
            let fields = layout.fields().iter().enumerate();
            // Any bits are a value of a bit field, those of one bit of _Bool too.
            let mut strict =
                fields.filter(|(i, f)| f.bits().is_none() && !record.holds_any_bits(*i));
            strict.try_for_each(|(_, f)| {
                let (from, to) = (f.offset() as usize, (f.offset() + f.size()) as usize);
                check_bits(f.ty(), bytes.get(from..to).unwrap_or_default())
                    .map_err(|e| format!("field `{}`: {e}", f.name()))
            })
        }
        _ => Ok(()),
    }
}

/// Whether an enumeration has a name for its value: Rust knows no other values.
fn check_enumeration(e: &Enumeration, bytes: &[u8]) -> Result<(), String> {
    let all = BitRange { byte: 0, bit: 0, width: bytes.len().min(16) as u32 * 8 };
    let endian = Target::NATIVE.endian;
    let scalar = e.underlying(&Target::NATIVE);
    let value = match scalar.map(|s| s.class(&Target::NATIVE)) {
        Some(ScalarClass::Unsigned) => all.read(bytes, endian).map(|n| n as i128),
        _ => all.read_signed(bytes, endian),
    };
    let value = value.unwrap_or_default();
    match e.name_of(value) {
        Some(_) => Ok(()),
        None => Err(format!("{value} is no value of `{e:?}`")),
    }
}
