//! Closures of libffi: function pointers whose code is made at run time.

use super::{raw, status};
use crate::call::signature::Signature;
use crate::call::tag::Tag;
use crate::callback::Context;
use crate::error::SignatureError;
use core::ffi::c_void;
use core::ptr;

/// Where libffi enters when C calls a closure.
///
/// # Safety
/// Called by libffi with the context given to [`Closure::new`], which is alive.
unsafe extern "C" fn trampoline(
    cif: *mut raw::ffi_cif,
    ret: *mut c_void,
    args: *mut *mut c_void,
    context: *mut c_void,
) {
    // SAFETY: libffi passes as many argument addresses as the cif has arguments (none: the vector
    // may be null), and memory for the result of at least the size of a `ffi_arg`; the context is
    // alive, because the closure is. `enter` does not unwind.
    unsafe {
        let count = (*cif).nargs as usize;
        let args: &[*const c_void] =
            if count == 0 { &[] } else { core::slice::from_raw_parts(args.cast(), count) };
        let tag = Context::enter(context.cast(), args, ret.cast());
        widen(tag, ret.cast());
    }
}

/// The opposite of [`narrow`]: callers of a closure find a narrow integer as a whole `ffi_arg`.
///
/// # Safety
/// `ret` holds a value of that tag and has room for a `ffi_arg`, aligned to it.
unsafe fn widen(tag: Tag, ret: *mut u8) {
    let wide = ret.cast::<raw::ffi_arg>();
    // SAFETY: the caller's promise; every value is read before the wider one is written.
    unsafe {
        match tag {
            Tag::Bool | Tag::U8 => wide.write(ret.read().into()),
            Tag::I8 => wide.write(ret.cast::<i8>().read() as raw::ffi_arg),
            Tag::I16 => wide.write(ret.cast::<i16>().read() as raw::ffi_arg),
            Tag::U16 => wide.write(ret.cast::<u16>().read().into()),
            Tag::I32 => wide.write(ret.cast::<i32>().read() as raw::ffi_arg),
            Tag::U32 => wide.write(ret.cast::<u32>().read() as raw::ffi_arg),
            _ => {}
        }
    }
}

/// A C function pointer that enters Rust with a context.
pub(crate) struct Closure {
    closure: *mut raw::ffi_closure,
    code: *const c_void,
    // The closure points at the prepared cif.
    _signature: Signature,
}

// SAFETY: a closure is not written after `new` until it is dropped; libffi enters it from any thread.
unsafe impl Send for Closure {}
// SAFETY: as above.
unsafe impl Sync for Closure {}

impl Closure {
    /// Makes a function pointer for `signature` that enters `context`.
    ///
    /// It may be called as long as both the closure and the context live.
    pub(crate) fn new(
        signature: &Signature,
        context: *const Context,
    ) -> Result<Closure, SignatureError> {
        signature.engine().prepared()?.is_received(signature)?;
        let mut code: *mut c_void = ptr::null_mut();
        // SAFETY: libffi allocates a closure of the size given and writes the code's address.
        let closure: *mut raw::ffi_closure =
            unsafe { raw::ffi_closure_alloc(size_of::<raw::ffi_closure>(), &raw mut code).cast() };
        if closure.is_null() || code.is_null() {
            return Err(SignatureError::NoClosureMemory);
        }
        let made = Closure { closure, code, _signature: signature.clone() };
        let cif = signature.engine().prepared()?.cif.as_ptr();
        // SAFETY: closure and code were just allocated together; the cif lives in the signature kept
        // beside them; `trampoline` is the function that libffi wants.
        let answer = unsafe {
            raw::ffi_prep_closure_loc(
                closure,
                cif,
                Some(trampoline),
                context.cast_mut().cast(),
                code,
            )
        };
        status(answer, signature.conv())?;
        Ok(made)
    }

    pub(crate) fn code(&self) -> *const c_void {
        self.code
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        // SAFETY: allocated by ffi_closure_alloc in `new`, freed once.
        unsafe { raw::ffi_closure_free(self.closure.cast()) };
    }
}
