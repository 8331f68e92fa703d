//! [`CView`] and [`CViewMut`]: bytes of any target, read and written by path.
//!
//! Every access is inside the bytes that the view was made of. A bit field is written without a change
//! to its neighbours, a value that does not fit changes nothing.
#![forbid(unsafe_code)]

use super::part::Meaning;
use super::path::{Found, Place};
use super::{AccessError, AccessFault, Primitive, ResolvedPath, ViewValue};
use crate::types::{FieldLayout, Layout, Repr};
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
        let (layout, from) = self.part(path)?;
        Ok(CView { layout: Cow::Owned(layout), bytes: &self.bytes[from..] })
    }

    fn part(&self, path: &str) -> Result<(Layout, usize), AccessError> {
        let found = self.layout.find(path)?;
        if found.place.bits.is_some() {
            return Err(self.error(path, found.expected("a part with an address")));
        }
        let (from, _) = self.range(&found.place, path)?;
        let layout = found.ty.at(found.target).map_err(|e| {
            self.error(path, AccessFault::NoSuchPart { at: path.len(), reason: e.to_string() })
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
        self.number(&self.layout.find(path)?, path)
    }

    /// [`get`](CView::get) by a path that was resolved before.
    ///
    /// # Errors
    /// As `get`, and if the path is one of another type or target.
    pub fn get_at<T: Primitive>(&self, path: &ResolvedPath) -> Result<T, AccessError> {
        self.check(path)?;
        self.number(&path.found(), path.as_str())
    }

    fn number<T: Primitive>(&self, found: &Found<'_>, path: &str) -> Result<T, AccessError> {
        found.convert(&self.value_of(found, path)?).map_err(|fault| self.error(path, fault))
    }

    /// The address in the pointer at `path`, in the width of its target.
    ///
    /// # Errors
    /// If there is no such part or it is no pointer.
    pub fn address(&self, path: &str) -> Result<u64, AccessError> {
        let found = self.layout.find(path)?;
        match self.value_of(&found, path)? {
            ViewValue::Address(address) => Ok(address),
            _ => Err(self.error(path, found.expected("a pointer"))),
        }
    }

    /// The bytes of the part at `path`; of a bit field those that it has bits in, of a flexible array
    /// all whole elements that there are.
    ///
    /// # Errors
    /// If there is no such part or it is beyond the bytes.
    pub fn bytes(&self, path: &str) -> Result<&'a [u8], AccessError> {
        self.bytes_of(&self.layout.find(path)?, path)
    }

    fn bytes_of(&self, found: &Found<'_>, path: &str) -> Result<&'a [u8], AccessError> {
        let (from, mut end) = self.range(&found.place, path)?;
        if let Some(size) = found.flexible_element() {
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
        let found = self.layout.find(path)?;
        match (&found.ty.0, found.flexible_element()) {
            (Repr::Array { .. }, Some(size)) => {
                Ok((self.bytes_of(&found, path)?.len() / size) as u64)
            }
            (Repr::Array { len, .. }, None) => Ok(*len),
            _ => Err(self.error(path, found.expected("an array"))),
        }
    }

    /// The value at `path`, whatever it is.
    ///
    /// # Errors
    /// If there is no such part, a `_Bool` is neither 0 nor 1, or a `long double` is too large for `f64`.
    pub fn value(&self, path: &str) -> Result<ViewValue<'a>, AccessError> {
        self.value_of(&self.layout.find(path)?, path)
    }

    /// [`value`](CView::value) by a path that was resolved before.
    ///
    /// # Errors
    /// As `value`, and if the path is one of another type or target.
    pub fn value_at(&self, path: &ResolvedPath) -> Result<ViewValue<'a>, AccessError> {
        self.check(path)?;
        self.value_of(&path.found(), path.as_str())
    }

    fn value_of(&self, found: &Found<'_>, path: &str) -> Result<ViewValue<'a>, AccessError> {
        if let Meaning::Bytes = found.place.meaning {
            return self.bytes_of(found, path).map(ViewValue::Bytes);
        }
        self.range(&found.place, path)?;
        found.decode(self.bytes, 0).map_err(|fault| self.error(path, fault))
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
        let found = self.layout.find(path)?;
        found.enumeration().map_err(|fault| self.error(path, fault))?;
        let value = self.value_of(&found, path)?;
        found.enumerator(&value).map_err(|fault| self.error(path, fault))
    }

    /// The fields that have a name, in order, those of anonymous members behind the others, each with
    /// its value.
    pub fn fields(
        &self,
    ) -> impl Iterator<Item = (&FieldLayout, Result<ViewValue<'a>, AccessError>)> {
        self.layout.named_fields().map(|f| (f, self.value(f.name())))
    }

    /// That the path is one of this layout.
    fn check(&self, path: &ResolvedPath) -> Result<(), AccessError> {
        if path.belongs_to(&self.layout) { Ok(()) } else { Err(path.other_layout(&self.layout)) }
    }

    /// First byte and end of a part, which are inside the bytes.
    fn range(&self, place: &Place, path: &str) -> Result<(usize, usize), AccessError> {
        let found = self.bytes.len() as u64;
        match place.end() {
            Some(end) if end <= found => Ok((place.offset as usize, end as usize)),
            end => {
                let expected = end.unwrap_or(u64::MAX);
                Err(self.error(path, AccessFault::TooShort { expected, found }))
            }
        }
    }

    fn error(&self, path: &str, fault: AccessFault) -> AccessError {
        AccessError::new(&self.layout, path, fault)
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
        let (layout, from) = self.as_view().part(path)?;
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
        let found = self.layout.find(path)?;
        store(&self.layout, self.bytes, &found, path, &value.into())
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
        self.as_view().check(path)?;
        store(&self.layout, self.bytes, &path.found(), path.as_str(), &value.into())
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
        let found = self.layout.find(path)?;
        let value = found.enumerated(name).map_err(|fault| self.as_view().error(path, fault))?;
        store(&self.layout, self.bytes, &found, path, &value)
    }
}

fn store(
    layout: &Layout,
    bytes: &mut [u8],
    found: &Found<'_>,
    path: &str,
    value: &ViewValue<'_>,
) -> Result<(), AccessError> {
    let view = CView { layout: Cow::Borrowed(layout), bytes };
    let (from, mut end) = view.range(&found.place, path)?;
    if let Meaning::Bytes = found.place.meaning {
        end = from + view.bytes_of(found, path)?.len();
        let fault = match value {
            ViewValue::Bytes(value) if value.len() == end - from => {
                bytes[from..end].copy_from_slice(value);
                return Ok(());
            }
            ViewValue::Bytes(bytes) => AccessFault::Range {
                expected: format!("{} bytes for `{}`", end - from, found.ty),
                found: bytes.len().to_string(),
            },
            _ => AccessFault::Kind {
                expected: format!("the bytes of `{}`", found.ty),
                found: value.kind().to_owned(),
            },
        };
        return Err(view.error(path, fault));
    }
    let raw = found.encode(value).map_err(|fault| view.error(path, fault))?;
    if let Meaning::LongDouble(_) = found.place.meaning {
        // So that the padding of the x87's format does not depend on what was there.
        bytes[from..end].fill(0);
    }
    let written = found.bits().write(bytes, raw, found.place.endian);
    debug_assert!(written, "the range was checked");
    Ok(())
}
