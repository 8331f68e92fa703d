//! The RISC-V ELF psABI, calling convention lp64d.

use super::census::Census;
use super::scalars::{Flat, Leaf};
use super::{Passing, Pieces, RegisterClass, Way, at_least, at_most};
use crate::target::Extent;

/// "Hardware Floating-point Calling Convention": a struct that is flattened to one or two floats, or to a float
/// and an integer or bit field in any order, has a register for each. All else follows the integer
/// convention: up to 16 bytes are in one or two registers, more is behind an address.
///
/// Unions are never flattened. Bit fields of no bits do not count; an array of no elements makes gcc give
/// up. A pointer is no integer to gcc and clang, but is one to rustc.
pub(super) const fn lp64d(census: &Census, extent: Extent) -> Passing {
    let align = at_most(at_least(extent.align, 8), 16);
    let way = match census.flat {
        // To gcc a struct is its one float, whatever of no size is beside it, if that is aligned.
        Flat::None | Flat::More if is_float_mode(census, extent) => {
            Way::Registers(Pieces::floats(extent.size, extent.size))
        }
        // Where an attribute made the record larger than two registers.
        Flat::One(_) | Flat::Two(..) if extent.size > 16 => Way::Unsaid,
        Flat::One(a) if a.is_float => Way::Registers(piece(Pieces::NONE, a)),
        Flat::Two(a, b) if a.is_float || b.is_float => {
            Way::Registers(piece(piece(Pieces::NONE, a), b))
        }
        _ if extent.size <= 16 => Way::Registers(Pieces::words(extent.size, 8)),
        _ => Way::Memory,
    };
    Passing { argument: way, result: way, align, even: false }
}

const fn is_float_mode(census: &Census, extent: Extent) -> bool {
    match census.float_mode {
        Some(size) => size <= 8 && extent.align >= size,
        None => false,
    }
}

const fn piece(pieces: Pieces, leaf: Leaf) -> Pieces {
    let class = if leaf.is_float { RegisterClass::Float } else { RegisterClass::Integer };
    pieces.and(class, leaf.offset, leaf.size)
}
