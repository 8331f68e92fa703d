//! Which compiler judges which target, and how it is run.

use ctypes_core::target::{BitRule, Compiler, Endian, Extent, Target};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A compiler that has the last word on a target.
#[derive(Clone, Copy)]
pub struct Judge {
    pub target: Target,
    pub program: &'static str,
    pub options: &'static [&'static str],
    /// Debian's package.
    pub package: &'static str,
}

const fn gcc(target: Target, program: &'static str, package: &'static str) -> Judge {
    Judge { target, program, options: &[], package }
}

const fn clang(target: Target, options: &'static [&'static str]) -> Judge {
    Judge { target, program: "clang", options, package: "clang" }
}

/// One judge for each named target.
pub const JUDGES: &[Judge] = &[
    gcc(Target::X86_64_LINUX, "x86_64-linux-gnu-gcc", "gcc"),
    gcc(Target::I686_LINUX, "i686-linux-gnu-gcc", "gcc-i686-linux-gnu"),
    gcc(Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    gcc(Target::ARMV7_LINUX, "arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf"),
    gcc(Target::RISCV64_LINUX, "riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
    gcc(Target::S390X_LINUX, "s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu"),
    gcc(Target::POWERPC64LE_LINUX, "powerpc64le-linux-gnu-gcc", "gcc-powerpc64le-linux-gnu"),
    clang(Target::X86_64_WINDOWS_MSVC, &["--target=x86_64-pc-windows-msvc"]),
    gcc(Target::X86_64_WINDOWS_GNU, "x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
    clang(Target::I686_WINDOWS_MSVC, &["--target=i686-pc-windows-msvc"]),
    gcc(Target::I686_WINDOWS_GNU, "i686-w64-mingw32-gcc", "gcc-mingw-w64-i686"),
    clang(Target::AARCH64_WINDOWS_MSVC, &["--target=aarch64-pc-windows-msvc"]),
    clang(Target::X86_64_APPLE, &["--target=x86_64-apple-darwin"]),
    clang(Target::AARCH64_APPLE, &["--target=arm64-apple-macos"]),
    // clang knows gcc_struct from version 20 on.
    clang(Target::AARCH64_WINDOWS_GNU, &["--target=aarch64-w64-mingw32"]),
    // musl's data model is glibc's but for time_t, which is the library's and not the compiler's.
    gcc(Target::I686_LINUX_MUSL, "i686-linux-gnu-gcc", "gcc-i686-linux-gnu"),
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

const fn by_clang(name: &'static str, target: Target) -> Target {
    Target { name, compiler: Compiler::Clang, bit_rule_by_attribute: false, ..target }
}

/// Targets that no name stands for, as users make them: compilers can be told to be these.
pub const USER_MADE: &[Judge] = &[
    // The old ABI of ARM, in which the types of bit fields do not matter.
    clang(
        Target {
            name: "arm-apcs",
            compiler: Compiler::Clang,
            align8: 4,
            bit_types_align: false,
            zero_width_boundary: 4,
            long_double_extent: Extent::new(8, 4),
            bit_int_align: 4,
            ..Target::ARMV7_LINUX
        },
        &["--target=arm-none-eabi", "-mabi=apcs-gnu"],
    ),
    // Named targets as clang has them, which is not always what gcc does.
    clang(by_clang("x86_64-linux by clang", Target::X86_64_LINUX), &["--target=x86_64-linux-gnu"]),
    clang(
        Target { atomic_align: 8, ..by_clang("i686-linux by clang", Target::I686_LINUX) },
        &["--target=i686-linux-gnu"],
    ),
    clang(
        by_clang("aarch64-linux by clang", Target::AARCH64_LINUX),
        &["--target=aarch64-linux-gnu"],
    ),
    clang(
        by_clang("riscv64-linux by clang", Target::RISCV64_LINUX),
        &["--target=riscv64-linux-gnu"],
    ),
    clang(by_clang("mingw by clang", Target::X86_64_WINDOWS_GNU), &["--target=x86_64-w64-mingw32"]),
    Judge {
        options: &["-fshort-enums"],
        ..gcc(
            Target { name: "armv7 -fshort-enums", short_enums: true, ..Target::ARMV7_LINUX },
            "arm-linux-gnueabihf-gcc",
            "gcc-arm-linux-gnueabihf",
        )
    },
    Judge {
        options: &["-malign-double"],
        ..gcc(
            Target { name: "i686 -malign-double", align8: 8, ..Target::I686_LINUX },
            "i686-linux-gnu-gcc",
            "gcc-i686-linux-gnu",
        )
    },
    Judge {
        options: &["-mbig-endian"],
        ..gcc(
            Target { name: "aarch64_be", endian: Endian::Big, ..Target::AARCH64_LINUX },
            "aarch64-linux-gnu-gcc",
            "gcc-aarch64-linux-gnu",
        )
    },
    Judge {
        options: &["-mbig-endian"],
        ..gcc(
            Target { name: "armv7eb", endian: Endian::Big, ..Target::ARMV7_LINUX },
            "arm-linux-gnueabihf-gcc",
            "gcc-arm-linux-gnueabihf",
        )
    },
    Judge {
        options: &["-mno-ms-bitfields"],
        ..gcc(
            Target {
                name: "mingw -mno-ms-bitfields",
                bit_rule: BitRule::Gcc,
                ..Target::X86_64_WINDOWS_GNU
            },
            "x86_64-w64-mingw32-gcc",
            "gcc-mingw-w64-x86-64",
        )
    },
];

impl Judge {
    /// The rule for bit fields that is not the target's own, if its compiler can be asked for it.
    pub fn other_rule(&self) -> Option<BitRule> {
        self.target.bit_rule_by_attribute.then_some(match self.target.bit_rule {
            BitRule::Gcc => BitRule::Ms,
            BitRule::Ms => BitRule::Gcc,
        })
    }

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
            let errors: Vec<&str> = stderr.lines().filter(|l| l.contains("error")).collect();
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
