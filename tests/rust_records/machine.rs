//! The platforms on which the records can be compiled and run.

use super::generate::Platform;

/// A platform, and the programs for it.
pub(crate) struct Machine {
    /// As `--target` names it.
    pub(crate) name: &'static str,
    /// To rustc; `None` for the one that the tests themselves run on.
    pub(crate) triple: Option<&'static str>,
    pub(crate) platform: Platform,
    /// The C compiler, which also links.
    pub(crate) compiler: &'static str,
    /// What runs a program, if the machine itself cannot.
    pub(crate) runner: &'static [&'static str],
    /// Debian's packages.
    pub(crate) packages: &'static str,
}

const WORD: u64 = size_of::<usize>() as u64;

/// Elsewhere gcc knows no `ms_struct`, or aligns by the rule of another platform.
const NATIVE: Platform = Platform {
    word: WORD,
    other_rule: cfg!(target_arch = "x86_64"),
    boundaries_align: cfg!(any(target_arch = "aarch64", target_arch = "arm")),
    wide: cfg!(target_arch = "x86_64"),
};

const fn plain(word: u64) -> Platform {
    Platform { word, other_rule: false, boundaries_align: false, wide: false }
}

const fn arm(word: u64) -> Platform {
    Platform { boundaries_align: true, ..plain(word) }
}

pub(crate) const MACHINES: &[Machine] = &[
    Machine {
        name: "native",
        triple: None,
        platform: NATIVE,
        compiler: "cc",
        runner: &[],
        packages: "gcc",
    },
    Machine {
        name: "aarch64",
        triple: Some("aarch64-unknown-linux-gnu"),
        platform: arm(8),
        compiler: "aarch64-linux-gnu-gcc",
        runner: &["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
        packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
    },
    Machine {
        name: "armv7",
        triple: Some("armv7-unknown-linux-gnueabihf"),
        platform: arm(4),
        compiler: "arm-linux-gnueabihf-gcc",
        runner: &["qemu-arm", "-L", "/usr/arm-linux-gnueabihf"],
        packages: "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user",
    },
    Machine {
        name: "i686",
        triple: Some("i686-unknown-linux-gnu"),
        platform: plain(4),
        compiler: "i686-linux-gnu-gcc",
        runner: &["qemu-i386", "-L", "/usr/i686-linux-gnu"],
        packages: "gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user",
    },
    Machine {
        name: "riscv64",
        triple: Some("riscv64gc-unknown-linux-gnu"),
        platform: plain(8),
        compiler: "riscv64-linux-gnu-gcc",
        runner: &["qemu-riscv64", "-L", "/usr/riscv64-linux-gnu"],
        packages: "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user",
    },
    Machine {
        name: "s390x",
        triple: Some("s390x-unknown-linux-gnu"),
        platform: plain(8),
        compiler: "s390x-linux-gnu-gcc",
        runner: &["qemu-s390x", "-L", "/usr/s390x-linux-gnu"],
        packages: "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user",
    },
    Machine {
        name: "powerpc64le",
        triple: Some("powerpc64le-unknown-linux-gnu"),
        platform: plain(8),
        compiler: "powerpc64le-linux-gnu-gcc",
        runner: &["qemu-ppc64le", "-L", "/usr/powerpc64le-linux-gnu"],
        packages: "gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross qemu-user",
    },
];
