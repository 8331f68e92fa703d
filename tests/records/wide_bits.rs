//! Bit fields of 128-bit integers, which C has on 64-bit machines as `__int128`, against C.

use crate::c;
use crate::memory::Memory;
use crate::shapes::judge_everywhere;
use core::ffi::{c_int, c_uint};
use core::fmt::Write;
use ctypes_wrap::{CStruct, CType, CUnion, Library, Target, bitfield};

const VALUES: [i128; 10] = [
    0,
    1,
    -1,
    i128::MIN,
    i128::MAX,
    0x5555_5555_5555_5555_5555_5555_5555_5555,
    0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
    -0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
    1 << 69,
    -(1 << 69),
];

/// What a bit field holds, as a number that C and Rust exchange through memory.
trait Number: Copy {
    fn number(self) -> i128;
    fn from_number(number: i128) -> Self;
}

macro_rules! numbers {
    ($($int:ident)*) => {$(
        impl Number for $int {
            fn number(self) -> i128 {
                self as i128
            }
            fn from_number(number: i128) -> $int {
                number as $int
            }
        }
    )*};
}

numbers!(i32 u32 i128 u128);

struct Field<T> {
    name: &'static str,
    get: fn(&T) -> i128,
    set: fn(&mut T, i128),
    try_set: fn(&mut T, i128) -> bool,
    /// The number as the field's type has it.
    cut: fn(i128) -> i128,
}

macro_rules! wide {
    ($($name:ident $kind:ident $derive:ident $($endian:literal)? $([$($repr:tt)*])? = $c:literal {
        $($field:ident $set:ident $try_set:ident: $ty:ident $width:literal,)*
    })*) => {
        $(
            #[bitfield]
            #[derive($derive, Debug, Clone, Copy, PartialEq)]
            #[repr(C $(, $($repr)*)?)]
            $(#[ctypes(endian = $endian)])?
            $kind $name {
                $(#[bits($width)] $field: $ty,)*
            }
        )*

        #[test]
        fn fields_are_those_of_c() {
            let mut text = String::new();
            $(declare(stringify!($name), $c, &[$(stringify!($field)),*], &mut text);)*
            let lib = c::library("wide_bits", &text);
            $(check::<$name>(&lib, stringify!($name), &[$(Field {
                name: stringify!($field),
                get: |s| Number::number(s.$field()),
                set: |s, n| s.$set(Number::from_number(n)),
                try_set: |s, n| s.$try_set(Number::from_number(n)).is_ok(),
                cut: |n| Number::number(<$ty as Number>::from_number(n)),
            }),*]);)*
        }
    };
}

wide! {
    Plain struct CStruct = "struct { __int128 a:70; unsigned __int128 b:58; int c:5; }" {
        a set_a try_set_a: i128 70,
        b set_b try_set_b: u128 58,
        c set_c try_set_c: c_int 5,
    }
    Straddling struct CStruct = "struct { unsigned c:3; unsigned __int128 a:127; __int128 b:128; }" {
        c set_c try_set_c: c_uint 3,
        a set_a try_set_a: u128 127,
        b set_b try_set_b: i128 128,
    }
    Whole struct CStruct = "struct { unsigned __int128 a:128; }" {
        a set_a try_set_a: u128 128,
    }
    Packed struct CStruct [packed] = "struct __attribute__((packed)) { unsigned c:3; __int128 a:70; unsigned __int128 b:128; }" {
        c set_c try_set_c: c_uint 3,
        a set_a try_set_a: i128 70,
        b set_b try_set_b: u128 128,
    }
    Block struct CStruct [packed, align(16)] = "struct __attribute__((packed, aligned(16))) { unsigned c:3; __int128 a:70; }" {
        c set_c try_set_c: c_uint 3,
        a set_a try_set_a: i128 70,
    }
    Either union CUnion = "union { __int128 a:70; unsigned __int128 b:128; int c:5; }" {
        a set_a try_set_a: i128 70,
        b set_b try_set_b: u128 128,
        c set_c try_set_c: c_int 5,
    }
    Big struct CStruct "big" = "struct __attribute__((scalar_storage_order(\"big-endian\"))) { __int128 a:70; unsigned __int128 b:58; int c:5; }" {
        a set_a try_set_a: i128 70,
        b set_b try_set_b: u128 58,
        c set_c try_set_c: c_int 5,
    }
    BigPacked struct CStruct "big" [packed] = "struct __attribute__((packed, scalar_storage_order(\"big-endian\"))) { unsigned c:3; __int128 a:70; unsigned __int128 b:128; }" {
        c set_c try_set_c: c_uint 3,
        a set_a try_set_a: i128 70,
        b set_b try_set_b: u128 128,
    }
}

fn declare(name: &str, c: &str, fields: &[&str], text: &mut String) {
    let mut line = |line: String| writeln!(text, "{line}").expect("a string grows");
    line(format!("typedef {c} {name};"));
    line(format!("const unsigned long {name}_size[2] = {{ sizeof({name}), _Alignof({name}) }};"));
    for field in fields {
        line(format!(
            "void {name}_get_{field}(const {name} *p, __int128 *n) {{ *n = p->{field}; }}"
        ));
        line(format!(
            "void {name}_set_{field}({name} *p, const __int128 *n) {{ p->{field} = *n; }}"
        ));
    }
}

fn check<T: CType + Copy>(lib: &Library, name: &str, fields: &[Field<T>]) {
    c::assert_extent::<T>(lib, name);
    for field in fields {
        let of = |what| format!("{name}_{what}_{}", field.name);
        // SAFETY: the text declares the functions so.
        let (get, set) = unsafe {
            let get: unsafe extern "C" fn(*const T, *mut i128) = c::get(lib, &of("get"));
            let set: unsafe extern "C" fn(*mut T, *const i128) = c::get(lib, &of("set"));
            (get, set)
        };
        for seed in 0..32 {
            let mut memory = Memory::graffiti(seed);
            let record: &mut T = memory.as_record();
            let mut theirs = 0;
            // SAFETY: the record and the number are there.
            unsafe { get(record, &mut theirs) };
            assert_eq!((field.get)(record), theirs, "{}, seed {seed}", of("get"));
            for value in VALUES {
                let (mut ours, mut theirs) = (memory, memory);
                (field.set)(ours.as_record(), value);
                // SAFETY: as above.
                unsafe { set(theirs.as_record(), &value) };
                assert_eq!(ours, theirs, "{} to {value}, seed {seed}", of("set"));
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

#[test]
fn what_does_not_fit_is_told() {
    const PLAIN: Plain = Plain::zeroed().with_a(-(1 << 69)).with_b((1 << 58) - 1);
    assert_eq!((PLAIN.a(), PLAIN.b()), (-(1 << 69), (1 << 58) - 1));
    let mut plain = PLAIN;
    let error = plain.try_set_a(1 << 69).expect_err("it has 70 bits with the sign");
    assert_eq!(error.value(), 1 << 69);
    assert_eq!(
        error.to_string(),
        "field `a` of `Plain`: expected a value from -590295810358705651712 to 590295810358705651711 \
         for 70 bits, found 590295810358705651712"
    );
    let mut straddling = Straddling::zeroed();
    let error = straddling.try_set_a(u128::MAX).expect_err("it has 127 bits");
    assert!(error.to_string().ends_with(&format!("found {}", u128::MAX)), "{error}");
    assert_eq!((error.value(), error.max(), plain), (i128::MAX, i128::MAX, PLAIN));
    assert!(
        format!("{PLAIN:?}")
            .starts_with("Plain { a: -590295810358705651712, b: 288230376151711743")
    );
}

/// A pack value that takes nothing from an alignment leaves it.
#[test]
fn packing_may_leave_the_alignment() {
    #[bitfield]
    #[derive(CStruct, Clone, Copy)]
    #[repr(C, packed(16))]
    struct PackSixteen {
        #[bits(3)]
        a: u128,
        b: i128,
    }
    assert_eq!(align_of::<PackSixteen>(), align_of::<u128>());
    assert_eq!(PackSixteen::zeroed().with_a(5).a(), 5);
}

#[test]
fn targets_without_the_type_say_so() {
    judge_everywhere(
        &[Plain::TYPE, Straddling::TYPE, Packed::TYPE, Block::TYPE, Either::TYPE],
        |target| target.pointer == 8 && !target.name.ends_with("msvc"),
    );
    for target in [Target::I686_LINUX, Target::X86_64_WINDOWS_MSVC] {
        let error = Plain::TYPE.at(&target).expect_err("it has no __int128").to_string();
        assert!(error.contains("`a`") && error.contains("__int128"), "{error}");
    }
}
