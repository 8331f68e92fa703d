//! The compilers that read a convention each in their own way.

use crate::target::{Abi, Compiler, Target};

/// Whose reading of a convention is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    Gcc,
    Clang,
    Rustc,
}

impl Speaker {
    /// The target's C compiler.
    pub(crate) const fn c(target: &Target) -> Speaker {
        match target.compiler {
            Compiler::Gcc => Speaker::Gcc,
            Compiler::Clang | Compiler::Msvc => Speaker::Clang,
        }
    }

    pub(crate) const fn is_gcc(self) -> bool {
        matches!(self, Speaker::Gcc)
    }

    pub(crate) const fn is_clang(self) -> bool {
        matches!(self, Speaker::Clang)
    }

    /// Whether the class of an array's first element is that of all (AMD64 psABI 3.2.3 by gcc): an element that
    /// is not where its own alignment would have it does not matter then.
    pub(crate) const fn judges_by_first(self, target: &Target) -> bool {
        self.is_gcc() && matches!(target.abi, Abi::SysV64)
    }

    pub(crate) const fn is_rustc(self) -> bool {
        matches!(self, Speaker::Rustc)
    }
}
