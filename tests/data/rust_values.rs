//! Rust values in C objects and out of them, where `zerocopy` vouches for their types.

use ctypes_core::{Be, CData, CType, Complex, Error, LongDouble, Raw, Types};
use ctypes_wrap::{CStruct, bitfield};
use std::ffi::{c_int, c_short, c_uint};
use zerocopy::{FromBytes, Immutable, IntoBytes};

#[derive(CStruct, FromBytes, IntoBytes, Immutable, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Point {
    x: c_int,
    y: [c_short; 2],
}

#[bitfield]
#[derive(CStruct, FromBytes, Clone, Copy)]
#[repr(C)]
struct Flags {
    #[bits(3)]
    low: c_uint,
    #[bits(29)]
    high: c_uint,
}

#[test]
fn whole_structs() -> Result<(), Error> {
    let types = Types::new();
    types.parse(
        "struct Point { int x; short y[2]; };
         struct Flags { unsigned low : 3, high : 29; };
         struct shape { char tag; struct Point ends[2]; struct Flags flags; };",
    )?;
    let shape = CData::new(&types.get("struct shape").unwrap())?;
    shape.set("ends[1]", [1])?;
    shape.set("ends[1].y", [2, 3])?;
    assert_eq!(shape.read::<Point>("ends[1]")?, Point { x: 1, y: [2, 3] });

    shape.set("flags", [5, 1 << 28])?;
    let flags = shape.read::<Flags>("flags")?;
    assert_eq!((flags.low(), flags.high()), (5, 1 << 28));
    let points = [Point { x: 10, y: [20, 30] }, Point { x: 40, y: [50, 60] }];
    shape.write("ends", &points)?;
    assert_eq!(shape.get::<i32>("ends[1].y[0]")?, 50);

    let copy = CData::from_value(&Point { x: -1, y: [7, 8] })?;
    assert_eq!((copy.ty(), copy.get::<i32>("y[1]")?), (Point::TYPE, 8));

    // Another type, even of the same size.
    assert_eq!(
        shape.read::<Point>("flags").unwrap_err().to_string(),
        "`flags` of `struct shape`: expected a `struct Point`, found `struct Flags`",
    );
    assert!(shape.write("flags", &points[0]).is_err() && shape.read::<u32>("flags.low").is_err());
    Ok(())
}

#[test]
fn borrowed_values() -> Result<(), Error> {
    let mut points = [Point { x: 1, y: [2, 3] }, Point { x: 4, y: [5, 6] }];
    let view = CData::borrow_value(&mut points)?;
    view.set("[1].y[0]", 50)?;
    view.set("[0]", &view.at("[1]")?)?;
    drop(view);
    assert_eq!(points, [Point { x: 4, y: [50, 6] }; 2]);
    Ok(())
}

#[derive(CStruct, FromBytes)]
#[repr(C)]
struct Mixed {
    order: Be<u16>,
    flag: Raw<bool>,
    z: Complex<f64>,
    wide: LongDouble,
}

#[test]
fn what_c_has_and_rust_has_not() -> Result<(), Error> {
    let mixed = CData::new(Mixed::TYPE)?;
    mixed.set("order", 0x1234)?;
    mixed.set("flag", true)?;
    mixed.set("z", Complex { re: 1.0, im: -2.0 })?;
    mixed.set("wide", 0.5)?;
    let value = mixed.read::<Mixed>("")?;
    assert_eq!(value.order.get(), 0x1234);
    assert_eq!(mixed.to_vec("order")?, [0x12, 0x34]);
    assert_eq!((value.flag.get(), value.z), (Ok(true), Complex { re: 1.0, im: -2.0 }));
    assert_eq!(value.wide.to_f64(), 0.5);
    Ok(())
}
