//! Function pointers that come back from C.

use crate::common::fixture;
use core::ffi::{c_int, c_void};
use ctypes_wrap::callback::recognize;
use ctypes_wrap::prelude::*;

type Unary = unsafe extern "C" fn(c_int) -> c_int;

#[test]
fn typed_null_checked_and_comparable() {
    let native = fixture();
    let unary = <Option<Unary>>::TYPE;
    let own = native.function("own_function", unary, &[Type::INT]);
    let keep = native.function("keep_and_return", unary, core::slice::from_ref(unary));
    // SAFETY: the functions have these types; what is kept is given back below.
    unsafe {
        let none = own.call::<Option<Unary>>((0,));
        assert_eq!(none, Ok(None));
        let negated = own.call::<Option<Unary>>((1,)).expect("a call").expect("not NULL");
        assert_eq!(negated(7), -7);
        let callback =
            Callback::new(|n: c_int| -> c_int { n + 1 }).expect("a callback").named("next");
        assert_eq!(keep.call::<Option<Unary>>((&callback,)), Ok(None));
        let back = keep.call::<Option<Unary>>((Some(negated),)).expect("a call").expect("ours");
        assert_eq!(back as *const c_void, callback.as_ptr());
        assert_ne!(back as *const c_void, negated as *const c_void);
        assert_eq!(back(1), 2);
        let again = keep.call::<Option<Unary>>((None::<Unary>,)).expect("a call").expect("theirs");
        assert_eq!(again as *const c_void, negated as *const c_void);
    }
}

#[test]
fn described_at_run_time() {
    let native = fixture();
    let unary = Type::function(CallConv::C, &Type::INT, [&Type::INT], false).pointer();
    let own = native.function("own_function", &unary, &[Type::INT]);
    // SAFETY: the function has that type, and returns a function of the type that its result says.
    unsafe {
        let Ok(Value::Pointer(address)) = own.call_value((1,)) else { panic!("a pointer") };
        let sig = Signature::of(&unary).expect("a signature");
        let negated = Function::from_ptr("negated", address, &sig).expect("not NULL");
        assert_eq!(negated.call::<c_int>((7,)), Ok(-7));
        let Ok(Value::Pointer(address)) = own.call_value((0,)) else { panic!("a pointer") };
        let error = Function::from_ptr("nothing", address, &sig).expect_err("NULL");
        assert_eq!(error.to_string(), "`nothing` has the address NULL");
    }
}

#[test]
fn a_callback_is_recognized_as_long_as_it_lives() {
    let callback = Callback::new(|n: c_int| -> c_int { n }).expect("a callback").named("known");
    let code = callback.as_ptr();
    let found = recognize(code).expect("it is one");
    assert_eq!((found.name.as_str(), &found.ty), ("known", callback.ty()));
    for other in [code.wrapping_byte_add(1), core::ptr::null(), libc::getpid as *const c_void] {
        assert_eq!(recognize(other), None);
    }
    drop(callback);
    assert_eq!(recognize(code), None);
    // And one with code that was made for it.
    #[cfg(all(target_arch = "x86_64", not(windows)))]
    if !crate::is_hardened() {
        let sig = Signature::new(CallConv::Win64, &Type::INT, [&Type::INT]).expect("a signature");
        let callback =
            Callback::dynamic(&sig, |args| args[0].clone()).expect("a callback").named("made");
        let code = callback.as_ptr();
        assert_eq!(recognize(code).map(|c| c.name), Some("made".to_owned()));
        drop(callback);
        assert_eq!(recognize(code), None);
    }
}
