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

            const fn spec(self, t: &Target) -> (ScalarClass, Extent) {
                match self { $(Scalar::$variant => spec::$spec(t),)* }
            }

            /// As [`Scalar::spec`] on this platform. A table, since every derived field asks for it
            /// while the user's crate compiles, where each call takes time.
            const fn native(self) -> &'static (ScalarClass, Extent) {
                const NATIVE: &[(ScalarClass, Extent)] = &[$(spec::$spec(&Target::NATIVE),)*];
                &NATIVE[self as usize]
            }
        }

        impl super::Type {
            $($(#[$doc])* #[doc = concat!("C's `", $c, "`.")]
            pub const $konst: super::Type = super::Type(super::Repr::Scalar(Scalar::$variant));)*
        }

        /// What stands for the scalars in the types that an expansion writes.
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
    Char16 CHAR16 "char16_t" u16_,
    Char32 CHAR32 "char32_t" u32_,
    #[doc(alias = "c_float")] Float FLOAT "float" float,
    #[doc(alias = "c_double")] Double DOUBLE "double" double,
    #[doc(alias = "c_longdouble")] LongDouble LONGDOUBLE "long double" long_double,
    #[doc(alias = "c_float_complex")] FloatComplex FLOAT_COMPLEX "float _Complex" float_complex,
    #[doc(alias = "c_double_complex")] DoubleComplex DOUBLE_COMPLEX "double _Complex" double_complex,
    #[doc(alias = "c_longdouble_complex")] LongDoubleComplex LONGDOUBLE_COMPLEX "long double _Complex" long_double_complex,
}

impl Scalar {
    /// Size and alignment inside a record, in bytes.
    pub const fn extent(self, target: &Target) -> Extent {
        self.spec(target).1
    }

    /// What the bits mean.
    pub const fn class(self, target: &Target) -> ScalarClass {
        self.spec(target).0
    }

    /// [`Scalar::extent`] on this platform.
    pub(crate) const fn native_extent(self) -> Extent {
        self.native().1
    }

    /// [`Scalar::class`] on this platform.
    pub(crate) const fn native_class(self) -> ScalarClass {
        self.native().0
    }

    /// [`Scalar::is_compatible`] on this platform.
    pub(crate) const fn is_natively_compatible(self, other: Scalar) -> bool {
        if self as u8 == other as u8 {
            return true;
        }
        let (a, b) = (self.native(), other.native());
        a.0 as u8 == b.0 as u8 && a.1.size == b.1.size && a.1.align == b.1.align
    }

    /// Whether the two are one type but for the name on `target`: same class, size and alignment.
    pub const fn is_compatible(self, other: Scalar, target: &Target) -> bool {
        let (a, b) = (self.spec(target), other.spec(target));
        a.0 as u8 == b.0 as u8 && a.1.size == b.1.size && a.1.align == b.1.align
    }

    /// Whether a Rust type that is this scalar here could be another scalar on `target`.
    ///
    /// An alias such as `type fd_t = c_long` is only `i64` to the compiler. Its layout elsewhere is
    /// known if every scalar that is the same type here is also the same type there.
    pub(crate) const fn depends_on_spelling(self, target: &Target) -> bool {
        let mut i = 0;
        while i < Scalar::ALL.len() {
            let other = Scalar::ALL[i];
            if self.is_compatible(other, &Target::NATIVE) && !self.is_compatible(other, target) {
                return true;
            }
            i += 1;
        }
        false
    }
}

/// One small function a row of the table above, so that a new row cannot be left half done.
mod spec {
    use super::ScalarClass::{self, Bool, Complex, Float, Signed, Unsigned};
    use crate::target::{Extent, Target};

    type Spec = (ScalarClass, Extent);

    /// An integer of a power of two bytes; 8-byte ones have an alignment of their own on i386.
    const fn int_of(class: ScalarClass, size: u8, t: &Target) -> Spec {
        let align = match size {
            8 => t.align8,
            16 => t.align16,
            n => n,
        };
        (class, Extent::new(size as u64, align as u64))
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
        int_of(Signed, 16, t)
    }
    pub(super) const fn u128_(t: &Target) -> Spec {
        int_of(Unsigned, 16, t)
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
    pub(super) const fn float(_: &Target) -> Spec {
        (Float, Extent::new(4, 4))
    }
    pub(super) const fn double(t: &Target) -> Spec {
        (Float, Extent::new(8, t.align8 as u64))
    }
    pub(super) const fn long_double(t: &Target) -> Spec {
        (Float, t.long_double_extent)
    }
    const fn pair(part: Spec) -> Spec {
        (Complex, Extent::new(2 * part.1.size, part.1.align))
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
