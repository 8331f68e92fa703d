//! Statements by library handles.

use super::{Code, Database, Destructor, Item, KINDS, Statement, TRANSIENT, bytes, check, text};
use crate::needed;
use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;

#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "sqlite3")]
pub(super) struct Db {
    _private: [u8; 0],
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "sqlite3_stmt")]
pub(super) struct Stmt {
    _private: [u8; 0],
}

#[library("sqlite3", handle = pub(super) Sqlite, check(check -> Result<bool, Code>))]
unsafe extern "C" {
    pub(super) fn sqlite3_open(file: *const c_char, db: *mut *mut Db) -> c_int;
    pub(super) fn sqlite3_close(db: *mut Db) -> c_int;
    pub(super) fn sqlite3_prepare_v2(
        db: *mut Db,
        sql: *const c_char,
        bytes: c_int,
        #[out] statement: *mut *mut Stmt,
        #[out] tail: *mut *const c_char,
    ) -> c_int;
    pub(super) fn sqlite3_step(s: *mut Stmt) -> c_int;
    pub(super) fn sqlite3_reset(s: *mut Stmt) -> c_int;
    pub(super) fn sqlite3_finalize(s: *mut Stmt) -> c_int;
    pub(super) fn sqlite3_bind_null(s: *mut Stmt, i: c_int) -> c_int;
    pub(super) fn sqlite3_bind_int(s: *mut Stmt, i: c_int, value: c_int) -> c_int;
    pub(super) fn sqlite3_bind_int64(s: *mut Stmt, i: c_int, value: i64) -> c_int;
    pub(super) fn sqlite3_bind_double(s: *mut Stmt, i: c_int, value: f64) -> c_int;
    pub(super) fn sqlite3_bind_zeroblob(s: *mut Stmt, i: c_int, bytes: c_int) -> c_int;
    pub(super) fn sqlite3_bind_blob(
        s: *mut Stmt,
        i: c_int,
        value: *const u8,
        bytes: c_int,
        destructor: Option<Destructor>,
    ) -> c_int;
    // Two of the destructors are no functions but numbers: SQLITE_STATIC, and SQLITE_TRANSIENT for a copy.
    pub(super) fn sqlite3_bind_text(
        s: *mut Stmt,
        i: c_int,
        value: *const u8,
        bytes: c_int,
        #[default(TRANSIENT)] destructor: isize,
    ) -> c_int;
    pub(super) fn sqlite3_bind_text16(
        s: *mut Stmt,
        i: c_int,
        value: *const u16,
        bytes: c_int,
        #[default(TRANSIENT)] destructor: isize,
    ) -> c_int;
    #[symbol = "sqlite3_bind_blob"]
    pub(super) fn bind_blob_copy(
        s: *mut Stmt,
        i: c_int,
        value: *const u8,
        bytes: c_int,
        #[default(TRANSIENT)] destructor: isize,
    ) -> c_int;
}

/// What fails in no way, and what tells failures.
#[library("sqlite3", handle = pub(super) Columns)]
unsafe extern "C" {
    pub(super) fn sqlite3_bind_parameter_index(s: *mut Stmt, name: *const c_char) -> c_int;
    pub(super) fn sqlite3_bind_parameter_count(s: *mut Stmt) -> c_int;
    pub(super) fn sqlite3_column_count(s: *mut Stmt) -> c_int;
    pub(super) fn sqlite3_column_name(s: *mut Stmt, i: c_int) -> *const c_char;
    pub(super) fn sqlite3_column_type(s: *mut Stmt, i: c_int) -> c_int;
    pub(super) fn sqlite3_column_int64(s: *mut Stmt, i: c_int) -> i64;
    pub(super) fn sqlite3_column_double(s: *mut Stmt, i: c_int) -> f64;
    pub(super) fn sqlite3_column_text(s: *mut Stmt, i: c_int) -> *const u8;
    pub(super) fn sqlite3_column_blob(s: *mut Stmt, i: c_int) -> *const u8;
    pub(super) fn sqlite3_column_bytes(s: *mut Stmt, i: c_int) -> c_int;
    pub(super) fn sqlite3_errcode(db: *mut Db) -> c_int;
    pub(super) fn sqlite3_extended_errcode(db: *mut Db) -> c_int;
    pub(super) fn sqlite3_errmsg(db: *mut Db) -> *const c_char;
    pub(super) fn sqlite3_errstr(code: c_int) -> *const c_char;
}

pub(super) struct Declared {
    pub(super) sqlite: Sqlite,
    pub(super) columns: Columns,
    db: *mut Db,
}

impl Declared {
    pub(super) fn open() -> Declared {
        // SAFETY: the declarations are those of sqlite3.h; the path ends with NUL.
        unsafe {
            let sqlite = needed(Sqlite::open(), "libsqlite3-0");
            let columns = needed(Columns::open(), "libsqlite3-0");
            let mut db = null_mut();
            assert_eq!(sqlite.sqlite3_open(c":memory:".as_ptr(), &mut db), Ok(false));
            Declared { sqlite, columns, db }
        }
    }
}

pub(super) struct DeclaredStatement<'d>(&'d Declared, pub(super) *mut Stmt);

impl Database for Declared {
    type Statement<'d> = DeclaredStatement<'d>;

    fn prepare(&self, sql: &CStr) -> Result<(DeclaredStatement<'_>, String), Code> {
        // SAFETY: the database is open; the tail is inside of the text.
        unsafe {
            let (_, s, tail) = self.sqlite.sqlite3_prepare_v2(self.db, sql.as_ptr(), -1)?;
            Ok((DeclaredStatement(self, s), text(tail)))
        }
    }

    fn error(&self) -> (c_int, c_int, String, String) {
        let c = &self.columns;
        // SAFETY: the database is open; each code has a text.
        unsafe {
            let code = c.sqlite3_errcode(self.db);
            let message = text(c.sqlite3_errmsg(self.db));
            (code, c.sqlite3_extended_errcode(self.db), message, text(c.sqlite3_errstr(code)))
        }
    }

    fn close(self) -> Result<bool, Code> {
        // SAFETY: the database is open and used no more.
        unsafe { self.sqlite.sqlite3_close(self.db) }
    }
}

impl Statement for DeclaredStatement<'_> {
    fn bind(&self, i: c_int, item: &Item) -> Result<bool, Code> {
        let (sqlite, s) = (&self.0.sqlite, self.1);
        // SAFETY: the statement is prepared; texts and blobs are copied, as many bytes as there are.
        unsafe {
            match item {
                Item::Null => sqlite.sqlite3_bind_null(s, i),
                Item::Int(n) => sqlite.sqlite3_bind_int(s, i, *n),
                Item::Int64(n) => sqlite.sqlite3_bind_int64(s, i, *n),
                Item::Double(x) => sqlite.sqlite3_bind_double(s, i, *x),
                Item::Text(t) => sqlite.sqlite3_bind_text(s, i, t.as_ptr(), t.len() as c_int),
                Item::Wide(t) => {
                    let t: Vec<u16> = t.encode_utf16().collect();
                    sqlite.sqlite3_bind_text16(s, i, t.as_ptr(), size_of_val(&t[..]) as c_int)
                }
                Item::Blob(b) => sqlite.bind_blob_copy(s, i, b.as_ptr(), b.len() as c_int),
                Item::Zeros(n) => sqlite.sqlite3_bind_zeroblob(s, i, *n),
            }
        }
    }

    fn step(&self) -> Result<bool, Code> {
        // SAFETY: the statement is prepared.
        unsafe { self.0.sqlite.sqlite3_step(self.1) }
    }

    fn reset(&self) -> Result<bool, Code> {
        // SAFETY: the statement is prepared.
        unsafe { self.0.sqlite.sqlite3_reset(self.1) }
    }

    fn finalize(self) -> Result<bool, Code> {
        // SAFETY: the statement is prepared, and used no more.
        unsafe { self.0.sqlite.sqlite3_finalize(self.1) }
    }

    fn count(&self) -> c_int {
        // SAFETY: the statement is prepared.
        unsafe { self.0.columns.sqlite3_column_count(self.1) }
    }

    fn name(&self, i: c_int) -> String {
        // SAFETY: the statement has that column.
        unsafe { text(self.0.columns.sqlite3_column_name(self.1, i)) }
    }

    fn item(&self, i: c_int) -> Item {
        let (c, s) = (&self.0.columns, self.1);
        // SAFETY: the statement is at a row with that column; what it gives is copied at once.
        unsafe {
            match KINDS[c.sqlite3_column_type(s, i) as usize] {
                "integer" => Item::Int64(c.sqlite3_column_int64(s, i)),
                "real" => Item::Double(c.sqlite3_column_double(s, i)),
                "text" => {
                    let at = c.sqlite3_column_text(s, i);
                    let text = bytes(at, c.sqlite3_column_bytes(s, i));
                    Item::Text(String::from_utf8(text).expect("UTF-8"))
                }
                "blob" => {
                    let at = c.sqlite3_column_blob(s, i);
                    Item::Blob(bytes(at, c.sqlite3_column_bytes(s, i)))
                }
                _ => Item::Null,
            }
        }
    }
}
