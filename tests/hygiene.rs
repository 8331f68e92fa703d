//! The macros in a module without a prelude, full of items whose names are those of the standard library.
#![cfg(target_os = "linux")]
#![deny(warnings, missing_docs, unsafe_op_in_unsafe_fn, clippy::all, clippy::pedantic)]
#![allow(clippy::unreadable_literal)]

/// Nothing here is what it is called.
#[no_implicit_prelude]
pub mod bogus {
    /// Bogus items.
    #[allow(
        missing_docs,
        unused_imports,
        dead_code,
        unreachable_pub,
        non_camel_case_types,
        non_upper_case_globals,
        unused_macros
    )]
    mod names {
        pub struct Option;
        pub struct Result;
        pub struct String;
        pub struct Vec;
        pub struct Box;
        pub struct Some;
        pub struct None;
        pub struct Ok;
        pub struct Err;
        pub struct Self_;
        pub struct usize;
        pub struct u8;
        pub struct str;
        pub struct bool;
        pub trait Clone {}
        pub trait Copy {}
        pub trait Send {}
        pub trait Sync {}
        pub trait Sized {}
        pub trait Fn {}
        pub trait Debug {}
        pub trait Deref {}
        pub trait Bindings {}
        pub mod core {}
        pub mod std {}
        pub mod alloc {}
        pub mod ctypes_wrap {}
        pub mod ctypes_core {}
        pub mod foreign {}
        pub mod libc {}
        pub fn transmute() {}
        pub fn drop() {}
        macro_rules! assert {
            () => {};
        }
        macro_rules! concat {
            () => {};
        }
        macro_rules! panic {
            () => {};
        }
        macro_rules! stringify {
            () => {};
        }
        macro_rules! module_path {
            () => {};
        }
        pub(super) use {assert, concat, module_path, panic, stringify};
    }
    #[allow(unused_imports)]
    use self::names::*;

    #[::ctypes_wrap::foreign_fn(lib = "m", linux = ["libm.so.6"])]
    unsafe extern "C" {
        /// The cosine.
        pub safe fn cos(x: f64) -> f64;
        pub fn frexp(__address: f64, __error: *mut i32) -> f64;
        pub static signgam: i32;
        #[optional]
        pub fn sqrt(x: f64) -> f64;
        #[callbacks]
        pub fn nothing_to_call_back(x: ::core::option::Option<extern "C" fn()>);
    }

    #[::ctypes_wrap::foreign_fn(crate = ::ctypes_core, load = pub load_program, callbacks)]
    unsafe extern "C" {
        pub fn printf(format: *const i8, ...) -> i32;
        pub safe fn abs(x: i32) -> i32;
        #[symbol = "labs"]
        pub safe fn r#type(r#in: ::core::ffi::c_long) -> ::core::ffi::c_long;
    }

    /// A result that checks itself.
    #[derive(::ctypes_wrap::CStruct, ::core::clone::Clone, ::core::marker::Copy)]
    #[repr(transparent)]
    pub struct Status(i32);

    impl ::ctypes_wrap::CheckReturn for Status {
        type Out = i32;
        type Error = ::ctypes_wrap::Errno;
        fn check(self) -> ::core::result::Result<i32, ::ctypes_wrap::Errno> {
            if self.0 < 0 {
                ::core::result::Result::Err(::ctypes_wrap::Errno(-self.0))
            } else {
                ::core::result::Result::Ok(self.0)
            }
        }
    }

    fn negated(__number: i32) -> ::core::result::Result<i32, i32> {
        if __number < 0 {
            ::core::result::Result::Err(-__number)
        } else {
            ::core::result::Result::Ok(-__number)
        }
    }

    #[::ctypes_wrap::foreign_fn(load = pub load_outcomes)]
    unsafe extern "C" {
        #[errno(-1)]
        pub safe fn close(__number: i32) -> i32;
        #[errno(null)]
        #[symbol = "calloc"]
        pub safe fn allocate(__result: u64, r#type: u64) -> *mut i8;
        #[errno(result)]
        #[symbol = "labs"]
        pub safe fn error_number(__value: i32) -> i32;
        #[errno(nonzero)]
        #[symbol = "pipe"]
        pub safe fn pipe_of_two(#[out] __arguments: *mut [i32; 2]) -> i32;
        #[errno]
        #[symbol = "div"]
        pub safe fn remainder(#[default(7)] r#in: i32, __result: i32) -> Quotient;
        #[check]
        #[symbol = "abs"]
        pub safe fn status(number: i32) -> Status;
        #[check(negated -> ::core::result::Result<_, i32>)]
        #[symbol = "abs"]
        pub safe fn negative(path: i32) -> i32;
    }

    /// What `div` returns.
    #[derive(::ctypes_wrap::CStruct, ::core::clone::Clone, ::core::marker::Copy)]
    #[repr(C)]
    pub struct Quotient {
        /// The quotient.
        pub quot: i32,
        /// The remainder.
        pub rem: i32,
    }

    #[cfg(feature = "tracing")]
    #[::ctypes_wrap::foreign_fn(lib = "m", trace, load = pub load_traced)]
    unsafe extern "C" {
        #[symbol = "frexp"]
        pub safe fn traced(arguments: f64, #[out] result: *mut i32) -> f64;
        #[trace = "bogus"]
        #[errno]
        #[symbol = "ldexp"]
        pub safe fn traced_with_errno(text: f64, #[inout] number: *mut i32) -> f64;
    }

    #[::ctypes_wrap::foreign_fn(lib = "m")]
    pub safe fn floor(x: f64) -> f64;

    /// The ceiling.
    #[::ctypes_wrap::foreign_fn(lib = "m")]
    #[must_use]
    pub fn ceiling(x: f64) -> f64 {
        unsafe extern "C" {
            safe fn ceil(x: f64) -> f64;
        }
        ceil(x)
    }

    /// An enumeration.
    #[derive(
        ::ctypes_wrap::CEnum, ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug,
    )]
    #[repr(C)]
    pub enum Colour {
        /// The first.
        Red,
        /// The second.
        Green = 3,
    }

    /// The same with an integer that is said.
    #[derive(
        ::ctypes_wrap::CEnum, ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug,
    )]
    #[repr(u8)]
    pub enum Small {
        /// The only one.
        One = 1,
    }

    /// A union.
    #[derive(::ctypes_wrap::CUnion, ::core::clone::Clone, ::core::marker::Copy)]
    #[repr(C)]
    pub union Either {
        /// A number.
        pub number: i32,
        /// A pointer to itself.
        pub next: *mut Either,
    }

    /// Bit fields.
    #[::ctypes_wrap::bitfield]
    #[derive(
        ::ctypes_wrap::CStruct,
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::default::Default,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
    )]
    #[repr(C)]
    #[ctypes(crate = ::ctypes_core)]
    pub struct Bits {
        #[bits(1)]
        pub r#type: i32,
        #[bits(7)]
        pub value: u16,
        #[bits(2)]
        pub color: Colour,
        /// An ordinary one.
        pub plain: i16,
        #[bits(0)]
        _end: i32,
        #[bits(3)]
        pub __place: u64,
    }

    /// A union with bit fields.
    #[::ctypes_wrap::bitfield]
    #[derive(
        ::ctypes_wrap::CUnion,
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::default::Default,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
    )]
    #[repr(C)]
    pub union BitUnion {
        #[bits(3)]
        pub r#type: i32,
        /// All of it.
        pub word: u32,
        /// A pointer to itself.
        pub next: *mut BitUnion,
    }

    /// A struct that is packed and aligned, in a byte order of its own.
    #[::ctypes_wrap::bitfield]
    #[derive(
        ::ctypes_wrap::CStruct,
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::default::Default,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
    )]
    #[repr(C, packed(2), align(8))]
    #[ctypes(endian = "little", crate = ::ctypes_core)]
    pub struct OrderedBlock {
        /// An ordinary one.
        pub value: ::ctypes_wrap::Le<i32>,
        #[bits(3)]
        pub r#type: i32,
    }

    /// Bit fields before what depends on a parameter.
    #[::ctypes_wrap::bitfield]
    #[derive(
        ::ctypes_wrap::CStruct,
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
    )]
    #[repr(C)]
    pub struct GenericBits<T, const N: ::core::primitive::usize>
    where
        T: ::core::marker::Copy,
    {
        #[bits(3)]
        pub r#type: i32,
        /// Any number of them.
        pub inner: [T; N],
        /// Nothing.
        pub marker: ::core::marker::PhantomData<T>,
    }

    /// Numbers in one byte order.
    #[derive(::ctypes_wrap::CStruct, ::core::clone::Clone, ::core::marker::Copy)]
    #[repr(C)]
    #[ctypes(endian = "big")]
    pub struct Ordered {
        /// The only one.
        pub value: ::ctypes_wrap::Be<::core::ffi::c_long>,
    }

    /// Members of other records.
    #[derive(::ctypes_wrap::CStruct, ::core::clone::Clone, ::core::marker::Copy)]
    #[repr(C)]
    pub struct Extended<T> {
        /// What is extended.
        #[base]
        pub base: T,
        /// Without a name in C.
        #[anonymous(unsafe number: i32)]
        pub either: Either,
        /// As well.
        #[anonymous(value: ::ctypes_wrap::Be<i64>)]
        pub r#type: Ordered64,
    }

    /// A number of the same size everywhere.
    #[derive(::ctypes_wrap::CStruct, ::core::clone::Clone, ::core::marker::Copy)]
    #[repr(C)]
    pub struct Ordered64 {
        /// The only one.
        pub value: ::ctypes_wrap::Be<i64>,
    }

    /// Packed and aligned.
    #[::ctypes_wrap::bitfield]
    #[derive(
        ::ctypes_wrap::CStruct,
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::default::Default,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
    )]
    #[repr(C, packed, align(4))]
    pub struct Block {
        /// A number.
        pub r#in: i8,
        /// A number that is not aligned.
        pub value: i32,
        #[bits(3)]
        pub color: u16,
    }

    #[::ctypes_wrap::library("m", handle = pub Maths, env = "CTYPES_TEST_UNSET")]
    unsafe extern "C" {
        pub safe fn cos(x: f64) -> f64;
        pub static signgam: i32;
        #[optional]
        pub static no_such_variable: i32;
        #[optional]
        pub fn sqrt(x: f64) -> f64;
        pub fn qsort(compare: ::core::option::Option<extern "C" fn()>);
    }

    #[::ctypes_wrap::library(handle = pub Program, lazy, callbacks)]
    unsafe extern "C" {
        pub fn printf(format: *const i8, ...) -> i32;
        pub safe fn abs(x: i32) -> i32;
        #[symbol = "labs"]
        pub safe fn r#type(r#in: ::core::ffi::c_long) -> ::core::ffi::c_long;
        #[symbol = "abs"]
        pub safe fn clone(x: i32) -> i32;
        #[symbol = "abs"]
        pub safe fn library(__library: i32) -> i32;
        #[optional]
        pub static environ: *mut *mut i8;
        #[optional]
        pub fn no_such_function(x: i32) -> i32;
    }
}

#[test]
fn bogus_names_change_nothing() {
    assert!((bogus::cos(0.0) - 1.0).abs() < f64::EPSILON);
    assert_eq!(bogus::Block::zeroed().with_in(3).with_value(-1).value(), -1);
    assert!((bogus::floor(1.5) - 1.0).abs() < f64::EPSILON);
    assert!((bogus::ceiling(1.5) - 2.0).abs() < f64::EPSILON);
    assert_eq!(bogus::abs(-2), 2);
    assert!(bogus::sqrt().is_some());
    assert!(bogus::printf.get().is_ok());
    assert_eq!(bogus::load().expect_err("one is missing").errors().len(), 1);
    assert!(bogus::load_program().is_ok());
    assert!(bogus::load_outcomes().is_ok());
    assert_eq!(bogus::close(-1), Err(ctypes_wrap::Errno(libc::EBADF)));
    assert_eq!(bogus::error_number(3), Err(ctypes_wrap::Errno(3)));
    assert_eq!(bogus::remainder(4).0.rem, 3);
    assert_eq!((bogus::status(-6), bogus::negative(6)), (Ok(6), Ok(-6)));
    #[cfg(feature = "tracing")]
    assert_eq!(bogus::traced(48.0), (0.75, 6));
    // SAFETY: the declarations are those of the program's libraries.
    let program: bogus::Program = unsafe { ctypes_wrap::Bindings::open() }.expect("it is running");
    assert_eq!(program.abs(-2), 2);
    assert_eq!((bogus::r#type(-3), program.r#type(-3), program.clone(-4)), (3, 3, 4));
    assert_eq!(bogus::try_type(-3).map_err(ctypes_wrap::Error::from).expect("libc has it"), 3);
    assert!(program.environ().is_some() && program.no_such_function().is_none());
}

#[test]
fn bit_fields_among_bogus_names() {
    let bits = bogus::Bits::zeroed().with_value(100).with_type(-1).with_color(bogus::Colour::Green);
    assert_eq!((bits.value(), bits.r#type(), bits), (100, -1, bits));
    assert!(matches!(bits.color(), Ok(bogus::Colour::Green)));
    let union = bogus::BitUnion::default().with_type(-1);
    assert_eq!((union.word(), union.next().addr(), union), (7, 7, union));
    let block = bogus::OrderedBlock::default().with_type(-1);
    assert_eq!((block.r#type(), block.value().get(), block), (-1, 0, block));
    let generic = bogus::GenericBits::<u8, 3>::zeroed().with_type(-1);
    assert_eq!((generic.r#type(), generic.inner, generic), (-1, [0; 3], generic));
    assert_eq!(bogus::Small::One.to_raw(), 1);
    assert_eq!(size_of::<bogus::Either>(), size_of::<usize>());
}

#[test]
fn inside_a_function() {
    struct Local;
    #[ctypes_wrap::foreign_fn(lib = "m")]
    #[allow(improper_ctypes)]
    unsafe extern "C" {
        safe fn exp(x: f64) -> f64;
        #[optional]
        fn local(x: *const Local);
    }
    assert!((exp(0.0) - 1.0).abs() < f64::EPSILON);
    assert!(local().is_none());
}
