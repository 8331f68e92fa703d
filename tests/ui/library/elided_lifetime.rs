//! A result whose lifetime would be that of the handle.
use ctypes_wrap::library;

#[library("c", handle = pub Libc)]
unsafe extern "C" {
    safe fn strchr(text: &u8, character: i32) -> &u8;
}
fn main() {}
