//! Types of Rust that stand for types of C in the random programs.

use ctypes_wrap::CEnum;

/// C's `wchar_t`, which Rust has no name for.
#[cfg(not(any(target_arch = "aarch64", target_arch = "arm")))]
pub type Wide = i32;
/// C's `wchar_t`, which Rust has no name for.
#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
pub type Wide = u32;

/// The integer that `unsigned long` is on Linux, by another name.
#[cfg(target_pointer_width = "64")]
pub type Word = u64;
/// The integer that `unsigned long` is on Linux, by another name.
#[cfg(not(target_pointer_width = "64"))]
pub type Word = u32;

/// An enumeration of C without a negative value.
#[derive(CEnum, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "unsigned_values")]
#[allow(missing_docs)]
pub enum UnsignedValues {
    Zero,
    Five = 5,
}

/// One with.
#[derive(CEnum, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "signed_values")]
#[allow(missing_docs)]
pub enum SignedValues {
    Negative = -5,
    Zero = 0,
}

/// One that is a byte.
#[derive(CEnum, Debug, Clone, Copy)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum ByteValues {
    Zero,
    Last = 255,
}

/// One that is a short.
#[derive(CEnum, Debug, Clone, Copy)]
#[repr(i16)]
#[allow(missing_docs)]
pub enum ShortValues {
    Least = -0x8000,
    Zero = 0,
}
