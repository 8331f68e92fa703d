//! How a record is described to libffi: as which register-sized pieces.
//!
//! Unions and bit fields have no description of their own in libffi, so that every record is
//! described by what [`Type::passing_at`] says: integers and floats that libffi passes in the same registers.

use super::tag::Tag;
use crate::layout::{Passing, RegisterClass, Way};
use crate::target::Target;
use crate::types::{CallConv, Repr, Scalar, Type};

/// A piece of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    LongDouble,
}

impl Piece {
    const fn size(self) -> u64 {
        match self {
            Piece::U8 => 1,
            Piece::U16 => 2,
            Piece::U32 | Piece::F32 => 4,
            Piece::U64 | Piece::F64 => 8,
            Piece::LongDouble => Target::NATIVE.long_double_extent.size,
        }
    }
}

/// The largest alignment that the stack has for an argument, and a buffer for a result.
const MAX_ALIGN: u64 = 16;

pub(crate) const SYSV64: bool = cfg!(all(target_arch = "x86_64", not(windows)));

/// Whether a convention is Microsoft's of x86-64.
pub(crate) const fn is_win64(conv: CallConv) -> bool {
    let native = cfg!(all(target_arch = "x86_64", windows));
    matches!(conv, CallConv::Win64) || native && matches!(conv, CallConv::C | CallConv::System)
}

/// The pieces of a value of that size by the convention of Windows: all that counts is the size ("x64 calling
/// convention", Parameter passing). As a struct, libffi copies what goes behind an address.
pub(crate) fn by_size(size: u64, align: u64) -> Result<Vec<Piece>, String> {
    if align > MAX_ALIGN {
        return Err(format!("its alignment of {align} bytes is above {MAX_ALIGN}"));
    }
    Ok(if size > 128 { vec![Piece::U64; 4] } else { words(size) })
}

/// The real and the imaginary part of a complex type, where libffi passes them (`FFI_TARGET_HAS_COMPLEX_TYPE` of its
/// targets).
pub(crate) fn complex_part(ty: &Type) -> Option<Piece> {
    let is_known = cfg!(any(
        target_arch = "x86_64",
        target_arch = "x86",
        target_arch = "aarch64",
        target_arch = "arm",
        target_arch = "s390x",
    )) && !cfg!(target_env = "msvc");
    match ty.0 {
        _ if !is_known => None,
        Repr::Scalar(Scalar::FloatComplex) => Some(Piece::F32),
        Repr::Scalar(Scalar::DoubleComplex) => Some(Piece::F64),
        Repr::Scalar(Scalar::LongDoubleComplex) => Some(Piece::LongDouble),
        _ => None,
    }
}

/// The pieces of a record of that size in order, for the C convention of this platform, and the alignment that counts for
/// them.
pub(crate) fn pieces(ty: &Type, size: u64, align: u64) -> Result<(Vec<Piece>, u64), String> {
    if align > MAX_ALIGN {
        return Err(format!("its alignment of {align} bytes is above {MAX_ALIGN}"));
    }
    let passing = ty.passing_at(&Target::NATIVE).map_err(|e| e.to_string())?;
    let Passing { argument, result, .. } = passing;
    let pieces = match (argument, result) {
        (Way::Unsaid, _) | (_, Way::Unsaid) => {
            return Err("compilers differ on how it is passed".to_owned());
        }
        (Way::Registers(a), Way::Registers(b)) if a != b => {
            return Err("it is passed in other registers than it is returned in".to_owned());
        }
        // A struct of one long double comes back in st(0).
        (Way::Stack, Way::Registers(registers)) | (Way::Registers(registers), _) => {
            in_registers(registers.as_slice(), size)?
        }
        (Way::Stack, _) if SYSV64 && size <= 16 => {
            return Err("a packed record of at most 16 bytes with an unaligned part".to_owned());
        }
        // Any pieces do: libffi sees by the size that the record goes to memory.
        (Way::Memory | Way::Stack, _) if size > 128 => vec![Piece::U64; 4],
        _ => words(size),
    };
    Ok((pieces, align.min(passing.align)))
}

/// Pieces that libffi, which looks at nothing but their types, has in these registers.
fn in_registers(registers: &[crate::layout::Piece], size: u64) -> Result<Vec<Piece>, String> {
    let has_float = registers.iter().any(|r| r.class != RegisterClass::Integer);
    let mut pieces = Vec::new();
    let mut end = 0;
    for register in registers {
        let (offset, len) = (u64::from(register.offset), u64::from(register.size));
        let first = pieces.len();
        match register.class {
            RegisterClass::Integer if has_float && !SYSV64 => {
                // A bit field may have bits in an odd number of bytes.
                pieces.extend(words(len.next_power_of_two()));
            }
            RegisterClass::Integer => pieces.extend(words(len)),
            _ => pieces.push(match len {
                4 => Piece::F32,
                8 => Piece::F64,
                _ => Piece::LongDouble,
            }),
        }
        if let Some(piece) = pieces.get(first).copied() {
            end = u64::next_multiple_of(end, piece.size());
        }
        if end != offset {
            return Err(format!(
                "a part of it is at {offset}, which no scalar there is aligned to"
            ));
        }
        end += pieces[first..].iter().map(|p| p.size()).sum::<u64>();
    }
    if SYSV64 && end.next_multiple_of(8) < size {
        return Err("eight bytes that are nothing but padding".to_owned());
    }
    Ok(pieces)
}

/// The argument whose first eight bytes take the last integer register, and the others a vector
/// register, with the piece in the latter, by psABI 3.2.3. At most one does. The types can be passed.
pub(crate) fn astride<'a>(
    result: &Type,
    args: impl Iterator<Item = &'a Type>,
) -> Option<(usize, Piece)> {
    const INTEGERS: usize = 6;
    const VECTORS: usize = 8;
    let in_memory = result.record().is_some() && result.layout().ok()?.size() > 16;
    let (mut integers, mut vectors) = (usize::from(in_memory), 0);
    for (i, ty) in args.enumerate() {
        let (mine, last) = match Tag::of(ty) {
            Tag::F32 | Tag::F64 => (vec![false], None),
            Tag::Bytes => {
                let layout = ty.layout().ok()?;
                let (pieces, _) = pieces(ty, layout.size(), layout.align()).ok()?;
                if layout.size() > 16 || pieces.contains(&Piece::LongDouble) {
                    continue;
                }
                let is_integer = |p: &Piece| !matches!(p, Piece::F32 | Piece::F64);
                let ends = [pieces.first()?, pieces.last()?].map(is_integer);
                (ends[..if layout.size() > 8 { 2 } else { 1 }].to_vec(), pieces.last().copied())
            }
            _ => (vec![true], None),
        };
        let more = mine.iter().filter(|is_integer| **is_integer).count();
        if integers + more > INTEGERS || vectors + mine.len() - more > VECTORS {
            // All of it goes to memory, and leaves the registers to those that follow.
            continue;
        }
        if mine == [true, false] && integers + 1 == INTEGERS {
            return last.map(|piece| (i, piece));
        }
        integers += more;
        vectors += mine.len() - more;
    }
    None
}

/// The argument that is a record while i386's fastcall (two) or thiscall (one) has registers left. gcc 12 counts a record
/// that is passed on the stack against them by its words, libffi as all of them.
pub(crate) fn unsettled<'a>(
    conv: CallConv,
    result: &Type,
    params: impl Iterator<Item = &'a Type>,
) -> Option<usize> {
    let mut left: u32 = match conv {
        CallConv::Fastcall => 2,
        CallConv::Thiscall => 1,
        _ => return None,
    };
    left -= u32::from(result.record().is_some());
    for (i, ty) in params.enumerate() {
        match Tag::of(ty) {
            _ if left == 0 => return None,
            Tag::Bytes if ty.record().is_some() => return Some(i),
            Tag::I64 | Tag::U64 => left = 0,
            Tag::F32 | Tag::F64 | Tag::Bytes | Tag::Void => {}
            _ => left -= 1,
        }
    }
    None
}

/// Integers that fill `size` bytes.
fn words(size: u64) -> Vec<Piece> {
    let mut pieces = vec![Piece::U64; (size / 8) as usize];
    for (bit, piece) in [(4, Piece::U32), (2, Piece::U16), (1, Piece::U8)] {
        if size & bit != 0 {
            pieces.push(piece);
        }
    }
    pieces
}
