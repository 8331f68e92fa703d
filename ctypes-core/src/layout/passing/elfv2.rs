//! The 64-bit ELF V2 ABI of PowerPC.

use super::census::Census;
use super::scalars::{Elements, FloatKind};
use super::{Passing, Pieces, Way};
use crate::target::Extent;

/// ELFv2 2.2.3 ("Parameter Passing in Registers") and 2.2.5: a homogeneous aggregate of up to eight registers of
/// floats has one for each; all else is in doublewords, in r3 to r10 and then on the stack, starting at an
/// even one if its alignment is above 8. Results of up to 16 bytes are in r3 and r4, larger ones in memory.
pub(super) const fn elfv2(census: &Census, extent: Extent) -> Passing {
    let align = if extent.align > 8 { 16 } else { 8 };
    let element = match census.elements {
        Elements::Of(FloatKind::Single, 1..=8) => 4,
        Elements::Of(FloatKind::Double, 1..=8)
        // A pair of doubles has a register for each of the two.
        | Elements::Of(FloatKind::DoubleDouble, 1..=4) => 8,
        _ => 0,
    };
    if element != 0 {
        let way = Way::Registers(Pieces::floats(extent.size, element));
        return Passing { argument: way, result: way, align, even: align == 16 };
    }
    let result = match extent.size {
        0..=16 => Way::Registers(Pieces::words(extent.size, 8)),
        _ => Way::Memory,
    };
    // As an argument gcc takes a struct that is one float, and things of no size, for that float.
    let argument = match census.float_mode {
        Some(size @ (4 | 8)) => Way::Registers(Pieces::floats(size, size)),
        _ => Way::Words(8),
    };
    Passing { argument, result, align, even: align == 16 }
}
