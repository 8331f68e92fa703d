//! libffi: the general call engine and the reference for every other one. The only folder that names it.
//!
//! What is prepared here is immutable afterwards. libffi reads the prepared descriptions from any
//! thread; the vector of argument addresses is made for each call, since libffi before 3.7 writes
//! into it.

mod closure;
mod describe;

pub(crate) use closure::Closure;

use crate::call::args::{INLINE, Pushed};
use crate::call::classify::{self, Astride, Piece};
use crate::call::signature::Signature;
use crate::call::tag::Tag;
use crate::errno::{Errno, LeftByCall};
use crate::error::{CallError, SignatureError};
use crate::types::{CallConv, Type};
use core::ffi::{c_uint, c_void};
use core::ptr;
use describe::{Pinned, Record, Types, describe, is_padded, piece};
use libffi::raw;
use smallvec::SmallVec;

/// A signature as libffi wants it: a `ffi_cif` and everything that it points at.
pub(crate) struct Prepared {
    // Closures keep its address.
    cif: Pinned<raw::ffi_cif>,
    types: Types,
    abi: raw::ffi_abi,
    /// What calls use instead, if an argument must be given as two; closures never do.
    astride: Option<CallCif>,
}

// SAFETY: nothing is written after `new`; libffi only reads a prepared cif and its types.
unsafe impl Send for Prepared {}
// SAFETY: as above.
unsafe impl Sync for Prepared {}

fn abi(conv: CallConv) -> Option<raw::ffi_abi> {
    Some(match conv {
        CallConv::C => raw::ffi_abi_FFI_DEFAULT_ABI,
        #[cfg(not(all(windows, target_arch = "x86")))]
        CallConv::System => raw::ffi_abi_FFI_DEFAULT_ABI,
        #[cfg(all(windows, target_arch = "x86"))]
        CallConv::System => raw::ffi_abi_FFI_STDCALL,
        #[cfg(target_arch = "x86")]
        CallConv::Stdcall => raw::ffi_abi_FFI_STDCALL,
        #[cfg(target_arch = "x86")]
        CallConv::Fastcall => raw::ffi_abi_FFI_FASTCALL,
        #[cfg(target_arch = "x86")]
        CallConv::Thiscall => raw::ffi_abi_FFI_THISCALL,
        #[cfg(all(target_arch = "x86_64", not(windows)))]
        CallConv::SysV64 => raw::ffi_abi_FFI_UNIX64,
        #[cfg(all(target_arch = "x86_64", not(windows)))]
        CallConv::Win64 => raw::ffi_abi_FFI_GNUW64,
        #[cfg(all(target_arch = "x86_64", windows))]
        CallConv::Win64 => raw::ffi_abi_FFI_DEFAULT_ABI,
        #[allow(unreachable_patterns)]
        _ => return None,
    })
}

fn status(status: raw::ffi_status, conv: CallConv) -> Result<(), SignatureError> {
    if status == raw::ffi_status_FFI_OK {
        Ok(())
    } else {
        Err(SignatureError::Engine { conv, status })
    }
}

impl Prepared {
    pub(crate) fn new(
        conv: CallConv,
        result: &Type,
        params: &[Type],
    ) -> Result<Prepared, SignatureError> {
        let abi = abi(conv).ok_or(SignatureError::Convention { conv })?;
        let types = Types::new(conv, result, params)?;
        let cif = Pinned::new(Box::new(raw::ffi_cif::default()));
        // SAFETY: the cif is writable; the types are described above, and they and the vector of
        // parameters are pinned beside the cif, as long as it lives.
        let answer = unsafe {
            raw::ffi_prep_cif(
                cif.as_ptr(),
                abi,
                params.len() as c_uint,
                types.result,
                types.params.as_ptr().cast(),
            )
        };
        status(answer, conv)?;
        let mut made = Prepared { cif, types, abi, astride: None };
        if let Some(astride) = made.astride(result, params.iter()) {
            made.astride =
                Some(made.call_cif(conv, made.params(), None, Some(astride), Vec::new())?);
        }
        Ok(made)
    }

    fn params(&self) -> Vec<*mut raw::ffi_type> {
        // SAFETY: never written after `new`.
        unsafe { &*self.types.params.as_ptr() }.to_vec()
    }

    /// The argument whose halves must be given as scalars: libffi 3.4.4 copies all of its 16 bytes to
    /// the last integer register, and so over the first vector register.
    fn astride<'a>(&self, result: &Type, args: impl Iterator<Item = &'a Type>) -> Option<Astride> {
        if classify::SYSV64 && self.abi == raw::ffi_abi_FFI_DEFAULT_ABI {
            classify::astride(result, args)
        } else {
            None
        }
    }

    /// Whether a closure gets the arguments: libffi's takes a register for padding too.
    fn is_received(&self, signature: &Signature) -> Result<(), SignatureError> {
        // SAFETY: the types were described in `new`, and live as long as this.
        let is_padded = |ty: *mut raw::ffi_type| unsafe { is_padded(ty) };
        match self.params().into_iter().position(is_padded) {
            None => Ok(()),
            Some(i) => Err(SignatureError::Parameter {
                index: i + 1,
                ty: signature.params()[i].to_string(),
                reason: "a callback of libffi does not receive eight bytes of padding".to_owned(),
            }),
        }
    }

    /// A cif for calls with these arguments, of which `fixed` stand before the `...`, if that is some.
    fn call_cif(
        &self,
        conv: CallConv,
        mut types: Vec<*mut raw::ffi_type>,
        mut fixed: Option<usize>,
        astride: Option<Astride>,
        records: Vec<Record>,
    ) -> Result<CallCif, SignatureError> {
        if let Some(Astride { index, has_second }) = astride {
            types[index] = piece(Piece::U64);
            if has_second {
                // Of a float too the register has eight bytes; after the `...` libffi takes no float.
                types.insert(index + 1, piece(Piece::F64));
                fixed = fixed.map(|n| if index < n { n + 1 } else { n });
            }
        }
        let count = types.len() as c_uint;
        let types = Pinned::new(types.into_boxed_slice());
        let cif = Pinned::new(Box::new(raw::ffi_cif::default()));
        let (result, at) = (self.types.result, types.as_ptr().cast());
        // SAFETY: as in `new`; the vector of types is pinned beside the cif, and so are its new
        // records; the result and the other records live in `self`, which outlives the cif.
        let answer = unsafe {
            match fixed {
                None => raw::ffi_prep_cif(cif.as_ptr(), self.abi, count, result, at),
                Some(n) => {
                    raw::ffi_prep_cif_var(cif.as_ptr(), self.abi, n as c_uint, count, result, at)
                }
            }
        };
        status(answer, conv)?;
        Ok(CallCif { cif, astride, _records: records, _types: types })
    }

    /// Calls `address` and leaves the result at `ret`; with `errno`, also what the call left in it.
    ///
    /// # Safety
    /// - `address` is that of a function with `signature`, whose own requirements hold.
    /// - `args` were checked against `signature`.
    /// - `ret` has room for the result, for 16 bytes at least, aligned to 16.
    pub(crate) unsafe fn call(
        &self,
        address: *const c_void,
        signature: &Signature,
        args: &mut Pushed<'_>,
        ret: *mut u8,
        errno: Option<&mut i32>,
    ) -> Result<(), CallError> {
        let fixed = signature.tags().len();
        let variadic;
        let mut special = self.astride.as_ref();
        if signature.is_variadic() {
            variadic = self.variadic(signature, args, fixed)?;
            special = Some(&variadic);
        }
        let cif = special.map_or(&self.cif, |s| &s.cif).as_ptr();
        let astride = special.and_then(|s| s.astride);
        let mut values: SmallVec<[*mut c_void; INLINE]> = SmallVec::new();
        let mut second = [0_u8; 8];
        for (i, arg) in args.list.iter_mut().enumerate() {
            let value: *mut c_void = match arg.tag {
                // SAFETY: a slot with this tag holds the address of the value.
                Tag::Bytes => unsafe { arg.slot.get() },
                _ => (&raw mut arg.slot).cast(),
            };
            values.push(value);
            if astride == Some(Astride { index: i, has_second: true }) {
                let size = arg.ty.get().size().clamp(8, 16) - 8;
                // SAFETY: such an argument is a record of 9 to 16 bytes.
                unsafe {
                    ptr::copy_nonoverlapping(value.cast::<u8>().add(8), second.as_mut_ptr(), size)
                };
                values.push((&raw mut second).cast());
            }
        }
        // SAFETY: an address that the caller vouches for; pointers and function pointers have one size.
        let function = unsafe {
            core::mem::transmute::<*const c_void, Option<unsafe extern "C" fn()>>(address)
        };
        let wants_errno = errno.is_some();
        if wants_errno {
            Errno::clear();
        }
        // SAFETY: the cif is prepared and libffi only reads it; `values` has one address per argument
        // of the cif, each of a value of its type, since `args` were checked; `ret` has the room.
        unsafe { raw::ffi_call(cif, function, ret.cast(), values.as_mut_ptr()) };
        if let Some(errno) = errno {
            *errno = Errno::left().0;
        }
        // SAFETY: libffi has written a whole `ffi_arg` for an integer that is narrower.
        unsafe { narrow(signature.result_tag(), ret) };
        Ok(())
    }

    /// The cif of one variadic call: the arguments after the `...` have types of their own.
    fn variadic(
        &self,
        signature: &Signature,
        args: &Pushed<'_>,
        fixed: usize,
    ) -> Result<CallCif, CallError> {
        let mut records = Vec::new();
        let mut types = self.params();
        for (i, arg) in args.list.iter().enumerate().skip(fixed) {
            let ty = &arg.ty;
            types.push(describe(ty.get(), signature.conv(), &mut records).map_err(|reason| {
                CallError::Signature(SignatureError::Parameter {
                    index: i + 1,
                    ty: ty.get().to_string(),
                    reason,
                })
            })?);
        }
        let all =
            signature.params().iter().chain(args.list[fixed..].iter().map(|arg| arg.ty.get()));
        let astride = self.astride(signature.result(), all);
        self.call_cif(signature.conv(), types, Some(fixed), astride, records)
            .map_err(CallError::Signature)
    }
}

/// A cif that only calls use, and what it points at.
struct CallCif {
    cif: Pinned<raw::ffi_cif>,
    /// The argument that the cif has the halves of.
    astride: Option<Astride>,
    _records: Vec<Record>,
    _types: Pinned<[*mut raw::ffi_type]>,
}

/// libffi returns integers that are narrower than a register as a whole `ffi_arg`; moves the value
/// to the start of the memory, which only big-endian machines notice.
///
/// # Safety
/// `ret` holds what libffi left there for a result of that tag, aligned to `ffi_arg`.
unsafe fn narrow(tag: Tag, ret: *mut u8) {
    let is_int =
        matches!(tag, Tag::Bool | Tag::I8 | Tag::U8 | Tag::I16 | Tag::U16 | Tag::I32 | Tag::U32);
    if cfg!(target_endian = "big") && is_int && tag.size() < size_of::<raw::ffi_arg>() {
        // SAFETY: both ranges are inside the ffi_arg; `copy` allows overlap.
        unsafe { ptr::copy(ret.add(size_of::<raw::ffi_arg>() - tag.size()), ret, tag.size()) };
    }
}
