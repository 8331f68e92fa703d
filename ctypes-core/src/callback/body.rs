//! Closures of all kinds in one form, and one call of them: raw arguments in, raw result out.

use super::typed::{CallbackArgs, CallbackFn, CallbackFnMut, CallbackFnOnce};
use crate::call::Signature;
use crate::call::tag::{Slot, Tag};
use crate::convert::{self, Bytes, Value};
use crate::types::{CReturn, Type};
use core::cell::RefCell;
use core::ffi::c_void;
use smallvec::SmallVec;
use std::sync::{Mutex, PoisonError};

/// A closure in a form that takes raw arguments.
pub(super) struct Body<'env>(Box<dyn Fn(&Call<'_>) + 'env>);

/// One call from C.
pub(super) struct Call<'a> {
    pub(super) signature: &'a Signature,
    pub(super) args: &'a [*const c_void],
    pub(super) ret: *mut u8,
}

impl<'env> Body<'env> {
    pub(super) fn run(&self, call: &Call<'_>) {
        (self.0)(call);
    }

    pub(super) fn typed<A: CallbackArgs<R, M>, R: CReturn, M>(
        closure: impl CallbackFn<A, R, M> + 'env,
    ) -> Body<'env> {
        Body(Box::new(move |call| {
            let args = call.typed_args::<A, R, M>();
            call.finish(closure.call(args));
        }))
    }

    pub(super) fn typed_mut<A: CallbackArgs<R, M>, R: CReturn, M>(
        closure: impl CallbackFnMut<A, R, M> + 'env,
    ) -> Body<'env> {
        let closure = RefCell::new(closure);
        Body(Box::new(move |call| {
            let args = call.typed_args::<A, R, M>();
            let Ok(mut closure) = closure.try_borrow_mut() else { reentered() };
            call.finish(closure.call_mut(args));
        }))
    }

    /// The closure may be called on another thread than that of its owner, if it is `Send`.
    pub(super) fn typed_once<A: CallbackArgs<R, M>, R: CReturn, M>(
        closure: impl CallbackFnOnce<A, R, M> + 'env,
    ) -> Body<'env> {
        let closure = Mutex::new(Some(closure));
        Body(Box::new(move |call| {
            let args = call.typed_args::<A, R, M>();
            let closure = closure.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(closure) = closure else {
                panic!("called again, which a closure that is FnOnce does not allow");
            };
            call.finish(closure.call_once(args));
        }))
    }

    pub(super) fn dynamic(closure: impl Fn(&[Value]) -> Value + 'env) -> Body<'env> {
        Body(Box::new(move |call| {
            let args = call.values();
            call.finish_value(&closure(&args));
        }))
    }
}

/// Panics, since a closure that changes what it captured cannot be entered twice.
#[cold]
pub(super) fn reentered() -> ! {
    panic!("re-entered while it was running, which a closure that is FnMut does not allow")
}

impl<'a> Call<'a> {
    fn typed_args<A: CallbackArgs<R, M>, R, M>(&self) -> A::At<'a> {
        // SAFETY: `enter` was given the addresses of the arguments of the signature, which was made
        // of A's types. Pointers are as the closure's parameters declare them, for the length of the call.
        match unsafe { A::read(self.args) } {
            Ok(args) => args,
            Err(reason) => panic!("called with an invalid argument: {reason}"),
        }
    }

    fn finish<R: CReturn>(&self, result: R) {
        // SAFETY: `ret` has room for the signature's result, which is an R.
        unsafe { self.ret.cast::<R>().write_unaligned(result) };
    }

    fn values(&self) -> SmallVec<[Value; 8]> {
        let params = self.signature.params().iter().zip(self.signature.tags());
        params.zip(self.args).map(|((ty, tag), at)| self.value(ty, *tag, *at)).collect()
    }

    fn value(&self, ty: &Type, tag: Tag, at: *const c_void) -> Value {
        if tag == Tag::Bytes {
            let size = ty.size();
            let mut bytes = Bytes::zeroed(ty, size);
            // SAFETY: a value of that size is at the address; the copy has the room.
            unsafe { core::ptr::copy_nonoverlapping(at.cast(), bytes.as_mut_ptr(), size) };
            return Value::Bytes(bytes);
        }
        let mut slot = Slot::ZERO;
        // SAFETY: a value of the tag's size is at the address, and then in the slot.
        unsafe {
            core::ptr::copy_nonoverlapping(at.cast(), slot.0.as_mut_ptr(), tag.size());
            Value::from_slot(tag, &slot)
        }
    }

    fn finish_value(&self, value: &Value) {
        let (result, tag) = (self.signature.result(), self.signature.result_tag());
        let (slot, ty) = value.as_slot();
        let fail = || -> ! { panic!("returned {value:?}, which is no `{result}`") };
        let (from, size) = match (tag, Tag::of(ty.get())) {
            (Tag::Void, _) => return,
            (Tag::Bytes, Tag::Bytes) if result.is_compatible(ty.get()) => {
                // SAFETY: a slot with this tag holds an address.
                (unsafe { slot.get::<*const u8>() }, result.size())
            }
            (Tag::Bytes, _) => fail(),
            (to, from) if to == from => (slot.0.as_ptr().cast(), tag.size()),
            (to, _) => match convert::convert(value, to) {
                Ok(converted) => {
                    // SAFETY: `ret` has room for a value of the result's tag, which the slot holds.
                    unsafe {
                        core::ptr::copy_nonoverlapping(
                            converted.0.as_ptr().cast(),
                            self.ret,
                            to.size(),
                        );
                    }
                    return;
                }
                Err(_) => fail(),
            },
        };
        // SAFETY: `from` holds a value of the result's type; `ret` has room for one.
        unsafe { core::ptr::copy_nonoverlapping(from, self.ret, size) };
    }
}
