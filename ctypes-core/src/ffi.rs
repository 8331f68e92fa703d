//! libffi: the general call engine and the reference for every other one. The only file that names it.
//!
//! What is prepared here is immutable afterwards. libffi reads the prepared descriptions from any
//! thread; the vector of argument addresses is made for each call, since libffi before 3.7 writes
//! into it.

use crate::call::args::{INLINE, Pushed};
use crate::call::classify::{self, Astride, Piece, Refusal};
use crate::call::signature::Signature;
use crate::call::tag::Tag;
use crate::callback::Context;
use crate::errno::{Errno, LeftByCall};
use crate::error::{CallError, SignatureError};
use crate::target::{Extent, Target};
use crate::types::{CallConv, Repr, Scalar, Type};
use core::ffi::{c_uint, c_void};
use core::ptr::{self, NonNull};
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

/// Type descriptions and the memory that they point into.
struct Types {
    params: Pinned<[*mut raw::ffi_type]>,
    result: *mut raw::ffi_type,
    _records: Vec<Record>,
}

/// The description of one record and the elements that it points at.
struct Record {
    _description: Pinned<raw::ffi_type>,
    _elements: Pinned<[*mut raw::ffi_type]>,
}

/// Owned memory that others hold the address of. A `Box` would claim, when moved, to be the only
/// way to it.
struct Pinned<T: ?Sized>(NonNull<T>);

impl<T: ?Sized> Pinned<T> {
    fn new(value: Box<T>) -> Pinned<T> {
        Pinned(NonNull::from(Box::leak(value)))
    }

    fn as_ptr(&self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T: ?Sized> Drop for Pinned<T> {
    fn drop(&mut self) {
        // SAFETY: leaked from a box in `new`, and freed once, here.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

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

fn builtin(tag: Tag) -> Option<*mut raw::ffi_type> {
    Some(match tag {
        Tag::Void => &raw mut raw::ffi_type_void,
        Tag::Bool | Tag::U8 => &raw mut raw::ffi_type_uint8,
        Tag::I8 => &raw mut raw::ffi_type_sint8,
        Tag::I16 => &raw mut raw::ffi_type_sint16,
        Tag::U16 => &raw mut raw::ffi_type_uint16,
        Tag::I32 => &raw mut raw::ffi_type_sint32,
        Tag::U32 => &raw mut raw::ffi_type_uint32,
        Tag::I64 => &raw mut raw::ffi_type_sint64,
        Tag::U64 => &raw mut raw::ffi_type_uint64,
        Tag::F32 => &raw mut raw::ffi_type_float,
        Tag::F64 => &raw mut raw::ffi_type_double,
        Tag::Pointer => &raw mut raw::ffi_type_pointer,
        Tag::Bytes => return None,
    })
}

fn piece(piece: Piece) -> *mut raw::ffi_type {
    match piece {
        Piece::U8 => &raw mut raw::ffi_type_uint8,
        Piece::U16 => &raw mut raw::ffi_type_uint16,
        Piece::U32 => &raw mut raw::ffi_type_uint32,
        Piece::U64 => &raw mut raw::ffi_type_uint64,
        Piece::F32 => &raw mut raw::ffi_type_float,
        Piece::F64 => &raw mut raw::ffi_type_double,
        Piece::LongDouble => &raw mut raw::ffi_type_longdouble,
        Piece::Padding => &raw mut PADDING,
        Piece::InMemory => &raw mut IN_MEMORY,
    }
}

/// The elements of a struct that has none.
static mut NONE: [*mut raw::ffi_type; 1] = [ptr::null_mut()];

const fn without_elements(size: usize) -> raw::ffi_type {
    let elements = (&raw mut NONE).cast();
    raw::ffi_type { size, alignment: 8, type_: raw::FFI_TYPE_STRUCT, elements }
}

/// Eight bytes without a class, which take no register (psABI 3.2.3, NO_CLASS).
static mut PADDING: raw::ffi_type = without_elements(8);

/// Larger than what libffi looks into for registers: in memory, and what holds it too.
static mut IN_MEMORY: raw::ffi_type = without_elements(64);

fn describe(
    ty: &Type,
    conv: CallConv,
    records: &mut Vec<Record>,
) -> Result<*mut raw::ffi_type, String> {
    if let Some(builtin) = builtin(Tag::of(ty)) {
        return Ok(builtin);
    }
    let layout = ty.layout().map_err(|e| e.to_string())?;
    let extent = Extent::new(layout.size(), layout.align());
    let is_win64 = classify::is_win64(conv);
    let said = |refusal: Refusal| match refusal {
        Refusal::Alignment => format!("{}, found {}", refusal.reason(), extent.align),
        _ => refusal.reason().to_owned(),
    };
    let by_registers = || {
        let passing = ty.passing_at(&Target::NATIVE).map_err(|e| e.to_string())?;
        classify::pieces(&passing, extent).map_err(said)
    };
    let complex_part = classify::complex_part(ty);
    let description = match &ty.0 {
        Repr::Record(_) | Repr::Scalar(Scalar::LongDouble) if is_win64 => {
            classify::by_size(extent).map_err(said)?
        }
        Repr::Scalar(_) if complex_part.is_some() && is_win64 => {
            classify::by_size(extent).map_err(said)?
        }
        Repr::Scalar(Scalar::LongDouble) => return Ok(&raw mut raw::ffi_type_longdouble),
        Repr::Scalar(_) if complex_part.is_some() => {
            return record(raw::FFI_TYPE_COMPLEX, extent, complex_part.as_slice(), records);
        }
        Repr::Scalar(Scalar::Int128 | Scalar::UInt128) if classify::SYSV64 && !is_win64 => {
            by_registers()?
        }
        Repr::Record(_) => by_registers()?,
        _ => return Err("the call engine has no such scalar".to_owned()),
    };
    let pieces = description.pieces();
    // A struct of one long double comes back in st(0), where libffi looks for no struct.
    let is_x87 = classify::SYSV64 && !is_win64 && pieces == [Piece::LongDouble];
    let kind = if is_x87 { raw::FFI_TYPE_LONGDOUBLE } else { raw::FFI_TYPE_STRUCT };
    record(kind, Extent::new(extent.size, description.align), pieces, records)
}

/// A description of that kind and size. With size and alignment given, libffi does not compute them from
/// the elements. The alignment is the record's own also for a long double: it may be packed.
fn record(
    kind: u16,
    extent: Extent,
    pieces: &[Piece],
    records: &mut Vec<Record>,
) -> Result<*mut raw::ffi_type, String> {
    let align = extent.align;
    let align = u16::try_from(align).map_err(|_| format!("an alignment of {align} bytes"))?;
    let elements: Pinned<[_]> =
        Pinned::new(pieces.iter().map(|p| piece(*p)).chain([ptr::null_mut()]).collect());
    let description = Pinned::new(Box::new(raw::ffi_type {
        size: extent.size as usize,
        alignment: align,
        type_: kind,
        elements: elements.as_ptr().cast(),
    }));
    let address = description.as_ptr();
    records.push(Record { _description: description, _elements: elements });
    Ok(address)
}

impl Types {
    fn new(conv: CallConv, result: &Type, params: &[Type]) -> Result<Types, SignatureError> {
        if let Some(i) = classify::unsettled(conv, result, params.iter()) {
            return Err(SignatureError::Parameter {
                index: i + 1,
                ty: params[i].to_string(),
                reason:
                    "compilers differ on the registers that it takes from the arguments after it"
                        .to_owned(),
            });
        }
        let mut records = Vec::new();
        let result_type = describe(result, conv, &mut records)
            .map_err(|reason| SignatureError::Result { ty: result.to_string(), reason })?;
        let params = params
            .iter()
            .enumerate()
            .map(|(i, p)| {
                describe(p, conv, &mut records).map_err(|reason| SignatureError::Parameter {
                    index: i + 1,
                    ty: p.to_string(),
                    reason,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Types { params: Pinned::new(params), result: result_type, _records: records })
    }
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
        // SAFETY: never written after `new`; each type is described, and the elements of a struct end with a null.
        let is_padded = |ty: *mut raw::ffi_type| unsafe {
            let mut element = (*ty).elements.cast::<*mut raw::ffi_type>();
            while !element.is_null() && !(*element).is_null() && *element != &raw mut PADDING {
                element = element.add(1);
            }
            !element.is_null() && !(*element).is_null()
        };
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
