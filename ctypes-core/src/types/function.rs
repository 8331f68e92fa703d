//! Function types and calling conventions.

use super::Type;
use std::fmt;
use std::sync::Arc;

/// How arguments and results travel.
///
/// # Platform behaviour
/// Which of them exist depends on the processor; a signature with one that the target lacks is an
/// error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CallConv {
    /// The C compiler's default.
    #[default]
    #[doc(alias = "cdecl")]
    C,
    /// What the operating system's own functions use: stdcall on 32-bit Windows, C elsewhere.
    System,
    /// `__stdcall`: x86 only.
    #[doc(alias = "WINFUNCTYPE")]
    Stdcall,
    /// `__fastcall`: x86 only.
    Fastcall,
    /// `__thiscall`: x86 only.
    Thiscall,
    /// The System V convention of x86-64, on any system.
    SysV64,
    /// The Windows convention of x86-64, on any system.
    Win64,
}

impl CallConv {
    /// The name as in Rust's `extern "…"`.
    pub const fn name(self) -> &'static str {
        match self {
            CallConv::C => "C",
            CallConv::System => "system",
            CallConv::Stdcall => "stdcall",
            CallConv::Fastcall => "fastcall",
            CallConv::Thiscall => "thiscall",
            CallConv::SysV64 => "sysv64",
            CallConv::Win64 => "win64",
        }
    }
}

impl fmt::Display for CallConv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A function type known at compile time. Its parts are asked for lazily, so that a struct may hold
/// a callback that takes that struct.
pub(crate) struct StaticFunction {
    pub(crate) conv: CallConv,
    pub(crate) result: fn() -> &'static Type,
    pub(crate) params: &'static [fn() -> &'static Type],
    pub(crate) variadic: bool,
}

#[derive(Clone)]
pub(crate) enum FunctionRef {
    Static(&'static StaticFunction),
    Owned(Arc<OwnedFunction>),
}

pub(crate) struct OwnedFunction {
    pub(crate) conv: CallConv,
    pub(crate) result: Type,
    pub(crate) params: Vec<Type>,
    pub(crate) variadic: bool,
}

impl FunctionRef {
    pub(crate) fn owned(
        conv: CallConv,
        result: Type,
        params: Vec<Type>,
        variadic: bool,
    ) -> FunctionRef {
        FunctionRef::Owned(Arc::new(OwnedFunction { conv, result, params, variadic }))
    }
}

impl FunctionRef {
    /// What tells one function type from another while two are compared.
    pub(crate) fn address(&self) -> usize {
        match self {
            FunctionRef::Static(f) => core::ptr::from_ref(*f).addr(),
            FunctionRef::Owned(f) => Arc::as_ptr(f).addr(),
        }
    }
}

/// The type of a function.
#[derive(Clone)]
pub struct FunctionType(pub(crate) FunctionRef);

impl FunctionType {
    /// The calling convention.
    pub fn conv(&self) -> CallConv {
        match &self.0 {
            FunctionRef::Static(f) => f.conv,
            FunctionRef::Owned(f) => f.conv,
        }
    }

    /// The result; [`Type::VOID`] if there is none.
    pub fn result(&self) -> Type {
        match &self.0 {
            FunctionRef::Static(f) => (f.result)().clone(),
            FunctionRef::Owned(f) => f.result.clone(),
        }
    }

    /// The parameters before the `...`.
    pub fn params(&self) -> Vec<Type> {
        match &self.0 {
            FunctionRef::Static(f) => f.params.iter().map(|p| p().clone()).collect(),
            FunctionRef::Owned(f) => f.params.clone(),
        }
    }

    /// Whether a caller may pass more arguments than there are parameters.
    pub fn is_variadic(&self) -> bool {
        match &self.0 {
            FunctionRef::Static(f) => f.variadic,
            FunctionRef::Owned(f) => f.variadic,
        }
    }

    /// This as a type.
    pub fn ty(&self) -> Type {
        Type::of(super::Repr::Function(self.0.clone()))
    }
}

impl fmt::Debug for FunctionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ty())
    }
}
