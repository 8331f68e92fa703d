//! The engine that makes calls: libffi where it is built in, otherwise an error that says so.

#[cfg(feature = "libffi")]
pub(crate) use crate::ffi::{Closure, Prepared};

#[cfg(not(feature = "libffi"))]
pub(crate) use absent::{Closure, Prepared};

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
            signature: &Signature,
            _: *const crate::callback::Context,
        ) -> Result<Closure, SignatureError> {
            match signature.engine().0 {}
        }

        pub(crate) fn code(&self) -> *const c_void {
            match self.0 {}
        }
    }
}
