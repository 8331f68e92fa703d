//! The engine that makes calls: libffi where it is built in, otherwise an error that says so.

use super::args::Pushed;
use super::signature::Signature;
use crate::error::{CallError, SignatureError};
use crate::types::{CallConv, Type};
use core::ffi::c_void;

#[cfg(feature = "libffi")]
pub(crate) use crate::ffi::{Closure, Prepared};

#[cfg(not(feature = "libffi"))]
pub(crate) use absent::{Closure, Prepared};

/// What the engine has prepared for a signature, or why it cannot. Callbacks may do without.
pub(crate) struct Engine(Result<Prepared, SignatureError>);

impl Engine {
    pub(crate) fn new(conv: CallConv, result: &Type, params: &[Type]) -> Engine {
        Engine(Prepared::new(conv, result, params))
    }

    /// # Errors
    /// If the engine cannot make calls of the signature.
    pub(crate) fn prepared(&self) -> Result<&Prepared, SignatureError> {
        self.0.as_ref().map_err(Clone::clone)
    }

    /// Calls `address` and leaves the result at `ret`; with `errno`, also what the call left in it.
    ///
    /// # Safety
    /// - `address` is that of a function with `signature`, whose own requirements hold.
    /// - `args` were checked against `signature`.
    /// - `ret` has room for the result, for 16 bytes at least, aligned to 16.
    #[inline]
    pub(crate) unsafe fn call(
        &self,
        address: *const c_void,
        signature: &Signature,
        args: &mut Pushed<'_>,
        ret: *mut u8,
        errno: Option<&mut i32>,
    ) -> Result<(), CallError> {
        match &self.0 {
            // SAFETY: handed on.
            Ok(prepared) => unsafe { prepared.call(address, signature, args, ret, errno) },
            Err(e) => Err(CallError::Signature(e.clone())),
        }
    }
}

/// What stands in for the engine in a build without one. Nothing of it can be made.
#[cfg(not(feature = "libffi"))]
mod absent {
    use crate::call::args::Pushed;
    use crate::call::signature::Signature;
    use crate::error::{CallError, SignatureError};
    use crate::types::{CallConv, Type};
    use core::ffi::c_void;
    use std::convert::Infallible;

    pub(crate) struct Prepared(Infallible);

    impl Prepared {
        pub(crate) fn new(_: CallConv, _: &Type, _: &[Type]) -> Result<Prepared, SignatureError> {
            Err(SignatureError::NoEngine)
        }

        pub(crate) unsafe fn call(
            &self,
            _: *const c_void,
            _: &Signature,
            _: &mut Pushed<'_>,
            _: *mut u8,
            _: Option<&mut i32>,
        ) -> Result<(), CallError> {
            match self.0 {}
        }
    }

    pub(crate) struct Closure(Infallible);

    impl Closure {
        pub(crate) fn new(
            _: &Signature,
            _: *const crate::callback::Context,
        ) -> Result<Closure, SignatureError> {
            Err(SignatureError::NoEngine)
        }

        pub(crate) fn code(&self) -> *const c_void {
            match self.0 {}
        }
    }
}
