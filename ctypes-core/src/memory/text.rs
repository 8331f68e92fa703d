//! Text in C objects: arrays of characters, pointers to characters, of one, two and four bytes.
//!
//! Text goes up to the first NUL. Characters of one byte are UTF-8 where they become a `String` and bytes
//! otherwise; those of two and four bytes are UTF-16 and UTF-32.
#![forbid(unsafe_code)]

use super::part::Meaning;
use super::path::Found;
use super::{AccessError, AccessFault, CData, Init};
use crate::target::Target;
use crate::types::{Repr, Scalar, Type};

/// A kind of characters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Byte,
    Wide(usize),
}

impl Unit {
    /// What text consists of that is made of elements of `ty`.
    fn of(ty: &Type, target: &Target) -> Option<Unit> {
        let Repr::Scalar(scalar) = ty.0 else { return None };
        match scalar {
            Scalar::WChar | Scalar::Char16 | Scalar::Char32 | Scalar::UShort | Scalar::UInt16 => {
                Some(Unit::Wide(scalar.extent(target).size as usize))
            }
            _ => ty.is_byte().then_some(Unit::Byte),
        }
    }

    const fn size(self) -> usize {
        match self {
            Unit::Byte => 1,
            Unit::Wide(size) => size,
        }
    }
}

/// The units of `text`, in this platform's byte order.
fn encoded(text: &str, unit: Unit) -> Vec<u8> {
    match unit {
        Unit::Byte => text.as_bytes().to_vec(),
        Unit::Wide(2) => text.encode_utf16().flat_map(u16::to_ne_bytes).collect(),
        Unit::Wide(_) => text.chars().flat_map(|c| u32::from(c).to_ne_bytes()).collect(),
    }
}

/// The units of a value that is text, if they are those of `unit`.
fn given(value: &Init<'_, '_>, unit: Unit) -> Option<Vec<u8>> {
    match value {
        Init::CStr(text) => (unit == Unit::Byte).then(|| text.to_bytes().to_vec()),
        Init::Text(text) => Some(encoded(text, unit)),
        _ => None,
    }
}

/// The text that the units are, all of them.
fn decoded(bytes: &[u8], unit: Unit) -> Result<String, String> {
    let bad = |what: &str, at: usize| format!("expected {what}, found other bytes at unit {at}");
    match unit {
        Unit::Byte => {
            let text = core::str::from_utf8(bytes).map_err(|e| bad("UTF-8", e.valid_up_to()))?;
            Ok(text.to_owned())
        }
        Unit::Wide(2) => {
            let units = bytes.chunks_exact(2).filter_map(|b| b.first_chunk().copied());
            let mut text = String::new();
            for c in char::decode_utf16(units.map(u16::from_ne_bytes)) {
                text.push(c.map_err(|_| bad("UTF-16", text.encode_utf16().count()))?);
            }
            Ok(text)
        }
        Unit::Wide(_) => {
            let units = bytes.chunks_exact(4).filter_map(|b| b.first_chunk().copied());
            let chars = units.map(u32::from_ne_bytes).enumerate();
            chars.map(|(i, u)| char::from_u32(u).ok_or_else(|| bad("UTF-32", i))).collect()
        }
    }
}

/// The number of bytes before the first unit that is 0.
fn terminated(bytes: &[u8], unit: Unit) -> Option<usize> {
    let size = unit.size();
    bytes.chunks_exact(size).position(|u| u.iter().all(|b| *b == 0)).map(|units| units * size)
}

impl<'m> CData<'m> {
    /// Zeroed memory for text of `size` bytes, the NUL among them: a `char[size]`.
    ///
    /// ```
    /// use ctypes_core::CData;
    /// let buffer = CData::string_buffer(8)?;
    /// buffer.set("", "seven")?;
    /// assert_eq!(buffer.text("")?, "seven");
    /// assert_eq!(buffer.to_vec("")?, *b"seven\0\0\0");
    /// assert_eq!(
    ///     buffer.set("", "too much!").unwrap_err().to_string(),
    ///     "`char [8]`: expected text of at most 8 units, found 9",
    /// );
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no memory.
    #[doc(alias = "create_string_buffer")]
    #[doc(alias = "c_buffer")]
    pub fn string_buffer(size: usize) -> Result<CData<'m>, AccessError> {
        CData::buffer(&Type::CHAR, size)
    }

    /// Zeroed memory for text of `len` wide characters, the NUL among them: a `wchar_t[len]`.
    ///
    /// # Errors
    /// If there is no memory.
    #[doc(alias = "create_unicode_buffer")]
    pub fn wide_buffer(len: usize) -> Result<CData<'m>, AccessError> {
        CData::buffer(&Type::WCHAR, len)
    }

    fn buffer(of: &Type, len: usize) -> Result<CData<'m>, AccessError> {
        let ty = of.array(len).map_err(|e| {
            AccessError::here(of, "", AccessFault::NoMemory { reason: e.to_string() })
        })?;
        CData::new(&ty)
    }

    /// Text with a NUL behind it, in memory of its own: a `char[]`.
    ///
    /// # Errors
    /// If there is a NUL in the text, or no memory.
    pub fn string(text: &str) -> Result<CData<'m>, AccessError> {
        CData::text_of(&Type::CHAR, Unit::Byte, encoded(text, Unit::Byte))
    }

    /// Text as wide characters with a NUL behind it, in memory of its own: a `wchar_t[]`.
    ///
    /// # Errors
    /// If there is a NUL in the text, or no memory.
    pub fn wide_string(text: &str) -> Result<CData<'m>, AccessError> {
        let unit = Unit::of(&Type::WCHAR, &Target::NATIVE).unwrap_or(Unit::Wide(4));
        CData::text_of(&Type::WCHAR, unit, encoded(text, unit))
    }

    fn text_of(of: &Type, unit: Unit, mut bytes: Vec<u8>) -> Result<CData<'m>, AccessError> {
        if let Some(at) = terminated(&bytes, unit) {
            let reason =
                format!("expected text without a NUL, found one at unit {}", at / unit.size());
            return Err(AccessError::here(of, "", AccessFault::Text { reason }));
        }
        bytes.resize(bytes.len() + unit.size(), 0);
        let data = CData::buffer(of, bytes.len() / unit.size())?;
        let written = data.span.write(0, &bytes);
        debug_assert!(written, "the memory is as long");
        Ok(data)
    }

    /// Text in memory of its own, for a pointer to `to`.
    pub(super) fn text_for(
        &self,
        to: &Type,
        path: &str,
        found: &Found<'_>,
        value: &Init<'_, 'm>,
    ) -> Result<CData<'m>, AccessError> {
        let of = if let Repr::Void = to.0 { &Type::CHAR } else { to };
        let unit = Unit::of(of, found.target);
        let Some((unit, bytes)) = unit.and_then(|unit| Some((unit, given(value, unit)?))) else {
            return Err(self.unconvertible(found, path, value));
        };
        CData::text_of(of, unit, bytes).map_err(|e| e.within(self.ty(), path))
    }

    /// Stores text in an array of characters, with a NUL behind it if there is room.
    pub(super) fn store_text(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &Init<'_, 'm>,
    ) -> Result<(), AccessError> {
        let unit = match &found.ty.0 {
            Repr::Array { of, .. } => Unit::of(of.get(), found.target),
            _ => None,
        };
        let Some((unit, mut bytes)) = unit.and_then(|unit| Some((unit, given(value, unit)?)))
        else {
            return Err(self.unconvertible(found, path, value));
        };
        let size = unit.size();
        let (from, end) = self.filled(found, path)?;
        if bytes.len() > end - from {
            let (most, found) = ((end - from) / size, bytes.len() / size);
            let reason = format!("expected text of at most {most} units, found {found}");
            return Err(self.error(path, AccessFault::Text { reason }));
        }
        if bytes.len() < end - from {
            bytes.resize(bytes.len() + size, 0);
        }
        self.stored(self.span.put(from, &bytes, Vec::new()), &found.place, path)
    }

    /// The text at `path`: in an array of characters, up to the first NUL or all of it; or where a pointer to
    /// characters points at, up to the first NUL.
    ///
    /// # Errors
    /// If there is no such part, it is neither, the text is no UTF-8 (UTF-16, UTF-32), or a pointer cannot be
    /// followed ([`CData::contents`]) or finds no NUL.
    pub fn text(&self, path: &str) -> Result<String, AccessError> {
        let (bytes, unit) = self.text_units(path)?;
        decoded(&bytes, unit).map_err(|reason| self.error(path, AccessFault::Text { reason }))
    }

    /// The bytes of the text at `path`, whatever they mean; as [`CData::text`] for the rest.
    ///
    /// # Errors
    /// As [`CData::text`].
    pub fn text_bytes(&self, path: &str) -> Result<Vec<u8>, AccessError> {
        Ok(self.text_units(path)?.0)
    }

    fn text_units(&self, path: &str) -> Result<(Vec<u8>, Unit), AccessError> {
        let found = self.find(path)?;
        let (unit, mut bytes) = match &found.ty.0 {
            Repr::Array { of, .. } => {
                let (from, end) = self.filled(&found, path)?;
                let mut bytes = vec![0; end - from];
                let inside = self.span.read(from, &mut bytes);
                debug_assert!(inside, "the range was checked");
                (Unit::of(of.get(), found.target), bytes)
            }
            Repr::Pointer { to } => {
                let unit = Unit::of(to.get(), found.target);
                match unit {
                    Some(unit) => (Some(unit), self.pointed_text(path, unit)?),
                    None => (None, Vec::new()),
                }
            }
            _ => (None, Vec::new()),
        };
        let Some(unit) = unit else {
            return Err(self.error(path, found.expected("characters or a pointer to characters")));
        };
        if let Some(end) = terminated(&bytes, unit) {
            bytes.truncate(end);
        }
        Ok((bytes, unit))
    }

    /// The text behind a pointer, without its NUL.
    fn pointed_text(&self, path: &str, unit: Unit) -> Result<Vec<u8>, AccessError> {
        const STEP: usize = 256;
        let there = self.contents(path)?;
        let (mut text, mut at) = (Vec::new(), 0);
        let room = there.span.room() - there.span.room() % unit.size();
        while at < room {
            let mut piece = vec![0; STEP.min(room - at)];
            let inside = there.span.read(at, &mut piece);
            debug_assert!(inside, "inside of the room");
            if let Some(end) = terminated(&piece, unit) {
                text.extend_from_slice(&piece[..end]);
                return Ok(text);
            }
            at += piece.len();
            text.append(&mut piece);
        }
        let reason = format!("expected a NUL, found none in the {room} bytes of the object");
        Err(self.error(path, AccessFault::Text { reason }))
    }
}

impl Found<'_> {
    /// Whether the part is one character.
    pub(super) fn is_character(&self) -> bool {
        matches!(
            self.ty.0,
            Repr::Scalar(Scalar::Char | Scalar::WChar | Scalar::Char16 | Scalar::Char32)
        ) && self.place.bits.is_none()
            && matches!(self.place.meaning, Meaning::Signed | Meaning::Unsigned)
    }

    /// The one unit that `text` is for a character.
    pub(super) fn one_unit(&self, text: &str) -> Result<u32, AccessFault> {
        let one = |mut units: Vec<u32>| {
            if units.len() == 1 { units.pop() } else { None }
        };
        let unit = match self.place.size {
            1 => one(text.bytes().map(u32::from).collect()),
            2 => one(text.encode_utf16().map(u32::from).collect()),
            _ => one(text.chars().map(u32::from).collect()),
        };
        unit.ok_or_else(|| AccessFault::Text {
            reason: format!("expected text of one `{}`, found {text:?}", self.ty),
        })
    }
}
