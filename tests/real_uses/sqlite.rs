//! SQLite with a callback for each row, which may panic.

use crate::{TEXT, function, open};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;
use std::cell::RefCell;

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
