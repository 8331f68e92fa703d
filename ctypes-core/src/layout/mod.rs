//! The layout algorithm: where C puts the members of a record, and how large a type is.
//!
//! Plain data in, plain data out, every function `const`: the derive calls it at compile time, the
//! run-time builder at run time, and nothing else in the workspace adds up sizes. No allocation, no
//! `unsafe`, nothing but `core`.
//!
//! Sources: C11 6.7.2.1 (members in order, padding, bit fields), the System V psABIs ("Aggregates and
//! Unions"), AAPCS32 5.3.4 and AAPCS64 5.9.4 (bit fields, where unnamed ones align the record), the
//! documentation of gcc (`packed`, `aligned`, `ms_struct`, `#pragma pack`) and of MSVC (`pack`, C bit
//! fields, `__declspec(align)`). Where those leave a question open, the compilers answered it: every rule
//! here is checked against them on random records, bit by bit.
//!
//! # Where compilers differ
//! [`Target::compiler`] says whose answer counts: gcc's on Linux and mingw, clang's on Apple, and clang's
//! `*-windows-msvc` in the place of Microsoft's compiler. A target with another `compiler` gives the
//! other answer. On random records, gcc 12 and clang 14 differ in:
//!
//! | record | gcc | clang |
//! |---|---|---|
//! | `#pragma pack(2)`, `{ uint8_t x : 3; uint8_t y : 3 __attribute__((aligned(4))); }` | an alignment above the pack value is reduced to it: size 4 | it is ignored: size 2 |
//! | i386, `{ long long x : 64 __attribute__((aligned(2))); }` | the field becomes a variable, with its alignment: 8 | 4 |
//! | mingw, `packed { uint8_t d : 5; uint8_t m : 4; uint16_t y : 15; }` | `packed` takes the alignment from bit fields: 4, aligned to 1 | it does not: 4, aligned to 2 |
//! | mingw, `union { unsigned x : 3; char c[5]; }` | the field's type aligns the union: 8, aligned to 4 | it does not: 5, aligned to 1 |
//! | mingw, `#pragma pack(1)`, `union { unsigned x : 3; }` | the bytes of the bits: 1 | the whole unit: 4 |
//! | mingw, `#pragma pack(1)`, `{ unsigned x : 3; long long : 0; char c; }` | the pack value counts for a width of 0: 5 | it does not: 16, aligned to 8 |
//!
//! Microsoft's rule differs from both of mingw's: alignments given by attributes resist packing, a pack
//! value above the size of a pointer is ignored, a bit field's own `aligned` has no effect inside a unit
//! that is open already, nothing in a union aligns it but members without bits, and no record is empty
//! (4 bytes at least).
//!
//! # What is refused
//! `ms_struct` and `gcc_struct` where the target's compiler does not heed them
//! ([`Target::bit_rule_by_attribute`]). gcc for i386 does heed `ms_struct`, but aligns such records by their
//! machine mode; no record of this kind has been met, so that it is refused there rather than guessed.
#![forbid(unsafe_code)]

mod bits;
mod ms;
pub(crate) mod passing;
mod record;
mod shape;
mod simple;
mod sysv;

pub use bits::BitRange;
pub(crate) use bits::ones;
pub use passing::{Passing, Piece, Pieces, RegisterClass, Way};
pub use record::RecordCursor;
pub use shape::{BitWidth, ByteSpan, FieldShape, Placement, RecordKind, RecordRules};
pub(crate) use simple::SimpleStruct;

use crate::target::{Compiler, Extent, Target};

/// Why a layout does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutFault {
    /// An alignment or pack value is not a power of two from 1 to 2^28.
    BadAlignment(u64),
    /// A size exceeds what the target's `ptrdiff_t` can tell apart.
    TooLarge,
    /// A named bit field has a width of 0.
    NamedZeroWidth,
    /// A bit field is wider than its type.
    TooWide {
        /// The width that was asked for.
        width: u32,
        /// The widest that the type allows.
        limit: u32,
    },
    /// A bit field's type is no integer.
    NotAnInteger,
    /// The target has no compiler with that rule for bit fields.
    NoSuchRule,
    /// A member without a name, which is no bit field, has an alignment or packing of its own.
    AttributeWithoutName,
    /// A member that is no bit field has an order of its bits; its type is to say the order of its bytes.
    OrderWithoutBits,
    /// A flexible array is not the last member of a struct that has another named one.
    MisplacedFlexible,
    /// What is anonymous, or extended, is no struct or union.
    NotARecord,
    /// The record that is extended is not the first member of a struct.
    MisplacedBase,
    /// The size of an array's elements is no multiple of their alignment, as a typedef may set it.
    UnalignedElements,
    /// Arrays and records are nested by value more than [`MAX_NESTING`] deep.
    TooDeep,
}

/// How deep arrays and records may be nested by value. C11 5.2.4.1 asks for 63 levels of structs; the
/// limit keeps hostile input from exhausting the stack of whoever walks over a type.
pub const MAX_NESTING: u32 = 256;

impl core::fmt::Display for LayoutFault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            LayoutFault::BadAlignment(n) => {
                write!(f, "expected an alignment that is a power of two from 1 to 2^28, found {n}")
            }
            LayoutFault::TooLarge => f.write_str("the size exceeds what ptrdiff_t can tell apart"),
            LayoutFault::NamedZeroWidth => {
                f.write_str("expected a bit field of at least 1 bit, found a named one of width 0")
            }
            LayoutFault::TooWide { width, limit } => {
                write!(f, "expected a bit field of at most {limit} bits, found one of {width}")
            }
            LayoutFault::NotAnInteger => {
                f.write_str("expected an integer, _Bool or enumeration as the type of a bit field")
            }
            LayoutFault::NoSuchRule => {
                f.write_str("the target has no compiler with that rule for bit fields")
            }
            LayoutFault::AttributeWithoutName => f.write_str(
                "C has no place for `aligned` or `packed` on an anonymous member: say it of its type",
            ),
            LayoutFault::OrderWithoutBits => f.write_str(
                "expected a bit field: of any other member the type says the byte order",
            ),
            LayoutFault::MisplacedFlexible => f.write_str(
                "expected a flexible array as the last member of a struct that has another named one",
            ),
            LayoutFault::NotARecord => f.write_str(
                "expected a struct or union, whose members are to be those of the record",
            ),
            LayoutFault::MisplacedBase => f.write_str(
                "expected what is extended as the first member of a struct",
            ),
            LayoutFault::UnalignedElements => f.write_str(
                "expected array elements whose size is a multiple of their alignment",
            ),
            LayoutFault::TooDeep => {
                write!(f, "its declarators or its members are nested more than {MAX_NESTING} deep")
            }
        }
    }
}

/// The size and alignment of an array of `len` elements (C11 6.2.5p20: no padding between them).
///
/// ```
/// use ctypes_core::{layout, target::{Extent, Target}};
/// let row = layout::array(Extent::new(12, 4), 3, &Target::I686_LINUX);
/// assert_eq!(row, Ok(Extent::new(36, 4)));
/// ```
pub const fn array(element: Extent, len: u64, target: &Target) -> Result<Extent, LayoutFault> {
    match element.size.checked_mul(len) {
        Some(size) if size <= target.max_size() => Ok(Extent::new(size, element.align)),
        _ => Err(LayoutFault::TooLarge),
    }
}

/// The size and alignment of `_Atomic` of a type of that size and alignment.
///
/// gcc aligns what has the size of an integer to that size. clang also rounds other sizes up to that
/// of an integer, which changes the type: `_Atomic struct { char c[3]; }` has 3 bytes for gcc, 4 for
/// clang. On i386 gcc forgets the alignment of 8 bytes again where a struct has no other member, which is
/// not followed here.
///
/// ```
/// use ctypes_core::{layout, target::{Extent, Target}};
/// // _Atomic long long on i386, where a plain one is aligned to 4
/// assert_eq!(layout::atomic(Extent::new(8, 4), &Target::I686_LINUX), Extent::new(8, 8));
/// ```
pub const fn atomic(of: Extent, target: &Target) -> Extent {
    const LARGEST_INTEGER: u64 = 16;
    let limit = target.atomic_align as u64;
    if matches!(target.compiler, Compiler::Gcc) {
        if !of.size.is_power_of_two() || of.size > LARGEST_INTEGER {
            return of;
        }
        let align = if of.size < limit { of.size } else { limit };
        return Extent::new(of.size, if align > of.align { align } else { of.align });
    }
    if of.size > limit {
        return of;
    }
    let size = of.size.next_power_of_two();
    Extent::new(size, if size > of.align { size } else { of.align })
}

pub(crate) const fn check_alignment(n: u64) -> Result<u64, LayoutFault> {
    if n.is_power_of_two() && n <= 1 << 28 { Ok(n) } else { Err(LayoutFault::BadAlignment(n)) }
}
