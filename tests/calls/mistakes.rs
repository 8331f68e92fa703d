//! Small mistakes, as people make them: literals of another type, names and results left out, libraries closed too
//! early. Each is an error that says what to write, and nothing is called.

use crate::common::fixture;
use core::ffi::{c_int, c_void};
use ctypes_wrap::call::{Arguments, MAX_ARGS};
use ctypes_wrap::error::{CallError, CloseError, SignatureError};
use ctypes_wrap::prelude::*;
use ctypes_wrap::{Error, LongDouble};

/// The message of a call of `f(x)` that is refused.
#[track_caller]
fn refused(result: &str, param: &str, args: impl Arguments) -> String {
    let sig = Signature::parse(&format!("{result} f({param} x)")).expect("it is C");
    let f = Function::from_ptr("f", fixture().function("nothing", &Type::VOID, &[]).as_ptr(), &sig);
    // SAFETY: it is refused.
    let error = unsafe { f.expect("not null").call_void(args) }.expect_err("the call was made");
    assert!(matches!(
        error,
        CallError::ArgumentType { index: 1, .. } | CallError::ArgumentValue { index: 1, .. }
    ));
    let text = error.to_string();
    let head = "argument 1 (`x`) of `f`: expected ";
    text.strip_prefix(head).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Literals without a suffix are `i32` and `f64`, whatever C's parameter is.
#[test]
fn literals_of_another_type() {
    for (param, found, text) in [
        (
            "double *",
            refused("void", "double *", (1,)),
            "`double *`, found `int32_t`: an integer is no pointer; for NULL pass core::ptr::null::<c_void>(), for the \
             address of a variable `arg::mut_ptr(&mut x)`",
        ),
        (
            "double *",
            refused("void", "double *", (1.0,)),
            "`double *`, found `double`: a float is no pointer; for the address of a variable pass \
             `arg::mut_ptr(&mut x)`",
        ),
        (
            "int",
            refused("void", "int", (2.0,)),
            "`int`, found `double`: a float never becomes an integer; write the number without a decimal point, or \
             cast it",
        ),
        (
            "uint8_t",
            refused("void", "uint8_t", (300,)),
            "`uint8_t`, found 300, which does not fit: it holds 0 to 255",
        ),
        (
            "unsigned",
            refused("void", "unsigned", (-1,)),
            "`unsigned int`, found -1, which does not fit: it holds 0 to 4294967295",
        ),
        (
            "long double",
            refused("void", "long double", (2.0,)),
            "`long double`, found `double`: convert it: `LongDouble::from(x)`",
        ),
        (
            "float",
            refused("void", "float", (true,)),
            "`float`, found `_Bool`: a bool never becomes a float; convert it: `f64::from(b)`",
        ),
        (
            "_Bool",
            refused("void", "_Bool", (0.0,)),
            "`_Bool`, found `double`: write `true` or `false`, or compare the number: `n != 0`",
        ),
        (
            "int",
            refused("void", "int", ("12",)),
            "`int`, found `const char *`: the parameter is a number: pass the number itself, no pointer to it",
        ),
    ] {
        assert_eq!(found, text, "{param}");
    }
    // What the hints say to write is right.
    let _ = LongDouble::from(2.0);
    let u8s = fixture().function("echo_u8", &Type::U8, &[Type::U8]);
    // SAFETY: the function has that type.
    assert_eq!(unsafe { u8s.call::<u8>((1,)) }, Ok(1), "a literal that fits is no mistake");
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
struct FileNumber(c_int);

#[derive(CStruct, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
struct Handle(*mut c_void);

#[foreign_fn]
unsafe extern "C" {
    safe fn abs(x: FileNumber) -> FileNumber;
    #[symbol = "abs"]
    #[errno(FileNumber(-1))]
    safe fn abs_checked(x: FileNumber) -> FileNumber;
}

/// What is passed and returned as a type of one's own stays that type.
#[test]
fn newtypes_stay_newtypes() {
    let native = fixture();
    let echo = native.function("echo_int", &Type::INT, &[Type::INT]);
    // SAFETY: the functions have these types.
    unsafe {
        assert_eq!(echo.call::<FileNumber>((FileNumber(-7),)), Ok(FileNumber(-7)));
        assert_eq!(echo.call_errno::<FileNumber>((7,)).expect("a call").0, FileNumber(7));
        let pointer = native.function("echo_pointer", &Type::VOID_PTR, &[Type::VOID_PTR]);
        let handle = Handle(core::ptr::dangling_mut());
        assert_eq!(pointer.call::<Handle>((handle,)), Ok(handle));
        let raw = echo.typed::<unsafe extern "C" fn(FileNumber) -> FileNumber>();
        assert_eq!(raw.expect("it is an int")(FileNumber(9)), FileNumber(9));

        let error = echo.call::<Handle>((1,)).expect_err("an int is no handle").to_string();
        let expected = "the result of `echo_int` is a `int`, which cannot be taken as a `";
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(abs(FileNumber(-3)), FileNumber(3));
    assert_eq!(abs_checked(FileNumber(-3)), Ok(FileNumber(3)));
}

#[test]
fn a_null_function_pointer_is_no_value() {
    let native = fixture();
    let null = native.function("null_result", &Type::VOID_PTR, &[]);
    type Code = unsafe extern "C" fn();
    let sig = Signature::new(CallConv::C, Code::TYPE, []).expect("a pointer");
    let null = Function::from_ptr("null_result", null.as_ptr(), &sig).expect("not null");
    // SAFETY: a pointer is a pointer.
    let error = unsafe { null.call::<Code>(()) }.expect_err("it is NULL").to_string();
    assert!(error.starts_with("the result of `null_result`, a `void (*"), "{error}");
    assert!(error.contains("NULL where"), "{error}");
    // SAFETY: as above.
    assert!(unsafe { null.call::<Option<Code>>(()) }.expect("it may be NULL").is_none());
}

/// A function holds its library, so that none is called that is no longer there.
#[test]
fn a_library_that_has_functions_is_not_closed() {
    let native = fixture();
    let library = native.library.clone();
    let echo = native.function("echo_int", &Type::INT, &[Type::INT]);
    drop(native);
    let clone = echo.clone();
    drop(echo);
    // SAFETY: it stays open.
    let error: CloseError = unsafe { library.close() }.expect_err("the function holds it");
    assert_eq!(error.reason, "other clones or symbols of it are alive");
    // SAFETY: the function has that type.
    assert_eq!(unsafe { clone.call::<c_int>((5,)) }, Ok(5));
    // The same again, with a function of which the library knows nothing but its symbol.
    let traced = fixture();
    let function = traced.library.declare("int echo_int(int x);").expect("it is there");
    let library = traced.library.clone();
    drop(traced);
    // SAFETY: it stays open.
    assert!(unsafe { library.close() }.is_err());
    drop(function);
}

#[test]
fn names_and_results_left_out() {
    let program = Library::this();
    for (text, reason) in [
        ("", "of one function, found 0"),
        ("int (int);", "expected"),
        (
            "abs(int x);",
            "unknown type name `abs`; before a function's name stands the type of its result",
        ),
        ("(int x);", "expected"),
        ("int abs(int x) int", "expected"),
    ] {
        let error = program.declare(text).expect_err(text);
        assert!(matches!(error, Error::Parse(_)), "{text}: {error:?}");
        assert!(error.to_string().contains(reason), "{text}: {error}");
    }
    for text in ["", "(int x)", "f(int x)"] {
        let error = Signature::parse(text).expect_err(text);
        assert!(matches!(error, Error::Parse(_)), "{text}: {error:?}");
    }
    let void = Signature::new(CallConv::C, &Type::VOID, []).expect("a signature");
    let error = program.function("", &void).expect_err("no name");
    assert!(error.to_string().ends_with("the name is empty"), "{error}");
}

#[test]
fn too_many_arguments() {
    let params = |n| format!("void f(int{})", ", int".repeat(n - 1));
    assert_eq!(Signature::parse(&params(MAX_ARGS)).expect("1,024").params().len(), MAX_ARGS);
    let error = Signature::parse(&params(MAX_ARGS + 1)).expect_err("1,025");
    let found = SignatureError::TooManyParameters { found: MAX_ARGS + 1 };
    assert!(matches!(&error, Error::Signature(e) if *e == found), "{error:?}");
    let many = vec![Type::INT; MAX_ARGS + 1];
    let error = Signature::of(&Type::function(CallConv::C, &Type::VOID, &many, false));
    assert_eq!(error.expect_err("1,025"), found);

    let echo = fixture().function("echo_int", &Type::INT, &[Type::INT]);
    let mut args = Args::new();
    (0..=MAX_ARGS as i32).for_each(|i| args.push(i));
    // SAFETY: it is refused.
    let error = unsafe { echo.call_args(&mut args) }.expect_err("1,025").to_string();
    assert_eq!(error, "`echo_int` takes 1 argument, found 1025; its type is `int (int)`");
}
