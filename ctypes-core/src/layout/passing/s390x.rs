//! The ELF ABI supplement for IBM z (s390x).

use super::census::Census;
use super::scalars::{Elements, Single};
use super::{Passing, Pieces, RegisterClass, Way};
use crate::target::Extent;

/// "Parameter passing" (1.2.3): a struct of one float is passed as that float, other records of 1, 2, 4 or 8
/// bytes as an integer of that size, all others behind an address. Records come back in memory.
pub(super) const fn s390x(census: &Census, extent: Extent) -> Passing {
    let class = match (census.single, census.elements) {
        (Single::Float(_), _) => RegisterClass::Float,
        _ => RegisterClass::Integer,
    };
    let is_complex = !census.is_record && matches!(census.elements, Elements::Of(_, 2..));
    let argument = match extent.size {
        1 | 2 | 4 | 8 if !is_complex => Way::Registers(Pieces::NONE.and(class, 0, extent.size)),
        _ => Way::Memory,
    };
    let result = if census.is_record { Way::Memory } else { argument };
    Passing { argument, result, align: 8, even: false }
}
