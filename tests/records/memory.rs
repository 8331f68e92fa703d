//! What C and Rust hand one another in these tests: memory full of graffiti, and numbers for what bit fields hold.

use ctypes_wrap::CType;

/// What a bit field holds, as a number that C and Rust can exchange.
pub(crate) trait Number: Copy {
    fn number(self) -> i64;
    fn from_number(number: i64) -> Self;
}

macro_rules! numbers {
    ($($int:ident)*) => {$(
        impl Number for $int {
            fn number(self) -> i64 {
                self as i64
            }
            fn from_number(number: i64) -> $int {
                number as $int
            }
        }
    )*};
}

numbers!(i8 u8 i16 u16 i32 u32 i64 u64);

impl Number for bool {
    fn number(self) -> i64 {
        i64::from(self)
    }
    fn from_number(number: i64) -> bool {
        number != 0
    }
}

/// Bytes at an address that suits every record.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(C, align(16))]
pub(crate) struct Memory(pub(crate) [u8; 64]);

impl Memory {
    pub(crate) fn graffiti(seed: u8) -> Memory {
        let mut bytes = [0; 64];
        let mut state = u32::from(seed) + 1;
        for byte in &mut bytes {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
        Memory(bytes)
    }

    pub(crate) fn as_record<T: CType>(&mut self) -> &mut T {
        const { assert!(T::ANY_BITS && size_of::<T>() <= 64 && align_of::<T>() <= 16) };
        // SAFETY: the memory is large and aligned enough, and holds a `T` whatever its bytes are.
        unsafe { &mut *(&raw mut self.0).cast() }
    }
}

pub(crate) const VALUES: [i64; 10] = [
    0,
    1,
    -1,
    2,
    0x5555_5555_5555_5555,
    -0x5555_5555_5555_5556,
    0x1234_5678_9abc_def0,
    i64::MIN,
    100,
    -3,
];
