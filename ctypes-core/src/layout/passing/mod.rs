//! How a type is passed to a function and returned from one: the conventions of all targets.
//!
//! Plain data in, plain data out, every function `const`, like all of the layout algorithm. A [`Census`]
//! gathers what any convention asks about the scalars of a type, in one pass; one file per convention says
//! what follows from it.
//!
//! # Who is followed
//! Each convention leaves questions open (bit fields without a name or without bits, arrays of no elements), on which
//! compilers differ. [`Speaker`] says whose answer is asked for: the target's C compiler, which is gcc on Linux and
//! mingw ([`Target::compiler`]), or rustc. On x86-64 `{ float a; int : 32; }` is in an integer register to gcc, and in
//! one for floats to clang.
//!
//! What is said of records is checked by running what compilers make: gcc on Linux and mingw, clang for Apple's targets and
//! in the place of Microsoft's compiler, which itself was not asked. Arguments on the stack behind others
//! ([`Passing::align`]) are not.
#![forbid(unsafe_code)]

mod aapcs;
mod census;
mod elfv2;
mod riscv;
mod s390x;
mod scalars;
mod speaker;
mod sysv;
mod windows;

pub(crate) use census::{Aggregate, Census};
pub(crate) use scalars::{FloatKind, LeafClass};
pub(crate) use speaker::Speaker;

use crate::target::{Abi, Extent, Target};
use core::fmt;

/// The kind of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegisterClass {
    /// A general-purpose register.
    Integer,
    /// A register for floats (SSE, VFP, `f` and `v` registers).
    Float,
    /// The top of the x87's stack.
    X87,
}

/// A part of a value that is in one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Piece {
    /// The kind of register.
    pub class: RegisterClass,
    /// The first byte of the value that the register holds.
    pub offset: u8,
    /// How many bytes of the value it holds.
    pub size: u8,
}

/// The most pieces that a convention makes of one value: ELFv2's eight floats.
const MAX_PIECES: usize = 8;

/// The registers that hold a value, if enough of them are free.
#[derive(Clone, Copy)]
pub struct Pieces {
    all: [Piece; MAX_PIECES],
    len: usize,
}

impl Pieces {
    const NONE: Pieces = Pieces {
        all: [Piece { class: RegisterClass::Integer, offset: 0, size: 0 }; MAX_PIECES],
        len: 0,
    };

    const fn and(mut self, class: RegisterClass, offset: u64, size: u64) -> Pieces {
        // Both are below 128, since no convention makes registers of a larger value.
        self.all[self.len] = Piece { class, offset: offset as u8, size: size as u8 };
        self.len += 1;
        self
    }

    /// The value's bytes in integer registers of `word` bytes.
    const fn words(size: u64, word: u64) -> Pieces {
        let (mut pieces, mut at) = (Pieces::NONE, 0);
        while at < size {
            let left = size - at;
            pieces = pieces.and(RegisterClass::Integer, at, if left < word { left } else { word });
            at += word;
        }
        pieces
    }

    /// The elements of an aggregate of floats.
    const fn floats(size: u64, element: u64) -> Pieces {
        let (mut pieces, mut at) = (Pieces::NONE, 0);
        while at < size {
            pieces = pieces.and(RegisterClass::Float, at, element);
            at += element;
        }
        pieces
    }

    /// The pieces in order.
    pub const fn as_slice(&self) -> &[Piece] {
        self.all.split_at(self.len).0
    }

    pub(crate) const fn is(&self, other: &Pieces) -> bool {
        if self.len != other.len {
            return false;
        }
        let mut i = 0;
        while i < self.len {
            let (a, b) = (self.all[i], other.all[i]);
            if a.class as u8 != b.class as u8 || a.offset != b.offset || a.size != b.size {
                return false;
            }
            i += 1;
        }
        true
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

impl PartialEq for Pieces {
    fn eq(&self, other: &Pieces) -> bool {
        self.is(other)
    }
}

impl Eq for Pieces {}

/// How a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// There is nothing to pass.
    Nothing,
    /// In these registers, or on the stack where not enough of them are left.
    Registers(Pieces),
    /// As words of that many bytes: in the integer registers that are left, the rest on the stack.
    Words(u8),
    /// As an argument: copied to the stack.
    Stack,
    /// As an argument: the address of a copy. As a result: at an address that the caller passes.
    Memory,
    /// Compilers differ, or the convention is not known.
    Unsaid,
}

impl Way {
    const fn is(&self, other: &Way) -> bool {
        match (self, other) {
            (Way::Nothing, Way::Nothing)
            | (Way::Stack, Way::Stack)
            | (Way::Memory, Way::Memory) => true,
            (Way::Registers(a), Way::Registers(b)) => a.is(b),
            (Way::Words(a), Way::Words(b)) => *a == *b,
            _ => false,
        }
    }
}

/// How a type is passed and returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passing {
    /// As an argument that stands before any `...`.
    pub argument: Way,
    /// As a result.
    pub result: Way,
    /// What an argument is aligned to in bytes: on the stack, and with [`Passing::even`] in registers.
    pub align: u64,
    /// Whether an argument in integer registers starts at one of an even number.
    pub even: bool,
}

impl Passing {
    /// Whether a caller that does the one and a callee that expects the other understand each other. What is
    /// not said of either is not the same as anything.
    pub const fn is_same(&self, other: &Passing) -> bool {
        self.argument.is(&other.argument)
            && self.result.is(&other.result)
            && self.align == other.align
            && self.even == other.even
    }
}

/// What follows from the census of a type of that size and alignment.
pub(crate) const fn passing(
    census: &Census,
    extent: Extent,
    target: &Target,
    speaker: Speaker,
) -> Passing {
    if census.is_doubtful() {
        return UNSAID;
    }
    if extent.size == 0 {
        return Passing { argument: Way::Nothing, result: Way::Nothing, align: 1, even: false };
    }
    match target.abi {
        Abi::Unknown => UNSAID,
        // A record of nothing but bit fields without a name is an empty one to gcc on x86 and to clang.
        Abi::SysV64 | Abi::AppleX64 | Abi::SysV32 if !census.has_value => UNSAID,
        Abi::AppleArm64 | Abi::WinArm64 if !census.has_value => UNSAID,
        Abi::SysV64 | Abi::AppleX64 => sysv::amd64(census, extent, target),
        Abi::SysV32 => sysv::i386(census, extent),
        Abi::Win64 => windows::x64(census, extent),
        Abi::Win32 => windows::x86(census, extent, target, speaker),
        Abi::Aapcs64 | Abi::AppleArm64 | Abi::WinArm64 => aapcs::aapcs64(census, extent, target),
        Abi::Aapcs32 => aapcs::aapcs32(census, extent, speaker),
        Abi::Riscv64 => riscv::lp64d(census, extent),
        Abi::S390x => s390x::s390x(census, extent),
        Abi::ElfV2 => elfv2::elfv2(census, extent),
    }
}

const UNSAID: Passing =
    Passing { argument: Way::Unsaid, result: Way::Unsaid, align: 1, even: false };

const fn at_least(a: u64, b: u64) -> u64 {
    if a > b { a } else { b }
}

const fn at_most(a: u64, b: u64) -> u64 {
    if a < b { a } else { b }
}
