//! `qsort` and `qsort_r`: closures and functions as comparisons, user data, and how often C compares.

use crate::{declare, function, in_c, open};
use core::ffi::*;
use ctypes_wrap::prelude::*;

#[test]
fn qsort_with_a_closure() {
    let c = open("c", "libc6");
    let by_length = Callback::new(|a: *const c_void, b: *const c_void| -> c_int {
        // SAFETY: qsort passes the addresses of elements, which are texts.
        let length = |at: *const c_void| unsafe {
            CStr::from_ptr(*at.cast::<*const c_char>()).count_bytes()
        };
        length(a).cmp(&length(b)) as c_int
    })
    .expect("a callback");
    let params = [Type::VOID_PTR, Type::SIZE, Type::SIZE, by_length.ty().clone()];
    let qsort = function(&c, "qsort", &Type::VOID, &params);
    let mut words = [c"ccc".as_ptr(), c"a".as_ptr(), c"dddd".as_ptr(), c"bb".as_ptr()];
    let size = size_of::<*const c_char>();
    // SAFETY: the array has four elements of that size.
    unsafe { qsort.call::<()>((words.as_mut_ptr(), 4_usize, size, &by_length)) }.expect("a call");
    // SAFETY: the words are the texts above.
    let words = words.map(|w| unsafe { CStr::from_ptr(w) });
    assert_eq!(words, [c"a", c"bb", c"ccc", c"dddd"]);
}

/// What is sorted.
#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[ctypes(name = "row")]
struct Row {
    columns: [c_int; 2],
    name: [c_char; 4],
}

/// The user data: the column to sort by, the direction, and how often was compared.
#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[ctypes(name = "order")]
struct Order {
    column: c_int,
    direction: c_int,
    compared: c_long,
}

type Compare = unsafe extern "C" fn(*const Row, *const Row, *mut Order) -> c_int;

#[foreign_fn(load = load_c)]
unsafe extern "C" {
    fn qsort_r(
        rows: *mut Row,
        count: usize,
        size: usize,
        compare: Option<Compare>,
        order: *mut Order,
    );
}

/// A comparison in Rust, that is a plain function.
unsafe extern "C" fn compare(a: *const Row, b: *const Row, order: *mut Order) -> c_int {
    // SAFETY: qsort_r passes the addresses of rows, and the user data that it was given.
    let (a, b, order) = unsafe { (&*a, &*b, &mut *order) };
    let (x, y) = (a.columns[order.column as usize], b.columns[order.column as usize]);
    order.compared += 1;
    order.direction * x.cmp(&y) as c_int
}

/// Rows of which many are equal in a column, so that it matters which are compared.
fn rows() -> Vec<Row> {
    let mut state = 7_u32;
    let mut random = |n: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % n
    };
    (0..200)
        .map(|i: u8| Row {
            columns: [random(10) as c_int - 5, random(100_000) as c_int],
            name: [i as c_char, random(128) as c_char, 0, 0],
        })
        .collect()
}

const ORDERS: [Order; 3] = [
    Order { column: 0, direction: 1, compared: 0 },
    Order { column: 1, direction: -1, compared: 0 },
    Order { column: 0, direction: -1, compared: 0 },
];

/// The rows as C sorts them with C's comparison, and the user data after it.
fn sorted_in_c(order: Order) -> (Vec<Row>, Order) {
    let (mut rows, mut order) = (rows(), order);
    // SAFETY: the function has that type; the rows are there, and columns are 0 or 1.
    unsafe {
        let sort = in_c::<unsafe extern "C" fn(*mut Row, usize, *mut Order)>("sort_in_c");
        sort(rows.as_mut_ptr(), rows.len(), &mut order);
    }
    assert!(order.compared > 0);
    (rows, order)
}

#[test]
fn qsort_r_by_declaration() {
    load_c().expect("glibc has it");
    for order in ORDERS {
        let expected = sorted_in_c(order);
        let mut by_function = (rows(), order);
        // SAFETY: the rows are there and have that size; the comparison is for such, and so is the user data.
        unsafe {
            let (rows, order) = &mut by_function;
            qsort_r(rows.as_mut_ptr(), rows.len(), size_of::<Row>(), Some(compare), order);
        }
        assert_eq!(by_function, expected);

        // A closure captures what it needs, and has the user data too.
        let mut seen = 0;
        let callback =
            Callback::new_mut(|a: *const Row, b: *const Row, order: *mut Order| -> c_int {
                seen += 1;
                // SAFETY: as above.
                unsafe { compare(a, b, order) }
            })
            .expect("a callback");
        let mut by_closure = (rows(), order);
        // SAFETY: as above; the callback lives longer than the call.
        unsafe {
            let (rows, order) = &mut by_closure;
            qsort_r(rows.as_mut_ptr(), rows.len(), size_of::<Row>(), Some(callback.as_fn()), order);
        }
        drop(callback);
        assert_eq!(by_closure, expected);
        assert_eq!(seen, expected.1.compared);
    }
}

#[test]
fn qsort_r_at_run_time() {
    let c = open("c", "libc6");
    let prototype = "void qsort_r(void *base, size_t count, size_t size,
                                  int (*compare)(const void *, const void *, void *), void *context);";
    let qsort_r = declare(&c, prototype);
    let types = Types::new();
    let text = "struct row { int columns[2]; char name[4]; };
                struct order { int column, direction; long compared; };";
    types.parse(text).expect("C");
    let named = |name: &str| types.get(name).expect("declared");
    let (row, order_type) = (named("struct row"), named("struct order"));
    assert_eq!((&row, &order_type), (Row::TYPE, Order::TYPE));
    let signature = Signature::parse("int (const void *, const void *, void *)").expect("C");
    for order in ORDERS {
        let expected = sorted_in_c(order);
        let bytes = bytes_of(&rows());
        let length = rows().len();
        let all = row.array(length).expect("an array");

        // The user data is read and written by name, in the callback by the address that C hands on.
        let sorted = CData::copy_of(&all, &bytes).expect("rows");
        let user = CData::with(&order_type, [order.column, order.direction]).expect("an order");
        let compare = Callback::dynamic(&signature, |args| {
            let [Value::Pointer(a), Value::Pointer(b), Value::Pointer(user)] = args else {
                panic!("three pointers, found {args:?}")
            };
            // SAFETY: qsort_r passes the addresses of rows, which it leaves alone meanwhile, and its own last argument.
            let found = unsafe {
                let row = |at: &*mut c_void| CData::from_const_ptr(&row, *at).expect("a row");
                let user = CData::from_ptr(&order_type, *user).expect("the order");
                by_name(&row(a), &row(b), &user)
            };
            Value::from(found.expect("members that are there"))
        })
        .expect("a callback");
        // SAFETY: the array has that many elements of that size; the callback and the user data outlive the call.
        unsafe {
            qsort_r
                .call::<()>((&sorted, length, row.size(), &compare, user.byref()))
                .expect("a call");
        }
        assert_eq!(sorted.to_vec("").expect("bytes"), bytes_of(&expected.0));
        assert_eq!(user.get::<c_long>("compared"), Ok(expected.1.compared));

        // C's own comparison, as an address.
        // SAFETY: a library without initialisers, built from this repository; else as above.
        unsafe {
            let in_c = Library::open_path(env!("CTYPES_REAL_USES_LIB")).expect("it was built");
            let compare = in_c.symbol("compare_rows").expect("it has one");
            let (mut rows, mut order) = (rows(), order);
            let user = &raw mut order;
            let args = (rows.as_mut_ptr(), length, size_of::<Row>(), compare.as_ptr(), user);
            qsort_r.call::<()>(args).expect("a call");
            assert_eq!((rows, order), expected);
        }
    }
}

/// What `compare` does, of objects whose types exist only at run time.
fn by_name(
    a: &CData<'_>,
    b: &CData<'_>,
    order: &CData<'_>,
) -> Result<c_int, ctypes_wrap::memory::AccessError> {
    let column = format!("columns[{}]", order.get::<u8>("column")?);
    let (x, y) = (a.get::<c_int>(&column)?, b.get::<c_int>(&column)?);
    order.set("compared", order.get::<c_long>("compared")? + 1)?;
    Ok(order.get::<c_int>("direction")? * x.cmp(&y) as c_int)
}

fn bytes_of(rows: &[Row]) -> Vec<u8> {
    // SAFETY: the rows have no padding, so that all of their bytes are initialised.
    unsafe { core::slice::from_raw_parts(rows.as_ptr().cast(), size_of_val(rows)) }.to_vec()
}
