//! What a platform's C compiler decides about data: sizes, alignments, signs and byte order.
//!
//! A [`Target`] is a plain value: named, found by its triple ([`Target::parse`]), or made by changing
//! fields of another. [`Target::NATIVE`] is the only place where the layout code looks at
//! `cfg(target_…)`; everything else takes a `&Target` and gives the same answer on every host.

mod named;
mod native;
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

impl Target {
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
