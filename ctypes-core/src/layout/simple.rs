//! The layout of a struct of which nothing is said, by a short way: it is what most derived structs
//! are, and the compiler of the user's crate interprets every step.

use super::{RecordKind, RecordRules};
use crate::target::{BitRule, Compiler, Extent, Target};

/// A struct without packing, alignment of its own or bit fields on this platform, as
/// [`RecordCursor`](super::RecordCursor) would lay it out.
pub(crate) struct SimpleStruct {
    end: u64,
    align: u64,
}

/// Whether plain members go one after the other, each to the next multiple of its alignment.
const IS_SIMPLE_HERE: bool = is_simple(&Target::NATIVE);

const fn is_simple(target: &Target) -> bool {
    matches!(target.compiler, Compiler::Gcc | Compiler::Clang)
        && matches!(target.bit_rule, BitRule::Gcc)
        && target.pointer >= 4
}

impl SimpleStruct {
    /// An empty struct, if the rules and the platform are simple.
    pub(crate) const fn new(rules: &RecordRules) -> Option<SimpleStruct> {
        match rules {
            RecordRules {
                kind: RecordKind::Struct,
                pack: None,
                packed: false,
                align: None,
                bit_rule: None,
                transparent_union: false,
            } if IS_SIMPLE_HERE => Some(SimpleStruct { end: 0, align: 1 }),
            _ => None,
        }
    }

    /// Places the next member. What Rust has made a type of is far from overflowing.
    pub(crate) const fn place(&mut self, extent: &Extent) {
        let Extent { size, align } = *extent;
        self.end = ((self.end + (align - 1)) & !(align - 1)) + size;
        if align > self.align {
            self.align = align;
        }
    }

    /// Whether the struct has that size and alignment. A large one may be too large for C.
    pub(crate) const fn is(&self, size: usize, align: usize) -> bool {
        let mask = self.align.wrapping_sub(1);
        (self.end.wrapping_add(mask) & !mask) == size as u64
            && self.align == align as u64
            && size < 1 << 29
            && align < 1 << 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{FieldShape, RecordCursor};

    /// The short way leads where the long one does.
    #[test]
    fn simple_members_are_placed_alike() {
        let mut state = 1_u64;
        for _ in 0..1000 {
            let rules = RecordRules::plain(RecordKind::Struct);
            let Some(mut short) = SimpleStruct::new(&rules) else { return };
            let mut long = RecordCursor::new(rules, &Target::NATIVE).unwrap();
            for _ in 0..8 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let extent = Extent::new(state >> 58, 1 << (state >> 40 & 7));
                long.place(FieldShape::plain(extent)).unwrap();
                short.place(&extent);
            }
            let whole = long.finish().unwrap();
            let (size, align) = (whole.size as usize, whole.align as usize);
            assert!(short.is(size, align), "{whole:?}");
            assert!(!short.is(size + align, align) && !short.is(size, 2 * align));
        }
    }
}
