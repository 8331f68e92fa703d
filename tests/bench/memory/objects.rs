//! Pointers, and objects that are made and end.

use crate::harness::Case;
use crate::sample;
use crate::{groups, ways};
use core::hint::black_box;
use ctypes_core::{CData, Type, Types};

/// A struct with a pointer `p` to an `int`, the `int`, and the address of it.
fn pointing() -> (CData<'static>, CData<'static>, usize) {
    let make = || {
        let data = sample::data();
        let int = CData::with(&Type::INT, sample::INT)?;
        data.set("p", &int)?;
        let address = int.as_ptr().addr();
        Ok::<_, ctypes_core::Error>((data, int, address))
    };
    make().unwrap_or_else(|e| panic!("{e}"))
}

/// Pointers loaded, stored and followed.
pub(crate) fn pointers(cases: &mut Vec<Case>) {
    let plain = || {
        let mut sample = Box::new(sample::rust());
        let int: &'static i32 = Box::leak(Box::new(sample::INT));
        sample.p = int;
        (sample, int)
    };
    let group = groups::POINTER_LOAD;
    let setup = plain();
    let address = (&raw const *setup.1).addr();
    cases.push(Case::new(group, ways::PLAIN, setup, address, |s| s.0.p.addr()));
    let setup = pointing();
    let address = setup.2;
    cases.push(Case::new(group, ways::NAME, setup, address, |s| {
        s.0.address("p").unwrap_or_else(|e| panic!("{e}"))
    }));

    let group = groups::POINTER_STORE;
    cases.push(Case::new(group, ways::PLAIN, plain(), (), |s| s.0.p = s.1));
    let setup = pointing();
    let path = sample::path(&setup.0, "p");
    cases.push(Case::new(group, ways::AT, (setup, path), (), |s| {
        s.0.0.set_at(&s.1, &s.0.1).unwrap_or_else(|e| panic!("{e}"));
    }));
    cases.push(Case::new(group, ways::NAME, pointing(), (), |s| {
        s.0.set("p", &s.1).unwrap_or_else(|e| panic!("{e}"));
    }));

    let group = groups::CONTENTS;
    cases.push(Case::new(group, ways::PLAIN, plain(), sample::INT, |s| {
        // SAFETY: the pointer is that of an int that is never freed.
        unsafe { *s.0.p }
    }));
    cases.push(Case::new(group, ways::NAME, pointing(), sample::INT, |s| {
        let int = s.0.contents("p").unwrap_or_else(|e| panic!("{e}"));
        int.get::<i32>("").unwrap_or_else(|e| panic!("{e}"))
    }));
}

/// Objects that are made and end.
pub(crate) fn objects(cases: &mut Vec<Case>) {
    let make = || {
        let point = Types::new().declare_struct("point")?;
        point.define(|r| r.field("x", Type::INT).field("y", Type::INT))
    };
    let point = make().unwrap_or_else(|e| panic!("{e}"));
    let new = |s: &Type| CData::new(s).unwrap_or_else(|e| panic!("{e}"));

    let group = groups::NEW;
    cases.push(Case::new(group, ways::PLAIN, (), (), |_| drop(black_box(Box::new([0_i32; 2])))));
    let setup = (point.clone(), new(&point));
    cases.push(Case::new(group, ways::NEW_SECOND, setup, (), move |s| drop(black_box(new(&s.0)))));
}
