//! Headers: what is read out of them is what gcc and clang find in them. The long form, with the
//! headers of Debian's development packages, is the example `header_corpus`.

mod any_text;
mod claims;
mod endless;
mod errors;
mod judge;
// The packages are those of the long form.
#[allow(dead_code)]
mod list;
mod macros;
#[allow(dead_code, unreachable_pub)]
#[path = "../decl/packed.rs"]
mod packed;
mod plain;
mod pushed;
mod replay;

use ctypes_core::error::{Error, HeaderError};
use ctypes_core::types::ConstValue;
use ctypes_wrap::header::Header;
use ctypes_wrap::{Library, Target};
use judge::Case;
use std::sync::Mutex;

#[test]
fn headers_of_every_debian() {
    let left = Mutex::new(list::FIXED.iter());
    let wrong = Mutex::new(Vec::new());
    // Compilers are other processes: two at a time are enough for any machine.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(name) = left.lock().unwrap().next() else { break };
                    let (found, count) = Case::native(name, "").judge();
                    if !found.is_empty() {
                        wrong
                            .lock()
                            .unwrap()
                            .push(format!("{name}:\n    {}", found.join("\n    ")));
                    }
                    assert!(count.macros + count.types > 0, "{name}: nothing was claimed");
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "libc6-dev, linux-libc-dev, gcc and clang are needed\n{}",
        wrong.join("\n")
    );
}

/// Of Windows and of another processor; the long form has more.
#[test]
fn headers_of_other_systems() {
    for (name, target, compiler, clang) in [
        (
            "stdio.h",
            Target::X86_64_WINDOWS_GNU,
            "x86_64-w64-mingw32-gcc",
            "--target=x86_64-w64-mingw32",
        ),
        ("stdlib.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc", "--target=aarch64-linux-gnu"),
        ("stdlib.h", Target::S390X_LINUX, "s390x-linux-gnu-gcc", "--target=s390x-linux-gnu"),
    ] {
        let of_it = Case::native(name, "");
        let case = Case { target, compiler: Some(compiler), clang: &[clang], ..of_it };
        let (wrong, count) = case.judge();
        assert!(wrong.is_empty(), "{compiler}, {name}: {}", wrong.join("\n"));
        assert!(count.types > 50, "{count:?}");
    }
}

/// The judges notice what is wrong.
#[test]
fn a_wrong_claim_is_noticed() {
    let header = Header::new("sys/stat.h").compiler("gcc").read().unwrap();
    let (text, count) = claims::claims(&header);
    assert!(count.offsets > 10 && count.macros > 20 && count.types > 20, "{count:?}");
    let include = "#include \"sys/stat.h\"\n";
    let gcc = ["gcc".to_owned()];
    assert_eq!(claims::refusals(&gcc, include, &text), Vec::<String>::new());
    let claim = text.lines().find(|l| l.contains("offsetof(struct stat, st_size)")).unwrap();
    for (from, to) in [("== 48", "== 40"), ("st_size", "st_rdev")] {
        let wrong = text.replace(claim, &claim.replace(from, to));
        assert_ne!(wrong, text);
        assert_eq!(claims::refusals(&gcc, include, &wrong).len(), 1, "{claim}");
    }
    let mut functions = claims::clang_functions(&[], include).unwrap();
    let by_clang = Header::new("sys/stat.h").compiler("clang").read().unwrap();
    assert_eq!(claims::functions_differ(&by_clang, &functions), Vec::<String>::new());
    assert!(functions.remove("chmod") && functions.insert("chmodx".to_owned()));
    assert_eq!(claims::functions_differ(&by_clang, &functions).len(), 2);
}

#[test]
fn names_of_a_header() {
    let header = Header::read("stdio.h").unwrap();
    assert_eq!(header.constant("EOF").unwrap().value, ConstValue::Int(-1));
    assert_eq!(header.constant("EOF").unwrap().ty.to_string(), "int");
    assert_eq!(header.types().evaluate("EOF - 1").unwrap().value, ConstValue::Int(-2));
    assert!(header.constant("EOFF").is_none());
    let printf = header.declarations().functions.iter().find(|f| &*f.name == "printf").unwrap();
    assert!(printf.place.file.ends_with("stdio.h"), "{}", printf.place);
    // Names that the compiler has by itself are none of the header.
    assert!(header.constant("__INT_MAX__").is_none());

    let ioctls = Header::new("linux/usbdevice_fs.h").include("sys/ioctl.h").read().unwrap();
    // _IO('U', 20), by asm-generic/ioctl.h.
    assert_eq!(ioctls.constant("USBDEVFS_RESET").unwrap().value, ConstValue::Int(0x5514));
}

#[test]
fn functions_of_a_header_are_callable() {
    // SAFETY: the C library.
    let libc = unsafe { Library::open("c").unwrap() };
    let string = Header::read("string.h").unwrap().bind(&libc).unwrap();
    let strlen = string.function("strlen").unwrap();
    // SAFETY: declared by the system's header.
    assert_eq!(unsafe { strlen.call::<usize>((c"twelve",)) }.unwrap(), 6);
    let copy = Header::read("string.h").unwrap().bind(&libc).unwrap().function("memcpy").unwrap();
    // SAFETY: it is refused.
    let error = unsafe { copy.call_void((1, 2, 3)) }.unwrap_err().to_string();
    assert!(error.starts_with("argument 1 (`__dest`) of `memcpy`: expected `void *"), "{error}");
    let again = string.clone().function("strlen").unwrap();
    assert_eq!(again.as_ptr(), strlen.as_ptr());
    let error = string.function("strlenn").unwrap_err();
    assert!(matches!(error, Error::Header(HeaderError::Undeclared { .. })), "{error}");
    assert!(!string.missing().contains(&"strlen"));

    let stdio = Header::read("stdio.h").unwrap().bind(&libc).unwrap();
    let (symbol, ty) = stdio.variable("stdout").unwrap();
    assert!(!symbol.as_ptr().is_null());
    assert_eq!(ty.pointee(), stdio.header().types().get("FILE").map(|ty| ty.resolved().clone()));
}

#[test]
fn another_target_is_not_called() {
    let dir = plain::directory("foreign");
    std::fs::write(dir.join("f.h"), "int abs(int);\n").unwrap();
    let path = dir.join("f.h").display().to_string();
    let header = Header::new(&path).target(Target::S390X_LINUX).read().unwrap();
    let error = header.bind(&Library::this()).unwrap_err();
    assert!(error.to_string().ends_with("its functions cannot be called here"), "{error}");
}
