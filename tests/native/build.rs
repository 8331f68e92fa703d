//! Compiles the C fixtures that the tests call.
use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=tests/native");
    calls_bench();
}

/// Builds the callees of the bench twice: as an archive, for calls that the linker binds, and as a
/// shared library, for everything that is bound at run time.
fn calls_bench() {
    let source = Path::new("tests/native/calls_bench.c");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    // The callees are the same in every profile, so that only the calls differ.
    let mut build = cc::Build::new();
    build.file(source).opt_level(2).debug(false);
    build.clone().compile("calls_bench");

    let compiler = build.pic(true).get_compiler();
    let mut link = compiler.to_command();
    link.arg(source);
    let library = if compiler.is_like_msvc() {
        let library = out.join("calls_bench.dll");
        link.current_dir(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
        link.args(["/DCALLS_BENCH_SHARED", "/LD", "/link"]).arg(named("/OUT:", &library));
        link.arg(named("/IMPLIB:", &out.join("calls_bench_dll.lib")));
        library
    } else {
        let (file, name_option) = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
            Ok("windows") => ("calls_bench.dll", None),
            Ok("macos" | "ios") => ("libcalls_bench.dylib", Some("-Wl,-install_name,")),
            _ => ("libcalls_bench.so", Some("-Wl,-soname,")),
        };
        link.args(["-DCALLS_BENCH_SHARED", "-shared"]);
        // Once the library is loaded by its path, the loader finds it by this name too.
        link.args(name_option.map(|option| format!("{option}{file}")));
        let library = out.join(file);
        link.arg("-o").arg(&library);
        library
    };
    let status = link.status().unwrap_or_else(|e| panic!("cannot run {link:?}: {e}"));
    assert!(status.success(), "{link:?} ended with {status}");
    println!("cargo::rustc-env=CTYPES_BENCH_LIB={}", library.display());
}

fn named(option: &str, path: &Path) -> std::ffi::OsString {
    let mut arg = std::ffi::OsString::from(option);
    arg.push(path);
    arg
}
