//! What closures may take and be: references for pointers, `FnOnce`, closures that C gets as its `void *`.

use crate::common::fixture;
use crate::panics::{caught, text};
use crate::{call_plain, call_times};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use ctypes_wrap::callback::{with_data_first, with_data_last};
use ctypes_wrap::prelude::*;

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Item {
    key: c_int,
    weight: f64,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Flag {
    set: bool,
}

/// Calls a function of one pointer as C does.
fn with_pointer<T>(
    callback: &Callback<'_, unsafe extern "C" fn(T) -> c_int>,
    at: *const c_void,
) -> c_int {
    let call =
        fixture().function("call_with_pointer", &Type::INT, &[Type::VOID_PTR, Type::VOID_PTR]);
    // SAFETY: the function has that type; all pointers are passed alike.
    unsafe { call.call::<c_int>((callback.as_ptr().cast_mut(), at.cast_mut())) }.expect("a call")
}

#[test]
fn references_are_pointers() {
    let compare =
        Callback::new(|a: &Item, b: &Item| a.key.cmp(&b.key) as c_int).expect("a callback");
    assert_eq!(compare.ty().to_string(), "int32_t (*)(const struct Item *, const struct Item *)");
    let (n, size) = (Type::SIZE, Type::SIZE);
    let sig = Signature::new(CallConv::C, &Type::VOID, [&Type::VOID_PTR, &n, &size, compare.ty()]);
    let qsort = Library::this().function("qsort", &sig.expect("a signature")).expect("C has it");
    let mut items = [3, 1, 2].map(|key| Item { key, weight: f64::from(key) / 4.0 });
    // SAFETY: the array has that many elements of that size.
    unsafe { qsort.call::<()>((items.as_mut_ptr(), 3_usize, size_of::<Item>(), &compare)) }
        .expect("a call");
    assert_eq!(items.map(|i| (i.key, i.weight)), [(1, 0.25), (2, 0.5), (3, 0.75)]);

    // What is written through one is C's.
    let set = Callback::new(|to: &mut Item| -> c_int {
        to.weight = 7.5;
        to.key
    });
    assert_eq!(with_pointer(&set.expect("a callback"), (&raw mut items[1]).cast()), 2);
    assert_eq!(items[1].weight, 7.5);

    let length = Callback::new(|text: &CStr| -> c_int { text.count_bytes() as c_int });
    assert_eq!(with_pointer(&length.expect("a callback"), c"four".as_ptr().cast()), 4);

    let maybe =
        Callback::new(|item: Option<&Item>| item.map_or(-1, |i| i.key)).expect("a callback");
    assert_eq!(with_pointer(&maybe, core::ptr::null()), -1);
    assert_eq!(with_pointer(&maybe, (&raw const items[2]).cast()), 3);

    // Values and references, side by side.
    let mixed = Callback::new(|scale: f64, item: &Item, n: c_int, name: Option<&CStr>| -> f64 {
        scale * item.weight + f64::from(n) + f64::from(u8::from(name.is_none()))
    });
    // SAFETY: the callback is alive, and the reference is to an item.
    let sum = unsafe {
        mixed.expect("a callback").as_fn()(2.0, &items[2], 3, core::ptr::null::<c_char>())
    };
    assert_eq!(sum, 1.5 + 3.0 + 1.0);
}

#[test]
fn a_reference_is_checked_before_the_closure_runs() {
    let ran = Cell::new(false);
    let callback = Callback::new(|item: &Item| {
        ran.set(true);
        item.key
    })
    .expect("a callback");
    let payload = caught(|| with_pointer(&callback, core::ptr::null()));
    let expected = "called with an invalid argument: argument 1: NULL where the closure takes a reference to a `struct Item`";
    assert_eq!(text(&*payload), expected);
    let items = [Item { key: 1, weight: 0.0 }; 2];
    let payload = caught(|| {
        with_pointer(&callback, (&raw const items).cast::<c_void>().wrapping_byte_add(4))
    });
    assert!(
        text(&*payload).contains("is not aligned to the 8 bytes of a `struct Item`"),
        "{}",
        text(&*payload)
    );
    assert!(!ran.get());

    let flag = Callback::new(|flag: &Flag| -> c_int { c_int::from(flag.set) }).expect("a callback");
    let payload = caught(|| with_pointer(&flag, core::ptr::from_ref(&2_u8).cast()));
    assert!(text(&*payload).contains("field `set`: a _Bool is 0 or 1"), "{}", text(&*payload));
    assert_eq!(with_pointer(&flag, core::ptr::from_ref(&1_u8).cast()), 1);
    let text_of_null = Callback::new(|_: &CStr| -> c_int { 0 }).expect("a callback");
    let payload = caught(|| with_pointer(&text_of_null, core::ptr::null()));
    assert!(text(&*payload).contains("argument 1: NULL where"), "{}", text(&*payload));
}

#[test]
fn a_closure_that_gives_away_what_it_captured() {
    let native = fixture();
    let (plain, times) = (call_plain(&native), call_times(&native));
    let captured = vec![1, 2, 3];
    let moved = Cell::new(Vec::new());
    let once = Callback::new_once(|| -> c_int {
        moved.set(captured);
        5
    })
    .expect("a callback");
    // SAFETY: the function has that type, and keeps nothing; so below.
    assert_eq!(unsafe { plain.call::<c_int>((&once,)) }, Ok(5));
    assert_eq!(moved.take(), [1, 2, 3]);
    // SAFETY: as above.
    let payload = caught(|| unsafe { plain.call::<c_int>((&once,)) });
    assert_eq!(text(&*payload), "called again, which a closure that is FnOnce does not allow");

    // What was captured and never called is dropped all the same.
    let kept = std::rc::Rc::new(());
    let inside = kept.clone();
    drop(Callback::new_once(move |_: c_int| drop(inside)).expect("a callback"));
    assert_eq!(std::rc::Rc::strong_count(&kept), 1);

    // On another thread.
    let sent = String::from("sent");
    let once =
        SyncCallback::new_once(move |n: c_int| -> c_int { n + sent.into_bytes().len() as c_int });
    let once = once.expect("a callback");
    let call = native.function("call_on_threads", &Type::INT, &[once.ty().clone(), Type::INT]);
    // SAFETY: as above; its threads have ended when it returns.
    assert_eq!(unsafe { call.call::<c_int>((&once, 1)) }, Ok(1 + 4));
    drop(once);
    let one = Callback::new(|n: c_int| -> c_int { n }).expect("a callback");
    // SAFETY: as above.
    assert_eq!(unsafe { times.call::<c_int>((&one, 3)) }, Ok(3));
}

type CompareWithData = unsafe extern "C" fn(*const Item, *const Item, *mut c_void) -> c_int;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_closure_as_the_last_argument_of_qsort_r() {
    unsafe extern "C" {
        fn qsort_r(
            base: *mut Item,
            count: usize,
            size: usize,
            compare: CompareWithData,
            data: *mut c_void,
        );
    }
    let mut items = [3, 1, 2].map(|key| Item { key, weight: 0.0 });
    let mut compared = 0;
    let mut compare = |a: &Item, b: &Item| {
        compared += 1;
        a.key.cmp(&b.key) as c_int
    };
    with_data_last(&mut compare, |function, data| {
        // SAFETY: the array has that many elements of that size.
        unsafe { qsort_r(items.as_mut_ptr(), 3, size_of::<Item>(), function, data) };
    });
    assert_eq!((items.map(|i| i.key), compared > 1), ([1, 2, 3], true));

    let mut runs = 0;
    let payload = caught(|| {
        let mut broken = |_: &Item, _: &Item| -> c_int {
            runs += 1;
            panic!("no order")
        };
        with_data_last(&mut broken, |function, data| {
            // SAFETY: as above.
            unsafe { qsort_r(items.as_mut_ptr(), 3, size_of::<Item>(), function, data) };
        });
    });
    assert_eq!((text(&*payload), runs), ("no order", 1));
}

#[test]
fn a_closure_as_the_first_argument() {
    let native = fixture();
    let call = native.function("call_with_data", &Type::DOUBLE, &[Type::VOID_PTR, Type::VOID_PTR]);
    let mut seen = Vec::new();
    let mut note = |n: c_int, x: f64, item: Item| -> f64 {
        seen.push((n, x, item));
        x * 2.0
    };
    type Note = unsafe extern "C" fn(*mut c_void, c_int, f64, Item) -> f64;
    let sum = with_data_first(&mut note, |function: Note, data| {
        // SAFETY: the function calls what it is given with the data, an int, a double and an item.
        unsafe { call.call::<f64>((function as *mut c_void, data)) }
    });
    assert_eq!(sum, Ok(1.0 + 3.0));
    let item = |key| Item { key, weight: 0.25 };
    assert_eq!(seen, [(1, 0.5, item(10)), (2, 1.5, item(20))]);
}

#[test]
fn a_closure_as_data_is_not_entered_twice() {
    let address = Cell::new(core::ptr::null_mut::<c_void>());
    type Plain = unsafe extern "C" fn(*mut c_void) -> c_int;
    let code: Cell<Option<Plain>> = Cell::new(None);
    let payload = caught(|| {
        let mut again = || -> c_int {
            // SAFETY: the closure that runs is alive.
            unsafe { code.get().expect("set below")(address.get()) }
        };
        with_data_first(&mut again, |function: Plain, data| {
            address.set(data);
            code.set(Some(function));
            // SAFETY: called with its data.
            unsafe { function(data) }
        })
    });
    assert!(text(&*payload).contains("re-entered while it was running"), "{}", text(&*payload));
}

/// Small and unaligned: in memory by the psABI, where a larger record would be too.
#[cfg(all(target_arch = "x86_64", not(windows)))]
#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C, packed)]
struct Packed {
    tag: i8,
    number: c_int,
}

#[cfg(all(target_arch = "x86_64", not(windows)))]
#[test]
fn small_records_without_alignment() {
    let seen = Cell::new(None);
    let callback = Callback::new(|n: c_int, packed: Packed, x: f64| -> Packed {
        seen.set(Some((n, packed, x)));
        Packed { tag: -packed.tag, number: packed.number + n }
    })
    .expect("a callback");
    let call = fixture().function("call_with_packed", &Type::INT, &[Type::VOID_PTR]);
    // SAFETY: the function takes a callback of that type.
    let sum = unsafe { call.call::<c_int>((callback.as_ptr().cast_mut(),)) };
    assert_eq!(seen.get(), Some((3, Packed { tag: -5, number: 1000 }, 0.5)));
    assert_eq!(sum, Ok(1003 + 5));
}

#[cfg(unix)]
#[test]
fn a_closure_as_data_belongs_to_its_thread() {
    let test = "shapes::a_closure_as_data_belongs_to_its_thread";
    let stderr = crate::child::stderr_of_abort(test, || {
        let mut count = 0;
        let mut add = |n: c_int| -> c_int {
            count += n;
            count
        };
        type Add = unsafe extern "C" fn(*mut c_void, c_int) -> c_int;
        with_data_first(&mut add, |function: Add, data| {
            let data = data.expose_provenance();
            std::thread::scope(|scope| {
                // SAFETY: not what a lent closure allows: the point is that it is found out.
                scope.spawn(move || unsafe {
                    function(core::ptr::with_exposed_provenance_mut(data), 1)
                });
            });
        });
    });
    if let Some(stderr) = stderr {
        let expected = "was called on another thread than the one that lent it";
        assert!(stderr.contains(expected), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_closure_whose_data_c_has_lost() {
    let stderr = crate::child::stderr_of_abort("shapes::a_closure_whose_data_c_has_lost", || {
        let mut none = |_: c_int| {};
        type None = unsafe extern "C" fn(*mut c_void, c_int);
        with_data_first(&mut none, |function: None, _| {
            // SAFETY: as above.
            unsafe { function(core::ptr::null_mut(), 1) };
        });
    });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("was called with NULL in the place of its data"), "{stderr}");
    }
}

/// What C passes is no value of the closure's type before it is found to be one.
#[test]
fn a_lent_closure_gets_no_invalid_value() {
    type Flag = unsafe extern "C" fn(bool, *mut c_void) -> c_int;
    type Byte = unsafe extern "C" fn(u8, *mut c_void) -> c_int;
    let mut runs = 0;
    let payload = caught(|| {
        let mut take = |flag: bool| -> c_int {
            runs += 1;
            flag.into()
        };
        with_data_last(&mut take, |function: Flag, data| {
            // SAFETY: to C a bool is a byte, and this is what C could do.
            unsafe { core::mem::transmute::<Flag, Byte>(function)(2, data) }
        })
    });
    assert!(text(&*payload).contains("a _Bool is 0 or 1"), "{}", text(&*payload));
    assert_eq!(runs, 0);
}

/// A panic that another one has overtaken is gone: nothing of it is left for later calls.
#[test]
fn an_overtaken_panic_is_forgotten() {
    type Plain = unsafe extern "C" fn(*mut c_void) -> c_int;
    let payload = caught(|| {
        let mut broken = || -> c_int { panic!("first") };
        with_data_first(&mut broken, |function: Plain, data| {
            // SAFETY: here Rust plays the C side.
            unsafe { function(data) };
            panic!("second");
        })
    });
    assert_eq!(text(&*payload), "second");
    let next = Callback::new(|n: c_int| -> c_int { n + 1 }).expect("a callback");
    let native = fixture();
    // SAFETY: the function calls what it is given.
    assert_eq!(unsafe { call_times(&native).call::<c_int>((&next, 2)) }, Ok(1 + 2));
    // SAFETY: here Rust plays the C side.
    assert_eq!(unsafe { next.as_fn()(4) }, 5);
}
