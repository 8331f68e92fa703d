//! Members without a name and extended records, against C.

use crate::c;
use core::ffi::{c_int, c_long, c_short};
use ctypes_wrap::types::FieldRole;
use ctypes_wrap::{CStruct, CType, CUnion, Types, bitfield};

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Number {
    i: c_int,
    d: f64,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Pair {
    a: c_short,
    b: c_long,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Shape {
    kind: u8,
    #[anonymous(unsafe i: c_int, unsafe d: f64)]
    number: Number,
    #[anonymous(a: c_short, b: c_long)]
    pair: Pair,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Wide {
    #[base]
    shape: Shape,
    more: u8,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Either {
    whole: u64,
    #[anonymous]
    pair: Pair,
}

#[bitfield]
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Flags {
    #[base]
    pair: Pair,
    #[bits(3)]
    low: u32,
    #[bits(7)]
    high: u32,
}

const TEXT: &str = r#"
#include <stddef.h>
struct Shape { unsigned char kind; union { int i; double d; }; struct { short a; long b; }; };
struct Wide { struct Shape base; unsigned char more; };
union Either { unsigned long long whole; struct { short a; long b; }; };
const unsigned long Shape_size[2] = { sizeof(struct Shape), _Alignof(struct Shape) };
const unsigned long Wide_size[2] = { sizeof(struct Wide), _Alignof(struct Wide) };
const unsigned long Either_size[2] = { sizeof(union Either), _Alignof(union Either) };
const unsigned long places[6] = { offsetof(struct Shape, i), offsetof(struct Shape, d), offsetof(struct Shape, a),
    offsetof(struct Shape, b), offsetof(struct Wide, more), offsetof(union Either, b) };
long sum(const struct Wide *w) { return w->base.kind + (long)w->base.d + w->base.a + w->base.b + w->more; }
"#;

#[test]
fn members_are_where_c_has_them() {
    let lib = c::library("members", TEXT);
    for (ty, name) in [(Shape::TYPE, "Shape"), (Wide::TYPE, "Wide"), (Either::TYPE, "Either")] {
        assert_eq!(c::extent(&lib, &format!("{name}_size")), [ty.size(), ty.align()], "{name}");
    }
    // SAFETY: the text declares it so.
    let places = unsafe { *c::get::<*const [usize; 6]>(&lib, "places") };
    let found = [
        (Shape::TYPE, "i"),
        (Shape::TYPE, "d"),
        (Shape::TYPE, "a"),
        (Shape::TYPE, "b"),
        (Wide::TYPE, "more"),
        (Either::TYPE, "b"),
    ];
    for (place, (ty, name)) in places.into_iter().zip(found) {
        let layout = ty.layout().expect("it has one");
        assert_eq!(layout.field(name).map(|f| f.offset()), Some(place as u64), "{name}");
    }
    // What a base has in its own members is found as well.
    let wide = Wide::TYPE.layout().expect("it has one");
    assert_eq!(wide.field("b").map(|f| f.offset()), Some(places[3] as u64));
    let mut w = Wide {
        shape: Shape { kind: 1, number: Number { d: 20.0 }, pair: Pair { a: 300, b: 4000 } },
        more: 5,
    };
    // Through the base and its anonymous members, as C names them.
    *w.a_mut() += 100;
    w.kind += 1;
    // SAFETY: the member was written last.
    unsafe { *w.d_mut() += 10.0 };
    // SAFETY: the text declares it so, and the struct is there.
    let sum = unsafe { c::get::<unsafe extern "C" fn(*const Wide) -> c_long>(&lib, "sum")(&w) };
    assert_eq!(sum, 2 + 30 + 400 + 4000 + 5);
    assert_eq!((*w.a(), *w.b(), w.kind, w.more), (400, 4000, 2, 5));
    // SAFETY: all bytes of the union are initialised.
    assert_eq!(unsafe { (*w.d(), *w.i()) }, (30.0, 0));
}

#[test]
fn reflection_knows_the_roles() {
    let roles = |ty: &ctypes_wrap::Type| {
        ty.fields().iter().map(|f| (f.rules().role, f.name().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(
        roles(Shape::TYPE),
        [
            (FieldRole::Named, "kind".to_owned()),
            (FieldRole::Anonymous, String::new()),
            (FieldRole::Anonymous, String::new())
        ]
    );
    assert_eq!(roles(Wide::TYPE)[0].0, FieldRole::Base);
    assert_eq!(roles(Flags::TYPE)[0].0, FieldRole::Base);
    let mut flags = Flags::zeroed().with_low(5).with_high(77);
    flags.a = 3;
    assert_eq!((flags.low(), flags.high(), flags.a, flags.pair.a), (5, 77, 3, 3));

    let types = Types::new();
    let built = types
        .declare_struct("Wide")
        .and_then(|s| s.define(|r| r.base(Shape::TYPE).field("more", ctypes_wrap::Type::U8)))
        .expect("C has it");
    assert_eq!(&built, Wide::TYPE);
}

/// A base and a member of types that the user chooses.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Generic<T> {
    #[base]
    base: T,
    #[anonymous(i: c_int)]
    inner: Only,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Only {
    i: c_int,
}

#[test]
fn a_generic_record_has_them_too() {
    let mut g = Generic { base: Pair { a: 1, b: 2 }, inner: Only { i: 3 } };
    *g.i_mut() += 1;
    g.b += 1;
    assert_eq!((g.a, g.b, *g.i()), (1, 3, 4));
    assert_eq!(
        Generic::<Pair>::TYPE.layout().expect("it has one").field("i").map(|f| f.offset()),
        Some(size_of::<Pair>() as u64)
    );
}
