//! Which compiler judges which target, and how it is run.

use ctypes_core::target::{BitRule, Target};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A compiler that has the last word on a target.
pub struct Judge {
    pub target: Target,
    pub program: &'static str,
    pub options: &'static [&'static str],
    /// Debian's package.
    pub package: &'static str,
    /// The rule for bit fields other than the target's own that this compiler can be asked for.
    pub other_rule: Option<BitRule>,
}

const fn gcc(target: Target, program: &'static str, package: &'static str) -> Judge {
    Judge { target, program, options: &[], package, other_rule: None }
}

const fn clang(target: Target, options: &'static [&'static str]) -> Judge {
    Judge { target, program: "clang", options, package: "clang", other_rule: None }
}

const fn with_rule(judge: Judge, rule: BitRule) -> Judge {
    Judge { other_rule: Some(rule), ..judge }
}

/// One judge for each named target. gcc knows the attributes that choose a rule on x86 only.
pub const JUDGES: &[Judge] = &[
    with_rule(
        gcc(Target::X86_64_LINUX, "x86_64-linux-gnu-gcc", "gcc-x86-64-linux-gnu"),
        BitRule::Ms,
    ),
    with_rule(gcc(Target::I686_LINUX, "i686-linux-gnu-gcc", "gcc-i686-linux-gnu"), BitRule::Ms),
    gcc(Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    gcc(Target::ARMV7_LINUX, "arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf"),
    gcc(Target::RISCV64_LINUX, "riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
    gcc(Target::S390X_LINUX, "s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu"),
    gcc(Target::POWERPC64LE_LINUX, "powerpc64le-linux-gnu-gcc", "gcc-powerpc64le-linux-gnu"),
    clang(Target::X86_64_WINDOWS_MSVC, &["--target=x86_64-pc-windows-msvc"]),
    with_rule(
        gcc(Target::X86_64_WINDOWS_GNU, "x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
        BitRule::Gcc,
    ),
    clang(Target::I686_WINDOWS_MSVC, &["--target=i686-pc-windows-msvc"]),
    with_rule(
        gcc(Target::I686_WINDOWS_GNU, "i686-w64-mingw32-gcc", "gcc-mingw-w64-i686"),
        BitRule::Gcc,
    ),
    clang(Target::AARCH64_WINDOWS_MSVC, &["--target=aarch64-pc-windows-msvc"]),
    with_rule(clang(Target::X86_64_APPLE, &["--target=x86_64-apple-darwin"]), BitRule::Ms),
    with_rule(clang(Target::AARCH64_APPLE, &["--target=arm64-apple-macos"]), BitRule::Ms),
    // clang knows gcc_struct from version 20 on.
    clang(Target::AARCH64_WINDOWS_GNU, &["--target=aarch64-w64-mingw32"]),
    // musl's data model is glibc's but for time_t, which is the library's and not the compiler's.
    with_rule(
        gcc(Target::I686_LINUX_MUSL, "i686-linux-gnu-gcc", "gcc-i686-linux-gnu"),
        BitRule::Ms,
    ),
    gcc(Target::ARMV7_LINUX_MUSL, "arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf"),
    Judge {
        options: &["-mlong-double-64"],
        ..gcc(
            Target::POWERPC64LE_LINUX_MUSL,
            "powerpc64le-linux-gnu-gcc",
            "gcc-powerpc64le-linux-gnu",
        )
    },
];

impl Judge {
    /// Says what is missing, if the compiler cannot be run at all.
    pub fn check(&self) -> Result<(), String> {
        let found = Command::new(self.program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match found {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!(
                "{} is judged by {}, which does not run ({other:?}): install Debian's package `{}`",
                self.target.name, self.program, self.package
            )),
        }
    }

    /// The bytes of the object file of a C text.
    pub fn compile(&self, text: &str) -> Result<Vec<u8>, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let base = format!("ctypes-layouts-{}-{number}", std::process::id());
        let source = Temporary(std::env::temp_dir().join(format!("{base}.c")));
        let object = Temporary(std::env::temp_dir().join(format!("{base}.o")));
        std::fs::write(&source.0, text).map_err(|e| e.to_string())?;
        let output = Command::new(self.program)
            .args(self.options)
            .args(["-std=gnu11", "-ffreestanding", "-w", "-O0", "-c", "-o"])
            .args([&object.0, &source.0])
            .output()
            .map_err(|e| {
                format!(
                    "{} does not run ({e}): install Debian's package `{}`",
                    self.program, self.package
                )
            })?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let errors: Vec<&str> =
                stderr.lines().filter(|l| l.contains("error")).take(10).collect();
            return Err(format!("{} refuses the text:\n{}", self.program, errors.join("\n")));
        }
        std::fs::read(&object.0).map_err(|e| e.to_string())
    }
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
