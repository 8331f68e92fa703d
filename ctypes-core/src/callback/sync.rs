//! [`SyncCallback`]: a callback that any thread may call.

use super::typed::{CallbackArgs, CallbackFn, CallbackFnOnce, FnPointer};
use super::{Callback, PanicPolicy, PanicReport};
use crate::call::Signature;
use crate::call::args::{Argument, Pushed, TypeRef};
use crate::call::tag::{Slot, Tag};
use crate::convert::Value;
use crate::error::SignatureError;
use crate::types::{CReturn, Type};
use core::ffi::c_void;
use std::fmt;

/// A [`Callback`] that any thread may call: its closure is `Send + Sync` and borrows nothing.
pub struct SyncCallback<F>(Callback<'static, F>);

// SAFETY: the closure is Send + Sync and 'static, or Send and taken by one call, as the constructors
// demand, and the rest is immutable or atomic.
unsafe impl<F> Send for SyncCallback<F> {}
// SAFETY: as above.
unsafe impl<F> Sync for SyncCallback<F> {}

impl<F> SyncCallback<F> {
    /// A callback that any thread may call, from several at once.
    ///
    /// # Errors
    /// As [`Callback::new`].
    pub fn new<A, R, C, M>(closure: C) -> Result<SyncCallback<F>, SignatureError>
    where
        A: CallbackArgs<R, M, Pointer = F>,
        R: CReturn,
        C: CallbackFn<A, R, M> + Send + Sync + 'static,
    {
        Ok(SyncCallback::shared(Callback::new(closure)?))
    }

    /// A callback that one thread may call once, whichever it is: what a thread starts with. Another call is reported as
    /// a panic would be.
    ///
    /// # Errors
    /// As [`Callback::new`].
    pub fn new_once<A, R, C, M>(closure: C) -> Result<SyncCallback<F>, SignatureError>
    where
        A: CallbackArgs<R, M, Pointer = F>,
        R: CReturn,
        C: CallbackFnOnce<A, R, M> + Send + 'static,
    {
        Ok(SyncCallback::shared(Callback::new_once(closure)?))
    }

    /// The closure is one that other threads may call, and drop.
    fn shared(callback: Callback<'static, F>) -> SyncCallback<F> {
        callback.context().allow_all_threads();
        SyncCallback(callback)
    }

    /// As [`Callback::named`].
    pub fn named(self, name: &str) -> SyncCallback<F> {
        SyncCallback(self.0.named(name))
    }

    /// As [`Callback::on_panic`].
    ///
    /// # Errors
    /// As [`Callback::on_panic`].
    pub fn on_panic<R: CReturn>(self, result: R) -> Result<SyncCallback<F>, SignatureError> {
        Ok(SyncCallback(self.0.on_panic(result)?))
    }

    /// As [`Callback::report_to`].
    pub fn report_to(
        self,
        reporter: impl Fn(&PanicReport<'_>) + Send + Sync + 'static,
    ) -> SyncCallback<F> {
        SyncCallback(self.0.report_to(reporter))
    }

    /// As [`Callback::panic_policy`].
    pub fn panic_policy(self, policy: PanicPolicy) -> SyncCallback<F> {
        SyncCallback(self.0.panic_policy(policy))
    }

    /// As [`Callback::ty`].
    pub fn ty(&self) -> &Type {
        self.0.ty()
    }

    /// As [`Callback::as_ptr`].
    pub fn as_ptr(&self) -> *const c_void {
        self.0.as_ptr()
    }

    /// As [`Callback::as_fn`].
    pub fn as_fn(&self) -> F
    where
        F: FnPointer,
    {
        self.0.as_fn()
    }

    /// As [`Callback::leak`].
    pub fn leak(self) -> *const c_void {
        self.0.leak()
    }
}

impl SyncCallback<*const c_void> {
    /// As [`Callback::dynamic`], for any thread.
    ///
    /// # Errors
    /// As [`Callback::dynamic`].
    pub fn dynamic(
        signature: &Signature,
        closure: impl Fn(&[Value]) -> Value + Send + Sync + 'static,
    ) -> Result<SyncCallback<*const c_void>, SignatureError> {
        Ok(SyncCallback::shared(Callback::dynamic(signature, closure)?))
    }
}

impl<F> Argument for &SyncCallback<F> {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        args.push(Tag::Pointer, Slot::new(self.as_ptr()), TypeRef::Borrowed(self.ty()));
    }
}

impl<F> fmt::Debug for SyncCallback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sync{:?}", self.0)
    }
}
