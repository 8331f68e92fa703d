//! Numbers in a byte order of their own, which are never an argument or a result, behind names too.
use ctypes_wrap::{Be, CStruct, Le, foreign_fn};

#[derive(CStruct, Clone, Copy)]
#[repr(transparent)]
struct Port(Be<u16>);

#[foreign_fn]
unsafe extern "C" {
    fn htonl(number: Be<u32>) -> u32;
    fn ntohl(number: u32) -> Le<u32>;
    fn htons(number: Port) -> u16;
    #[optional]
    fn labs(number: Be<i64>) -> i64;
}

fn main() {}
