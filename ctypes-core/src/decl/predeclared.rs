//! Names that mean something without a declaration: C's own typedefs, so that `size_t strlen(const
//! char *);` can be read without a header, and what compilers predeclare. A declaration of such a
//! name hides it.

use super::operand::own_type;
use super::parser::Parser;
use crate::target::{BitRule, Compiler, LongDoubleFormat, Target};
use crate::types::{Scalar, Type};

/// The scalar that goes by a name.
fn scalar(name: &str) -> Option<Scalar> {
    Some(match name {
        "bool" => Scalar::Bool,
        "size_t" => Scalar::Size,
        "ssize_t" => Scalar::SSize,
        "ptrdiff_t" => Scalar::PtrDiff,
        "intptr_t" => Scalar::IntPtr,
        "uintptr_t" => Scalar::UIntPtr,
        "time_t" => Scalar::Time,
        "wchar_t" => Scalar::WChar,
        "char8_t" => Scalar::Char8,
        "char16_t" => Scalar::Char16,
        "char32_t" => Scalar::Char32,
        "int8_t" => Scalar::Int8,
        "uint8_t" => Scalar::UInt8,
        "int16_t" => Scalar::Int16,
        "uint16_t" => Scalar::UInt16,
        "int32_t" => Scalar::Int32,
        "uint32_t" => Scalar::UInt32,
        "int64_t" => Scalar::Int64,
        "uint64_t" => Scalar::UInt64,
        "__int128_t" => Scalar::Int128,
        "__uint128_t" => Scalar::UInt128,
        "_Float16" => Scalar::Float16,
        "__bf16" => Scalar::BFloat16,
        "_Float32" => Scalar::Float32,
        "_Float64" => Scalar::Float64,
        "_Float128" | "__float128" | "__ieee128" => Scalar::Float128,
        "_Float32x" => Scalar::Float32x,
        "_Float64x" => Scalar::Float64x,
        "__float80" => Scalar::LongDouble,
        _ => return None,
    })
}

impl Parser<'_, '_> {
    /// The type that a name stands for if nothing has declared it.
    pub(super) fn predeclared(&self, name: &str) -> Option<Type> {
        match name {
            "intmax_t" => Some(own_type(Scalar::Int64, self.target)),
            "uintmax_t" => Some(own_type(Scalar::UInt64, self.target)),
            "__builtin_va_list" | "__gnuc_va_list" | "va_list" => {
                Some(va_list(self.target).unwrap_or_else(|| self.va_list_record()))
            }
            // Of the format of `_Float16`, but another type (ACLE, "Half-precision floating-point").
            "__fp16" => Type::FLOAT16.typedef(name).ok(),
            "__builtin_ms_va_list" => Some(Type::CHAR_PTR),
            "__builtin_sysv_va_list" => Some(self.va_list_record()),
            _ => scalar(name).map(Type::scalar).or_else(|| self.simd(name)),
        }
    }

    /// `va_list` where it is a record (psABI of x86-64 3.5.7, AAPCS64 7.1.4, ELF ABI of s390x).
    fn va_list_record(&self) -> Type {
        let pointer = || Type::VOID_PTR;
        let (tag, members, is_array): (&str, &[(&str, Type)], bool) = match self.target.long_double
        {
            LongDoubleFormat::Quad if self.target.unnamed_bits_align => (
                "__va_list",
                &[
                    ("__stack", pointer()),
                    ("__gr_top", pointer()),
                    ("__vr_top", pointer()),
                    ("__gr_offs", Type::INT),
                    ("__vr_offs", Type::INT),
                ],
                false,
            ),
            LongDoubleFormat::Quad => (
                "__va_list_tag",
                &[
                    ("__gpr", Type::LONG),
                    ("__fpr", Type::LONG),
                    ("__overflow_arg_area", pointer()),
                    ("__reg_save_area", pointer()),
                ],
                true,
            ),
            LongDoubleFormat::Double => ("__va_list", &[("__ap", pointer())], false),
            _ => (
                "__va_list_tag",
                &[
                    ("gp_offset", Type::UINT),
                    ("fp_offset", Type::UINT),
                    ("overflow_arg_area", pointer()),
                    ("reg_save_area", pointer()),
                ],
                true,
            ),
        };
        let Ok(declared) = self.types.declare_struct(tag) else { return Type::VOID_PTR };
        let defined = declared.define(|builder| {
            members.iter().fold(builder, |b, (name, ty)| b.field(name, ty.clone()))
        });
        let record = defined.unwrap_or_else(|_| declared.ty());
        if is_array { record.array(1).unwrap_or(record) } else { record }
    }

    /// The 128-bit float of mode TF: `long double` where that is one.
    pub(super) fn quad(&self) -> Scalar {
        match self.target.long_double {
            LongDoubleFormat::Quad => Scalar::LongDouble,
            _ => Scalar::Float128,
        }
    }

    pub(super) fn quad_complex(&self) -> Scalar {
        Scalar::LongDoubleComplex
    }
}

/// `va_list` where it is a pointer; `None` where it is a record.
fn va_list(target: &Target) -> Option<Type> {
    let is_windows = target.bit_rule == BitRule::Ms;
    let is_apple_arm =
        target.compiler == Compiler::Clang && target.long_double == LongDoubleFormat::Double;
    let is_i386 = target.pointer == 4 && target.long_double == LongDoubleFormat::X87;
    let is_power = target.long_double == LongDoubleFormat::DoubleDouble
        || target.pointer == 8 && target.long_double == LongDoubleFormat::Double;
    if is_windows || is_apple_arm || is_i386 || is_power {
        return Some(Type::CHAR_PTR);
    }
    let is_riscv = target.long_double == LongDoubleFormat::Quad
        && !target.unnamed_bits_align
        && target.endian == crate::target::Endian::Little;
    is_riscv.then_some(Type::VOID_PTR)
}
