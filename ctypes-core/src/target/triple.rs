//! Target triples, as `clang --target`, gcc's prefixes and `rustc --target` spell them.
//!
//! A triple is only recognised, never completed by a guess: an architecture, system or environment
//! that has no named target gives none.

use super::Target;
use std::fmt;

/// A triple for which there is no named target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTarget {
    pub(super) found: String,
}

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a target triple of one of ")?;
        for (i, target) in Target::ALL.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { ", " }, target.name)?;
        }
        write!(f, "; found `{}`", self.found)
    }
}

impl std::error::Error for UnknownTarget {}

pub(super) fn find(triple: &str) -> Option<Target> {
    if let Some(named) = Target::ALL.iter().find(|t| t.name == triple) {
        return Some(*named);
    }
    let (arch, rest) = triple.split_once('-')?;
    let parts: Vec<&str> = rest.split('-').collect();
    let has = |prefix: &str| parts.iter().any(|p| p.starts_with(prefix));
    let is_any = |names: &[&str]| names.contains(&arch);
    let x86_64 = is_any(&["x86_64", "amd64", "x86_64h"]);
    let x86 = is_any(&["i386", "i486", "i586", "i686", "x86"]);
    let aarch64 = is_any(&["aarch64", "arm64", "arm64e", "arm64ec"]);
    // A last part such as `gnux32` or `gnu_ilp32` is another data model under the same architecture.
    if has("gnux32") || has("muslx32") || has("gnu_ilp32") {
        return None;
    }
    if has("apple") || has("darwin") || has("macos") || has("ios") {
        return if x86_64 {
            Some(Target::X86_64_APPLE)
        } else {
            aarch64.then_some(Target::AARCH64_APPLE)
        };
    }
    if has("mingw") || has("windows-gnu") || (has("windows") && has("gnu")) {
        return match (x86_64, x86, aarch64) {
            (true, ..) => Some(Target::X86_64_WINDOWS_GNU),
            (_, true, _) => Some(Target::I686_WINDOWS_GNU),
            (.., true) => Some(Target::AARCH64_WINDOWS_GNU),
            _ => None,
        };
    }
    if has("windows") || has("win32") {
        return match (x86_64, x86, aarch64) {
            (true, ..) => Some(Target::X86_64_WINDOWS_MSVC),
            (_, true, _) => Some(Target::I686_WINDOWS_MSVC),
            (.., true) => Some(Target::AARCH64_WINDOWS_MSVC),
            _ => None,
        };
    }
    if !has("linux") {
        return None;
    }
    let musl = has("musl");
    // Android has another long double on x86, and other typedefs on 32 bits.
    if has("android") && !aarch64 {
        return None;
    }
    // Soft-float ARM differs in how values are passed only; the oldest ABI differs in layout.
    let eabi = parts.iter().any(|p| p.contains("eabi"));
    if x86_64 {
        Some(Target::X86_64_LINUX)
    } else if x86 {
        Some(if musl { Target::I686_LINUX_MUSL } else { Target::I686_LINUX })
    } else if aarch64 {
        Some(Target::AARCH64_LINUX)
    } else if eabi && (arch == "arm" || arch.starts_with("armv") || arch.starts_with("thumbv")) {
        (!arch.contains("eb")).then_some(if musl {
            Target::ARMV7_LINUX_MUSL
        } else {
            Target::ARMV7_LINUX
        })
    } else if is_any(&["riscv64", "riscv64gc", "riscv64a23"]) {
        Some(Target::RISCV64_LINUX)
    } else if arch == "s390x" {
        Some(Target::S390X_LINUX)
    } else if is_any(&["powerpc64le", "ppc64le"]) {
        Some(if musl { Target::POWERPC64LE_LINUX_MUSL } else { Target::POWERPC64LE_LINUX })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triples_of_rust_clang_and_gcc() {
        for (triple, target) in [
            ("x86_64-unknown-linux-gnu", Target::X86_64_LINUX),
            ("x86_64-linux-musl", Target::X86_64_LINUX),
            ("i586-unknown-linux-musl", Target::I686_LINUX_MUSL),
            ("aarch64-linux-android", Target::AARCH64_LINUX),
            ("arm-linux-gnueabihf", Target::ARMV7_LINUX),
            ("armv7-unknown-linux-musleabihf", Target::ARMV7_LINUX_MUSL),
            ("riscv64gc-unknown-linux-gnu", Target::RISCV64_LINUX),
            ("x86_64-w64-mingw32", Target::X86_64_WINDOWS_GNU),
            ("aarch64-pc-windows-gnullvm", Target::AARCH64_WINDOWS_GNU),
            ("i686-pc-windows-msvc", Target::I686_WINDOWS_MSVC),
            ("aarch64-apple-ios-sim", Target::AARCH64_APPLE),
            ("x86_64-apple-darwin22.1.0", Target::X86_64_APPLE),
        ] {
            assert_eq!(triple.parse(), Ok(target), "{triple}");
        }
        for target in Target::ALL {
            assert_eq!(target.name.parse(), Ok(*target));
        }
    }

    #[test]
    fn others_are_refused() {
        for triple in [
            "",
            "-",
            "x86_64",
            "x86_64-linux-gnux32",
            "armebv7r-none-eabi",
            "mips-linux-gnu",
            "é-é",
        ] {
            assert!(triple.parse::<Target>().is_err(), "{triple}");
        }
    }
}
