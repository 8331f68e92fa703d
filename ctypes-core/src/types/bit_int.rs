//! C23's `_BitInt(N)` (6.2.5p4): integers of any width.

use super::{Repr, Type};
use crate::error::{LayoutError, TypeError};
use crate::target::{Extent, Target};
use std::fmt;

/// A bit-precise integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BitInt {
    width: u16,
    is_signed: bool,
}

impl BitInt {
    /// The number of bits, of which a signed type has one for the sign.
    pub const fn width(self) -> u32 {
        self.width as u32
    }

    /// Whether it has negative values.
    pub const fn is_signed(self) -> bool {
        self.is_signed
    }

    /// Up to 64 bits the smallest integer that holds them, above it as many of the ABI's chunks as it
    /// takes; `None` where compilers do not agree on those.
    pub(crate) const fn extent(self, target: &Target) -> Option<Extent> {
        let width = self.width as u64;
        let align = if width <= 64 { target.align8 } else { target.bit_int_align } as u64;
        if align == 0 {
            return None;
        }
        let bytes = width.div_ceil(8).next_power_of_two();
        let align = if bytes < align { bytes } else { align };
        Some(Extent::new(width.div_ceil(8).next_multiple_of(align), align))
    }
}

impl fmt::Display for BitInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_signed { "" } else { "unsigned " };
        write!(f, "{sign}_BitInt({})", self.width)
    }
}

impl Type {
    /// `_BitInt(width)` or `unsigned _BitInt(width)`.
    ///
    /// # Platform behaviour
    /// Above 64 bits the ABIs of AArch64 and RISC-V and older compilers for them do not agree: there,
    /// such a type has no layout.
    ///
    /// ```
    /// use ctypes_core::Type;
    /// assert_eq!(Type::bit_int(17, false)?.to_string(), "unsigned _BitInt(17)");
    /// assert_eq!(Type::bit_int(17, false)?.size(), 4);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `width` is not from 1 (2 if it is signed) to 65,535, which is what compilers allow.
    pub fn bit_int(width: u32, is_signed: bool) -> Result<Type, TypeError> {
        match u16::try_from(width) {
            Ok(n) if n > u16::from(is_signed) => {
                Ok(Type::of(Repr::BitInt(BitInt { width: n, is_signed })))
            }
            _ => {
                let ty = format!("{}_BitInt({width})", if is_signed { "" } else { "unsigned " });
                let reason = "expected a width from 1, or 2 for a signed one, to 65535 bits";
                let cause = LayoutError::NoSize { ty: ty.clone(), reason };
                Err(TypeError { wanted: format!("`{ty}`"), cause })
            }
        }
    }
}
