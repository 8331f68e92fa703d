//! What `#[bitfield]` adds to a struct beside the bits: constants, checked stores, traits, reflection.

use crate::bitfields::{CharUnnamedWide, Color, Ip, Pair, Pointers};
use crate::memory::Memory;
use core::ffi::*;
use ctypes_wrap::types::FieldRules;
use ctypes_wrap::{CStruct, CType, Error, Target, Type, bitfield};
use std::collections::HashSet;

/// All that `#[bitfield]` derives.
#[bitfield]
#[derive(CStruct, Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
#[ctypes(name = "tcp_flags")]
struct Flags {
    /// The first one.
    #[bits(1)]
    r#type: bool,
    #[bits(3)]
    color: Color,
    #[bits(4)]
    level: c_int,
    #[bits(0)]
    _align: c_uint,
    pair: Pair,
    #[bits(WIDTH)]
    last: u8,
}

const WIDTH: u32 = 3 + 2;
const FLAGS: Flags = Flags::zeroed().with_type(true).with_color(Color::Blue).with_level(-3);
const TRIED: (Flags, bool) = {
    let mut flags = FLAGS;
    flags.set_last(255);
    let is_ok = flags.try_set_level(8).is_ok();
    (flags, is_ok)
};

#[test]
fn everything_is_constant() {
    const LEVEL: c_int = FLAGS.level();
    assert_eq!(
        (LEVEL, FLAGS.r#type(), FLAGS.color(), FLAGS.last()),
        (-3, true, Ok(Color::Blue), 0)
    );
    assert_eq!((TRIED.0.last(), TRIED.0.level(), TRIED.1), (31, -3, false));
    assert_eq!(size_of::<Flags>(), Flags::TYPE.size());
}

#[test]
fn a_value_that_does_not_fit_is_an_error() {
    let mut flags = FLAGS;
    let error = flags.try_set_level(8).map_err(Error::from).expect_err("it has 4 bits");
    assert_eq!(
        error.to_string(),
        "field `level` of `tcp_flags`: expected a value from -8 to 7 for 4 bits, found 8"
    );
    assert_eq!(flags, FLAGS);
    assert!(flags.try_set_level(-8).is_ok() && flags.try_set_last(31).is_ok());
    assert!(flags.try_set_last(32).is_err());
    assert_eq!((flags.level(), flags.last()), (-8, 31));
}

#[test]
fn bits_that_are_no_variant_are_an_error() {
    let mut memory = Memory([0xff; 64]);
    let flags: &mut Flags = memory.as_record();
    let error = flags.color().expect_err("7 is no color");
    assert_eq!(
        error.to_string(),
        "7 is no value of `Color`: expected Red = 0, Green = 1, Blue = 2"
    );
    flags.set_color(Color::Green);
    assert_eq!(flags.color(), Ok(Color::Green));
    assert!(flags.r#type());
}

#[test]
fn the_traits_see_the_fields() {
    assert_eq!(
        format!("{FLAGS:?}"),
        "Flags { type: true, color: Ok(Blue), level: -3, pair: Pair { first: 0, second: 0 }, last: 0 }"
    );
    assert_eq!(Flags::default(), Flags::zeroed());
    // Bits between the fields are nobody's.
    let (mut zeros, mut ones) = (Memory([0; 64]), Memory([0xff; 64]));
    let set = |flags: &mut Flags| {
        *flags = flags.with_type(false).with_color(Color::Red).with_level(1).with_last(2);
        flags.pair = Pair::default();
        *flags
    };
    let both = [set(zeros.as_record()), set(ones.as_record())];
    assert_eq!(both[0], both[1]);
    assert_eq!(HashSet::from(both).len(), 1);
    assert_ne!(both[0], both[0].with_last(3));
    assert_ne!(both[0], Flags { pair: Pair { first: 1, second: 0 }, ..both[0] });
}

#[test]
fn reflection_knows_the_fields() {
    let fields = Flags::TYPE.fields();
    let names: Vec<&str> = fields.iter().map(|f| f.name()).collect();
    assert_eq!(names, ["type", "color", "level", "", "pair", "last"]);
    assert_eq!(fields[5].rules(), FieldRules::bits(5));
    assert_eq!(fields[1].ty(), Color::TYPE);
    assert_eq!(Flags::TYPE.to_string(), "struct tcp_flags");
    let big = Flags::TYPE.at(&Target::S390X_LINUX).expect("every field is spelled");
    let level = big.field("level").and_then(|f| f.bits()).expect("it is a bit field");
    assert_eq!((level.byte, level.bit, level.width), (0, 4, 4));
    // There a field without a name aligns the record (AAPCS64).
    assert_eq!(CharUnnamedWide::TYPE.at(&Target::AARCH64_LINUX).expect("spelled").size(), 8);
    assert_eq!(Pointers::TYPE.fields()[1].ty().pointee().as_ref(), Some(Pointers::TYPE));
    assert_eq!(Ip::TYPE.fields()[0].ty(), &Type::UINT);
}

#[test]
fn what_c_may_write() {
    #[bitfield]
    #[derive(CStruct)]
    #[repr(C)]
    struct Picky {
        #[bits(1)]
        flag: bool,
        call: Option<extern "C" fn(*mut Picky)>,
    }
    #[bitfield]
    #[derive(CStruct)]
    #[repr(C)]
    struct Fussy {
        #[bits(2)]
        bits: u8,
        call: extern "C" fn(),
    }
    const { assert!(Flags::ANY_BITS && Flags::ZERO && !Picky::ANY_BITS && Picky::ZERO && !Fussy::ZERO) };
    const PICKY: Picky = Picky::zeroed();
    assert!(PICKY.call.is_none() && !PICKY.flag());
    assert!(std::panic::catch_unwind(|| Fussy::zeroed().bits()).is_err());
    let _ = |fussy: Fussy| fussy.call;
}
