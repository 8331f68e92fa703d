//! What is refused before anything is called, each with its whole message.

use crate::common::{array, fixture, structure};
use core::ffi::{c_int, c_void};
use core::ptr::NonNull;
use ctypes_wrap::call::Arguments;
use ctypes_wrap::convert::Bytes;
use ctypes_wrap::prelude::*;

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Pair {
    a: c_int,
    b: c_int,
}

/// Asserts on the message of a call of `name` from the fixture.
#[track_caller]
fn refused<R: CReturnDebug>(
    name: &str,
    result: &Type,
    params: &[Type],
    args: impl Arguments,
    message: &str,
) {
    let f = fixture().function(name, result, params);
    // SAFETY: the call is refused, or the function has that type.
    let answer = unsafe { f.call::<R>(args) };
    assert_eq!(answer.expect_err("the call was not refused").to_string(), message);
}

/// What can be asked for and shown.
trait CReturnDebug: ctypes_wrap::CReturn + core::fmt::Debug {}
impl<T: ctypes_wrap::CReturn + core::fmt::Debug> CReturnDebug for T {}

#[test]
fn wrong_counts() {
    let int = [Type::INT];
    refused::<c_int>(
        "echo_int",
        &Type::INT,
        &int,
        (),
        "`echo_int` takes 1 argument, found 0; its type is `int (int)`",
    );
    refused::<c_int>(
        "echo_int",
        &Type::INT,
        &int,
        (1, 2),
        "`echo_int` takes 1 argument, found 2; its type is `int (int)`",
    );
    refused::<()>(
        "nothing",
        &Type::VOID,
        &[],
        (1,),
        "`nothing` takes 0 arguments, found 1; its type is `void (void)`",
    );
}

#[test]
fn wrong_kinds() {
    let (int, double) = ([Type::INT], [Type::DOUBLE]);
    let no_float = "argument 1 of `echo_int`: expected `int`, found `double`: a float never becomes an integer; \
                    write the number without a decimal point, or cast it";
    refused::<c_int>("echo_int", &Type::INT, &int, (2.0,), no_float);
    refused::<c_int>(
        "echo_int",
        &Type::INT,
        &int,
        (true,),
        "argument 1 of `echo_int`: expected `int`, found `_Bool`: a bool never becomes an integer; cast it: `b as i32`",
    );
    refused::<bool>(
        "echo_bool",
        &Type::BOOL,
        &[Type::BOOL],
        (1,),
        "argument 1 of `echo_bool`: expected `_Bool`, found `int32_t`: write `true` or `false`, or compare the number: `n \
         != 0`",
    );
    refused::<f64>(
        "echo_double",
        &Type::DOUBLE,
        &double,
        ((1_i64 << 53) + 1,),
        "argument 1 of `echo_double`: expected `double`, found 9007199254740993, which does not fit: it holds all integers \
         only to 9007199254740992",
    );
    refused::<f64>(
        "echo_double",
        &Type::DOUBLE,
        &double,
        (c"2",),
        "argument 1 of `echo_double`: expected `double`, found `const char *`: the parameter is a number: pass the number \
         itself, no pointer to it",
    );
    refused::<c_int>(
        "echo_int",
        &Type::INT,
        &int,
        (Value::Void,),
        "argument 1 of `echo_int`: expected `int`, found `void`",
    );
}

#[test]
fn wrong_pointers_and_records() {
    let record = Pair { a: 1, b: 2 };
    let to_int = [Type::INT.pointer()];
    let echo = "echo_pointer";
    refused::<*mut c_int>(
        echo,
        &to_int[0],
        &to_int,
        (core::ptr::null::<f64>(),),
        "argument 1 of `echo_pointer`: expected `int *`, found `const double *`: cast the pointer to what the \
         signature says, or to *mut c_void",
    );
    refused::<*mut c_int>(
        echo,
        &to_int[0],
        &to_int,
        (0,),
        "argument 1 of `echo_pointer`: expected `int *`, found `int32_t`: an integer is no pointer; for NULL pass \
         core::ptr::null::<c_void>(), for the address of a variable `arg::mut_ptr(&mut x)`",
    );
    refused::<*mut c_int>(
        echo,
        &to_int[0],
        &to_int,
        (0x1000_u64,),
        "argument 1 of `echo_pointer`: expected `int *`, found `uint64_t`: an integer is no pointer; for an \
         address pass `addr as *mut c_void`",
    );
    let to_pair = [Pair::TYPE.pointer()];
    refused::<*mut Pair>(
        echo,
        &to_pair[0],
        &to_pair,
        (record,),
        "argument 1 of `echo_pointer`: expected `struct Pair *`, found `struct Pair`: pass a pointer to the \
         record: `&raw mut record`",
    );
    let other = structure("other", &[("a", Type::INT), ("c", Type::INT)]);
    refused::<()>(
        "nothing",
        &Type::VOID,
        &[other],
        (record,),
        "argument 1 of `nothing`: expected `struct other`, found `struct Pair`",
    );
    refused::<()>(
        "nothing",
        &Type::VOID,
        core::slice::from_ref(Pair::TYPE),
        (1,),
        "argument 1 of `nothing`: expected `struct Pair`, found `int32_t`",
    );
    refused::<*mut c_void>(
        echo,
        &Type::VOID_PTR,
        &[Type::VOID_PTR.nonnull()],
        (core::ptr::null::<c_void>(),),
        "argument 1 of `echo_pointer`: expected `void *_Nonnull`, found NULL",
    );
}

#[test]
fn values_out_of_range() {
    let refuse = |name: &str, ty: Type, value: Value, shown: &str| {
        let (shown, holds) = shown.split_once(": ").expect("what it holds");
        let message = format!(
            "argument 1 of `{name}`: expected `{ty}`, found {shown}, which does not fit: it holds {holds}"
        );
        let f = fixture().function(name, &ty, core::slice::from_ref(&ty));
        let mut args = Args::new();
        args.push(value);
        // SAFETY: the call is refused.
        let error = unsafe { f.call_args(&mut args) }.expect_err("the call was not refused");
        assert_eq!(error.to_string(), message);
    };
    refuse("echo_i8", Type::I8, Value::Int(128), "128: -128 to 127");
    refuse("echo_i8", Type::I8, Value::Int(-129), "-129: -128 to 127");
    refuse("echo_u8", Type::U8, Value::Int(-1), "-1: 0 to 255");
    refuse("echo_u8", Type::U8, Value::UInt(256), "256: 0 to 255");
    refuse("echo_i16", Type::I16, Value::Int(1 << 15), "32768: -32768 to 32767");
    refuse("echo_u16", Type::U16, Value::Int(1 << 16), "65536: 0 to 65535");
    refuse("echo_i32", Type::I32, Value::UInt(1 << 31), "2147483648: -2147483648 to 2147483647");
    refuse("echo_u32", Type::U32, Value::Int(1 << 32), "4294967296: 0 to 4294967295");
    refuse(
        "echo_i64",
        Type::I64,
        Value::UInt(u64::MAX),
        "18446744073709551615: -9223372036854775808 to 9223372036854775807",
    );
    refuse("echo_u64", Type::U64, Value::Int(-1), "-1: 0 to 18446744073709551615");
    refuse(
        "echo_float",
        Type::FLOAT,
        Value::F64(1e39),
        "1e39: numbers to 3.4e38, and all integers only to 16777216",
    );
    refuse(
        "echo_float",
        Type::FLOAT,
        Value::Int((1 << 24) + 1),
        "16777217: numbers to 3.4e38, and all integers only to 16777216",
    );
    refuse(
        "echo_double",
        Type::DOUBLE,
        Value::UInt(u64::MAX),
        "18446744073709551615: all integers only to 9007199254740992",
    );
}

#[test]
fn what_fits_is_converted() {
    let send = |name: &str, ty: Type, value: Value| {
        let f = fixture().function(name, &ty, core::slice::from_ref(&ty));
        let mut args = Args::new();
        args.push(value);
        // SAFETY: the function has that type.
        unsafe { f.call_args(&mut args) }
    };
    assert_eq!(send("echo_i8", Type::I8, Value::UInt(127)), Ok(Value::Int(127)));
    assert_eq!(
        send("echo_double", Type::DOUBLE, Value::Int(-(1 << 53))),
        Ok(Value::F64(-9_007_199_254_740_992.0))
    );
    assert_eq!(send("echo_float", Type::FLOAT, Value::F64(0.1)), Ok(Value::F32(0.1)));
    assert_eq!(
        send("echo_float", Type::FLOAT, Value::F64(f64::INFINITY)),
        Ok(Value::F32(f32::INFINITY))
    );
}

#[test]
fn wrong_results() {
    let int = [Type::INT];
    refused::<f64>(
        "echo_int",
        &Type::INT,
        &int,
        (1,),
        "the result of `echo_int` is a `int`, which cannot be taken as a `double`",
    );
    refused::<()>(
        "echo_int",
        &Type::INT,
        &int,
        (1,),
        "the result of `echo_int` is a `int`, which cannot be taken as a `void`",
    );
    refused::<c_int>(
        "nothing",
        &Type::VOID,
        &[],
        (),
        "the result of `nothing` is a `void`, which cannot be taken as a `int32_t`",
    );
    refused::<i8>(
        "echo_int",
        &Type::INT,
        &int,
        (1,),
        "the result of `echo_int` is a `int`, which cannot be taken as a `int8_t`",
    );
    refused::<NonNull<c_void>>(
        "null_result",
        &Type::VOID_PTR,
        &[],
        (),
        "the result of `null_result`, a `void *`: NULL where `void *_Nonnull` is declared never to be",
    );
    refused::<bool>(
        "byte_two",
        &Type::BOOL,
        &[],
        (),
        "the result of `byte_two`, a `_Bool`: a _Bool is 0 or 1, found Some(2)",
    );
}

#[test]
fn signatures_that_cannot_be() {
    let refuse = |result: &Type, params: &[Type], message: &str| {
        let error = Signature::new(CallConv::C, result, params).expect_err("it was accepted");
        assert_eq!(error.to_string(), message);
    };
    let function = Type::function(CallConv::C, &Type::INT, [], false);
    let empty = structure("empty", &[]);
    refuse(
        &Type::VOID,
        &[Type::INT, Type::VOID],
        "parameter 2 of type `void` cannot be passed by value: void is only a result",
    );
    refuse(
        &Type::VOID,
        core::slice::from_ref(&empty),
        "parameter 1 of type `struct empty` cannot be passed by value: it is empty",
    );
    refuse(&empty, &[], "a result of type `struct empty` cannot be returned by value: it is empty");
    refuse(
        &array(&Type::INT, 3),
        &[],
        "a result of type `int [3]` cannot be returned by value: C passes and returns no arrays",
    );
    refuse(
        &function,
        &[],
        "a result of type `int (void)` cannot be returned by value: C functions do not return functions",
    );
    refuse(
        &Type::FLOAT128,
        &[],
        "a result of type `_Float128` cannot be returned by value: the call engine has no such scalar",
    );
    let types = Types::new();
    let incomplete = types.declare_struct("later").expect("a name");
    refuse(
        &Type::VOID,
        core::slice::from_ref(&*incomplete),
        "parameter 1 of type `struct later` cannot be passed by value: `struct later` has no size: the record is \
         declared but not defined",
    );
    // As C adjusts them, arrays and functions are pointers as parameters.
    let sig = Signature::new(CallConv::C, &Type::VOID, [&array(&Type::INT, 3), &function]);
    assert_eq!(sig.expect("both are adjusted").to_string(), "void (int *, int (*)(void))");
    assert!(
        Signature::of(&Type::INT).expect_err("no function").to_string().contains("found `int`")
    );
    assert!(Signature::of(&function.pointer()).is_ok());
}

#[test]
fn conventions_of_other_processors() {
    if cfg!(target_arch = "x86") {
        return;
    }
    for conv in [CallConv::Stdcall, CallConv::Fastcall, CallConv::Thiscall] {
        let error = Signature::new(conv, &Type::VOID, []).expect_err("no such convention here");
        let expected = format!(
            "the calling convention \"{conv}\" does not exist on {}",
            std::env::consts::ARCH
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn records_that_do_not_fit_the_convention() {
    let define = |pack: Option<u64>, align: Option<u64>, fields: &[Type]| {
        let types = Types::new();
        let record = types.declare_struct("r").expect("a name");
        let built = record.define(|r| {
            let r = pack.into_iter().fold(r, |r, n| r.pack(n));
            let r = align.into_iter().fold(r, |r, n| r.align(n));
            fields.iter().enumerate().fold(r, |r, (i, t)| r.field(&format!("f{i}"), t))
        });
        let ty = built.expect("a struct");
        Signature::new(CallConv::C, &Type::VOID, [&ty]).map(drop).map_err(|e| e.to_string())
    };
    let prefix = "parameter 1 of type `struct r` cannot be passed by value: ";
    assert_eq!(
        define(None, Some(32), &[Type::INT]),
        Err(format!("{prefix}its alignment is above 16 bytes, found 32"))
    );
    // Packed, but every field is aligned all the same.
    assert_eq!(define(Some(1), None, &[Type::INT, Type::SHORT, Type::CHAR]), Ok(()));
    if cfg!(all(target_arch = "x86_64", not(windows))) {
        // With an unaligned part, and with eight bytes that are nothing but padding.
        assert_eq!(define(Some(1), None, &[Type::CHAR, Type::INT]), Ok(()));
        assert_eq!(define(Some(1), None, &[Type::CHAR, Type::DOUBLE, Type::DOUBLE]), Ok(()));
        assert_eq!(define(None, Some(16), &[Type::INT]), Ok(()));
    }
}

#[test]
fn a_union_is_classified_by_all_of_its_members() {
    // Many float members and one integer: the integer decides, although it is the last.
    let types = Types::new();
    let record = types.declare_union("u").expect("a name");
    let floats = |r| {
        (0..100).fold(r, |r: ctypes_wrap::types::RecordBuilder, i| {
            r.field(&format!("f{i}"), Type::DOUBLE)
        })
    };
    let ty = record.define(|r| floats(r).field("a", Type::LONG)).expect("a union");
    let alike = structure("s", &[("a", Type::LONGLONG)]);
    let native = fixture();
    let value = Bytes::new(&ty, &0x0123_4567_89ab_cdef_i64.to_ne_bytes()).expect("8 bytes");
    // A union of that class travels as a long long does, by every convention that has classes.
    if cfg!(target_pointer_width = "64") {
        let f = native.function("echo_longlong", &alike, &[ty]);
        let mut args = Args::new();
        args.push(Value::from(value.clone()));
        // SAFETY: the function has that type, but for the wrapping of its argument and result.
        let Ok(Value::Bytes(back)) = (unsafe { f.call_args(&mut args) }) else {
            panic!("a record")
        };
        assert_eq!(back.as_bytes(), value.as_bytes());
    }
}

#[test]
fn bytes_that_are_no_value() {
    let pair = Pair::TYPE;
    for (ty, bytes, message) in [
        (
            pair,
            7,
            "cannot make a value of type `struct Pair` from bytes: expected 8 bytes, found 7",
        ),
        (
            &Type::INT,
            4,
            "cannot make a value of type `int` from bytes: expected a record, or a scalar wider than 64 bits",
        ),
        (
            &Type::VOID,
            0,
            "cannot make a value of type `void` from bytes: `void` has no size: void is an incomplete type",
        ),
    ] {
        let error = Bytes::new(ty, &vec![0; bytes]).expect_err("it was accepted");
        assert_eq!(error.to_string(), message);
    }
    assert!(Bytes::new(&array(&Type::INT, 2), &[0; 8]).is_err());
}

/// What an argument borrows must outlive the call, and what C writes to must be said to be mutable. Compiles only
/// while that holds.
#[test]
fn owned_buffers_and_bare_references_are_no_arguments() {
    /// Two implementations answer if T is an argument, and the compiler cannot choose.
    trait IsNoArgument<A> {
        fn answer() {}
    }
    struct Yes;
    impl<T: ?Sized> IsNoArgument<()> for T {}
    impl<T: ctypes_wrap::call::Argument> IsNoArgument<Yes> for T {}
    <std::ffi::CString as IsNoArgument<_>>::answer();
    <&i32 as IsNoArgument<_>>::answer();
    <&mut i32 as IsNoArgument<_>>::answer();
    <char as IsNoArgument<_>>::answer();
    <&mut [u8] as IsNoArgument<_>>::answer();
    <Vec<u8> as IsNoArgument<_>>::answer();
}
