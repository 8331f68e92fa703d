//! The target that is compiled for: what Rust's own C types show, and the nearest named target for the rest.

use super::{Abi, Endian, Target};

impl Target {
    /// The target that this program is compiled for.
    ///
    /// # Platform behaviour
    /// A platform that has no name above gets the model that the Rust compiler's own C types show;
    /// what they do not show (`long double`, `time_t`) is then that of the nearest named one.
    pub const NATIVE: Target = Target {
        name: "this platform",
        endian: if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little },
        pointer: size_of::<*const u8>() as u8,
        int: size_of::<core::ffi::c_int>() as u8,
        long: size_of::<core::ffi::c_long>() as u8,
        char_signed: core::ffi::c_char::MIN != 0,
        align8: align_of::<U64InRecord>() as u8,
        int128: nearest_named().int128 && cfg!(target_pointer_width = "64"),
        abi: if has_named_abi() { nearest_named().abi } else { Abi::Unknown },
        ..nearest_named()
    };
}

/// rustc gives `u64` the alignment that it has inside C records.
#[repr(C)]
struct U64InRecord(u64);

/// Whether functions here are called as on the named target of the same data model.
const fn has_named_abi() -> bool {
    cfg!(any(
        all(target_arch = "x86_64", target_pointer_width = "64", target_feature = "sse2"),
        target_arch = "x86",
        all(target_arch = "aarch64", target_pointer_width = "64", target_feature = "neon"),
        all(target_arch = "arm", target_abi = "eabihf"),
        all(target_arch = "riscv64", target_os = "linux"),
        all(target_arch = "s390x", target_os = "linux"),
        all(target_arch = "powerpc64", target_endian = "little", target_os = "linux"),
    )) && cfg!(target_endian = "little") != cfg!(target_arch = "s390x")
}

const fn nearest_named() -> Target {
    if cfg!(all(windows, target_env = "msvc")) {
        if cfg!(target_arch = "x86") {
            Target::I686_WINDOWS_MSVC
        } else if cfg!(target_arch = "aarch64") {
            Target::AARCH64_WINDOWS_MSVC
        } else {
            Target::X86_64_WINDOWS_MSVC
        }
    } else if cfg!(windows) {
        if cfg!(target_arch = "x86") {
            Target::I686_WINDOWS_GNU
        } else if cfg!(target_arch = "aarch64") {
            Target::AARCH64_WINDOWS_GNU
        } else {
            Target::X86_64_WINDOWS_GNU
        }
    } else if cfg!(target_vendor = "apple") {
        if cfg!(target_arch = "aarch64") { Target::AARCH64_APPLE } else { Target::X86_64_APPLE }
    } else {
        let named = if cfg!(target_arch = "x86") {
            Target::I686_LINUX
        } else if cfg!(target_arch = "aarch64") {
            Target::AARCH64_LINUX
        } else if cfg!(target_arch = "arm") {
            Target::ARMV7_LINUX
        } else if cfg!(target_arch = "riscv64") {
            Target::RISCV64_LINUX
        } else if cfg!(target_arch = "s390x") {
            Target::S390X_LINUX
        } else if cfg!(target_arch = "powerpc64") {
            Target::POWERPC64LE_LINUX
        } else {
            Target::X86_64_LINUX
        };
        // musl has a 64-bit time_t everywhere since 1.2.
        if cfg!(not(target_env = "musl")) {
            named
        } else if cfg!(target_arch = "powerpc64") {
            Target::POWERPC64LE_LINUX_MUSL
        } else {
            Target { time: 8, ..named }
        }
    }
}
