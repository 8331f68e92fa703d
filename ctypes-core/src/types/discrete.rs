//! Types that have fewer values than bits: `bool` and enumerations, and [`Raw`], which holds whatever C
//! has put in their place.
//!
//! What comes from C is checked before it becomes such a value; there is no way to one that is not
//! among the type's values.

use super::integer::{Integer, Number, is_signed, narrow, widen};
use super::message::Message;
use super::{CType, Type};
use core::fmt;
use core::hash::{Hash, Hasher};
use core::mem::transmute_copy;

/// A type of which only some bit patterns are values: `bool`, and what derives `CEnum`.
///
/// # Safety
/// `Bits` has the size of `Self`, and a `Self` has the bits of one of [`Discrete::VALUES`], each of
/// which is a valid `Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no enumeration of C",
    label = "no enumeration",
    note = "derive CEnum and Copy for it"
)]
pub unsafe trait Discrete: CType + Copy {
    /// The integer of the same bits.
    type Bits: Integer;
    /// The name, for messages.
    const NAME: &'static str;
    /// All values with their names.
    const VALUES: &'static [(&'static str, i128)];
}

// SAFETY: `bool` is 0 or 1 (Rust reference, "Boolean type").
unsafe impl Discrete for bool {
    type Bits = u8;
    const NAME: &'static str = "_Bool";
    const VALUES: &'static [(&'static str, i128)] = &[("false", 0), ("true", 1)];
}

/// An integer is none of the values of an enumeration or of `bool`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidValue {
    /// The type.
    pub ty: &'static str,
    value: Number,
    /// The values that the type has, with their names.
    pub expected: &'static [(&'static str, i128)],
}

impl InvalidValue {
    pub(super) const fn new(
        ty: &'static str,
        value: i128,
        expected: &'static [(&'static str, i128)],
    ) -> InvalidValue {
        InvalidValue { ty, value: Number::new(value), expected }
    }

    /// What was found.
    pub const fn value(&self) -> i128 {
        self.value.get()
    }
}

/// How many of the expected values a message lists.
const LISTED: usize = 8;

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no value of `{}`: expected ", self.value(), self.ty)?;
        for (i, (name, value)) in self.expected.iter().take(LISTED).enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{name} = {value}")?;
        }
        match self.expected.len() {
            n if n > LISTED => write!(f, " or one of {} more", n - LISTED),
            _ => Ok(()),
        }
    }
}

impl core::error::Error for InvalidValue {}

/// Values without a gap need no search.
const fn is_range(values: &[(&str, i128)]) -> bool {
    let mut i = 1;
    while i < values.len() {
        if values[i].1 != values[i - 1].1 + 1 {
            return false;
        }
        i += 1;
    }
    !values.is_empty()
}

/// Whether `value` is among `values`. With values that are known at compile time nothing of the
/// search is left where they have no gap.
#[inline]
pub(super) const fn is_among(values: &[(&str, i128)], value: i128) -> bool {
    if is_range(values) {
        return value >= values[0].1 && value <= values[values.len() - 1].1;
    }
    let mut i = 0;
    while i < values.len() {
        if values[i].1 == value {
            return true;
        }
        i += 1;
    }
    false
}

/// The value of a `T` with those bits.
///
/// # Errors
/// If there is none.
pub const fn check<T: Discrete>(bits: T::Bits) -> Result<T, InvalidValue> {
    let value = widen(bits);
    if is_among(T::VALUES, value) {
        const { assert!(size_of::<T>() == size_of::<T::Bits>()) };
        // SAFETY: the sizes agree, and the trait promises that these bits are a value.
        return Ok(unsafe { transmute_copy(&bits) });
    }
    Err(InvalidValue::new(T::NAME, value, T::VALUES))
}

/// The value of a `T` that is that number.
///
/// # Errors
/// If there is none.
pub const fn check_number<T: Discrete>(value: i128) -> Result<T, InvalidValue> {
    if is_among(T::VALUES, value) {
        return check(narrow(value as u128));
    }
    Err(InvalidValue::new(T::NAME, value, T::VALUES))
}

/// The bits of a value.
pub const fn bits<T: Discrete>(value: T) -> T::Bits {
    const { assert!(size_of::<T>() == size_of::<T::Bits>()) };
    // SAFETY: the sizes agree, a value has no padding (it has the bits of an integer), and an
    // integer may have any bits.
    unsafe { transmute_copy(&value) }
}

/// Asserts that rustc gave an enumeration the size, alignment and sign that C does.
#[track_caller]
pub const fn assert_enumeration<T: Discrete>() {
    let (size, align) = (T::TYPE.size(), T::TYPE.align());
    let is_same = size == size_of::<T>()
        && align == align_of::<T>()
        && size == size_of::<T::Bits>()
        && is_signed(T::TYPE) == T::Bits::SIGNED;
    if !is_same {
        let message = Message::new().text("`").text(T::NAME).text("`: C and Rust disagree on it: ");
        let message = message.text("in C it has size ").number(size as u64).text(", in Rust ");
        panic!("{}", message.number(size_of::<T>() as u64).as_str())
    }
}

/// A `bool` or an enumeration in memory that C writes: it holds any bits, and says whether they are a
/// value.
///
/// # Layout
/// That of `T`; the same C type.
///
/// # Examples
/// ```
/// use ctypes_core::Raw;
///
/// // What a C function left in a `_Bool` that it never wrote.
/// let flag = Raw::<bool>::from_bits(0xcc);
/// assert_eq!(flag.bits(), 0xcc);
/// assert_eq!(
///     flag.get().unwrap_err().to_string(),
///     "204 is no value of `_Bool`: expected false = 0, true = 1",
/// );
/// assert_eq!(Raw::new(true).get(), Ok(true));
/// ```
#[derive(Clone, Copy)]
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable)
)]
#[repr(transparent)]
pub struct Raw<T: Discrete>(T::Bits);

impl<T: Discrete> Raw<T> {
    /// Holds a value.
    pub const fn new(value: T) -> Raw<T> {
        Raw(bits(value))
    }

    /// Holds these bits, whether or not they are a value.
    pub const fn from_bits(bits: T::Bits) -> Raw<T> {
        Raw(bits)
    }

    /// The bits.
    pub const fn bits(self) -> T::Bits {
        self.0
    }

    /// The value.
    ///
    /// # Errors
    /// If the bits are none.
    pub const fn get(self) -> Result<T, InvalidValue> {
        check(self.0)
    }

    /// Stores a value.
    pub const fn set(&mut self, value: T) {
        self.0 = bits(value);
    }
}

impl<T: Discrete> From<T> for Raw<T> {
    fn from(value: T) -> Raw<T> {
        Raw::new(value)
    }
}

/// All bits zero, as C initialises static memory.
impl<T: Discrete> Default for Raw<T> {
    fn default() -> Raw<T> {
        Raw(narrow(0))
    }
}

impl<T: Discrete> PartialEq for Raw<T> {
    fn eq(&self, other: &Raw<T>) -> bool {
        widen(self.0) == widen(other.0)
    }
}

impl<T: Discrete> Eq for Raw<T> {}

impl<T: Discrete> Hash for Raw<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        widen(self.0).hash(state);
    }
}

impl<T: Discrete> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = widen(self.0);
        match T::VALUES.iter().find(|v| v.1 == value) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "{value}"),
        }
    }
}

// SAFETY: an integer of the size and alignment of `T`, which C passes as it passes a `T`.
unsafe impl<T: Discrete> CType for Raw<T> {
    const TYPE: &'static Type = {
        assert!(size_of::<T>() == size_of::<T::Bits>() && align_of::<T>() == align_of::<T::Bits>());
        T::TYPE
    };
    const BY_VALUE: bool = T::BY_VALUE;
    const ANY_BITS: bool = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_become_values() {
        for bits in 0..=255 {
            assert_eq!(
                Raw::<bool>::from_bits(bits).get().ok(),
                [Some(false), Some(true)].get(usize::from(bits)).copied().flatten()
            );
        }
        const ON: Raw<bool> = Raw::new(true);
        assert_eq!((ON.bits(), format!("{ON:?}")), (1, "true".to_owned()));
    }

    #[test]
    fn ranges() {
        assert!(is_range(&[("a", -1), ("b", 0)]));
        assert!(
            !is_range(&[("a", 0), ("b", 2)]) && !is_range(&[]) && !is_range(&[("a", 1), ("b", 0)])
        );
    }
}
