//! SQLite: opaque handles, a callback per row, error texts.

use crate::{Stop, row};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null, null_mut};
use ctypes_wrap::prelude::*;
use std::ffi::CString;

#[library("sqlite3", handle = Sqlite)]
unsafe extern "C" {
    safe fn sqlite3_libversion() -> *const c_char;
    fn sqlite3_open_v2(
        file: *const c_char,
        db: *mut *mut c_void,
        flags: c_int,
        vfs: *const c_char,
    ) -> c_int;
    fn sqlite3_close(db: *mut c_void) -> c_int;
    fn sqlite3_errmsg(db: *mut c_void) -> *const c_char;
    fn sqlite3_exec(
        db: *mut c_void,
        sql: *const c_char,
        callback: Option<Row>,
        context: *mut c_void,
        error: *mut *mut c_char,
    ) -> c_int;
    // There is no such function yet. An optional one is asked for before it is called.
    #[optional]
    fn sqlite3_newest() -> c_int;
}

/// What SQLite calls for each row: the number of columns, their values and names as text.
type Row = unsafe extern "C" fn(*mut c_void, c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

// From sqlite3.h.
const READ_ONLY: c_int = 1;
const READ_WRITE_CREATE: c_int = 2 | 4;

/// A connection that is closed with the value.
struct Connection {
    sqlite: Sqlite,
    db: *mut c_void,
}

impl Connection {
    fn open(
        sqlite: &Sqlite,
        file: &str,
        flags: c_int,
    ) -> Result<Connection, Box<dyn std::error::Error>> {
        let file = CString::new(file)?;
        let mut db = null_mut();
        let code = unsafe { sqlite.sqlite3_open_v2(file.as_ptr(), &mut db, flags, null()) };
        let connection = Connection { sqlite: sqlite.clone(), db };
        if code == 0 { Ok(connection) } else { Err(connection.error().into()) }
    }

    fn error(&self) -> String {
        text(unsafe { self.sqlite.sqlite3_errmsg(self.db) })
    }

    /// Runs SQL and hands each row to the closure, as text.
    fn exec(&self, sql: &str, mut each: impl FnMut(Vec<String>)) -> Stop {
        let sql = CString::new(sql)?;
        let row = Callback::new_mut(
            |_: *mut c_void, n: c_int, values: *mut *mut c_char, _: *mut *mut c_char| -> c_int {
                each((0..n as usize).map(|i| text(unsafe { *values.add(i) })).collect());
                0
            },
        )?
        .named("row");
        let code = unsafe {
            let row = Some(row.as_fn());
            self.sqlite.sqlite3_exec(self.db, sql.as_ptr(), row, null_mut(), null_mut())
        };
        if code == 0 { Ok(()) } else { Err(self.error().into()) }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        unsafe { self.sqlite.sqlite3_close(self.db) };
    }
}

fn text(p: *const c_char) -> String {
    if p.is_null() {
        return "NULL".to_owned();
    }
    unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned()
}

/// The thousand rows that both ways make.
const FILL: &str = "create table t(n integer, square integer);
    with recursive c(n) as (values(1) union all select n + 1 from c where n < 1000)
    insert into t select n, n * n from c";
const QUERY: &str = "select n, square from t where square % 1000 = 1 order by n";

pub(crate) fn visit() -> Stop {
    let sqlite = unsafe { Sqlite::open()? };
    println!(
        "  SQLite {}, {}",
        text(sqlite.sqlite3_libversion()),
        sqlite.path().unwrap_or_default().display()
    );
    println!(
        "  sqlite3_newest: {}",
        if sqlite.sqlite3_newest().is_some() { "there" } else { "not there" }
    );

    let db = Connection::open(&sqlite, ":memory:", READ_WRITE_CREATE)?;
    db.exec(FILL, |_| {})?;
    let mut squares = Vec::new();
    db.exec(QUERY, |row| squares.push(row.join("²=")))?;
    let error = db.exec("selekt 1", |_| {}).unwrap_err().to_string();
    drop(db);

    let at_run_time = visit_dynamically()?;
    row("1,000 rows, squares that end in 001", summary(&squares), at_run_time.0);
    row("a bad statement", error, at_run_time.1);
    Ok(())
}

fn summary(rows: &[String]) -> String {
    format!("{} of them, {}", rows.len(), rows.last().map_or("none", String::as_str))
}

/// The same with nothing known at compile time but names and types as data.
fn visit_dynamically() -> Result<(String, String), Box<dyn std::error::Error>> {
    let lib = unsafe { Library::open("sqlite3")? };
    let (void_p, text_p) = (&Type::VOID_PTR, &Type::CONST_CHAR_PTR);
    let texts = Type::CHAR.pointer().pointer();
    let row_sig = Signature::new(CallConv::C, &Type::INT, [void_p, &Type::INT, &texts, &texts])?;
    let function = |name: &str, result: &Type, params: &[&Type]| {
        let sig = Signature::new(CallConv::C, result, params.iter().copied())?;
        Ok::<Function, ctypes_wrap::Error>(lib.function(name, &sig)?)
    };
    let open = function("sqlite3_open", &Type::INT, &[text_p, &void_p.pointer()])?;
    let close = function("sqlite3_close", &Type::INT, &[void_p])?;
    let errmsg = function("sqlite3_errmsg", text_p, &[void_p])?;
    let exec = function(
        "sqlite3_exec",
        &Type::INT,
        &[void_p, text_p, &row_sig.ty().pointer(), void_p, &texts],
    )?;

    let mut db: *mut c_void = null_mut();
    unsafe { open.call::<c_int>((c":memory:", &raw mut db))? };
    let found = std::cell::RefCell::new(Vec::new());
    let each = Callback::dynamic(&row_sig, |args| {
        if let [_, Value::Int(n), Value::Pointer(values), _] = args {
            let values = values.cast::<*const c_char>();
            let columns = (0..*n as usize).map(|i| text(unsafe { *values.add(i) }));
            found.borrow_mut().push(columns.collect::<Vec<_>>().join("²="));
        }
        Value::Int(0)
    })?;
    let none = null::<c_void>();
    for sql in [FILL, QUERY, "selekt 1"] {
        let sql = CString::new(sql)?;
        unsafe { exec.call::<c_int>((db, sql.as_c_str(), &each, none, none))? };
    }
    let error = text(unsafe { errmsg.call::<*const c_char>((db,))? });
    unsafe { close.call::<c_int>((db,))? };
    drop(each);
    Ok((summary(&found.into_inner()), error))
}

/// `--db FILE --query SQL`: prints the rows of a query on a database of the user's.
pub(crate) fn query(file: &str, sql: &str) -> Stop {
    let sqlite = unsafe { Sqlite::open()? };
    let db = Connection::open(&sqlite, file, READ_ONLY)?;
    db.exec(sql, |row| println!("{}", row.join("|")))
}
