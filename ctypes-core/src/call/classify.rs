//! How a record travels by value: as which register-sized pieces.
//!
//! Unions and bit fields have no description of their own in libffi, so that every record is
//! described by the classes of its parts. On x86-64 System V these are the eightbytes of psABI
//! 3.2.3; elsewhere the record's scalars in order, or, if unions are among them, words, with the
//! exception of homogeneous float aggregates (AAPCS64 6.4.2, AAPCS32 VFP).

use super::tag::Tag;
use crate::layout::{BitRange, RecordKind};
use crate::target::{Compiler, Target};
use crate::types::{FieldLayout, FieldRole, Repr, Scalar, Type, TypeKind};

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
    Pointer,
}

/// A scalar somewhere inside a record.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    offset: u64,
    size: u64,
    align: u64,
    piece: Piece,
}

/// The size above which a record is in memory by every convention: the largest one in registers is
/// ELFv2's aggregate of eight floats of 16 bytes.
const MAX_IN_REGISTERS: u64 = if SYSV64 { 16 } else { 128 };

/// The most scalars that are looked at: unions of unions can have any number in few bytes.
const MAX_VISITS: usize = 4096;

/// The largest alignment that the stack has for an argument, and a buffer for a result. On i386 and 32-bit ARM
/// (AAPCS32 6.5 B.5) libffi aligns a record to more than gcc does.
const MAX_ALIGN: u64 = if cfg!(any(target_arch = "x86", target_arch = "arm")) { 8 } else { 16 };

const BY_GCC: bool = matches!(Target::NATIVE.compiler, Compiler::Gcc);

pub(crate) const SYSV64: bool = cfg!(all(target_arch = "x86_64", not(windows)));

/// The pieces of a record of that size, in order, for the C convention of this platform.
pub(crate) fn pieces(ty: &Type, size: u64, align: u64) -> Result<Vec<Piece>, String> {
    if align > MAX_ALIGN {
        return Err(format!("its alignment of {align} bytes is above {MAX_ALIGN}"));
    }
    if size > MAX_IN_REGISTERS {
        // Any pieces do: libffi sees by the size that the record goes to memory.
        return Ok(vec![Piece::U64; 4]);
    }
    let mut parts = Parts::default();
    collect(ty, 0, &mut parts)?;
    let Parts { leaves, overlaps, has_names } = parts;
    if !has_names && size != 0 {
        // gcc gives it registers, but no room on the stack.
        return Err("nothing but bit fields without a name, on which compilers differ,".to_owned());
    }
    if SYSV64 {
        return eightbytes(&leaves, size);
    }
    if let Some(unaligned) = leaves.iter().find(|l| l.offset % l.align != 0) {
        return Err(format!("a packed record with an unaligned part at {}", unaligned.offset));
    }
    if cfg!(target_arch = "arm") && leaves.iter().all(|l| l.align < align) {
        // AAPCS32 4.3: the natural alignment, of the parts, counts; libffi knows the record's alone.
        return Err(format!("an alignment of {align} bytes, above that of its parts"));
    }
    let homogeneous = homogeneous(&leaves, size);
    if cfg!(target_arch = "aarch64") && align == 16 && size <= 16 && homogeneous.is_none() {
        // AAPCS64 6.8.2 C.10: an even register, which libffi does not look for.
        return Err("an alignment of 16 bytes in integer registers".to_owned());
    }
    // Of floats and padding libffi would make more floats.
    let is_padded = cfg!(any(target_arch = "aarch64", target_arch = "arm"))
        && leaves.iter().all(|l| matches!(l.piece, Piece::F32 | Piece::F64 | Piece::LongDouble));
    match homogeneous {
        Some(pieces) if overlaps => Ok(pieces),
        None if overlaps || is_padded => Ok(words(size)),
        _ => Ok(leaves.iter().map(|l| l.piece).collect()),
    }
}

/// What is inside a record.
#[derive(Default)]
struct Parts {
    leaves: Vec<Leaf>,
    /// Whether they may share bytes.
    overlaps: bool,
    /// Whether any of them has a name.
    has_names: bool,
}

fn collect(ty: &Type, at: u64, out: &mut Parts) -> Result<(), String> {
    if out.leaves.len() >= MAX_VISITS {
        return Err(format!("more than {MAX_VISITS} scalars in it"));
    }
    match ty.kind() {
        TypeKind::Array { of, len } => {
            let size = of.extent_at(&Target::NATIVE).map_err(|e| e.to_string())?.size;
            if size == 0 {
                return Ok(());
            }
            (0..len).try_for_each(|i| collect(&of, at + i * size, out))
        }
        TypeKind::Record(record) => {
            out.overlaps |= record.rules().kind == RecordKind::Union;
            let layout = ty.layout().map_err(|e| e.to_string())?;
            layout.fields().iter().try_for_each(|f| match f.bits() {
                // gcc gives an array of no elements the class of one, on x86-64 where it does not start eight
                // bytes; clang does not.
                None if f.size() == 0 && may_count(f, at + f.offset()) => {
                    Err(format!("`{}` of no size, on which compilers differ,", f.name()))
                }
                // What is empty is skipped: any number of it takes no room.
                None if f.size() == 0 => Ok(()),
                None => collect(f.ty(), at + f.offset(), out),
                Some(bits) if bits.width == 0 => Ok(()),
                // psABI 3.2.3: unnamed bit fields have no class. To gcc they are as those with a name.
                Some(_) if f.name().is_empty() && SYSV64 && !BY_GCC => Ok(()),
                // The psABI of RISC-V puts a float and a bit field into one register of each kind.
                Some(_) if cfg!(target_arch = "riscv64") => {
                    Err(format!("the bit field `{}` inside a record", f.name()))
                }
                // Bit fields are integers wherever they lie, and share their bytes.
                Some(bits) => {
                    out.overlaps = true;
                    out.has_names |= !f.name().is_empty();
                    let (offset, size) = (at + f.offset(), f.size());
                    let there = BitRange { byte: at + bits.byte, ..bits };
                    let align =
                        if there.is_unaligned_integer() { u64::from(bits.width) / 8 } else { 1 };
                    out.leaves.push(Leaf { offset, size, align, piece: Piece::U8 });
                    Ok(())
                }
            })
        }
        _ => {
            let extent = ty.extent_at(&Target::NATIVE).map_err(|e| e.to_string())?;
            out.has_names = true;
            out.leaves.extend(leaf(ty, at, extent.size, extent.align)?);
            Ok(())
        }
    }
}

/// Whether a field of no size has an array of something in it, to which gcc gives that something's class where
/// the parts of a record are looked at.
fn may_count(field: &FieldLayout, at: u64) -> bool {
    let is_looked_at = if cfg!(target_arch = "x86_64") {
        SYSV64 && !at.is_multiple_of(8)
    } else {
        !cfg!(target_arch = "x86")
    };
    is_looked_at && field.rules().role != FieldRole::Flexible && has_scalars(field.ty())
}

fn has_scalars(ty: &Type) -> bool {
    match ty.kind() {
        TypeKind::Array { of, .. } => has_scalars(&of),
        TypeKind::Record(record) => record.fields().iter().any(|f| has_scalars(f.ty())),
        _ => true,
    }
}

fn leaf(ty: &Type, offset: u64, size: u64, align: u64) -> Result<Vec<Leaf>, String> {
    let one = |piece| Ok(vec![Leaf { offset, size, align, piece }]);
    match (Tag::of(ty), &ty.0) {
        (Tag::Bool | Tag::I8 | Tag::U8, _) => one(Piece::U8),
        (Tag::I16 | Tag::U16, _) => one(Piece::U16),
        (Tag::I32 | Tag::U32, _) => one(Piece::U32),
        (Tag::I64 | Tag::U64, _) => one(Piece::U64),
        (Tag::F32, _) => one(Piece::F32),
        (Tag::F64, _) => one(Piece::F64),
        (Tag::Pointer, _) => one(Piece::Pointer),
        // A register has no byte order: C loads the bytes as they are.
        (_, Repr::Ordered(scalar, _)) => leaf(&Type::scalar(*scalar), offset, size, align),
        (_, Repr::Scalar(Scalar::LongDouble)) => one(Piece::LongDouble),
        (_, Repr::Scalar(Scalar::FloatComplex | Scalar::DoubleComplex)) => {
            let piece = if size == 8 { Piece::F32 } else { Piece::F64 };
            Ok([0, size / 2]
                .map(|n| Leaf { offset: offset + n, size: size / 2, align, piece })
                .to_vec())
        }
        _ => Err(format!("`{ty}` inside a record")),
    }
}

/// psABI 3.2.3: each eight bytes are INTEGER if any of their scalars is, else SSE; an unaligned
/// scalar puts the record into memory.
fn eightbytes(leaves: &[Leaf], size: u64) -> Result<Vec<Piece>, String> {
    if leaves.iter().any(|l| l.offset % l.align != 0) {
        return Err("a packed record of at most 16 bytes with an unaligned part".to_owned());
    }
    if leaves.iter().any(|l| l.piece == Piece::LongDouble) {
        return if leaves.len() == 1 {
            Ok(vec![Piece::LongDouble])
        } else {
            Err("a union of long double and something else".to_owned())
        };
    }
    let mut pieces = Vec::new();
    for start in (0..size).step_by(8) {
        let len = (size - start).min(8);
        let mut inside =
            leaves.iter().filter(|l| l.offset < start + 8 && l.offset + l.size > start).peekable();
        if inside.peek().is_none() {
            return Err("eight bytes that are nothing but padding".to_owned());
        }
        if inside.all(|l| matches!(l.piece, Piece::F32 | Piece::F64)) {
            pieces.push(if len == 4 { Piece::F32 } else { Piece::F64 });
        } else {
            pieces.extend(words(len));
        }
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
            Tag::Bytes if ty.record().is_none() => continue,
            Tag::Bytes => {
                let layout = ty.layout().ok()?;
                let pieces = pieces(ty, layout.size(), layout.align()).ok()?;
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

/// The elements of an aggregate that is all of one float type, unions included; there is no padding in it.
fn homogeneous(leaves: &[Leaf], size: u64) -> Option<Vec<Piece>> {
    let first = leaves.first()?;
    let end = leaves.iter().map(|l| l.offset + l.size).max()?;
    (matches!(first.piece, Piece::F32 | Piece::F64 | Piece::LongDouble)
        && leaves.iter().all(|l| l.piece == first.piece)
        && end == size
        && leaves.len() as u64 >= size / first.size
        && size / first.size <= 8)
        .then(|| vec![first.piece; (size / first.size) as usize])
}
