//! Opening and searching real libraries. The judges are the system's own loader, `ldconfig -p` and `nm`.
//!
//! Needs libc, libm, libz and libsqlite3, `ldconfig` and `nm`; a test whose oracle is missing fails and says so.
#![cfg(all(target_os = "linux", target_env = "gnu", feature = "load"))]

#[path = "../../tests/common/programs.rs"]
mod programs;

use ctypes_core::error::{LoadError, SymbolError};
use ctypes_core::library::find_library;
use ctypes_core::{Library, Symbol};
use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Opens a library of the system.
fn open(name: &str) -> Library {
    // SAFETY: only called with names of C libraries whose initialisers do nothing harmful.
    unsafe { Library::open(name) }.unwrap_or_else(|e| panic!("these tests need the library: {e}"))
}

fn open_error(name: impl AsRef<OsStr>) -> LoadError {
    // SAFETY: no library of such a name exists, or its file is not loadable.
    unsafe { Library::open(name) }.expect_err("no such library")
}

/// A directory of this process's own that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path =
            std::env::temp_dir().join(format!("ctypes-library-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("the oracle {program} cannot be run: {e}"));
    assert!(output.status.success(), "the oracle {program} failed");
    String::from_utf8(output.stdout).unwrap()
}

/// The libraries of this architecture in the loader's cache as ldconfig prints them: file name to paths.
fn ldconfig() -> BTreeMap<String, Vec<PathBuf>> {
    let program =
        ["/sbin/ldconfig", "/usr/sbin/ldconfig"].into_iter().find(|p| Path::new(p).exists());
    let text = run(program.expect("the oracle ldconfig is not installed"), &["-p"]);
    // `libm.so.6 (libc6,x86-64) => /lib/x86_64-linux-gnu/libm.so.6`
    let lines = text.lines().filter_map(|line| {
        let (left, path) = line.split_once(" => ")?;
        let (file, kind) = left.trim().split_once(' ')?;
        Some((file, kind, Path::new(path)))
    });
    let lines: Vec<_> = lines.collect();
    // The kind of this process is the one of the libc that the loader has put into it.
    let own = open("c").path().unwrap().canonicalize().unwrap();
    let own = lines.iter().find(|(.., path)| path.canonicalize().is_ok_and(|path| path == own));
    let kind = own.unwrap_or_else(|| panic!("ldconfig -p was not understood: {text}")).1;
    let mut libraries: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (file, _, path) in lines.iter().filter(|line| line.1 == kind) {
        libraries.entry((*file).to_owned()).or_default().push((*path).to_owned());
    }
    libraries
}

#[test]
fn bare_names_open_the_runtime_library() {
    for (name, file) in
        [("m", "libm.so.6"), ("c", "libc.so.6"), ("z", "libz.so.1"), ("sqlite3", "libsqlite3.so.0")]
    {
        let library = open(name);
        assert_eq!(library.name(), name);
        let path = library.path().expect("Linux tells the path");
        assert!(path.is_absolute() && path.is_file(), "{path:?}");
        assert_eq!(path.file_name().unwrap(), file);
        assert_eq!(find_library(name).unwrap().file_name().unwrap(), file);
    }
}

#[test]
fn symbols_are_the_functions_they_name() {
    let cos = open("m").symbol("cos").unwrap();
    // SAFETY: C declares double cos(double).
    let cos_fn: extern "C" fn(f64) -> f64 = unsafe { std::mem::transmute(cos.as_ptr()) };
    assert_eq!(cos_fn(0.0), 1.0);
    assert_eq!((cos.name(), cos.library().name()), ("cos", "m"));

    let version = open("sqlite3").symbol("sqlite3_libversion").unwrap();
    // SAFETY: SQLite declares const char *sqlite3_libversion(void).
    let version: extern "C" fn() -> *const c_char =
        unsafe { std::mem::transmute(version.as_ptr()) };
    // SAFETY: a constant string of the library.
    let version = unsafe { CStr::from_ptr(version()) }.to_str().unwrap();
    assert!(version.starts_with("3."), "{version}");
}

#[test]
fn file_names_and_paths_are_taken_as_they_are() {
    let by_name = open("libz.so.1");
    let path = by_name.path().unwrap();
    // SAFETY: zlib has no harmful initialisers.
    let by_path = unsafe { Library::open_path(&path) }.unwrap();
    assert_eq!(by_path.handle(), by_name.handle(), "one library, one handle");
    assert_eq!(open(path.to_str().unwrap()).handle(), by_name.handle());

    // A relative path without a separator is a file here, not a name to search.
    // SAFETY: there is no such file.
    let error = unsafe { Library::open_path("libz.so.1") }.unwrap_err();
    assert_eq!(error.attempts[0].reason, "no such file", "{error}");
    assert_eq!(open_error("./libz.so.1").attempts.len(), 1);
    assert_eq!(
        open_error("libz.so.77").attempts.len(),
        1,
        "a version is not exchanged for another"
    );
}

#[test]
fn a_development_name_that_is_a_linker_script_leads_to_the_library() {
    let library = open("libm.so");
    assert_eq!(library.path().unwrap().file_name().unwrap(), "libm.so.6");
}

#[test]
fn find_library_agrees_with_ldconfig() {
    let listed = ldconfig();
    let mut checked = 0;
    for file in listed.keys() {
        // What Python cuts from a name to ask for it again.
        let Some((bare, version)) =
            file.strip_prefix("lib").and_then(|rest| rest.split_once(".so"))
        else {
            continue;
        };
        if bare.is_empty() || !(version.is_empty() || version.starts_with('.')) {
            continue;
        }
        let siblings: Vec<&PathBuf> = listed
            .iter()
            .filter(|(other, _)| {
                other
                    .strip_prefix("lib")
                    .and_then(|o| o.strip_prefix(bare))
                    .is_some_and(|rest| rest.starts_with(".so"))
            })
            .flat_map(|(_, paths)| paths)
            .collect();
        if !siblings.iter().any(|path| path.is_file()) {
            continue; // the cache is older than a removal
        }
        let found =
            find_library(bare).unwrap_or_else(|| panic!("{bare}: ldconfig has {siblings:?}"));
        let environment = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let overridden =
            std::env::split_paths(&environment).any(|directory| found.parent() == Some(&directory));
        assert!(
            overridden || siblings.contains(&&found),
            "{bare}: {found:?} is not of {siblings:?}"
        );
        checked += 1;

        let exact = find_library(file).unwrap_or_else(|| panic!("{file}"));
        assert!(exact.is_file(), "{exact:?}");
    }
    assert!(checked > 10, "only {checked} names were compared");
}

/// Runs one test of this program again, with `LD_LIBRARY_PATH` set; true in the process that shall do the work.
fn with_library_path(test: &str, path: &OsStr) -> bool {
    if std::env::var_os("CTYPES_TEST_CHILD").is_some_and(|child| child == test) {
        return true;
    }
    let output = programs::itself()
        .args(["--exact", test, "--nocapture"])
        .env("CTYPES_TEST_CHILD", test)
        .env("LD_LIBRARY_PATH", path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    false
}

#[test]
fn the_highest_usable_version_of_the_library_path_wins() {
    let scratch = Scratch::new("versions");
    if !with_library_path(
        "the_highest_usable_version_of_the_library_path_wins",
        scratch.0.as_os_str(),
    ) {
        return;
    }
    let place = PathBuf::from(std::env::var_os("LD_LIBRARY_PATH").unwrap());
    std::fs::create_dir_all(&place).unwrap();
    let real = std::fs::read(find_library("z").expect("these tests need libz")).unwrap();
    for file in
        ["libctypesver.so.9", "libctypesver.so.10", "libctypesver.so.10.2", "libctypesver.so"]
    {
        std::fs::write(place.join(file), &real).unwrap();
    }
    std::fs::write(place.join("libctypesver.so.11"), "GROUP ( x )").unwrap();
    std::os::unix::fs::symlink("gone", place.join("libctypesver.so.12")).unwrap();
    std::fs::write(place.join("libctypesbad.so"), "GROUP ( x )").unwrap();

    let expected = place.join("libctypesver.so.10");
    assert_eq!(find_library("ctypesver"), Some(expected.clone()));
    assert_eq!(open("ctypesver").path(), Some(expected.clone()));
    assert_eq!(open("libctypesver.so.9").path(), Some(place.join("libctypesver.so.9")));
    let error = open_error("ctypesbad");
    assert_eq!(error.attempts[0].what, place.join("libctypesbad.so").to_str().unwrap());
    assert!(error.attempts[0].reason.starts_with("is a linker script"), "{error}");
    assert!(open_error("ctypesbat").similar.contains(&"ctypesbad".to_owned()));
    std::fs::remove_dir_all(&place).unwrap();
}

#[test]
fn a_missing_dependency_is_named() {
    // libsqlite3 needs libm: in this copy the name of it is one that nobody has.
    let mut bytes =
        std::fs::read(find_library("sqlite3").expect("these tests need libsqlite3")).unwrap();
    let name = b"\0libm.so.6\0";
    let at = bytes
        .windows(name.len())
        .position(|part| part == name)
        .expect("libsqlite3 needs libm.so.6");
    bytes[at + 4] = b'?';
    let scratch = Scratch::new("dependency");
    let path = scratch.file("libneedy.so", bytes);
    let error = open_error(&path);
    assert!(error.attempts[0].reason.starts_with("it needs `lib?.so.6`, which"), "{error}");
}

#[test]
fn every_attempt_and_the_near_miss_are_told() {
    let error = open_error("sqlit3");
    assert_eq!(error.name, "sqlit3");
    assert_eq!(error.attempts.len(), 1);
    assert_eq!(error.attempts[0].what, "libsqlit3.so");
    assert_eq!(error.similar.first().map(String::as_str), Some("sqlite3"));
    let text = error.to_string();
    assert!(
        text.starts_with("cannot open library `sqlit3`\n  tried libsqlit3.so: not found in "),
        "{text}"
    );
    assert!(text.contains("the loader's cache") && text.contains("/usr/lib"), "{text}");
    assert!(text.contains("\n  did you mean `sqlite3`"), "{text}");
    assert!(open_error("libz").similar.contains(&"z".to_owned()));
    assert!(open_error("libsqlit3.so.0").similar.contains(&"sqlite3".to_owned()));
}

#[test]
fn files_that_are_no_libraries_say_what_they_are() {
    let scratch = Scratch::new("files");
    let mut foreign = vec![0; 64];
    foreign[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    foreign[16] = 3;
    foreign[18] = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    let real = std::fs::read(find_library("z").expect("these tests need libz")).unwrap();
    let fifo = scratch.0.join("fifo.so");
    run("mkfifo", &[fifo.to_str().unwrap()]);

    let files = [
        (scratch.file("foreign.so", foreign), "is for "),
        (scratch.file("text.so", "hello\n"), r#"is no library (starts with "hello\n")"#),
        (scratch.file("script.so", "/* GNU ld script */ GROUP ( x )"), "is a linker script"),
        (scratch.file("empty.so", ""), "is empty"),
        (scratch.file("archive.so", "!<arch>\n"), "is a static library"),
        (scratch.file("cut.so", &real[..real.len() / 2]), "is a cut-off library"),
        (scratch.file("head.so", &real[..20]), "is a damaged or cut-off ELF file"),
        (scratch.0.clone(), "is a directory"),
        (scratch.0.join("missing.so"), "no such file"),
        (fifo, "is not a regular file"),
    ];
    for (path, want) in files {
        for error in [
            // SAFETY: none of the files can be loaded.
            unsafe { Library::open_path(&path) }.unwrap_err(),
            open_error(&path),
            // SAFETY: as above.
            unsafe { Library::open_any([&path]) }.unwrap_err(),
        ] {
            assert_eq!(error.attempts.len(), 1, "{error}");
            assert_eq!(error.attempts[0].what, path.to_str().unwrap());
            assert!(error.attempts[0].reason.starts_with(want), "{error}");
        }
    }
}

#[test]
fn senseless_names_are_refused() {
    for (name, want) in [("", "empty"), ("a\0b", "NUL"), ("c\0", "NUL"), ("/lib\0/x", "NUL")] {
        assert!(open_error(name).attempts[0].reason.contains(want), "{name:?}");
        assert_eq!(find_library(name), None);
        // SAFETY: refused before the loader sees it.
        assert!(unsafe { Library::open_path(name) }.unwrap_err().attempts[0].reason.contains(want));
        // SAFETY: as above.
        let error = unsafe { Library::open_any([name]) }.unwrap_err();
        assert!(error.attempts[0].reason.contains(want));
    }
    for name in [
        "/",
        ".",
        "..",
        "*",
        "%s",
        " ",
        "\u{1b}[31m",
        &"x".repeat(100_000),
        "lib.so",
        ".so",
        "ab.so.cd",
    ] {
        let error = open_error(name);
        assert!(!error.attempts.is_empty() && !error.to_string().contains('\u{1b}'), "{error}");
        find_library(name);
    }
    use std::os::unix::ffi::OsStrExt;
    assert!(!open_error(OsStr::from_bytes(b"no\xff\xfesuch")).attempts.is_empty());
}

#[test]
fn open_any_takes_the_first_that_opens_and_lists_the_others() {
    // SAFETY: C libraries without harmful initialisers.
    let library =
        unsafe { Library::open_any(["libnosuch.so.1", "libz.so.1", "libm.so.6"]) }.unwrap();
    assert_eq!(
        (library.name(), library.path().unwrap().file_name()),
        ("libz.so.1", Some(OsStr::new("libz.so.1")))
    );
    // SAFETY: names that no library has; "m" is verbatim no file name.
    let error = unsafe { Library::open_any(["libnosuch.so.1", "m", "/no/such.so"]) }.unwrap_err();
    let tried: Vec<_> =
        error.attempts.iter().map(|a| (a.what.as_str(), a.reason.as_str())).collect();
    let unknown = "not found by the loader";
    assert_eq!(
        tried,
        [("libnosuch.so.1", unknown), ("m", unknown), ("/no/such.so", "no such file")]
    );
    assert_eq!(error.name, "libnosuch.so.1, m, /no/such.so");
    // SAFETY: nothing is opened.
    assert_eq!(unsafe { Library::open_any([""; 0]) }.unwrap_err().attempts.len(), 1);
}

#[test]
fn a_missing_symbol_names_library_file_and_near_misses() {
    let error = open("z").symbol("zlibversion").unwrap_err();
    assert_eq!((error.symbol.as_str(), error.library.as_str()), ("zlibversion", "z"));
    assert_eq!(error.similar.first().map(String::as_str), Some("zlibVersion"), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("no symbol `zlibversion` in library `z` (/"), "{text}");
    assert!(
        text.contains("libz.so.1): it is not exported\n  did you mean `zlibVersion`"),
        "{text}"
    );

    let near = |library: &str, name: &str| open(library).symbol(name).unwrap_err().similar;
    assert!(near("c", "fopn").contains(&"fopen".to_owned()));
    assert!(near("c", "__stpcpyy").len() <= 5);
    assert!(near("sqlite3", "entirely_unrelated_name").is_empty());
    assert!(open("z").find_symbol("zlibversion").is_none());
    assert!(open("z").find_symbol("zlibVersion").is_some());
}

#[test]
fn senseless_symbols_are_refused_with_their_reason() {
    let libc = open("c");
    assert_eq!(libc.symbol("").unwrap_err().reason, "the name is empty");
    assert_eq!(libc.symbol("a\0b").unwrap_err().reason, "the name contains a NUL character");
    assert_eq!(libc.symbol("open\0").unwrap_err().reason, "the name contains a NUL character");
    assert!(libc.symbol(&"x".repeat(1 << 20)).unwrap_err().similar.is_empty());
    // A version's own entry in the symbol table is absolute with the value zero.
    assert_eq!(open("z").symbol("ZLIB_1.2.0").unwrap_err().reason, "its address is null");
}

#[test]
fn the_program_itself() {
    let program = Library::this();
    assert!(program.symbol("strlen").is_ok());
    assert_eq!(program.path(), std::env::current_exe().ok());
    let error = program.symbol("no_such_function_here").unwrap_err();
    assert!(error.to_string().contains("in library `the program` ("), "{error}");
    drop(program);
    assert!(Library::this().symbol("strlen").is_ok());
}

#[test]
fn handles_from_elsewhere() {
    // SAFETY: libm is harmless to load, and the string ends with NUL.
    let raw = unsafe { libc::dlopen(c"libm.so.6".as_ptr(), libc::RTLD_NOW) };
    // SAFETY: just opened and never closed.
    let library = unsafe { Library::from_handle(raw) };
    assert_eq!(library.handle(), raw);
    assert_eq!(library.path(), open("m").path());
    assert!(library.symbol("cos").is_ok());
    // SAFETY: RTLD_DEFAULT needs no opening.
    let everything = unsafe { Library::from_handle(libc::RTLD_DEFAULT) };
    assert_eq!(everything.path(), None);
    assert!(everything.symbol("strlen").is_ok());
    assert!(everything.symbol("no_such_function_here").is_err());
    // SAFETY: nothing came from it.
    assert!(unsafe { everything.close() }.is_err());
}

#[test]
fn close_waits_for_clones_and_symbols() {
    // A copy under a name of its own, so that nothing else in this process has it open.
    let scratch = Scratch::new("close");
    let copy = scratch.0.join("libcopy.so");
    std::fs::copy(find_library("z").expect("these tests need libz"), &copy).unwrap();
    // SAFETY: asking for a loaded library loads nothing.
    let loaded = || unsafe {
        let path = std::ffi::CString::new(copy.to_str().unwrap()).unwrap();
        let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD);
        !handle.is_null() && libc::dlclose(handle) == 0
    };
    // SAFETY: zlib has no harmful initialisers.
    let library = unsafe { Library::open_path(&copy) }.unwrap();
    let symbol = library.symbol("zlibVersion").unwrap();
    // SAFETY: nothing of the library is used afterwards: it stays open.
    let error = unsafe { library.close() }.unwrap_err();
    assert!(
        error.to_string().contains("libcopy.so` was not closed: other clones or symbols"),
        "{error}"
    );
    assert!(loaded());

    let library = symbol.library().clone();
    drop(symbol);
    let clone = library.clone();
    // SAFETY: as above.
    assert!(unsafe { library.close() }.is_err());
    // SAFETY: nothing of the library is used afterwards.
    unsafe { clone.close() }.unwrap();
    assert!(!loaded(), "the loader has unloaded it");

    // SAFETY: zlib has no harmful initialisers.
    drop(unsafe { Library::open_path(&copy) }.unwrap());
    assert!(loaded(), "dropping does not unload");
}

#[test]
fn near_misses_come_from_all_that_nm_sees() {
    let path = find_library("sqlite3").expect("these tests need libsqlite3");
    let library = open("sqlite3");
    let text = run("nm", &["-D", "--defined-only", path.to_str().unwrap()]);
    let names: Vec<_> = text.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert!(names.len() > 100, "nm was not understood: {text}");
    // Each look reads the whole file: some of the names are enough.
    for name in names.iter().filter(|name| !name.contains('@')).step_by(17) {
        let wrong = format!("{name}0");
        let Err(error) = library.symbol(&wrong) else { continue };
        assert!(
            error.similar.iter().any(|near| near == name) || error.similar.len() == 5,
            "{error}"
        );
    }
}

#[test]
fn all_can_be_sent_shared_and_kept() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Library>();
    check::<Symbol>();
    check::<LoadError>();
    check::<SymbolError>();
    check::<ctypes_core::Error>();
    fn clone<T: Clone>() {}
    clone::<Library>();
    clone::<Symbol>();
    let library = open("m");
    let addresses: Vec<usize> = (0..4)
        .map(|_| (library.clone(), std::thread::spawn))
        .map(|(library, spawn)| spawn(move || library.symbol("cos").unwrap().as_ptr().addr()))
        .map(|thread: std::thread::JoinHandle<usize>| thread.join().unwrap())
        .collect();
    assert!(addresses.iter().all(|&a| a == addresses[0]));
    let _: *mut c_void = library.handle();
}
