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
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable)
)]
#[repr(transparent)]
pub struct Bits<S>(S);

macro_rules! integers {
    ($($int:ident)*) => {$(
        impl Bits<$int> {
            /// The bits of a field.
            #[inline]
            pub const fn read(self, field: BitRange, endian: Endian) -> u128 {
                let low = (self.in_order(endian).0 >> Self::shift(field, endian)) as u128;
                low & ones(field.width)
            }

            /// The same with other bits in a field.
            #[inline]
            #[must_use]
            pub const fn with(self, field: BitRange, value: u128, endian: Endian) -> Bits<$int> {
                let (shift, mask) = (Self::shift(field, endian), ones(field.width) as $int);
                let old = self.in_order(endian).0;
                Bits(old & !(mask << shift) | (value as $int & mask) << shift).in_order(endian)
            }

            /// The integer as a machine of that byte order loads it, and the way back.
            #[inline]
            const fn in_order(self, endian: Endian) -> Bits<$int> {
                if endian as u8 == Target::NATIVE.endian as u8 {
                    self
                } else {
                    Bits(self.0.swap_bytes())
                }
            }

            /// How far from the least significant bit the field is.
            #[inline]
            const fn shift(field: BitRange, endian: Endian) -> u32 {
                let first = field.byte as u32 * 8 + field.bit as u32;
                let shift = match endian {
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
    pub const fn read(self, field: BitRange, endian: Endian) -> u128 {
        match field.read(&self.0, endian) {
            Some(bits) => bits,
            None => 0,
        }
    }

    /// The same with other bits in a field.
    #[inline]
    #[must_use]
    pub const fn with(mut self, field: BitRange, value: u128, endian: Endian) -> Bits<[u8; N]> {
        // A plan puts no field outside of its run.
        let _ = field.write(&mut self.0, value, endian);
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
    )*};
}

storages!(1 u8 2 u16 4 u32 8 u64);

impl Aligned for Align<1> {
    type Type = u8;
}

impl Aligned for Align<2> {
    type Type = u16;
}

impl Aligned for Align<4> {
    type Type = u32;
}

impl Aligned for Align<8> {
    type Type = <Eight<{ align_of::<u64>() == 8 }> as Aligned>::Type;
}

/// Whether `u64` has an alignment of 8: it has not in i386 Linux.
#[derive(Debug)]
pub struct Eight<const IS: bool>;

impl Aligned for Eight<true> {
    type Type = u64;
}

impl Aligned for Eight<false> {
    type Type = Align3;
}

/// Alignments that no integer has on every target: of `u128` it is 8 on IBM z.
macro_rules! alignments {
    ($($bytes:literal $name:ident)*) => {$(
        /// A type of that alignment and no meaning.
        #[derive(Debug, Clone, Copy)]
        #[repr(align($bytes))]
        pub struct $name;
        impl Aligned for Align<$bytes> {
            type Type = $name;
        }
    )*};
}

/// As [`Align4`] and those that follow, for where no integer has that alignment.
#[derive(Debug, Clone, Copy)]
#[repr(align(8))]
pub struct Align3;

// Those that C's compilers know: up to 2^28.
alignments! {
    16 Align4 32 Align5 64 Align6 128 Align7 256 Align8 512 Align9 1024 Align10 2048 Align11 4096 Align12
    8192 Align13 16384 Align14 32768 Align15 65536 Align16 131072 Align17 262144 Align18
    524288 Align19 1048576 Align20 2097152 Align21 4194304 Align22 8388608 Align23
    16777216 Align24 33554432 Align25 67108864 Align26 134217728 Align27 268435456 Align28
}

/// An ordinary member of a record that is stored as bytes: those of a `T`, wherever they are.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct Unaligned<T>(T);

impl<T> Unaligned<T> {
    /// Holds a value.
    pub const fn new(value: T) -> Unaligned<T> {
        Unaligned(value)
    }

    /// The value.
    pub const fn get(self) -> T
    where
        T: Copy,
    {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [Endian; 2] = [Endian::Little, Endian::Big];

    /// A window changes nothing about what is read and written.
    #[test]
    fn windows_see_the_same_bits() {
        let bytes: [u8; 11] = core::array::from_fn(|i| (i * 151 + 73) as u8);
        for endian in ORDERS {
            for bit in 0..88_u32 {
                for width in 1..=(88 - bit).min(70) {
                    let field = BitRange { byte: u64::from(bit / 8), bit: (bit % 8) as u8, width };
                    let read = Bits(bytes).read(field, endian);
                    assert_eq!(Some(read), field.read(&bytes, endian), "{field:?}");
                    let mut expected = bytes;
                    assert!(field.write(&mut expected, !0x5a5a_0ff0, endian));
                    let ours = Bits(bytes).with(field, !0x5a5a_0ff0, endian);
                    assert_eq!(ours.0, expected, "{field:?}");
                }
            }
        }
    }

    /// An integer and its bytes are two views of the same bits, in either order.
    #[test]
    fn integers_and_bytes_agree() {
        let pattern = 0x9e37_79b9_7f4a_7c15_u64;
        for endian in ORDERS {
            for bit in 0..64_u32 {
                for width in 1..=64 - bit {
                    let field = BitRange { byte: u64::from(bit / 8), bit: (bit % 8) as u8, width };
                    let (int, bytes) = (Bits(pattern), Bits(pattern.to_ne_bytes()));
                    assert_eq!(int.read(field, endian), bytes.read(field, endian), "{field:?}");
                    let value = u128::from(!pattern.rotate_left(7));
                    let int = int.with(field, value, endian);
                    let bytes = bytes.with(field, value, endian);
                    assert_eq!(int.0.to_ne_bytes(), bytes.0, "{field:?}");
                    assert_eq!(int.read(field, endian), value & ones(width), "{field:?}");
                }
            }
        }
    }
}
