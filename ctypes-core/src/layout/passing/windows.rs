//! Microsoft's conventions for x64 and x86, as Microsoft's compiler and mingw have them.

use super::census::Census;
use super::scalars::{Elements, Single};
use super::speaker::Speaker;
use super::{Passing, Pieces, RegisterClass, Way};
use crate::target::{Compiler, Extent, Target};

/// "x64 calling convention": 1, 2, 4 or 8 bytes are in a register, by their size and whatever they are;
/// all else is behind an address. Scalars that are floats have a register for floats.
pub(super) const fn x64(census: &Census, extent: Extent) -> Passing {
    let class = match census.elements {
        Elements::Of(..) if !census.is_record => RegisterClass::Float,
        _ => RegisterClass::Integer,
    };
    let way = match extent.size {
        1 | 2 | 4 | 8 => Way::Registers(Pieces::NONE.and(class, 0, extent.size)),
        // A 128-bit integer comes back in a register for floats, or does not.
        16 if !census.is_record && !matches!(census.elements, Elements::Of(..)) => Way::Unsaid,
        _ => Way::Memory,
    };
    Passing { argument: way, result: way, align: 8, even: false }
}

/// "Argument passing and naming conventions", `__cdecl`: arguments are on the stack, 1, 2, 4 or 8
/// bytes come back in EAX and EDX. To Microsoft's compiler (2015 and later) what attributes align to more than a word
/// goes behind an address, and a struct of one float comes back from all other compilers as a float does. gcc and clang
/// return in memory what has a part of a size that no integer has, as `{ char a[3]; char b; }`; rustc does not.
pub(super) const fn x86(
    census: &Census,
    extent: Extent,
    target: &Target,
    speaker: Speaker,
) -> Passing {
    let is_msvc = matches!(target.compiler, Compiler::Msvc);
    let is_float = match (census.single, census.elements) {
        _ if census.is_record && is_msvc => false,
        // To gcc an array of one is that one, as in `float_mode`.
        _ if census.is_record && speaker.is_gcc() => census.float_mode.is_some(),
        (Single::Float(_), _) => true,
        (_, Elements::Of(_, 1)) => !census.is_record,
        _ => false,
    };
    let result = match extent.size {
        _ if is_float => Way::Registers(Pieces::NONE.and(RegisterClass::X87, 0, extent.size)),
        1 | 2 | 4 | 8 if !census.has_odd_size || speaker.is_rustc() => {
            Way::Registers(Pieces::words(extent.size, 4))
        }
        // Microsoft's document has no such exception, clang does.
        1 | 2 | 4 | 8 if is_msvc => Way::Unsaid,
        _ => Way::Memory,
    };
    let argument = if is_msvc && census.demanded > 4 { Way::Memory } else { Way::Stack };
    Passing { argument, result, align: 4, even: false }
}
