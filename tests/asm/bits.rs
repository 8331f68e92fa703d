//! What bits.c says, in Rust: the test compiles both and counts instructions.

#![crate_type = "lib"]

use core::ffi::*;
use ctypes_wrap::{CStruct, bitfield};

macro_rules! fields {
    ($($record:ident $ty:ident $get:ident $set:ident: $get_as:ident $set_as:ident;)*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $get_as(r: &$record) -> $ty {
            r.$get()
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn $set_as(r: &mut $record, value: $ty) {
            r.$set(value)
        }
    )*};
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Word {
    #[bits(4)]
    low: c_uint,
    #[bits(9)]
    sign: c_int,
    #[bits(3)]
    byte: c_uint,
    #[bits(16)]
    top: c_uint,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Bytes {
    #[bits(6)]
    a: c_uint,
    #[bits(5)]
    across: c_uint,
    #[bits(5)]
    b: c_uint,
    #[bits(8)]
    whole: c_uint,
    #[bits(8)]
    c: c_uint,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Flags {
    #[bits(1)]
    first: bool,
    #[bits(1)]
    second: bool,
    #[bits(6)]
    rest: c_uchar,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Wide {
    #[bits(20)]
    low: c_ulonglong,
    #[bits(30)]
    sign: c_longlong,
    #[bits(14)]
    rest: c_ulonglong,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Whole {
    #[bits(32)]
    all: c_uint,
    #[bits(64)]
    wide: c_longlong,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed)]
pub struct Packed {
    tag: c_uchar,
    #[bits(11)]
    a: c_uint,
    #[bits(21)]
    b: c_int,
    end: c_uchar,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed)]
pub struct Three {
    tag: c_uchar,
    #[bits(13)]
    a: c_uint,
    #[bits(11)]
    b: c_int,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed)]
pub struct Five {
    #[bits(7)]
    a: c_uint,
    #[bits(30)]
    b: c_uint,
    #[bits(3)]
    c: c_uint,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed)]
pub struct Seven {
    tag: c_uchar,
    #[bits(50)]
    a: c_longlong,
    #[bits(6)]
    b: c_uint,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C, packed)]
pub struct Nine {
    #[bits(5)]
    a: c_uint,
    #[bits(64)]
    b: c_ulonglong,
    #[bits(3)]
    c: c_uint,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Offset {
    name: [c_char; 16],
    id: c_ushort,
    #[bits(5)]
    a: c_short,
    #[bits(11)]
    b: c_short,
    x: c_double,
}

#[bitfield]
#[derive(CStruct)]
#[repr(C)]
pub struct Odd {
    id: c_ushort,
    tag: c_uchar,
    #[bits(3)]
    a: c_uint,
    #[bits(5)]
    b: c_uint,
    #[bits(9)]
    c: c_uint,
}

fields! {
    Word c_uint low set_low: get_unsigned set_unsigned;
    Word c_int sign set_sign: get_signed set_signed;
    Word c_uint byte set_byte: get_in_a_byte set_in_a_byte;
    Word c_uint top set_top: get_whole_word set_whole_word;
    Bytes c_uint across set_across: get_across_bytes set_across_bytes;
    Bytes c_uint whole set_whole: get_whole_byte set_whole_byte;
    Flags bool first set_first: get_first_bool set_first_bool;
    Flags bool second set_second: get_second_bool set_second_bool;
    Flags c_uchar rest set_rest: get_char set_char;
    Wide c_ulonglong low set_low: get_long_long set_long_long;
    Wide c_longlong sign set_sign: get_signed_long_long set_signed_long_long;
    Wide c_ulonglong rest set_rest: get_top_of_long_long set_top_of_long_long;
    Whole c_uint all set_all: get_all_of_int set_all_of_int;
    Whole c_longlong wide set_wide: get_all_of_long_long set_all_of_long_long;
    Packed c_uint a set_a: get_packed set_packed;
    Packed c_int b set_b: get_signed_packed set_signed_packed;
    Three c_uint a set_a: get_first_of_three_bytes set_first_of_three_bytes;
    Three c_int b set_b: get_last_of_three_bytes set_last_of_three_bytes;
    Five c_uint a set_a: get_first_of_five_bytes set_first_of_five_bytes;
    Five c_uint b set_b: get_across_five_bytes set_across_five_bytes;
    Five c_uint c set_c: get_last_of_five_bytes set_last_of_five_bytes;
    Seven c_longlong a set_a: get_most_of_seven_bytes set_most_of_seven_bytes;
    Seven c_uint b set_b: get_last_of_seven_bytes set_last_of_seven_bytes;
    Nine c_ulonglong b set_b: get_across_nine_bytes set_across_nine_bytes;
    Offset c_short a set_a: get_at_offset set_at_offset;
    Offset c_short b set_b: get_at_end_of_offset set_at_end_of_offset;
    Odd c_uint b set_b: get_after_a_char set_after_a_char;
    Odd c_uint c set_c: get_in_the_next_unit set_in_the_next_unit;
}
