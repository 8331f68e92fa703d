//! Callbacks in a build without a call engine, where the program's text has entries for them.
#![cfg(all(
    feature = "dynamic",
    not(feature = "libffi"),
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(windows)
))]

use core::ffi::{c_int, c_void};
use ctypes_core::convert::Value;
use ctypes_core::error::{CallError, SignatureError};
use ctypes_core::{CallConv, Callback, Function, Signature, Type};

unsafe extern "C" {
    fn qsort(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: unsafe extern "C" fn(*const c_int, *const c_int) -> c_int,
    );
}

#[test]
fn typed_and_dynamic() -> Result<(), SignatureError> {
    let mut numbers = [3, 1, 2];
    let up = Callback::new(|a: &c_int, b: &c_int| a.cmp(b) as c_int)?;
    // SAFETY: the array has that many elements of that size.
    unsafe { qsort(numbers.as_mut_ptr().cast(), 3, 4, up.as_fn()) };
    assert_eq!(numbers, [1, 2, 3]);

    let pointer = Type::INT.const_pointer();
    let sig = Signature::new(CallConv::C, &Type::INT, [&pointer, &pointer])?;
    let number = |v: &Value| match v {
        // SAFETY: qsort passes addresses of elements.
        Value::Pointer(at) => i64::from(unsafe { at.cast::<c_int>().read() }),
        _ => panic!("a pointer"),
    };
    let down = Callback::dynamic(&sig, |args| Value::Int(number(&args[1]) - number(&args[0])))?;
    // SAFETY: the callback has that type; as above.
    unsafe {
        let code = core::mem::transmute::<
            *const c_void,
            unsafe extern "C" fn(*const c_int, *const c_int) -> c_int,
        >(down.as_ptr());
        qsort(numbers.as_mut_ptr().cast(), 3, 4, code);
    }
    assert_eq!(numbers, [3, 2, 1]);
    Ok(())
}

#[test]
fn a_call_says_that_there_is_no_engine() {
    let sig = Signature::new(CallConv::C, &Type::INT, []).expect("for callbacks");
    let one = Callback::dynamic(&sig, |_| Value::Int(1)).expect("a callback");
    let f = Function::from_ptr("one", one.as_ptr(), &sig).expect("not NULL");
    // SAFETY: the function has that type.
    let error = unsafe { f.call::<c_int>(()) }.expect_err("no engine");
    assert_eq!(error, CallError::Signature(SignatureError::NoEngine));
    let error = Signature::new(CallConv::Win64, &Type::INT, []).expect_err("no entry takes it");
    assert_eq!(error, SignatureError::NoEngine);
}
