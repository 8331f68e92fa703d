//! What the conventions see in scalars: formats of floats, classes of words, and the few scalars that a record
//! may have to be passed in registers of their own. Each knows how it combines with another of its kind.

use super::at_least;
use crate::layout::RecordKind;
use crate::target::LongDoubleFormat;

/// A format of floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FloatKind {
    Single,
    Double,
    X87,
    Quad,
    DoubleDouble,
}

impl FloatKind {
    pub(crate) const fn of_long_double(format: LongDoubleFormat) -> FloatKind {
        match format {
            LongDoubleFormat::Double => FloatKind::Double,
            LongDoubleFormat::X87 => FloatKind::X87,
            LongDoubleFormat::Quad => FloatKind::Quad,
            LongDoubleFormat::DoubleDouble => FloatKind::DoubleDouble,
        }
    }

    pub(crate) const fn size(self) -> u64 {
        match self {
            FloatKind::Single => 4,
            FloatKind::Double => 8,
            FloatKind::X87 | FloatKind::Quad | FloatKind::DoubleDouble => 16,
        }
    }
}

/// What a scalar is to a convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeafClass {
    Integer,
    Pointer,
    Float(FloatKind),
}

/// The class of eight bytes (psABI for AMD64, 3.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Nothing,
    Float,
    Integer,
    X87,
    X87Up,
    Memory,
}

impl Word {
    pub(super) const fn merge(self, other: Word) -> Word {
        match (self, other) {
            (Word::Nothing, w) | (w, Word::Nothing) => w,
            (Word::Memory, _) | (_, Word::Memory) => Word::Memory,
            (Word::Integer, _) | (_, Word::Integer) => Word::Integer,
            (Word::X87, Word::X87) => Word::X87,
            (Word::X87Up, Word::X87Up) => Word::X87Up,
            (Word::Float, Word::Float) => Word::Float,
            _ => Word::Memory,
        }
    }
}

/// Whether all scalars are floats of one kind, and how many (AAPCS64 5.9.5, ELFv2 2.2.3.5).
#[derive(Debug, Clone, Copy)]
pub(super) enum Elements {
    None,
    Of(FloatKind, u64),
    Mixed,
}

impl Elements {
    pub(super) const fn add(self, other: Elements, kind: RecordKind) -> Elements {
        match (self, other) {
            (Elements::None, e) | (e, Elements::None) => e,
            (Elements::Of(a, n), Elements::Of(b, m)) if a as u8 == b as u8 => {
                let sum = match kind {
                    RecordKind::Struct => n.saturating_add(m),
                    RecordKind::Union => at_least(n, m),
                };
                Elements::Of(a, sum)
            }
            _ => Elements::Mixed,
        }
    }
}

/// A scalar where it is, from the start of the outermost record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) is_float: bool,
}

/// The scalars of a record of at most two (RISC-V psABI, "Hardware Floating-point Calling Convention").
#[derive(Debug, Clone, Copy)]
pub(super) enum Flat {
    None,
    One(Leaf),
    Two(Leaf, Leaf),
    More,
}

impl Flat {
    pub(super) const fn add(self, other: Flat) -> Flat {
        match (self, other) {
            (Flat::None, f) | (f, Flat::None) => f,
            (Flat::One(a), Flat::One(b)) => Flat::Two(a, b),
            _ => Flat::More,
        }
    }
}

/// Whether there is but one scalar in structs of one member, and that a float (s390x).
#[derive(Debug, Clone, Copy)]
pub(super) enum Single {
    None,
    Float(u64),
    Other,
}
