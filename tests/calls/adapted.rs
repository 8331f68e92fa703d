//! Arguments that are no C types themselves: strings, slices, references, closures and types of the user; the names
//! of parameters in errors; functions as plain pointers.

use crate::common::fixture;
use core::ffi::{CStr, c_char, c_int, c_void};
use ctypes_wrap::call::{Argument, Arguments, Pushed, arg};
use ctypes_wrap::error::CallError;
use ctypes_wrap::prelude::*;
use std::ffi::CString;

fn c_function(prototype: &str) -> Function {
    Library::this().declare(prototype).unwrap_or_else(|e| panic!("{prototype}: {e}"))
}

#[test]
fn strings() {
    let strlen = c_function("size_t strlen(const char *text);");
    let length = |args: &dyn Fn() -> Result<usize, CallError>| args();
    let (string, c_string) = ("four".to_owned(), CString::new("seven..").expect("no NUL"));
    // SAFETY: all of them end with a NUL.
    unsafe {
        assert_eq!(length(&|| strlen.call(("",))), Ok(0));
        assert_eq!(length(&|| strlen.call(("fifteen letters",))), Ok(15));
        assert_eq!(length(&|| strlen.call(("sixteen letters.",))), Ok(16));
        assert_eq!(length(&|| strlen.call((&string,))), Ok(4));
        assert_eq!(length(&|| strlen.call((&c_string,))), Ok(7));
        assert_eq!(length(&|| strlen.call((c"three",))), Ok(5));
        assert_eq!(length(&|| strlen.call((Some("ünï"),))), Ok(5));
        // What is pushed may be gone before the call.
        let mut args = Args::new();
        args.push(string.repeat(9));
        assert_eq!(strlen.call_args(&mut args), Ok(Value::UInt(36)));
        // C gets a copy, which it may write to as far as it goes.
        let strcpy = c_function("char *strcpy(char *to, const char *from);");
        let mut to = [0xff_u8; 8];
        strcpy.call_void((arg::mut_slice(&mut to), "five5")).expect("it copies");
        assert_eq!(&to, b"five5\0\xff\xff");

        let error = strlen.call::<usize>(("a\0b",)).expect_err("a NUL");
        assert_eq!(
            error.to_string(),
            "argument 1 (`text`) of `strlen`: expected `const char *`, found the string \"a\\0b\" with a NUL at 1, \
             where C would see its end"
        );
        let mut args = Args::new();
        args.push("a\0b");
        assert_eq!(strlen.call_args(&mut args), Err(error));
        args.clear();
        args.push("ab");
        assert_eq!(strlen.call_args(&mut args), Ok(Value::UInt(2)));
    }
}

#[test]
fn absent_strings_are_null() {
    let native = fixture();
    let echo = native.function("echo_pointer", &Type::VOID_PTR, &[Type::VOID_PTR]);
    // SAFETY: the function returns the address that it gets.
    unsafe {
        for is_null in [
            echo.call::<*mut c_void>((None::<&str>,)),
            echo.call((None::<&CStr>,)),
            echo.call((None::<&[u64]>,)),
            echo.call((None::<arg::ByPtr<'_, i32>>,)),
            echo.call((None::<arg::ByMutPtr<'_, i32>>,)),
        ] {
            assert_eq!(is_null, Ok(core::ptr::null_mut()));
        }
    }
    let mut sig = Signature::parse("int f(const int *p);").expect("a signature");
    sig = sig.with_names(["p"]);
    let f = native.library.function("echo_pointer", &sig).expect("in the fixture");
    // SAFETY: refused.
    let error = unsafe { f.call::<c_int>((None::<&str>,)) }.expect_err("another pointee");
    assert!(
        error.to_string().starts_with(
            "argument 1 (`p`) of `echo_pointer`: expected `const int *`, found `const char *`"
        ),
        "{error}"
    );
}

#[test]
fn slices_and_references() {
    let memcmp = c_function("int memcmp(const void *a, const void *b, size_t n);");
    let (a, b) = ([1_u32, 2, 3], vec![1_u32, 2, 4]);
    // SAFETY: both have that many bytes.
    unsafe {
        assert_eq!(memcmp.call((&a, &b, 8)), Ok(0));
        assert!(memcmp.call::<c_int>((&a[..], b.as_slice(), 12)).expect("a call") < 0);
        assert_eq!(memcmp.call((arg::ptr(&a[0]), Some(&b[..]), 4)), Ok(0));
    }
    // SAFETY: frexp writes one int.
    let frexp = unsafe { Library::open("m").expect("every system has it") }
        .declare("double frexp(double x, int *exp);")
        .expect("libm has it");
    let (mut exp, mut wrong) = (0, 0_i64);
    // SAFETY: as above.
    unsafe {
        assert_eq!(frexp.call((8.0, arg::mut_ptr(&mut exp))), Ok(0.5));
        assert_eq!(exp, 4);
        let error = frexp.call::<f64>((8.0, arg::mut_ptr(&mut wrong))).expect_err("a long");
        assert_eq!(
            error.to_string(),
            "argument 2 (`exp`) of `frexp`: expected `int *`, found `int64_t *`: cast the pointer to what the \
             signature says, or to *mut c_void"
        );
        let error = frexp.call::<f64>((8.0, 0)).expect_err("no pointer");
        assert_eq!(
            error.to_string(),
            "argument 2 (`exp`) of `frexp`: expected `int *`, found `int32_t`: an integer is no pointer; for NULL \
             pass core::ptr::null::<c_void>(), for the address of a variable `arg::mut_ptr(&mut x)`"
        );
        let error = frexp.call::<f64>((i64::MAX, arg::mut_ptr(&mut exp))).expect_err("inexact");
        assert_eq!(
            error.to_string(),
            "argument 1 (`x`) of `frexp`: expected `double`, found 9223372036854775807, which does not fit: it holds all integers \
             only to 9007199254740992"
        );
    }
}

/// A type of the user, by delegation: `from_param` of Python's ctypes.
struct Celsius(f64);

impl Argument for Celsius {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        self.0.store(args);
    }
}

/// One that is two in C.
struct Span<'s>(&'s [u8], usize);

impl Argument for Span<'_> {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        self.0.store(args);
        self.1.store(args);
    }
}

/// Tells the number that was stored.
fn count(args: impl Arguments, echo: &Function) -> String {
    // SAFETY: refused.
    unsafe { echo.call_void(args) }.expect_err("the wrong number").to_string()
}

#[test]
fn types_of_the_user() {
    let native = fixture();
    let echo = native.function("echo_double", &Type::DOUBLE, &[Type::DOUBLE]);
    let memcmp = c_function("int memcmp(const void *a, const void *b, size_t n);");
    // SAFETY: the functions have these types.
    unsafe {
        assert_eq!(echo.call((Celsius(-40.0),)), Ok(-40.0));
        assert_eq!(memcmp.call((b"abc", Span(b"abd", 2))), Ok(0));
    }
    assert!(count((Span(b"", 0),), &echo).contains("takes 1 argument, found 2"));
}

#[test]
fn closures_for_one_call() {
    let native = fixture();
    let callback = Callback::new(|_: c_int| -> c_int { 0 }).expect("a callback");
    let params = [callback.ty().clone(), Type::INT];
    let call_times = native.function("call_times", &Type::INT, &params);
    let mut seen = Vec::new();
    let sum = (|| -> Result<c_int, ctypes_wrap::Error> {
        // SAFETY: the function calls back while it runs, and not later.
        Ok(unsafe {
            call_times.call((
                &Callback::new_mut(|i: c_int| -> c_int {
                    seen.push(i);
                    i * 10
                })?,
                4,
            ))?
        })
    })();
    assert_eq!(sum.expect("a call"), 60);
    assert_eq!(seen, [0, 1, 2, 3]);
}

#[test]
fn plain_function_pointers() {
    let native = fixture();
    let mix = native.function("echo_double", &Type::DOUBLE, &[Type::DOUBLE]);
    let raw = mix.typed::<unsafe extern "C" fn(f64) -> f64>().expect("the same type");
    // SAFETY: the function has that type.
    assert_eq!(unsafe { raw(2.5) }, 2.5);
    let strlen = c_function("size_t strlen(const char *text);");
    // Pointers to bytes fit each other, as in calls.
    let raw = strlen.typed::<unsafe extern "C" fn(*const u8) -> usize>().expect("the same type");
    // SAFETY: it ends with NUL.
    assert_eq!(unsafe { raw(c"four".as_ptr().cast()) }, 4);

    let refused = |error: CallError, end: &str| {
        let text = error.to_string();
        assert!(
            text.starts_with(
                "`strlen` is a `size_t (const char *)`, which cannot be called as a `"
            ),
            "{text}"
        );
        assert!(text.ends_with(end), "{text}");
    };
    type OfInt = unsafe extern "C" fn(c_int) -> usize;
    type ToInt = unsafe extern "C" fn(*const c_char) -> c_int;
    type OfTwo = unsafe extern "C" fn(*const c_char, usize) -> usize;
    refused(
        strlen.typed::<OfInt>().expect_err("an int"),
        ": parameter 1 (`text`) is a `const char *`, found `int32_t`",
    );
    refused(
        strlen.typed::<ToInt>().expect_err("an int"),
        ": the result is a `size_t`, found `int32_t`",
    );
    refused(strlen.typed::<OfTwo>().expect_err("two"), ": it has 1 parameter, found 2");
    refused(
        strlen.typed::<*const c_void>().expect_err("no function"),
        ": it is no pointer to a function",
    );
    let error =
        c_function("int printf(const char *format, ...);").typed::<ToInt>().expect_err("variadic");
    assert!(
        error.to_string().ends_with("it is variadic, and takes other arguments in each call"),
        "{error}"
    );
    type NeverNull = unsafe extern "C" fn() -> core::ptr::NonNull<c_void>;
    let error = native
        .function("null_result", &Type::VOID_PTR, &[])
        .typed::<NeverNull>()
        .expect_err("it may be null");
    let end = ": the result is a `void *`, which need not be a valid `void *_Nonnull`";
    assert!(error.to_string().ends_with(end), "{error}");
    let echo = native.function("echo_longdouble", &Type::LONGDOUBLE, &[Type::LONGDOUBLE]);
    if size_of::<LongDouble>() == 16 {
        let error =
            echo.typed::<unsafe extern "C" fn(LongDouble) -> LongDouble>().expect_err("x87");
        assert!(error.to_string().ends_with("which rustc passes in another way than C"), "{error}");
    }
    if cfg!(all(target_arch = "x86_64", not(windows))) {
        let sig =
            Signature::new(CallConv::Win64, &Type::DOUBLE, [&Type::DOUBLE]).expect("a signature");
        let f = native.library.function("echo_double", &sig).expect("in the fixture");
        let error = f.typed::<unsafe extern "C" fn(f64) -> f64>().expect_err("another convention");
        assert!(
            error.to_string().ends_with("its calling convention is \"win64\", found \"C\""),
            "{error}"
        );
    }
}

#[test]
fn errno_of_all_forms() {
    let native = fixture();
    let set = native.function("set_errno", &Type::INT, &[Type::INT]);
    let mut args = Args::new();
    args.push(34);
    // SAFETY: the function has that type.
    unsafe {
        assert_eq!(set.call_value_errno((35,)), Ok((Value::Int(-1), Errno(35))));
        assert_eq!(set.call_args_errno(&mut args), Ok((Value::Int(-1), Errno(34))));
    }
}

/// Names and text that are empty or odd, and more hints.
#[test]
fn bad_input() {
    let native = fixture();
    let (bool_, int, pair) = (
        native.function("echo_bool", &Type::BOOL, &[Type::BOOL]),
        native.function("echo_int", &Type::INT, &[Type::INT]),
        crate::common::structure("pair", &[("a", Type::INT), ("b", Type::INT)]),
    );
    let by_value = Signature::new(CallConv::C, &Type::VOID, [&pair]).expect("a signature");
    let by_value =
        Function::from_ptr("", int.as_ptr(), &by_value.with_names([""])).expect("not null");
    let text = |result: Result<(), CallError>| result.expect_err("it was accepted").to_string();
    // SAFETY: all are refused.
    unsafe {
        assert_eq!(
            text(bool_.call_void((1,))),
            "argument 1 of `echo_bool`: expected `_Bool`, found `int32_t`: write `true` or `false`, or compare the \
             number: `n != 0`"
        );
        assert_eq!(
            text(int.call_void((true,))),
            "argument 1 of `echo_int`: expected `int`, found `_Bool`: a bool never becomes an integer; cast it: `b \
             as i32`"
        );
        assert_eq!(
            text(by_value.call_void((core::ptr::null::<c_void>(),))),
            "argument 1 of ``: expected `struct pair`, found `const void *`: the parameter is taken by value: pass \
             the value itself, no pointer to it"
        );
    }
    let error =
        native.library.function("", by_value.signature()).expect_err("no symbol has no name");
    assert!(!error.to_string().is_empty());
    assert!(Library::this().declare("").is_err());
    assert!(Library::this().declare("int (int);").is_err());
}
