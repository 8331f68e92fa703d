//! `#[bitfield]` against a C compiler: each shape is written by hand in both languages; C's getters and
//! setters and ours must agree on memory full of graffiti, and on what a call by value hands over.

use crate::c;
use crate::memory::{Memory, Number, VALUES};
use core::ffi::*;
use core::fmt::Debug;
use ctypes_wrap::{CEnum, CStruct, CType, Library, LongDouble, Raw, bitfield};

impl Number for Raw<Color> {
    fn number(self) -> i64 {
        i64::from(self.bits())
    }
    fn from_number(number: i64) -> Raw<Color> {
        Raw::from_bits(number as u32)
    }
}

#[derive(CEnum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub(crate) enum Color {
    Red,
    Green,
    Blue,
}

#[derive(CStruct, Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub(crate) struct Pair {
    pub(crate) first: c_char,
    pub(crate) second: c_short,
}

/// A record in both languages.
trait Shape: CType + Debug {
    const NAME: &'static str;
    const C: &'static str;
    const FIELDS: &'static [Access<Self>];
    /// Adds one to every bit field.
    fn bump(&mut self);
    fn numbers(&self) -> Vec<i64> {
        Self::FIELDS.iter().map(|f| (f.get)(self)).collect()
    }
}

struct Access<T> {
    name: &'static str,
    get: fn(&T) -> i64,
    set: fn(&mut T, i64),
    try_set: fn(&mut T, i64) -> bool,
    with: fn(T, i64) -> T,
    cut: fn(i64) -> i64,
}

macro_rules! shapes {
    ($($name:ident $(: $($repr:ident $(($n:literal))?),+)? $(; $layout:literal)? =>
        $c:literal [$($field:ident $set:ident $with:ident $try_set:ident),*] { $($body:tt)* })*) => {
        $(
            #[bitfield]
            #[derive(CStruct, Debug, Clone, Copy)]
            #[repr(C $($(, $repr $(($n))?)+)?)]
            $(#[ctypes(layout = $layout)])?
            pub(crate) struct $name { $($body)* }

            impl Shape for $name {
                const NAME: &'static str = stringify!($name);
                const C: &'static str = $c;
                const FIELDS: &'static [Access<$name>] = &[$(Access {
                    name: stringify!($field),
                    get: |s| Number::number(s.$field()),
                    set: |s, n| s.$set(Number::from_number(n)),
                    try_set: |s, n| s.$try_set(Number::from_number(n)).is_ok(),
                    with: |s, n| s.$with(Number::from_number(n)),
                    cut: |n| cut($name::$field, n),
                }),*];
                fn bump(&mut self) {
                    $(self.$set(Number::from_number(Number::number(self.$field()).wrapping_add(1)));)*
                }
            }
        )*

        pub(super) fn all_shapes(text: &mut String, lib: Option<&Library>) -> usize {
            let mut passed = 0;
            $(match lib {
                None => declare::<$name>(text),
                Some(lib) => {
                    check::<$name>(lib);
                    passed += usize::from(pass::<$name>(lib));
                }
            })*
            passed
        }
    };
}

fn declare<T: Shape>(text: &mut String) {
    c::declare(text, T::NAME, T::C, T::FIELDS.iter().map(|f| f.name));
}

fn check<T: Shape>(lib: &Library) {
    let name = T::NAME;
    c::assert_extent::<T>(lib, name);
    for field in T::FIELDS {
        let of = |what| format!("{name}_{what}_{}", field.name);
        // SAFETY: the text declares the functions so.
        let (get, set) = unsafe {
            let get: unsafe extern "C" fn(*const T) -> c_longlong = c::get(lib, &of("get"));
            let set: unsafe extern "C" fn(*mut T, c_longlong) = c::get(lib, &of("set"));
            (get, set)
        };
        for seed in 0..32 {
            let mut memory = Memory::graffiti(seed);
            let record: &mut T = memory.as_record();
            // SAFETY: the record is one.
            let theirs = unsafe { get(&raw const *record) };
            assert_eq!((field.get)(record), theirs, "{}, seed {seed}", of("get"));
            for value in VALUES {
                let (mut ours, mut theirs, mut copied) = (memory, memory, memory);
                (field.set)(ours.as_record(), value);
                // SAFETY: as above.
                unsafe { set(theirs.as_record(), value) };
                assert_eq!(ours, theirs, "{} to {value}, seed {seed}", of("set"));
                let record: &mut T = copied.as_record();
                // SAFETY: a record of integers may be copied.
                let with = (field.with)(unsafe { core::ptr::read(record) }, value);
                assert_eq!(with.numbers(), ours.as_record::<T>().numbers(), "{}", of("with"));
                // A checked store succeeds if and only if what is read is what was stored.
                let kept = (field.get)(ours.as_record()) == (field.cut)(value);
                let mut tried = memory;
                assert_eq!(
                    (field.try_set)(tried.as_record(), value),
                    kept,
                    "{} {value}",
                    of("try")
                );
                assert_eq!(tried, if kept { ours } else { memory }, "{} {value}", of("try"));
            }
        }
    }
}

/// What is left of a number in the type that a getter gives.
fn cut<T, N: Number>(_: fn(&T) -> N, number: i64) -> i64 {
    N::from_number(number).number()
}

/// Calls C by value where that is promised to work.
fn pass<T: Shape>(lib: &Library) -> bool {
    if !T::BY_VALUE {
        return false;
    }
    // SAFETY: the text declares the function so.
    let bump: unsafe extern "C" fn(c_double, T, c_int) -> T =
        unsafe { c::get(lib, &format!("{}_bump", T::NAME)) };
    for seed in 100..132 {
        let (mut there, mut here) = (Memory::graffiti(seed), Memory::graffiti(seed));
        // SAFETY: a record of integers may be copied, and the declaration is the text's.
        let back = unsafe { bump(1.5, core::ptr::read(there.as_record::<T>()), 7) };
        here.as_record::<T>().bump();
        // Ordinary fields too are shown.
        assert_eq!(format!("{back:?}"), format!("{:?}", here.as_record::<T>()), "{}_bump", T::NAME);
    }
    true
}

shapes! {
    Ip => "struct { unsigned version:4, ihl:4; unsigned :0; unsigned short length; }"
        [version set_version with_version try_set_version, ihl set_ihl with_ihl try_set_ihl] {
        #[bits(4)] version: c_uint,
        #[bits(4)] ihl: c_uint,
        #[bits(0)] _align: c_uint,
        length: c_ushort,
    }
    // FEATURES' table of rules.
    CharZeroChar => "struct { char a; int :0; char b; int c:3; }" [c set_c with_c try_set_c] {
        a: c_char,
        #[bits(0)] _z: c_int,
        b: c_char,
        #[bits(3)] c: c_int,
    }
    CharUnnamedChar => "struct { char a; int :5; char b; }" [] {
        a: c_char,
        #[bits(5)] _u: c_int,
        b: c_char,
    }
    CharUnnamedWide => "struct { char a; long long :5; }" [] {
        a: c_char,
        #[bits(5)] _u: c_longlong,
    }
    Mixed => "struct { unsigned char a:5; unsigned short b:7; unsigned c:10; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(5)] a: c_uchar,
        #[bits(7)] b: c_ushort,
        #[bits(10)] c: c_uint,
    }
    CharWide => "struct { char a; long long b:3; }" [b set_b with_b try_set_b] {
        a: c_char,
        #[bits(3)] b: c_longlong,
    }
    PackedDate: packed => "struct __attribute__((packed)) { unsigned char d:5; unsigned char m:4; unsigned short y:15; }"
        [d set_d with_d try_set_d, m set_m with_m try_set_m, y set_y with_y try_set_y] {
        #[bits(5)] d: c_uchar,
        #[bits(4)] m: c_uchar,
        #[bits(15)] y: c_ushort,
    }
    Bools => "struct { _Bool a:1; _Bool b:1; unsigned c:3; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(1)] a: bool,
        #[bits(1)] b: bool,
        #[bits(3)] c: c_uint,
    }
    Chars => "struct { char a; signed char b:4, c:4; short x:6, y:10; }"
        [b set_b with_b try_set_b, c set_c with_c try_set_c, x set_x with_x try_set_x, y set_y with_y try_set_y] {
        a: c_char,
        #[bits(4)] b: c_schar,
        #[bits(4)] c: c_schar,
        #[bits(6)] x: c_short,
        #[bits(10)] y: c_short,
    }
    // Signs and widths.
    Signed => "struct { int a:3; int b:29; }" [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(3)] a: c_int,
        #[bits(29)] b: c_int,
    }
    Straddling => "struct { int a:20; int b:20; int c:20; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(20)] a: c_int,
        #[bits(20)] b: c_int,
        #[bits(20)] c: c_int,
    }
    Full => "struct { unsigned a:32; int b:32; unsigned char c:8; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(32)] a: c_uint,
        #[bits(32)] b: c_int,
        #[bits(8)] c: c_uchar,
    }
    Wide => "struct { unsigned long long a:40; unsigned long long b:24; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(40)] a: c_ulonglong,
        #[bits(24)] b: c_ulonglong,
    }
    WideSigned => "struct { long long a:63; long long b:1; long long c:33; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(63)] a: c_longlong,
        #[bits(1)] b: c_longlong,
        #[bits(33)] c: c_longlong,
    }
    Whole => "struct { long long a:64; }" [a set_a with_a try_set_a] {
        #[bits(64)] a: c_longlong,
    }
    One => "struct { unsigned char a:1; }" [a set_a with_a try_set_a] {
        #[bits(1)] a: u8,
    }
    Exact => "struct { short a:5; int b:7; long long c:13; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(5)] a: i16,
        #[bits(7)] b: i32,
        #[bits(13)] c: i64,
    }
    // Among ordinary fields.
    FloatBits => "struct { float f; unsigned a:20; }" [a set_a with_a try_set_a] {
        f: c_float,
        #[bits(20)] a: c_uint,
    }
    BitsDouble => "struct { int a:3; double d; }" [a set_a with_a try_set_a] {
        #[bits(3)] a: c_int,
        d: c_double,
    }
    DoubleBits => "struct { double d; int a:3; int b:9; }" [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        d: c_double,
        #[bits(3)] a: c_int,
        #[bits(9)] b: c_int,
    }
    FloatUnnamed => "struct { float f; int :32; }" [] {
        f: c_float,
        #[bits(32)] _u: c_int,
    }
    ShortTail => "struct { int a:20; char c; int b:4; }" [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(20)] a: c_int,
        c: c_char,
        #[bits(4)] b: c_int,
    }
    After => "struct { char c; int a:8; int b:17; }" [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        c: c_char,
        #[bits(8)] a: c_int,
        #[bits(17)] b: c_int,
    }
    Nested => "struct { unsigned a:5; struct { char first; short second; } p; unsigned b:11; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(5)] a: c_uint,
        p: Pair,
        #[bits(11)] b: c_uint,
    }
    Arrays => "struct { char t[3]; unsigned a:7; short s[2]; unsigned b:30; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        t: [c_char; 3],
        #[bits(7)] a: c_uint,
        s: [c_short; 2],
        #[bits(30)] b: c_uint,
    }
    Pointers => "struct Pointers { unsigned a:3; struct Pointers *next; unsigned long long b:50; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(3)] a: c_uint,
        next: *mut Pointers,
        #[bits(50)] b: c_ulonglong,
    }
    LongRun => "struct { unsigned a:9, b:30, c:31, d:2, e:17, f:16, g:32, h:1; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c, d set_d with_d try_set_d,
         e set_e with_e try_set_e, f set_f with_f try_set_f, g set_g with_g try_set_g, h set_h with_h try_set_h] {
        #[bits(9)] a: c_uint,
        #[bits(30)] b: c_uint,
        #[bits(31)] c: c_uint,
        #[bits(2)] d: c_uint,
        #[bits(17)] e: c_uint,
        #[bits(16)] f: c_uint,
        #[bits(32)] g: c_uint,
        #[bits(1)] h: c_uint,
    }
    LongDoubleBits => "struct { int a:7; long double l; int b:3; }" [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(7)] a: c_int,
        l: Quiet,
        #[bits(3)] b: c_int,
    }
    // Fields without a name.
    Holes => "struct { unsigned a:3; unsigned :7; unsigned b:5; unsigned :20; unsigned c:2; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(3)] a: c_uint,
        #[bits(7)] _hole: c_uint,
        #[bits(5)] b: c_uint,
        #[bits(20)] _wide: c_uint,
        #[bits(2)] c: c_uint,
    }
    ZeroChar => "struct { unsigned a:3; char :0; unsigned b:5; long long :0; unsigned c:4; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(3)] a: c_uint,
        #[bits(0)] _z: c_uchar,
        #[bits(5)] b: c_uint,
        #[bits(0)] _y: c_longlong,
        #[bits(4)] c: c_uint,
    }
    LeadingZero => "struct { int :0; int a:4; int :0; }" [a set_a with_a try_set_a] {
        #[bits(0)] _z: c_int,
        #[bits(4)] a: c_int,
        #[bits(0)] _y: c_int,
    }
    ZeroDouble => "struct { float f; int :0; float g; int a:1; }" [a set_a with_a try_set_a] {
        f: c_float,
        #[bits(0)] _z: c_int,
        g: c_float,
        #[bits(1)] a: c_int,
    }
    // Packing and alignment.
    Pack2: packed(2) => "#pragma pack(push, 2)@struct { unsigned a:20; unsigned b:20; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(20)] a: c_uint,
        #[bits(20)] b: c_uint,
    }
    Pack1: packed(1) => "#pragma pack(push, 1)@struct { char c; long long a:33; short s; int b:12; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        c: c_char,
        #[bits(33)] a: c_longlong,
        s: c_short,
        #[bits(12)] b: c_int,
    }
    Packed: packed => "struct __attribute__((packed)) { char c; int a:30; int b:30; double d; int e:3; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, e set_e with_e try_set_e] {
        c: c_char,
        #[bits(30)] a: c_int,
        #[bits(30)] b: c_int,
        d: c_double,
        #[bits(3)] e: c_int,
    }
    PackedWide: packed => "struct __attribute__((packed)) { int a:3; long long b:64; int c:5; }"
        [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c] {
        #[bits(3)] a: c_int,
        #[bits(64)] b: c_longlong,
        #[bits(5)] c: c_int,
    }
    Aligned: align(16) => "struct __attribute__((aligned(16))) { int a:3; char c; }" [a set_a with_a try_set_a] {
        #[bits(3)] a: c_int,
        c: c_char,
    }
    // Enumerations.
    Colors => "struct { enum { R, G, B } a:2; unsigned b:3; }" [a set_a with_a try_set_a, b set_b with_b try_set_b] {
        #[bits(2)] a: Raw<Color>,
        #[bits(3)] b: c_uint,
    }
}

/// The other rule, which gcc can be asked for on some machines.
#[cfg(target_arch = "x86_64")]
mod other_rule {
    use super::*;

    shapes! {
        Ms; "ms" => "struct __attribute__((ms_struct)) { char a:5; short b:7; int c:10; char d; long long e:3; }"
            [a set_a with_a try_set_a, b set_b with_b try_set_b, c set_c with_c try_set_c, e set_e with_e try_set_e] {
            #[bits(5)] a: c_schar,
            #[bits(7)] b: c_short,
            #[bits(10)] c: c_int,
            d: c_char,
            #[bits(3)] e: c_longlong,
        }
        MsZero; "ms" => "struct __attribute__((ms_struct)) { int a:5; int :0; short b:7; int c; }"
            [a set_a with_a try_set_a, b set_b with_b try_set_b] {
            #[bits(5)] a: c_int,
            #[bits(0)] _z: c_int,
            #[bits(7)] b: c_short,
            c: c_int,
        }
    }
}

/// A `long double` that can be printed.
#[derive(CStruct, Clone, Copy)]
#[repr(transparent)]
struct Quiet(LongDouble);

impl Debug for Quiet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("_")
    }
}

#[test]
fn c_and_rust_see_the_same_bits() {
    let mut text = String::new();
    all_shapes(&mut text, None);
    #[cfg(target_arch = "x86_64")]
    other_rule::all_shapes(&mut text, None);
    let lib = c::library("bitfields", &text);
    let passed = all_shapes(&mut text, Some(&lib));
    #[cfg(target_arch = "x86_64")]
    other_rule::all_shapes(&mut text, Some(&lib));
    if cfg!(target_arch = "x86_64") {
        assert!(passed >= 30, "only {passed} of the shapes were passed by value");
    }
}
