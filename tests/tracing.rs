//! `trace`: what a subscriber of `tracing` sees of calls, and when nobody listens.
#![cfg(target_os = "linux")]
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unused, clippy::all)]

#[path = "common/programs.rs"]
mod programs;

use core::ffi::{CStr, c_char, c_int, c_long};
use ctypes_wrap::call::arg;
use ctypes_wrap::prelude::*;
use ctypes_wrap::{Errno, library};
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// One argument that says nothing of itself.
#[repr(transparent)]
struct Secret(c_int);

#[foreign_fn(lib = "m", trace)]
unsafe extern "C" {
    safe fn frexp(x: f64, #[out] exp: *mut c_int) -> f64;
    safe fn sincos(x: f64, #[out] sin: *mut f64, #[out] cos: *mut f64);
}

#[foreign_fn(trace = "c::calls", load = load_c)]
unsafe extern "C" {
    #[errno]
    fn strtol(text: &c_char, end: Option<&mut *mut c_char>, base: c_int) -> c_long;
    #[symbol = "abs"]
    safe fn secretive(x: Secret) -> c_int;
    #[trace = "c::others"]
    safe fn r#abs(r#in: c_int) -> c_int;
    #[errno(-1)]
    safe fn close(file: c_int) -> c_int;
    #[symbol = "_exit"]
    safe fn exit(code: c_int) -> !;
}

#[library(handle = Program, trace = "c::handle")]
unsafe extern "C" {
    safe fn labs(x: c_long) -> c_long;
}

/// Keeps each event as a line: the target, then the fields.
#[derive(Clone, Default)]
struct Lines {
    kept: Arc<Mutex<Vec<String>>>,
    /// Prints them as well, for a program that ends.
    echo: bool,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::TRACE
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        if self.echo {
            println!("{}", line.0);
        }
        self.kept.lock().expect("no panic").push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

fn lines(run: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), run);
    let kept = lines.kept.lock().expect("no panic");
    kept.clone()
}

/// The one line, which has an address where the pattern has `@`.
fn assert_line(lines: &[String], pattern: &str) {
    let [line] = lines else { panic!("expected one line, found {lines:?}") };
    let mut rest = line.as_str();
    for (index, part) in pattern.split('@').enumerate() {
        if index > 0 {
            let digits = rest.strip_prefix("0x").unwrap_or_else(|| panic!("no address: {line}"));
            rest = digits.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        }
        rest = rest.strip_prefix(part).unwrap_or_else(|| panic!("{line}\nis not\n{pattern}"));
    }
    assert_eq!(rest, "", "{line}");
}

#[test]
fn events() {
    assert_line(
        &lines(|| assert_eq!(frexp(48.0), (0.75, 6))),
        "tracing function=frexp library=m arguments=x: 48.0, exp: @ result=0.75",
    );
    assert_line(
        &lines(|| assert_eq!(sincos(0.0), (0.0, 1.0))),
        "tracing function=sincos library=m arguments=x: 0.0, sin: @, cos: @ result=()",
    );
    assert_line(
        &lines(|| assert_eq!(abs(-5), 5)),
        "c::others function=abs library=the program arguments=in: -5 result=5",
    );
    assert_line(
        &lines(|| assert_eq!(secretive(Secret(-7)), 7)),
        "c::calls function=secretive library=the program arguments=x: <tracing::Secret> result=7",
    );
    assert_line(
        &lines(|| assert_eq!(close(-1), Err(Errno(libc::EBADF)))),
        &format!(
            "c::calls function=close library=the program arguments=file: -1 result=-1 error_number={}",
            libc::EBADF
        ),
    );
    // SAFETY: the declaration is that of libc.
    let program = unsafe { Program::open() }.expect("it is running");
    assert_line(
        &lines(|| assert_eq!(program.labs(-6), 6)),
        "c::handle function=labs library=the program arguments=x: -6 result=6",
    );
}

/// What a reference leads to may end anywhere, as a C string does, or be a secret.
#[test]
fn pointers_are_addresses() {
    let number = |text: &CStr, end: Option<&mut *mut c_char>| {
        // SAFETY: the text ends with NUL.
        unsafe { strtol(&*text.as_ptr(), end, 10) }
    };
    assert_line(
        &lines(|| assert_eq!(number(c"123", None), (123, Errno(0)))),
        "c::calls function=strtol library=the program arguments=text: @, end: None, base: 10 result=123 error_number=0",
    );
    let mut end = core::ptr::null_mut();
    assert_line(
        &lines(|| assert_eq!(number(c"12", Some(&mut end)), (12, Errno(0)))),
        "c::calls function=strtol library=the program arguments=text: @, end: Some(@), base: 10 result=12 error_number=0",
    );
}

#[test]
fn nobody_listens() {
    assert_eq!(frexp(48.0), (0.75, 6));
    assert_eq!(abs(-5), 5);
    let labs = declared("long labs(long x);").traced();
    // SAFETY: the declaration is that of libc.
    assert_eq!(unsafe { labs.call::<i64>((-5,)) }, Ok(5));
}

fn declared(text: &str) -> Function {
    Library::this().declare(text).expect("libc has it")
}

/// The event of a call at run time is that of a declared function, by each form of the call.
#[test]
fn calls_at_run_time() {
    // SAFETY: nothing is run but libm's initialisers.
    let libm = unsafe { Library::open("m") }.expect("libm");
    let frexp = libm.declare("double frexp(double x, int *exp);").expect("libm has it").traced();
    let mut exp = 0;
    let expected = "ctypes::call function=frexp library=m arguments=x: 48.0, exp: @ result=0.75";
    // SAFETY: the declaration is that of libm, and the pointer is valid for each call.
    unsafe {
        let exp = arg::mut_ptr(&mut exp);
        let called = lines(|| assert_eq!(frexp.call::<f64>((48.0, exp)), Ok(0.75)));
        assert_line(&called, expected);
        assert_line(&lines(|| frexp.call_void((48.0, exp)).expect("a call")), expected);
        assert_line(&lines(|| drop(frexp.call_value((48.0, exp)))), expected);
        let mut args = Args::new();
        args.push(48.0);
        args.push(exp);
        assert_line(&lines(|| drop(frexp.call_args(&mut args))), expected);
        let with_number = format!("{expected} error_number=0");
        assert_line(&lines(|| drop(frexp.call_errno::<f64>((48.0, exp)))), &with_number);
        assert_line(&lines(|| drop(frexp.call_value_errno((48.0, exp)))), &with_number);
        assert_line(&lines(|| drop(frexp.call_args_errno(&mut args))), &with_number);
    }
    assert_eq!(exp, 6);

    let close = declared("int close(int);");
    // SAFETY: the declaration is that of libc, and no file has that number.
    let failed = |close: &Function| unsafe { close.call_errno::<c_int>((-1,)) };
    assert_eq!(lines(|| drop(failed(&close))), [""; 0], "only what is asked for");
    assert_line(
        &lines(|| assert_eq!(failed(&close.clone().traced()), Ok((-1, Errno(libc::EBADF))))),
        &format!(
            "ctypes::call function=close library=the program arguments=1: -1 result=-1 error_number={}",
            libc::EBADF
        ),
    );
    assert_eq!(lines(|| drop(failed(&close))), [""; 0], "the function itself stays as it is");

    let own = Function::from_ptr("own", close.as_ptr(), close.signature()).expect("not null");
    let line = lines(|| drop(failed(&own.traced())));
    assert!(line[0].starts_with("ctypes::call function=own arguments=1: -1 result=-1"), "{line:?}");
}

/// What each kind of value is shown as: strings as addresses, records as their types.
#[test]
fn values_at_run_time() {
    #[derive(CStruct, Debug, Clone, Copy)]
    #[repr(C)]
    struct Division {
        quot: c_int,
        rem: c_int,
    }
    unsafe extern "C" fn all(_: bool, _: f32, _: u8, _: Division, _: *const c_char) -> Division {
        Division { quot: 1, rem: 2 }
    }
    type All = unsafe extern "C" fn(bool, f32, u8, Division, *const c_char) -> Division;
    let sig =
        Signature::of(All::TYPE).expect("it can be called").with_names(["a", "b", "c", "", "e"]);
    let all = Function::from_ptr("all", all as All as *const _, &sig).expect("not null").traced();
    let record = Division { quot: 7, rem: 8 };
    let expected = "ctypes::call function=all arguments=a: true, b: 0.5, c: 200, 4: <struct Division>, e: @ \
                    result=<struct Division>";
    // SAFETY: the type is that of the function.
    let call = || unsafe { all.call::<Division>((true, 0.5, 200, record, "secret")) };
    assert_line(&lines(|| assert_eq!(call().expect("a call").rem, 2)), expected);
    // SAFETY: as above.
    assert_line(
        &lines(|| drop(unsafe { all.call_value((true, 0.5, 200, record, "secret")) })),
        expected,
    );

    let free = declared("void free(void *memory);").traced();
    // SAFETY: free does nothing with NULL.
    assert_line(
        &lines(|| unsafe { free.call((core::ptr::null::<c_int>(),)) }.expect("a call")),
        "ctypes::call function=free library=the program arguments=memory: @ result=()",
    );
    #[cfg(target_arch = "x86_64")]
    {
        unsafe extern "C" fn wide(x: i128) -> u128 {
            x as u128
        }
        let sig =
            Signature::new(CallConv::C, &Type::U128, [&Type::I128]).expect("it can be called");
        let wide = wide as unsafe extern "C" fn(i128) -> u128;
        let wide = Function::from_ptr("wide", wide as *const _, &sig).expect("not null").traced();
        assert_line(
            // SAFETY: the type is that of the function.
            &lines(|| assert_eq!(unsafe { wide.call::<u128>((i128::MIN,)) }, Ok(1 << 127))),
            &format!(
                "ctypes::call function=wide arguments=1: {} result={}",
                i128::MIN,
                1_u128 << 127
            ),
        );
    }
}

#[test]
fn refused_calls_at_run_time() {
    let abs = declared("int abs(int x);").traced();
    let head = "ctypes::call function=abs library=the program";
    // SAFETY: each call is refused.
    unsafe {
        assert_line(
            &lines(|| drop(abs.call_errno::<c_int>((300_i64 << 32, 2.0)))),
            &format!(
                "{head} arguments=x: 1288490188800, 2: 2.0 error=`abs` takes 1 argument, found 2; its type is `int (int)`"
            ),
        );
        assert_line(
            &lines(|| drop(abs.call::<f32>((1,)))),
            &format!(
                "{head} arguments=x: 1 error=the result of `abs` is a `int`, which cannot be taken as a `float`"
            ),
        );
        let atoi = declared("int atoi(const char *text);").traced();
        let line = lines(|| drop(atoi.call::<c_int>(("1\0",))));
        assert!(
            line[0].contains(" arguments=text: <const char *> error=argument 1 (`text`)"),
            "{line:?}"
        );
    }
}

/// A subscriber that fails to write somewhere is no reason for the caller to see another error number.
#[test]
fn listening_leaves_the_error_number_alone() {
    struct Clobbering;
    impl Subscriber for Clobbering {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {
            set_errno(5);
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }
    fn set_errno(number: c_int) {
        // SAFETY: the address is that of this thread's errno.
        unsafe { *libc::__errno_location() = number };
    }
    let labs = declared("long labs(long x);").traced();
    tracing::subscriber::with_default(Clobbering, || {
        for call in [&|| abs(-5).into(), &|| {
            // SAFETY: the declaration is that of libc.
            unsafe { labs.call::<i64>((-5,)) }.expect("a call")
        }] as [&dyn Fn() -> i64; 2]
        {
            set_errno(55);
            assert_eq!(call(), 5);
            assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(55));
        }
    });
}

#[test]
fn a_function_that_does_not_return_is_traced_before() {
    const VARIABLE: &str = "CTYPES_TEST_EXIT";
    if std::env::var_os(VARIABLE).is_some() {
        tracing::subscriber::with_default(Lines { echo: true, ..Lines::default() }, || exit(7));
    }
    let output = programs::itself()
        .args(["--exact", "a_function_that_does_not_return_is_traced_before", "--nocapture"])
        .env(VARIABLE, "1")
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(7), "{text}");
    assert!(
        text.contains("c::calls function=exit library=the program arguments=code: 7 result=!"),
        "{text}"
    );
}
