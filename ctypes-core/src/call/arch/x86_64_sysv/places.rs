//! Where a function finds its arguments, and where its caller looks for the result (AMD64 psABI 3.2.3).
//!
//! Classes come from [`Type::passing_at`]; what is decided here is how many registers are left for each.

use crate::layout::{Piece, RegisterClass, Way};
use crate::target::Target;
use crate::types::{CallConv, Type, TypeKind};

/// Registers for integers (rdi, rsi, rdx, rcx, r8, r9) and for floats (xmm0 to xmm7).
pub(super) const INTEGERS: usize = 6;
pub(super) const FLOATS: usize = 8;

/// The largest alignment that the stack has for an argument.
const MAX_ALIGN: u64 = 16;

/// The place of an argument in the words of a [`Frame`](super::Frame).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In one piece, from that word on.
    At(u32),
    /// Its first eight bytes in one word, the others in another one.
    Apart(u32, u32),
}

/// The registers of a result. The assembly knows the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Back {
    /// In rax and rdx, in xmm0 and xmm1, or nowhere: both pairs get its words.
    Words = 0,
    /// In rax and xmm0.
    IntegerFloat = 1,
    /// In xmm0 and rax.
    FloatInteger = 2,
    /// In st(0).
    X87 = 3,
    /// In st(0) and st(1).
    X87Pair = 4,
    /// In memory of the caller, whose address came in rdi and goes back in rax.
    Memory = 5,
}

/// The places of one signature.
#[derive(Debug)]
pub(crate) struct Places {
    pub(super) args: Box<[Place]>,
    pub(super) back: Back,
}

impl Places {
    /// The places of a function's arguments, if its convention is this one and compilers agree on all of them.
    pub(crate) fn new(conv: CallConv, result: &Type, params: &[Type]) -> Option<Places> {
        if !matches!(conv, CallConv::C | CallConv::System | CallConv::SysV64) {
            return None;
        }
        let back = back(result)?;
        let mut taken = Taken { integers: u32::from(back == Back::Memory), floats: 0, stack: 0 };
        let args = params.iter().map(|ty| taken.next(ty)).collect::<Option<_>>()?;
        Some(Places { args, back })
    }
}

fn back(result: &Type) -> Option<Back> {
    use RegisterClass::{Float, Integer, X87};
    if matches!(result.kind(), TypeKind::Void) {
        return Some(Back::Words);
    }
    Some(match result.passing_at(&Target::NATIVE).ok()?.result {
        Way::Memory => Back::Memory,
        Way::Registers(pieces) => match *pieces.as_slice() {
            [Piece { class: X87, .. }] => Back::X87,
            [Piece { class: X87, .. }, _] => Back::X87Pair,
            [Piece { class: Integer, .. }, Piece { class: Float, .. }] => Back::IntegerFloat,
            [Piece { class: Float, .. }, Piece { class: Integer, .. }] => Back::FloatInteger,
            [Piece { offset: 0, .. }] | [_, _] => Back::Words,
            _ => return None,
        },
        _ => return None,
    })
}

/// What the arguments so far have taken.
struct Taken {
    integers: u32,
    floats: u32,
    /// Bytes of the stack.
    stack: u64,
}

impl Taken {
    fn next(&mut self, ty: &Type) -> Option<Place> {
        let passing = ty.passing_at(&Target::NATIVE).ok()?;
        if passing.align > MAX_ALIGN {
            return None;
        }
        match passing.argument {
            Way::Registers(pieces) => {
                if let Some(place) = self.registers(pieces.as_slice())? {
                    return Some(place);
                }
            }
            Way::Stack => {}
            _ => return None,
        }
        let at = self.stack.next_multiple_of(passing.align.max(8));
        self.stack = at + ty.native_extent()?.size.next_multiple_of(8);
        let at = u32::try_from(at / 8).ok()?;
        Some(Place::At(super::STACK + at))
    }

    /// The registers, if there are enough for all pieces: an argument is never half on the stack.
    fn registers(&mut self, pieces: &[Piece]) -> Option<Option<Place>> {
        let mut words = [0; 2];
        let (mut integers, mut floats) = (self.integers, self.floats);
        for (word, piece) in words.iter_mut().zip(pieces) {
            match piece.class {
                RegisterClass::Integer => {
                    *word = integers;
                    integers += 1;
                }
                RegisterClass::Float => {
                    *word = INTEGERS as u32 + floats;
                    floats += 1;
                }
                RegisterClass::X87 => return None,
            }
        }
        if integers as usize > INTEGERS || floats as usize > FLOATS {
            return Some(None);
        }
        (self.integers, self.floats) = (integers, floats);
        Some(Some(match (words, pieces) {
            ([first, _], [Piece { offset: 0, .. }]) => Place::At(first),
            // Registers of one kind are side by side in the frame as the words of the value are.
            ([first, second], [_, _]) if first + 1 == second => Place::At(first),
            ([first, second], [_, _]) => Place::Apart(first, second),
            _ => return None,
        }))
    }
}
