//! Which bits of which bytes a bit field is made of, on little- and big-endian targets, and the one
//! place that shifts them.
//!
//! Compilers fill the bytes of a record in order: a little-endian one from the least significant bit
//! of each byte up, a big-endian one from the most significant bit down. Every field is thus a run of
//! positions that is counted the same way for both; only what a position means differs.

use super::ByteSpan;
use crate::target::Endian;

/// The sizes of which every number of bytes up to 17, the most that 128 bits can touch, is a sum.
macro_rules! each_size {
    ($piece:ident) => {
        $piece!(u128);
        $piece!(u64);
        $piece!(u32);
        $piece!(u16);
        $piece!(u8);
    };
}

/// A run of bits of a record, counted in the order in which the target's compiler fills them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BitRange {
    /// The byte, from the start of the record, with the first bit.
    pub byte: u64,
    /// The first bit in that byte, 0 to 7: from the least significant bit on a little-endian target,
    /// from the most significant one on a big-endian target.
    pub bit: u8,
    /// How many bits, up to 128.
    pub width: u32,
}

impl BitRange {
    /// The run that starts `start` bits into the record.
    pub(super) const fn at(start: u128, width: u32) -> BitRange {
        BitRange { byte: (start / 8) as u64, bit: (start % 8) as u8, width }
    }

    /// Whether these are the bits of a whole integer that is aligned as one.
    pub(crate) const fn is_aligned_integer(self) -> bool {
        matches!(self.width, 16 | 32 | 64)
            && self.bit == 0
            && self.byte.is_multiple_of(self.width as u64 / 8)
    }

    /// The bytes that the bits touch; none for a width of 0.
    #[inline]
    pub const fn bytes(self) -> ByteSpan {
        let bits = self.bit as u64 + self.width as u64;
        let size = if self.width == 0 { 0 } else { bits.div_ceil(8) };
        ByteSpan { offset: self.byte, size }
    }

    /// Which bits of the byte at `offset` (from the start of the record) belong to the field.
    ///
    /// ```
    /// use ctypes_core::layout::BitRange;
    /// use ctypes_core::target::Endian;
    /// let range = BitRange { byte: 2, bit: 5, width: 6 };
    /// assert_eq!(range.mask(2, Endian::Little), 0b1110_0000);
    /// assert_eq!(range.mask(2, Endian::Big), 0b0000_0111);
    /// assert_eq!(range.mask(3, Endian::Big), 0b1110_0000);
    /// ```
    pub const fn mask(self, offset: u64, endian: Endian) -> u8 {
        if offset < self.byte || offset - self.byte > 16 {
            return 0;
        }
        let base = (offset - self.byte) as u32 * 8;
        let (first, end) = (self.bit as u32, self.bit as u32 + self.width);
        let from = first.saturating_sub(base);
        let to = if end < base + 8 { end.saturating_sub(base) } else { 8 };
        if from >= to {
            return 0;
        }
        let run = (0xff_u32 >> (8 - (to - from))) as u8;
        match endian {
            Endian::Little => run << from,
            Endian::Big => run << (8 - to),
        }
    }

    /// The value of the field in `record`, zero-extended; `None` if the bits are not all inside.
    ///
    /// ```
    /// use ctypes_core::layout::BitRange;
    /// use ctypes_core::target::Endian;
    /// let version = BitRange { byte: 0, bit: 0, width: 4 };
    /// assert_eq!(version.read(&[0x45], Endian::Big), Some(4));
    /// assert_eq!(version.read(&[0x45], Endian::Little), Some(5));
    /// ```
    // Always, since it is small only where the place is a constant, which is asked after inlining.
    #[inline(always)]
    pub const fn read(self, record: &[u8], endian: Endian) -> Option<u128> {
        let Some((from, len)) = self.within(record.len()) else { return None };
        if len == 0 {
            return Some(0);
        }
        let shift = self.shift(len, endian);
        let (mut value, mut done) = (0_u128, 0);
        // What is of a known size is loaded at once, where a compiler sees that `len` is a constant.
        macro_rules! piece {
            ($int:ident) => {{
                const SIZE: usize = size_of::<$int>();
                if len & SIZE != 0 {
                    let (_, rest) = record.split_at(at(from, len, done, SIZE, endian));
                    if let Some(bytes) = rest.first_chunk::<SIZE>() {
                        let piece = match endian {
                            Endian::Little => $int::from_le_bytes(*bytes),
                            Endian::Big => $int::from_be_bytes(*bytes),
                        } as u128;
                        value |= moved(piece, done as u32 * 8, shift);
                    }
                    done += SIZE;
                }
            }};
        }
        each_size!(piece);
        debug_assert!(done == len);
        Some(value & ones(self.width))
    }

    /// The value of the field in `record` as a two's complement number of its width.
    pub const fn read_signed(self, record: &[u8], endian: Endian) -> Option<i128> {
        match self.read(record, endian) {
            Some(value) if self.width > 0 && self.width <= 128 => {
                let unused = 128 - self.width;
                Some((value << unused) as i128 >> unused)
            }
            Some(_) => Some(0),
            None => None,
        }
    }

    /// Stores the low bits of `value` as the field and leaves all others as they are; false, without
    /// a change, if the bits are not all inside `record`.
    // As `read`.
    #[inline(always)]
    #[must_use]
    pub const fn write(self, record: &mut [u8], value: u128, endian: Endian) -> bool {
        let Some((from, len)) = self.within(record.len()) else { return false };
        if len == 0 {
            return true;
        }
        let shift = self.shift(len, endian);
        let (mask, value) = (ones(self.width), value & ones(self.width));
        let mut done = 0;
        macro_rules! piece {
            ($int:ident) => {{
                const SIZE: usize = size_of::<$int>();
                if len & SIZE != 0 {
                    let (_, rest) = record.split_at_mut(at(from, len, done, SIZE, endian));
                    if let Some(bytes) = rest.first_chunk_mut::<SIZE>() {
                        let first = done as u32 * 8;
                        let (mask, value) = (moved(mask, shift, first), moved(value, shift, first));
                        *bytes = match endian {
                            Endian::Little => {
                                let old = $int::from_le_bytes(*bytes);
                                (old & !(mask as $int) | value as $int).to_le_bytes()
                            }
                            Endian::Big => {
                                let old = $int::from_be_bytes(*bytes);
                                (old & !(mask as $int) | value as $int).to_be_bytes()
                            }
                        };
                    }
                    done += SIZE;
                }
            }};
        }
        each_size!(piece);
        debug_assert!(done == len);
        true
    }

    /// How far from the least significant bit of its bytes, of which there are `len`, the field is.
    #[inline]
    const fn shift(self, len: usize, endian: Endian) -> u32 {
        match endian {
            Endian::Little => self.bit as u32,
            Endian::Big => len as u32 * 8 - self.bit as u32 - self.width,
        }
    }

    /// First byte and number of bytes, if the field is sound and inside so many bytes.
    #[inline]
    const fn within(self, available: usize) -> Option<(usize, usize)> {
        if self.bit > 7 || self.width > 128 {
            return None;
        }
        let ByteSpan { offset, size } = self.bytes();
        match offset.checked_add(size) {
            Some(end) if end <= available as u64 => Some((offset as usize, size as usize)),
            _ => None,
        }
    }
}

/// Where a piece of the field's bytes is that has `size` of them, after `done` less significant ones.
#[inline]
const fn at(from: usize, len: usize, done: usize, size: usize, endian: Endian) -> usize {
    match endian {
        Endian::Little => from + done,
        Endian::Big => from + len - done - size,
    }
}

/// The bits, which count from position `from`, as they count from position `to`.
#[inline]
const fn moved(bits: u128, from: u32, to: u32) -> u128 {
    if from < to { bits.unbounded_shr(to - from) } else { bits.unbounded_shl(from - to) }
}

/// `width` ones.
#[inline]
pub(crate) const fn ones(width: u32) -> u128 {
    if width >= 128 { u128::MAX } else { (1 << width) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One bit at a time, as the order of filling says.
    fn slow(range: BitRange, record: &[u8], endian: Endian) -> u128 {
        let bit = |n: u32| {
            let at = range.bit as u32 + n;
            let byte = record[range.byte as usize + at as usize / 8];
            let shift = if endian == Endian::Little { at % 8 } else { 7 - at % 8 };
            u128::from(byte >> shift & 1)
        };
        (0..range.width).fold(0, |value, n| match endian {
            Endian::Little => value | bit(n) << n,
            Endian::Big => value << 1 | bit(n),
        })
    }

    #[test]
    fn all_ranges_in_both_orders() {
        let record: Vec<u8> = (0..20_u32).map(|i| (i * 151 + 73) as u8).collect();
        for endian in [Endian::Little, Endian::Big] {
            for bit in 0..8 {
                for width in 0..=128 {
                    let range = BitRange { byte: 1, bit, width };
                    let value = range.read(&record, endian).unwrap();
                    assert_eq!(value, slow(range, &record, endian), "{range:?} {endian:?}");
                    let mut other: Vec<u8> = record.iter().map(|b| !b).collect();
                    let before = other.clone();
                    assert!(range.write(&mut other, value, endian));
                    for (i, (new, old)) in other.iter().zip(&before).enumerate() {
                        let mask = range.mask(i as u64, endian);
                        assert_eq!(new & mask, record[i] & mask, "{range:?} {endian:?}");
                        assert_eq!(new & !mask, old & !mask, "{range:?} {endian:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_outside_is_refused() {
        let range = BitRange { byte: 1, bit: 7, width: 2 };
        assert_eq!(range.read(&[0; 2], Endian::Little), None);
        assert!(!range.write(&mut [0; 2], 0, Endian::Little));
        for range in [
            BitRange { byte: u64::MAX, ..range },
            BitRange { bit: 200, ..range },
            BitRange { width: u32::MAX, ..range },
        ] {
            assert_eq!(range.read(&[0; 64], Endian::Big), None);
        }
    }

    #[test]
    fn signs_extend() {
        let range = BitRange { byte: 0, bit: 2, width: 3 };
        assert_eq!(range.read_signed(&[0b0001_0000], Endian::Little), Some(-4));
        let all = BitRange { byte: 0, bit: 0, width: 128 };
        assert_eq!(all.read_signed(&[0xff; 16], Endian::Big), Some(-1));
    }
}
