//! Closures that cannot be lent.
use core::ffi::{c_int, c_void};
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn no_data(#[callback] f: unsafe extern "C" fn(*mut c_void));
    fn no_callback(#[user_data] data: *mut c_void);
    fn two(
        #[callback] f: unsafe extern "C" fn(*mut c_void),
        #[callback] g: unsafe extern "C" fn(*mut c_void),
        #[user_data] data: *mut c_void,
    );
    fn no_pointer(#[callback] f: c_int, #[user_data] data: *mut c_void);
    fn no_parameter(#[callback] f: unsafe extern "C" fn(), #[user_data] data: *mut c_void);
    fn of_rust(#[callback] f: fn(*mut c_void), #[user_data] data: *mut c_void);
    fn safe(#[callback] f: extern "C" fn(*mut c_void), #[user_data] data: *mut c_void);
    fn reference(#[callback] f: unsafe extern "C" fn(&c_int, *mut c_void), #[user_data] data: *mut c_void);
    fn other_word(#[callback(last)] f: unsafe extern "C" fn(*mut c_void), #[user_data] data: *mut c_void);
    fn no_address(#[callback] f: unsafe extern "C" fn(*mut c_void), #[user_data] data: usize);
    #[optional]
    fn handed_out(#[callback] f: unsafe extern "C" fn(*mut c_void), #[user_data] data: *mut c_void);
}

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn other_data(#[callback] f: unsafe extern "C" fn(*mut c_int), #[user_data] data: *mut c_void);
    fn numbers(#[callback] f: unsafe extern "C" fn(c_int, *mut c_void), #[user_data] data: *mut c_void);
}

fn main() {
    unsafe { numbers(|n: f64| ()) };
    unsafe { numbers(|n: c_int, m: c_int| ()) };
}
