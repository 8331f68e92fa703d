//! How libraries are opened: what a mode does is seen by the loader's behaviour.

use crate::tools::{Scratch, again, open, path};
use ctypes_core::library::{OpenOptions, loaded};
use std::path::Path;

fn options() -> OpenOptions {
    OpenOptions::new()
}

#[test]
fn global_symbols_serve_libraries_that_come_later() {
    let scratch = Scratch::new("global");
    let giver = scratch.library("giver", "int given(void) { return 5; }", &[]);
    let taker =
        scratch.library("taker", "int given(void); int taken(void) { return given(); }", &[]);
    // SAFETY: the fixtures have no initialisers.
    unsafe {
        let _local = options().open_path(&giver).unwrap();
        let error = options().open_path(&taker).unwrap_err();
        assert_eq!(error.attempts[0].reason, "undefined symbol: given", "{error}");
        let _global = options().global(true).open_path(&giver).unwrap();
        options().open_path(&taker).unwrap();
    }
}

#[test]
fn lazy_binding_leaves_what_is_missing_for_the_call() {
    if again("modes::lazy_binding_leaves_what_is_missing_for_the_call", |command| {
        // Set, it would bind all at once.
        command.env_remove("LD_BIND_NOW");
    })
    .is_some()
    {
        return;
    }
    let scratch = Scratch::new("lazy");
    let source = "int gone(void); int f(void) { return gone(); } int g(void) { return 3; }";
    let file = scratch.library("lazy", source, &["-Wl,-z,lazy"]);
    // SAFETY: the fixture has no initialisers.
    unsafe {
        let error = options().open_path(&file).unwrap_err();
        assert_eq!(error.attempts[0].reason, "undefined symbol: gone", "{error}");
        let library = options().lazy(true).open_path(&file).unwrap();
        assert!(library.find_symbol("g").is_some());
    }
}

fn is_loaded(file: &Path) -> bool {
    loaded().iter().any(|library| library.path() == file)
}

#[test]
fn what_is_not_deleted_outlives_its_closing() {
    let scratch = Scratch::new("nodelete");
    for (name, stays) in [("goes", false), ("stays", true)] {
        let file = scratch.library(name, "int x;", &[]);
        // SAFETY: the fixture has no initialisers, and nothing of it is used.
        unsafe { options().no_delete(stays).open_path(&file).unwrap().close() }.unwrap();
        assert_eq!(is_loaded(&file), stays, "{name}");
    }
}

#[test]
fn only_what_is_loaded_is_opened() {
    let scratch = Scratch::new("noload");
    let file = scratch.library("noload", "int x;", &["-Wl,-soname,libnoload.so"]);
    let open_loaded = options().no_load(true);
    // SAFETY: nothing is loaded.
    let error = unsafe { open_loaded.open_path(&file) }.unwrap_err();
    assert_eq!(error.attempts[0].reason, "it is not loaded", "{error}");
    assert!(!is_loaded(&file));
    // SAFETY: as above.
    let error = unsafe { open_loaded.open("sqlite3") }.unwrap_err();
    assert!(error.attempts.iter().all(|a| a.reason == "it is not loaded"), "{error}");
    let library = open(&file);
    // SAFETY: as above.
    let again = unsafe { open_loaded.open_path(&file) }.unwrap();
    assert_eq!(again.handle(), library.handle());
    // SAFETY: as above.
    let again = unsafe { open_loaded.open("libnoload.so") }.unwrap();
    assert_eq!((again.handle(), again.path().as_deref()), (library.handle(), Some(&*file)));
    // SAFETY: as above.
    assert!(unsafe { open_loaded.open(path(&file)) }.is_ok());
}

#[test]
fn further_flags_reach_the_loader() {
    let scratch = Scratch::new("flags");
    let file = scratch.library("flags", "int x;", &[]);
    // SAFETY: the fixture has no initialisers, and nothing of it is used.
    let library = unsafe { options().unix_flags(libc::RTLD_NODELETE).open_path(&file) }.unwrap();
    // SAFETY: as above.
    unsafe { library.close() }.unwrap();
    assert!(is_loaded(&file));
}
