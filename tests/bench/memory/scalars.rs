//! Loads and stores of numbers.

use crate::harness::{Case, Label};
use crate::sample::{self, BITS, BYTE, DOUBLE, INT, INT64, Sample};
use crate::{groups, ways};
use core::fmt::Debug;
use ctypes_core::memory::{Init, Primitive};
use ctypes_core::{CData, CView};

/// A number of a member.
trait Number: Primitive + PartialEq + Debug + Into<Init<'static, 'static>> + 'static {}
impl<T: Primitive + PartialEq + Debug + Into<Init<'static, 'static>> + 'static> Number for T {}

fn load_at<T: Number>(cases: &mut Vec<Case>, group: Label, name: &str, value: T) {
    let data = sample::data();
    let path = sample::path(&data, name);
    let setup = (data, path);
    cases.push(Case::new(group, ways::AT, setup, value, |s| {
        s.0.get_at::<T>(&s.1).unwrap_or_else(|e| panic!("{e}"))
    }));
}

fn load_view<T: Number>(cases: &mut Vec<Case>, group: Label, name: &str, value: T) {
    let data = sample::data();
    let layout = Box::leak(Box::new(data.layout().clone()));
    let bytes = data.to_vec("").unwrap_or_else(|e| panic!("{e}")).leak();
    let view = CView::new(layout, bytes).unwrap_or_else(|e| panic!("{e}"));
    let path = sample::path(&data, name);
    cases.push(Case::new(group, ways::VIEW_AT, (view, path), value, |s| {
        s.0.get_at::<T>(&s.1).unwrap_or_else(|e| panic!("{e}"))
    }));
}

fn load<T: Number>(
    cases: &mut Vec<Case>,
    (group, way): (Label, Label),
    data: CData<'static>,
    name: &'static str,
    value: T,
) {
    cases.push(Case::new(group, way, (data, name), value, |s| {
        s.0.get::<T>(s.1).unwrap_or_else(|e| panic!("{e}"))
    }));
}

/// A case that stores, tried as one that then loads what it stored over something else.
fn storing<S: 'static, T: Number>(
    (group, way): (Label, Label),
    mut setup: S,
    value: T,
    store: impl Fn(&mut S) + 'static,
    load: impl Fn(&S) -> T,
) -> Case {
    assert_ne!(load(&setup), value, "{} of {}: it is there already", way.text, group.text);
    store(&mut setup);
    assert_eq!(load(&setup), value, "{} of {}", way.text, group.text);
    Case::new(group, way, setup, (), store)
}

fn store_at<T: Number>(cases: &mut Vec<Case>, group: Label, name: &'static str, value: T) {
    let data = CData::new(sample::data().ty()).unwrap_or_else(|e| panic!("{e}"));
    let path = sample::path(&data, name);
    cases.push(storing(
        (group, ways::AT),
        (data, path, value),
        value,
        |s| s.0.set_at(&s.1, s.2).unwrap_or_else(|e| panic!("{e}")),
        |s| s.0.get::<T>(s.1.as_str()).unwrap_or_else(|e| panic!("{e}")),
    ));
}

fn store<T: Number>(
    cases: &mut Vec<Case>,
    labels: (Label, Label),
    of: &CData<'static>,
    name: &'static str,
    value: T,
) {
    let data = CData::new(of.ty()).unwrap_or_else(|e| panic!("{e}"));
    cases.push(storing(
        labels,
        (data, name, value),
        value,
        |s| s.0.set(s.1, s.2).unwrap_or_else(|e| panic!("{e}")),
        |s| s.0.get::<T>(s.1).unwrap_or_else(|e| panic!("{e}")),
    ));
}

/// Loads through a pointer, by a resolved path, and by name.
pub(crate) fn loads(cases: &mut Vec<Case>) {
    macro_rules! group {
        ($group:ident $name:literal $value:expr, |$s:ident| $plain:expr) => {
            let (group, value) = (groups::$group, $value);
            let setup = Box::new(sample::rust());
            cases.push(Case::new(group, ways::PLAIN, setup, value, |$s: &mut Box<Sample>| $plain));
            load_view(cases, group, $name, value);
            load_at(cases, group, $name, value);
            load(cases, (group, ways::NAME), sample::data(), $name, value);
        };
    }
    group!(INT_LOAD "first" INT, |s| s.first);
    let group = groups::INT_LOAD;
    load(cases, (group, ways::TENTH), sample::data(), "tenth", INT);
    load(cases, (group, ways::LAST_OF_60), sample::sixty(), "member_60", INT);
    load(cases, (group, ways::NESTED), sample::data(), "a.b[3].c", INT);
    group!(DOUBLE_LOAD "x" DOUBLE, |s| s.x);
    group!(INT64_LOAD "wide" INT64, |s| s.wide);
    group!(BYTE_LOAD "byte" BYTE, |s| s.byte);
    group!(BITS_LOAD "bits" BITS, |s| (s.bits >> 3 & 0x1f) as u8);
}

/// The same for stores.
pub(crate) fn stores(cases: &mut Vec<Case>) {
    macro_rules! group {
        ($group:ident $name:literal $value:expr, |$s:ident| $store:expr, $load:expr) => {
            let (group, value) = (groups::$group, $value);
            let zero = Sample { first: 0, x: 0.0, wide: 0, byte: 0, bits: 0, ..sample::rust() };
            let setup = (Box::new(zero), value);
            cases.push(storing((group, ways::PLAIN), setup, value, |$s| $store, |$s| $load));
            store_at(cases, group, $name, value);
            store(cases, (group, ways::NAME), &sample::data(), $name, value);
        };
    }
    group!(INT_STORE "first" INT, |s| s.0.first = s.1, s.0.first);
    let group = groups::INT_STORE;
    store(cases, (group, ways::TENTH), &sample::data(), "tenth", INT);
    store(cases, (group, ways::LAST_OF_60), &sample::sixty(), "member_60", INT);
    store(cases, (group, ways::NESTED), &sample::data(), "a.b[3].c", INT);
    group!(DOUBLE_STORE "x" DOUBLE, |s| s.0.x = s.1, s.0.x);
    group!(INT64_STORE "wide" INT64, |s| s.0.wide = s.1, s.0.wide);
    group!(BYTE_STORE "byte" BYTE, |s| s.0.byte = s.1, s.0.byte);
    group!(BITS_STORE "bits" BITS,
        |s| s.0.bits = s.0.bits & !0xf8 | u32::from(s.1) << 3, (s.0.bits >> 3) as u8);
}
