//! SQLite's prepared statements: values of every kind bound, stepped over and read back, memory handed over with its
//! destructor, errors as `Result`. What is expected SQLite itself says of literals in SQL.

mod at_run_time;
mod declared;

use at_run_time::AtRunTime;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;
use declared::Declared;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A result code that is none of SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Code(c_int);

/// Whether there is a row.
fn check(code: c_int) -> Result<bool, Code> {
    match code {
        ROW => Ok(true),
        0 | DONE => Ok(false),
        code => Err(Code(code)),
    }
}

// From sqlite3.h.
const ROW: c_int = 100;
const DONE: c_int = 101;
const ERROR: Code = Code(1);
const CONSTRAINT: Code = Code(19);
const RANGE: Code = Code(25);
const TRANSIENT: isize = -1;
const KINDS: [&str; 6] = ["", "integer", "real", "text", "blob", "null"];

type Destructor = unsafe extern "C" fn(*mut c_void);

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Null,
    Int(c_int),
    Int64(i64),
    Double(f64),
    Text(String),
    /// Bound in UTF-16.
    Wide(&'static str),
    Blob(Vec<u8>),
    Zeros(c_int),
}

impl Item {
    /// What comes back, where it is not what was sent.
    fn stored(&self) -> Item {
        match self {
            Item::Int(n) => Item::Int64((*n).into()),
            Item::Wide(text) => Item::Text((*text).to_owned()),
            Item::Zeros(n) => Item::Blob(vec![0; *n as usize]),
            other => other.clone(),
        }
    }
}

/// Values, and SQL's literals for them.
fn items() -> Vec<(Item, &'static str)> {
    vec![
        (Item::Null, "null"),
        (Item::Int(-7), "-7"),
        (Item::Int(c_int::MAX), "2147483647"),
        (Item::Int64(i64::MIN), "(-9223372036854775807 - 1)"),
        (Item::Int64(0x0123_4567_89ab_cdef), "0x0123456789abcdef"),
        (Item::Double(0.1), "0.1"),
        (Item::Double(-1.5e300), "-1.5e300"),
        (Item::Text("quoted 'text', größer".into()), "'quoted ''text'', größer'"),
        (Item::Text(String::new()), "''"),
        (Item::Wide("größer, 🦀"), "'größer, 🦀'"),
        (Item::Blob(vec![0, 0xff, 0x10, b'\'']), "x'00ff1027'"),
        (Item::Zeros(3), "zeroblob(3)"),
    ]
}

/// SQL that compares the parameter with a literal, and returns it.
fn question(literal: &str) -> String {
    format!(
        "select ?1 is {literal}, typeof(?1) = typeof({literal}), quote(?1) = quote({literal}), typeof({literal}), ?1 as it"
    )
}

/// One way to use a statement, for both ways to have the functions.
trait Statement {
    fn bind(&self, i: c_int, item: &Item) -> Result<bool, Code>;
    fn step(&self) -> Result<bool, Code>;
    fn reset(&self) -> Result<bool, Code>;
    fn finalize(self) -> Result<bool, Code>;
    fn count(&self) -> c_int;
    fn name(&self, i: c_int) -> String;
    fn item(&self, i: c_int) -> Item;
}

trait Database {
    type Statement<'d>: Statement
    where
        Self: 'd;
    /// A statement, and the text that follows it.
    fn prepare(&self, sql: &CStr) -> Result<(Self::Statement<'_>, String), Code>;
    /// Code, extended code, message, and what SQLite calls the code.
    fn error(&self) -> (c_int, c_int, String, String);
    fn close(self) -> Result<bool, Code>;
}

/// # Safety
/// A text that ends with NUL.
unsafe fn text(at: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(at) }.to_str().expect("UTF-8").to_owned()
}

/// # Safety
/// As many bytes are there; the address is NULL if there are none.
unsafe fn bytes(at: *const u8, len: c_int) -> Vec<u8> {
    if len == 0 {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(at, len as usize) }.to_vec()
}

fn sql(text: &str) -> std::ffi::CString {
    std::ffi::CString::new(text).expect("no NUL")
}

/// One value of the first row.
fn answer(db: &impl Database, text: &str) -> Item {
    let (s, _) = db.prepare(&sql(text)).expect("SQL");
    assert_eq!(s.step(), Ok(true));
    let item = s.item(0);
    assert_eq!(s.finalize(), Ok(false));
    item
}

fn statements(db: impl Database) {
    // Every kind goes in and out, and is to SQLite what its literal is.
    for (item, literal) in items() {
        let (s, tail) = db.prepare(&sql(&question(literal))).expect("SQL");
        assert_eq!((tail.as_str(), s.count(), s.name(4)), ("", 5, "it".to_owned()));
        assert_eq!(s.bind(1, &item), Ok(false), "{item:?}");
        assert_eq!(s.step(), Ok(true), "{item:?}");
        let same = [0, 1, 2].map(|i| s.item(i));
        assert_eq!(same, [(); 3].map(|()| Item::Int64(1)), "{item:?} is not {literal}");
        let kind = match item.stored() {
            Item::Null => "null",
            Item::Double(_) => "real",
            Item::Text(_) => "text",
            Item::Blob(_) => "blob",
            _ => "integer",
        };
        assert_eq!(s.item(3), Item::Text(kind.to_owned()), "{literal}");
        assert_eq!(s.item(4), item.stored(), "{literal}");
        assert_eq!((s.step(), s.finalize()), (Ok(false), Ok(false)));
    }

    // Several statements in one text, and one of them used again and again.
    let script =
        "create table t(n integer primary key, square); insert into t values(?, ?);  -- no more";
    let (create, tail) = db.prepare(&sql(script)).expect("SQL");
    assert_eq!((create.step(), create.finalize()), (Ok(false), Ok(false)));
    let (insert, tail) = db.prepare(&sql(&tail)).expect("SQL");
    assert_eq!(tail.trim(), "-- no more");
    for n in 0..200 {
        assert_eq!(
            (insert.bind(1, &Item::Int(n)), insert.bind(2, &Item::Int(n * n))),
            (Ok(false), Ok(false))
        );
        assert_eq!((insert.step(), insert.reset()), (Ok(false), Ok(false)));
    }
    let series = "with recursive c(n) as (values(0) union all select n + 1 from c where n < 199)
                  select sum(n * n) from c";
    assert_eq!(answer(&db, "select sum(square) from t"), answer(&db, series));

    // Failures are `Err`, and SQLite says what they are.
    assert_eq!(insert.bind(3, &Item::Null), Err(RANGE));
    assert_eq!(insert.bind(1, &Item::Int(7)), Ok(false));
    assert_eq!(insert.step(), Err(CONSTRAINT));
    let (code, extended, message, name) = db.error();
    assert_eq!(
        (Code(code), extended & 0xff, name.as_str()),
        (CONSTRAINT, code, "constraint failed")
    );
    assert_eq!(message, "UNIQUE constraint failed: t.n");
    assert_eq!((insert.reset(), insert.finalize()), (Err(CONSTRAINT), Ok(false)));
    assert_eq!(db.prepare(c"select nonsense").err(), Some(ERROR));
    let (code, _, message, _) = db.error();
    assert_eq!((Code(code), message.as_str()), (ERROR, "no such column: nonsense"));
    assert_eq!(db.close(), Ok(false));
}

#[test]
fn statements_by_declaration() {
    statements(Declared::open());
}

#[test]
fn statements_at_run_time() {
    statements(AtRunTime::open());
}

/// Memory that Rust gives away, with the function that frees it.
fn destructor() -> (SyncCallback<Destructor>, Arc<AtomicUsize>) {
    let freed = Arc::new(AtomicUsize::new(0));
    let count = freed.clone();
    let destructor = SyncCallback::new(move |at: *mut c_void| {
        count.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the blob below, which SQLite gives back once.
        drop(unsafe { Box::from_raw(at.cast::<[u8; 4]>()) });
    });
    (destructor.expect("a callback"), freed)
}

#[test]
fn a_blob_is_given_away_with_its_destructor() {
    let (destructor, freed) = destructor();
    let freed = || freed.load(Ordering::Relaxed);
    let blob = || Box::into_raw(Box::new([1_u8, 2, 0, 255])).cast::<u8>();
    const HEX: &CStr = c"select hex(?1)";
    let hex = |s: &dyn Fn() -> Item| assert_eq!(s(), Item::Text("010200FF".to_owned()));

    let db = Declared::open();
    let (s, _) = db.prepare(HEX).expect("SQL");
    let bind = || {
        // SAFETY: the blob has four bytes; the destructor lives longer than the statement.
        unsafe { db.sqlite.sqlite3_bind_blob(s.1, 1, blob(), 4, Some(destructor.as_fn())) }
    };
    assert_eq!((bind(), freed()), (Ok(false), 0));
    assert_eq!(s.step(), Ok(true));
    hex(&|| s.item(0));
    assert_eq!(s.reset(), Ok(false));
    assert_eq!((bind(), freed()), (Ok(false), 1), "the second takes the place of the first");
    assert_eq!((s.finalize(), freed()), (Ok(false), 2));
    assert_eq!(db.close(), Ok(false));

    let db = AtRunTime::open();
    let (s, _) = db.prepare(HEX).expect("SQL");
    let bind_blob = s.f("int", "bind_blob", ", int, const void *, int, destructor");
    // SAFETY: as above.
    let bind = || unsafe { bind_blob.call::<c_int>((s.1, 1, blob(), 4, &destructor)) };
    assert_eq!((bind(), freed()), (Ok(0), 2));
    assert_eq!(s.step(), Ok(true));
    hex(&|| s.item(0));
    assert_eq!((s.finalize(), freed()), (Ok(false), 3));
    // A closure of another type is refused before anything is called.
    let (s, _) = db.prepare(HEX).expect("SQL");
    let other = Callback::new(|_: c_int| {}).expect("a callback");
    // SAFETY: nothing is called.
    let error = unsafe { bind_blob.call::<c_int>((s.1, 1, null_mut::<c_void>(), 4, &other)) };
    let error = error.expect_err("another type").to_string();
    assert!(
        error.starts_with("argument 5 of `sqlite3_bind_blob`: expected `destructor`"),
        "{error}"
    );
    assert_eq!(s.finalize(), Ok(false));
    assert_eq!(db.close(), Ok(false));
}

/// Parameters have names, which C finds.
#[test]
fn parameters_by_name() {
    let text = c"select :a || @b || $c";
    let db = Declared::open();
    let (s, _) = db.prepare(text).expect("SQL");
    let other = AtRunTime::open();
    let (t, _) = other.prepare(text).expect("SQL");
    let index = t.f("int", "bind_parameter_index", ", const char *name");
    // SAFETY: the functions are of these types, the statements are prepared, the names end with NUL.
    unsafe {
        assert_eq!(db.columns.sqlite3_bind_parameter_count(s.1), 3);
        for (name, value) in [(c"$c", "three"), (c":a", "one "), (c"@b", "two ")] {
            let i = db.columns.sqlite3_bind_parameter_index(s.1, name.as_ptr());
            assert_eq!(index.call((t.1, name)), Ok(i));
            let value = Item::Text(value.to_owned());
            assert_eq!((s.bind(i, &value), t.bind(i, &value)), (Ok(false), Ok(false)));
        }
        assert_eq!(index.call((t.1, ":none")), Ok(0));
    }
    assert_eq!((s.step(), t.step()), (Ok(true), Ok(true)));
    let text = Item::Text("one two three".to_owned());
    assert_eq!((s.item(0), t.item(0)), (text.clone(), text));
    assert_eq!((s.finalize(), t.finalize()), (Ok(false), Ok(false)));
    assert_eq!((db.close(), other.close()), (Ok(false), Ok(false)));
}
