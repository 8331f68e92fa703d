//! Statements by prototypes.

use super::{Code, Database, Item, KINDS, Statement, TRANSIENT, bytes, check, text};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;

/// A database by prototypes.
pub(super) struct AtRunTime {
    library: Library,
    types: Types,
    db: CData<'static>,
}

pub(super) struct RunTimeStatement<'d>(&'d AtRunTime, pub(super) *mut c_void);

impl AtRunTime {
    pub(super) fn open() -> AtRunTime {
        let types = Types::new();
        types
            .parse("typedef struct sqlite3 sqlite3; typedef struct sqlite3_stmt stmt; typedef void (*destructor)(void *);")
            .expect("C");
        let db = CData::new(&types.get("sqlite3").expect("declared").pointer()).expect("memory");
        let this = AtRunTime { library: crate::open("sqlite3", "libsqlite3-0"), types, db };
        let open = this.function("int sqlite3_open(const char *file, sqlite3 **db);");
        // SAFETY: the function is of that type.
        assert_eq!(unsafe { open.call::<c_int>((":memory:", this.db.byref())) }, Ok(0));
        this
    }

    fn function(&self, prototype: &str) -> Function {
        self.library.declare_in(&self.types, prototype).unwrap_or_else(|e| panic!("{e}"))
    }
}

impl Database for AtRunTime {
    type Statement<'d> = RunTimeStatement<'d>;

    fn prepare(&self, sql: &CStr) -> Result<(RunTimeStatement<'_>, String), Code> {
        let prepare = self.function(
            "int sqlite3_prepare_v2(sqlite3 *, const char *sql, int bytes, stmt **out, const char **tail);",
        );
        let (mut s, mut tail) = (null_mut::<c_void>(), core::ptr::null::<c_char>());
        // SAFETY: the function is of that type, the database is open; the tail is inside of the text.
        unsafe {
            let out = (&raw mut s).cast::<c_void>();
            let code = prepare.call((&self.db, sql, -1, out, &raw mut tail)).expect("a call");
            check(code).map(|_| (RunTimeStatement(self, s), text(tail)))
        }
    }

    fn error(&self) -> (c_int, c_int, String, String) {
        let code = self.function("int sqlite3_errcode(sqlite3 *);");
        let extended = self.function("int sqlite3_extended_errcode(sqlite3 *);");
        let message = self.function("const char *sqlite3_errmsg(sqlite3 *);");
        let name = self.function("const char *sqlite3_errstr(int);");
        // SAFETY: the functions are of these types, the database is open; each code has a text.
        unsafe {
            let code = code.call::<c_int>((&self.db,)).expect("a call");
            let message = text(message.call((&self.db,)).expect("a call"));
            let extended = extended.call((&self.db,)).expect("a call");
            (code, extended, message, text(name.call((code,)).expect("a call")))
        }
    }

    fn close(self) -> Result<bool, Code> {
        let close = self.function("int sqlite3_close(sqlite3 *);");
        // SAFETY: the function is of that type, the database is used no more.
        check(unsafe { close.call((&self.db,)) }.expect("a call"))
    }
}

impl RunTimeStatement<'_> {
    /// A function of a statement, and of a column of it.
    pub(super) fn f(&self, result: &str, name: &str, rest: &str) -> Function {
        self.0.function(&format!("{result} sqlite3_{name}(stmt *{rest});"))
    }
}

impl Statement for RunTimeStatement<'_> {
    fn bind(&self, i: c_int, item: &Item) -> Result<bool, Code> {
        let f = |name: &str, rest: &str| self.f("int", name, &format!(", int{rest}"));
        let (s, copy) = (self.1, core::ptr::without_provenance_mut::<c_void>(TRANSIENT as usize));
        // SAFETY: the functions are of these types; the statement is prepared; texts and blobs are copied.
        let code = unsafe {
            match item {
                Item::Null => f("bind_null", "").call((s, i)),
                Item::Int(n) => f("bind_int", ", int").call((s, i, i64::from(*n))),
                Item::Int64(n) => f("bind_int64", ", long long").call((s, i, *n)),
                Item::Double(x) => f("bind_double", ", double").call((s, i, *x)),
                Item::Text(t) => {
                    let f = f("bind_text", ", const char *, int, destructor");
                    f.call((s, i, t, t.len(), copy))
                }
                Item::Wide(t) => {
                    let t: Vec<u16> = t.encode_utf16().collect();
                    let f = f("bind_text16", ", const void *, int, destructor");
                    f.call((s, i, &t, size_of_val(&t[..]), copy))
                }
                Item::Blob(b) => {
                    let f = f("bind_blob", ", const void *, int, destructor");
                    f.call((s, i, b, b.len(), copy))
                }
                Item::Zeros(n) => f("bind_zeroblob", ", int").call((s, i, *n)),
            }
        };
        check(code.expect("a call"))
    }

    fn step(&self) -> Result<bool, Code> {
        // SAFETY: the function is of that type, the statement is prepared.
        check(unsafe { self.f("int", "step", "").call((self.1,)) }.expect("a call"))
    }

    fn reset(&self) -> Result<bool, Code> {
        // SAFETY: the function is of that type, the statement is prepared.
        check(unsafe { self.f("int", "reset", "").call((self.1,)) }.expect("a call"))
    }

    fn finalize(self) -> Result<bool, Code> {
        // SAFETY: the function is of that type, the statement is prepared and used no more.
        check(unsafe { self.f("int", "finalize", "").call((self.1,)) }.expect("a call"))
    }

    fn count(&self) -> c_int {
        // SAFETY: the function is of that type, the statement is prepared.
        unsafe { self.f("int", "column_count", "").call((self.1,)) }.expect("a call")
    }

    fn name(&self, i: c_int) -> String {
        let name = self.f("const char *", "column_name", ", int");
        // SAFETY: the function is of that type, the statement has that column.
        unsafe { text(name.call((self.1, i)).expect("a call")) }
    }

    fn item(&self, i: c_int) -> Item {
        let f = |result: &str, name: &str| self.f(result, name, ", int");
        let length = f("int", "column_bytes");
        let at = (self.1, i);
        // SAFETY: the functions are of these types; the statement is at a row; what it gives is copied at once.
        unsafe {
            let kind = f("int", "column_type").call::<c_int>(at).expect("a call");
            match KINDS[kind as usize] {
                "integer" => Item::Int64(f("long long", "column_int64").call(at).expect("a call")),
                "real" => Item::Double(f("double", "column_double").call(at).expect("a call")),
                "text" => {
                    let text = f("const unsigned char *", "column_text").call(at).expect("a call");
                    let text = bytes(text, length.call(at).expect("a call"));
                    Item::Text(String::from_utf8(text).expect("UTF-8"))
                }
                "blob" => {
                    let blob = f("const void *", "column_blob").call(at).expect("a call");
                    Item::Blob(bytes(blob, length.call(at).expect("a call")))
                }
                _ => Item::Null,
            }
        }
    }
}
