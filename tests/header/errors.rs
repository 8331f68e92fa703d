//! What cannot be read says what, where, what was expected and what was found.

use crate::plain::directory;
use ctypes_wrap::Target;
use ctypes_wrap::header::{Header, HeaderError};

#[test]
fn a_header_that_is_missing() {
    let error = Header::read("no/such/header.h").unwrap_err().to_string();
    assert!(error.contains("does not preprocess `no/such/header.h`"), "{error}");
    assert!(error.contains("No such file or directory"), "{error}");
    let dir = directory("missing");
    std::fs::write(dir.join("outer.h"), "#include \"nowhere.h\"\n").unwrap();
    let error = Header::new("outer.h").include_dir(&dir).read().unwrap_err().to_string();
    assert!(error.contains("outer.h:1:") && error.contains("nowhere.h"), "{error}");
}

#[test]
fn a_compiler_that_is_missing() {
    let error = Header::new("stdio.h").compiler("no-such-cc -m32").read().unwrap_err();
    let HeaderError::NoCompiler { tried, .. } = &error else { panic!("{error}") };
    assert!(tried.len() == 1 && tried[0].starts_with("no-such-cc -m32 -E"), "{error}");
}

#[test]
fn a_compiler_for_another_target() {
    let gcc_for_arm = Header::new("stdio.h").compiler("aarch64-linux-gnu-gcc");
    let error = gcc_for_arm.read().unwrap_err();
    let HeaderError::Mismatch { differences, .. } = &error else { panic!("{error}") };
    assert!(differences.contains(&"char: expected signed, found unsigned".to_owned()), "{error}");
    for (target, named) in [
        (Target::I686_LINUX, "__SIZEOF_POINTER__: expected 4, found 8"),
        (Target::S390X_LINUX, "__BYTE_ORDER__: expected __ORDER_BIG_ENDIAN__"),
        (Target::X86_64_WINDOWS_GNU, "__SIZEOF_LONG__: expected 4, found 8"),
        (Target::X86_64_WINDOWS_MSVC, "__SIZEOF_WCHAR_T__: expected 2, found 4"),
        (Target::X86_64_APPLE, "system: expected Apple's"),
        (Target::RISCV64_LINUX, "__LDBL_MANT_DIG__: expected 113, found 64"),
    ] {
        let header = Header::new("stddef.h").compiler("x86_64-linux-gnu-gcc").target(target);
        let error = header.read().unwrap_err().to_string();
        assert!(error.contains(named), "{}: {error}", target.name);
    }
    // And the right ones are taken.
    for (target, compiler) in [
        (Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
        (Target::I686_LINUX, "gcc -m32"),
        (Target::S390X_LINUX, "s390x-linux-gnu-gcc"),
        (Target::X86_64_WINDOWS_GNU, "x86_64-w64-mingw32-gcc"),
        (Target::AARCH64_APPLE, "clang --target=arm64-apple-macos"),
        (Target::I686_WINDOWS_MSVC, "clang --target=i686-pc-windows-msvc"),
    ] {
        let header = Header::new("stdarg.h").compiler(compiler).target(target);
        header.read().unwrap_or_else(|e| panic!("{e}"));
        Header::new("stdarg.h").target(target).read().unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn a_package_that_is_missing() {
    let error = Header::new("stdio.h").pkg_config("no-such-package").read().unwrap_err();
    let HeaderError::PkgConfig { message, .. } = &error else { panic!("{error}") };
    assert!(message.iter().any(|line| line.contains("no-such-package")), "{error}");
}

#[test]
fn names_that_are_none() {
    for name in ["", "a\"b.h", "a.h\n#define X"] {
        let error = Header::read(name).unwrap_err();
        assert!(matches!(error, HeaderError::BadName { .. }), "{error}");
    }
    for name in ["", "1x", "A B", "A\n"] {
        let error = Header::new("stdio.h").define(name, "1").read().unwrap_err();
        assert!(error.to_string().starts_with("expected the name of a macro"), "{error}");
    }
    assert!(Header::new("stdio.h").define("A", "1\n#error").read().is_err());
    let dir = directory("names");
    let error = Header::read(&dir.display().to_string()).unwrap_err();
    assert!(error.to_string().ends_with("is not a regular file"), "{error}");
}

#[test]
fn what_is_skipped_says_why() {
    let dir = directory("skipped");
    let text = "#if 1\n#define CALL f(1)\n#define FLAG\n#define LOOP do\nint f(unheard x);\nint g(int);\n#endif\n";
    std::fs::write(dir.join("odd.h"), text).unwrap();
    let header = Header::new("odd.h").include_dir(&dir).read().unwrap();
    let skipped: Vec<String> = header.skipped().iter().map(|s| s.to_string()).collect();
    let place = dir.join("odd.h").display().to_string();
    assert_eq!(skipped.len(), 3, "{skipped:?}");
    assert_eq!(skipped[0], format!("{place}:5: f: unknown type name `unheard`"));
    assert!(skipped[1].starts_with(&format!("{place}:2: CALL: ")), "{skipped:?}");
    assert!(
        skipped[2].starts_with(&format!("{place}:4: LOOP: expected an expression")),
        "{skipped:?}"
    );
    assert_eq!(&*header.declarations().functions[0].name, "g");
}
