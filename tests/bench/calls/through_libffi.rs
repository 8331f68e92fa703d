//! Calls through libffi without this project: its C interface, and the crate that wraps it.
//!
//! The signature is prepared once. The vector of argument addresses is made for each call, as a program
//! must whose arguments change; the arguments stay where they are.

use crate::harness::Case;
use crate::paths;
use crate::pointers::address;
use crate::shapes::{self, CValue, for_each_shape};
use core::ffi::{c_uint, c_void};
use core::mem::{ManuallyDrop, MaybeUninit};
use libffi::{middle, raw};

/// A prepared signature for `ffi_call`.
pub(crate) fn prepare(result: middle::Type, params: Vec<middle::Type>) -> raw::ffi_cif {
    // The cif points at the descriptions; the few that a bench makes are never freed.
    let result = Box::leak(Box::new(result)).as_raw_ptr();
    let params: Vec<_> = Vec::leak(params).iter().map(middle::Type::as_raw_ptr).collect();
    let params = Vec::leak(params);
    let mut cif = raw::ffi_cif::default();
    // SAFETY: the cif is writable, the descriptions and the vector of them live for ever.
    let status = unsafe {
        raw::ffi_prep_cif(
            &raw mut cif,
            raw::ffi_abi_FFI_DEFAULT_ABI,
            params.len() as c_uint,
            result,
            params.as_mut_ptr(),
        )
    };
    assert_eq!(status, raw::ffi_status_FFI_OK, "ffi_prep_cif");
    cif
}

/// Room for a result: libffi writes at least a whole register.
#[repr(C)]
union Returned<R> {
    value: ManuallyDrop<MaybeUninit<R>>,
    register: [raw::ffi_arg; 2],
}

impl<R: CValue> Returned<R> {
    /// # Safety
    /// libffi has written a result of type R.
    #[inline(always)]
    unsafe fn read(&self) -> R {
        if R::WIDENED && cfg!(target_endian = "big") {
            let end = (&raw const *self).cast::<u8>().wrapping_add(size_of::<raw::ffi_arg>());
            // SAFETY: the value is at the end of the register that it was widened to.
            return unsafe { end.wrapping_sub(size_of::<R>()).cast::<R>().read_unaligned() };
        }
        // SAFETY: the value is at the start, by the caller's promise.
        unsafe { *(&raw const self.value).cast::<R>() }
    }
}

/// Calls of `ffi_call`.
pub(crate) fn raw_calls(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let cif = prepare(<$r as CValue>::ffi(), vec![$(<$t as CValue>::ffi()),*]);
            let function = address(stringify!($name));
            // SAFETY: the address is that of a function. libffi calls it by the signature that was
            // prepared, not by this type.
            let function = unsafe {
                core::mem::transmute::<*const c_void, unsafe extern "C" fn()>(function)
            };
            let args: ($($t,)*) = ($($arg,)*);
            let setup = (cif, function, args);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::LIBFFI_RAW, setup, $expected, |s| {
                let mut values: [*mut c_void; _] = [$((&raw mut s.2.$i).cast()),*];
                let mut result = Returned::<$r> { register: [0; 2] };
                // SAFETY: the cif is that of the function, `values` has the address of one value for each
                // parameter, and the result has room for its type and for a register.
                unsafe {
                    raw::ffi_call(
                        &raw mut s.0,
                        Some(s.1),
                        (&raw mut result).cast(),
                        values.as_mut_ptr(),
                    );
                    result.read()
                }
            }));
        };
    }
    for_each_shape!(case);
}

/// Calls of `Cif::call`.
pub(crate) fn crate_calls(cases: &mut Vec<Case>) {
    macro_rules! case {
        ($shape:ident $name:ident ($($i:tt: $t:ty = $arg:expr),*) -> $r:ty = $expected:expr) => {
            let params: Vec<middle::Type> = vec![$(<$t as CValue>::ffi()),*];
            let cif = middle::Cif::new(params, <$r as CValue>::ffi());
            let function = middle::CodePtr::from_ptr(address(stringify!($name)));
            let args: ($($t,)*) = ($($arg,)*);
            let setup = (cif, function, args);
            cases.push(Case::new::<_, $r, _>(shapes::$shape, paths::LIBFFI_CRATE, setup, $expected, |s| {
                // SAFETY: the cif is that of the function, and each argument is of its parameter's type.
                unsafe { s.0.call::<$r>(s.1, &[$(middle::arg(&s.2.$i)),*]) }
            }));
        };
    }
    for_each_shape!(case);
}
