//! Results that say themselves whether they are failures: [`CheckReturn`], and COM's [`HResult`].

use crate::types::{CType, Type};
use core::fmt;

/// A result of C functions that says itself whether it is a failure.
///
/// Implement it for a `#[repr(transparent)]` struct around what the functions of a library return. With `check`,
/// `#[foreign_fn]` and `#[library]` then make the functions return a `Result`.
///
/// # Python equivalent
/// `_check_retval_` of a type.
///
/// # Examples
/// ```
/// use ctypes_core::{CheckReturn, HResult};
///
/// assert_eq!(HResult::S_FALSE.check(), Ok(()));
/// assert_eq!(HResult::E_FAIL.check(), Err(HResult::E_FAIL));
/// ```
#[doc(alias = "_check_retval_")]
#[doc(alias = "errcheck")]
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` does not check itself",
    note = "implement `CheckReturn` for a `#[repr(transparent)]` struct, or name a function: \
            `check(function -> Result<T, E>)`"
)]
pub trait CheckReturn {
    /// What is left of a success.
    type Out;
    /// A failure.
    type Error;

    /// Tells success from failure.
    ///
    /// # Errors
    /// If the result is a failure.
    fn check(self) -> Result<Self::Out, Self::Error>;
}

/// COM's `HRESULT`: negative if it is a failure, with a facility and a code (bits 0 to 15).
///
/// Microsoft's \[MS-ERREF\], section 2.1, defines it. It is a 32-bit integer on every platform.
///
/// # Examples
/// ```
/// use ctypes_core::HResult;
///
/// let error = HResult::from_bits(0x8007_0005);
/// assert_eq!((error.facility(), error.code()), (7, 5));
/// assert!(error.to_string().contains("0x80070005 (E_ACCESSDENIED)"));
/// assert!(error.ok().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
#[doc(alias = "HRESULT")]
pub struct HResult(pub i32);

// SAFETY: a transparent struct of a 32-bit integer is passed, sized and aligned as one, and any bits are one.
unsafe impl CType for HResult {
    const TYPE: &'static Type = <i32 as CType>::TYPE;
    const BY_VALUE: bool = true;
    const ANY_BITS: bool = true;
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident = $bits:literal,)*) => {
        impl HResult {
            $($(#[$doc])* pub const $name: HResult = HResult::from_bits($bits);)*

            /// Its name in `winerror.h`, if it is one of the constants here.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(HResult::$name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

named! {
    /// Success.
    S_OK = 0,
    /// Success, and no.
    S_FALSE = 1,
    /// Not implemented.
    E_NOTIMPL = 0x8000_4001,
    /// The object has no such interface.
    E_NOINTERFACE = 0x8000_4002,
    /// A pointer is invalid.
    E_POINTER = 0x8000_4003,
    /// Aborted.
    E_ABORT = 0x8000_4004,
    /// A failure that is not said.
    E_FAIL = 0x8000_4005,
    /// A failure that was not to be expected.
    E_UNEXPECTED = 0x8000_FFFF,
    /// The class of the object was not found.
    CLASS_E_CLASSNOTAVAILABLE = 0x8004_0111,
    /// The object cannot be part of another.
    CLASS_E_NOAGGREGATION = 0x8004_0110,
    /// The class is not registered.
    REGDB_E_CLASSNOTREG = 0x8004_0154,
    /// No access.
    E_ACCESSDENIED = 0x8007_0005,
    /// A handle is invalid.
    E_HANDLE = 0x8007_0006,
    /// No memory.
    E_OUTOFMEMORY = 0x8007_000E,
    /// An argument is invalid.
    E_INVALIDARG = 0x8007_0057,
}

impl HResult {
    /// From the unsigned number that documents write.
    #[must_use]
    pub const fn from_bits(bits: u32) -> HResult {
        HResult(bits.cast_signed())
    }

    /// The unsigned number that documents write.
    #[must_use]
    pub const fn to_bits(self) -> u32 {
        self.0.cast_unsigned()
    }

    /// Whether it is a success: `S_OK`, `S_FALSE` or another that is not negative.
    #[must_use]
    #[doc(alias = "SUCCEEDED")]
    pub const fn is_ok(self) -> bool {
        self.0 >= 0
    }

    /// Whether it is a failure.
    #[must_use]
    #[doc(alias = "FAILED")]
    pub const fn is_err(self) -> bool {
        self.0 < 0
    }

    /// Who defines the code: 7 for the errors of `GetLastError`. Bits 16 to 28, as `winerror.h` has it.
    #[must_use]
    #[doc(alias = "HRESULT_FACILITY")]
    pub const fn facility(self) -> u16 {
        (self.to_bits() >> 16 & 0x1FFF) as u16
    }

    /// The code within the facility.
    #[must_use]
    #[doc(alias = "HRESULT_CODE")]
    pub const fn code(self) -> u16 {
        (self.to_bits() & 0xFFFF) as u16
    }

    /// Nothing, or the failure.
    ///
    /// # Errors
    /// If it is negative.
    pub const fn ok(self) -> Result<(), HResult> {
        if self.is_ok() { Ok(()) } else { Err(self) }
    }
}

impl CheckReturn for HResult {
    type Out = ();
    type Error = HResult;

    fn check(self) -> Result<(), HResult> {
        self.ok()
    }
}

/// The number, its name if it has one here, and on Windows the system's text.
impl fmt::Display for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HRESULT 0x{:08X}", self.to_bits())?;
        if let Some(name) = self.name() {
            write!(f, " ({name})")?;
        }
        #[cfg(windows)]
        write!(f, ": {}", std::io::Error::from_raw_os_error(self.0))?;
        Ok(())
    }
}

impl std::error::Error for HResult {}
