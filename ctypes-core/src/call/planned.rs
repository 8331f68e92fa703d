//! Calls that the macros route through the engine, because rustc passes a type of theirs in another
//! way than C does: `long double`, for one.

use super::args::{Pushed, TypeRef};
use super::result::ResultBuffer;
use super::signature::Signature;
use super::tag::{Slot, Tag};
use crate::error::SignatureError;
use crate::types::{CallConv, Type};
use core::ffi::c_void;
use std::sync::OnceLock;

/// The signature of one declared function, prepared at its first call.
#[derive(Debug)]
pub struct Plan {
    function: &'static str,
    conv: CallConv,
    result: &'static Type,
    params: &'static [&'static Type],
    prepared: OnceLock<Result<Signature, SignatureError>>,
}

impl Plan {
    /// A plan for a function that the user declared as `function`.
    pub const fn new(
        function: &'static str,
        conv: CallConv,
        result: &'static Type,
        params: &'static [&'static Type],
    ) -> Plan {
        Plan { function, conv, result, params, prepared: OnceLock::new() }
    }

    /// Calls the function at `address`; with `errno`, also tells what the call left in it.
    ///
    /// # Safety
    /// As for a call through a pointer of the declared type; `args` are the addresses of values of the
    /// parameters' types, one for each, and `R` is the Rust type of the result's.
    ///
    /// # Panics
    /// If the signature cannot be called on this platform.
    pub unsafe fn call<R>(
        &self,
        address: *const c_void,
        args: &[*const c_void],
        errno: Option<&mut i32>,
    ) -> R {
        let prepared = self.prepared.get_or_init(|| {
            Signature::by_value(self.conv, self.result, self.params.iter().copied())
        });
        let signature = match prepared {
            Ok(signature) => signature,
            Err(e) => panic!("`{}` cannot be called: {e}", self.function),
        };
        let mut pushed = Pushed::default();
        for (arg, (tag, ty)) in args.iter().zip(signature.tags().iter().zip(self.params)) {
            let mut slot = Slot::ZERO;
            if *tag == Tag::Bytes {
                slot = Slot::new(*arg);
            } else {
                // SAFETY: the address is that of a value of the tag's size, at most 8.
                unsafe {
                    core::ptr::copy_nonoverlapping(arg.cast(), slot.0.as_mut_ptr(), tag.size());
                }
            }
            pushed.push(*tag, slot, TypeRef::Static(ty));
        }
        let mut ret = ResultBuffer::<R>::new();
        // SAFETY: the caller's promise; the slots hold values of the parameters' types; the buffer has
        // room for an R.
        let called = unsafe {
            signature.engine().call(address, signature, &mut pushed, ret.as_mut_ptr(), errno)
        };
        if let Err(e) = called {
            panic!("`{}` cannot be called: {e}", self.function);
        }
        // SAFETY: the call has written its result, which the caller says is an R.
        unsafe { ret.get() }
    }
}
