//! What a platform's C compiler decides about data: sizes, alignments, signs and byte order.
//!
//! A [`Target`] is a plain value: named, found by its triple ([`Target::parse`]), or made by changing
//! fields of another. [`Target::NATIVE`] is the only place where the layout code looks at
//! `cfg(target_…)`; everything else takes a `&Target` and gives the same answer on every host.

mod triple;

pub use triple::UnknownTarget;

/// The order of the bytes of a scalar in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// The format behind C's `long double` (C11 6.2.5p10 leaves it to the implementation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LongDoubleFormat {
    /// The same as `double`: MSVC, 32-bit ARM, Apple arm64.
    Double,
    /// The x87's 80 bits, padded to 12 bytes (i386 System V) or 16 (x86-64 System V).
    X87,
    /// IEEE 754 binary128: AArch64 (AAPCS64), RISC-V, s390x.
    Quad,
    /// A pair of doubles: 64-bit PowerPC ELF as Debian's compilers have it.
    DoubleDouble,
}

/// Which of the two families of rules bit fields follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitRule {
    /// System V and AAPCS: bits are packed, a field stays inside aligned units of its type.
    #[doc(alias = "gcc_struct")]
    #[doc(alias = "gcc-sysv")]
    Gcc,
    /// Microsoft's: bits are shared only among neighbours whose types have one size.
    #[doc(alias = "ms_struct")]
    #[doc(alias = "ms")]
    Ms,
}

/// The compiler whose answer counts where compilers of one platform differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compiler {
    /// gcc: Linux and mingw.
    Gcc,
    /// clang: Apple.
    Clang,
    /// Microsoft's, or clang in its place.
    Msvc,
}

/// The convention by which functions hand over arguments and results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Abi {
    /// None that is known here: how a record is passed is then not said.
    Unknown,
    /// System V psABI for AMD64.
    SysV64,
    /// What Apple made of it.
    AppleX64,
    /// System V psABI for i386, as Linux has it: records are on the stack and come back in memory.
    SysV32,
    /// Microsoft's for x64.
    Win64,
    /// Microsoft's `__cdecl` for x86.
    Win32,
    /// AAPCS64.
    Aapcs64,
    /// What Apple made of it ("Writing ARM64 code for Apple platforms").
    AppleArm64,
    /// What Microsoft made of it ("Overview of ARM64 ABI conventions").
    WinArm64,
    /// AAPCS32 with floats in VFP registers ("hard float").
    Aapcs32,
    /// RISC-V of 64 bits with doubles in registers (lp64d).
    Riscv64,
    /// The ELF ABI of IBM z of 64 bits.
    S390x,
    /// The second ELF ABI of PowerPC of 64 bits.
    ElfV2,
}

/// Size and alignment in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extent {
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes, a power of two.
    pub align: u64,
}

impl Extent {
    /// A pair of size and alignment.
    pub const fn new(size: u64, align: u64) -> Extent {
        Extent { size, align }
    }
}

/// The data model of a C platform.
///
/// Made by copying a named one and changing what differs:
///
/// ```
/// use ctypes_core::target::Target;
/// use ctypes_core::Type;
///
/// // A bare-metal ARM whose C library has a 64-bit time_t.
/// const BOARD: Target = Target { name: "board", time: 8, ..Target::ARMV7_LINUX };
/// assert_eq!(Type::TIME.at(&BOARD)?.size(), 8);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The name in messages.
    pub name: &'static str,
    /// Byte order.
    pub endian: Endian,
    /// Size and alignment of data and function pointers, in bytes.
    pub pointer: u8,
    /// Size of `int` in bytes.
    pub int: u8,
    /// Size of `long` in bytes.
    pub long: u8,
    /// Size of `time_t` in bytes.
    pub time: u8,
    /// Size of `wchar_t` in bytes.
    pub wchar: u8,
    /// Whether `wchar_t` is signed.
    pub wchar_signed: bool,
    /// Whether plain `char` is signed.
    pub char_signed: bool,
    /// Alignment of 8-byte integers and of `double`: 4 on i386 System V, 8 elsewhere.
    pub align8: u8,
    /// Alignment of `__int128`.
    pub align16: u8,
    /// Whether there is `__int128`.
    pub int128: bool,
    /// Whether there are `_Float16` and `__bf16`.
    pub float16: bool,
    /// Whether there is `_Float128`.
    pub float128: bool,
    /// Alignment of `_BitInt` of more than 64 bits, in bytes; 0 where compilers do not agree.
    pub bit_int_align: u8,
    /// The largest alignment of a vector, in bytes; 0 if there are none, or if it depends on the model
    /// of processor (IBM z, where only some have them).
    pub vector_align: u8,
    /// The size, in bytes, up to which `_Atomic` aligns a type to its size.
    pub atomic_align: u8,
    /// Whether a type that was given an alignment by an attribute keeps it inside a packed record
    /// (Microsoft's compilers), rather than being packed like any other.
    pub aligned_resists_pack: bool,
    /// How functions are called.
    pub abi: Abi,
    /// The compiler whose answer counts.
    pub compiler: Compiler,
    /// The rule for bit fields of a record that does not choose one.
    pub bit_rule: BitRule,
    /// Whether a record may choose the other rule by an attribute: gcc heeds `ms_struct` and
    /// `gcc_struct` on x86 and PowerPC, clang heeds `ms_struct`.
    pub bit_rule_by_attribute: bool,
    /// Whether the type of an unnamed bit field counts for the record's alignment (AAPCS, AAPCS64).
    pub unnamed_bits_align: bool,
    /// Whether the type of a bit field matters to where it goes; not so with `-mno-bit-align` and in
    /// ARM's old ABI.
    pub bit_types_align: bool,
    /// Where types do not matter: what an unnamed field of width 0 aligns the next member to, in bytes.
    pub zero_width_boundary: u8,
    /// Whether an enumeration is as small as its values allow (`-fshort-enums`, bare-metal ARM).
    pub short_enums: bool,
    /// Whether an enumeration without negative values is `int` all the same (Microsoft's).
    pub signed_enums: bool,
    /// The format of `long double`.
    pub long_double: LongDoubleFormat,
    /// Size and alignment of `long double`, in bytes.
    pub long_double_extent: Extent,
}

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

    /// The named target of a target triple, as compilers and Rust spell them.
    ///
    /// What a triple says beside architecture, system and environment (the vendor, the version of a
    /// system) makes no difference to data and is not looked at.
    ///
    /// ```
    /// use ctypes_core::target::Target;
    /// assert_eq!(Target::parse("s390x-unknown-linux-gnu")?, Target::S390X_LINUX);
    /// assert_eq!(Target::parse("arm64-apple-macos14")?, Target::AARCH64_APPLE);
    /// assert!(Target::parse("pdp11-unix").unwrap_err().to_string().contains("x86_64-linux"));
    /// # Ok::<(), ctypes_core::target::UnknownTarget>(())
    /// ```
    ///
    /// # Errors
    /// [`UnknownTarget`], which lists the known ones, if there is no such target here.
    #[doc(alias = "for_triple")]
    pub fn parse(triple: &str) -> Result<Target, UnknownTarget> {
        triple::find(triple)
            .ok_or_else(|| UnknownTarget { found: triple.chars().take(80).collect() })
    }

    /// The largest size of an object in bytes: what `ptrdiff_t` can tell apart.
    pub const fn max_size(&self) -> u64 {
        match self.pointer {
            0 => 0,
            n @ 1..8 => u64::MAX >> (65 - 8 * n as u32),
            _ => u64::MAX >> 1,
        }
    }
}

impl core::str::FromStr for Target {
    type Err = UnknownTarget;
    fn from_str(triple: &str) -> Result<Target, UnknownTarget> {
        Target::parse(triple)
    }
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
