//! What the conventions ask about the scalars inside a type, gathered in one pass.
//!
//! A census of a scalar, a bit field or a record is made once and added to that of the record around it
//! ([`Aggregate`]), with offsets from the outermost record. Where compilers read a convention differently,
//! the [`Speaker`] decides while the census is made; what follows from it is then the same for all.

use super::at_least;
use super::scalars::{Elements, Flat, FloatKind, Leaf, LeafClass, Single, Word};
use super::speaker::Speaker;
use crate::layout::{BitRange, RecordKind};
use crate::target::{Abi, Extent, Target};

/// What is known of the scalars of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Census {
    pub(super) words: [Word; 2],
    pub(super) elements: Elements,
    pub(super) flat: Flat,
    pub(super) single: Single,
    /// The size of the float that gcc takes the whole for, whatever of no size is beside it.
    pub(super) float_mode: Option<u64>,
    /// The alignment before that of the whole type was raised.
    pub(super) natural: u64,
    /// What attributes in it align it to, of the whole and of members, and what it demands of a record around it, as
    /// Microsoft's compiler has it.
    pub(super) demanded: u64,
    demanded_around: u64,
    /// Whether an array or a record is of a size that no integer has.
    pub(super) has_odd_size: bool,
    pub(super) is_record: bool,
    /// Whether a float is among them.
    has_float: bool,
    /// Whether a pair of floats is.
    pub(super) has_complex: bool,
    /// Whether there is an array of no elements, by gcc.
    has_zero: bool,
    /// Whether there is anything but bit fields without a name.
    pub(super) has_value: bool,
    /// Whether compilers differ, or there is no such form in Rust.
    doubtful: bool,
}

impl Census {
    const EMPTY: Census = Census {
        words: [Word::Nothing; 2],
        elements: Elements::None,
        flat: Flat::None,
        single: Single::None,
        float_mode: None,
        natural: 1,
        demanded: 1,
        demanded_around: 1,
        has_odd_size: false,
        is_record: false,
        has_float: false,
        has_complex: false,
        has_zero: false,
        has_value: false,
        doubtful: false,
    };

    /// What adds nothing but is a member all the same.
    pub(crate) const NOTHING: Census = Census { single: Single::Other, ..Census::EMPTY };

    /// An array without a length at the end of a struct.
    pub(crate) const fn flexible(align: u64) -> Census {
        Census {
            elements: Elements::Mixed,
            flat: Flat::More,
            single: Single::Other,
            natural: align,
            ..Census::EMPTY
        }
    }

    /// A census on which nothing can be built.
    pub(crate) const DOUBTFUL: Census = Census { doubtful: true, ..Census::EMPTY };

    pub(crate) const fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// One scalar.
    pub(crate) const fn leaf(
        at: u64,
        extent: Extent,
        class: LeafClass,
        target: &Target,
        speaker: Speaker,
    ) -> Census {
        let Extent { size, align } = extent;
        let (first, second) = match class {
            LeafClass::Float(FloatKind::X87) => (Word::X87, Word::X87Up),
            LeafClass::Float(_) => (Word::Float, Word::Float),
            LeafClass::Integer | LeafClass::Pointer => (Word::Integer, Word::Integer),
        };
        // Unaligned fields make all of a record go to memory (psABI for AMD64, 3.2.3).
        let is_unaligned =
            matches!(target.abi, Abi::SysV64 | Abi::AppleX64) && !at.is_multiple_of(align);
        let words = if is_unaligned {
            [Word::Memory; 2]
        } else {
            let mut words = [Word::Nothing; 2];
            if at < 16 {
                words[(at / 8) as usize] = first;
            }
            if at < 8 && at + size > 8 {
                words[1] = second;
            }
            words
        };
        let (elements, is_float) = match class {
            LeafClass::Float(kind) => (Elements::Of(kind, 1), true),
            _ => (Elements::Mixed, false),
        };
        // Of integers a pointer is none to gcc and clang, nor has either a register for more than 8 bytes.
        let flat = if size > 8 || matches!(class, LeafClass::Pointer) && !speaker.is_rustc() {
            Flat::More
        } else {
            Flat::One(Leaf { offset: at, size, is_float })
        };
        let single = if is_float { Single::Float(size) } else { Single::Other };
        let has_float = is_float;
        let float_mode = if is_float && speaker.is_gcc() { Some(size) } else { None };
        Census {
            float_mode,
            words,
            elements,
            flat,
            single,
            natural: align,
            has_float,
            has_value: true,
            ..Census::EMPTY
        }
    }

    /// One bit field of C, of which `at` is where its bits are in the outermost record.
    pub(crate) const fn bits(
        at: BitRange,
        named: bool,
        target: &Target,
        speaker: Speaker,
    ) -> Census {
        let mut census = Census { single: Single::Other, has_value: named, ..Census::EMPTY };
        if at.width == 0 {
            // Those of no bits do not count, but among the floats of ELFv2.
            if matches!(target.abi, Abi::ElfV2) {
                census.elements = Elements::Mixed;
            }
            return census;
        }
        let bytes = at.bytes();
        census.elements = Elements::Mixed;
        census.flat = Flat::One(Leaf { offset: bytes.offset, size: bytes.size, is_float: false });
        // To gcc they have the class of integers, although psABI 3.2.3 gives them none.
        if !named && !speaker.is_gcc() {
            return census;
        }
        let mut word = bytes.offset / 8;
        while word < 2 && word * 8 < bytes.offset + bytes.size {
            census.words[word as usize] = Word::Integer;
            word += 1;
        }
        census
    }

    /// Bytes of which Rust knows no more.
    pub(crate) const fn bytes(at: u64, size: u64, align: u64) -> Census {
        let mut census = Census {
            elements: Elements::Mixed,
            single: Single::Other,
            natural: align,
            has_value: true,
            ..Census::EMPTY
        };
        census.flat = match size {
            0 => Flat::None,
            1 => Flat::One(Leaf { offset: at, size: 1, is_float: false }),
            2 => Flat::Two(
                Leaf { offset: at, size: 1, is_float: false },
                Leaf { offset: at + 1, size: 1, is_float: false },
            ),
            _ => Flat::More,
        };
        let mut word = at / 8;
        while word < 2 && word * 8 < at + size {
            census.words[word as usize] = Word::Integer;
            word += 1;
        }
        census
    }

    /// Bytes that may stay uninitialised, which to Rust are unions.
    pub(crate) const fn filler(at: u64, size: u64) -> Census {
        Census { flat: Flat::More, ..Census::bytes(at, size, 1) }
    }

    /// An array, of whose first element this is the census.
    pub(crate) const fn repeated(
        self,
        at: u64,
        len: u64,
        element: Extent,
        target: &Target,
        speaker: Speaker,
    ) -> Census {
        let mut all = self;
        if len == 0 {
            return self.zero_times(at, element, target, speaker);
        }
        if speaker.judges_by_first(target) {
            all.words = self.words_of_all(at, len, element.size);
        }
        if let Elements::Of(kind, n) = self.elements {
            all.elements = Elements::Of(kind, n.saturating_mul(len));
        }
        if len > 1 {
            all.flat = match self.flat {
                Flat::None => Flat::None,
                Flat::One(first) if len == 2 => {
                    Flat::Two(first, Leaf { offset: first.offset + element.size, ..first })
                }
                _ => Flat::More,
            };
        }
        all.has_odd_size |= is_odd_size(element.size.saturating_mul(len));
        // To C an array is no single float, even if it holds but one.
        all.float_mode = if len == 1 { self.float_mode } else { None };
        let is_one = speaker.is_rustc() && len == 1;
        // gcc gives up on an array of structs without members.
        if speaker.is_gcc() && matches!(self.flat, Flat::None) {
            all.flat = Flat::More;
        }
        all.single = if is_one { self.single } else { Single::Other };
        all
    }

    /// The classes of an array whose elements all have those of the first.
    const fn words_of_all(self, at: u64, len: u64, size: u64) -> [Word; 2] {
        let mut words = self.words;
        let is_memory = matches!(words, [Word::Memory, _] | [_, Word::Memory]);
        if at >= 8 || is_memory || at + len.saturating_mul(size) <= 8 {
            return words;
        }
        // What has two of them already repeats beyond the first 16 bytes.
        if at % 8 + size <= 8 {
            words[1] = words[0];
        }
        words
    }

    /// An array of no elements.
    const fn zero_times(
        self,
        at: u64,
        element: Extent,
        target: &Target,
        speaker: Speaker,
    ) -> Census {
        let has_float = self.has_float;
        let (natural, doubtful) = (self.natural, self.doubtful);
        let Census { demanded, demanded_around, .. } = self;
        let none =
            Census { natural, demanded, demanded_around, has_float, doubtful, ..Census::EMPTY };
        match speaker {
            // It counts to rustc as a member, but has nothing in it.
            Speaker::Rustc => Census { single: Single::Other, ..none },
            Speaker::Clang => Census {
                elements: Elements::Mixed,
                single: Single::Other,
                flat: Flat::More,
                ..none
            },
            // Such a record is in memory, or in registers if it is in no other one.
            Speaker::Gcc if matches!(target.abi, Abi::SysV64) && at % 8 + element.size > 16 => {
                Census::DOUBTFUL
            }
            // Of floats it hinders a homogeneous aggregate in some places and not in others.
            Speaker::Gcc if matches!(target.abi, Abi::Aapcs32) && self.has_float => {
                Census::DOUBTFUL
            }
            Speaker::Gcc => Census {
                // The rest of the eight bytes in which it starts has the class of an element.
                words: match at {
                    1..=7 => [self.words[0], Word::Nothing],
                    9..=15 => [Word::Nothing, self.words[1]],
                    _ => [Word::Nothing; 2],
                },
                elements: Elements::Mixed,
                flat: Flat::More,
                has_zero: true,
                single: Single::Other,
                ..none
            },
        }
    }

    /// The same as a pair of floats that is one scalar.
    pub(crate) const fn complex(self) -> Census {
        Census { has_complex: true, ..self }
    }

    /// The same, with the classes of what `other` has in the first 16 bytes.
    pub(crate) const fn with_words_of(mut self, other: &Census) -> Census {
        self.words = [self.words[0].merge(other.words[0]), self.words[1].merge(other.words[1])];
        self.doubtful |= other.doubtful;
        self
    }
}

/// The census of a record as its members come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aggregate {
    census: Census,
    kind: RecordKind,
    members: u32,
}

impl Aggregate {
    pub(crate) const fn new(kind: RecordKind) -> Aggregate {
        Aggregate { census: Census { is_record: true, ..Census::EMPTY }, kind, members: 0 }
    }

    /// Adds a member that is `align`ed in this record.
    pub(crate) const fn add(&mut self, member: &Census, align: u64) {
        let all = &mut self.census;
        all.words = [all.words[0].merge(member.words[0]), all.words[1].merge(member.words[1])];
        all.elements = all.elements.add(member.elements, self.kind);
        all.flat = match self.kind {
            RecordKind::Struct => all.flat.add(member.flat),
            RecordKind::Union => Flat::More,
        };
        all.single = match (self.members, self.kind) {
            (0, RecordKind::Struct) => member.single,
            _ => Single::Other,
        };
        if let (Some(size), RecordKind::Struct) = (member.float_mode, self.kind) {
            all.float_mode = Some(size);
        }
        all.natural = at_least(all.natural, align);
        all.demanded = at_least(all.demanded, member.demanded_around);
        all.demanded_around = all.demanded;
        all.has_float |= member.has_float;
        all.has_complex |= member.has_complex;
        all.has_zero |= member.has_zero;
        all.has_value |= member.has_value;
        all.has_odd_size |= member.has_odd_size;
        all.doubtful |= member.doubtful;
        self.members += 1;
    }

    /// Whether an array of no elements, as gcc sees it, changes more than one of unknown length would, into which gcc does
    /// not look.
    pub(crate) const fn is_changed_by(&self, none: &Census) -> bool {
        let (words, complex) = (self.census.words, self.census.has_complex || none.has_complex);
        let (first, second) = (words[0].merge(none.words[0]), words[1].merge(none.words[1]));
        first as u8 != words[0] as u8 || second as u8 != words[1] as u8 || complex && none.has_zero
    }

    /// Says that an attribute aligns a member.
    pub(crate) const fn demand(&mut self, align: u64) {
        let all = &mut self.census;
        all.demanded = at_least(all.demanded, align);
        all.demanded_around = all.demanded;
    }

    /// Says that an attribute aligns the whole, which has that alignment then.
    pub(crate) const fn demand_of_whole(&mut self, by_attribute: u64, align: u64) {
        self.demand(by_attribute);
        self.census.demanded_around = align;
    }

    /// Says that a member is where its type may not be (psABI for AMD64, 3.2.3), which clang and rustc ask of each and
    /// gcc of scalars only.
    pub(crate) const fn add_unaligned(&mut self) {
        self.census.words = [Word::Memory; 2];
    }

    pub(crate) const fn finish(self, extent: Extent, speaker: Speaker) -> Census {
        let mut all = self.census;
        // What is in an empty struct does not hinder the homogeneous aggregate around it.
        if speaker.is_clang() && !all.has_value {
            all.elements = Elements::None;
        }
        // Such an aggregate has no padding.
        if let Elements::Of(kind, n) = all.elements {
            let is_full = match n.checked_mul(kind.size()) {
                Some(size) => size == extent.size,
                None => false,
            };
            if !is_full {
                all.elements = Elements::Mixed;
            }
        }
        all.has_odd_size |= is_odd_size(extent.size);
        // gcc then takes the mode of the pair for that of the record, but only in some places.
        if all.has_complex && all.has_zero {
            all.doubtful = true;
        }
        if let Some(size) = all.float_mode
            && size != extent.size
        {
            all.float_mode = None;
        }
        if let Single::Float(size) = all.single
            && size != extent.size
            && speaker.is_clang()
        {
            all.single = Single::Other;
        }
        all
    }
}

const fn is_odd_size(size: u64) -> bool {
    !matches!(size, 0 | 1 | 2 | 4 | 8)
}
