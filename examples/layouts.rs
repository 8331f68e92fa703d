//! Where C puts the members of a struct, here and on other machines.

use core::ffi::{c_char, c_long, c_short};
use ctypes_wrap::prelude::*;
use ctypes_wrap::target::Target;

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Record {
    kind: c_char,
    length: c_long,
    flags: c_short,
    name: [c_char; 6],
    next: *mut Record,
}

/// The same without gaps, as `#pragma pack(1)` makes it.
#[derive(CStruct, Clone, Copy)]
#[repr(C, packed)]
struct Packed {
    kind: c_char,
    length: c_long,
    flags: c_short,
}

fn main() -> Result<(), Error> {
    println!("{}\n", Record::TYPE.layout()?);
    println!("{}\n", Packed::TYPE.layout()?);
    for target in [Target::I686_LINUX, Target::X86_64_WINDOWS_MSVC] {
        println!("{}\n", Record::TYPE.at(&target)?);
    }
    Ok(())
}
