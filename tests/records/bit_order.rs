//! Bit fields in a byte order of their own, against gcc's `scalar_storage_order`; and what is known of them on
//! every target.

use crate::bitfields::Color;
use crate::c;
use crate::shapes::{self, Member, Shape, hash, shapes};
use core::ffi::{c_int, c_longlong, c_uint};
use ctypes_wrap::target::{Compiler, Endian};
use ctypes_wrap::{Be, CStruct, CType, CUnion, CViewMut, Le, Raw, Target, bitfield};

macro_rules! wire {
    ($struct:ident $packed:ident $union:ident $block:ident $order:ident $endian:literal) => {
        #[bitfield]
        #[derive(CStruct, Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[repr(C)]
        #[ctypes(endian = $endian)]
        struct $struct {
            #[bits(3)]
            a: c_uint,
            #[bits(14)]
            b: c_int,
            #[bits(45)]
            c: c_longlong,
            port: $order<u16>,
            #[bits(1)]
            flag: bool,
            #[bits(2)]
            color: Raw<Color>,
            #[bits(5)]
            _unnamed: c_uint,
            #[bits(0)]
            _end: c_uint,
            #[bits(12)]
            d: u16,
            last: u8,
        }

        #[bitfield]
        #[derive(CStruct, Debug, Clone, Copy)]
        #[repr(C, packed)]
        #[ctypes(endian = $endian)]
        struct $packed {
            byte: u8,
            #[bits(3)]
            a: c_uint,
            #[bits(14)]
            b: c_int,
            #[bits(45)]
            c: c_longlong,
        }

        #[bitfield]
        #[derive(CUnion, Debug, Clone, Copy, Default, PartialEq)]
        #[repr(C)]
        #[ctypes(endian = $endian)]
        union $union {
            #[bits(3)]
            a: c_uint,
            #[bits(45)]
            b: c_longlong,
            word: $order<i32>,
        }

        #[bitfield]
        #[derive(CStruct, Debug, Clone, Copy)]
        #[repr(C, packed(2), align(8))]
        #[ctypes(endian = $endian)]
        struct $block {
            byte: u8,
            word: $order<i32>,
            #[bits(3)]
            a: c_uint,
            #[bits(14)]
            b: c_int,
        }
    };
}

wire!(Big BigPacked BigUnion BigBlock Be "big");
wire!(Little LittlePacked LittleUnion LittleBlock Le "little");

shapes! { all:
    Big = "Big" "struct __attribute__((scalar_storage_order(\"big-endian\"))) { unsigned a:3; int b:14; long long c:45;
        unsigned short port; _Bool flag:1; unsigned color:2; unsigned :5; unsigned :0; unsigned short d:12;
        unsigned char last; }"
        [a set_a with_a, b set_b with_b, c set_c with_c, flag set_flag with_flag, color set_color with_color,
         d set_d with_d];
    Little = "Little" "struct __attribute__((scalar_storage_order(\"little-endian\"))) { unsigned a:3; int b:14;
        long long c:45; unsigned short port; _Bool flag:1; unsigned color:2; unsigned :5; unsigned :0;
        unsigned short d:12; unsigned char last; }"
        [a set_a with_a, b set_b with_b, c set_c with_c, flag set_flag with_flag, color set_color with_color,
         d set_d with_d];
    BigPacked = "BigPacked" "struct __attribute__((packed, scalar_storage_order(\"big-endian\"))) { unsigned char byte;
        unsigned a:3; int b:14; long long c:45; }"
        [a set_a with_a, b set_b with_b, c set_c with_c];
    LittlePacked = "LittlePacked" "struct __attribute__((packed, scalar_storage_order(\"little-endian\"))) {
        unsigned char byte; unsigned a:3; int b:14; long long c:45; }"
        [a set_a with_a, b set_b with_b, c set_c with_c];
    BigUnion = "BigUnion" "union __attribute__((scalar_storage_order(\"big-endian\"))) { unsigned a:3; long long b:45;
        int word; }"
        [a set_a with_a, b set_b with_b, word set_word with_word];
    LittleUnion = "LittleUnion" "union __attribute__((scalar_storage_order(\"little-endian\"))) { unsigned a:3;
        long long b:45; int word; }"
        [a set_a with_a, b set_b with_b, word set_word with_word];
    BigBlock = "BigBlock" "#pragma pack(2)@struct __attribute__((aligned(8), scalar_storage_order(\"big-endian\"))) {
        unsigned char byte; int word; unsigned a:3; int b:14; }"
        [byte set_byte with_byte, word set_word with_word, a set_a with_a, b set_b with_b];
    LittleBlock = "LittleBlock" "#pragma pack(2)@struct __attribute__((aligned(8),
        scalar_storage_order(\"little-endian\"))) { unsigned char byte; int word; unsigned a:3; int b:14; }"
        [byte set_byte with_byte, word set_word with_word, a set_a with_a, b set_b with_b];
}

#[test]
fn members_are_those_of_c() {
    all("bit_order");
}

/// The judge is not asleep: a getter of another member, and a setter, are found.
#[test]
fn wrong_members_are_noticed() {
    let mut text = String::new();
    shapes::declare::<BigPacked>(&mut text);
    let lib = c::library("bit_order_wrong", &text);
    let right = |name| BigPacked::MEMBERS.iter().find(|m| m.name == name).expect("it is listed");
    let (a, b) = (right("a"), right("b"));
    let wrong = Member { name: "a", get: b.get, set: a.set, with: a.with };
    assert_eq!(shapes::unlike(&lib, &[wrong]), Some(("BigPacked_get_a".to_owned(), 0)));
    let wrong = Member { name: "a", get: a.get, set: b.set, with: a.with };
    assert_eq!(shapes::unlike(&lib, &[wrong]), Some(("BigPacked_set_a".to_owned(), 0)));
    let wrong = Member { name: "a", get: a.get, set: a.set, with: b.with };
    assert_eq!(shapes::unlike(&lib, &[wrong]), Some(("BigPacked_with_a".to_owned(), 0)));
    assert_eq!(shapes::unlike(&lib, &[Member { ..*a }]), None);
}

/// Of each record the size, the alignment, the offsets and every bit, as the target's gcc has them: clang knows
/// no attribute for the order.
#[test]
fn every_target_has_them_so() {
    let records = [
        Big::TYPE,
        BigPacked::TYPE,
        BigUnion::TYPE,
        BigBlock::TYPE,
        Little::TYPE,
        LittlePacked::TYPE,
        LittleUnion::TYPE,
        LittleBlock::TYPE,
    ];
    shapes::judge_everywhere(&records, |target| target.compiler == Compiler::Gcc);
}

#[test]
fn traits_see_the_members() {
    // Bits of members without a name do not count.
    let (one, mut other) = (Big::default().with_b(-3), Big::zeroed().with_b(-3));
    assert_eq!((one, hash(&one)), (other, hash(&other)));
    other.set_flag(true);
    assert!(one != other && format!("{other:?}").starts_with("Big { a: 0, b: -3, c: 0, port: 0"));
    if cfg!(target_arch = "x86_64") {
        const { assert!(BigPacked::BY_VALUE && !BigUnion::BY_VALUE) };
    }
}

#[test]
fn bits_are_read_through_views_in_their_own_order() {
    for target in [Target::X86_64_LINUX, Target::S390X_LINUX] {
        let layout = BigPacked::TYPE.at(&target).expect("every field is spelled");
        let mut bytes = [0x55; 9];
        let mut view = CViewMut::new(&layout, &mut bytes).expect("it is large enough");
        // What gcc writes for these on any machine.
        view.set("a", 0).expect("it fits");
        view.set("b", 0).expect("it fits");
        view.set("c", 0x0123_4567_89ab_i64).expect("it fits");
        assert_eq!(view.get::<i64>("c"), Ok(0x0123_4567_89ab), "{}", target.name);
        assert_eq!(bytes, [0x55, 0, 0, 0x04, 0x8d, 0x15, 0x9e, 0x26, 0xad], "{}", target.name);
    }
    // Whoever asks for the bits is told the order.
    let layout = BigPacked::TYPE.layout().expect("it has one");
    let c = layout.field("c").expect("it is there");
    assert_eq!((c.endian(), c.mask()[0]), (Endian::Big, 0x7f));
    assert!(BigPacked::TYPE.definition().contains("scalar_storage_order(\"big-endian\")"));
    assert_ne!(BigPacked::TYPE, LittlePacked::TYPE);
}
