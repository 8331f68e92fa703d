//! A result on its way out of a call: the memory that an engine writes it to, and its text for a trace.

#[cfg(feature = "tracing")]
use super::args::{Pass, TypeRef};
#[cfg(feature = "tracing")]
use super::tag::{Slot, Tag};
#[cfg(feature = "tracing")]
use crate::types::CReturn;
use core::mem::{ManuallyDrop, MaybeUninit};

/// Room for a result: at least 16 bytes, because engines return whole registers.
#[repr(C, align(16))]
pub(super) union ResultBuffer<R> {
    // `MaybeUninit` never drops, but the compiler asks for it to be said.
    value: ManuallyDrop<MaybeUninit<R>>,
    registers: [u64; 2],
}

impl<R> ResultBuffer<R> {
    pub(super) fn new() -> ResultBuffer<R> {
        ResultBuffer { registers: [0; 2] }
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut u8 {
        (&raw mut *self).cast()
    }

    /// # Safety
    /// A valid R has been written at its start.
    pub(super) unsafe fn get(self) -> R {
        // SAFETY: the caller's promise.
        unsafe { ManuallyDrop::into_inner(self.value).assume_init() }
    }
}

/// The text of a result in a trace.
#[cfg(feature = "tracing")]
pub(super) fn shown<R: CReturn>(result: &R) -> String {
    let tag = const { Tag::of(R::RESULT) };
    let mut slot = Slot::new(core::ptr::from_ref(result));
    if tag != Tag::Bytes {
        slot = Slot::ZERO;
        // SAFETY: an R has the size of its tag, at most 8; the source is a reference, the destination a local.
        unsafe {
            core::ptr::copy_nonoverlapping(
                core::ptr::from_ref(result).cast(),
                slot.0.as_mut_ptr(),
                const { Tag::of(R::RESULT).size() },
            );
        }
    }
    super::trace::text(&Pass { slot, ty: TypeRef::Static(R::RESULT), tag })
}
