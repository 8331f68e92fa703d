//! The struct that is accessed, as Rust and as a type that is made at run time.

use crate::harness::Outcome;
use core::fmt::Debug;
use core::hint::black_box;
use ctypes_core::memory::ResolvedPath;
use ctypes_core::{CData, Type, Types};

/// The values of all members of one kind.
pub(crate) const INT: i32 = -123_456;
pub(crate) const DOUBLE: f64 = 2.75;
pub(crate) const INT64: i64 = -(1 << 40);
pub(crate) const BYTE: u8 = 200;
pub(crate) const BITS: u8 = 21;

#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub(crate) struct Deep {
    pub(crate) other: i32,
    pub(crate) c: i32,
}

/// `struct sample`, where Rust has it: a bit field is a word with masks, of which the lowest 3 bits are `low`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub(crate) struct Sample {
    pub(crate) first: i32,
    pub(crate) x: f64,
    pub(crate) p: *const i32,
    pub(crate) bits: u32,
    pub(crate) wide: i64,
    pub(crate) byte: u8,
    pub(crate) short: i16,
    pub(crate) y: f32,
    pub(crate) tenth: i32,
    pub(crate) b: [Deep; 4],
    pub(crate) last: i32,
}

/// A value that Rust has.
pub(crate) fn rust() -> Sample {
    let deep = Deep { other: 0, c: INT };
    Sample {
        first: INT,
        x: DOUBLE,
        p: core::ptr::null(),
        bits: u32::from(BITS) << 3,
        wide: INT64,
        byte: BYTE,
        short: 0,
        y: 0.0,
        tenth: INT,
        b: [deep; 4],
        last: 0,
    }
}

/// The same value as an object whose type is made here.
pub(crate) fn data() -> CData<'static> {
    let types = Types::new();
    let make = || {
        let deep = types.declare_struct("deep")?;
        let deep = deep.define(|r| r.field("other", Type::INT).field("c", Type::INT))?;
        let inner = types.declare_struct("inner")?;
        let inner =
            inner.define(|r| r.field("b", deep.array(4).unwrap_or_else(|e| panic!("{e}"))))?;
        let sample = types.declare_struct("sample")?.define(|r| {
            r.field("first", Type::INT)
                .field("x", Type::DOUBLE)
                .field("p", Type::INT.pointer())
                .bits("low", Type::UINT, 3)
                .bits("bits", Type::UINT, 5)
                .field("wide", Type::I64)
                .field("byte", Type::U8)
                .field("short", Type::SHORT)
                .field("y", Type::FLOAT)
                .field("tenth", Type::INT)
                .field("a", inner)
                .field("last", Type::INT)
        })?;
        let data = CData::new(&sample)?;
        data.set("first", INT)?;
        data.set("x", DOUBLE)?;
        data.set("wide", INT64)?;
        data.set("byte", BYTE)?;
        data.set("bits", BITS)?;
        data.set("tenth", INT)?;
        data.set("a.b[3].c", INT)?;
        Ok::<_, ctypes_core::Error>(data)
    };
    make().unwrap_or_else(|e| panic!("{e}"))
}

/// A struct with the ints `member_1` to `member_60`, of which the last is set.
pub(crate) fn sixty() -> CData<'static> {
    let make = || {
        let many = Types::new().declare_struct("many")?;
        let many =
            many.define(|r| (1..=60).fold(r, |r, i| r.field(&format!("member_{i}"), Type::INT)))?;
        let data = CData::new(&many)?;
        data.set("member_60", INT)?;
        Ok::<_, ctypes_core::Error>(data)
    };
    make().unwrap_or_else(|e| panic!("{e}"))
}

/// A path of an object that has it.
pub(crate) fn path(data: &CData<'_>, path: &str) -> ResolvedPath {
    data.path(path).unwrap_or_else(|e| panic!("{e}"))
}

/// What Rust gives is what is expected of all.
impl<T: PartialEq + Debug> Outcome<T> for T {
    fn is(&self, expected: &T) -> bool {
        self == expected
    }
    #[inline(always)]
    fn sink(self) {
        black_box(self);
    }
}
