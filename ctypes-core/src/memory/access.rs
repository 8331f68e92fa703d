//! Values in C objects, read and stored.
#![forbid(unsafe_code)]

use super::part::{Meaning, Plain};
use super::path::{Found, Place};
use super::{AccessError, CData, Init, Primitive, ResolvedPath, ViewValue};
use crate::layout::BitRange;

impl<'m> CData<'m> {
    /// The number or `bool` at `path`; the empty path is the object itself.
    ///
    /// An integer of any width is read as any integer type that holds its value, or as a float that has
    /// it exactly; a `double` as an `f32` by rounding; an enumeration as its number.
    ///
    /// # Errors
    /// If there is no such part, it is of another kind, or its value does not fit.
    #[inline]
    pub fn get<T: Primitive>(&self, path: &str) -> Result<T, AccessError> {
        let found = self.find(path)?;
        match self.quick(&found.place) {
            Some(value) => Ok(value),
            None => self.number(&found, path),
        }
    }

    /// [`get`](CData::get) by a path that was resolved before.
    ///
    /// # Errors
    /// As `get`, and if the path is one of another type.
    #[inline]
    pub fn get_at<T: Primitive>(&self, path: &ResolvedPath) -> Result<T, AccessError> {
        if path.belongs_to(&self.layout)
            && let Some(value) = self.quick(&path.place)
        {
            return Ok(value);
        }
        self.number_at(path)
    }

    #[inline(never)]
    fn number_at<T: Primitive>(&self, path: &ResolvedPath) -> Result<T, AccessError> {
        self.check(path)?;
        self.number(&path.found(), path.as_str())
    }

    pub(super) fn number<T: Primitive>(
        &self,
        found: &Found<'_>,
        path: &str,
    ) -> Result<T, AccessError> {
        let value = self.load(found, path)?;
        found.convert(&value).map_err(|fault| self.error(path, fault))
    }

    /// The commonest scalars, straight from memory. None says nothing: [`CData::number`] knows all others, and
    /// why one cannot be read.
    #[inline]
    pub(super) fn quick<T: Primitive>(&self, place: &Place) -> Option<T> {
        if T::PLAIN.is_some() && place.plain == T::PLAIN {
            return T::load(&self.span, usize::try_from(place.offset).ok()?);
        }
        self.quick_other(place)
    }

    // Each arm converts by itself: so it is from one known type to another, not by way of 128 bits.
    #[inline(never)]
    fn quick_other<T: Primitive>(&self, place: &Place) -> Option<T> {
        let at = usize::try_from(place.offset).ok()?;
        macro_rules! load {
            ($as:ty) => {
                T::convert(&<$as>::from_ne_bytes(self.span.load(at)?).into()).ok()
            };
        }
        match place.plain? {
            Plain::I8 => load!(i8),
            Plain::I16 => load!(i16),
            Plain::I32 => load!(i32),
            Plain::I64 => load!(i64),
            Plain::U8 => load!(u8),
            Plain::U16 => load!(u16),
            Plain::U32 => load!(u32),
            Plain::U64 => load!(u64),
            Plain::F32 => load!(f32),
            Plain::F64 => load!(f64),
        }
    }

    /// Stores the commonest scalars straight to memory. False says nothing: [`CData::assign`] knows all
    /// others, and why one cannot be stored.
    // Always, since it is small only where the kind of the value is known, which is asked after inlining.
    #[inline(always)]
    pub(super) fn store_quick(&self, place: &Place, value: &ViewValue<'_>) -> bool {
        // By far the commonest, and small where the type of the value is known; all others cost a call.
        if place.plain == Some(Plain::I32)
            && !place.is_const
            && let (Ok(at), Ok(value)) = (usize::try_from(place.offset), i32::convert(value))
        {
            return self.span.store(at, value.to_ne_bytes());
        }
        self.store_quick_other(place, value)
    }

    #[inline(never)]
    fn store_quick_other(&self, place: &Place, value: &ViewValue<'_>) -> bool {
        let (Some(plain), Ok(at)) = (place.plain, usize::try_from(place.offset)) else {
            return false;
        };
        macro_rules! store {
            ($as:ty) => {
                match <$as>::convert(value) {
                    Ok(value) => self.span.store(at, value.to_ne_bytes()),
                    Err(_) => false,
                }
            };
        }
        !place.is_const
            && match plain {
                Plain::I8 => store!(i8),
                Plain::I16 => store!(i16),
                Plain::I32 => store!(i32),
                Plain::I64 => store!(i64),
                Plain::U8 => store!(u8),
                Plain::U16 => store!(u16),
                Plain::U32 => store!(u32),
                Plain::U64 => store!(u64),
                Plain::F32 => store!(f32),
                Plain::F64 => store!(f64),
            }
    }

    /// The value of a scalar; an address is a number.
    ///
    /// # Errors
    /// If there is no such part, it is no scalar, a `_Bool` is neither 0 nor 1, or a `long double` is too large for
    /// `f64`.
    pub fn scalar(&self, path: &str) -> Result<ViewValue<'static>, AccessError> {
        self.load(&self.find(path)?, path)
    }

    pub(super) fn load(
        &self,
        found: &Found<'_>,
        path: &str,
    ) -> Result<ViewValue<'static>, AccessError> {
        if let Meaning::Bytes = found.place.meaning {
            return Err(self.error(path, found.expected("a number, `_Bool` or pointer")));
        }
        let (from, end) = self.range(&found.place, path)?;
        // 128 bits that start inside of a byte.
        let mut bytes = [0; 17];
        let bytes = &mut bytes[..(end - from).min(17)];
        if !self.span.read(from, bytes) {
            return Err(self.too_short(&found.place, path));
        }
        found.decode(bytes, found.place.offset).map_err(|fault| self.error(path, fault))
    }

    /// The name of the enumerator whose value is at `path`; `None` if there is none of that value.
    ///
    /// # Errors
    /// If there is no such part or it is no enumeration.
    pub fn enumerator(&self, path: &str) -> Result<Option<String>, AccessError> {
        let found = self.find(path)?;
        found.enumeration().map_err(|fault| self.error(path, fault))?;
        let value = self.load(&found, path)?;
        found.enumerator(&value).map_err(|fault| self.error(path, fault))
    }

    /// Stores a value at `path`, as an assignment or initialiser in C would; the empty path is the object itself.
    ///
    /// | what | takes |
    /// |---|---|
    /// | integer, bit field | an integer that fits |
    /// | float | a float, rounded if need be; an integer that it has exactly |
    /// | `_Bool` | `bool` |
    /// | enumeration | an integer, or the name of an enumerator |
    /// | pointer | an object (its address; it is kept alive), a pointer object, [`None`], a raw pointer; for characters text, of which a copy is kept |
    /// | array of characters | text; a NUL follows if there is room |
    /// | array | an object of that type; up to as many values as it has elements |
    /// | struct, union | an object of that type; values in the order of the members, or by their names |
    /// | any | [bytes](ViewValue::Bytes), exactly as many as it has |
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let n = CData::new(&Type::U8)?;
    /// assert_eq!(
    ///     n.set("", 256).unwrap_err().to_string(),
    ///     "`uint8_t`: expected 0 to 255 for `uint8_t`, found 256",
    /// );
    /// n.set_wrapping("", 256 + 7)?;
    /// assert_eq!(n.get::<u8>("")?, 7);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such part, the value does not fit, or the part is `const`, or, to be replaced as a whole, has
    /// a `const` member: nothing is stored then, of a list or record only what comes before.
    #[inline]
    pub fn set<'v>(&self, path: &str, value: impl Into<Init<'v, 'm>>) -> Result<(), AccessError>
    where
        'm: 'v,
    {
        let found = self.find(path)?;
        let value = value.into();
        if self.store_value(&found.place, &value) {
            core::mem::forget(value);
            return Ok(());
        }
        self.assign(&found, path, &value, false)
    }

    /// [`set`](CData::set) by a path that was resolved before.
    ///
    /// # Errors
    /// As `set`, and if the path is one of another type.
    #[inline]
    pub fn set_at<'v>(
        &self,
        path: &ResolvedPath,
        value: impl Into<Init<'v, 'm>>,
    ) -> Result<(), AccessError>
    where
        'm: 'v,
    {
        let value = value.into();
        if path.belongs_to(&self.layout) && self.store_value(&path.place, &value) {
            core::mem::forget(value);
            return Ok(());
        }
        self.assign_at(path, value)
    }

    #[inline(never)]
    fn assign_at(&self, path: &ResolvedPath, value: Init<'_, 'm>) -> Result<(), AccessError> {
        self.check(path)?;
        self.assign(&path.found(), path.as_str(), &value, false)
    }

    /// [`CData::store_quick`] of a value that may be something else. What was stored owns nothing: whoever forgets
    /// it need not look what there might be to drop.
    #[inline(always)]
    fn store_value(&self, place: &Place, value: &Init<'_, 'm>) -> bool {
        if let Init::Value(value) = value { self.store_quick(place, value) } else { false }
    }

    /// Stores the low bits of an integer, as C does in a conversion to an unsigned type.
    ///
    /// # Errors
    /// If there is no such part, or it is no integer.
    pub fn set_wrapping(&self, path: &str, value: i128) -> Result<(), AccessError> {
        let found = self.find(path)?;
        if !matches!(found.place.meaning, Meaning::Signed | Meaning::Unsigned) {
            return Err(self.error(path, found.expected("an integer")));
        }
        self.writable(&found.place, path)?;
        self.store_bits(&found, path, value as u128)
    }

    pub(super) fn store_scalar(
        &self,
        found: &Found<'_>,
        path: &str,
        value: &ViewValue<'_>,
    ) -> Result<(), AccessError> {
        let raw = found.encode(value).map_err(|fault| self.error(path, fault))?;
        self.store_bits(found, path, raw)
    }

    /// Stores the low bits of `raw` in a scalar.
    pub(super) fn store_bits(
        &self,
        found: &Found<'_>,
        path: &str,
        raw: u128,
    ) -> Result<(), AccessError> {
        let place = &found.place;
        let Ok(at) = usize::try_from(place.offset) else {
            return Err(self.too_short(place, path));
        };
        let stored = match place.size {
            4 if place.plain.is_some() => self.span.store(at, (raw as u32).to_ne_bytes()),
            8 if place.plain.is_some() => self.span.store(at, (raw as u64).to_ne_bytes()),
            _ => self.store_any_bits(found, at, raw),
        };
        self.stored(stored, place, path)
    }

    fn store_any_bits(&self, found: &Found<'_>, at: usize, raw: u128) -> bool {
        let (place, bits) = (&found.place, found.bits());
        let mut bytes = [0; 17];
        let bytes = &mut bytes[..(place.size as usize).min(17)];
        let here = BitRange { byte: bits.byte - place.offset, ..bits };
        let fits = here.write(bytes, raw, place.endian);
        debug_assert!(fits, "a scalar has at most 17 bytes");
        match place.bits {
            Some(_) => {
                self.span.write_masked(at, bytes, |i| here.mask(here.byte + i as u64, place.endian))
            }
            None => self.span.write(at, bytes),
        }
    }
}
