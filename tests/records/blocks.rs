//! Records that are packed and aligned at once, which Rust cannot write, against C.

use crate::c;
use core::ffi::c_int;
use ctypes_wrap::{Be, CStruct, CType, Target, bitfield};

/// Packed, and aligned as a whole.
#[bitfield]
#[derive(CStruct, Debug, Clone, Copy, Default, PartialEq)]
#[repr(C, packed, align(8))]
struct Header {
    kind: u8,
    length: c_int,
    port: Be<u16>,
    #[bits(3)]
    low: u32,
    #[bits(14)]
    high: u32,
    last: f64,
}

/// No bit fields at all, and more alignment than any scalar has.
#[bitfield]
#[derive(CStruct, Clone, Copy)]
#[repr(C, packed(1))]
#[repr(align(64))]
struct Line {
    tag: u8,
    next: *mut Line,
    _reserved: [u8; 3],
}

const TEXT: &str = r#"
#include <stddef.h>
struct __attribute__((packed, aligned(8))) Header { unsigned char kind; int length;
    unsigned short port; unsigned low : 3; unsigned high : 14; double last; };
#pragma pack(push, 1)
struct __attribute__((aligned(64))) Line { unsigned char tag; struct Line *next; unsigned char reserved[3]; };
#pragma pack(pop)
const unsigned long Header_size[2] = { sizeof(struct Header), _Alignof(struct Header) };
const unsigned long Line_size[2] = { sizeof(struct Line), _Alignof(struct Line) };
const unsigned long places[4] = { offsetof(struct Header, length), offsetof(struct Header, port),
    offsetof(struct Header, last), offsetof(struct Line, next) };
void change(struct Header *h) { h->kind++; h->length = -h->length; h->port = 0x5000; h->low = 5; h->high--; h->last *= 2; }
"#;

#[test]
fn they_are_what_c_has() {
    let lib = c::library("blocks", TEXT);
    for (ty, size, align, name) in [
        (Header::TYPE, size_of::<Header>(), align_of::<Header>(), "Header"),
        (Line::TYPE, size_of::<Line>(), align_of::<Line>(), "Line"),
    ] {
        let c = c::extent(&lib, &format!("{name}_size"));
        assert_eq!((c, c), ([size, align], [ty.size(), ty.align()]), "{name}");
    }
    // SAFETY: the text declares it so.
    let places = unsafe { *c::get::<*const [usize; 4]>(&lib, "places") };
    let layout = Header::TYPE.layout().expect("it has one");
    for (place, name) in places.into_iter().zip(["length", "port", "last"]) {
        assert_eq!(layout.field(name).map(|f| f.offset()), Some(place as u64), "{name}");
    }
    let line = Line::TYPE.layout().expect("it has one");
    assert_eq!(line.field("next").map(|f| f.offset()), Some(places[3] as u64));

    const HEADER: Header =
        Header::zeroed().with_kind(1).with_length(70_000).with_low(2).with_high(0x2abc);
    let mut h = HEADER;
    h.set_last(1.5);
    // SAFETY: the text declares it so.
    unsafe { c::get::<unsafe extern "C" fn(*mut Header)>(&lib, "change")(&mut h) };
    assert_eq!((h.kind(), h.length(), h.low(), h.high(), h.last()), (2, -70_000, 5, 0x2abb, 3.0));
    // The bytes of a little-endian 0x5000.
    let port = if cfg!(target_endian = "little") { 0x50 } else { 0x5000 };
    assert_eq!(h.port().get(), port);
    assert!(format!("{h:?}").contains("length: -70000") && h != HEADER && h == h.with_kind(2));
    assert_eq!(Header::default(), Header::zeroed());
    let mut line = Line::zeroed().with_tag(9);
    let next = &raw mut line;
    line.set_next(next);
    assert_eq!((line.tag(), line.next().is_null()), (9, false));
}

/// A block inside another record.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Around {
    header: Header,
}

#[test]
fn they_are_known_elsewhere_and_not_passed_by_rustc() {
    const { assert!(!Header::BY_VALUE && !Around::BY_VALUE && Header::ANY_BITS) };
    assert_eq!(Line::TYPE.at(&Target::I686_LINUX).expect("it is known").size(), 64);
    assert_eq!(Header::TYPE.at(&Target::S390X_LINUX).expect("it is known").align(), 8);
}
