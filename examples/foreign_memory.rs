//! A record of a big-endian machine, read and changed here, whatever this machine is.
//!
//! The bytes are written out below; they could be those of a core dump or of a file.

use core::ffi::{c_char, c_int, c_long};
use ctypes_wrap::Target;
use ctypes_wrap::prelude::*;

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Process {
    pid: c_int,
    flags: c_long,
    name: [c_char; 8],
    next: *mut Process,
}

fn main() -> Result<(), Error> {
    // A 32-bit machine with the other byte order, made of one that has a name.
    let board =
        Target { name: "board", endian: ctypes_wrap::target::Endian::Big, ..Target::ARMV7_LINUX };
    let layout = Process::TYPE.at(&board)?;
    println!("{layout}");

    let mut bytes = *b"\x00\x00\x01\x02\xff\xff\xff\xfesystemd\x00\xc0\x01\xd0\x0d";
    let view = CView::new(&layout, &bytes)?;
    assert_eq!(view.get::<u32>("pid")?, 258);
    assert_eq!(view.get::<i64>("flags")?, -2);
    assert_eq!(view.address("next")?, 0xc001_d00d);
    for (field, value) in view.fields() {
        println!("{} = {:?}", field.name(), value?);
    }

    let mut view = CViewMut::new(&layout, &mut bytes)?;
    view.set("pid", 1)?;
    println!("{}", view.set("flags", 1_i64 << 40).unwrap_err());
    assert_eq!(bytes[..4], [0, 0, 0, 1]);
    Ok(())
}
