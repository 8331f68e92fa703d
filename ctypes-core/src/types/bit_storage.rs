//! Where the bits of a run of bit fields are in a Rust struct: one integer where that is what C's
//! compiler would load, else bytes.
//!
//! Which of the two, and how many bytes, is decided by [`BitPlan`](super::bit_plan::BitPlan) in a
//! constant; [`Choice`] turns the number into a type. Where a field is must be seen at compile time to become
//! a shift and a mask, which is why the functions of `BitRange` insist on being inlined.

use crate::layout::{BitRange, ones};
use crate::target::{Endian, Target};

/// The bits of a run, as an integer or as bytes.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Bits<S>(S);

macro_rules! integers {
    ($($int:ident)*) => {$(
        impl Bits<$int> {
            /// The bits of a field.
            #[inline]
            pub const fn read(self, field: BitRange) -> u128 {
                let low = (self.0 >> Self::shift(field)) as u128;
                low & ones(field.width)
            }

            /// The same with other bits in a field.
            #[inline]
            #[must_use]
            pub const fn with(self, field: BitRange, value: u128) -> Bits<$int> {
                let (shift, mask) = (Self::shift(field), ones(field.width) as $int);
                Bits(self.0 & !(mask << shift) | (value as $int & mask) << shift)
            }

            /// How far from the least significant bit the field is.
            #[inline]
            const fn shift(field: BitRange) -> u32 {
                let first = field.byte as u32 * 8 + field.bit as u32;
                let shift = match Target::NATIVE.endian {
                    Endian::Little => first,
                    Endian::Big => $int::BITS - first - field.width,
                };
                // Only a field of no bits could be at the end.
                shift % $int::BITS
            }
        }
    )*};
}

integers!(u8 u16 u32 u64);

impl<const N: usize> Bits<[u8; N]> {
    /// The bits of a field.
    #[inline]
    pub const fn read(self, field: BitRange) -> u128 {
        match field.read(&self.0, Target::NATIVE.endian) {
            Some(bits) => bits,
            None => 0,
        }
    }

    /// The same with other bits in a field.
    #[inline]
    #[must_use]
    pub const fn with(mut self, field: BitRange, value: u128) -> Bits<[u8; N]> {
        // A plan puts no field outside of its run.
        let _ = field.write(&mut self.0, value, Target::NATIVE.endian);
        self
    }
}

/// A number of bytes as a type: see [`Storage`].
#[derive(Debug)]
pub struct Choice<const IS_INTEGER: bool, const BYTES: usize>;

/// The storage of a run.
pub trait Storage {
    /// [`Bits`] of an integer or of bytes.
    type Type: Copy;
    /// All bits zero.
    const ZERO: Self::Type;
}

impl<const N: usize> Storage for Choice<false, N> {
    type Type = Bits<[u8; N]>;
    const ZERO: Self::Type = Bits([0; N]);
}

/// An alignment as a type, for arrays of no elements: unlike an attribute they may stand in a packed
/// struct, and change nothing about how the struct is passed.
#[derive(Debug)]
pub struct Align<const N: usize>;

/// A type of that alignment.
pub trait Aligned {
    /// The type.
    type Type: Copy;
}

macro_rules! storages {
    ($($bytes:literal $int:ident)*) => {$(
        impl Storage for Choice<true, $bytes> {
            type Type = Bits<$int>;
            const ZERO: Self::Type = Bits(0);
        }
        impl Aligned for Align<$bytes> {
            type Type = $int;
        }
    )*};
}

storages!(1 u8 2 u16 4 u32 8 u64);

impl Aligned for Align<16> {
    type Type = u128;
}

/// An ordinary member of a record that is packed and aligned: the bytes of a `T`, wherever they are.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct Unaligned<T>(T);

impl<T: Copy> Unaligned<T> {
    /// Holds a value.
    pub const fn new(value: T) -> Unaligned<T> {
        Unaligned(value)
    }

    /// The value.
    pub const fn get(self) -> T {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window changes nothing about what is read and written.
    #[test]
    fn windows_see_the_same_bits() {
        let endian = Target::NATIVE.endian;
        let bytes: [u8; 11] = core::array::from_fn(|i| (i * 151 + 73) as u8);
        for bit in 0..88_u32 {
            for width in 1..=(88 - bit).min(70) {
                let field = BitRange { byte: u64::from(bit / 8), bit: (bit % 8) as u8, width };
                assert_eq!(Some(Bits(bytes).read(field)), field.read(&bytes, endian), "{field:?}");
                let mut expected = bytes;
                assert!(field.write(&mut expected, !0x5a5a_0ff0, endian));
                assert_eq!(Bits(bytes).with(field, !0x5a5a_0ff0).0, expected, "{field:?}");
            }
        }
    }

    /// An integer and its bytes are two views of the same bits.
    #[test]
    fn integers_and_bytes_agree() {
        let pattern = 0x9e37_79b9_7f4a_7c15_u64;
        for bit in 0..64_u32 {
            for width in 1..=64 - bit {
                let field = BitRange { byte: u64::from(bit / 8), bit: (bit % 8) as u8, width };
                let (int, bytes) = (Bits(pattern), Bits(pattern.to_ne_bytes()));
                assert_eq!(int.read(field), bytes.read(field), "{field:?}");
                let value = u128::from(!pattern.rotate_left(7));
                let int = int.with(field, value);
                assert_eq!(int.0.to_ne_bytes(), bytes.with(field, value).0, "{field:?}");
                assert_eq!(int.read(field), value & ones(width), "{field:?}");
            }
        }
    }
}
