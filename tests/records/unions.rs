//! `#[derive(CUnion)]`.

use crate::c;
use core::ffi::{c_char, c_double, c_float, c_int, c_long};
use core::mem::ManuallyDrop;
use ctypes_wrap::layout::RecordKind;
use ctypes_wrap::{CStruct, CType, CUnion, Target, Type};

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union DoubleInt {
    double: c_double,
    integer: c_int,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union FloatsDouble {
    floats: [c_float; 2],
    double: c_double,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union FloatInt {
    float: c_float,
    integer: c_int,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union CharsDouble {
    chars: [c_char; 12],
    double: c_double,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Around {
    first: c_double,
    inner: DoubleInt,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C, packed(2))]
union Packed {
    long: c_long,
    chars: [c_char; 5],
}

#[derive(CUnion, Clone, Copy)]
#[repr(C, align(32))]
union Aligned {
    byte: u8,
    pointer: *mut Aligned,
}

/// Of every union the size, the alignment, and a function that gives it back with 1.5 added.
const TEXT: &str = r#"
typedef union { double d; int i; } DoubleInt;
typedef union { float f[2]; double d; } FloatsDouble;
typedef union { float f; int i; } FloatInt;
typedef union { char c[12]; double d; } CharsDouble;
typedef struct { double first; DoubleInt inner; } Around;
#pragma pack(push, 2)
typedef union { long l; char c[5]; } Packed;
#pragma pack(pop)
typedef union Aligned { unsigned char b; union Aligned *p; } __attribute__((aligned(32))) Aligned;
#define SIZES(T) const unsigned long T##_size[2] = { sizeof(T), _Alignof(T) };
SIZES(DoubleInt) SIZES(FloatsDouble) SIZES(FloatInt) SIZES(CharsDouble) SIZES(Around) SIZES(Packed) SIZES(Aligned)
DoubleInt double_int(DoubleInt u) { u.d += 1.5; return u; }
FloatsDouble floats_double(FloatsDouble u) { u.f[0] += 1.5f; u.f[1] += 1.5f; return u; }
FloatInt float_int(FloatInt u) { u.f += 1.5f; return u; }
CharsDouble chars_double(CharsDouble u) { u.d += 1.5; u.c[11]++; return u; }
Around around(Around s) { s.first += 1.5; s.inner.d += 1.5; return s; }
"#;

#[test]
fn layouts_and_calls_are_those_of_c() {
    let lib = c::library("unions", TEXT);
    macro_rules! sizes {
        ($($ty:ident)*) => {$(c::assert_extent::<$ty>(&lib, stringify!($ty));)*};
    }
    sizes!(DoubleInt FloatsDouble FloatInt CharsDouble Around Packed Aligned);
    macro_rules! call {
        ($name:literal, $value:expr => $ty:ty) => {{
            const { assert!(<$ty>::BY_VALUE) };
            c::get::<unsafe extern "C" fn($ty) -> $ty>(&lib, $name)($value)
        }};
    }
    // SAFETY: the text declares the functions so, and C has written the members that are read.
    unsafe {
        assert_eq!(call!("double_int", DoubleInt { double: 1.75 } => DoubleInt).double, 3.25);
        let floats = call!("floats_double", FloatsDouble { floats: [1.0, 2.0] } => FloatsDouble);
        assert_eq!(floats.floats, [2.5, 3.5]);
        assert_eq!(call!("float_int", FloatInt { float: 1.0 } => FloatInt).float, 2.5);
        let mut chars = CharsDouble { chars: [7; 12] };
        chars.double = 1.0;
        let chars = call!("chars_double", chars => CharsDouble);
        assert_eq!((chars.double, chars.chars[8], chars.chars[11]), (2.5, 7, 8));
        let around = Around { first: 1.0, inner: DoubleInt { double: 2.0 } };
        let around = call!("around", around => Around);
        assert_eq!((around.first, around.inner.double), (2.5, 3.5));
    }
}

#[test]
fn members_are_described() {
    assert_eq!(DoubleInt::TYPE.to_string(), "union DoubleInt");
    let record = DoubleInt::TYPE.record().expect("a union is a record");
    assert_eq!(record.rules().kind, RecordKind::Union);
    let layout = Packed::TYPE.layout().expect("it is complete");
    let offsets: Vec<_> = layout.fields().iter().map(|f| (f.name(), f.offset())).collect();
    assert_eq!(offsets, [("long", 0), ("chars", 0)]);
    assert_eq!(Packed::TYPE.at(&Target::X86_64_WINDOWS_MSVC).expect("known").size(), 6);
    assert_eq!(Aligned::TYPE.fields()[1].ty().pointee().as_ref(), Some(Aligned::TYPE));
}

#[test]
fn a_union_is_what_its_members_are() {
    #[derive(CUnion)]
    #[repr(C)]
    union Flag {
        flag: bool,
        byte: u8,
    }
    #[derive(CUnion)]
    #[repr(C)]
    union Generic<T, const N: usize> {
        one: ManuallyDrop<T>,
        bytes: [u8; N],
    }
    #[derive(CUnion)]
    #[repr(C)]
    #[ctypes(name = "wide")]
    union Wide {
        long: ctypes_wrap::LongDouble,
        byte: u8,
    }
    const { assert!(DoubleInt::ANY_BITS && !Flag::ANY_BITS && Flag::BY_VALUE) };
    // Where all unions go by memory there is nothing to tell apart.
    const { assert!(!Wide::BY_VALUE || cfg!(not(target_arch = "x86_64"))) };
    assert_eq!(Wide::TYPE.to_string(), "union wide");
    assert_eq!(Generic::<u32, 7>::TYPE.size(), 8);
    assert_eq!(Generic::<u32, 7>::TYPE.fields()[0].ty(), &Type::U32);
    assert_eq!(Generic::<u8, 3>::TYPE.size(), 3);
}
