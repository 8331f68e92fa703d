//! zlib in one call: checksums, and whole buffers there and back.

use crate::{TEXT, function, open};
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use ctypes_wrap::prelude::*;

#[test]
fn zlib() {
    let z = open("z", "zlib1g");
    let bytes = Type::UCHAR.pointer();
    let crc32 = function(&z, "crc32", &Type::ULONG, &[Type::ULONG, bytes.clone(), Type::UINT]);
    let params = [bytes.clone(), Type::ULONG.pointer(), bytes, Type::ULONG];
    let compress = function(&z, "compress", &Type::INT, &params);
    let uncompress = function(&z, "uncompress", &Type::INT, &params);
    let bound = function(&z, "compressBound", &Type::ULONG, &[Type::ULONG]);
    let version = function(&z, "zlibVersion", &TEXT, &[]);
    let flags = function(&z, "zlibCompileFlags", &Type::ULONG, &[]);
    let text = b"what goes in must come out. ".repeat(100);
    // SAFETY: the functions have these types; lengths are those of the buffers.
    unsafe {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        let crc = crc32.call::<c_ulong>((0_u8, b"123456789".as_ptr(), 9_u8));
        assert_eq!(crc, Ok(0xcbf4_3926));
        let room = bound.call::<c_ulong>((text.len(),)).expect("a call");
        let mut packed = vec![0_u8; room as usize];
        let mut length: c_ulong = room;
        let status = compress.call::<c_int>((
            packed.as_mut_ptr(),
            &raw mut length,
            text.as_ptr(),
            text.len(),
        ));
        assert_eq!(status, Ok(0));
        assert!(length < 100, "{length} bytes of {}", text.len());
        let mut back = vec![0_u8; text.len()];
        let mut back_length = back.len() as c_ulong;
        let status = uncompress.call::<c_int>((
            back.as_mut_ptr(),
            &raw mut back_length,
            packed.as_ptr(),
            length,
        ));
        assert_eq!((status, back_length as usize, &back), (Ok(0), text.len(), &text));
        // Z_BUF_ERROR of zlib.h, for room that is too small.
        let mut small: c_ulong = 10;
        let status =
            uncompress.call::<c_int>((back.as_mut_ptr(), &raw mut small, packed.as_ptr(), length));
        assert_eq!(status, Ok(-5));
        let version = CStr::from_ptr(version.call::<*const c_char>(()).expect("a call"));
        assert!(version.to_bytes().starts_with(b"1."), "{version:?}");
        // zlib.h: the two lowest bits say the size of uInt, the next two that of uLong: 1 is 4 bytes, 2 is 8.
        let flags = flags.call::<c_ulong>(()).expect("a call");
        assert_eq!(2 << (flags & 3), size_of::<c_uint>());
        assert_eq!(2 << (flags >> 2 & 3), size_of::<c_ulong>());
    }
}
