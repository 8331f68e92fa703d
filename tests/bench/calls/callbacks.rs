//! Calls from C into Rust: one C function, which calls back as often as it is told, gets function pointers
//! of all kinds.
//!
//! The loop is C's, so what is measured is the callback alone, with the C loop around it.

use crate::harness::{Case, Label};
use crate::paths;
use crate::shapes::{self, CValue, linked};
use crate::through_libffi::prepare;
use core::ffi::{c_int, c_void};
use core::hint::black_box;
use core::ptr;
use ctypes_wrap::prelude::*;
use libffi::raw;

type Pointer = unsafe extern "C" fn(c_int, c_int) -> c_int;

/// All kinds of callbacks. Each adds two ints.
pub(crate) fn callbacks(cases: &mut Vec<Case>) {
    extern "C" fn plain(a: c_int, b: c_int) -> c_int {
        a.wrapping_add(b)
    }
    case(cases, paths::CALLBACK_PLAIN, plain, ());

    let typed = Callback::new(|a: c_int, b: c_int| -> c_int { a.wrapping_add(b) });
    let typed = typed.unwrap_or_else(|e| panic!("{e}"));
    case(cases, paths::CALLBACK_TYPED, typed.as_fn(), typed);

    let signature = Signature::new(CallConv::C, &Type::INT, [&Type::INT, &Type::INT]);
    let signature = signature.unwrap_or_else(|e| panic!("{e}"));
    let dynamic = Callback::dynamic(&signature, |args| match args {
        [Value::Int(a), Value::Int(b)] => Value::Int(a + b),
        _ => Value::Void,
    });
    let dynamic = dynamic.unwrap_or_else(|e| panic!("{e}"));
    // SAFETY: the callback has the signature of the pointer.
    let pointer = unsafe { core::mem::transmute::<*const c_void, Pointer>(dynamic.as_ptr()) };
    case(cases, paths::CALLBACK_DYNAMIC, pointer, dynamic);

    case(cases, paths::CALLBACK_LIBFFI, closure(), ());
}

/// A case that keeps `owner`, which `pointer` needs, alive.
fn case<O: 'static>(cases: &mut Vec<Case>, path: Label, pointer: Pointer, owner: O) {
    // SAFETY: each pointer takes any two ints, and lives as long as its owner.
    let call_back = move |n: i64| unsafe { linked::calls_bench_call_back(black_box(pointer), n) };
    // 0 + 1, 1 + 1, 2 + 1.
    let sum = call_back(3);
    assert_eq!(sum, 6, "{}", path.text);
    cases.push(Case::of_loop(shapes::CALLBACK, path, move |n| {
        let _owner = &owner;
        black_box(call_back(i64::try_from(n).unwrap_or(i64::MAX)));
    }));
}

/// libffi's closure, bare: without a context, a panic guard, or a check of the thread. Never freed.
fn closure() -> Pointer {
    unsafe extern "C" fn add(
        _cif: *mut raw::ffi_cif,
        result: *mut c_void,
        args: *mut *mut c_void,
        _context: *mut c_void,
    ) {
        // SAFETY: libffi passes the addresses of two ints, and of a register for the result.
        unsafe {
            let sum =
                (**args.cast::<*mut c_int>()).wrapping_add(**args.add(1).cast::<*mut c_int>());
            result.cast::<raw::ffi_arg>().write(sum as raw::ffi_arg);
        }
    }
    let cif = prepare(<c_int>::ffi(), vec![<c_int>::ffi(), <c_int>::ffi()]);
    let mut code: *mut c_void = ptr::null_mut();
    // SAFETY: the cif lives for ever; libffi allocates closure and code together; the type of `add` is the
    // one that it wants.
    let status = unsafe {
        let closure = raw::ffi_closure_alloc(size_of::<raw::ffi_closure>(), &raw mut code);
        assert!(!closure.is_null(), "ffi_closure_alloc");
        let cif = Box::leak(Box::new(cif));
        raw::ffi_prep_closure_loc(closure.cast(), cif, Some(add), ptr::null_mut(), code)
    };
    assert_eq!(status, raw::ffi_status_FFI_OK, "ffi_prep_closure_loc");
    // SAFETY: the closure was prepared for this signature.
    unsafe { core::mem::transmute::<*mut c_void, Pointer>(code) }
}
