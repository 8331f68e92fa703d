//! [`CView`] and [`CViewMut`]: bytes of any target, read and written by path.
//!
//! Every access is inside the bytes that the view was made of. A bit field is written without a change
//! to its neighbours, a value that does not fit changes nothing.

use super::part::{
    Meaning, bits_of, encode, endian_of, flexible_element, meaning, pair_order, shown, what_fits,
};
use super::value::Misfit;
use super::{ResolvedPath, AccessError, AccessFault, Primitive, ViewValue, float};
use crate::types::{Enumeration, FieldLayout, Layout, TypeKind};
use std::borrow::Cow;

/// Bytes that hold a value of a type on any target, for reading.
///
/// No alignment is asked for. What lies behind the end of the type is the room of a flexible array at
/// its end, and not looked at otherwise.
///
/// # Examples
/// ```
/// use ctypes_core::{CView, Target, Type, Types};
///
/// let types = Types::new();
/// let node = types.declare_struct("node")?;
/// let node = node.define(|r| {
///     r.bits("kind", Type::UINT, 4).bits("left", Type::UINT, 28).field("next", Type::VOID_PTR)
/// })?;
/// let layout = node.at(&Target::S390X_LINUX)?;
/// let bytes = [0x40, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef];
/// let view = CView::new(&layout, &bytes)?;
/// assert_eq!((view.get::<u8>("kind")?, view.get::<u32>("left")?), (4, 7));
/// assert_eq!(view.address("next")?, 0xdeadbeef);
/// assert_eq!(
///     CView::new(&layout, &bytes[..12]).unwrap_err().to_string(),
///     "`struct node` on s390x-linux: expected at least 16 bytes, found 12",
/// );
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # Python equivalent
/// `from_buffer_copy` of a `BigEndianStructure` or `LittleEndianStructure`, whose sizes are nevertheless
/// those of the machine that Python runs on.
#[derive(Debug, Clone)]
#[doc(alias = "BigEndianStructure")]
#[doc(alias = "LittleEndianStructure")]
#[doc(alias = "from_buffer_copy")]
pub struct CView<'a> {
    layout: Cow<'a, Layout>,
    bytes: &'a [u8],
}

/// Bytes that hold a value of a type on any target, for reading and writing.
///
/// # Examples
/// ```
/// use ctypes_core::{CViewMut, Target, Type, Types};
///
/// let types = Types::new();
/// let s = types.declare_struct("s")?;
/// let s = s.define(|r| r.bits("a", Type::UINT, 3).bits("b", Type::INT, 5).field("c", Type::SHORT))?;
/// let layout = s.at(&Target::S390X_LINUX)?;
/// let mut bytes = [0; 4];
/// let mut view = CViewMut::new(&layout, &mut bytes)?;
/// view.set("a", 5)?;
/// view.set("b", -1)?;
/// view.set("c", 0x1234)?;
/// assert_eq!(
///     view.set("a", 8).unwrap_err().to_string(),
///     "`a` of `struct s` on s390x-linux: expected 0 to 7 for `unsigned int` of 3 bits, found 8",
/// );
/// assert_eq!(bytes, [0b101_11111, 0, 0x12, 0x34]);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Debug)]
#[doc(alias = "from_buffer")]
pub struct CViewMut<'a> {
    layout: Cow<'a, Layout>,
    bytes: &'a mut [u8],
}

fn check_length(layout: &Layout, found: usize) -> Result<(), AccessError> {
    match usize::try_from(layout.size()) {
        Ok(size) if size <= found => Ok(()),
        _ => {
            let fault = AccessFault::TooShort { expected: layout.size(), found: found as u64 };
            Err(AccessError::new(layout, "", fault))
        }
    }
}

impl<'a> CView<'a> {
    /// A view of a value at the start of `bytes`.
    ///
    /// # Errors
    /// If there are fewer bytes than the type has.
    pub fn new(layout: &'a Layout, bytes: &'a [u8]) -> Result<CView<'a>, AccessError> {
        check_length(layout, bytes.len())?;
        Ok(CView { layout: Cow::Borrowed(layout), bytes })
    }

    /// The layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The bytes of the value, without those of a flexible array at its end.
    pub fn as_bytes(&self) -> &'a [u8] {
        // Checked when the view was made.
        self.bytes.get(..self.layout.size() as usize).unwrap_or(self.bytes)
    }

    /// The part at `path` as a view of its own.
    ///
    /// # Errors
    /// If there is no such part, it is a bit field, or it is beyond the bytes.
    pub fn at(&self, path: &str) -> Result<CView<'a>, AccessError> {
        let place = self.layout.path(path)?;
        let (layout, from) = self.part(&place)?;
        Ok(CView { layout: Cow::Owned(layout), bytes: &self.bytes[from..] })
    }

    fn part(&self, place: &ResolvedPath) -> Result<(Layout, usize), AccessError> {
        if place.bits().is_some() {
            let (expected, found) = ("a part with an address".to_owned(), shown(place));
            return Err(self.error(place.as_str(), AccessFault::Kind { expected, found }));
        }
        let (from, _) = self.range(place)?;
        let layout = place.ty().at(place.target()).map_err(|e| {
            let fault = AccessFault::NoSuchPart { at: place.as_str().len(), reason: e.to_string() };
            self.error(place.as_str(), fault)
        })?;
        Ok((layout, from))
    }

    /// The number or `bool` at `path`.
    ///
    /// An integer of any width is read as any integer type that holds its value, or as a float that has
    /// it exactly; a `double` as an `f32` by rounding; an enumeration as its number.
    ///
    /// # Errors
    /// If there is no such part, it is of another kind, or its value does not fit. A pointer is read by
    /// [`address`](CView::address).
    pub fn get<T: Primitive>(&self, path: &str) -> Result<T, AccessError> {
        self.get_at(&self.layout.path(path)?)
    }

    /// [`get`](CView::get) by a path that was resolved before.
    ///
    /// # Errors
    /// As `get`, and if the path is one of another type or target.
    pub fn get_at<T: Primitive>(&self, path: &ResolvedPath) -> Result<T, AccessError> {
        let value = self.value_at(path)?;
        T::convert(&value).map_err(|misfit| {
            let expected = |what: &str| format!("{what} {}", T::NAME);
            let fault = match misfit {
                Misfit::Kind => {
                    AccessFault::Kind { expected: expected("what converts to"), found: shown(path) }
                }
                Misfit::Range => AccessFault::Range {
                    expected: expected("a value that fits"),
                    found: format!("{value:?}"),
                },
            };
            self.error(path.as_str(), fault)
        })
    }

    /// The address in the pointer at `path`, in the width of its target.
    ///
    /// # Errors
    /// If there is no such part or it is no pointer.
    pub fn address(&self, path: &str) -> Result<u64, AccessError> {
        let place = self.layout.path(path)?;
        match self.value_at(&place)? {
            ViewValue::Address(address) => Ok(address),
            _ => {
                let (expected, found) = ("a pointer".to_owned(), shown(&place));
                Err(self.error(path, AccessFault::Kind { expected, found }))
            }
        }
    }

    /// The bytes of the part at `path`; of a bit field those that it has bits in, of a flexible array
    /// all whole elements that there are.
    ///
    /// # Errors
    /// If there is no such part or it is beyond the bytes.
    pub fn bytes(&self, path: &str) -> Result<&'a [u8], AccessError> {
        self.bytes_at(&self.layout.path(path)?)
    }

    fn bytes_at(&self, place: &ResolvedPath) -> Result<&'a [u8], AccessError> {
        let (from, mut end) = self.range(place)?;
        if let Some(size) = flexible_element(place) {
            let left = self.bytes.len() - from;
            end = from + (left - left % size);
        }
        Ok(&self.bytes[from..end])
    }

    /// The number of elements of the array at `path`; of a flexible one, how many the bytes hold.
    ///
    /// # Errors
    /// If there is no such part or it is no array.
    pub fn len(&self, path: &str) -> Result<u64, AccessError> {
        let place = self.layout.path(path)?;
        match (place.ty().kind(), flexible_element(&place)) {
            (TypeKind::Array { .. }, Some(size)) => {
                Ok((self.bytes_at(&place)?.len() / size) as u64)
            }
            (TypeKind::Array { len, .. }, None) => Ok(len),
            _ => {
                let (expected, found) = ("an array".to_owned(), shown(&place));
                Err(self.error(path, AccessFault::Kind { expected, found }))
            }
        }
    }

    /// The value at `path`, whatever it is.
    ///
    /// # Errors
    /// If there is no such part, a `_Bool` is neither 0 nor 1, or a `long double` is too large for `f64`.
    pub fn value(&self, path: &str) -> Result<ViewValue<'a>, AccessError> {
        self.value_at(&self.layout.path(path)?)
    }

    /// [`value`](CView::value) by a path that was resolved before.
    ///
    /// # Errors
    /// As `value`, and if the path is one of another type or target.
    pub fn value_at(&self, path: &ResolvedPath) -> Result<ViewValue<'a>, AccessError> {
        let meaning = meaning(path);
        if let Meaning::Bytes = meaning {
            return self.bytes_at(path).map(ViewValue::Bytes);
        }
        self.range(path)?;
        let (bits, endian) = (bits_of(path, &meaning), endian_of(path));
        // The range was checked; a part of no bits has the value 0.
        let raw = bits.read(self.bytes, endian).unwrap_or(0);
        let signed = bits.read_signed(self.bytes, endian).unwrap_or(0);
        let range = |expected: &str| {
            let (expected, found) = (expected.to_owned(), format!("{raw:#x}"));
            self.error(path.as_str(), AccessFault::Range { expected, found })
        };
        Ok(match meaning {
            Meaning::Bool if raw <= 1 => ViewValue::Bool(raw == 1),
            Meaning::Bool => return Err(range("0 or 1 for `_Bool`")),
            Meaning::Signed => ViewValue::Int(signed),
            Meaning::Unsigned => ViewValue::UInt(raw),
            Meaning::Float if bits.width == 32 => ViewValue::F32(f32::from_bits(raw as u32)),
            Meaning::Float => ViewValue::F64(f64::from_bits(raw as u64)),
            Meaning::LongDouble(format) => {
                let number = float::read(format, pair_order(path, format, raw));
                ViewValue::F64(number.ok_or_else(|| range("a `long double` that f64 can hold"))?)
            }
            Meaning::Address => ViewValue::Address(raw as u64),
            Meaning::Bytes => ViewValue::Bytes(&[]),
        })
    }

    /// The name of the enumerator whose value is at `path`; `None` if there is none of that value.
    ///
    /// ```
    /// use ctypes_core::{CView, Target, Type};
    /// let colour = Type::enumeration("colour", [("RED", 0), ("GREEN", 1)])?;
    /// let layout = colour.at(&Target::S390X_LINUX)?;
    /// assert_eq!(CView::new(&layout, &[0, 0, 0, 1])?.enumerator("")?.as_deref(), Some("GREEN"));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such part or it is no enumeration.
    pub fn enumerator(&self, path: &str) -> Result<Option<String>, AccessError> {
        let place = self.layout.path(path)?;
        let of = enumeration(&self.layout, &place)?;
        let value = match self.value_at(&place)? {
            ViewValue::Int(v) => Some(v),
            ViewValue::UInt(v) => i128::try_from(v).ok(),
            _ => None,
        };
        let wrapped = |v: i128| if v < 0 { of.name_of(v + modulus(&place)) } else { None };
        Ok(value.and_then(|v| of.name_of(v).or_else(|| wrapped(v)).map(str::to_owned)))
    }

    /// The fields that have a name, in order, those of anonymous members behind the others, each with
    /// its value.
    pub fn fields(&self) -> impl Iterator<Item = (&FieldLayout, Result<ViewValue<'a>, AccessError>)> {
        self.layout.named_fields().map(|f| (f, self.value(f.name())))
    }

    /// First byte and end of a part, which are inside the bytes.
    fn range(&self, path: &ResolvedPath) -> Result<(usize, usize), AccessError> {
        if path.target != *self.layout.target() || path.root != *self.layout.ty() {
            let (ty, target) = (path.root.to_string(), path.target.name);
            return Err(self.error(path.as_str(), AccessFault::OtherLayout { ty, target }));
        }
        let found = self.bytes.len() as u64;
        match path.end() {
            Some(end) if end <= found => Ok((path.span().offset as usize, end as usize)),
            end => {
                let expected = end.unwrap_or(u64::MAX);
                Err(self.error(path.as_str(), AccessFault::TooShort { expected, found }))
            }
        }
    }

    fn error(&self, path: &str, fault: AccessFault) -> AccessError {
        AccessError::new(&self.layout, path, fault)
    }
}

/// What an enumerator wraps around at where the enumeration is `int` whatever its values are, as
/// `FORCE_DWORD = 0xffffffff` in Windows' headers.
fn modulus(path: &ResolvedPath) -> i128 {
    let size = path.ty().extent_at(path.target()).map_or(4, |e| e.size);
    1_i128.checked_shl(8 * size.min(15) as u32).unwrap_or(i128::MAX)
}

fn enumeration(layout: &Layout, place: &ResolvedPath) -> Result<Enumeration, AccessError> {
    match place.ty().kind() {
        TypeKind::Enum(e) => Ok(e),
        _ => {
            let (expected, found) = ("an enumeration".to_owned(), shown(place));
            Err(AccessError::new(layout, place.as_str(), AccessFault::Kind { expected, found }))
        }
    }
}

impl<'a> CViewMut<'a> {
    /// A view of a value at the start of `bytes`.
    ///
    /// # Errors
    /// If there are fewer bytes than the type has.
    pub fn new(layout: &'a Layout, bytes: &'a mut [u8]) -> Result<CViewMut<'a>, AccessError> {
        check_length(layout, bytes.len())?;
        Ok(CViewMut { layout: Cow::Borrowed(layout), bytes })
    }

    /// The same for reading.
    pub fn as_view(&self) -> CView<'_> {
        CView { layout: Cow::Borrowed(&self.layout), bytes: self.bytes }
    }

    /// [`CView::get`].
    ///
    /// # Errors
    /// As there.
    pub fn get<T: Primitive>(&self, path: &str) -> Result<T, AccessError> {
        self.as_view().get(path)
    }

    /// The part at `path` as a view of its own.
    ///
    /// # Errors
    /// As [`CView::at`].
    pub fn at(&mut self, path: &str) -> Result<CViewMut<'_>, AccessError> {
        let place = self.layout.path(path)?;
        let (layout, from) = self.as_view().part(&place)?;
        Ok(CViewMut { layout: Cow::Owned(layout), bytes: &mut self.bytes[from..] })
    }

    /// Stores `value` at `path`: a number or `bool`, or the bytes of a record or array in the byte order
    /// of the target.
    ///
    /// An integer is stored where it fits the type and, for a bit field, the width; a float in a float,
    /// rounded if need be; an integer in a float that has it exactly.
    ///
    /// # Errors
    /// If there is no such part, it is of another kind, or the value does not fit: the bytes stay as
    /// they are. A pointer is written by [`set_address`](CViewMut::set_address).
    pub fn set<'v>(
        &mut self,
        path: &str,
        value: impl Into<ViewValue<'v>>,
    ) -> Result<(), AccessError> {
        let place = self.layout.path(path)?;
        self.store(&place, value.into())
    }

    /// [`set`](CViewMut::set) by a path that was resolved before.
    ///
    /// # Errors
    /// As `set`, and if the path is one of another type or target.
    pub fn set_at<'v>(
        &mut self,
        path: &ResolvedPath,
        value: impl Into<ViewValue<'v>>,
    ) -> Result<(), AccessError> {
        self.store(path, value.into())
    }

    /// Stores an address in the pointer at `path`.
    ///
    /// # Errors
    /// If there is no such part, it is no pointer, or the address is wider than the target's pointers.
    pub fn set_address(&mut self, path: &str, address: u64) -> Result<(), AccessError> {
        self.set(path, ViewValue::Address(address))
    }

    /// Stores the value of the enumerator `name` at `path`.
    ///
    /// # Errors
    /// If there is no such part, it is no enumeration, or there is no enumerator of that name.
    pub fn set_enumerator(&mut self, path: &str, name: &str) -> Result<(), AccessError> {
        let place = self.layout.path(path)?;
        let of = enumeration(&self.layout, &place)?;
        let Some(value) = of.value(name) else {
            let (expected, found) = (place.ty().to_string(), name.to_owned());
            return Err(self.as_view().error(path, AccessFault::NoEnumerator { expected, found }));
        };
        let wraps = self.layout.target().signed_enums
            && of.fixed().is_none()
            && value >= modulus(&place) / 2;
        let value = if wraps { value - modulus(&place) } else { value };
        self.store(&place, ViewValue::Int(value))
    }

    fn store(&mut self, path: &ResolvedPath, value: ViewValue<'_>) -> Result<(), AccessError> {
        let (from, end) = self.as_view().range(path)?;
        let meaning = meaning(path);
        if let Meaning::Bytes = meaning {
            return self.store_bytes(path, value);
        }
        let bits = bits_of(path, &meaning);
        let raw = encode(path, &meaning, bits.width, &value).map_err(|misfit| {
            let fault = match misfit {
                Misfit::Kind => AccessFault::Kind {
                    expected: format!("what converts to `{}`", shown(path)),
                    found: value.kind().to_owned(),
                },
                Misfit::Range => AccessFault::Range {
                    expected: what_fits(path, &meaning, bits.width),
                    found: format!("{value:?}"),
                },
            };
            self.as_view().error(path.as_str(), fault)
        })?;
        if let Meaning::LongDouble(_) = meaning {
            // So that the padding of the x87's format does not depend on what was there.
            self.bytes[from..end].fill(0);
        }
        let written = bits.write(self.bytes, raw, endian_of(path));
        debug_assert!(written, "the range was checked");
        Ok(())
    }

    fn store_bytes(&mut self, path: &ResolvedPath, value: ViewValue<'_>) -> Result<(), AccessError> {
        let place = self.as_view().bytes_at(path)?.len();
        let fault = match value {
            ViewValue::Bytes(bytes) if bytes.len() == place => {
                let from = path.span().offset as usize;
                self.bytes[from..from + place].copy_from_slice(bytes);
                return Ok(());
            }
            ViewValue::Bytes(bytes) => AccessFault::Range {
                expected: format!("{place} bytes for `{}`", path.ty()),
                found: bytes.len().to_string(),
            },
            _ => AccessFault::Kind {
                expected: format!("the bytes of `{}`", path.ty()),
                found: value.kind().to_owned(),
            },
        };
        Err(self.as_view().error(path.as_str(), fault))
    }
}
