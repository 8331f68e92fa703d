//! [`Overlay`]: the members of a union that `#[bitfield]` has made, each of them read and written by value.
//!
//! A Rust union leaves the bytes that a literal does not name uninitialised, so that reading any member is
//! `unsafe`. Here all bytes are initialised from the start and stay so: a member must have no padding to be
//! stored, and be valid whatever its bytes are to be read. Then both are safe.

use super::verify::FieldOf;
use super::{CType, Element, Repr, Type};
use super::{RecordRef, StaticRecord};
use crate::layout::{BitRange, RecordCursor, RecordKind};
use crate::target::{Endian, Target};
use core::mem::MaybeUninit;

/// The bytes of a union, all of which are initialised.
///
/// Not `[u8; N]`, in which a pointer would no longer be one.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Overlay<const N: usize>([MaybeUninit<u8>; N]);

impl<const N: usize> Overlay<N> {
    /// All bytes zero.
    pub const ZERO: Overlay<N> = Overlay([MaybeUninit::zeroed(); N]);

    /// A member without bits.
    #[inline]
    pub const fn get<T: CType + Copy>(&self) -> T {
        const { assert!(T::ANY_BITS && size_of::<T>() <= N) };
        // SAFETY: the first bytes are inside and initialised, and any such bytes are a `T`, as its trait
        // promises and is asserted; no alignment is asked for.
        unsafe { self.0.as_ptr().cast::<T>().read_unaligned() }
    }

    /// The same with another value of a member without bits; that it is `Copy` is what [`Overlay::get`] asks.
    #[inline]
    #[must_use]
    pub const fn put<T: CType>(mut self, value: T) -> Overlay<N> {
        const { assert!(is_full(T::TYPE) && size_of::<T>() <= N) };
        // SAFETY: the bytes are inside, and stay initialised: those of a `T` all are, as its trait
        // promises of types without padding; no alignment is asked for.
        unsafe { self.0.as_mut_ptr().cast::<T>().write_unaligned(value) };
        self
    }

    /// The bits of a field.
    #[inline]
    pub const fn read(&self, field: BitRange, endian: Endian) -> u128 {
        // SAFETY: as large as it, and all bytes are initialised.
        let bytes = unsafe { &*(&raw const self.0).cast::<[u8; N]>() };
        match field.read(bytes, endian) {
            Some(bits) => bits,
            None => 0,
        }
    }

    /// The same with other bits in a field.
    #[inline]
    #[must_use]
    pub const fn with(mut self, field: BitRange, value: u128, endian: Endian) -> Overlay<N> {
        // SAFETY: as large as it, all bytes are initialised, and bytes are written.
        let bytes = unsafe { &mut *(&raw mut self.0).cast::<[u8; N]>() };
        // A plan puts no field outside of its record.
        let _ = field.write(bytes, value, endian);
        self
    }
}

/// Asserts that a member can be read and written safely, whatever was written to the others.
#[track_caller]
pub const fn assert_overlaid<T: CType>(place: FieldOf) {
    // The stand-in for a type that has an error of its own.
    if matches!(T::TYPE.0, Repr::Void) {
        return;
    }
    if !T::ANY_BITS {
        let message =
            place.message().text("any bytes may stand there, of which not all are a value ");
        let message = message.text("of its type: use `Raw<…>`, an integer, or a raw pointer");
        panic!("{}", message.as_str())
    }
    if !is_full(T::TYPE) {
        let message =
            place.message().text("its type has padding or is a union, whose bytes need not be ");
        let message =
            message.text("initialised: use an array of bytes, or #[derive(CUnion)] alone");
        panic!("{}", message.as_str())
    }
}

/// Whether every byte of every value is initialised: no padding, and no union, which may have any.
const fn is_full(ty: &Type) -> bool {
    match &ty.0 {
        Repr::Scalar(_) | Repr::Ordered(..) | Repr::Pointer { .. } | Repr::Enum(_) => true,
        Repr::Array { of: Element::Static(of), .. } => is_full(of),
        Repr::Record(RecordRef::Static(record)) => is_full_record(record),
        _ => false,
    }
}

const fn is_full_record(record: &StaticRecord) -> bool {
    let Ok(mut cursor) = RecordCursor::new(*record.rules, &Target::NATIVE) else { return false };
    if !matches!(record.rules.kind, RecordKind::Struct) {
        return false;
    }
    // The bytes of bit fields are initialised as far as they hold one.
    let (mut i, mut end) = (0, 0);
    while i < record.members.len() {
        let Ok(Some(shape)) = record.native_shape(i) else { return false };
        let Ok(placed) = cursor.place(shape) else { return false };
        let (from, size) = match placed.bits {
            Some(bits) => (bits.bytes().offset, bits.bytes().size),
            None if is_full(record.members[i].ty) => (placed.offset, shape.extent.size),
            None => return false,
        };
        if size != 0 {
            if from > end {
                return false;
            }
            end = if from + size > end { from + size } else { end };
        }
        i += 1;
    }
    end == record.extent.0 as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_share_their_bytes() {
        const BYTES: [u8; 4] = [1, 2, 3, 4];
        let overlay = Overlay::<8>::ZERO.put(BYTES);
        assert_eq!(overlay.get::<u32>(), u32::from_ne_bytes(BYTES));
        assert_eq!(overlay.get::<[u8; 8]>(), [1, 2, 3, 4, 0, 0, 0, 0]);
        let field = BitRange { byte: 1, bit: 0, width: 8 };
        assert_eq!(overlay.read(field, Endian::Big), 2);
        let changed = overlay.with(field, 0x7f, Endian::Little);
        assert_eq!(changed.get::<[u8; 4]>(), [1, 0x7f, 3, 4]);
    }

    /// A pointer comes back as one, which Miri would tell.
    #[test]
    fn pointers_stay_pointers() {
        let mut n = 7_u32;
        let pointer: *mut u32 = &raw mut n;
        let overlay = Overlay::<{ size_of::<usize>() }>::ZERO.put(pointer);
        // SAFETY: the pointer that was stored.
        assert_eq!(unsafe { *overlay.get::<*mut u32>() }, 7);
    }
}
