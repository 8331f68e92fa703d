//! A directory for each test, and the compiler.

use ctypes_core::Library;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory that is removed at the end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Scratch {
        let path =
            std::env::temp_dir().join(format!("ctypes-libraries-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path.canonicalize().unwrap())
    }

    /// A library `libNAME.so` of that C source.
    pub(crate) fn library(&self, name: &str, source: &str, args: &[&str]) -> PathBuf {
        let compiler = crate::programs::compiler();
        self.library_by(compiler.to_str().unwrap(), name, source, args)
    }

    pub(crate) fn library_by(
        &self,
        compiler: &str,
        name: &str,
        source: &str,
        args: &[&str],
    ) -> PathBuf {
        let file = self.0.join(format!("{name}.c"));
        std::fs::write(&file, source).unwrap();
        let library = self.0.join(format!("lib{name}.so"));
        let directory = format!("-L{}", self.0.display());
        let own = ["-shared", "-fPIC", "-o", path(&library), path(&file), &directory];
        output(compiler, &[&own[..], args].concat());
        library
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a program writes.
pub(crate) fn output(program: &str, args: &[&str]) -> String {
    let run = Command::new(program).args(args).env("LC_ALL", "C").output();
    let run = run.unwrap_or_else(|e| panic!("{program} does not run ({e}): see ci/setup"));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{program} {args:?}: {stderr}");
    String::from_utf8(run.stdout).unwrap()
}

pub(crate) fn open(path: &Path) -> Library {
    // SAFETY: only called with libraries of these tests and of the system, without harmful initialisers.
    unsafe { Library::open_path(path) }.unwrap_or_else(|e| panic!("{e}"))
}

/// A line of `/proc/self/maps`.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) is_writable: bool,
    pub(crate) file: String,
}

/// What the kernel has mapped (proc(5)).
pub(crate) fn mappings() -> Vec<Mapping> {
    let text = std::fs::read_to_string("/proc/self/maps").unwrap();
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        Some(Mapping {
            start: usize::from_str_radix(start, 16).ok()?,
            end: usize::from_str_radix(end, 16).ok()?,
            is_writable: words.next()?.contains('w'),
            file: words.nth(3).unwrap_or_default().to_owned(),
        })
    };
    text.lines().map(|text| line(text).unwrap_or_else(|| panic!("{text}"))).collect()
}

/// Runs one test of this program again with other settings; `None` in the process that shall do the work.
pub(crate) fn again(test: &str, set: impl FnOnce(&mut Command)) -> Option<()> {
    if std::env::var_os("CTYPES_TEST_CHILD").is_some_and(|child| child == test) {
        return None;
    }
    let mut command = crate::programs::itself();
    command.args(["--exact", test, "--nocapture"]).env("CTYPES_TEST_CHILD", test);
    set(&mut command);
    let run = command.output().unwrap();
    let text = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
    assert!(run.status.success() && text.contains("1 passed"), "{text}");
    Some(())
}
