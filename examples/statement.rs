//! A prepared statement of SQLite, where each result code becomes a `Result`.

// Each unsafe block calls a C function in the way that SQLite's documentation says.
#![allow(clippy::undocumented_unsafe_blocks)]

use core::ffi::{CStr, c_char, c_int};
use core::fmt;
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;

/// Structs of which C shows no member: only pointers to them exist.
#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "sqlite3")]
struct Db {
    _private: [u8; 0],
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "sqlite3_stmt")]
struct Stmt {
    _private: [u8; 0],
}

#[derive(Debug)]
struct SqliteError(c_int);

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = unsafe { CStr::from_ptr(sqlite3_errstr(self.0)) };
        write!(f, "{} (code {})", text.to_string_lossy(), self.0)
    }
}

impl std::error::Error for SqliteError {}

/// Whether there is a row: 100 says so, 0 and 101 that all is well, and anything else is a failure.
fn check(code: c_int) -> Result<bool, SqliteError> {
    match code {
        0 | 101 => Ok(false),
        100 => Ok(true),
        code => Err(SqliteError(code)),
    }
}

// One word for all functions of the block, and one number that no call needs to repeat: the text is copied.
#[foreign_fn(lib = "sqlite3", check(check -> Result<bool, SqliteError>))]
unsafe extern "C" {
    fn sqlite3_open(file: *const c_char, #[out] db: *mut *mut Db) -> c_int;
    fn sqlite3_close(db: *mut Db) -> c_int;
    fn sqlite3_prepare_v2(
        db: *mut Db,
        sql: *const c_char,
        #[default(-1)] bytes: c_int,
        #[out] statement: *mut *mut Stmt,
        #[default(null_mut())] tail: *mut *const c_char,
    ) -> c_int;
    fn sqlite3_bind_int64(s: *mut Stmt, i: c_int, value: i64) -> c_int;
    fn sqlite3_bind_text(
        s: *mut Stmt,
        i: c_int,
        text: *const u8,
        bytes: c_int,
        #[default(-1)] destructor: isize,
    ) -> c_int;
    fn sqlite3_step(s: *mut Stmt) -> c_int;
    fn sqlite3_reset(s: *mut Stmt) -> c_int;
    fn sqlite3_finalize(s: *mut Stmt) -> c_int;
}

#[foreign_fn(lib = "sqlite3", load = load_columns)]
unsafe extern "C" {
    safe fn sqlite3_errstr(code: c_int) -> *const c_char;
    fn sqlite3_column_int64(s: *mut Stmt, i: c_int) -> i64;
    fn sqlite3_column_text(s: *mut Stmt, i: c_int) -> *const c_char;
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // One error for all that is missing, before anything is called.
    load()?;
    load_columns()?;
    unsafe {
        let (_, db) = sqlite3_open(c":memory:".as_ptr())?;
        let run = |sql: &CStr| -> Result<(), SqliteError> {
            let (_, s) = sqlite3_prepare_v2(db, sql.as_ptr())?;
            sqlite3_step(s)?;
            sqlite3_finalize(s).map(drop)
        };
        run(c"create table planets(name text primary key, moons integer)")?;

        let (_, insert) = sqlite3_prepare_v2(db, c"insert into planets values(?, ?)".as_ptr())?;
        for (name, moons) in [("Earth", 1), ("Mars", 2), ("Neptune", 16), ("Mars", 3)] {
            sqlite3_bind_text(insert, 1, name.as_ptr(), name.len() as c_int)?;
            sqlite3_bind_int64(insert, 2, moons)?;
            if let Err(e) = sqlite3_step(insert) {
                println!("{name} with {moons}: {e}");
            }
            // It says again what the step said.
            let _ = sqlite3_reset(insert);
        }
        sqlite3_finalize(insert)?;

        let sql = c"select name, moons from planets where moons > ? order by moons desc";
        let (_, select) = sqlite3_prepare_v2(db, sql.as_ptr())?;
        sqlite3_bind_int64(select, 1, 1)?;
        while sqlite3_step(select)? {
            let name = CStr::from_ptr(sqlite3_column_text(select, 0)).to_string_lossy();
            println!("{name:<8} {}", sqlite3_column_int64(select, 1));
        }
        sqlite3_finalize(select)?;
        sqlite3_close(db)?;
    }
    Ok(())
}
