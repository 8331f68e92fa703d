//! The judge: a C compiler, whose code is loaded and called.

use ctypes_wrap::{CType, Library};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The library that the compiler makes of `text`. `CC` chooses another compiler than gcc.
pub(crate) fn library(name: &str, text: &str) -> Library {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, object) = (dir.join(format!("{name}.c")), dir.join(format!("lib{name}.so")));
    std::fs::write(&source, text).expect("the test's own folder can be written");
    let compiler = crate::programs::compiler();
    let output = Command::new(&compiler)
        .args(["-std=gnu11", "-O1", "-shared", "-fPIC", "-o"])
        .args([&object, &source])
        .output()
        .unwrap_or_else(|e| panic!("this test needs a C compiler, and {compiler:?}: {e}"));
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

/// That a type has the size and alignment that the text gives it, to rustc and by its description.
#[track_caller]
pub(crate) fn assert_extent<T: CType>(lib: &Library, name: &str) {
    let theirs = extent(lib, &format!("{name}_size"));
    assert_eq!([size_of::<T>(), align_of::<T>()], theirs, "{name}");
    assert_eq!([T::TYPE.size(), T::TYPE.align()], theirs, "{name}, as described");
}

/// Declares the type `c` as `name`, with its extent, a getter and a setter for each of `members`, and a function that
/// takes it by value, adds one to all of them and returns it. What must stand on a line of its own comes before an `@`.
pub(crate) fn declare<'a>(
    text: &mut String,
    name: &str,
    c: &str,
    members: impl Iterator<Item = &'a str>,
) {
    let (pragma, c) = c.split_once('@').unwrap_or(("", c));
    let mut bump = String::new();
    let mut accessors = String::new();
    for member in members {
        accessors += &format!(
            "long long {name}_get_{member}(const {name} *p) {{ return p->{member}; }}\n\
             void {name}_set_{member}({name} *p, long long v) {{ p->{member} = v; }}\n"
        );
        bump += &format!("v.{member} = v.{member} + 1LL;\n");
    }
    write!(
        text,
        "{pragma}\ntypedef {c} {name};\n#pragma pack()\n\
         const unsigned long {name}_size[2] = {{ sizeof({name}), _Alignof({name}) }};\n{accessors}\
         {name} {name}_bump(double d, {name} v, int i) {{ if (d != 1.5 || i != 7) return v;\n{bump}return v; }}\n"
    )
    .expect("a string grows");
}
