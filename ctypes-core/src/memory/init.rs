//! [`Init`]: what a C object, or a part of one, is set to.
#![forbid(unsafe_code)]

use super::data::is_aggregate;
use super::part::Meaning;
use super::path::{Found, Place};
use super::{AccessError, AccessFault, CData, Primitive, ViewValue};
use crate::layout::ByteSpan;
use crate::types::{Complex, LongDouble, Repr, ScalarClass, Type};
use core::ffi::{CStr, c_void};
use std::fmt;
use std::sync::Arc;

/// A value for a C object or a part of one: of numbers, text, other objects, or a list of values, as an
/// initialiser in C is.
///
/// Made by [`From`] of what [`CData::set`] takes.
///
/// ```
/// use ctypes_core::{CData, Type, memory::Init};
/// let row = CData::with(&Type::INT.array(3)?, [1, 2])?;
/// assert_eq!(row.get_vec::<i32>("")?, [1, 2, 0]);
/// row.set("", Init::list([7.into(), 8.into(), 9.into()]))?;
/// assert_eq!(row.get_vec::<i32>("")?, [7, 8, 9]);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Init<'v, 'm> {
    /// A number, `bool` or address; the bytes of anything.
    Value(ViewValue<'v>),
    /// NULL.
    Null,
    /// Text in UTF-8, for characters of any width, pointers to such, and the names of enumerators.
    Text(&'v str),
    /// Text for characters of one byte and pointers to such.
    CStr(&'v CStr),
    /// The value of an object; or its address, for a pointer to its type.
    Data(&'v CData<'m>),
    /// A `long double`, bit by bit.
    LongDouble(LongDouble),
    /// A complex number.
    Complex(Complex<f64>),
    /// An address with its type, and what is kept alive for as long as it is stored.
    Address(KeptAddress<'m>),
    /// Values for the elements of an array, or the members of a record in their order; bit fields without a
    /// name do not count.
    List(Vec<Init<'v, 'm>>),
    /// Values for the members of a record, or other parts, by their paths.
    Fields(Vec<(&'v str, Init<'v, 'm>)>),
}

/// An address with its type and what is to be kept alive.
#[derive(Clone)]
pub struct KeptAddress<'m> {
    pub(super) address: usize,
    /// The type of the pointer.
    pub(super) ty: Type,
    pub(super) thing: Arc<dyn Send + Sync + 'm>,
}

impl<'v, 'm> Init<'v, 'm> {
    /// Values one after the other.
    pub fn list(values: impl IntoIterator<Item = Init<'v, 'm>>) -> Init<'v, 'm> {
        Init::List(values.into_iter().collect())
    }

    /// Values by the names of members.
    pub fn fields(values: impl IntoIterator<Item = (&'v str, Init<'v, 'm>)>) -> Init<'v, 'm> {
        Init::Fields(values.into_iter().collect())
    }

    /// An address that does not come from a `CData`, as that of a function; `ty` is the type of the pointer, `thing`
    /// what is kept alive for as long as the address is stored.
    ///
    /// Nothing that is stored so is ever read through: only `unsafe` code follows the address.
    pub fn kept(
        address: *const c_void,
        ty: Type,
        thing: Arc<dyn Send + Sync + 'm>,
    ) -> Init<'v, 'm> {
        Init::Address(KeptAddress { address: address.expose_provenance(), ty, thing })
    }

    /// What C would call it.
    fn kind(&self) -> String {
        match self {
            Init::Value(value) => value.kind().to_owned(),
            Init::Null => "NULL".to_owned(),
            Init::Text(_) | Init::CStr(_) => "text".to_owned(),
            Init::Data(data) => data.ty().to_string(),
            Init::LongDouble(_) => "long double".to_owned(),
            Init::Complex(_) => "complex number".to_owned(),
            Init::Address(kept) => kept.ty.to_string(),
            Init::List(list) => format!("list of {}", list.len()),
            Init::Fields(fields) => format!("members by name ({})", fields.len()),
        }
    }
}

impl<'v, T: Primitive + Into<ViewValue<'v>>> From<T> for Init<'v, '_> {
    #[inline]
    fn from(value: T) -> Self {
        Init::Value(value.into())
    }
}

impl<'v> From<ViewValue<'v>> for Init<'v, '_> {
    fn from(value: ViewValue<'v>) -> Self {
        Init::Value(value)
    }
}

impl<'v> From<&'v [u8]> for Init<'v, '_> {
    fn from(bytes: &'v [u8]) -> Self {
        Init::Value(ViewValue::Bytes(bytes))
    }
}

impl<'v, const N: usize> From<&'v [u8; N]> for Init<'v, '_> {
    fn from(bytes: &'v [u8; N]) -> Self {
        Init::Value(ViewValue::Bytes(bytes))
    }
}

impl<'v> From<&'v str> for Init<'v, '_> {
    fn from(text: &'v str) -> Self {
        Init::Text(text)
    }
}

impl<'v> From<&'v String> for Init<'v, '_> {
    fn from(text: &'v String) -> Self {
        Init::Text(text)
    }
}

impl<'v> From<&'v CStr> for Init<'v, '_> {
    fn from(text: &'v CStr) -> Self {
        Init::CStr(text)
    }
}

impl<'v, 'm> From<&'v CData<'m>> for Init<'v, 'm> {
    fn from(data: &'v CData<'m>) -> Self {
        Init::Data(data)
    }
}

impl<'v, 'm> From<Option<&'v CData<'m>>> for Init<'v, 'm> {
    fn from(data: Option<&'v CData<'m>>) -> Self {
        data.map_or(Init::Null, Init::Data)
    }
}

impl<T> From<*mut T> for Init<'_, '_> {
    fn from(pointer: *mut T) -> Self {
        Init::Value(ViewValue::Address(pointer.expose_provenance() as u64))
    }
}

impl<T> From<*const T> for Init<'_, '_> {
    fn from(pointer: *const T) -> Self {
        Init::from(pointer.cast_mut())
    }
}

impl From<LongDouble> for Init<'_, '_> {
    fn from(value: LongDouble) -> Self {
        Init::LongDouble(value)
    }
}

impl From<Complex<f64>> for Init<'_, '_> {
    fn from(value: Complex<f64>) -> Self {
        Init::Complex(value)
    }
}

impl From<Complex<f32>> for Init<'_, '_> {
    fn from(value: Complex<f32>) -> Self {
        Init::Complex(Complex { re: value.re.into(), im: value.im.into() })
    }
}

impl<'v, 'm, T: Into<Init<'v, 'm>>> From<Vec<T>> for Init<'v, 'm> {
    fn from(values: Vec<T>) -> Self {
        Init::List(values.into_iter().map(Into::into).collect())
    }
}

impl<'v, 'm, T: Into<Init<'v, 'm>>, const N: usize> From<[T; N]> for Init<'v, 'm> {
    fn from(values: [T; N]) -> Self {
        Init::List(values.into_iter().map(Into::into).collect())
    }
}

impl fmt::Debug for Init<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Init::Value(value) => value.fmt(f),
            Init::Text(text) => text.fmt(f),
            Init::CStr(text) => text.fmt(f),
            Init::Data(data) => data.fmt(f),
            Init::Complex(z) => write!(f, "{:?}+{:?}i", z.re, z.im),
            Init::List(values) => f.debug_list().entries(values).finish(),
            Init::Fields(values) => {
                f.debug_map().entries(values.iter().map(|(k, v)| (k, v))).finish()
            }
            Init::Null | Init::LongDouble(_) | Init::Address(_) => f.write_str(&self.kind()),
        }
    }
}

impl<'m> CData<'m> {
    /// Stores a value in a part. An initialiser may set what is `const`.
    #[inline]
    pub(super) fn assign(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &Init<'_, 'm>,
        is_initialiser: bool,
    ) -> Result<(), AccessError> {
        if !is_initialiser {
            self.writable(&found.place, path)?;
        }
        match (found.place.meaning, value) {
            (Meaning::Bytes, _) => self.assign_bytes(found, path, value, is_initialiser),
            (Meaning::Address, _) => self.assign_pointer(found, path, value),
            (_, Init::Value(ViewValue::Bytes(bytes))) if found.place.bits.is_none() => {
                self.store_bytes(found, path, bytes)
            }
            (_, Init::Value(value)) => self.store_scalar(found, path, value),
            _ => self.assign_scalar(found, path, value),
        }
    }

    #[inline(never)]
    fn assign_scalar(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &Init<'_, 'm>,
    ) -> Result<(), AccessError> {
        match (value, found.place.meaning) {
            (Init::Text(name), _) if matches!(found.ty.0, Repr::Enum(_)) => {
                let value = found.enumerated(name).map_err(|fault| self.error(path, fault))?;
                self.store_scalar(found, path, &value)
            }
            (Init::Text(text), _) if found.is_character() => {
                let unit = found.one_unit(text).map_err(|fault| self.error(path, fault))?;
                self.set_unit(found, path, unit)
            }
            (Init::Data(data), _) if !is_aggregate(data.ty()) => {
                let value = data.load(&data.layout.whole(), "")?;
                self.store_scalar(found, path, &value)
            }
            // The formats of other types differ from it.
            (Init::LongDouble(value), _) if found.is_long_double() => {
                self.store_bytes(found, path, &value.to_bytes())
            }
            _ => Err(self.unconvertible(found, path, value)),
        }
    }

    fn set_unit(&self, found: &Found<'_>, path: &str, unit: u32) -> Result<(), AccessError> {
        // `char` may be signed: the bits are what counts.
        let bytes = unit.to_le_bytes();
        let mut bytes = bytes[..found.place.size as usize].to_vec();
        if found.place.endian == crate::target::Endian::Big {
            bytes.reverse();
        }
        self.store_bytes(found, path, &bytes)
    }

    fn assign_bytes(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &Init<'_, 'm>,
        is_initialiser: bool,
    ) -> Result<(), AccessError> {
        if !is_initialiser && matches!(value, Init::Value(_) | Init::Data(_)) {
            self.replaceable(found, path)?;
        }
        match value {
            Init::Value(ViewValue::Bytes(bytes)) => self.store_bytes(found, path, bytes),
            Init::Data(data) if data.ty().is_compatible(found.ty) => {
                let (from, end) = self.filled(found, path)?;
                let len = end - from;
                if len > data.size() {
                    let fault =
                        AccessFault::TooShort { expected: len as u64, found: data.size() as u64 };
                    return Err(self.error(path, fault));
                }
                self.stored(self.span.copy_from(from, &data.span, 0, len), &found.place, path)
            }
            Init::Complex(z) => self.store_complex(found, path, *z),
            Init::Text(_) | Init::CStr(_) => self.store_text(found, path, value),
            Init::List(values) if is_aggregate(found.ty) => {
                self.assign_list(found, path, values, is_initialiser)
            }
            Init::Fields(values) if matches!(found.ty.0, Repr::Record(_)) => {
                let inner = self.view(found, path)?;
                let values = values.iter().map(|(name, value)| (*name, value));
                inner.assign_members(values, is_initialiser).map_err(|e| e.within(self.ty(), path))
            }
            _ => Err(self.unconvertible(found, path, value)),
        }
    }

    fn assign_list(
        &self,
        found: &Found<'_>,
        path: &str,
        values: &[Init<'_, 'm>],
        is_initialiser: bool,
    ) -> Result<(), AccessError> {
        let inner = self.view(found, path)?;
        let within = |e: AccessError| e.within(self.ty(), path);
        let check = |most: usize| {
            if values.len() <= most {
                return Ok(());
            }
            let plural = if most == 1 { "" } else { "s" };
            let reason =
                format!("expected at most {most} initialiser{plural}, found {}", values.len());
            Err(self.error(path, AccessFault::Initializer { reason }))
        };
        if let Some(mut element) = inner.layout.whole().first_element() {
            check(inner.len("")?)?;
            for (i, value) in values.iter().enumerate() {
                inner.assign_element(&element, i, value, is_initialiser).map_err(within)?;
                element.step();
            }
            return Ok(());
        }
        let names: Vec<String> = inner.layout.initialised().collect();
        check(names.len())?;
        let values = names.iter().map(String::as_str).zip(values);
        inner.assign_members(values, is_initialiser).map_err(within)
    }

    /// Stores values in members, or other parts, of this object.
    fn assign_members<'a>(
        &self,
        values: impl Iterator<Item = (&'a str, &'a Init<'a, 'm>)>,
        is_initialiser: bool,
    ) -> Result<(), AccessError>
    where
        'm: 'a,
    {
        for (name, value) in values {
            self.assign(&self.find(name)?, name, value, is_initialiser)?;
        }
        Ok(())
    }

    /// Stores a value in the element of that index.
    #[inline]
    pub(super) fn assign_element(
        &self,
        element: &Found<'_>,
        index: usize,
        value: &Init<'_, 'm>,
        is_initialiser: bool,
    ) -> Result<(), AccessError> {
        if let Init::Value(value) = value
            && self.store_quick(&element.place, value)
        {
            return Ok(());
        }
        self.assign(element, &format!("[{index}]"), value, is_initialiser)
    }

    fn store_complex(
        &self,
        found: &Found<'_>,
        path: &str,
        z: Complex<f64>,
    ) -> Result<(), AccessError> {
        let Some(parts) = found.complex_parts() else {
            return Err(self.unconvertible(found, path, &Init::Complex(z)));
        };
        let [first, second] = &parts;
        let encoded = |part: &Found<'_>, value| {
            part.encode(&ViewValue::F64(value)).map_err(|fault| self.error(path, fault))
        };
        // Both fit before one is stored.
        let (re, im) = (encoded(first, z.re)?, encoded(second, z.im)?);
        self.store_bits(first, path, re)?;
        self.store_bits(second, path, im)
    }

    /// Stores all bytes of a part, of which pointers keep nothing alive.
    pub(super) fn store_bytes(
        &self,
        found: &Found<'_>,
        path: &str,
        bytes: &[u8],
    ) -> Result<(), AccessError> {
        let (from, end) = self.filled(found, path)?;
        if bytes.len() != end - from {
            let fault = AccessFault::Range {
                expected: format!("{} bytes for `{}`", end - from, found.ty),
                found: bytes.len().to_string(),
            };
            return Err(self.error(path, fault));
        }
        self.stored(self.span.put(from, bytes, Vec::new()), &found.place, path)
    }

    /// The range of a part; of an array without a length, all whole elements that there is room for.
    pub(super) fn filled(
        &self,
        found: &Found<'_>,
        path: &str,
    ) -> Result<(usize, usize), AccessError> {
        let (from, end) = self.range(&found.place, path)?;
        Ok(match found.flexible_element() {
            Some(size) => (from, self.span.room() - (self.span.room() - from) % size),
            None => (from, end),
        })
    }

    #[cold]
    pub(super) fn unconvertible(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &Init<'_, 'm>,
    ) -> AccessError {
        let expected = format!("what converts to `{}`", found.shown());
        self.error(path, AccessFault::Kind { expected, found: value.kind() })
    }

    /// The complex number at `path`, real part first.
    ///
    /// ```
    /// use ctypes_core::{CData, Complex, Type};
    /// let z = CData::with(&Type::DOUBLE_COMPLEX, Complex { re: 1.0, im: -2.0 })?;
    /// assert_eq!(z.complex("")?, Complex { re: 1.0, im: -2.0 });
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such part or it is no complex number.
    pub fn complex(&self, path: &str) -> Result<Complex<f64>, AccessError> {
        let found = self.find(path)?;
        let Some([re, im]) = found.complex_parts() else {
            return Err(self.error(path, found.expected("a complex number")));
        };
        Ok(Complex { re: self.number(&re, path)?, im: self.number(&im, path)? })
    }

    /// The `long double` at `path`, bit by bit. As a number [`CData::get`] reads it.
    ///
    /// # Errors
    /// If there is no such part or it is no `long double`.
    pub fn long_double(&self, path: &str) -> Result<LongDouble, AccessError> {
        let found = self.find(path)?;
        if !found.is_long_double() {
            return Err(self.error(path, found.expected("a `long double`")));
        }
        let (from, _) = self.range(&found.place, path)?;
        match self.span.load(from) {
            Some(bytes) => Ok(LongDouble::from_bytes(bytes)),
            None => Err(self.too_short(&found.place, path)),
        }
    }
}

impl Found<'_> {
    fn is_long_double(&self) -> bool {
        matches!(self.ty.0, Repr::Scalar(crate::types::Scalar::LongDouble))
            && self.place.bits.is_none()
    }

    /// The two halves of a complex number.
    fn complex_parts(&self) -> Option<[Self; 2]> {
        let Repr::Scalar(scalar) = self.ty.0 else { return None };
        let of: &'static Type = match scalar {
            crate::types::Scalar::FloatComplex => &Type::FLOAT,
            crate::types::Scalar::DoubleComplex => &Type::DOUBLE,
            crate::types::Scalar::LongDoubleComplex => &Type::LONGDOUBLE,
            _ => return None,
        };
        debug_assert!(scalar.class(self.target) == ScalarClass::Complex);
        let size = self.place.size / 2;
        let meaning = Meaning::of(of, self.target, false);
        let half = |offset| {
            let span = ByteSpan { offset, size };
            let place = Place::of(span, self.place.endian, meaning, self.place.is_const);
            Found { ty: of, place, target: self.target }
        };
        Some([half(self.place.offset), half(self.place.offset + size)])
    }
}
