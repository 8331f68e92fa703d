//! The targets that have a name, each told by how it differs from another.

use super::{Abi, BitRule, Compiler, Endian, Extent, LongDoubleFormat, Target};

/// x86-64 System V, from which the others are told by their differences.
const LP64: Target = Target {
    name: "x86_64-linux",
    endian: Endian::Little,
    pointer: 8,
    int: 4,
    long: 8,
    time: 8,
    wchar: 4,
    wchar_signed: true,
    char_signed: true,
    align8: 8,
    align16: 16,
    int128: true,
    float16: true,
    float128: true,
    bit_int_align: 8,
    vector_align: 64,
    atomic_align: 16,
    aligned_resists_pack: false,
    abi: Abi::SysV64,
    compiler: Compiler::Gcc,
    bit_rule: BitRule::Gcc,
    bit_rule_by_attribute: true,
    unnamed_bits_align: false,
    bit_types_align: true,
    zero_width_boundary: 1,
    short_enums: false,
    signed_enums: false,
    long_double: LongDoubleFormat::X87,
    long_double_extent: Extent::new(16, 16),
};

const QUAD: Target = Target {
    long_double: LongDoubleFormat::Quad,
    char_signed: false,
    bit_rule_by_attribute: false,
    name: "",
    ..LP64
};

const AARCH64: Target =
    Target { abi: Abi::Aapcs64, bit_int_align: 0, vector_align: 16, name: "", ..QUAD };

const DOUBLE: Target = Target {
    long_double: LongDoubleFormat::Double,
    long_double_extent: Extent::new(8, 8),
    name: "",
    ..LP64
};

/// The Windows of 64 bits with Microsoft's compiler.
const LLP64: Target = Target {
    long: 4,
    wchar: 2,
    wchar_signed: false,
    // What only clang in the place of Microsoft's compiler has is no type of the platform.
    int128: false,
    float16: false,
    float128: false,
    vector_align: 0,
    aligned_resists_pack: true,
    compiler: Compiler::Msvc,
    bit_rule: BitRule::Ms,
    bit_rule_by_attribute: false,
    signed_enums: true,
    abi: Abi::Win64,
    ..DOUBLE
};

/// The same with mingw.
const MINGW: Target = Target {
    int128: true,
    float16: true,
    float128: true,
    vector_align: 64,
    aligned_resists_pack: false,
    compiler: Compiler::Gcc,
    bit_rule_by_attribute: true,
    signed_enums: false,
    long_double: LongDoubleFormat::X87,
    long_double_extent: Extent::new(16, 16),
    ..LLP64
};

impl Target {
    /// x86-64, System V ABI, Linux.
    pub const X86_64_LINUX: Target = LP64;
    /// i386, System V ABI, Linux with glibc: `time_t` of 4 bytes.
    pub const I686_LINUX: Target = Target {
        name: "i686-linux",
        abi: Abi::SysV32,
        pointer: 4,
        long: 4,
        time: 4,
        align8: 4,
        int128: false,
        float16: false,
        bit_int_align: 4,
        // gcc's alignment of an `ms_struct` with members of 8 bytes depends on its machine mode.
        bit_rule_by_attribute: false,
        long_double_extent: Extent::new(12, 4),
        ..LP64
    };
    /// AArch64 (AAPCS64), Linux.
    pub const AARCH64_LINUX: Target =
        Target { name: "aarch64-linux", wchar_signed: false, unnamed_bits_align: true, ..AARCH64 };
    /// 32-bit ARM (AAPCS, hard float), Linux with glibc: `time_t` of 4 bytes.
    pub const ARMV7_LINUX: Target = Target {
        name: "armv7-linux",
        abi: Abi::Aapcs32,
        pointer: 4,
        long: 4,
        time: 4,
        wchar_signed: false,
        char_signed: false,
        align16: 8,
        int128: false,
        float128: false,
        vector_align: 8,
        atomic_align: 8,
        unnamed_bits_align: true,
        bit_rule_by_attribute: false,
        ..DOUBLE
    };
    /// i386 Linux with musl, whose `time_t` has 8 bytes.
    pub const I686_LINUX_MUSL: Target =
        Target { name: "i686-linux-musl", time: 8, ..Target::I686_LINUX };
    /// 32-bit ARM Linux with musl, whose `time_t` has 8 bytes.
    pub const ARMV7_LINUX_MUSL: Target =
        Target { name: "armv7-linux-musl", time: 8, ..Target::ARMV7_LINUX };
    /// RISC-V of 64 bits (psABI lp64d), Linux.
    pub const RISCV64_LINUX: Target =
        Target { name: "riscv64-linux", abi: Abi::Riscv64, bit_int_align: 0, ..QUAD };
    /// IBM z, big-endian, Linux.
    pub const S390X_LINUX: Target = Target {
        name: "s390x-linux",
        abi: Abi::S390x,
        endian: Endian::Big,
        align16: 8,
        float16: false,
        vector_align: 0,
        atomic_align: 8,
        long_double_extent: Extent::new(16, 8),
        ..QUAD
    };
    /// PowerPC of 64 bits, little-endian (ELFv2), Linux.
    pub const POWERPC64LE_LINUX: Target = Target {
        name: "powerpc64le-linux",
        abi: Abi::ElfV2,
        long_double: LongDoubleFormat::DoubleDouble,
        float16: false,
        bit_rule_by_attribute: true,
        ..QUAD
    };
    /// The same with musl, where `long double` is `double`.
    pub const POWERPC64LE_LINUX_MUSL: Target = Target {
        name: "powerpc64le-linux-musl",
        abi: Abi::ElfV2,
        long_double: LongDoubleFormat::Double,
        long_double_extent: Extent::new(8, 8),
        float16: false,
        bit_rule_by_attribute: true,
        ..QUAD
    };
    /// x86-64 Windows with Microsoft's compiler.
    pub const X86_64_WINDOWS_MSVC: Target = Target { name: "x86_64-windows-msvc", ..LLP64 };
    /// x86-64 Windows with mingw.
    pub const X86_64_WINDOWS_GNU: Target = Target { name: "x86_64-windows-gnu", ..MINGW };
    /// 32-bit Windows with Microsoft's compiler.
    pub const I686_WINDOWS_MSVC: Target =
        Target { name: "i686-windows-msvc", abi: Abi::Win32, pointer: 4, atomic_align: 8, ..LLP64 };
    /// 32-bit Windows with mingw: `time_t` of 4 bytes.
    pub const I686_WINDOWS_GNU: Target = Target {
        name: "i686-windows-gnu",
        abi: Abi::Win32,
        pointer: 4,
        time: 4,
        int128: false,
        float16: false,
        long_double_extent: Extent::new(12, 4),
        ..MINGW
    };
    /// AArch64 Windows with Microsoft's compiler.
    pub const AARCH64_WINDOWS_MSVC: Target =
        Target { name: "aarch64-windows-msvc", abi: Abi::WinArm64, bit_int_align: 0, ..LLP64 };
    /// AArch64 Windows with mingw, for which clang is the compiler.
    pub const AARCH64_WINDOWS_GNU: Target = Target {
        name: "aarch64-windows-gnu",
        abi: Abi::WinArm64,
        float128: false,
        bit_int_align: 0,
        vector_align: 16,
        compiler: Compiler::Clang,
        // From clang 20 on there is `gcc_struct`.
        bit_rule_by_attribute: false,
        long_double: LongDoubleFormat::Double,
        long_double_extent: Extent::new(8, 8),
        ..MINGW
    };
    /// x86-64 macOS.
    pub const X86_64_APPLE: Target = Target {
        name: "x86_64-apple",
        abi: Abi::AppleX64,
        compiler: Compiler::Clang,
        float128: false,
        vector_align: 16,
        ..LP64
    };
    /// AArch64 macOS and iOS.
    pub const AARCH64_APPLE: Target = Target {
        name: "aarch64-apple",
        abi: Abi::AppleArm64,
        compiler: Compiler::Clang,
        float128: false,
        bit_int_align: 0,
        vector_align: 16,
        ..DOUBLE
    };

    /// Every named target.
    pub const ALL: &'static [Target] = &[
        Target::X86_64_LINUX,
        Target::I686_LINUX,
        Target::AARCH64_LINUX,
        Target::ARMV7_LINUX,
        Target::RISCV64_LINUX,
        Target::S390X_LINUX,
        Target::POWERPC64LE_LINUX,
        Target::X86_64_WINDOWS_MSVC,
        Target::X86_64_WINDOWS_GNU,
        Target::I686_WINDOWS_MSVC,
        Target::I686_WINDOWS_GNU,
        Target::AARCH64_WINDOWS_MSVC,
        Target::X86_64_APPLE,
        Target::AARCH64_APPLE,
        Target::AARCH64_WINDOWS_GNU,
        Target::I686_LINUX_MUSL,
        Target::ARMV7_LINUX_MUSL,
        Target::POWERPC64LE_LINUX_MUSL,
    ];
}
