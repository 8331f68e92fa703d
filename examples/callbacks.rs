//! Rust closures as C function pointers, and what happens when one panics.

// Each unsafe block calls a C function in the way that its manual page says.
#![allow(clippy::undocumented_unsafe_blocks)]

use core::ffi::{c_int, c_void};
use ctypes_wrap::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

// A parameter that is a function pointer makes the call guarded: a panic in the callback does not
// cross the C code, it continues here.
#[foreign_fn]
unsafe extern "C" {
    fn qsort(
        base: *mut c_int,
        count: usize,
        size: usize,
        compare: Option<unsafe extern "C" fn(*const c_int, *const c_int) -> c_int>,
    );
    fn bsearch(
        key: *const c_int,
        base: *const c_int,
        count: usize,
        size: usize,
        compare: Option<unsafe extern "C" fn(*const c_int, *const c_int) -> c_int>,
    ) -> *mut c_void;
}

fn main() -> Result<(), Error> {
    // The closure borrows a variable: it lives for the length of the calls.
    let mut compared = 0;
    let compare = Callback::new_mut(|a: &c_int, b: &c_int| -> c_int {
        compared += 1;
        a.cmp(b) as c_int
    })?;
    let mut numbers = [30, 10, 20, 50, 40];
    unsafe { qsort(numbers.as_mut_ptr(), numbers.len(), 4, Some(compare.as_fn())) };
    let found = unsafe { bsearch(&40, numbers.as_ptr(), numbers.len(), 4, Some(compare.as_fn())) };
    drop(compare);
    println!("{numbers:?} after {compared} comparisons; 40 found: {}", !found.is_null());

    let broken =
        Callback::new(|_: &c_int, _: &c_int| -> c_int { panic!("these cannot be compared") })?
            .named("broken comparison");
    let outcome = catch_unwind(AssertUnwindSafe(|| unsafe {
        qsort(numbers.as_mut_ptr(), numbers.len(), 4, Some(broken.as_fn()));
    }));
    let message = outcome.unwrap_err();
    println!("qsort returned, then the panic went on: {:?}", message.downcast_ref::<&str>());
    Ok(())
}
