//! Every safe function on C objects, in any order, from two threads that share the objects.
//!
//! What comes out is not looked at: a race or an access to freed memory is found by whoever watches the run
//! (valgrind, ThreadSanitizer, Miri). The names are those of the crate's functions, by the file that they
//! are in; a test holds the list against the source.
#![forbid(unsafe_code)]

use core::ffi::c_void;
use ctypes_core::memory::{AccessError, Init, ViewValue};
use ctypes_core::{CData, Complex, Error, Heap, Type, Types};
use std::sync::Arc;

const SOURCE: &str = "
    enum colour { RED, GREEN = 7, BLUE };
    struct pair { short x; int y; };
    struct node { int value; struct node *next; void *any; char name[6]; struct pair where[2]; int *nums;
                  union { int i; double d; struct node *p; } u; char *text; unsigned a : 3; int b : 7;
                  enum colour colour; double d; _Bool flag; long double ld; double _Complex z;
                  int (*f)(int); };
    struct links { int n; struct node *to[]; };
";

/// Parts that exist in a node, and some that do not.
const PATHS: [&str; 22] = [
    "value",
    "next",
    "any",
    "name",
    "where",
    "where[1]",
    "where[0].y",
    "nums",
    "u.p",
    "i",
    "p",
    "text",
    "a",
    "b",
    "colour",
    "d",
    "flag",
    "ld",
    "z",
    "f",
    "",
    "none",
];
const POINTERS: [&str; 6] = ["next", "any", "nums", "p", "text", ""];

/// A thread with its handles.
pub struct Me<'m> {
    state: u64,
    pool: Vec<CData<'m>>,
    heap: Heap<'m>,
    node: Type,
    links: Type,
}

type Done = Result<(), AccessError>;

impl<'m> Me<'m> {
    fn below(&mut self, n: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % n
    }

    fn path(&mut self) -> &'static str {
        PATHS[self.below(PATHS.len())]
    }

    fn pointer(&mut self) -> &'static str {
        POINTERS[self.below(POINTERS.len())]
    }

    fn any(&mut self) -> CData<'m> {
        let at = self.below(self.pool.len());
        self.pool[at].clone()
    }

    /// The first handles are shared with the other thread and stay.
    fn keep(&mut self, data: CData<'m>) -> Done {
        let at = SHARED + self.below(20);
        if at < self.pool.len() {
            self.pool[at] = data;
        } else {
            self.pool.push(data);
        }
        Ok(())
    }
}

const SHARED: usize = 7;

macro_rules! lines {
    ($($name:literal => |$me:ident| $does:expr,)*) => {
        /// What is done, by the name of the function.
        pub const LINES: &[(&str, for<'a, 'm> fn(&'a mut Me<'m>) -> Done)] =
            &[$(($name, |$me: &mut Me<'_>| $does),)*];
    };
}

lines! {
    "data::new" => |me| { let ty = me.node.clone(); me.keep(CData::new(&ty)?) },
    "data::new_in" => |me| { let made = CData::new_in(&me.heap, &me.node)?; me.keep(made) },
    "data::with" => |me| { let to = me.any(); me.keep(CData::with(&me.node.pointer(), &to)?) },
    "data::with_room" => |me| { let size = me.below(500); me.keep(CData::with_room(&me.links, size)?) },
    "data::with_elements" => |me| { let len = me.below(9); me.keep(CData::with_elements(&me.links, len)?) },
    "data::borrow" => |me| {
        let mut bytes = [0; 64];
        let skip = me.below(9);
        let data = CData::borrow(&Type::U32.array(4).expect("small"), &mut bytes[skip..])?;
        data.set("[1]", 7)?;
        drop(data.at("[1]")?);
        drop(data);
        std::hint::black_box(&mut bytes);
        Ok(())
    },
    "data::copy_of" => |me| { let n = me.below(300); me.keep(CData::copy_of(&me.node, &vec![0; n])?) },
    "data::duplicate" => |me| { let copy = me.any().duplicate()?; me.keep(copy) },
    "data::ty" => |me| { me.any().ty().size(); Ok(()) },
    "data::layout" => |me| { me.any().layout().size(); Ok(()) },
    "data::size" => |me| { me.any().size(); Ok(()) },
    "data::is_same" => |me| { me.any().is_same(&me.any()); Ok(()) },
    "data::path" => |me| { let path = me.path(); me.any().path(path).map(drop) },
    "data::at" => |me| { let path = me.path(); let part = me.any().at(path)?; me.keep(part) },
    "data::at_path" => |me| {
        let (data, path) = (me.any(), me.path());
        let part = data.at_path(&data.path(path)?)?;
        me.keep(part)
    },
    "data::get" => |me| { let path = me.path(); me.any().get::<i64>(path).map(drop) },
    "data::get_at" => |me| {
        let (data, path) = (me.any(), me.path());
        data.get_at::<f64>(&data.path(path)?).map(drop)
    },
    "data::scalar" => |me| { let path = me.path(); me.any().scalar(path).map(drop) },
    "data::enumerator" => |me| me.any().enumerator("colour").map(drop),
    "data::set" => |me| {
        let (data, path, value) = (me.any(), me.path(), me.below(9));
        match me.below(5) {
            0 => data.set(path, value),
            1 => data.set(path, true),
            2 => data.set(path, value as f64),
            3 => data.set(path, "text"),
            _ => { let other = me.any(); data.set(path, &other) }
        }
    },
    "data::set_at" => |me| {
        let (data, path, other) = (me.any(), me.pointer(), me.any());
        data.set_at(&data.path(path)?, &other)
    },
    "data::set_wrapping" => |me| { let (path, v) = (me.path(), me.below(1 << 30)); me.any().set_wrapping(path, v as i128) },
    "data::view_as" => |me| { let as_bytes = me.any().view_as(&Type::U8.array(16).expect("small"))?; me.keep(as_bytes) },
    "data::resize" => |me| {
        let (at, size) = (me.below(me.pool.len()), me.below(600));
        me.pool[at].resize(size)
    },
    "init::list" => |me| { let path = me.path(); me.any().set(path, Init::list([1.into(), 2.into()])) },
    "init::fields" => |me| {
        let next = me.any();
        me.any().set("", Init::fields([("value", 1.into()), ("next", (&next).into()), ("d", 1.5.into())]))
    },
    "init::kept" => |me| {
        let (path, inner) = (me.pointer(), me.any());
        let address = core::ptr::without_provenance::<c_void>(0x1000);
        me.any().set(path, Init::kept(address, Type::VOID_PTR, Arc::new(inner.size())))
    },
    "init::complex" => |me| { me.any().set("z", Complex { re: 1.0, im: 2.0 })?; me.any().complex("z").map(drop) },
    "init::long_double" => |me| { let v = me.any().long_double("ld")?; me.any().set("ld", v) },
    "pointer::address" => |me| { let path = me.path(); me.any().address(path).map(drop) },
    "pointer::is_null" => |me| { let path = me.path(); me.any().is_null(path).map(drop) },
    "pointer::contents" => |me| { let path = me.pointer(); let there = me.any().contents(path)?; me.keep(there) },
    "pointer::element" => |me| {
        let (path, index) = (me.path(), me.below(5) as isize - 2);
        let there = me.any().element(path, index)?;
        me.keep(there)
    },
    "pointer::pointer" => |me| { let pointer = me.any().pointer()?; me.keep(pointer) },
    "pointer::cast" => |me| { let pointer = me.any().cast(&me.node.pointer())?; me.keep(pointer) },
    "pointer::advance" => |me| { let (path, by) = (me.pointer(), me.below(5) as isize - 2); me.any().advance(path, by) },
    "pointer::swap" => |me| match me.below(3) {
        0 => me.any().swap("where[0]", "where[1]"),
        1 => me.any().swap("next", "p"),
        _ => me.any().swap("[0]", "[1]"),
    },
    "pointer::as_ptr" => |me| { me.any().as_ptr(); Ok(()) },
    "text::string_buffer" => |me| { let n = me.below(600); me.keep(CData::string_buffer(n)?) },
    "text::wide_buffer" => |me| { let n = me.below(60); me.keep(CData::wide_buffer(n)?) },
    "text::string" => |me| me.keep(CData::string("some text")?),
    "text::wide_string" => |me| me.keep(CData::wide_string("some text")?),
    "text::text" => |me| { let path = me.path(); me.any().text(path).map(drop) },
    "text::text_bytes" => |me| { let path = me.path(); me.any().text_bytes(path).map(drop) },
    "array::len" => |me| { let path = me.path(); me.any().len(path).map(drop) },
    "array::iter" => |me| {
        let last = me.any().iter()?.last();
        last.map_or(Ok(()), |last| me.keep(last))
    },
    "array::slice" => |me| { let n = me.below(4); let part = me.any().slice(n..n + 1)?; me.keep(part) },
    "array::get_vec" => |me| { let path = me.path(); me.any().get_vec::<i64>(path).map(drop) },
    "array::set_slice" => |me| { let path = me.path(); me.any().set_slice(path, &[1; 6]) },
    "array::to_vec" => |me| { let path = me.path(); me.any().to_vec(path).map(drop) },
    "array::read_bytes" => |me| { let (at, n) = (me.below(200), me.below(70)); me.any().read_bytes(at, &mut vec![0; n]) },
    "array::write_bytes" => |me| { let (at, n) = (me.below(200), me.below(20)); me.any().write_bytes(at, &vec![3; n]) },
    "array::fill" => |me| { let (at, n) = (me.below(200), me.below(20)); me.any().fill(at, 0, n) },
    "array::as_mut_bytes" => |me| {
        let at = me.below(me.pool.len());
        if let Some(bytes) = me.pool[at].as_mut_bytes() {
            bytes.iter_mut().for_each(|b| *b = b.wrapping_add(0));
        }
        Ok(())
    },
    "heap::new" => |me| { me.heap = Heap::new(); Ok(()) },
    "heap::len" => |me| { me.heap.clone().len(); Ok(()) },
    "heap::is_empty" => |me| { me.heap.is_empty(); Ok(()) },
    "passing::byref" => |me| { drop(format!("{:?}", me.any().byref())); Ok(()) },
    "passing::value" => |me| { let path = me.path(); me.any().value(path).map(drop) },
    "passing::function" => |me| {
        me.any().set("f", ViewValue::Address(0x1000))?;
        me.any().function("f", "f").map(drop)
    },
    "plain::read" => |me| { let path = me.path(); me.any().read::<i32>(path).map(drop) },
    "plain::write" => |me| { let path = me.path(); me.any().write(path, &7_i32) },
    "plain::from_value" => |me| me.keep(CData::from_value(&[1_i32, 2])?),
    "plain::borrow_value" => |_me| {
        let mut row = [1_i32, 2];
        CData::borrow_value(&mut row)?.set("[0]", 5)?;
        std::hint::black_box(&mut row);
        Ok(())
    },
    "path::as_str" => |me| { drop(me.any().path("value")?.as_str().to_owned()); Ok(()) },
    "path::ty" => |me| { me.any().path("value")?.ty().size(); Ok(()) },
    "path::span" => |me| { me.any().path("value")?.span(); Ok(()) },
    "path::bits" => |me| { me.any().path("a")?.bits(); Ok(()) },
    "path::target" => |me| { me.any().path("a")?.target(); Ok(()) },
    "path::path" => |me| { let path = me.path(); me.any().layout().path(path).map(drop) },
    "path::locate" => |me| { let path = me.path(); me.any().layout().locate(path); Ok(()) },
    "==" => |me| { let _ = me.any() == me.any(); Ok(()) },
    "clone" => |me| { let data = me.any(); me.keep(data) },
    "drop" => |me| { me.pool.truncate(SHARED + 10); Ok(()) },
    "debug" => |me| { drop(format!("{:?} {:?}", me.any(), me.heap)); Ok(()) },
}

/// Runs that many operations in each of two threads; answers with how many succeeded.
pub fn run(seed: u64, count: u64) -> Result<u64, Error> {
    let types = Types::new();
    types.parse(SOURCE)?;
    let node = types.get("struct node").expect("just parsed");
    let links = types.get("struct links").expect("just parsed");
    let mut bytes = vec![0_u64; node.size() / 8 + 1];
    let heap = Heap::new();
    let pool = vec![
        CData::new(&node)?,
        CData::new(&node)?,
        CData::new_in(&heap, &node)?,
        CData::new_in(&heap, &node)?,
        CData::borrow_value(bytes.as_mut_slice().first_chunk_mut::<4>().expect("as long"))?,
        CData::new(&node.array(3)?)?,
        CData::with_elements(&links, 3)?,
    ];
    assert_eq!(pool.len(), SHARED);
    let work = |state: u64| {
        let (pool, heap, node, links) = (pool.clone(), heap.clone(), node.clone(), links.clone());
        let mut me = Me { state, pool, heap, node, links };
        let mut succeeded = 0;
        for _ in 0..count {
            let at = me.below(LINES.len());
            succeeded += u64::from(LINES[at].1(&mut me).is_ok());
        }
        succeeded
    };
    Ok(std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| work(seed)), scope.spawn(|| work(!seed)));
        one.join().expect("no panic") + other.join().expect("no panic")
    }))
}
