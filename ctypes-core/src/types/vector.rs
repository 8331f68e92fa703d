//! GNU vectors: `__attribute__((vector_size(n)))`, of which the types of SIMD headers are made.

use super::{Repr, Scalar, ScalarClass, Type};
use crate::error::{LayoutError, TypeError};
use crate::target::{Extent, Target};
use std::fmt;

/// A vector type of gcc and clang.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Vector {
    of: Scalar,
    size: u32,
}

/// Why a target has no such vector.
pub(crate) enum VectorFault {
    Unavailable,
    Shape(&'static str),
}

impl Vector {
    /// The type of the elements.
    pub const fn of(self) -> Scalar {
        self.of
    }

    /// The size in bytes.
    pub const fn size(self) -> u64 {
        self.size as u64
    }

    pub(crate) const fn extent(self, target: &Target) -> Result<Extent, VectorFault> {
        let size = self.size as u64;
        if !self.of.is_available(target) {
            return Err(VectorFault::Unavailable);
        }
        if !matches!(
            self.of.class(target),
            ScalarClass::Signed | ScalarClass::Unsigned | ScalarClass::Float
        ) || matches!(self.of, Scalar::LongDouble)
        {
            return Err(VectorFault::Shape("expected elements that are integers or floats"));
        }
        if size < self.of.extent(target).size || !size.is_power_of_two() {
            return Err(VectorFault::Shape(
                "expected a power of two of bytes, at least as many as an element has",
            ));
        }
        // i386 without MMX aligns it to 4 bytes, with MMX to 8.
        if target.vector_align == 0 || size == 8 && target.align8 < 8 {
            return Err(VectorFault::Unavailable);
        }
        let limit = target.vector_align as u64;
        Ok(Extent::new(size, if size < limit { size } else { limit }))
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} __attribute__((vector_size({})))", self.of.c_name(), self.size)
    }
}

impl Type {
    /// A vector of `size` bytes: `of __attribute__((vector_size(size)))`.
    ///
    /// ```
    /// use ctypes_core::{Target, Type, types::Scalar};
    /// let m128 = Type::vector(Scalar::Float, 16)?.typedef("__m128")?;
    /// assert_eq!(m128.at(&Target::X86_64_LINUX)?.align(), 16);
    /// assert_eq!(m128.at(&Target::ARMV7_LINUX)?.align(), 8);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the elements are neither integers nor floats, or `size` is not a power of two that holds one
    /// and is at most 2^28 bytes.
    pub fn vector(of: Scalar, size: u64) -> Result<Type, TypeError> {
        let vector = Vector { of, size: u32::try_from(size).unwrap_or(u32::MAX).min(1 << 29) };
        let fail = |reason| {
            let ty = format!("{} __attribute__((vector_size({size})))", of.c_name());
            let cause = LayoutError::NoSize { ty: ty.clone(), reason };
            Err(TypeError { wanted: format!("`{ty}`"), cause })
        };
        match vector.extent(&Target::NATIVE) {
            Err(VectorFault::Shape(reason)) => fail(reason),
            _ if size > 1 << 28 => fail("expected a vector of at most 2^28 bytes"),
            _ => Ok(Type::of(Repr::Vector(vector))),
        }
    }
}
