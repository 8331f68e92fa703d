//! Which library is missing for another one, and where it was looked for. The judge is `ldd`, where it can be.

use crate::tools::{Scratch, again, output, path};
use ctypes_core::Library;
use ctypes_core::error::{LoadError, MissingLibrary};
use std::os::unix::process::CommandExt;
use std::path::Path;

fn refused(file: &Path) -> LoadError {
    // SAFETY: it cannot be loaded.
    unsafe { Library::open_path(file) }.expect_err("it lacks something")
}

fn missing(file: &Path) -> MissingLibrary {
    let error = refused(file);
    let [library] = &error.attempts[0].missing[..] else { panic!("one is missing: {error}") };
    library.clone()
}

/// a needs b, and b needs c.
fn chain(scratch: &Scratch, rpath: &str) -> std::path::PathBuf {
    let tags = if rpath == "rpath" { "-Wl,--disable-new-dtags" } else { "-Wl,--enable-new-dtags" };
    let origin = "-Wl,-rpath,$ORIGIN";
    let c = scratch.library("chainc", "int c(void) { return 3; }", &[]);
    scratch.library(
        "chainb",
        "int c(void); int b(void) { return c(); }",
        &["-lchainc", origin, tags],
    );
    let a = scratch.library(
        "chaina",
        "int b(void); int a(void) { return b(); }",
        &["-lchainb", origin, tags],
    );
    std::fs::remove_file(c).unwrap();
    a
}

#[test]
fn a_library_that_a_library_needs_is_named_with_the_places() {
    for tag in ["rpath", "runpath"] {
        let scratch = Scratch::new(tag);
        let a = chain(&scratch, tag);
        let judged = output("ldd", &[path(&a)]);
        assert!(judged.contains("libchainc.so => not found"), "{judged}");
        let library = missing(&a);
        let b = scratch.0.join("libchainb.so");
        assert_eq!(library.name, "libchainc.so");
        assert_eq!(library.needed_by, [b.clone(), a.clone()]);
        assert!(library.rejected.is_empty(), "{library:?}");
        let (tag, dir) = (tag.to_uppercase(), scratch.0.display());
        // ld.so(8): RPATH comes before LD_LIBRARY_PATH, which cargo sets for tests, and RUNPATH after it.
        let own = format!("{tag} of {} ($ORIGIN)", b.display());
        let index = library.places.iter().position(|place| *place == own).unwrap();
        let environment = library.places.iter().position(|p| p.starts_with("LD_LIBRARY_PATH"));
        assert!(environment.is_none_or(|e| (index < e) == (tag == "RPATH")), "{library:?}");
        assert!(library.places.contains(&"the loader's cache".to_owned()), "{library:?}");
        assert!(library.places.contains(&"/lib".to_owned()), "{library:?}");
        let text = refused(&a).to_string();
        for part in [
            "it needs `libchainc.so`, which the loader cannot open".to_owned(),
            format!("\n    missing `libchainc.so`, needed by {dir}/libchainb.so, needed by {dir}/"),
            format!("{tag} of {dir}/libchainb.so ($ORIGIN); "),
        ] {
            assert!(text.contains(&part), "{part} in {text}");
        }
    }
}

/// RPATH of what needs a library counts for what that one needs; RUNPATH does not.
#[test]
fn paths_are_inherited_as_the_loader_does() {
    for (tags, found) in [("-Wl,--disable-new-dtags", true), ("-Wl,--enable-new-dtags", false)] {
        // Names of their own: the loader takes what it has loaded under a name.
        let [inner, middle, outer] =
            ["inner", "middle", "outer"].map(|name| format!("{name}-{found}"));
        let scratch = Scratch::new(&outer);
        scratch.library(&inner, "int c(void) { return 3; }", &[]);
        let source = "int c(void); int b(void) { return c(); }";
        scratch.library(&middle, source, &[&format!("-l{inner}")]);
        let outer = scratch.library(
            &outer,
            "int b(void); int a(void) { return b(); }",
            &[&format!("-l{middle}"), "-Wl,-rpath,$ORIGIN", tags, "-Wl,--allow-shlib-undefined"],
        );
        // SAFETY: the fixtures have no initialisers.
        let opened = unsafe { Library::open_path(&outer) };
        assert_eq!(opened.is_ok(), found, "{opened:?}");
        if let Err(error) = opened {
            assert_eq!(error.attempts[0].missing[0].name, "libinner-false.so", "{error}");
            assert_eq!(error.attempts[0].missing.len(), 1, "{error}");
        }
    }
}

/// A file with a RUNPATH inherits no RPATH.
#[test]
fn a_runpath_of_its_own_ends_what_is_inherited() {
    let scratch = Scratch::new("ends");
    scratch.library("endinner", "int c(void) { return 3; }", &[]);
    let source = "int c(void); int b(void) { return c(); }";
    let options = ["-lendinner", "-Wl,-rpath,/no/such", "-Wl,--enable-new-dtags"];
    scratch.library("endmiddle", source, &options);
    let source = "int b(void); int a(void) { return b(); }";
    let options = ["-lendmiddle", "-Wl,-rpath,$ORIGIN", "-Wl,--disable-new-dtags"];
    let outer = scratch.library(
        "endouter",
        source,
        &[&options[..], &["-Wl,--allow-shlib-undefined"]].concat(),
    );
    let library = missing(&outer);
    assert_eq!(library.name, "libendinner.so");
    assert!(library.places.iter().all(|place| !place.starts_with("RPATH")), "{library:?}");
    assert!(library.places.iter().any(|place| place.ends_with("(/no/such)")), "{library:?}");
}

#[test]
fn all_that_is_missing_is_named_once() {
    let scratch = Scratch::new("several");
    let mut gone = Vec::new();
    for name in ["one", "two"] {
        gone.push(scratch.library(name, &format!("int {name}(void) {{ return 1; }}"), &[]));
    }
    let source = "int one(void), two(void); int f(void) { return one() + two(); }";
    let options = ["-lone", "-ltwo", "-Wl,-rpath,$ORIGIN"];
    scratch.library("left", source, &options);
    let f = "int f(void); int one(void); int g(void) { return f() + one(); }";
    let top = scratch.library("top", f, &["-lleft", "-lone", "-Wl,-rpath,$ORIGIN"]);
    for file in gone {
        std::fs::remove_file(file).unwrap();
    }
    let error = refused(&top);
    let names: Vec<&str> = error.attempts[0].missing.iter().map(|m| &*m.name).collect();
    assert_eq!(names, ["libone.so", "libtwo.so"], "{error}");
}

/// Whatever stands at the place of a library that is needed is called what it is.
#[test]
fn what_is_in_the_place_of_a_library_is_told() {
    let scratch = Scratch::new("instead");
    let a = chain(&scratch, "runpath");
    let c = scratch.0.join("libchainc.so");
    let source = "int c(void) { return 3; }";

    let ours = format!("this process is {} (", std::env::consts::ARCH);
    let machines = [
        ("aarch64-linux-gnu-gcc", "aarch64 (64-bit"),
        ("i686-linux-gnu-gcc", "x86 (32-bit"),
        ("x86_64-linux-gnu-gcc", "x86_64 (64-bit"),
    ];
    for (compiler, is) in
        machines.into_iter().filter(|(_, is)| !ours.ends_with(&is[..is.len() - 6]))
    {
        let foreign = scratch.library_by(compiler, "foreign", source, &["-nostdlib"]);
        let error = refused(&foreign);
        let reason = &error.attempts[0].reason;
        assert!(reason.starts_with(&format!("is for {is}")) && reason.contains(&ours), "{error}");
        std::fs::rename(foreign, &c).unwrap();
        let library = missing(&a);
        assert_eq!(library.rejected.len(), 1, "{library:?}");
        assert_eq!(library.rejected[0].0, c);
        assert_eq!(&library.rejected[0].1, reason);
    }
    for (text, is) in [
        ("hello", "is no library (starts with \"hello\")"),
        ("/* GNU ld script */ GROUP ( x )", "is a linker script"),
        ("", "is empty"),
    ] {
        std::fs::write(&c, text).unwrap();
        let library = missing(&a);
        assert!(library.rejected[0].1.starts_with(is), "{library:?}");
    }
    std::fs::remove_file(&c).unwrap();
    std::os::unix::fs::symlink("gone", &c).unwrap();
    assert_eq!(missing(&a).rejected[0].1, "no such file");
    std::fs::remove_file(&c).unwrap();
    std::fs::create_dir(&c).unwrap();
    assert_eq!(missing(&a).rejected[0].1, "is a directory");
}

#[test]
fn versions_and_symbols_that_are_missing_are_told() {
    let scratch = Scratch::new("versions");
    let script = scratch.0.join("map");
    std::fs::write(&script, "V_1 { global: f; }; V_2 { global: g; };").unwrap();
    let map = format!("-Wl,--version-script={}", script.display());
    scratch.library("versions", "int f(void) { return 1; } int g(void) { return 2; }", &[&map]);
    let user = scratch.library(
        "user",
        "int g(void); int h(void) { return g(); }",
        &["-lversions", "-Wl,-rpath,$ORIGIN"],
    );
    std::fs::write(&script, "V_1 { global: f; };").unwrap();
    scratch.library("versions", "int f(void) { return 1; } int g(void) { return 2; }", &[&map]);
    let error = refused(&user).to_string();
    assert!(error.contains("version `V_2' not found (required by "), "{error}");
    assert!(error.contains("libversions.so"), "{error}");

    let lacking = scratch.library(
        "lacking",
        "int nobody_has_it(void); int f(void) { return nobody_has_it(); }",
        &[],
    );
    assert_eq!(refused(&lacking).attempts[0].reason, "undefined symbol: nobody_has_it");
    assert!(refused(&lacking).attempts[0].missing.is_empty());
}

/// A name that the loader searches for tells as much as a path.
#[test]
fn names_tell_what_is_missing_too() {
    let scratch = Scratch::new("by-name");
    let test = "missing::names_tell_what_is_missing_too";
    let place = scratch.0.clone();
    if std::env::var_os("CTYPES_TEST_CHILD").is_none() {
        chain(&scratch, "runpath");
        again(test, |command| {
            command.env("LD_LIBRARY_PATH", &place);
        });
        return;
    }
    for name in ["libchaina.so", "chaina"] {
        // SAFETY: it cannot be loaded.
        let error = unsafe { Library::open(name) }.unwrap_err();
        let library = &error.attempts[0].missing[0];
        assert_eq!(library.name, "libchainc.so", "{error}");
        assert!(library.places[0].starts_with("LD_LIBRARY_PATH ("), "{error}");
    }
}

#[test]
fn a_file_that_may_not_be_read_says_so() {
    let scratch = Scratch::new("denied");
    let test = "missing::a_file_that_may_not_be_read_says_so";
    if let Some(file) = std::env::var_os("CTYPES_TEST_FILE") {
        let error = refused(Path::new(&file));
        assert!(error.attempts[0].reason.contains("Permission denied"), "{error}");
        return;
    }
    let file = scratch.library("denied", "int x;", &[]);
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    again(test, |command| {
        command.env("CTYPES_TEST_FILE", &file);
        // SAFETY: asks for a number.
        if unsafe { libc::geteuid() } == 0 {
            command.uid(65534).gid(65534); // who may read all is not refused
        }
    });
}
