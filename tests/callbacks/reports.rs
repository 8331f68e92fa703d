//! What is told of panics in callbacks: to whom, and once.

use super::panics::caught;
use super::{call_plain, fixture};
use crate::child;
use core::ffi::c_int;
use ctypes_wrap::callback::{PanicPolicy, with_data_first};
use ctypes_wrap::prelude::*;
use std::sync::{Arc, Mutex};

type Reports = Arc<Mutex<Vec<String>>>;

/// A callback whose reports are kept.
fn reporting<'a>(
    name: &str,
    reports: &Reports,
    body: impl Fn() -> c_int + 'a,
) -> Callback<'a, unsafe extern "C" fn() -> c_int> {
    let kept = Arc::clone(reports);
    let callback = Callback::new(body).expect("a callback").named(name);
    callback.report_to(move |report| {
        let place = report.place().expect("no other hook is set").to_owned();
        let line = format!(
            "{}: {} ({})",
            report.callback(),
            report.message(),
            report.payload().is::<String>()
        );
        kept.lock().expect("no panic").extend([line, place]);
    })
}

#[test]
fn a_panic_is_reported_with_name_place_and_message() {
    let (native, reports) = (fixture(), Reports::default());
    let plain = call_plain(&native);
    let (n, line) = (3, line!() + 1);
    let callback = reporting("reader", &reports, || panic!("no {n}"));
    // SAFETY: the function calls what it is given.
    let _ = caught(|| unsafe { plain.call::<c_int>((&callback,)) });
    let reports = reports.lock().expect("no panic");
    let [report, place] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(report, "reader: no 3 (true)");
    assert!(place.starts_with(&format!("tests/callbacks/reports.rs:{line}:")), "{place}");
}

#[test]
fn a_panic_that_goes_on_is_reported_once() {
    let (native, reports) = (fixture(), Reports::default());
    let plain = call_plain(&native);
    let inner = reporting("inner", &reports, || panic!("within"));
    // SAFETY: the function calls what it is given.
    let outer = reporting("outer", &reports, || unsafe { plain.call((&inner,)) }.expect("an int"));
    for times in 1..4 {
        // SAFETY: as above.
        let _ = caught(|| unsafe { plain.call::<c_int>((&outer,)) });
        let reports = reports.lock().expect("no panic");
        assert!(reports.iter().step_by(2).all(|r| r == "inner: within (false)"), "{reports:?}");
        assert_eq!(reports.len(), 2 * times);
    }
}

#[test]
fn another_panic_is_reported_too() {
    let (native, reports) = (fixture(), Reports::default());
    let plain = call_plain(&native);
    let inner = reporting("inner", &reports, || panic!("within"));
    let outer = reporting("outer", &reports, || {
        // SAFETY: the function calls what it is given.
        let payload = caught(|| unsafe { plain.call::<c_int>((&inner,)) });
        panic!("{} again", payload.downcast_ref::<&str>().expect("text"))
    });
    // SAFETY: as above.
    let _ = caught(|| unsafe { plain.call::<c_int>((&outer,)) });
    let reports = reports.lock().expect("no panic");
    let told: Vec<&String> = reports.iter().step_by(2).collect();
    assert_eq!(told, ["inner: within (false)", "outer: within again (true)"]);
}

#[test]
fn each_policy_reports() {
    let (native, reports) = (fixture(), Reports::default());
    let plain = call_plain(&native);
    let contained = reporting("contained", &reports, || panic!("kept in"));
    let contained = contained.on_panic(-1).expect("an int").panic_policy(PanicPolicy::Contain);
    // SAFETY: the function calls what it is given.
    assert_eq!(unsafe { plain.call::<c_int>((&contained,)) }, Ok(-1));
    assert_eq!(reports.lock().expect("no panic")[0], "contained: kept in (false)");
}

#[cfg(unix)]
#[test]
fn a_reporter_that_panics_ends_the_program() {
    let test = "reports::a_reporter_that_panics_ends_the_program";
    let stderr = child::stderr_of_abort(test, || {
        let callback = Callback::new(|| -> c_int { panic!("first") }).expect("a callback");
        let callback = callback.named("fragile").report_to(|_| panic!("second"));
        let plain = call_plain(&fixture());
        // SAFETY: the function calls what it is given.
        let _ = unsafe { plain.call::<c_int>((&callback,)) };
    });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("what reports panics of callback `fragile` panicked"), "{stderr}");
    }
}

/// Without a reporter a line on stderr says whose panic it was, one for all callbacks that it goes through.
#[cfg(unix)]
#[test]
fn stderr_is_told_once() {
    let stderr = child::stderr_of_abort("reports::stderr_is_told_once", || {
        let plain = call_plain(&fixture());
        let inner = Callback::new(|| -> c_int { panic!("deep") }).expect("a callback");
        let inner = inner.named("inner");
        let _ = caught(|| {
            let mut outer = || -> c_int {
                // SAFETY: the function calls what it is given.
                unsafe { plain.call((&inner,)) }.expect("an int")
            };
            type Plain = unsafe extern "C" fn(*mut core::ffi::c_void) -> c_int;
            with_data_first(&mut outer, |function: Plain, data| {
                // SAFETY: here Rust plays the C side.
                unsafe { function(data) }
            })
        });
        std::process::abort();
    });
    if let Some(stderr) = stderr {
        assert_eq!(stderr.matches("the panic was in callback").count(), 1, "{stderr}");
        assert!(stderr.contains("the panic was in callback `inner`"), "{stderr}");
    }
}

/// What says whether a panic was told is not its address, which another one may have.
#[test]
fn a_panic_after_one_that_went_on_is_reported() {
    let (native, reports) = (fixture(), Reports::default());
    let plain = call_plain(&native);
    let guarded = reporting("guarded", &reports, || std::panic::panic_any(()));
    let alone = reporting("alone", &reports, || std::panic::panic_any(()));
    let alone = alone.on_panic(0).expect("an int");
    // SAFETY: the function calls what it is given.
    let _ = caught(|| unsafe { plain.call::<c_int>((&guarded,)) });
    // SAFETY: here Rust plays the C side.
    assert_eq!(unsafe { alone.as_fn()() }, 0);
    let told: Vec<String> = reports.lock().expect("no panic").iter().step_by(2).cloned().collect();
    assert_eq!(told, ["guarded:  (false)", "alone:  (false)"]);
}

#[test]
fn no_place_of_another_panic_is_told() {
    let places = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&places);
    let callback = Callback::new(|| -> c_int { std::panic::resume_unwind(Box::new("quiet")) });
    let callback = callback.expect("a callback").panic_policy(PanicPolicy::Contain);
    let callback = callback
        .report_to(move |report| kept.lock().expect("no panic").push(report.to_string()))
        .named("quiet one");
    let _ = caught(|| panic!("elsewhere"));
    // SAFETY: here Rust plays the C side.
    assert_eq!(unsafe { callback.as_fn()() }, 0);
    assert_eq!(*places.lock().expect("no panic"), ["callback `quiet one` panicked: quiet"]);
}

#[test]
fn a_reporter_ends_with_its_callback() {
    let counted = Arc::new(());
    let kept = Arc::clone(&counted);
    let callback = Callback::new(|| -> c_int { 1 }).expect("a callback");
    let callback = callback.report_to(move |_| drop(Arc::clone(&kept)));
    assert_eq!(Arc::strong_count(&counted), 2);
    drop(callback);
    assert_eq!(Arc::strong_count(&counted), 1);
}
