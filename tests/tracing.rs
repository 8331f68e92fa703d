//! `trace`: what a subscriber of `tracing` sees of calls, and when nobody listens.
#![cfg(target_os = "linux")]
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unused, clippy::all)]

#[path = "common/programs.rs"]
mod programs;

use core::ffi::{CStr, c_char, c_int, c_long};
use ctypes_wrap::{Bindings, Errno, foreign_fn, library};
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
        "tracing function=frexp arguments=x: 48.0, exp: @ result=0.75",
    );
    assert_line(
        &lines(|| assert_eq!(sincos(0.0), (0.0, 1.0))),
        "tracing function=sincos arguments=x: 0.0, sin: @, cos: @ result=()",
    );
    assert_line(
        &lines(|| assert_eq!(abs(-5), 5)),
        "c::others function=abs arguments=in: -5 result=5",
    );
    assert_line(
        &lines(|| assert_eq!(secretive(Secret(-7)), 7)),
        "c::calls function=secretive arguments=x: <tracing::Secret> result=7",
    );
    assert_line(
        &lines(|| assert_eq!(close(-1), Err(Errno(libc::EBADF)))),
        &format!(
            "c::calls function=close arguments=file: -1 result=-1 error_number={}",
            libc::EBADF
        ),
    );
    // SAFETY: the declaration is that of libc.
    let program = unsafe { Program::open() }.expect("it is running");
    assert_line(
        &lines(|| assert_eq!(program.labs(-6), 6)),
        "c::handle function=labs arguments=x: -6 result=6",
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
        "c::calls function=strtol arguments=text: @, end: None, base: 10 result=123 error_number=0",
    );
    let mut end = core::ptr::null_mut();
    assert_line(
        &lines(|| assert_eq!(number(c"12", Some(&mut end)), (12, Errno(0)))),
        "c::calls function=strtol arguments=text: @, end: Some(@), base: 10 result=12 error_number=0",
    );
}

#[test]
fn nobody_listens() {
    assert_eq!(frexp(48.0), (0.75, 6));
    assert_eq!(abs(-5), 5);
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
    assert!(text.contains("c::calls function=exit arguments=code: 7 result=!"), "{text}");
}
