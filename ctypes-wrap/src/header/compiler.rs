//! Which C compiler preprocesses for a target: by the rules of the `cc` crate, so that a program which
//! builds C finds the same one here.

use ctypes_core::Target;
use std::env;
use std::ffi::OsString;

/// A command to try, and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) program: OsString,
    pub(super) args: Vec<OsString>,
    /// The variable that names it, or nothing.
    pub(super) variable: Option<String>,
    /// Whether it was named for exactly this target, so that no other is tried after it.
    pub(super) is_final: bool,
}

/// What compilers call a target.
struct Names {
    target: Target,
    /// Rust's triples, as in `CC_<triple>`.
    rust: &'static [&'static str],
    /// The prefixes of gcc's programs.
    gcc: &'static [&'static str],
    clang: &'static str,
}

const fn names(
    target: Target,
    rust: &'static [&'static str],
    gcc: &'static [&'static str],
    clang: &'static str,
) -> Names {
    Names { target, rust, gcc, clang }
}

const NAMES: [Names; 18] = [
    names(
        Target::X86_64_LINUX,
        &["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
        &["x86_64-linux-gnu", "x86_64-linux-musl"],
        "x86_64-linux-gnu",
    ),
    names(
        Target::I686_LINUX,
        &["i686-unknown-linux-gnu", "i586-unknown-linux-gnu"],
        &["i686-linux-gnu"],
        "i686-linux-gnu",
    ),
    names(
        Target::AARCH64_LINUX,
        &["aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl", "aarch64-linux-android"],
        &["aarch64-linux-gnu", "aarch64-linux-musl"],
        "aarch64-linux-gnu",
    ),
    names(
        Target::ARMV7_LINUX,
        &["armv7-unknown-linux-gnueabihf", "arm-unknown-linux-gnueabihf"],
        &["arm-linux-gnueabihf"],
        "armv7-linux-gnueabihf",
    ),
    names(
        Target::RISCV64_LINUX,
        &["riscv64gc-unknown-linux-gnu", "riscv64gc-unknown-linux-musl"],
        &["riscv64-linux-gnu"],
        "riscv64-linux-gnu",
    ),
    names(
        Target::S390X_LINUX,
        &["s390x-unknown-linux-gnu"],
        &["s390x-linux-gnu"],
        "s390x-linux-gnu",
    ),
    names(
        Target::POWERPC64LE_LINUX,
        &["powerpc64le-unknown-linux-gnu"],
        &["powerpc64le-linux-gnu"],
        "powerpc64le-linux-gnu",
    ),
    names(Target::X86_64_WINDOWS_MSVC, &["x86_64-pc-windows-msvc"], &[], "x86_64-pc-windows-msvc"),
    names(
        Target::X86_64_WINDOWS_GNU,
        &["x86_64-pc-windows-gnu", "x86_64-pc-windows-gnullvm"],
        &["x86_64-w64-mingw32"],
        "x86_64-w64-mingw32",
    ),
    names(Target::I686_WINDOWS_MSVC, &["i686-pc-windows-msvc"], &[], "i686-pc-windows-msvc"),
    names(
        Target::I686_WINDOWS_GNU,
        &["i686-pc-windows-gnu"],
        &["i686-w64-mingw32"],
        "i686-w64-mingw32",
    ),
    names(
        Target::AARCH64_WINDOWS_MSVC,
        &["aarch64-pc-windows-msvc"],
        &[],
        "aarch64-pc-windows-msvc",
    ),
    names(Target::X86_64_APPLE, &["x86_64-apple-darwin"], &[], "x86_64-apple-darwin"),
    names(Target::AARCH64_APPLE, &["aarch64-apple-darwin"], &[], "arm64-apple-macos"),
    names(
        Target::AARCH64_WINDOWS_GNU,
        &["aarch64-pc-windows-gnullvm"],
        &["aarch64-w64-mingw32"],
        "aarch64-w64-mingw32",
    ),
    names(
        Target::I686_LINUX_MUSL,
        &["i686-unknown-linux-musl"],
        &["i686-linux-musl"],
        "i686-linux-musl",
    ),
    names(
        Target::ARMV7_LINUX_MUSL,
        &["armv7-unknown-linux-musleabihf"],
        &["arm-linux-musleabihf"],
        "armv7-linux-musleabihf",
    ),
    names(
        Target::POWERPC64LE_LINUX_MUSL,
        &["powerpc64le-unknown-linux-musl"],
        &["powerpc64le-linux-musl"],
        "powerpc64le-linux-musl",
    ),
];

fn is_same(one: &Target, other: &Target) -> bool {
    Target { name: "", ..*one } == Target { name: "", ..*other }
}

/// Whether the target is that of this program, by whatever name.
pub(super) fn is_native(target: &Target) -> bool {
    is_same(target, &Target::NATIVE)
}

/// The commands to try, the best one first. Each is split at white space, as make does it.
pub(super) fn candidates(target: &Target) -> Vec<Candidate> {
    let named = NAMES.iter().find(|n| n.target == *target);
    let named = named.or_else(|| NAMES.iter().find(|n| is_same(&n.target, target)));
    let native = is_native(target);
    let mut found = Vec::new();
    for triple in named.map_or(&[][..], |n| n.rust) {
        found.extend(from_variable(&format!("CC_{triple}"), true));
        found.extend(from_variable(&format!("CC_{}", triple.replace('-', "_")), true));
    }
    if !native {
        found.extend(from_variable("TARGET_CC", true));
    }
    // A build for another target often sets it to that target's compiler, but not always.
    found.extend(from_variable("CC", native));
    if native {
        found.push(plain("cc", &[]));
        found.push(plain("gcc", &[]));
        found.push(plain("clang", &[]));
    }
    if let Some(names) = named.filter(|_| !native) {
        found.extend(names.gcc.iter().map(|prefix| plain(&format!("{prefix}-gcc"), &[])));
        found.push(plain("clang", &[&format!("--target={}", names.clang)]));
    }
    found
}

fn from_variable(variable: &str, is_final: bool) -> Option<Candidate> {
    let value = env::var_os(variable)?;
    let mut words = split(&value).into_iter();
    Some(Candidate {
        program: words.next()?,
        args: words.collect(),
        variable: Some(variable.to_owned()),
        is_final,
    })
}

fn split(value: &OsString) -> Vec<OsString> {
    match value.to_str() {
        Some(text) => text.split_whitespace().map(OsString::from).collect(),
        None => vec![value.clone()],
    }
}

/// A command that the program itself asks for.
pub(super) fn chosen(command: &str) -> Option<Candidate> {
    let mut words = command.split_whitespace().map(OsString::from);
    Some(Candidate {
        program: words.next()?,
        args: words.collect(),
        variable: None,
        is_final: true,
    })
}

fn plain(program: &str, args: &[&str]) -> Candidate {
    Candidate {
        program: program.into(),
        args: args.iter().map(OsString::from).collect(),
        variable: None,
        is_final: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_names() {
        for target in Target::ALL {
            assert!(NAMES.iter().any(|n| n.target == *target), "{}", target.name);
        }
        for names in &NAMES {
            for triple in names.rust.iter().chain([&names.clang]).chain(names.gcc) {
                let parsed = Target::parse(triple).unwrap();
                assert!(
                    Target { time: names.target.time, name: names.target.name, ..parsed }
                        == names.target,
                    "{triple}"
                );
            }
        }
    }
}
