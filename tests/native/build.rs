//! Compiles the C side of tests and benches.
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=tests/native");
    // The callees of the bench are the same in every profile, so that only the calls differ. As an
    // archive they are for calls that the linker binds.
    let mut bench = cc::Build::new();
    bench.opt_level(2).debug(false);
    bench.clone().file("tests/native/calls_bench.c").compile("calls_bench");
    let library = shared(&mut bench, native("calls_bench"), "calls_bench", &["CALLS_BENCH_SHARED"]);
    println!("cargo::rustc-env=CTYPES_BENCH_LIB={}", library.display());

    let library =
        shared(cc::Build::new().warnings(true).opt_level(1), native("fixture"), "fixture", &[]);
    println!("cargo::rustc-env=CTYPES_FIXTURE_LIB={}", library.display());

    let mut outcomes = cc::Build::new();
    let library = shared(outcomes.warnings(true).opt_level(1), native("outcomes"), "outcomes", &[]);
    println!("cargo::rustc-env=CTYPES_OUTCOMES_LIB={}", library.display());

    // It compares with what glibc has.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let mut uses = cc::Build::new();
        uses.warnings(true).opt_level(1);
        let library = shared(&mut uses, native("real_uses"), "real_uses", &[]);
        println!("cargo::rustc-env=CTYPES_REAL_USES_LIB={}", library.display());
    }
}

/// Compiles `source` as the shared library NAME, of which the loader also knows the bare file name once
/// it is loaded.
fn shared(build: &mut cc::Build, source: PathBuf, name: &str, defines: &[&str]) -> PathBuf {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let compiler = build.pic(true).get_compiler();
    let mut link = compiler.to_command();
    // MSVC leaves its object files in the current directory.
    link.current_dir(&out).arg(source);
    let library;
    if compiler.is_like_msvc() {
        library = out.join(format!("{name}.dll"));
        link.args(defines.iter().map(|define| format!("/D{define}")));
        link.args(["/LD", "/link"]).arg(named("/OUT:", &library));
        link.arg(named("/IMPLIB:", &out.join(format!("{name}_dll.lib"))));
    } else {
        let (file, name_option) = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
            Ok("windows") => (format!("{name}.dll"), None),
            Ok("macos" | "ios") => (format!("lib{name}.dylib"), Some("-Wl,-install_name,")),
            _ => (format!("lib{name}.so"), Some("-Wl,-soname,")),
        };
        library = out.join(&file);
        link.args(defines.iter().map(|define| format!("-D{define}")));
        link.args(["-shared", "-pthread"]);
        link.args(name_option.map(|option| format!("{option}{file}")));
        link.arg("-o").arg(&library).arg("-lm");
    }
    let status = link.status().unwrap_or_else(|e| panic!("cannot run {link:?}: {e}"));
    assert!(status.success(), "{link:?} ended with {status}");
    library
}

fn native(name: &str) -> PathBuf {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    root.join(format!("tests/native/{name}.c"))
}

fn named(option: &str, path: &Path) -> OsString {
    let mut arg = OsString::from(option);
    arg.push(path);
    arg
}
