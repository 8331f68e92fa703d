//! Arm's procedure call standards for 64 and 32 bits.

use super::census::Census;
use super::scalars::Elements;
use super::speaker::Speaker;
use super::{Passing, Pieces, Way, at_least, at_most};
use crate::target::{Abi, Extent, Target};

/// The members of a homogeneous floating-point aggregate in registers: four at most.
const fn homogeneous(census: &Census, extent: Extent) -> Option<Pieces> {
    match census.elements {
        Elements::Of(kind, 1..=4) => Some(Pieces::floats(extent.size, kind.size())),
        _ => None,
    }
}

/// AAPCS64 6.8.2 and 6.9: a homogeneous aggregate (5.9.5) of up to four floats is in vector registers, other
/// aggregates of up to 16 bytes in general ones, starting at an even one if their natural
/// alignment is 16 (C.10); larger ones are behind an address (B.4).
///
/// The natural alignment (5.9.4) is that of the members, not what an attribute makes of the whole; Apple and
/// Microsoft take the latter, and to Apple any register will do ("Pass arguments to functions correctly"). clang lets
/// fields of no bits be in a homogeneous aggregate, from version 15 on.
pub(super) const fn aapcs64(census: &Census, extent: Extent, target: &Target) -> Passing {
    let natural = match target.abi {
        Abi::AppleArm64 | Abi::WinArm64 => extent.align,
        _ => census.natural,
    };
    let align = at_most(at_least(natural, 8), 16);
    if let Some(pieces) = homogeneous(census, extent) {
        let way = Way::Registers(pieces);
        return Passing { argument: way, result: way, align, even: false };
    }
    let way = match extent.size {
        0..=16 => Way::Registers(Pieces::words(extent.size, 8)),
        _ => Way::Memory,
    };
    let even = natural >= 16 && extent.size <= 16 && !matches!(target.abi, Abi::AppleArm64);
    Passing { argument: way, result: way, align, even }
}

/// AAPCS32 6.4, 6.5 and the VFP variant (7.1): a homogeneous aggregate of up to four floats is in VFP
/// registers; all else is in the words r0 to r3, then on the stack, starting at an even one if its natural
/// alignment is 8. Records of more than 4 bytes come back in memory.
///
/// rustc takes the alignment that an attribute gives to the whole for the natural one.
pub(super) const fn aapcs32(census: &Census, extent: Extent, speaker: Speaker) -> Passing {
    let natural = if speaker.is_rustc() { extent.align } else { census.natural };
    let align = if natural >= 8 { 8 } else { 4 };
    if let Some(pieces) = homogeneous(census, extent) {
        let way = Way::Registers(pieces);
        return Passing { argument: way, result: way, align, even: false };
    }
    let result = match extent.size {
        5.. if census.is_record => Way::Memory,
        9.. => Way::Memory,
        _ => Way::Registers(Pieces::words(extent.size, 4)),
    };
    Passing { argument: Way::Words(4), result, align, even: align == 8 }
}
