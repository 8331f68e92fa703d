//! Compilers and linkers that make libraries for other systems, and programs that look into them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program writes.
pub(crate) fn output(program: &str, args: &[&str]) -> String {
    let run = Command::new(program).args(args).env("LC_ALL", "C").output();
    let run = run.unwrap_or_else(|e| panic!("{program} does not run ({e}): see ci/setup"));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{program} {args:?}: {stderr}");
    String::from_utf8(run.stdout).unwrap()
}

/// An empty directory of a test, which goes when the test ends.
pub(crate) struct Directory(PathBuf);

pub(crate) fn directory(name: &str) -> Directory {
    let dir = std::env::temp_dir().join(format!("ctypes-symbols-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    Directory(dir)
}

impl std::ops::Deref for Directory {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SOURCE: &str = "\
int value = 3;
const char text[4] = \"abc\";
static int hidden;
int function(int x) { return x + value + hidden; }
int second(void) { return 1; }
#ifdef __APPLE__
_Thread_local int mine = 5;
#endif
";

/// The linkers that come with Rust, under the names of those whose options they take.
fn linker(name: &str) -> String {
    let sysroot = output("rustc", &["--print", "sysroot"]);
    let host = output("rustc", &["-vV"]);
    let host = host.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
    let path = format!("{}/lib/rustlib/{host}/bin/gcc-ld/{name}", sysroot.trim());
    assert!(Path::new(&path).exists(), "{path} comes with Rust from rustup");
    path
}

/// A DLL: gaps between ordinals, two names for one address, one without a name, and forwarders.
pub(crate) fn dll(dir: &Path, compiler: &str) -> PathBuf {
    let (source, object) = (dir.join("lib.c"), dir.join(format!("{compiler}.o")));
    std::fs::write(&source, SOURCE).unwrap();
    output(compiler, &["-c", source.to_str().unwrap(), "-o", object.to_str().unwrap()]);
    let path = dir.join(format!("{compiler}.dll"));
    let out = format!("-out:{}", path.display());
    output(
        &linker("lld-link"),
        &[
            "-dll",
            "-noentry",
            "-safeseh:no",
            &out,
            object.to_str().unwrap(),
            "-export:function,@5",
            "-export:alias=function",
            "-export:second,@7,NONAME",
            "-export:value,DATA",
            "-export:text,DATA",
            "-export:nap=KERNEL32.Sleep",
            "-export:eighth=KERNEL32.#8",
        ],
    );
    path
}

/// An object file and a library of it.
pub(crate) fn dylib(dir: &Path, target: &str) -> (PathBuf, PathBuf) {
    let source = dir.join("lib.c");
    std::fs::write(&source, SOURCE).unwrap();
    let (object, library) = (dir.join(format!("{target}.o")), dir.join(format!("{target}.dylib")));
    let to = ["-c", source.to_str().unwrap(), "-o", object.to_str().unwrap()];
    output("clang", &[&[&format!("--target={target}")[..]], &to[..]].concat());
    let arch = target.split('-').next().unwrap();
    output(
        &linker("ld64.lld"),
        &[
            "-arch",
            arch,
            "-platform_version",
            "macos",
            "11",
            "11",
            "-dylib",
            "-undefined",
            "dynamic_lookup",
            "-o",
            library.to_str().unwrap(),
            object.to_str().unwrap(),
        ],
    );
    (object, library)
}

/// A universal file of the libraries that were made (Apple's `mach-o/fat.h`), as llvm-nm takes it.
pub(crate) fn universal(dir: &Path) -> PathBuf {
    // With the subtypes that stand for all processors of the kind.
    let parts =
        [("arm64-apple-macos11", 0x0100_000c_u32, 0), ("x86_64-apple-macos11", 0x0100_0007, 3)];
    let (mut head, mut rest) = (Vec::new(), Vec::new());
    for word in [0xcafe_babe_u32, 2] {
        head.extend(word.to_be_bytes());
    }
    for (target, cpu, subtype) in parts {
        let part = std::fs::read(dir.join(format!("{target}.dylib"))).unwrap();
        // cputype, cpusubtype, offset, size, alignment as a power of two.
        for word in [cpu, subtype, (1 << 14) + rest.len() as u32, part.len() as u32, 14] {
            head.extend(word.to_be_bytes());
        }
        rest.extend(part);
        rest.resize(rest.len().next_multiple_of(1 << 14), 0);
    }
    head.resize(1 << 14, 0);
    head.extend(rest);
    let path = dir.join("universal.dylib");
    std::fs::write(&path, head).unwrap();
    let found = output("llvm-nm", &["-g", "--arch=x86_64", path.to_str().unwrap()]);
    assert!(found.contains(" T _function"), "{found}");
    path
}
