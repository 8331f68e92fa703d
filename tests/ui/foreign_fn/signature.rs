//! Signatures that no foreign function has.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    fn generic<T>(x: T);
    fn method(&self);
    fn pattern((a, b): (i32, i32));
    fn attribute(#[allow(unused)] x: i32);
    const fn constant();
    type Opaque;
    fn body() {}
}
fn main() {}
