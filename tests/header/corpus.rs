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

/// Headers of other systems and machines, with the compilers that preprocess and judge them.
const FOREIGN: &[(&str, Target, &str)] = &[
    ("windows.h", Target::X86_64_WINDOWS_GNU, "x86_64-w64-mingw32-gcc"),
    ("winsock2.h", Target::X86_64_WINDOWS_GNU, "x86_64-w64-mingw32-gcc"),
    ("windows.h", Target::I686_WINDOWS_GNU, "i686-w64-mingw32-gcc"),
    ("stdio.h", Target::X86_64_LINUX, "musl-gcc"),
    ("sys/socket.h", Target::X86_64_LINUX, "musl-gcc"),
    ("pthread.h", Target::X86_64_LINUX, "musl-gcc"),
    ("netdb.h", Target::X86_64_LINUX, "musl-gcc"),
    ("sys/stat.h", Target::X86_64_LINUX, "musl-gcc"),
    ("stdio.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
    ("sys/ucontext.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
    ("sys/socket.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
    ("linux/kvm.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
    ("arm_neon.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
    ("arm_acle.h", Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc"),
    ("sys/stat.h", Target::ARMV7_LINUX, "arm-linux-gnueabihf-gcc"),
    ("arm_neon.h", Target::ARMV7_LINUX, "arm-linux-gnueabihf-gcc"),
    ("arm_acle.h", Target::ARMV7_LINUX, "arm-linux-gnueabihf-gcc"),
    ("sys/stat.h", Target::I686_LINUX, "i686-linux-gnu-gcc"),
    ("sys/ucontext.h", Target::S390X_LINUX, "s390x-linux-gnu-gcc"),
    ("sys/ucontext.h", Target::POWERPC64LE_LINUX, "powerpc64le-linux-gnu-gcc"),
    ("sys/ucontext.h", Target::RISCV64_LINUX, "riscv64-linux-gnu-gcc"),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let fixed = list::FIXED.iter().map(|name| (*name, "libc6-dev", Case::native(name, "")));
    let packages =
        list::PACKAGES.iter().map(|e| (e.names, e.debian, Case::native(e.names, e.packages)));
    let foreign = FOREIGN.iter().map(|(name, target, compiler)| {
        let case = Case {
            target: *target,
            compiler: Some(compiler),
            with_clang: false,
            ..Case::native(name, "")
        };
        (*name, *compiler, case)
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
