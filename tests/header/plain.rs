//! Headers that need no compiler, for every target: the compilers of those targets agree.

use crate::claims;
use ctypes_core::Target;
use ctypes_wrap::header::Header;
use std::path::PathBuf;

const PLAIN: &str = r#"/* A header that includes nothing. */
#ifndef PLAIN_H
#define PLAIN_H
#pragma pack(push, 2)
#define LANES 3
#define PAIR(type, name) type name##_first, \
                              name##_second
#define EMPTY
/* not a directive:
#include "nowhere.h"
*/
typedef unsigned char byte;
struct inner { byte kind : 3; byte rest : 5; long long wide EMPTY; };
struct outer {
    char tag;
    struct inner inner[LANES];
    PAIR(
        short,
        value
    );
    union { int i; float f; } u;
    double d;
};
#pragma pack(pop)
#undef LANES
#define LANES 5
struct after { char c; long l[LANES]; void *p; };
enum color { RED = LANES, GREEN = RED << 2 };
int last(struct outer *, int);
#define TEXT "a" "b\n"
#define LETTER 'x'
#define SIZE (sizeof(struct outer) * LANES)
#define HALF 0.5f
#define LONG_WINDED 7 /* this is said
   of LANES in "two lines */ + 1 // and that \
   of LANES after it */
#define QUOTED "/* no comment */" // but " this
#define UNQUOTED '"' /* " */
#pragma STDC FENV_ACCESS OFF /* a comment
 with LANES */
struct behind { char c[LONG_WINDED]; int i[LANES]; };
#endif
"#;

/// An empty directory of this test.
pub(crate) fn directory(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("ctypes-header-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn every_target() {
    let dir = directory("plain");
    let path = dir.join("plain.h").display().to_string();
    std::fs::write(&path, PLAIN).unwrap();
    for target in Target::ALL {
        // No compiler is asked: this one does not exist.
        let header = Header::new(&path).target(*target).compiler("no-such-compiler");
        let header = header.read().unwrap_or_else(|e| panic!("{e}"));
        assert!(header.skipped().is_empty(), "{:?}", header.skipped());
        let last = &header.declarations().functions[0];
        let line = PLAIN.lines().position(|l| l.starts_with("int last")).unwrap() + 1;
        assert_eq!(last.place.line as usize, line);
        let clang = match target.name {
            "x86_64-linux" => "x86_64-linux-gnu",
            "i686-linux" => "i686-linux-gnu",
            "aarch64-linux" => "aarch64-linux-gnu",
            "armv7-linux" => "armv7-linux-gnueabihf",
            "riscv64-linux" => "riscv64-linux-gnu",
            "s390x-linux" => "s390x-linux-gnu",
            "powerpc64le-linux" => "powerpc64le-linux-gnu",
            "x86_64-windows-msvc" => "x86_64-pc-windows-msvc",
            "i686-windows-msvc" => "i686-pc-windows-msvc",
            "x86_64-apple" => "x86_64-apple-darwin",
            "aarch64-apple" => "arm64-apple-macos",
            _ => continue,
        };
        let clang = ["clang".to_owned(), format!("--target={clang}"), "-ffreestanding".to_owned()];
        let (text, count) = claims::claims(&header);
        assert!(count.offsets == 12 && count.macros == 8, "{count:?}");
        // To clang, unlike gcc, no comparison of floats is a constant.
        let text: Vec<&str> = text.lines().filter(|l| !l.contains("(double)")).collect();
        let text = text.join("\n");
        let include = format!("#include \"{path}\"\n");
        let wrong = claims::refusals(&clang, &include, &text);
        assert!(wrong.is_empty(), "{}: {}", target.name, wrong.join("\n"));
    }
}

/// Whatever decides something is left to the preprocessor.
#[test]
fn others_are_preprocessed() {
    let dir = directory("not-plain");
    let path = dir.join("other.h").display().to_string();
    for text in [
        "#include <stddef.h>\nint x;\n",
        "#if 1\nint x;\n#endif\n",
        "#define __GUARD__\nint x[__SIZEOF_INT__];\n",
        "#ifndef A\n#define B\n#endif\nint x;\n",
        "#ifndef A\n#define A\n#endif\nint x;\n#ifdef A\n#endif\n",
        "#pragma once\n#ifdef __cplusplus\nextern \"C\" {\n#endif\nint x;\n",
    ] {
        std::fs::write(&path, text).unwrap();
        let header = Header::new(&path).compiler("no-such-compiler");
        let error = header.read().unwrap_err().to_string();
        assert!(error.contains("no C compiler"), "{text}\n{error}");
        let header = Header::new(&path).read().unwrap_or_else(|e| panic!("{text}\n{e}"));
        assert_eq!(&*header.declarations().variables[0].name, "x", "{text}");
    }
}

/// `#line` may say the greatest number there is; after it lines count no further.
#[test]
fn the_last_line_number() {
    let path = directory("last-line").join("last.h").display().to_string();
    let text = "#define N 3\n#line 4294967295\nint a[N];\n\nint b[\nN];\n";
    std::fs::write(&path, text).unwrap();
    let header = Header::new(&path).target(Target::X86_64_LINUX).compiler("no-such-compiler");
    let header = header.read().unwrap_or_else(|e| panic!("{e}"));
    let sizes = header.declarations().variables.iter().map(|v| v.ty.size());
    assert_eq!(sizes.collect::<Vec<_>>(), [12, 12]);
}
