//! How types are told to libffi: scalars by its own descriptions, records by the pieces that
//! [`classify`] finds.

use crate::call::classify::{self, Piece, Refusal};
use crate::call::tag::Tag;
use crate::error::SignatureError;
use crate::target::{Extent, Target};
use crate::types::{CallConv, Repr, Scalar, Type};
use core::ptr::{self, NonNull};
use libffi::raw;

/// Type descriptions and the memory that they point into.
pub(super) struct Types {
    pub(super) params: Pinned<[*mut raw::ffi_type]>,
    pub(super) result: *mut raw::ffi_type,
    _records: Vec<Record>,
}

/// The description of one record and the elements that it points at.
pub(super) struct Record {
    _description: Pinned<raw::ffi_type>,
    _elements: Pinned<[*mut raw::ffi_type]>,
}

/// Owned memory that others hold the address of. A `Box` would claim, when moved, to be the only
/// way to it.
pub(super) struct Pinned<T: ?Sized>(NonNull<T>);

impl<T: ?Sized> Pinned<T> {
    pub(super) fn new(value: Box<T>) -> Pinned<T> {
        Pinned(NonNull::from(Box::leak(value)))
    }

    pub(super) fn as_ptr(&self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T: ?Sized> Drop for Pinned<T> {
    fn drop(&mut self) {
        // SAFETY: leaked from a box in `new`, and freed once, here.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

fn builtin(tag: Tag) -> Option<*mut raw::ffi_type> {
    Some(match tag {
        Tag::Void => &raw mut raw::ffi_type_void,
        Tag::Bool | Tag::U8 => &raw mut raw::ffi_type_uint8,
        Tag::I8 => &raw mut raw::ffi_type_sint8,
        Tag::I16 => &raw mut raw::ffi_type_sint16,
        Tag::U16 => &raw mut raw::ffi_type_uint16,
        Tag::I32 => &raw mut raw::ffi_type_sint32,
        Tag::U32 => &raw mut raw::ffi_type_uint32,
        Tag::I64 => &raw mut raw::ffi_type_sint64,
        Tag::U64 => &raw mut raw::ffi_type_uint64,
        Tag::F32 => &raw mut raw::ffi_type_float,
        Tag::F64 => &raw mut raw::ffi_type_double,
        Tag::Pointer => &raw mut raw::ffi_type_pointer,
        Tag::Bytes => return None,
    })
}

pub(super) fn piece(piece: Piece) -> *mut raw::ffi_type {
    match piece {
        Piece::U8 => &raw mut raw::ffi_type_uint8,
        Piece::U16 => &raw mut raw::ffi_type_uint16,
        Piece::U32 => &raw mut raw::ffi_type_uint32,
        Piece::U64 => &raw mut raw::ffi_type_uint64,
        Piece::F32 => &raw mut raw::ffi_type_float,
        Piece::F64 => &raw mut raw::ffi_type_double,
        Piece::LongDouble => &raw mut raw::ffi_type_longdouble,
        Piece::Padding => &raw mut PADDING,
        Piece::InMemory => &raw mut IN_MEMORY,
    }
}

/// The elements of a struct that has none.
static mut NONE: [*mut raw::ffi_type; 1] = [ptr::null_mut()];

const fn without_elements(size: usize) -> raw::ffi_type {
    let elements = (&raw mut NONE).cast();
    raw::ffi_type { size, alignment: 8, type_: raw::FFI_TYPE_STRUCT, elements }
}

/// Eight bytes without a class, which take no register (psABI 3.2.3, NO_CLASS).
static mut PADDING: raw::ffi_type = without_elements(8);

/// Whether a type has such bytes.
///
/// # Safety
/// It is one that [`describe`] gave, and what it points at is alive.
pub(super) unsafe fn is_padded(ty: *mut raw::ffi_type) -> bool {
    // SAFETY: the caller's promise; the elements of a description end with a null, scalars have none.
    unsafe {
        let mut element = (*ty).elements.cast::<*mut raw::ffi_type>();
        while !element.is_null() && !(*element).is_null() && *element != &raw mut PADDING {
            element = element.add(1);
        }
        !element.is_null() && !(*element).is_null()
    }
}

/// Larger than what libffi looks into for registers: in memory, and what holds it too.
static mut IN_MEMORY: raw::ffi_type = without_elements(64);

pub(super) fn describe(
    ty: &Type,
    conv: CallConv,
    records: &mut Vec<Record>,
) -> Result<*mut raw::ffi_type, String> {
    if let Some(builtin) = builtin(Tag::of(ty)) {
        return Ok(builtin);
    }
    let layout = ty.layout().map_err(|e| e.to_string())?;
    let extent = Extent::new(layout.size(), layout.align());
    let is_win64 = classify::is_win64(conv);
    let said = |refusal: Refusal| match refusal {
        Refusal::Alignment => format!("{}, found {}", refusal.reason(), extent.align),
        _ => refusal.reason().to_owned(),
    };
    let by_registers = || {
        let passing = ty.passing_at(&Target::NATIVE).map_err(|e| e.to_string())?;
        classify::pieces(&passing, extent).map_err(said)
    };
    let complex_part = classify::complex_part(ty);
    let description = match &ty.0 {
        Repr::Record(_) | Repr::Scalar(Scalar::LongDouble) if is_win64 => {
            classify::by_size(extent).map_err(said)?
        }
        Repr::Scalar(_) if complex_part.is_some() && is_win64 => {
            classify::by_size(extent).map_err(said)?
        }
        Repr::Scalar(Scalar::LongDouble) => return Ok(&raw mut raw::ffi_type_longdouble),
        Repr::Scalar(_) if complex_part.is_some() => {
            return record(raw::FFI_TYPE_COMPLEX, extent, complex_part.as_slice(), records);
        }
        Repr::Scalar(Scalar::Int128 | Scalar::UInt128) if classify::SYSV64 && !is_win64 => {
            by_registers()?
        }
        Repr::Record(_) => by_registers()?,
        _ => return Err("the call engine has no such scalar".to_owned()),
    };
    let pieces = description.pieces();
    // A struct of one long double comes back in st(0), where libffi looks for no struct.
    let is_x87 = classify::SYSV64 && !is_win64 && pieces == [Piece::LongDouble];
    let kind = if is_x87 { raw::FFI_TYPE_LONGDOUBLE } else { raw::FFI_TYPE_STRUCT };
    record(kind, Extent::new(extent.size, description.align), pieces, records)
}

/// A description of that kind and size. With size and alignment given, libffi does not compute them from
/// the elements. The alignment is the record's own also for a long double: it may be packed.
fn record(
    kind: u16,
    extent: Extent,
    pieces: &[Piece],
    records: &mut Vec<Record>,
) -> Result<*mut raw::ffi_type, String> {
    let align = extent.align;
    let align = u16::try_from(align).map_err(|_| format!("an alignment of {align} bytes"))?;
    let elements: Pinned<[_]> =
        Pinned::new(pieces.iter().map(|p| piece(*p)).chain([ptr::null_mut()]).collect());
    let description = Pinned::new(Box::new(raw::ffi_type {
        size: extent.size as usize,
        alignment: align,
        type_: kind,
        elements: elements.as_ptr().cast(),
    }));
    let address = description.as_ptr();
    records.push(Record { _description: description, _elements: elements });
    Ok(address)
}

impl Types {
    pub(super) fn new(
        conv: CallConv,
        result: &Type,
        params: &[Type],
    ) -> Result<Types, SignatureError> {
        if let Some(i) = classify::unsettled(conv, result, params.iter()) {
            return Err(SignatureError::Parameter {
                index: i + 1,
                ty: params[i].to_string(),
                reason:
                    "compilers differ on the registers that it takes from the arguments after it"
                        .to_owned(),
            });
        }
        let mut records = Vec::new();
        let result_type = describe(result, conv, &mut records)
            .map_err(|reason| SignatureError::Result { ty: result.to_string(), reason })?;
        let params = params
            .iter()
            .enumerate()
            .map(|(i, p)| {
                describe(p, conv, &mut records).map_err(|reason| SignatureError::Parameter {
                    index: i + 1,
                    ty: p.to_string(),
                    reason,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Types { params: Pinned::new(params), result: result_type, _records: records })
    }
}
