//! [`CData`]: typed memory of this platform, shared by handles.
#![forbid(unsafe_code)]

use super::block::{Block, Fixed, Owner, Span};
use super::part::{Meaning, Plain};
use super::path::{Found, Place};
use super::{AccessError, AccessFault, Heap, Init, Primitive, ResolvedPath, ViewValue};
use crate::layout::BitRange;
use crate::types::{FieldRole, Layout, Repr, Type};
use std::sync::Arc;

/// A C object: memory with a type, read and written by path.
///
/// A `CData` is a handle. Clones, parts of it and what its pointers lead to are views of the same memory,
/// as in C: what one stores the others see. Whatever a pointer was set to lives for as long as the pointer
/// does. All handles may be used from all threads; two that store to one place at once leave one value
/// or the other, of what is wider than four bytes or a bit field possibly a mixture.
///
/// `'m` is the lifetime of Rust memory that was [borrowed](CData::borrow); all others are `CData<'static>`.
///
/// # Examples
/// ```
/// use ctypes_core::{CData, Type, Types};
///
/// let types = Types::new();
/// let node = types.declare_struct("node")?;
/// let node = node.define(|r| {
///     r.field("value", Type::INT).field("name", Type::CONST_CHAR_PTR).field("next", node.pointer())
/// })?;
///
/// let first = CData::new(&node)?;
/// let second = CData::new(&node)?;
/// first.set("next", &second)?; // keeps it alive
/// second.set("value", 7)?;
/// second.set("name", "seven")?;
/// drop(second);
/// let next = first.contents("next")?;
/// assert_eq!((next.get::<i32>("value")?, next.text("name")?), (7, "seven".to_owned()));
/// assert_eq!(
///     next.contents("next").unwrap_err().to_string(),
///     "`next` of `struct node`: expected a pointer to `struct node`, found NULL",
/// );
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # Cycles
/// Objects that point at one another in a circle are kept alive by one another. Make them in a
/// [`Heap`], which is freed as a whole. An object that points at itself is freed as any other.
///
/// # Python equivalent
/// Instances of `Structure`, `Union`, arrays, pointers and simple types.
#[derive(Clone)]
#[doc(alias = "_SimpleCData")]
#[doc(alias = "Structure")]
#[doc(alias = "Union")]
#[doc(alias = "Array")]
#[doc(alias = "_Pointer")]
pub struct CData<'m> {
    pub(super) span: Span<'m>,
    pub(super) layout: Layout,
}

impl<'m> CData<'m> {
    /// An object of that type, all bytes zero.
    ///
    /// # Errors
    /// If the type has no size, or there is no memory.
    pub fn new(ty: &Type) -> Result<CData<'m>, AccessError> {
        CData::with_room(ty, 0)
    }

    /// As [`CData::new`], in a heap.
    ///
    /// # Errors
    /// As [`CData::new`].
    pub fn new_in(heap: &Heap<'m>, ty: &Type) -> Result<CData<'m>, AccessError> {
        let (layout, block) = allocate(ty, 0)?;
        Ok(CData { span: Span::new(heap.adopt(block)), layout })
    }

    /// An object of that type with a value; what the value says nothing of is zero.
    ///
    /// ```
    /// use ctypes_core::{CData, Type, Types};
    /// use ctypes_core::memory::Init;
    /// let types = Types::new();
    /// let point = types.declare_struct("point")?;
    /// let point = point.define(|r| r.field("x", Type::INT).field("y", Type::INT))?;
    /// let a = CData::with(&point, [1, 2])?;
    /// let b = CData::with(&point, Init::fields([("y", 2.into()), ("x", 1.into())]))?;
    /// assert_eq!(a, b);
    /// assert_eq!(
    ///     CData::with(&point, [1, 2, 3]).unwrap_err().to_string(),
    ///     "`struct point`: expected at most 2 initialisers, found 3",
    /// );
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CData::new`] and [`CData::set`]; but `const` members are no error here.
    pub fn with<'v>(ty: &Type, value: impl Into<Init<'v, 'm>>) -> Result<CData<'m>, AccessError>
    where
        'm: 'v,
    {
        let data = CData::new(ty)?;
        data.assign(&data.layout.whole(), "", &value.into(), true)?;
        Ok(data)
    }

    /// An object with at least so many bytes, for an array without a length at its end.
    ///
    /// # Errors
    /// As [`CData::new`].
    pub fn with_room(ty: &Type, size: usize) -> Result<CData<'m>, AccessError> {
        let (layout, block) = allocate(ty, size)?;
        let owner = Owner { block: Arc::new(block), heap: None };
        Ok(CData { span: Span::new(owner), layout })
    }

    /// A struct whose last member, an array without a length, has `len` elements.
    ///
    /// ```
    /// use ctypes_core::{CData, Type, Types};
    /// let packet = Types::new().declare_struct("packet")?;
    /// let packet = packet.define(|r| r.field("len", Type::U8).flexible("data", Type::U8))?;
    /// let p = CData::with_elements(&packet, 3)?;
    /// p.set("data[2]", 9)?;
    /// assert_eq!((p.size(), p.len("data")?), (4, 3));
    /// assert!(p.set("data[3]", 9).is_err());
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CData::new`], and if the type has no such member.
    pub fn with_elements(ty: &Type, len: usize) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        let last = layout.fields().last().filter(|f| f.rules().role == FieldRole::Flexible);
        let size = last.and_then(|field| {
            let element = crate::types::element_size(field.ty())?;
            let size = element.checked_mul(len as u64)?.checked_add(field.offset())?;
            usize::try_from(size).ok()
        });
        let Some(size) = size else {
            let expected = "a struct with an array without a length at its end, and room for it";
            let found = format!("{ty}, {len} elements");
            return Err(AccessError::here(
                ty,
                "",
                AccessFault::Kind { expected: expected.to_owned(), found },
            ));
        };
        CData::with_room(ty, size)
    }

    /// A view of Rust's bytes as an object of that type, for as long as they are borrowed.
    ///
    /// What is behind the end of the type is room of an array without a length.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let mut words = [1_u32, 2];
    /// let pair = CData::borrow(&Type::U32.array(2)?, bytes_of(&mut words))?;
    /// pair.set("[1]", 7)?;
    /// drop(pair);
    /// assert_eq!(words, [1, 7]);
    /// # fn bytes_of(words: &mut [u32; 2]) -> &mut [u8] {
    /// #     unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), 8) }
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are too few bytes, or they are not aligned for the type.
    #[doc(alias = "from_buffer")]
    pub fn borrow(ty: &Type, bytes: &'m mut [u8]) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        let (found, expected) = (bytes.as_ptr().addr(), layout.align());
        if !(found as u64).is_multiple_of(expected) {
            let fault = AccessFault::Unaligned { expected, found };
            return Err(AccessError::here(layout.ty(), "", fault));
        }
        CData::of_block(layout, Block::borrowed(bytes))
    }

    /// An object with a copy of the bytes.
    ///
    /// # Errors
    /// If there are fewer bytes than the type has.
    #[doc(alias = "from_buffer_copy")]
    pub fn copy_of(ty: &Type, bytes: &[u8]) -> Result<CData<'m>, AccessError> {
        let data = CData::with_room(ty, bytes.len())?;
        data.check_room(bytes.len())?;
        let written = data.span.write(0, bytes);
        debug_assert!(written, "there is as much room");
        Ok(data)
    }

    pub(super) fn of_block(layout: Layout, block: Block<'m>) -> Result<CData<'m>, AccessError> {
        let owner = Owner { block: Arc::new(block), heap: None };
        let data = CData { span: Span::new(owner), layout };
        data.check_room(data.span.room())?;
        Ok(data)
    }

    fn check_room(&self, found: usize) -> Result<(), AccessError> {
        let (expected, found) = (self.layout.size(), found as u64);
        if expected <= found {
            return Ok(());
        }
        Err(self.error("", AccessFault::TooShort { expected, found }))
    }

    /// A copy of this object with memory of its own, whose pointers point where those of this one do.
    ///
    /// # Errors
    /// If there is no memory.
    #[doc(alias = "__copy__")]
    pub fn duplicate(&self) -> Result<CData<'m>, AccessError> {
        let copy = CData::with_room(self.ty(), self.size())?;
        let copied = copy.span.copy_from(0, &self.span, 0, self.size());
        debug_assert!(copied, "both have this size");
        Ok(copy)
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        self.layout.ty()
    }

    /// The layout of the type.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The size of the memory in bytes: that of the type, and the room for an array without a length.
    #[doc(alias = "sizeof")]
    pub fn size(&self) -> usize {
        self.span.room()
    }

    /// Whether both are views of the same memory as the same type.
    pub fn is_same(&self, other: &CData<'m>) -> bool {
        self.span.address() == other.span.address()
            && Arc::ptr_eq(&self.span.owner().block, &other.span.owner().block)
            && self.ty() == other.ty()
    }

    /// The way to a part, to be kept and used with every object of this type.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn path(&self, path: &str) -> Result<ResolvedPath, AccessError> {
        self.layout.path(path).map_err(|e| AccessError { target: None, ..e })
    }

    #[inline]
    pub(super) fn find(&self, path: &str) -> Result<Found<'_>, AccessError> {
        match self.layout.walk(path) {
            Ok(found) => Ok(found),
            Err(lost) => Err(AccessError { target: None, ..self.layout.no_part(path, lost) }),
        }
    }

    /// The part at `path` as an object of its own, in the same memory.
    ///
    /// # Errors
    /// If there is no such part, it is a bit field, or it is beyond the memory.
    pub fn at(&self, path: &str) -> Result<CData<'m>, AccessError> {
        self.view(&self.find(path)?, path)
    }

    /// As [`CData::at`], by a path that was resolved before.
    ///
    /// # Errors
    /// As [`CData::at`], and if the path is one of another type.
    pub fn at_path(&self, path: &ResolvedPath) -> Result<CData<'m>, AccessError> {
        self.check(path)?;
        self.view(&path.found(), path.as_str())
    }

    pub(super) fn view(&self, found: &Found<'_>, path: &str) -> Result<CData<'m>, AccessError> {
        if found.place.bits.is_some() {
            return Err(self.error(path, found.expected("a part with an address")));
        }
        let (from, end) = self.range(&found.place, path)?;
        // What lies at the end may have an array without a length at its end.
        let is_last = end as u64 >= self.layout.size() || found.flexible_element().is_some();
        let room = if is_last { self.span.room() - from } else { end - from };
        let Some(span) = self.span.part(from, room) else {
            return Err(self.too_short(&found.place, path));
        };
        let layout = native(found.ty).map_err(|e| e.within(self.ty(), path))?;
        Ok(CData { span, layout })
    }

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
    /// If there is no such part, the value does not fit, or the part is `const`: nothing is stored then, of
    /// a list or record only what comes before.
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
    fn store_bits(&self, found: &Found<'_>, path: &str, raw: u128) -> Result<(), AccessError> {
        let (place, at) = (&found.place, found.place.offset as usize);
        let stored = match place.size {
            4 if place.plain.is_some() => self.span.store(at, (raw as u32).to_ne_bytes()),
            8 if place.plain.is_some() => self.span.store(at, (raw as u64).to_ne_bytes()),
            _ => self.store_any_bits(found, raw),
        };
        if stored { Ok(()) } else { Err(self.not_stored(place, path)) }
    }

    fn store_any_bits(&self, found: &Found<'_>, raw: u128) -> bool {
        let (place, bits) = (&found.place, found.bits());
        let mut bytes = [0; 17];
        let bytes = &mut bytes[..(place.size as usize).min(17)];
        let here = BitRange { byte: bits.byte - place.offset, ..bits };
        let fits = here.write(bytes, raw, place.endian);
        debug_assert!(fits, "a scalar has at most 17 bytes");
        let at = place.offset as usize;
        match place.bits {
            Some(_) => {
                self.span.write_masked(at, bytes, |i| here.mask(here.byte + i as u64, place.endian))
            }
            None => self.span.write(at, bytes),
        }
    }

    /// That a part may be assigned to.
    pub(super) fn writable(&self, place: &Place, path: &str) -> Result<(), AccessError> {
        if place.is_const {
            let reason = "it is declared `const`".to_owned();
            return Err(self.error(path, AccessFault::ReadOnly { reason }));
        }
        Ok(())
    }

    /// Why nothing was stored: there is no room, or the memory is read only.
    #[cold]
    pub(super) fn not_stored(&self, place: &Place, path: &str) -> AccessError {
        if self.span.is_const() {
            let reason = "the memory is read only".to_owned();
            return self.error(path, AccessFault::ReadOnly { reason });
        }
        self.too_short(place, path)
    }

    /// This memory as an object of another type.
    ///
    /// ```
    /// use ctypes_core::{CData, Type};
    /// let f = CData::with(&Type::FLOAT, 1.0_f32)?;
    /// assert_eq!(f.view_as(&Type::U32)?.get::<u32>("")?, 0x3f80_0000);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is less memory than that type has.
    pub fn view_as(&self, ty: &Type) -> Result<CData<'m>, AccessError> {
        let layout = native(ty)?;
        let data = CData { span: self.span.clone(), layout };
        data.check_room(data.span.room())?;
        Ok(data)
    }

    /// Makes the memory `size` bytes long, which is at least the size of the type; what is new is zero.
    ///
    /// # Errors
    /// If it is not this object's own or has been made in a heap, if there is another handle to it or a pointer that
    /// keeps it alive, or if its address was handed out.
    pub fn resize(&mut self, size: usize) -> Result<(), AccessError> {
        let fail = |reason: &str| AccessFault::Resize { size, reason: reason.to_owned() };
        if (size as u64) < self.layout.size() {
            let reason = format!("the type has {} bytes", self.layout.size());
            return Err(self.error("", fail(&reason)));
        }
        self.span.resize(size).map_err(|why| {
            let reason = match why {
                Fixed::NotOwned => "it is borrowed, part of an object, or part of a heap",
                Fixed::Shared => "there are other handles to it, or pointers that keep it alive",
                Fixed::Pointed => "its address was handed out, or it points at itself",
                Fixed::NoMemory => "there is not as much memory",
            };
            self.error("", fail(reason))
        })
    }

    /// That the path is one of this type.
    #[inline]
    pub(super) fn check(&self, path: &ResolvedPath) -> Result<(), AccessError> {
        if path.belongs_to(&self.layout) {
            return Ok(());
        }
        Err(AccessError { target: None, ..path.other_layout(&self.layout) })
    }

    /// First byte and end of a part, which are inside the memory.
    pub(super) fn range(&self, place: &Place, path: &str) -> Result<(usize, usize), AccessError> {
        match place.end() {
            Some(end) if end <= self.span.room() as u64 => {
                Ok((place.offset as usize, end as usize))
            }
            _ => Err(self.too_short(place, path)),
        }
    }

    #[cold]
    pub(super) fn too_short(&self, place: &Place, path: &str) -> AccessError {
        let expected = place.end().unwrap_or(u64::MAX);
        self.error(path, AccessFault::TooShort { expected, found: self.span.room() as u64 })
    }

    #[cold]
    pub(super) fn error(&self, path: &str, fault: AccessFault) -> AccessError {
        AccessError::here(self.ty(), path, fault)
    }
}

/// The layout of a type here, also of one that was incomplete when the handle was taken.
pub(super) fn native(ty: &Type) -> Result<Layout, AccessError> {
    let layout = if ty.is_outdated() { ty.renewed().native_layout() } else { ty.native_layout() };
    layout.map_err(|e| AccessError::here(ty, "", AccessFault::NoMemory { reason: e.to_string() }))
}

fn allocate<'m>(ty: &Type, size: usize) -> Result<(Layout, Block<'m>), AccessError> {
    let layout = native(ty)?;
    let least = usize::try_from(layout.size()).ok();
    let block = least
        .and_then(|least| Block::zeroed(least.max(size), usize::try_from(layout.align()).ok()?));
    match block {
        Some(block) => Ok((layout, block)),
        None => {
            let reason = format!("there is no memory of {} bytes", layout.size().max(size as u64));
            Err(AccessError::here(ty, "", AccessFault::NoMemory { reason }))
        }
    }
}

/// Whether the type is an array or record that is assigned as a whole.
pub(super) fn is_aggregate(ty: &Type) -> bool {
    matches!(ty.0, Repr::Array { .. } | Repr::Record(_))
}
