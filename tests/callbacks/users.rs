//! Callbacks in the hands of real C code: libc's `ftw`, `atexit`, threads and timers, SQLite's hooks, tables of handlers.
#![cfg(target_os = "linux")]

use crate::child::{alone, exit};
use crate::common::fixture;
use crate::panics::{caught, text};
use core::cell::{Cell, RefCell};
use core::ffi::{CStr, c_char, c_double, c_int, c_ulong, c_void};
use core::ptr::{null, null_mut};
use ctypes_wrap::callback::with_data_first;
use ctypes_wrap::prelude::*;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

type Visit = unsafe extern "C" fn(*const c_char, *const libc::c_void, c_int) -> c_int;
type Start = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

#[foreign_fn]
unsafe extern "C" {
    fn ftw(path: *const c_char, visit: Option<Visit>, descriptors: c_int) -> c_int;
    #[symbol = "pthread_create"]
    fn create(
        thread: *mut c_ulong,
        attributes: *const c_void,
        start: Option<Start>,
        data: *mut c_void,
    ) -> c_int;
    #[symbol = "pthread_join"]
    fn join(thread: c_ulong, result: *mut *mut c_void) -> c_int;
}

// Linked to the program, since glibc exports it to no one.
unsafe extern "C" {
    fn atexit(handler: unsafe extern "C" fn()) -> c_int;
}

#[test]
fn ftw_walks_until_it_is_told_to_stop() {
    let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("ftw_{}", std::process::id()));
    std::fs::create_dir_all(root.join("a/b")).expect("the target folder can be written");
    for file in ["one", "a/two", "a/b/three"] {
        std::fs::write(root.join(file), "").expect("the target folder can be written");
    }
    let path = std::ffi::CString::new(root.to_str().expect("UTF-8")).expect("no NUL");
    let seen = RefCell::new(Vec::new());
    let visit = Callback::new(|path: &CStr, _: *const c_void, kind: c_int| -> c_int {
        seen.borrow_mut().push((path.to_str().expect("UTF-8").to_owned(), kind));
        c_int::from(path.to_bytes().ends_with(b"three")) * 7
    })
    .expect("a callback");
    // SAFETY: the callback is alive, and ftw keeps nothing.
    let stopped = unsafe { ftw(path.as_ptr(), Some(visit.as_fn()), 8) };
    let mut seen = seen.take();
    seen.sort();
    let found: Vec<_> = seen
        .iter()
        .map(|(path, kind)| (&path[path.len().min(root.to_str().map_or(0, str::len))..], *kind))
        .collect();
    // FTW_F is 0, FTW_D is 1 (ftw.h).
    assert!(found.contains(&("", 1)) && found.contains(&("/a/b/three", 0)), "{found:?}");
    assert_eq!(stopped, 7);
    // A panic stops it too, since what C gets then is chosen.
    let broken = Callback::new(|path: &CStr, _: *const c_void, _: c_int| -> c_int {
        panic!("at {}", path.to_bytes().len())
    });
    let broken = broken.and_then(|c| c.on_panic(1)).expect("a callback");
    // SAFETY: as above.
    let payload = caught(|| unsafe { ftw(path.as_ptr(), Some(broken.as_fn()), 8) });
    assert_eq!(text(&*payload), format!("at {}", path.as_bytes().len()));
    std::fs::remove_dir_all(&root).expect("ours");
}

#[test]
fn a_thread_of_c_starts_in_a_closure() {
    let name = String::from("thread");
    let start = SyncCallback::new_once(move |data: *mut c_void| -> *mut c_void {
        data.wrapping_byte_add(name.into_bytes().len())
    })
    .expect("a callback");
    let (mut thread, mut result) = (0, null_mut());
    // SAFETY: the callback outlives the thread, which is joined.
    unsafe {
        let data = core::ptr::without_provenance_mut(100);
        assert_eq!(create(&raw mut thread, null(), Some(start.as_fn()), data), 0);
        assert_eq!(join(thread, &raw mut result), 0);
    }
    assert_eq!(result.addr(), 106);
}

#[test]
fn handlers_of_the_end_run() {
    let output = exit("users::handlers_of_the_end_run", 0, || {
        let handler = SyncCallback::new(|| println!("the handler ran")).expect("a callback");
        // SAFETY: the callback is never freed.
        assert_eq!(unsafe { atexit(handler.as_fn()) }, 0);
        handler.leak();
    });
    if let Some(output) = output {
        assert!(output.contains("the handler ran"), "{output}");
    }
}

#[test]
fn a_callback_may_end_the_program() {
    let output = exit("users::a_callback_may_end_the_program", 7, || {
        let handler = SyncCallback::new(|| println!("the handler ran")).expect("a callback");
        // SAFETY: the callback is never freed.
        assert_eq!(unsafe { atexit(handler.as_fn()) }, 0);
        handler.leak();
        let ends =
            Callback::new(|_: c_int| -> c_int { std::process::exit(7) }).expect("a callback");
        // SAFETY: the function has that type.
        let _ = unsafe { crate::call_times(&fixture()).call::<c_int>((&ends, 1)) };
    });
    if let Some(output) = output {
        assert!(output.contains("the handler ran"), "{output}");
    }
}

/// `union sigval`, by value.
#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union SigVal {
    number: c_int,
    pointer: *mut c_void,
}

/// `struct sigevent` of Linux with the members of SIGEV_THREAD.
#[repr(C)]
struct SigEvent {
    value: SigVal,
    signal: c_int,
    notify: c_int,
    function: Option<unsafe extern "C" fn(SigVal)>,
    attributes: *mut c_void,
    rest: [u64; 4],
}

#[test]
fn a_timer_calls_on_a_thread_of_its_own() {
    const SIGEV_THREAD: c_int = 2;
    let (sender, receiver) = mpsc::channel();
    let fired = SyncCallback::new({
        let sender = std::sync::Mutex::new(sender);
        move |value: SigVal| {
            // SAFETY: any bits are a number.
            let number = unsafe { value.number };
            let _ = sender.lock().map(|s| s.send((number, std::thread::current().id())));
        }
    })
    .expect("a callback");
    let mut event = SigEvent {
        value: SigVal { number: 77 },
        signal: 0,
        notify: SIGEV_THREAD,
        function: Some(fired.as_fn()),
        attributes: null_mut(),
        rest: [0; 4],
    };
    // SAFETY: the event is laid out as the system has it; the times are valid; the timer is deleted below, and its thread
    // has ended the call when the message is here.
    unsafe {
        let mut timer = null_mut();
        let at = (&raw mut event).cast();
        assert_eq!(libc::timer_create(libc::CLOCK_MONOTONIC, at, &raw mut timer), 0);
        let zero = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let soon = libc::itimerspec {
            it_interval: zero,
            it_value: libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 },
        };
        assert_eq!(libc::timer_settime(timer, 0, &raw const soon, null_mut()), 0);
        let (number, thread) =
            receiver.recv_timeout(Duration::from_secs(20)).expect("the timer fires");
        assert_eq!(number, 77);
        assert_ne!(thread, std::thread::current().id());
        libc::timer_delete(timer);
    }
    // Its thread may still be on its way out of the callback.
    fired.leak();
}

/// A row of a table of handlers, as the fixture has it.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Handler {
    name: *const c_char,
    run: Option<unsafe extern "C" fn(*const c_char, c_int) -> c_int>,
}

#[test]
fn a_table_of_handlers() {
    let native = fixture();
    let seen = RefCell::new(Vec::new());
    let handler = |factor: c_int| {
        let seen = &seen;
        Callback::new(move |name: &CStr, value: c_int| -> c_int {
            seen.borrow_mut().push(name.to_owned());
            factor * value
        })
        .expect("a callback")
    };
    let (twice, thrice) = (handler(2), handler(3));
    let table = [
        Handler { name: c"twice".as_ptr(), run: Some(twice.as_fn()) },
        Handler { name: c"nothing".as_ptr(), run: None },
        Handler { name: c"thrice".as_ptr(), run: Some(thrice.as_fn()) },
    ];
    let params = [Handler::TYPE.const_pointer(), Type::SIZE, Type::CONST_CHAR_PTR, Type::INT];
    let dispatch = native.function("dispatch", &Type::INT, &params);
    // SAFETY: the function has that type; the callbacks are alive.
    let of =
        |name: &CStr| unsafe { dispatch.call::<c_int>((table.as_ptr(), table.len(), name, 7)) };
    assert_eq!(
        [of(c"twice"), of(c"thrice"), of(c"nothing"), of(c"other")],
        [Ok(14), Ok(21), Ok(-1), Ok(-2)]
    );
    assert_eq!(seen.take(), [c"twice".to_owned(), c"thrice".to_owned()]);
}

mod sqlite {
    use super::*;

    type Row =
        unsafe extern "C" fn(*mut c_void, c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;
    type Scalar = unsafe extern "C" fn(*mut c_void, c_int, *mut *mut c_void);
    type Hook = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, *const c_char, i64);
    type Progress = unsafe extern "C" fn(*mut c_void) -> c_int;

    #[foreign_fn(linux = ["libsqlite3.so.0"], callbacks)]
    unsafe extern "C" {
        fn sqlite3_open(name: *const c_char, db: *mut *mut c_void) -> c_int;
        fn sqlite3_close(db: *mut c_void) -> c_int;
        fn sqlite3_exec(
            db: *mut c_void,
            sql: *const c_char,
            row: Option<Row>,
            data: *mut c_void,
            message: *mut *mut c_char,
        ) -> c_int;
        fn sqlite3_create_function(
            db: *mut c_void,
            name: *const c_char,
            count: c_int,
            encoding: c_int,
            data: *mut c_void,
            function: Option<Scalar>,
            step: Option<Scalar>,
            end: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> c_int;
        fn sqlite3_value_double(value: *mut c_void) -> c_double;
        fn sqlite3_result_double(context: *mut c_void, value: c_double);
        fn sqlite3_update_hook(
            db: *mut c_void,
            hook: Option<Hook>,
            data: *mut c_void,
        ) -> *mut c_void;
        fn sqlite3_progress_handler(
            db: *mut c_void,
            every: c_int,
            handler: Option<Progress>,
            data: *mut c_void,
        );
    }

    const INTERRUPT: c_int = 9;

    #[test]
    fn hooks_functions_and_rows() {
        let mut db = null_mut();
        let cubes =
            Callback::new(|context: *mut c_void, count: c_int, values: *mut *mut c_void| {
                assert_eq!(count, 1);
                // SAFETY: SQLite passes as many values as it says, and its own context.
                unsafe {
                    let x = sqlite3_value_double(*values);
                    sqlite3_result_double(context, x * x * x);
                }
            })
            .expect("a callback");
        let changes = RefCell::new(Vec::new());
        let hook = Callback::new(
            |_: *mut c_void, what: c_int, _: *const c_char, table: &CStr, row: i64| {
                changes.borrow_mut().push((what, table.to_owned(), row));
            },
        )
        .expect("a callback");
        let mut rows = Vec::new();
        let mut note = |count: c_int, values: *mut *mut c_char, names: *mut *mut c_char| -> c_int {
            // SAFETY: SQLite passes as many texts of each as it says.
            rows.extend((0..count as usize).map(|i| unsafe {
                (
                    CStr::from_ptr(*names.add(i)).to_owned(),
                    CStr::from_ptr(*values.add(i)).to_owned(),
                )
            }));
            0
        };
        // SAFETY: as sqlite3.h declares them; the callbacks outlive the connection.
        unsafe {
            assert_eq!(sqlite3_open(c":memory:".as_ptr(), &raw mut db), 0);
            let utf8 = 1;
            let made = sqlite3_create_function(
                db,
                c"cube".as_ptr(),
                1,
                utf8,
                null_mut(),
                Some(cubes.as_fn()),
                None,
                None,
            );
            assert_eq!(made, 0);
            sqlite3_update_hook(db, Some(hook.as_fn()), null_mut());
            let sql = c"create table t(x); insert into t values (1.5), (2); update t set x = 3 where x = 2;";
            assert_eq!(sqlite3_exec(db, sql.as_ptr(), None, null_mut(), null_mut()), 0);
            let query = c"select sum(cube(x)) as s from t";
            let done = with_data_first(&mut note, |row: Row, data| {
                sqlite3_exec(db, query.as_ptr(), Some(row), data, null_mut())
            });
            assert_eq!(done, 0);
            assert_eq!(sqlite3_close(db), 0);
        }
        // 1.5³ + 3³
        assert_eq!(rows, [(c"s".to_owned(), c"30.375".to_owned())]);
        // SQLITE_INSERT is 18, SQLITE_UPDATE 23.
        let t = || c"t".to_owned();
        assert_eq!(changes.take(), [(18, t(), 1), (18, t(), 2), (23, t(), 2)]);
    }

    #[test]
    fn a_handler_that_panics_and_is_called_until_it_returns_non_zero() {
        let (mut db, mut message) = (null_mut(), null_mut());
        let runs = Cell::new(0);
        let handler = Callback::new(|_: *mut c_void| -> c_int {
            runs.set(runs.get() + 1);
            assert!(runs.get() < 3, "enough");
            0
        });
        let handler = handler.and_then(|c| c.on_panic(1)).expect("a callback");
        let endless =
            c"with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
        // SAFETY: as above.
        unsafe {
            assert_eq!(sqlite3_open(c":memory:".as_ptr(), &raw mut db), 0);
            sqlite3_progress_handler(db, 1000, Some(handler.as_fn()), null_mut());
            let payload =
                caught(|| sqlite3_exec(db, endless.as_ptr(), None, null_mut(), &raw mut message));
            assert_eq!((text(&*payload), runs.get()), ("enough", 3));
            // SQLite is as it was after any interrupt, and goes on.
            sqlite3_progress_handler(db, 0, None, null_mut());
            assert_eq!(sqlite3_exec(db, c"select 1".as_ptr(), None, null_mut(), null_mut()), 0);
            let stop = Callback::new(|_: *mut c_void| -> c_int { 1 }).expect("a callback");
            sqlite3_progress_handler(db, 1000, Some(stop.as_fn()), null_mut());
            assert_eq!(sqlite3_exec(db, endless.as_ptr(), None, null_mut(), null_mut()), INTERRUPT);
            assert_eq!(sqlite3_close(db), 0);
        }
    }
}

#[test]
fn a_callback_dropped_while_another_thread_runs_it() {
    static DROPPED: AtomicI32 = AtomicI32::new(0);
    struct Witness;
    impl Drop for Witness {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
    alone("users::a_callback_dropped_while_another_thread_runs_it", || {
        let (inside, is_inside) = mpsc::channel();
        let (go, goes) = mpsc::channel::<()>();
        let (witness, channels) = (Witness, std::sync::Mutex::new((inside, goes)));
        let callback = SyncCallback::new(move |n: c_int| -> c_int {
            let channels = channels.lock().expect("one thread at a time");
            let _ = (&witness, channels.0.send(()));
            let _ = channels.1.recv();
            n + DROPPED.load(Ordering::SeqCst)
        })
        .expect("a callback");
        let function = callback.as_fn();
        // SAFETY: the callback is alive when it is called.
        let caller = std::thread::spawn(move || unsafe { function(40) });
        is_inside.recv().expect("it runs");
        drop(callback);
        assert_eq!(DROPPED.load(Ordering::SeqCst), 0);
        // Ends of others do not free what still runs.
        for _ in 0..6000 {
            drop(Callback::new(|| -> c_int { 0 }).expect("a callback"));
        }
        go.send(()).expect("it waits");
        assert_eq!(caller.join().expect("no panic"), 40);
        assert_eq!(DROPPED.load(Ordering::SeqCst), 1);
    });
}
