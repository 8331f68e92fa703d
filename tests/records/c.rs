//! The judge: a C compiler, whose code is loaded and called.

use ctypes_wrap::Library;
use std::path::Path;
use std::process::Command;

/// The library that the compiler makes of `text`. `CC` chooses another compiler than gcc.
pub(crate) fn library(name: &str, text: &str) -> Library {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, object) = (dir.join(format!("{name}.c")), dir.join(format!("lib{name}.so")));
    std::fs::write(&source, text).expect("the test's own folder can be written");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "gcc".to_owned());
    let output = Command::new(&compiler)
        .args(["-std=gnu11", "-O1", "-shared", "-fPIC", "-o"])
        .args([&object, &source])
        .output()
        .unwrap_or_else(|e| panic!("this test needs a C compiler, and `{compiler}`: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", source.display());
    // SAFETY: the library was made just now and has no initializers.
    unsafe { Library::open_path(&object) }.expect("the compiler has written it")
}

/// The function, or the address of the variable, of that name.
///
/// # Safety
/// `F` is a type of function or object pointers, and the one that the text declares.
pub(crate) unsafe fn get<F: Copy>(lib: &Library, name: &str) -> F {
    let symbol = lib.symbol(name).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(size_of::<F>(), size_of::<*mut core::ffi::c_void>());
    let pointer = symbol.as_ptr();
    // SAFETY: the caller vouches that `F` is a pointer, and it has the size of one.
    unsafe { core::mem::transmute_copy(&pointer) }
}

/// The size and alignment that the text gives to a type: `const unsigned long name[2]`.
pub(crate) fn extent(lib: &Library, name: &str) -> [usize; 2] {
    // SAFETY: the tests write such variables only.
    unsafe { *get::<*const [usize; 2]>(lib, name) }
}
