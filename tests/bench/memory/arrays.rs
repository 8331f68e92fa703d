//! Whole arrays of numbers.

use crate::harness::Case;
use crate::{groups, ways};
use ctypes_core::{CData, Type};

const LEN: i32 = 1_000;

fn numbers() -> Vec<i32> {
    (0..LEN).collect()
}

fn array() -> CData<'static> {
    let make = || CData::new(&Type::INT.array(LEN as usize)?).map_err(ctypes_core::Error::from);
    make().unwrap_or_else(|e| panic!("{e}"))
}

/// Arrays into vectors, and slices into arrays.
pub(crate) fn arrays(cases: &mut Vec<Case>) {
    let group = groups::ARRAY_LOAD;
    cases.push(Case::new(group, ways::PLAIN, numbers(), numbers(), |s| s.clone()));
    let data = array();
    data.set_slice("", &numbers()).unwrap_or_else(|e| panic!("{e}"));
    cases.push(Case::new(group, ways::NAME, data, numbers(), |s| {
        s.get_vec::<i32>("").unwrap_or_else(|e| panic!("{e}"))
    }));

    let group = groups::ARRAY_STORE;
    let setup = (vec![0; LEN as usize], numbers());
    cases.push(Case::new(group, ways::PLAIN, setup, (), |s| s.0.copy_from_slice(&s.1)));
    cases.push(Case::new(group, ways::NAME, (array(), numbers()), (), |s| {
        s.0.set_slice("", &s.1).unwrap_or_else(|e| panic!("{e}"));
    }));
}
