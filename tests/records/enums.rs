//! `#[derive(CEnum)]` and `Raw`.

use crate::c;
use core::ffi::c_int;
use ctypes_wrap::error::InvalidValue;
use ctypes_wrap::types::Scalar;
use ctypes_wrap::{CEnum, CStruct, CType, Discrete, Error, Raw, Target};

#[derive(CEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
enum Color {
    Red,
    Green = 5,
    Blue,
}

#[derive(CEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
#[ctypes(name = "sign")]
enum Sign {
    Negative = -1,
    Zero,
    Positive,
}

#[derive(CEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Level {
    Low = 1,
    r#High = 0xff,
}

#[derive(CEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
enum Wide {
    Small = 1,
    Large = 0x1_0000_0000,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Holder {
    first: u8,
    color: Raw<Color>,
    level: Raw<Level>,
    sign: Sign,
}

const TEXT: &str = r#"
enum Color { Red, Green = 5, Blue };
enum sign { Negative = -1, Zero, Positive };
struct Holder { unsigned char first; enum Color color; unsigned char level; enum sign sign; };
#define SIZES(N, T) const unsigned long N##_size[2] = { sizeof(T), _Alignof(T) };
SIZES(Color, enum Color) SIZES(Sign, enum sign) SIZES(Wide, long long) SIZES(Holder, struct Holder)
enum Color next(enum Color c) { return c == Red ? Green : (enum Color)(c + 1); }
enum sign negate(enum sign s) { return (enum sign)-s; }
int is_signed(void) { return ((enum sign)-1 < 0) + 2 * ((enum Color)-1 < 0); }
struct Holder holder(struct Holder h) { h.color = (enum Color)77; h.level = 3; h.sign = (enum sign)-h.sign; return h; }
"#;

#[test]
fn layouts_signs_and_calls_are_those_of_c() {
    let lib = c::library("enums", TEXT);
    macro_rules! sizes {
        ($($ty:ident)*) => {$(c::assert_extent::<$ty>(&lib, stringify!($ty));)*};
    }
    sizes!(Color Sign Wide Holder);
    // SAFETY: the text declares the functions so.
    unsafe {
        let next = c::get::<unsafe extern "C" fn(Color) -> Raw<Color>>(&lib, "next");
        assert_eq!(next(Color::Red).get(), Ok(Color::Green));
        assert_eq!(next(Color::Green).get(), Ok(Color::Blue));
        let error = next(Color::Blue).get().expect_err("it is no variant");
        assert_eq!(
            error.to_string(),
            "7 is no value of `Color`: expected Red = 0, Green = 5, Blue = 6"
        );
        let negate = c::get::<unsafe extern "C" fn(Sign) -> Raw<Sign>>(&lib, "negate");
        assert_eq!(negate(Sign::Positive).get(), Ok(Sign::Negative));
        assert_eq!(negate(Sign::Positive).bits(), -1);
        let is_signed = c::get::<unsafe extern "C" fn() -> c_int>(&lib, "is_signed")();
        let as_signed = [<Sign as Discrete>::Bits::MIN != 0, <Color as Discrete>::Bits::MIN != 0];
        assert_eq!(is_signed, i32::from(as_signed[0]) + 2 * i32::from(as_signed[1]));
        let holder = c::get::<unsafe extern "C" fn(Holder) -> Holder>(&lib, "holder");
        let h = Holder {
            first: 9,
            color: Color::Red.into(),
            level: Raw::default(),
            sign: Sign::Positive,
        };
        let h = holder(h);
        assert_eq!((h.first, h.color.bits(), h.level.bits(), h.sign), (9, 77, 3, Sign::Negative));
        assert_eq!((format!("{:?}", h.color), h.level.get().is_err()), ("77".to_owned(), true));
    }
}

#[test]
fn conversions_are_constants() {
    const GREEN: Result<Color, InvalidValue> = Color::try_from_raw(5);
    const BITS: u8 = Level::High.to_raw();
    const RAW: Raw<Level> = {
        let mut raw = Raw::<Level>::from_bits(2);
        raw.set(Level::Low);
        raw
    };
    assert_eq!((GREEN, BITS, RAW.get()), (Ok(Color::Green), 255, Ok(Level::Low)));
    assert_eq!(
        Level::try_from(2).map_err(Error::from).map_err(|e| e.to_string()),
        Err("2 is no value of `Level`: expected Low = 1, High = 255".to_owned())
    );
    assert_eq!(Wide::try_from(0x1_0000_0000), Ok(Wide::Large));
    assert_eq!(Wide::Small.to_raw(), 1);
    assert_eq!(Color::try_from(6_u32), Color::try_from(6_i32));
    assert_eq!(Sign::Zero.to_raw() + Sign::Negative.to_raw(), -1);
}

#[test]
fn every_integer_is_a_variant_or_an_error() {
    for bits in 0..=u8::MAX {
        assert_eq!(Raw::<Level>::from_bits(bits).get().is_ok(), bits == 1 || bits == 255);
    }
    for bits in -300..300 {
        assert_eq!(Sign::try_from(bits).is_ok(), (-1..=1).contains(&bits));
    }
}

#[test]
fn the_description_says_what_c_says() {
    assert_eq!(Sign::TYPE.to_string(), "enum sign");
    let ctypes_wrap::types::TypeKind::Enum(level) = Level::TYPE.kind() else { panic!("no enum") };
    assert_eq!((level.fixed(), level.value("High")), (Some(Scalar::UInt8), Some(255)));
    let short = Target { short_enums: true, ..Target::ARMV7_LINUX };
    assert_eq!(Color::TYPE.at(&short).expect("it is known").size(), 1);
    const { assert!(!Color::ANY_BITS && Color::BY_VALUE && Raw::<Color>::ANY_BITS && !Holder::ANY_BITS) };
    assert_eq!(Holder::TYPE.fields()[1].ty(), Color::TYPE);
}

#[cfg(feature = "libffi")]
#[test]
fn a_dynamic_call_returns_no_value_that_is_no_variant() {
    use ctypes_wrap::{CallConv, Function, Signature};
    let lib = c::library("enums_dynamic", TEXT);
    let sig = Signature::new(CallConv::C, Color::TYPE, [Color::TYPE]).expect("C has it");
    let next: Function = lib.function("next", &sig).expect("it is defined");
    // SAFETY: the text declares it so.
    unsafe {
        assert_eq!(next.call::<Color>((Color::Green,)).expect("6 is a variant"), Color::Blue);
        let error = next.call::<Color>((Color::Blue,)).expect_err("7 is none");
        assert!(error.to_string().contains("7 is no value of `enum Color`"), "{error}");
        assert_eq!(next.call::<Raw<Color>>((Color::Blue,)).expect("any bits will do").bits(), 7);
    }
    let sig = Signature::new(CallConv::C, Holder::TYPE, [Holder::TYPE]).expect("C has it");
    let holder: Function = lib.function("holder", &sig).expect("it is defined");
    let h = Holder { first: 1, color: Raw::default(), level: Raw::default(), sign: Sign::Positive };
    // SAFETY: as above.
    let back = unsafe { holder.call::<Holder>((h,)) }.expect("a `Raw` holds any bits");
    assert_eq!((back.color.bits(), back.level.bits(), back.sign), (77, 3, Sign::Negative));
}
