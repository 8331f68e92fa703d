//! The long form of the test of headers: `cargo run --release --example header_corpus -- [NAME…]`,
//! with progress on standard error. `ci/header-corpus` installs what it reads, and runs it.

// Each of the programs that share these modules uses a part of them.
#[allow(dead_code)]
mod claims;
mod judge;
mod list;

use ctypes_core::Target;
use judge::Case;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Headers of another system or machine, with the compiler that preprocesses and judges them, and with
/// what makes clang judge their functions.
struct Foreign {
    target: Target,
    compiler: &'static str,
    clang: &'static [&'static str],
    names: &'static [&'static str],
}

const FOREIGN: &[Foreign] = &[
    Foreign {
        target: Target::X86_64_WINDOWS_GNU,
        compiler: "x86_64-w64-mingw32-gcc",
        clang: &["--target=x86_64-w64-mingw32"],
        names: &[
            "windows.h",
            "winsock2.h",
            "windows.h commctrl.h",
            "objbase.h",
            "stdio.h",
            "stdlib.h",
            "math.h",
        ],
    },
    Foreign {
        target: Target::I686_WINDOWS_GNU,
        compiler: "i686-w64-mingw32-gcc",
        clang: &["--target=i686-w64-mingw32"],
        names: &["windows.h", "winsock2.h", "stdio.h", "wchar.h"],
    },
    Foreign {
        target: Target::X86_64_LINUX,
        compiler: "musl-gcc",
        // Its own headers instead of the system's, but still clang's.
        clang: &["-nostdlibinc", "-isystem/usr/include/x86_64-linux-musl"],
        names: &[
            "stdio.h",
            "stdlib.h",
            "math.h",
            "unistd.h",
            "sys/socket.h",
            "pthread.h",
            "netdb.h",
            "sys/stat.h",
        ],
    },
    Foreign {
        target: Target::AARCH64_LINUX,
        compiler: "aarch64-linux-gnu-gcc",
        clang: &["--target=aarch64-linux-gnu"],
        names: &[
            "stdio.h",
            "stdlib.h",
            "math.h",
            "unistd.h",
            "pthread.h",
            "signal.h",
            "sys/ucontext.h",
            "sys/socket.h",
            "linux/kvm.h",
            "arm_neon.h",
            "arm_acle.h",
        ],
    },
    Foreign {
        target: Target::ARMV7_LINUX,
        compiler: "arm-linux-gnueabihf-gcc",
        clang: &["--target=arm-linux-gnueabihf", "-mfpu=neon"],
        names: &["sys/stat.h", "stdlib.h", "unistd.h", "arm_neon.h", "arm_acle.h"],
    },
    Foreign {
        target: Target::I686_LINUX,
        compiler: "i686-linux-gnu-gcc",
        clang: &["--target=i686-linux-gnu"],
        names: &["sys/stat.h", "stdlib.h", "unistd.h"],
    },
    Foreign {
        target: Target::S390X_LINUX,
        compiler: "s390x-linux-gnu-gcc",
        clang: &["--target=s390x-linux-gnu"],
        names: &["sys/ucontext.h", "stdlib.h", "math.h"],
    },
    Foreign {
        target: Target::POWERPC64LE_LINUX,
        compiler: "powerpc64le-linux-gnu-gcc",
        clang: &["--target=powerpc64le-linux-gnu"],
        names: &["sys/ucontext.h", "stdlib.h", "math.h"],
    },
    Foreign {
        target: Target::RISCV64_LINUX,
        compiler: "riscv64-linux-gnu-gcc",
        clang: &["--target=riscv64-linux-gnu"],
        names: &["sys/ucontext.h", "stdlib.h", "math.h"],
    },
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let fixed = list::FIXED.iter().map(|name| (*name, "libc6-dev", Case::native(name, "")));
    let packages =
        list::PACKAGES.iter().map(|e| (e.names, e.debian, Case::native(e.names, e.packages)));
    let foreign = FOREIGN.iter().flat_map(|of| {
        of.names.iter().map(|name| {
            let case = Case {
                target: of.target,
                compiler: Some(of.compiler),
                clang: of.clang,
                ..Case::native(name, "")
            };
            (*name, of.compiler, case)
        })
    });
    let cases = fixed.chain(packages).chain(foreign);
    let is_wanted = |(name, by, _): &(&str, &str, Case<'_>)| {
        wanted.is_empty()
            || wanted.iter().any(|w| name.contains(w.as_str()) || by.contains(w.as_str()))
    };
    let cases: Vec<_> = cases.filter(is_wanted).collect();
    let (mut failed, mut total) = (0, claims::Count::default());
    for (done, (name, by, case)) in cases.iter().enumerate() {
        if std::io::stderr().is_terminal() {
            let filled = done * 40 / cases.len();
            let bar = format!("{:#<filled$}{:.<rest$}", "", "", rest = 40 - filled);
            let _ = write!(std::io::stderr(), "\r{bar} {done}/{} {name:<40}", cases.len());
        }
        let (wrong, count) = case.judge();
        total += count;
        if !wrong.is_empty() {
            failed += 1;
            eprintln!("\n{name} ({by}): {} wrong", wrong.len());
            for line in wrong.iter().take(20) {
                eprintln!("    {line}");
            }
        }
    }
    eprintln!("\n{} headers, {failed} with errors; claims: {total:?}", cases.len());
    if failed == 0 && !cases.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
