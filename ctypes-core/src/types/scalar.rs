//! C's scalar types by their spelling, and what each is on a target.

use crate::target::{Extent, Target};

/// What the bits of a scalar mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarClass {
    /// Two's complement integer.
    Signed,
    /// Unsigned integer.
    Unsigned,
    /// `_Bool`: one byte, 0 or 1.
    Bool,
    /// Binary floating point.
    Float,
    /// A pair of floats, real part first (C11 6.2.5p13).
    Complex,
}

/// The format of a floating-point number, or of each of the two of a complex one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FloatFormat {
    /// IEEE 754 binary16.
    Half,
    /// The upper half of a binary32.
    BFloat16,
    /// IEEE 754 binary32.
    Single,
    /// IEEE 754 binary64.
    Double,
    /// The x87's 80 bits.
    X87,
    /// IEEE 754 binary128.
    Quad,
    /// A pair of binary64, the larger first.
    DoubleDouble,
}

/// What a scalar is on a target.
#[derive(Clone, Copy)]
struct Spec {
    class: ScalarClass,
    extent: Extent,
    format: Option<FloatFormat>,
    is_available: bool,
}

impl Spec {
    /// Whether the two are one type but for the name.
    const fn is_like(&self, other: &Spec) -> bool {
        let formats = match (self.format, other.format) {
            (None, None) => true,
            (Some(a), Some(b)) => a as u8 == b as u8,
            _ => false,
        };
        formats
            && self.class as u8 == other.class as u8
            && self.extent.size == other.extent.size
            && self.extent.align == other.extent.align
    }
}

macro_rules! scalars {
    ($($(#[$doc:meta])* $variant:ident $konst:ident $c:literal $spec:ident,)*) => {
        /// A scalar type, told by its C spelling: `int` and `long` differ even where their sizes agree.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Scalar { $($(#[$doc])* #[doc = concat!("C's `", $c, "`.")] $variant,)* }

        impl Scalar {
            /// Every scalar.
            pub const ALL: &'static [Scalar] = &[$(Scalar::$variant,)*];

            /// The C spelling.
            pub const fn c_name(self) -> &'static str {
                match self { $(Scalar::$variant => $c,)* }
            }

            const fn spec(self, t: &Target) -> Spec {
                match self { $(Scalar::$variant => spec::$spec(t),)* }
            }

            /// As [`Scalar::spec`] on this platform. A table, since every derived field asks for it
            /// while the user's crate compiles, where each call takes time.
            const fn native(self) -> &'static Spec {
                const NATIVE: &[Spec] = &[$(spec::$spec(&Target::NATIVE),)*];
                &NATIVE[self as usize]
            }
        }

        impl super::Type {
            $($(#[$doc])* #[doc = concat!("C's `", $c, "`.")]
            pub const $konst: super::Type = super::Type(
                super::Repr::Scalar(Scalar::$variant),
                super::Spelling::PLAIN,
            );)*
        }

        /// What stands for the scalars in the types that an expansion writes.
        #[allow(unreachable_pub)] // Expansions name them through `__private`.
        pub mod spelled {
            use crate::types::Type;
            use crate::types::spelled::{Pointed, Returned, Spelled, spelled};
            $(
                #[allow(non_camel_case_types)]
                #[doc = concat!("C's `", $c, "`.")]
                pub enum $konst {}
            )*
            spelled! { $([] $konst => Type::$konst;)* }
        }
    };
}

scalars! {
    #[doc(alias = "c_bool")] Bool BOOL "_Bool" bool_,
    #[doc(alias = "c_char")] Char CHAR "char" char_,
    #[doc(alias = "c_byte")] SChar SCHAR "signed char" i8_,
    #[doc(alias = "c_ubyte")] UChar UCHAR "unsigned char" u8_,
    #[doc(alias = "c_short")] Short SHORT "short" i16_,
    #[doc(alias = "c_ushort")] UShort USHORT "unsigned short" u16_,
    #[doc(alias = "c_int")] Int INT "int" int,
    #[doc(alias = "c_uint")] UInt UINT "unsigned int" uint,
    #[doc(alias = "c_long")] Long LONG "long" long,
    #[doc(alias = "c_ulong")] ULong ULONG "unsigned long" ulong,
    #[doc(alias = "c_longlong")] LongLong LONGLONG "long long" i64_,
    #[doc(alias = "c_ulonglong")] ULongLong ULONGLONG "unsigned long long" u64_,
    #[doc(alias = "c_int8")] Int8 I8 "int8_t" i8_,
    #[doc(alias = "c_uint8")] UInt8 U8 "uint8_t" u8_,
    #[doc(alias = "c_int16")] Int16 I16 "int16_t" i16_,
    #[doc(alias = "c_uint16")] UInt16 U16 "uint16_t" u16_,
    #[doc(alias = "c_int32")] Int32 I32 "int32_t" i32_,
    #[doc(alias = "c_uint32")] UInt32 U32 "uint32_t" u32_,
    #[doc(alias = "c_int64")] Int64 I64 "int64_t" i64_,
    #[doc(alias = "c_uint64")] UInt64 U64 "uint64_t" u64_,
    Int128 I128 "__int128" i128_,
    UInt128 U128 "unsigned __int128" u128_,
    #[doc(alias = "c_size_t")] Size SIZE "size_t" uptr,
    #[doc(alias = "c_ssize_t")] SSize SSIZE "ssize_t" iptr,
    PtrDiff PTRDIFF "ptrdiff_t" iptr,
    IntPtr INTPTR "intptr_t" iptr,
    UIntPtr UINTPTR "uintptr_t" uptr,
    #[doc(alias = "c_time_t")] Time TIME "time_t" time,
    #[doc(alias = "c_wchar")] WChar WCHAR "wchar_t" wchar,
    Char8 CHAR8 "char8_t" u8_,
    Char16 CHAR16 "char16_t" u16_,
    Char32 CHAR32 "char32_t" u32_,
    #[doc(alias = "c_float")] Float FLOAT "float" float,
    #[doc(alias = "c_double")] Double DOUBLE "double" double,
    #[doc(alias = "c_longdouble")] LongDouble LONGDOUBLE "long double" long_double,
    Float16 FLOAT16 "_Float16" half,
    BFloat16 BFLOAT16 "__bf16" bfloat16,
    Float32 FLOAT32 "_Float32" float,
    Float32x FLOAT32X "_Float32x" double,
    Float64 FLOAT64 "_Float64" double,
    Float64x FLOAT64X "_Float64x" float64x,
    #[doc(alias = "__float128")] Float128 FLOAT128 "_Float128" float128,
    Float16Complex FLOAT16_COMPLEX "_Float16 _Complex" half_complex,
    #[doc(alias = "c_float_complex")] FloatComplex FLOAT_COMPLEX "float _Complex" float_complex,
    #[doc(alias = "c_double_complex")] DoubleComplex DOUBLE_COMPLEX "double _Complex" double_complex,
    #[doc(alias = "c_longdouble_complex")] LongDoubleComplex LONGDOUBLE_COMPLEX "long double _Complex" long_double_complex,
}

impl Scalar {
    /// Whether the target's C has this type; where it has not, its size and alignment mean nothing.
    ///
    /// ```
    /// use ctypes_core::{target::Target, types::Scalar};
    /// assert!(Scalar::Int128.is_available(&Target::X86_64_LINUX));
    /// assert!(!Scalar::Int128.is_available(&Target::I686_LINUX));
    /// ```
    pub const fn is_available(self, target: &Target) -> bool {
        self.spec(target).is_available
    }

    /// Size and alignment inside a record, in bytes.
    pub const fn extent(self, target: &Target) -> Extent {
        self.spec(target).extent
    }

    /// What the bits mean.
    pub const fn class(self, target: &Target) -> ScalarClass {
        self.spec(target).class
    }

    /// The format, if the scalar is a floating-point number or a pair of them.
    pub const fn float_format(self, target: &Target) -> Option<FloatFormat> {
        self.spec(target).format
    }

    /// [`Scalar::extent`] on this platform, if it has the type.
    pub(crate) const fn native_extent(self) -> Option<Extent> {
        let native = self.native();
        if native.is_available { Some(native.extent) } else { None }
    }

    /// [`Scalar::class`] on this platform.
    pub(crate) const fn native_class(self) -> ScalarClass {
        self.native().class
    }

    /// [`Scalar::is_compatible`] on this platform.
    pub(crate) const fn is_natively_compatible(self, other: Scalar) -> bool {
        if self as u8 == other as u8 {
            return true;
        }
        self.native().is_like(other.native())
    }

    /// Whether the two are one type but for the name on `target`: same class, size, alignment and
    /// format.
    pub const fn is_compatible(self, other: Scalar, target: &Target) -> bool {
        self.spec(target).is_like(&other.spec(target))
    }

    /// Whether a Rust alias may stand for it: Rust has no primitive of these.
    const fn may_be_alias(self) -> bool {
        use Scalar::{BFloat16, Float16, Float32, Float32x, Float64, Float64x, Float128};
        !matches!(self, Float16 | BFloat16 | Float32 | Float32x | Float64 | Float64x | Float128)
    }

    /// Whether a Rust type that is this scalar here could be another scalar on `target`.
    ///
    /// An alias such as `type fd_t = c_long` is only `i64` to the compiler. Its layout elsewhere is
    /// known if every scalar that is the same type here is also the same type there.
    pub(crate) const fn depends_on_spelling(self, target: &Target) -> bool {
        let mut i = 0;
        while i < Scalar::ALL.len() {
            let other = Scalar::ALL[i];
            if other.may_be_alias()
                && self.is_compatible(other, &Target::NATIVE)
                && !self.is_compatible(other, target)
            {
                return true;
            }
            i += 1;
        }
        false
    }
}

/// One small function a row of the table above, so that a new row cannot be left half done.
mod spec {
    use super::FloatFormat::{self, BFloat16, Double, DoubleDouble, Half, Quad, Single, X87};
    use super::ScalarClass::{self, Bool, Complex, Float, Signed, Unsigned};
    use super::Spec;
    use crate::target::{Extent, LongDoubleFormat, Target};

    /// An integer of a power of two bytes; 8-byte ones have an alignment of their own on i386.
    const fn int_of(class: ScalarClass, size: u8, t: &Target) -> Spec {
        let align = match size {
            8 => t.align8,
            16 => t.align16,
            n => n,
        };
        let extent = Extent::new(size as u64, align as u64);
        Spec { class, extent, format: None, is_available: true }
    }
    pub(super) const fn bool_(t: &Target) -> Spec {
        int_of(Bool, 1, t)
    }
    pub(super) const fn char_(t: &Target) -> Spec {
        int_of(if t.char_signed { Signed } else { Unsigned }, 1, t)
    }
    pub(super) const fn i8_(t: &Target) -> Spec {
        int_of(Signed, 1, t)
    }
    pub(super) const fn u8_(t: &Target) -> Spec {
        int_of(Unsigned, 1, t)
    }
    pub(super) const fn i16_(t: &Target) -> Spec {
        int_of(Signed, 2, t)
    }
    pub(super) const fn u16_(t: &Target) -> Spec {
        int_of(Unsigned, 2, t)
    }
    pub(super) const fn i32_(t: &Target) -> Spec {
        int_of(Signed, 4, t)
    }
    pub(super) const fn u32_(t: &Target) -> Spec {
        int_of(Unsigned, 4, t)
    }
    pub(super) const fn i64_(t: &Target) -> Spec {
        int_of(Signed, 8, t)
    }
    pub(super) const fn u64_(t: &Target) -> Spec {
        int_of(Unsigned, 8, t)
    }
    pub(super) const fn i128_(t: &Target) -> Spec {
        Spec { is_available: t.int128, ..int_of(Signed, 16, t) }
    }
    pub(super) const fn u128_(t: &Target) -> Spec {
        Spec { is_available: t.int128, ..int_of(Unsigned, 16, t) }
    }
    pub(super) const fn int(t: &Target) -> Spec {
        int_of(Signed, t.int, t)
    }
    pub(super) const fn uint(t: &Target) -> Spec {
        int_of(Unsigned, t.int, t)
    }
    pub(super) const fn long(t: &Target) -> Spec {
        int_of(Signed, t.long, t)
    }
    pub(super) const fn ulong(t: &Target) -> Spec {
        int_of(Unsigned, t.long, t)
    }
    pub(super) const fn iptr(t: &Target) -> Spec {
        int_of(Signed, t.pointer, t)
    }
    pub(super) const fn uptr(t: &Target) -> Spec {
        int_of(Unsigned, t.pointer, t)
    }
    pub(super) const fn time(t: &Target) -> Spec {
        int_of(Signed, t.time, t)
    }
    pub(super) const fn wchar(t: &Target) -> Spec {
        int_of(if t.wchar_signed { Signed } else { Unsigned }, t.wchar, t)
    }
    const fn float_of(format: FloatFormat, extent: Extent) -> Spec {
        Spec { class: Float, extent, format: Some(format), is_available: true }
    }
    pub(super) const fn half(t: &Target) -> Spec {
        Spec { is_available: t.float16, ..float_of(Half, Extent::new(2, 2)) }
    }
    pub(super) const fn bfloat16(t: &Target) -> Spec {
        Spec { is_available: t.float16, ..float_of(BFloat16, Extent::new(2, 2)) }
    }
    pub(super) const fn float(_: &Target) -> Spec {
        float_of(Single, Extent::new(4, 4))
    }
    pub(super) const fn double(t: &Target) -> Spec {
        float_of(Double, Extent::new(8, t.align8 as u64))
    }
    pub(super) const fn long_double(t: &Target) -> Spec {
        let format = match t.long_double {
            LongDoubleFormat::Double => Double,
            LongDoubleFormat::X87 => X87,
            LongDoubleFormat::Quad => Quad,
            LongDoubleFormat::DoubleDouble => DoubleDouble,
        };
        float_of(format, t.long_double_extent)
    }
    pub(super) const fn float128(t: &Target) -> Spec {
        let extent = Extent::new(16, t.align16 as u64);
        Spec { is_available: t.float128, ..float_of(Quad, extent) }
    }
    /// The format above that of `double`: the x87's where there is one (TS 18661-3).
    pub(super) const fn float64x(t: &Target) -> Spec {
        match t.long_double {
            LongDoubleFormat::X87 => Spec { is_available: t.float128, ..long_double(t) },
            LongDoubleFormat::Double => Spec { is_available: false, ..float128(t) },
            _ => float128(t),
        }
    }
    const fn pair(part: Spec) -> Spec {
        let extent = Extent::new(2 * part.extent.size, part.extent.align);
        Spec { class: Complex, extent, ..part }
    }
    pub(super) const fn half_complex(t: &Target) -> Spec {
        pair(half(t))
    }
    pub(super) const fn float_complex(t: &Target) -> Spec {
        pair(float(t))
    }
    pub(super) const fn double_complex(t: &Target) -> Spec {
        pair(double(t))
    }
    pub(super) const fn long_double_complex(t: &Target) -> Spec {
        pair(long_double(t))
    }
}
