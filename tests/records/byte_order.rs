//! `Be`, `Le` and records in one byte order, against gcc's `scalar_storage_order`, which stores and
//! passes the members of a struct in either order.

use crate::c;
use core::mem::offset_of;
use ctypes_wrap::target::Endian;
use ctypes_wrap::types::{Scalar, TypeKind};
use ctypes_wrap::{Be, CStruct, CType, Le, Target, Type};

macro_rules! wire {
    ($name:ident $endian:literal $order:ident) => {
        #[derive(CStruct, Debug, Clone, Copy, PartialEq)]
        #[repr(C)]
        #[ctypes(endian = $endian)]
        struct $name {
            kind: u8,
            port: $order<u16>,
            delta: $order<i32>,
            byte: $order<i8>,
            large: $order<u64>,
            single: $order<f32>,
            double: $order<f64>,
            list: [$order<i16>; 3],
            long: $order<core::ffi::c_long>,
        }

        impl $name {
            const VALUE: $name = $name {
                kind: 7,
                port: $order::new(8080),
                delta: $order::new(-70_000),
                byte: $order::new(-3),
                large: $order::new(0x0102_0304_0506_0708),
                single: $order::new(1.5),
                double: $order::new(-0.1),
                list: [$order::new(1), $order::new(-2), $order::new(300)],
                long: $order::new(-5),
            };

            fn places() -> [usize; 9] {
                [
                    offset_of!($name, kind),
                    offset_of!($name, port),
                    offset_of!($name, delta),
                    offset_of!($name, byte),
                    offset_of!($name, large),
                    offset_of!($name, single),
                    offset_of!($name, double),
                    offset_of!($name, list),
                    offset_of!($name, long),
                ]
            }
        }
    };
}

wire!(BigWire "big" Be);
wire!(LittleWire "little" Le);

#[derive(CStruct, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(C)]
#[ctypes(endian = "big")]
struct Small {
    a: Be<u16>,
    b: Be<i32>,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Real {
    x: Be<f32>,
    y: Be<f32>,
}

const TEXT: &str = r#"
#include <stddef.h>
#define ORDER(N) __attribute__((scalar_storage_order(N)))
#define WIRE(N, E) \
struct ORDER(E) N { unsigned char kind; unsigned short port; int delta; signed char byte; \
    unsigned long long large; float single; double dbl; short list[3]; long lng; }; \
struct N N##_value = { 7, 8080, -70000, -3, 0x0102030405060708ull, 1.5f, -0.1, { 1, -2, 300 }, -5 }; \
const unsigned long N##_places[9] = { offsetof(struct N, kind), offsetof(struct N, port), \
    offsetof(struct N, delta), offsetof(struct N, byte), offsetof(struct N, large), \
    offsetof(struct N, single), offsetof(struct N, dbl), offsetof(struct N, list), offsetof(struct N, lng) }; \
const unsigned long N##_size[2] = { sizeof(struct N), _Alignof(struct N) }; \
void N##_negate(struct N *n) { n->port++; n->delta = -n->delta; n->large++; n->single *= 2; n->dbl *= 2; n->list[1]--; }
WIRE(BigWire, "big-endian")
WIRE(LittleWire, "little-endian")
struct ORDER("big-endian") Small { unsigned short a; int b; };
struct ORDER("big-endian") Real { float x; float y; };
struct Small small(struct Small s) { struct Small r; r.a = s.a + 1; r.b = s.b * 2; return r; }
struct Real real(struct Real s) { struct Real r; r.x = s.y; r.y = s.x * 2; return r; }
"#;

#[test]
fn bytes_and_places_are_those_of_c() {
    let lib = c::library("byte_order", TEXT);
    macro_rules! check {
        ($name:ident) => {{
            let name = stringify!($name);
            let size = c::extent(&lib, &format!("{name}_size"));
            assert_eq!(size, [size_of::<$name>(), align_of::<$name>()], "{name}");
            assert_eq!(size, [$name::TYPE.size(), $name::TYPE.align()], "{name}");
            // SAFETY: the text declares the variables and the function so.
            unsafe {
                let places = *c::get::<*const [usize; 9]>(&lib, &format!("{name}_places"));
                assert_eq!(places, $name::places(), "{name}");
                let value = c::get::<*mut $name>(&lib, &format!("{name}_value"));
                assert_eq!(*value, $name::VALUE, "{name}");
                let negate =
                    c::get::<unsafe extern "C" fn(*mut $name)>(&lib, &format!("{name}_negate"));
                let mut ours = $name::VALUE;
                negate(&mut ours);
                assert_eq!((ours.port.get(), ours.delta.get()), (8081, 70_000));
                assert_eq!(ours.large.get(), 0x0102_0304_0506_0709);
                assert_eq!((ours.single.get(), ours.double.get()), (3.0, -0.2));
                assert_eq!(ours.list.map(|n| n.get()), [1, -3, 300]);
            }
        }};
    }
    check!(BigWire);
    check!(LittleWire);
}

#[test]
fn integers_pass_by_value_as_in_c() {
    const { assert!(Small::BY_VALUE && Small::ANY_BITS && !Be::<u32>::BY_VALUE) };
    // Elsewhere floats and integers may be passed alike.
    const { assert!(!Real::BY_VALUE || cfg!(not(target_arch = "x86_64"))) };
    let lib = c::library("byte_order_value", TEXT);
    // SAFETY: the text declares it so.
    let small = unsafe { c::get::<unsafe extern "C" fn(Small) -> Small>(&lib, "small") };
    // SAFETY: any values will do.
    let s = unsafe { small(Small { a: Be::new(255), b: Be::new(-3) }) };
    assert_eq!(s, Small { a: Be::new(256), b: Be::new(-6) });
}

#[cfg(feature = "libffi")]
#[test]
fn floats_pass_through_the_engine_and_bare_ones_not_at_all() {
    use ctypes_wrap::{CallConv, Function, Signature};
    let lib = c::library("byte_order_floats", TEXT);
    let sig = Signature::new(CallConv::C, Real::TYPE, [Real::TYPE]).expect("C has it");
    let real: Function = lib.function("real", &sig).expect("it is defined");
    let s = Real { x: Be::new(1.25), y: Be::new(8.0) };
    // SAFETY: the text declares it so.
    let back = unsafe { real.call::<Real>((s,)) }.expect("it can be called");
    assert_eq!(back, Real { x: Be::new(8.0), y: Be::new(2.5) });
    let error =
        Signature::new(CallConv::C, &Type::VOID, [Be::<u32>::TYPE]).expect_err("no type of C");
    assert!(error.to_string().contains("a byte order belongs to memory"), "{error}");
    assert!(Signature::new(CallConv::C, Le::<f64>::TYPE, []).is_err());
}

#[test]
fn the_order_is_a_fact_on_every_target() {
    let order = |target: &Target| {
        let layout = BigWire::TYPE.at(target).expect("every field is spelled");
        let port = layout.field("port").expect("it has one").ty().kind();
        (
            matches!(port, TypeKind::Ordered { of: Scalar::UInt16, endian: Endian::Big }),
            layout.size(),
        )
    };
    assert_eq!(order(&Target::S390X_LINUX), (true, 56));
    assert_eq!(order(&Target::NATIVE).1, size_of::<BigWire>() as u64);
    assert!(order(&Target::I686_LINUX).1 < 56);
    let fields = BigWire::TYPE.fields();
    assert_eq!(fields[8].ty().declare("long_"), "long /* big-endian */ long_");
    assert_eq!(fields[7].ty().declare("list"), "int16_t /* big-endian */ list[3]");
    assert_ne!(BigWire::TYPE, LittleWire::TYPE);
    assert!(!BigWire::TYPE.is_compatible(LittleWire::TYPE));
}
