//! Records that Rust cannot write, unions with bit fields and generic structs with bit fields, against C; and
//! what is known of them on every target.

use crate::bitfields::Color;
use crate::shapes::{self, hash, shapes};
use core::ffi::{c_int, c_longlong, c_uint};
use core::marker::PhantomData;
use core::mem::align_of;
use ctypes_wrap::{CStruct, CType, CUnion, Raw, Type, bitfield};

/// `packed(n)` and more alignment.
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(C, packed(2), align(8))]
struct PackTwo {
    kind: u8,
    length: c_int,
    #[bits(3)]
    low: u32,
    #[bits(14)]
    high: u32,
    last: i64,
    end: u8,
}

/// Less alignment than that of the members in their packing.
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C, packed(4), align(2))]
struct PackFour {
    kind: u8,
    #[bits(7)]
    bits: u16,
    wide: u64,
    last: u16,
}

#[bitfield]
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C, packed(8))]
#[repr(align(16))]
struct PackEight {
    kind: u8,
    wide: u64,
    #[bits(33)]
    bits: i64,
    last: u16,
}

#[bitfield]
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C, packed(1), align(4))]
struct PragmaOne {
    #[bits(5)]
    a: u8,
    #[bits(4)]
    b: u8,
    #[bits(15)]
    c: u16,
    d: u16,
}

#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, align(8))]
struct Aligned {
    a: u8,
    b: u32,
}

/// A packed record around an aligned one, which rustc refuses (E0588).
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, packed)]
#[ctypes(bytes)]
struct Around {
    tag: u8,
    inner: Aligned,
    #[bits(3)]
    low: u32,
    last: u16,
}

#[bitfield]
#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, packed(2))]
#[ctypes(bytes)]
struct AroundTwo {
    tag: u8,
    inner: [Aligned; 2],
    last: u8,
}

/// Nothing is special about it but that it is asked for.
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq)]
#[repr(C)]
#[ctypes(bytes)]
struct Natural {
    tag: u8,
    word: u32,
    byte: i8,
}

#[bitfield]
#[derive(CUnion, Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(C)]
union Bits {
    #[bits(3)]
    a: c_uint,
    #[bits(17)]
    b: c_int,
    #[bits(40)]
    c: c_longlong,
    #[bits(1)]
    flag: bool,
    #[bits(2)]
    color: Raw<Color>,
    #[bits(0)]
    _end: c_int,
    #[bits(9)]
    _unnamed: c_int,
    byte: u8,
    word: i32,
}

#[bitfield]
#[derive(CUnion, Debug, Clone, Copy)]
#[repr(C, packed)]
union PackedBits {
    #[bits(17)]
    a: c_uint,
    #[bits(33)]
    b: c_longlong,
    byte: u8,
}

/// A union that is packed and aligned, without and with bit fields.
#[bitfield]
#[derive(CUnion, Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, packed(2), align(8))]
union Both {
    wide: u64,
    bytes: [u8; 9],
}

#[bitfield]
#[derive(CUnion, Debug, Clone, Copy)]
#[repr(C, packed, align(2))]
union BothBits {
    #[bits(20)]
    a: c_int,
    word: u32,
}

/// Bit fields before what depends on a parameter.
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(C)]
struct Generic<T: Copy> {
    #[bits(3)]
    a: c_uint,
    #[bits(14)]
    b: c_int,
    inner: T,
    marker: PhantomData<T>,
}

impl<T: Copy> Generic<T> {
    fn inner(&self) -> T {
        self.inner
    }
    fn set_inner(&mut self, value: T) {
        self.inner = value;
    }
    fn with_inner(mut self, value: T) -> Generic<T> {
        self.inner = value;
        self
    }
}

/// A width of 0, which ends the unit before the parameter.
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
struct Ended<T: Copy> {
    head: *mut T,
    #[bits(3)]
    a: c_uint,
    #[bits(0)]
    _end: c_uint,
    inner: T,
}

impl<T: Copy> Ended<T> {
    fn inner(&self) -> T {
        self.inner
    }
    fn set_inner(&mut self, value: T) {
        self.inner = value;
    }
    fn with_inner(mut self, value: T) -> Ended<T> {
        self.inner = value;
        self
    }
}

shapes! { all:
    PackTwo = "PackTwo" "#pragma pack(2)@struct __attribute__((aligned(8))) { unsigned char kind; int length;
        unsigned low:3; unsigned high:14; long long last; unsigned char end; }"
        [kind set_kind with_kind, length set_length with_length, low set_low with_low, high set_high with_high,
         last set_last with_last, end set_end with_end];
    PackFour = "PackFour" "#pragma pack(4)@struct __attribute__((aligned(2))) { unsigned char kind;
        unsigned short bits:7; unsigned long long wide; unsigned short last; }"
        [kind set_kind with_kind, bits set_bits with_bits, wide set_wide with_wide, last set_last with_last];
    PackEight = "PackEight" "#pragma pack(8)@struct __attribute__((aligned(16))) { unsigned char kind;
        unsigned long long wide; long long bits:33; unsigned short last; }"
        [bits set_bits with_bits, kind set_kind with_kind, wide set_wide with_wide, last set_last with_last];
    PragmaOne = "PragmaOne" "#pragma pack(1)@struct __attribute__((aligned(4))) { unsigned char a:5;
        unsigned char b:4; unsigned short c:15; unsigned short d; }"
        [a set_a with_a, b set_b with_b, c set_c with_c, d set_d with_d];
    Around = "Around" "struct __attribute__((packed)) { unsigned char tag;
        struct __attribute__((aligned(8))) { unsigned char a; unsigned b; } inner; unsigned low:3; unsigned short last; }"
        [tag set_tag with_tag, low set_low with_low, last set_last with_last];
    AroundTwo = "AroundTwo" "struct AroundTwo_inner { unsigned char a; unsigned b; } __attribute__((aligned(8)));\n\
        #pragma pack(2)@struct { unsigned char tag; struct AroundTwo_inner inner[2]; unsigned char last; }"
        [tag set_tag with_tag, last set_last with_last];
    Natural = "Natural" "struct { unsigned char tag; unsigned word; signed char byte; }"
        [tag set_tag with_tag, word set_word with_word, byte set_byte with_byte];
    Bits = "Bits" "union { unsigned a:3; int b:17; long long c:40; _Bool flag:1; unsigned color:2; int :0;
        int :9; unsigned char byte; int word; }"
        [a set_a with_a, b set_b with_b, c set_c with_c, flag set_flag with_flag, color set_color with_color,
         byte set_byte with_byte, word set_word with_word];
    PackedBits = "PackedBits" "union __attribute__((packed)) { unsigned a:17; long long b:33; unsigned char byte; }"
        [a set_a with_a, b set_b with_b, byte set_byte with_byte];
    Both = "Both" "#pragma pack(2)@union __attribute__((aligned(8))) { unsigned long long wide; unsigned char bytes[9]; }"
        [wide set_wide with_wide];
    BothBits = "BothBits" "union __attribute__((packed, aligned(2))) { int a:20; unsigned word; }"
        [a set_a with_a, word set_word with_word];
    Generic<u8> = "GenericByte" "struct { unsigned a:3; int b:14; unsigned char inner; }"
        [a set_a with_a, b set_b with_b, inner set_inner with_inner];
    Generic<i16> = "GenericShort" "struct { unsigned a:3; int b:14; short inner; }"
        [a set_a with_a, b set_b with_b, inner set_inner with_inner];
    Generic<i64> = "GenericLong" "struct { unsigned a:3; int b:14; long long inner; }"
        [a set_a with_a, b set_b with_b, inner set_inner with_inner];
    Ended<u8> = "EndedByte" "struct { void *head; unsigned a:3; unsigned :0; unsigned char inner; }"
        [a set_a with_a, inner set_inner with_inner];
    Ended<u64> = "EndedLong" "struct { void *head; unsigned a:3; unsigned :0; unsigned long long inner; }"
        [a set_a with_a, inner set_inner with_inner];
}

#[test]
fn members_are_those_of_c() {
    all("combinations");
}

/// Of each record the size, the alignment, the offsets and every bit, as the target's compiler has them.
#[test]
fn every_target_has_them_so() {
    let records = [
        PackTwo::TYPE,
        PackFour::TYPE,
        PackEight::TYPE,
        PragmaOne::TYPE,
        Around::TYPE,
        AroundTwo::TYPE,
        Natural::TYPE,
        Bits::TYPE,
        PackedBits::TYPE,
        Both::TYPE,
        BothBits::TYPE,
        Generic::<*mut u8>::TYPE,
        Ended::<[u8; 3]>::TYPE,
    ];
    shapes::judge_everywhere(&records, |_| true);
}

#[test]
fn an_inner_record_is_copied_in_and_out() {
    const AROUND: Around =
        Around::zeroed().with_tag(1).with_inner(Aligned { a: 2, b: 0x0304_0506 }).with_low(5);
    assert_eq!((AROUND.tag(), AROUND.inner().b, AROUND.low()), (1, 0x0304_0506, 5));
    // What the compiler of every target says of the offsets is above.
    assert_eq!((offset(Around::TYPE, "inner"), offset(Around::TYPE, "last")), (1, 10));
    let two = AroundTwo::default().with_inner([Aligned { a: 1, b: 2 }, Aligned { a: 3, b: 4 }]);
    assert_eq!((two.inner()[1].b, offset(AroundTwo::TYPE, "inner")), (4, 2));
    assert!(two != AroundTwo::default() && format!("{two:?}").contains("Aligned { a: 3, b: 4 }"));
}

fn offset(ty: &Type, name: &str) -> u64 {
    ty.layout().expect("it has one").field(name).expect("it is there").offset()
}

#[test]
fn traits_see_the_members() {
    const BITS: Bits = Bits::zeroed().with_b(-1).with_byte(0x15);
    assert_eq!((BITS.a(), BITS.b(), BITS.byte(), BITS.flag()), (5, -0xeb, 0x15, true));
    assert_eq!(
        format!("{BITS:?}"),
        "Bits { a: 5, b: -235, c: 130837, flag: true, color: Green, byte: 21, word: 130837 }"
    );
    assert!(BITS != Bits::default() && BITS == BITS.with_c(BITS.c()));
    assert_eq!(hash(&BITS), hash(&Bits::default().with_word(0x1_ff15)));
    let mut bits = BITS;
    assert!(bits.try_set_a(8).is_err() && bits.try_set_a(7).is_ok() && bits.byte() == 0x17);

    let generic = Generic::<[u8; 3]>::default().with_a(7).with_inner([1, 2, 3]);
    let same = Generic { inner: [1_u8, 2, 3], ..Generic::zeroed().with_a(7) };
    assert_eq!((generic, hash(&generic)), (same, hash(&same)));
    assert!(format!("{generic:?}").contains("inner: [1, 2, 3]"), "{generic:?}");
    assert_eq!(Both::default().with_bytes([1; 9]).wide(), 0x0101_0101_0101_0101);
}

/// More alignment than a scalar has, in a struct that Rust can write.
#[test]
fn a_struct_with_bit_fields_may_be_aligned_to_a_cache_line() {
    #[bitfield]
    #[derive(CStruct, Clone, Copy)]
    #[repr(C, align(64))]
    struct Line {
        #[bits(3)]
        a: u32,
    }
    assert_eq!((size_of::<Line>(), align_of::<Line>(), Line::TYPE.align()), (64, 64, 64));
    assert_eq!(Line::zeroed().with_a(5).a(), 5);
}

#[test]
fn what_rustc_does_not_pass_is_known() {
    const { assert!(!PackTwo::BY_VALUE && !Around::BY_VALUE && !Bits::BY_VALUE && !Both::BY_VALUE) };
    const { assert!(Bits::ANY_BITS && Around::ANY_BITS && Bits::ZERO) };
    if cfg!(target_arch = "x86_64") {
        const { assert!(Generic::<i64>::BY_VALUE) };
    }
}
