//! The System V psABIs for AMD64 and i386.

use super::census::Census;
use super::scalars::{Elements, FloatKind, Word};
use super::{Passing, Pieces, RegisterClass, Way, at_least};
use crate::target::{Abi, Extent, Target};

/// AMD64 psABI 3.2.3: each eight bytes have a class, merged from what is in them; more than 16 bytes, and
/// records with an unaligned field, are in memory. A `long double _Complex` comes back on the x87's stack.
///
/// gcc and clang agree on what has a name and is aligned. gcc gives bit fields without a name the class of
/// integers, and the class of an element to eight bytes that an array of none lies in; clang does neither.
///
/// Apple's is older than revision 0.98: the second half of a `long double` in a union whose first half became integers is
/// a float there, and not in memory.
pub(super) const fn amd64(census: &Census, extent: Extent, target: &Target) -> Passing {
    let memory = Passing {
        argument: Way::Stack,
        result: Way::Memory,
        align: at_least(extent.align, 8),
        even: false,
    };
    let [first, second] = census.words;
    if census.has_complex && !census.is_record && matches!(first, Word::X87) {
        let (half, x87) = (extent.size / 2, RegisterClass::X87);
        let result = Pieces::NONE.and(x87, 0, half).and(x87, half, half);
        return Passing { result: Way::Registers(result), ..memory };
    }
    if extent.size > 16 || matches!(first, Word::Memory) || matches!(second, Word::Memory) {
        return memory;
    }
    let way = match (first, second) {
        (Word::X87, Word::X87Up) => {
            let result = Pieces::NONE.and(RegisterClass::X87, 0, extent.size);
            return Passing { result: Way::Registers(result), ..memory };
        }
        (_, Word::X87Up) if !matches!(target.abi, Abi::AppleX64) => return memory,
        // Compilers have nothing to pass and do so in different ways.
        (Word::X87 | Word::Nothing, _) | (_, Word::X87) => Way::Unsaid,
        (first, Word::Nothing) => Way::Registers(piece(Pieces::NONE, first, 0, extent.size)),
        (first, second) => {
            Way::Registers(piece(piece(Pieces::NONE, first, 0, 8), second, 8, extent.size))
        }
    };
    Passing { argument: way, result: way, ..memory }
}

const fn piece(pieces: Pieces, word: Word, from: u64, size: u64) -> Pieces {
    let to = if size < from + 8 { size } else { from + 8 };
    let class = match word {
        Word::Float | Word::X87Up => RegisterClass::Float,
        _ => RegisterClass::Integer,
    };
    pieces.and(class, from, to - from)
}

/// i386 psABI 2.2.3: arguments are on the stack in words of 4 bytes, records come back in memory.
pub(super) const fn i386(census: &Census, extent: Extent) -> Passing {
    let result = match census.elements {
        _ if census.is_record => Way::Memory,
        Elements::Of(_, 1) => Way::Registers(Pieces::NONE.and(RegisterClass::X87, 0, extent.size)),
        Elements::Of(FloatKind::Single, _) => Way::Registers(Pieces::words(extent.size, 4)),
        Elements::Of(..) => Way::Memory,
        _ => Way::Registers(Pieces::words(extent.size, 4)),
    };
    Passing { argument: Way::Stack, result, align: 4, even: false }
}
