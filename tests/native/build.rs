//! Compiles the C fixtures that the tests call.
use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=tests/native");
    fixture();
}

/// Builds the callees of the tests as a shared library, whose path the tests get.
fn fixture() {
    let source = Path::new("tests/native/fixture.c");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let compiler = cc::Build::new().pic(true).warnings(true).opt_level(1).get_compiler();
    let mut link = compiler.to_command();
    link.arg(source);
    let library = if compiler.is_like_msvc() {
        let library = out.join("ctypes_fixture.dll");
        link.current_dir(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
        link.args(["/LD", "/link"]).arg(format!("/OUT:{}", library.display()));
        library
    } else {
        let file = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
            Ok("windows") => "ctypes_fixture.dll",
            Ok("macos" | "ios") => "libctypes_fixture.dylib",
            _ => "libctypes_fixture.so",
        };
        let library = out.join(file);
        link.args(["-shared", "-pthread", "-o"]).arg(&library);
        library
    };
    let status = link.status().unwrap_or_else(|e| panic!("cannot run {link:?}: {e}"));
    assert!(status.success(), "{link:?} ended with {status}");
    println!("cargo::rustc-env=CTYPES_FIXTURE_LIB={}", library.display());
}
