//! What travels in a call: 64-bit slots, each with a one-byte tag that says what it holds.

use crate::target::Target;
use crate::types::{Repr, ScalarClass, Type};
use core::mem::MaybeUninit;

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    Void,
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
    Pointer,
    /// The address of the bytes of a record or of a scalar wider than a slot.
    Bytes,
}

impl Tag {
    /// The tag of a type; `const`, so that a static type costs nothing at run time.
    pub(crate) const fn of(ty: &Type) -> Tag {
        match &ty.0 {
            Repr::Void | Repr::Function(_) | Repr::IncompleteArray { .. } => Tag::Void,
            Repr::Pointer { .. } => Tag::Pointer,
            Repr::Array { .. }
            | Repr::Record(_)
            | Repr::Ordered(..)
            | Repr::BitInt(_)
            | Repr::Vector(_) => Tag::Bytes,
            Repr::Enum(_) | Repr::Scalar(_) => {
                let s = match &ty.0 {
                    Repr::Enum(e) => e.native(),
                    Repr::Scalar(s) => *s,
                    _ => unreachable!(),
                };
                let class = s.class(&Target::NATIVE);
                match (class, s.extent(&Target::NATIVE).size) {
                    (ScalarClass::Bool, _) => Tag::Bool,
                    (ScalarClass::Signed, 1) => Tag::I8,
                    (ScalarClass::Unsigned, 1) => Tag::U8,
                    (ScalarClass::Signed, 2) => Tag::I16,
                    (ScalarClass::Unsigned, 2) => Tag::U16,
                    (ScalarClass::Signed, 4) => Tag::I32,
                    (ScalarClass::Unsigned, 4) => Tag::U32,
                    (ScalarClass::Signed, 8) => Tag::I64,
                    (ScalarClass::Unsigned, 8) => Tag::U64,
                    (ScalarClass::Float, 4) => Tag::F32,
                    (ScalarClass::Float, 8) => Tag::F64,
                    _ => Tag::Bytes,
                }
            }
        }
    }

    /// Whether this is a number that holds every value of the other.
    pub(crate) const fn holds(self, other: Tag) -> bool {
        use Tag::*;
        matches!(
            (self, other),
            (I64, I8 | U8 | I16 | U16 | I32 | U32)
                | (U64, U8 | U16 | U32)
                | (I32, I8 | U8 | I16 | U16)
                | (U32, U8 | U16)
                | (I16, I8 | U8)
                | (U16, U8)
                | (F64, F32)
        )
    }

    /// A type that has this tag: that of the exact width.
    pub(crate) const fn exact_type(self) -> &'static Type {
        match self {
            Tag::Void | Tag::Bytes => &Type::VOID,
            Tag::Bool => &Type::BOOL,
            Tag::I8 => &Type::I8,
            Tag::U8 => &Type::U8,
            Tag::I16 => &Type::I16,
            Tag::U16 => &Type::U16,
            Tag::I32 => &Type::I32,
            Tag::U32 => &Type::U32,
            Tag::I64 => &Type::I64,
            Tag::U64 => &Type::U64,
            Tag::F32 => &Type::FLOAT,
            Tag::F64 => &Type::DOUBLE,
            Tag::Pointer => &Type::VOID_PTR,
        }
    }

    /// The number of bytes that the value takes at the start of its slot.
    pub(crate) const fn size(self) -> usize {
        match self {
            Tag::Void => 0,
            Tag::Bool | Tag::I8 | Tag::U8 => 1,
            Tag::I16 | Tag::U16 => 2,
            Tag::I32 | Tag::U32 | Tag::F32 => 4,
            Tag::I64 | Tag::U64 | Tag::F64 => 8,
            Tag::Pointer | Tag::Bytes => size_of::<*const u8>(),
        }
    }
}

/// Eight bytes that hold a scalar at their start, or the address of something larger.
///
/// `MaybeUninit` keeps the provenance of a pointer and allows the unused bytes to be anything.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Slot(pub(crate) [MaybeUninit<u8>; 8]);

impl Slot {
    pub(crate) const ZERO: Slot = Slot([MaybeUninit::new(0); 8]);

    /// A slot with `value` at its start.
    pub(crate) fn new<T: Copy>(value: T) -> Slot {
        const { assert!(size_of::<T>() <= 8) }
        let mut slot = Slot::ZERO;
        // SAFETY: T fits (asserted), the bytes of a slot may be anything, and the write is unaligned.
        unsafe { slot.0.as_mut_ptr().cast::<T>().write_unaligned(value) };
        slot
    }

    /// The value at its start.
    ///
    /// # Safety
    /// The slot holds a valid T at its start.
    pub(crate) unsafe fn get<T: Copy>(&self) -> T {
        const { assert!(size_of::<T>() <= 8) }
        // SAFETY: in bounds (asserted) and valid by the caller's promise.
        unsafe { self.0.as_ptr().cast::<T>().read_unaligned() }
    }
}
