//! zlib: a library handle beside run-time signatures.

use crate::{Stop, row};
use core::ffi::{c_int, c_uint, c_ulong};
use ctypes_wrap::prelude::*;

// The same block as a struct with methods: several libraries can be open at once, and a missing
// one is an error value.
#[library("z", handle = Zlib)]
unsafe extern "C" {
    fn crc32(crc: c_ulong, data: *const u8, len: c_uint) -> c_ulong;
    fn compress(to: *mut u8, to_len: *mut c_ulong, from: *const u8, len: c_ulong) -> c_int;
    fn uncompress(to: *mut u8, to_len: *mut c_ulong, from: *const u8, len: c_ulong) -> c_int;
    fn compressBound(len: c_ulong) -> c_ulong;
}

/// What is compressed: this repository's own README.
const README: &[u8] = include_bytes!("../../README.md");

pub(crate) fn visit() -> Stop {
    let zlib = unsafe { Zlib::open()? };
    let lib = unsafe { Library::open("z")? };
    println!("  {}", lib.path().unwrap_or_default().display());

    let bytes = Type::UCHAR.pointer();
    let sig = Signature::new(CallConv::C, &Type::ULONG, [&Type::ULONG, &bytes, &Type::UINT])?;
    let crc32 = lib.function("crc32", &sig)?;
    row(
        "crc32 of README.md",
        format!("{:08x}", unsafe { zlib.crc32(0, README.as_ptr(), README.len() as c_uint) }),
        format!("{:08x}", unsafe { crc32.call::<c_ulong>((0, README.as_ptr(), README.len()))? }),
    );

    let len = README.len() as c_ulong;
    let bound = unsafe { zlib.compressBound(len) };
    let mut packed = vec![0; bound as usize];
    let mut packed_len = bound;
    let mut back = vec![0; README.len()];
    let mut back_len = len;
    let done = unsafe {
        zlib.compress(packed.as_mut_ptr(), &mut packed_len, README.as_ptr(), len) == 0
            && zlib.uncompress(back.as_mut_ptr(), &mut back_len, packed.as_ptr(), packed_len) == 0
    };
    let one = if done && back == README { packed_len } else { 0 };

    let sig = Signature::new(
        CallConv::C,
        &Type::INT,
        [&bytes, &Type::ULONG.pointer(), &bytes, &Type::ULONG],
    )?;
    let (compress, uncompress) =
        (lib.function("compress", &sig)?, lib.function("uncompress", &sig)?);
    packed_len = bound;
    back.fill(0);
    let done = unsafe {
        let n = &raw mut packed_len;
        compress.call::<c_int>((packed.as_mut_ptr(), n, README.as_ptr(), len))? == 0
            && uncompress.call::<c_int>((
                back.as_mut_ptr(),
                &raw mut back_len,
                packed.as_ptr(),
                packed_len,
            ))? == 0
    };
    let two = if done && back == README { packed_len } else { 0 };
    row("there and back, packed to", format!("{one} of {len}"), format!("{two} of {len}"));
    Ok(())
}
