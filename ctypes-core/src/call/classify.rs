//! How a record is described to libffi: as which register-sized pieces.
//!
//! Unions and bit fields have no description of their own in libffi, so that every record is
//! described by what [`Type::passing_at`] says: integers and floats that libffi passes in the same registers.

use super::tag::Tag;
use crate::layout::{Passing, RegisterClass, Way};
use crate::target::{Extent, Target};
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
    /// Eight bytes that no register holds.
    Padding,
    /// What is only ever in memory, and with it the record.
    InMemory,
}

impl Piece {
    const fn size(self) -> u64 {
        match self {
            Piece::U8 => 1,
            Piece::U16 => 2,
            Piece::U32 | Piece::F32 => 4,
            Piece::U64 | Piece::F64 | Piece::Padding => 8,
            Piece::LongDouble => Target::NATIVE.long_double_extent.size,
            // It stands alone.
            Piece::InMemory => 0,
        }
    }
}

/// The most pieces: what of up to 128 bytes has whole words, and what is left.
const MOST: usize = 128 / 8 + 3;

/// A record as libffi is told of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Description {
    pieces: [Piece; MOST],
    len: usize,
    /// The alignment that counts.
    pub(crate) align: u64,
}

impl Description {
    const fn new(align: u64) -> Description {
        Description { pieces: [Piece::U64; MOST], len: 0, align }
    }

    const fn and(mut self, piece: Piece) -> Description {
        self.pieces[self.len] = piece;
        self.len += 1;
        self
    }

    /// With integers that fill `size` bytes.
    const fn words(mut self, size: u64) -> Description {
        let mut left = size;
        while left != 0 {
            let piece = match left {
                8.. => Piece::U64,
                4.. => Piece::U32,
                2.. => Piece::U16,
                _ => Piece::U8,
            };
            self = self.and(piece);
            left -= piece.size();
        }
        self
    }

    /// With integers for what is in memory whatever it is made of: libffi sees that by the size.
    const fn large(self, size: u64) -> Description {
        self.words(if size > 128 { 32 } else { size })
    }

    pub(crate) const fn pieces(&self) -> &[Piece] {
        self.pieces.split_at(self.len).0
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $reason:literal,)*) => {
        /// Why the engine does not pass a value as C does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Refusal {
            $($(#[$doc])* $name,)*
        }

        impl Refusal {
            pub(crate) const fn reason(self) -> &'static str {
                match self {
                    $(Refusal::$name => $reason,)*
                }
            }

            /// Fails with the reason, which is an error on the user's type.
            #[cfg(feature = "load")]
            #[track_caller]
            pub(crate) const fn fail(self) -> ! {
                match self {
                    $(Refusal::$name => panic!(concat!(
                        "the call engine, which this call needs, does not pass this type by value as C does: ",
                        $reason
                    )),)*
                }
            }
        }
    };
}

refusals! {
    /// No convention says where nothing is.
    Empty: "it is empty",
    /// The stack is aligned to no more.
    Alignment: "its alignment is above 16 bytes",
    /// See `Way::Unsaid`.
    Unsaid: "compilers differ on how it is passed, or it depends on how C writes the length of its last array",
    /// libffi has one description for both.
    Apart: "it is passed in other registers than it is returned in",
    /// libffi's scalars are aligned.
    Unaligned: "a part of it is where no scalar of that kind is aligned",
}

/// The largest alignment that the stack has for an argument, and a buffer for a result.
const MAX_ALIGN: u64 = 16;

pub(crate) const SYSV64: bool = cfg!(all(target_arch = "x86_64", not(windows)));

/// Whether a convention is Microsoft's of x86-64.
pub(crate) const fn is_win64(conv: CallConv) -> bool {
    let native = cfg!(all(target_arch = "x86_64", windows));
    matches!(conv, CallConv::Win64) || native && matches!(conv, CallConv::C | CallConv::System)
}

/// A value of that extent by the convention of Windows: all that counts is the size ("x64 calling
/// convention", Parameter passing). As a struct, libffi copies what goes behind an address.
pub(crate) const fn by_size(extent: Extent) -> Result<Description, Refusal> {
    match extent.align {
        0..=MAX_ALIGN => Ok(Description::new(extent.align).large(extent.size)),
        _ => Err(Refusal::Alignment),
    }
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

/// The pieces of a record of that extent in order, for the C convention of this platform.
pub(crate) const fn pieces(passing: &Passing, extent: Extent) -> Result<Description, Refusal> {
    let size = extent.size;
    if size == 0 {
        return Err(Refusal::Empty);
    }
    if extent.align > MAX_ALIGN {
        return Err(Refusal::Alignment);
    }
    let align = if passing.align < extent.align { passing.align } else { extent.align };
    let description = Description::new(align);
    match (&passing.argument, &passing.result) {
        (Way::Unsaid, _) | (_, Way::Unsaid) => Err(Refusal::Unsaid),
        (Way::Registers(a), Way::Registers(b)) if !a.is(b) => Err(Refusal::Apart),
        // A struct of one long double comes back in st(0).
        (Way::Stack, Way::Registers(registers)) | (Way::Registers(registers), _) => {
            in_registers(registers.as_slice(), size, description)
        }
        // Packed, with a part that is unaligned.
        (Way::Stack, _) if SYSV64 && size <= 16 => Ok(description.and(Piece::InMemory)),
        _ => Ok(description.large(size)),
    }
}

/// Pieces that libffi, which looks at nothing but their types, has in these registers.
const fn in_registers(
    registers: &[crate::layout::Piece],
    size: u64,
    mut made: Description,
) -> Result<Description, Refusal> {
    let (mut i, mut has_float) = (0, false);
    while i < registers.len() {
        has_float |= !matches!(registers[i].class, RegisterClass::Integer);
        i += 1;
    }
    let mut end: u64 = 0;
    i = 0;
    while i < registers.len() {
        let (offset, mut len) = (registers[i].offset as u64, registers[i].size as u64);
        if SYSV64 && i + 1 < registers.len() && len < 8 {
            // A register is one of eight bytes, whatever of them means something.
            len = 8;
        }
        let first = made.len;
        made = match registers[i].class {
            // A bit field may have bits in an odd number of bytes.
            RegisterClass::Integer if has_float && !SYSV64 => made.words(len.next_power_of_two()),
            RegisterClass::Integer => made.words(len),
            _ => made.and(match len {
                4 => Piece::F32,
                8 => Piece::F64,
                _ => Piece::LongDouble,
            }),
        };
        if made.len > first {
            end = end.next_multiple_of(made.pieces[first].size());
        }
        if end != offset {
            return Err(Refusal::Unaligned);
        }
        let mut each = first;
        while each < made.len {
            end += made.pieces[each].size();
            each += 1;
        }
        i += 1;
    }
    while SYSV64 && end.next_multiple_of(8) < size {
        made = made.and(Piece::Padding);
        end = end.next_multiple_of(8) + 8;
    }
    Ok(made)
}

/// Why a call of that convention through the engine passes no value of a type of the derive, if it does not.
#[cfg(feature = "load")]
pub(crate) const fn refused(ty: &'static Type, conv: CallConv) -> Option<Refusal> {
    if !matches!(ty.0, Repr::Record(_)) {
        return None;
    }
    let (Some(passing), Some(extent)) = (ty.native_passing(), ty.native_extent()) else {
        return Some(Refusal::Unsaid);
    };
    let described = match is_win64(conv) {
        true if extent.size == 0 => Err(Refusal::Empty),
        true => by_size(extent),
        false => pieces(&passing, extent),
    };
    match described {
        Ok(_) => None,
        Err(refusal) => Some(refusal),
    }
}

/// An argument of more than eight bytes of which the first eight take the last integer register, by psABI 3.2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Astride {
    pub(crate) index: usize,
    /// Whether the others take a vector register; otherwise they are padding.
    pub(crate) has_second: bool,
}

/// The argument that is so, if one is; at most one can be. The types can be passed.
pub(crate) fn astride<'a>(result: &Type, args: impl Iterator<Item = &'a Type>) -> Option<Astride> {
    const INTEGERS: usize = 6;
    const VECTORS: usize = 8;
    let in_memory = match result.record() {
        Some(_) => result.passing_at(&Target::NATIVE).ok()?.result == Way::Memory,
        None => false,
    };
    let (mut integers, mut vectors) = (usize::from(in_memory), 0);
    for (i, ty) in args.enumerate() {
        let mine = match Tag::of(ty) {
            Tag::F32 | Tag::F64 => vec![RegisterClass::Float],
            Tag::Bytes => match ty.passing_at(&Target::NATIVE).ok()?.argument {
                Way::Registers(pieces) => pieces.as_slice().iter().map(|p| p.class).collect(),
                _ => continue,
            },
            _ => vec![RegisterClass::Integer],
        };
        let more = mine.iter().filter(|class| **class == RegisterClass::Integer).count();
        if integers + more > INTEGERS || vectors + mine.len() - more > VECTORS {
            // All of it goes to memory, and leaves the registers to those that follow.
            continue;
        }
        let is_large = Tag::of(ty) == Tag::Bytes && ty.native_extent()?.size > 8;
        if is_large && mine.first() == Some(&RegisterClass::Integer) && integers + 1 == INTEGERS {
            return Some(Astride { index: i, has_second: mine.len() > 1 });
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
