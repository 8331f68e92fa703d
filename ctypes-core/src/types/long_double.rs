//! [`LongDouble`]: C's `long double` as bytes, to and from the `f64` that Rust has.

use super::passing::is_passed_as_in_c;
use super::{CType, Type};
use crate::memory::float;
use crate::target::{Endian, LongDoubleFormat, Target};
use std::fmt;

/// C's `long double`, as bytes: Rust has no such number.
///
/// Where C has it in a register, Rust cannot pass it by value (an x87 register or a vector register has no
/// counterpart), and a function that takes or returns one goes through the general call engine. After the `...` of a function
/// that `#[foreign_fn]` declares it would arrive as something else; a `Signature` passes it there.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "zerocopy", derive(zerocopy::FromBytes, zerocopy::Immutable))]
#[repr(C)]
#[doc(alias = "c_longdouble")]
pub struct LongDouble {
    align: [choice::Unit; 0],
    bytes: [u8; choice::SIZE],
}

mod choice {
    use crate::target::Target;

    pub(super) const SIZE: usize = Target::NATIVE.long_double_extent.size as usize;

    #[derive(Clone, Copy)]
    #[cfg_attr(feature = "zerocopy", derive(zerocopy::FromBytes, zerocopy::Immutable))]
    #[repr(C, align(16))]
    pub(super) struct Align16(u8);
    #[derive(Clone, Copy)]
    #[cfg_attr(feature = "zerocopy", derive(zerocopy::FromBytes, zerocopy::Immutable))]
    #[repr(C, align(8))]
    pub(super) struct Align8(u8);
    #[derive(Clone, Copy)]
    #[cfg_attr(feature = "zerocopy", derive(zerocopy::FromBytes, zerocopy::Immutable))]
    #[repr(C, align(4))]
    pub(super) struct Align4(u8);

    pub(super) trait Choice {
        type Unit: Copy + 'static;
    }
    pub(super) struct Of<const N: u64>;
    impl Choice for Of<16> {
        type Unit = Align16;
    }
    impl Choice for Of<8> {
        type Unit = Align8;
    }
    impl Choice for Of<4> {
        type Unit = Align4;
    }
    pub(super) type Unit = <Of<{ Target::NATIVE.long_double_extent.align }> as Choice>::Unit;
}

impl LongDouble {
    /// From its bytes in memory order.
    pub const fn from_bytes(bytes: [u8; size_of::<LongDouble>()]) -> LongDouble {
        LongDouble { align: [], bytes }
    }

    /// The number, rounded to the nearest `f64` (ties to even); infinite where it is too large for one, as
    /// C11 F.3 has it.
    ///
    /// ```
    /// use ctypes_core::LongDouble;
    /// assert_eq!(LongDouble::from_f64(0.1).to_f64(), 0.1);
    /// ```
    #[doc(alias = "value")]
    pub fn to_f64(self) -> f64 {
        let bits = self.bits();
        let is_negative = bits >> (float::width(FORMAT) - 1) & 1 != 0;
        float::read(FORMAT, bits).unwrap_or(match is_negative {
            true => f64::NEG_INFINITY,
            false => f64::INFINITY,
        })
    }

    /// The same number: every `f64` is a `long double`.
    pub fn from_f64(value: f64) -> LongDouble {
        let bits = in_memory_order(float::write(FORMAT, value));
        let (mut bytes, used) = ([0; size_of::<LongDouble>()], float::width(FORMAT) as usize / 8);
        match Target::NATIVE.endian {
            Endian::Little => bytes[..used].copy_from_slice(&bits.to_le_bytes()[..used]),
            Endian::Big => bytes[..used].copy_from_slice(&bits.to_be_bytes()[16 - used..]),
        }
        LongDouble::from_bytes(bytes)
    }

    /// The bits of the number, the sign on top.
    fn bits(self) -> u128 {
        let used = float::width(FORMAT) as usize / 8;
        let mut bits = [0; 16];
        in_memory_order(match Target::NATIVE.endian {
            Endian::Little => {
                bits[..used].copy_from_slice(&self.bytes[..used]);
                u128::from_le_bytes(bits)
            }
            Endian::Big => {
                bits[16 - used..].copy_from_slice(&self.bytes[..used]);
                u128::from_be_bytes(bits)
            }
        })
    }

    /// The bytes in memory order. Where the format is shorter than the type (the x87's 10 of 16),
    /// the rest says nothing.
    pub const fn to_bytes(self) -> [u8; size_of::<LongDouble>()] {
        self.bytes
    }
}

// SAFETY: size and alignment are those of the target's model, and any bytes are valid. How C passes it, and how rustc
// passes the bytes, is compared.
unsafe impl CType for LongDouble {
    const TYPE: &'static Type = &Type::LONGDOUBLE;
    const BY_VALUE: bool = is_passed_as_in_c(&Type::LONGDOUBLE);
    const BY_VALUE_IN_RECORD: bool = true;
    const ANY_BITS: bool = true;
}

const _: () = assert!(
    Type::LONGDOUBLE.size() == size_of::<LongDouble>()
        && Type::LONGDOUBLE.align() == align_of::<LongDouble>()
);

const FORMAT: LongDoubleFormat = Target::NATIVE.long_double;

/// Of a pair, the half that is first in memory is on top of the bits; or the other way round.
fn in_memory_order(bits: u128) -> u128 {
    match (FORMAT, Target::NATIVE.endian) {
        (LongDoubleFormat::DoubleDouble, Endian::Little) => bits.rotate_left(64),
        _ => bits,
    }
}

impl From<f64> for LongDouble {
    fn from(value: f64) -> LongDouble {
        LongDouble::from_f64(value)
    }
}

/// The nearest `f64`.
impl fmt::Debug for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LongDouble").field(&self.to_f64()).finish()
    }
}
