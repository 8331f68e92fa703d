//! Real libraries by run-time signatures: libm, libc, zlib, SQLite. What is expected comes from outside this project:
//! Rust's standard library, published check values, or the library's own second way to say it.
#![cfg(all(target_os = "linux", any(feature = "libffi", feature = "libffi-system")))]

use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr::{null, null_mut};
use ctypes_wrap::prelude::*;
use std::cell::RefCell;

/// Opens a library, or says which package has it.
fn open(name: &str, package: &str) -> Library {
    // SAFETY: well-known libraries, whose initialisers are sound.
    unsafe { Library::open(name) }
        .unwrap_or_else(|e| panic!("this test needs the Debian package {package}: {e}"))
}

#[track_caller]
fn function(library: &Library, name: &str, result: &Type, params: &[Type]) -> Function {
    let sig = Signature::new(CallConv::C, result, params).expect("a signature");
    library.function(name, &sig).unwrap_or_else(|e| panic!("{e}"))
}

const D: Type = Type::DOUBLE;
const TEXT: Type = Type::CONST_CHAR_PTR;

#[test]
fn libm() {
    let m = open("m", "libc6");
    let cos = function(&m, "cos", &D, &[D]);
    let pow = function(&m, "pow", &D, &[D, D]);
    let fma = function(&m, "fma", &D, &[D, D, D]);
    let frexp = function(&m, "frexp", &D, &[D, Type::INT.pointer()]);
    // SAFETY: the functions have these types; `exponent` is there for frexp.
    unsafe {
        for x in [0.0, 0.5, -3.0, 1e10] {
            // Rust's own is the same function or another good one: one unit in the last place apart at most.
            let y = cos.call::<f64>((x,)).expect("a call");
            assert!((y - f64::cos(x)).abs() <= f64::EPSILON, "cos({x}) = {y}");
        }
        assert_eq!(pow.call::<f64>((2.0, 10.0)), Ok(1024.0));
        assert_eq!(pow.call::<f64>((2, 0.5)), Ok(core::f64::consts::SQRT_2));
        // A product that a separate multiplication would round (Rust: `mul_add` is exact before the one rounding).
        let (a, b) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON);
        assert_eq!(fma.call::<f64>((a, b, -1.0)), Ok(a.mul_add(b, -1.0)));
        assert_ne!(fma.call::<f64>((a, b, -1.0)), Ok(a * b - 1.0));
        let mut exponent: c_int = 0;
        let fraction = frexp.call::<f64>((-80.0, &raw mut exponent)).expect("a call");
        assert_eq!((fraction, exponent), (-0.625, 7));
        assert_eq!(fraction * 2_f64.powi(exponent), -80.0);
    }
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Div {
    quot: c_int,
    rem: c_int,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct LDiv {
    #[ctype("long")]
    quot: core::ffi::c_long,
    #[ctype("long")]
    rem: core::ffi::c_long,
}

#[test]
fn libc_numbers_and_texts() {
    let c = open("c", "libc6");
    let strlen = function(&c, "strlen", &Type::SIZE, &[TEXT.nonnull()]);
    let strtol = function(&c, "strtol", &Type::LONG, &[TEXT, Type::CHAR_PTR.pointer(), Type::INT]);
    let div = function(&c, "div", Div::TYPE, &[Type::INT, Type::INT]);
    let ldiv = function(&c, "ldiv", LDiv::TYPE, &[Type::LONG, Type::LONG]);
    let getenv = function(&c, "getenv", &Type::CHAR_PTR, &[TEXT]);
    // SAFETY: the functions have these types; texts end with NUL, and pointers point at what they should.
    unsafe {
        assert_eq!(strlen.call::<usize>((c"sphinx of black quartz",)), Ok(22));
        let error = strlen.call::<usize>((null::<c_char>(),)).expect_err("NULL");
        assert_eq!(
            error.to_string(),
            "argument 1 of `strlen`: expected `const char *_Nonnull`, found NULL"
        );
        let text = c"  -0x7fx";
        let mut end: *mut c_char = null_mut();
        let (value, errno) = strtol.call_errno::<i64>((text, &raw mut end, 0)).expect("a call");
        assert_eq!((value, errno), (-0x7f, Errno(0)));
        assert_eq!(end.cast_const(), text.as_ptr().add(7));
        let nowhere = null_mut::<*mut c_char>();
        let (value, errno) =
            strtol.call_errno::<i64>((c"99999999999999999999", nowhere, 10)).expect("a call");
        assert_eq!((value, errno), (i64::MAX, Errno(libc::ERANGE)));
        assert_eq!(div.call::<Div>((-7, 2)), Ok(Div { quot: -7 / 2, rem: -7 % 2 }));
        let (a, b) = (-7_000_000_000_007, 1_000_000_i64);
        assert_eq!(ldiv.call::<LDiv>((a, b)), Ok(LDiv { quot: a / b, rem: a % b }));
        let nothing = getenv.call::<*mut c_char>((c"CTYPES_NO_SUCH_VARIABLE",));
        assert_eq!(nothing, Ok(null_mut()));
        let none = getenv.call::<Option<core::ptr::NonNull<c_char>>>((c"CTYPES_NO_SUCH_VARIABLE",));
        assert_eq!(none, Ok(None));
        if let Some(path) = std::env::var_os("PATH") {
            let found = getenv.call::<*mut c_char>((c"PATH",)).expect("a call");
            assert_eq!(CStr::from_ptr(found).to_bytes(), path.as_encoded_bytes());
        }
    }
}

#[test]
fn libc_prints_and_sorts() {
    let c = open("c", "libc6");
    let fixed = [Type::CHAR_PTR, Type::SIZE, TEXT];
    let sig = Signature::variadic(CallConv::C, &Type::INT, &fixed).expect("a signature");
    let snprintf = c.function("snprintf", &sig).expect("C99 has it");
    let mut buffer = [0_u8; 64];
    let (to, size) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: the format fits the arguments, and the size is that of the buffer.
    let n = unsafe {
        snprintf.call::<c_int>((to, size, c"%05d|%-6s|%.2e|%#x", -42, c"ab", 12345.678, 255_u8))
    };
    // What Rust's formatting makes of the same, but for the exponent, which C writes with two digits.
    let expected = format!("{:05}|{:<6}|1.23e+04|{:#x}", -42, "ab", 255);
    assert_eq!(n, Ok(expected.len() as c_int));
    assert_eq!(&buffer[..expected.len()], expected.as_bytes());

    let by_length = Callback::new(|a: *const c_void, b: *const c_void| -> c_int {
        // SAFETY: qsort passes the addresses of elements, which are texts.
        let length = |at: *const c_void| unsafe {
            CStr::from_ptr(*at.cast::<*const c_char>()).count_bytes()
        };
        length(a).cmp(&length(b)) as c_int
    })
    .expect("a callback");
    let params = [Type::VOID_PTR, Type::SIZE, Type::SIZE, by_length.ty().clone()];
    let qsort = function(&c, "qsort", &Type::VOID, &params);
    let mut words = [c"ccc".as_ptr(), c"a".as_ptr(), c"dddd".as_ptr(), c"bb".as_ptr()];
    let size = size_of::<*const c_char>();
    // SAFETY: the array has four elements of that size.
    unsafe { qsort.call::<()>((words.as_mut_ptr(), 4_usize, size, &by_length)) }.expect("a call");
    // SAFETY: the words are the texts above.
    let words = words.map(|w| unsafe { CStr::from_ptr(w) });
    assert_eq!(words, [c"a", c"bb", c"ccc", c"dddd"]);
}

#[test]
fn zlib() {
    let z = open("z", "zlib1g");
    let bytes = Type::UCHAR.pointer();
    let crc32 = function(&z, "crc32", &Type::ULONG, &[Type::ULONG, bytes.clone(), Type::UINT]);
    let params = [bytes.clone(), Type::ULONG.pointer(), bytes, Type::ULONG];
    let compress = function(&z, "compress", &Type::INT, &params);
    let uncompress = function(&z, "uncompress", &Type::INT, &params);
    let bound = function(&z, "compressBound", &Type::ULONG, &[Type::ULONG]);
    let version = function(&z, "zlibVersion", &TEXT, &[]);
    let flags = function(&z, "zlibCompileFlags", &Type::ULONG, &[]);
    let text = b"what goes in must come out. ".repeat(100);
    // SAFETY: the functions have these types; lengths are those of the buffers.
    unsafe {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        let crc = crc32.call::<c_ulong>((0_u8, b"123456789".as_ptr(), 9_u8));
        assert_eq!(crc, Ok(0xcbf4_3926));
        let room = bound.call::<c_ulong>((text.len(),)).expect("a call");
        let mut packed = vec![0_u8; room as usize];
        let mut length: c_ulong = room;
        let status = compress.call::<c_int>((
            packed.as_mut_ptr(),
            &raw mut length,
            text.as_ptr(),
            text.len(),
        ));
        assert_eq!(status, Ok(0));
        assert!(length < 100, "{length} bytes of {}", text.len());
        let mut back = vec![0_u8; text.len()];
        let mut back_length = back.len() as c_ulong;
        let status = uncompress.call::<c_int>((
            back.as_mut_ptr(),
            &raw mut back_length,
            packed.as_ptr(),
            length,
        ));
        assert_eq!((status, back_length as usize, &back), (Ok(0), text.len(), &text));
        // Z_BUF_ERROR of zlib.h, for room that is too small.
        let mut small: c_ulong = 10;
        let status =
            uncompress.call::<c_int>((back.as_mut_ptr(), &raw mut small, packed.as_ptr(), length));
        assert_eq!(status, Ok(-5));
        let version = CStr::from_ptr(version.call::<*const c_char>(()).expect("a call"));
        assert!(version.to_bytes().starts_with(b"1."), "{version:?}");
        // zlib.h: the two lowest bits say the size of uInt, the next two that of uLong: 1 is 4 bytes, 2 is 8.
        let flags = flags.call::<c_ulong>(()).expect("a call");
        assert_eq!(2 << (flags & 3), size_of::<c_uint>());
        assert_eq!(2 << (flags >> 2 & 3), size_of::<c_ulong>());
    }
}

#[test]
fn sqlite() {
    let sqlite = open("sqlite3", "libsqlite3-0");
    let types = Types::new();
    let db = types.declare_struct("sqlite3").expect("a name").pointer();
    let texts = Type::CHAR_PTR.pointer();
    let rows = RefCell::new(Vec::new());
    let row = Callback::new(
        |_: *mut c_void,
         count: c_int,
         values: *mut *mut c_char,
         names: *mut *mut c_char|
         -> c_int {
            // SAFETY: SQLite passes `count` values, which may be NULL, and names.
            let text = |at: *mut *mut c_char, i: c_int| unsafe {
                let text = *at.offset(i as isize);
                (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
            };
            let columns = (0..count).map(|i| (text(names, i), text(values, i)));
            rows.borrow_mut().push(columns.collect::<Vec<_>>());
            0
        },
    )
    .expect("a callback")
    .named("row");
    // As sqlite3.h has it; the closure's `c_char` is that of this platform.
    let on_row = [Type::VOID_PTR, Type::INT, texts.clone(), texts];
    let on_row = Type::function(CallConv::C, &Type::INT, &on_row, false).pointer();

    let open = function(&sqlite, "sqlite3_open", &Type::INT, &[TEXT, db.pointer()]);
    let close = function(&sqlite, "sqlite3_close", &Type::INT, core::slice::from_ref(&db));
    let errmsg = function(&sqlite, "sqlite3_errmsg", &TEXT, core::slice::from_ref(&db));
    let params = [db.clone(), TEXT, on_row, Type::VOID_PTR, Type::CHAR_PTR.pointer()];
    let exec = function(&sqlite, "sqlite3_exec", &Type::INT, &params);
    let free = function(&sqlite, "sqlite3_free", &Type::VOID, &[Type::VOID_PTR]);
    let libversion = function(&sqlite, "sqlite3_libversion", &TEXT, &[]);
    let number = function(&sqlite, "sqlite3_libversion_number", &Type::INT, &[]);
    let nothing = || null_mut::<c_void>();
    // SAFETY: the functions have these types; the database is used only while it is open, and `row` lives longer.
    unsafe {
        let mut handle = nothing();
        assert_eq!(open.call::<c_int>((c":memory:", (&raw mut handle).cast::<c_void>())), Ok(0));
        let run = |sql: &CStr, error: *mut *mut c_char| {
            exec.call::<c_int>((handle, sql, &row, nothing(), error)).expect("a call")
        };
        let script =
            c"create table t(a, b); insert into t values (1, 'one'), (2, null), (3, 'drei');";
        assert_eq!(run(script, null_mut()), 0);
        assert_eq!(run(c"select a, b from t order by a", null_mut()), 0);
        let pair = |a: &str, b: Option<&str>| {
            vec![(Some("a".into()), Some(a.to_owned())), (Some("b".into()), b.map(str::to_owned))]
        };
        let expected = [pair("1", Some("one")), pair("2", None), pair("3", Some("drei"))];
        assert_eq!(rows.take(), expected);

        let mut error: *mut c_char = null_mut();
        // SQLITE_ERROR of sqlite3.h.
        assert_eq!(run(c"select nonsense", &raw mut error), 1);
        assert_eq!(CStr::from_ptr(error), c"no such column: nonsense");
        let message = errmsg.call::<*const c_char>((handle,)).expect("a call");
        assert_eq!(CStr::from_ptr(message), CStr::from_ptr(error));
        free.call::<()>((error,)).expect("a call");

        // A panic per row goes through SQLite and out, and the database is as good as before.
        let bad = Callback::new(
            |_: *mut c_void, _: c_int, _: *mut *mut c_char, _: *mut *mut c_char| -> c_int {
                panic!("no more")
            },
        )
        .and_then(|c| c.on_panic::<c_int>(1))
        .expect("a callback");
        let select = std::panic::AssertUnwindSafe(|| {
            exec.call::<c_int>((handle, c"select * from t", &bad, nothing(), nothing()))
        });
        let payload = std::panic::catch_unwind(select).expect_err("the panic comes through");
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"no more"));
        assert_eq!(run(c"select count(*) as n from t", null_mut()), 0);
        assert_eq!(rows.take(), [[(Some("n".to_owned()), Some("3".to_owned()))]]);
        assert_eq!(close.call::<c_int>((handle,)), Ok(0));

        let version = CStr::from_ptr(libversion.call::<*const c_char>(()).expect("a call"));
        let number = number.call::<c_int>(()).expect("a call");
        let said = format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000);
        assert_eq!(version.to_bytes(), said.as_bytes());
    }
}
