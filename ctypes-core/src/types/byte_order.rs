//! [`Be`] and [`Le`]: numbers whose bytes stand in an order of their own, whatever the machine's is.
//!
//! The order is a fact of the C type, so that a layout for another target keeps it. What is stored
//! are the bits, so that a float in foreign order is never loaded as one.

use super::{CType, Repr, Scalar, Type};
use crate::target::{Endian, Target};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::mem::transmute_copy;

mod sealed {
    pub trait Sealed {}
}

/// A number that can be stored in either byte order: the primitive integers up to 64 bits, `f32` and
/// `f64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no byte order that could be chosen",
    label = "no primitive number of at most 64 bits",
    note = "`Be<T>` and `Le<T>` hold the primitive integers, `f32` and `f64`; pointers and enumerations \
            are stored as integers"
)]
pub trait ByteOrdered: CType + Copy + sealed::Sealed {
    /// The integer of the same bits.
    #[doc(hidden)]
    type Bits: Copy + Send + Sync + Unpin + 'static;
    /// What it is in C.
    #[doc(hidden)]
    const SCALAR: Scalar;
}

macro_rules! ordered {
    ($($rust:ident $bits:ident $scalar:ident,)*) => {$(
        impl sealed::Sealed for $rust {}
        impl ByteOrdered for $rust {
            type Bits = $bits;
            const SCALAR: Scalar = Scalar::$scalar;
        }
        const _: () = assert!(
            size_of::<$rust>() == size_of::<$bits>() && align_of::<$rust>() == align_of::<$bits>()
        );
    )*};
}

ordered! {
    i8 u8 Int8, u8 u8 UInt8, i16 u16 Int16, u16 u16 UInt16, i32 u32 Int32, u32 u32 UInt32,
    i64 u64 Int64, u64 u64 UInt64, isize usize IntPtr, usize usize UIntPtr, f32 u32 Float,
    f64 u64 Double,
}

/// The bits of a `From` as a `To`, the other way round unless the order is the machine's.
const fn swapped<T: ByteOrdered, From: Copy, To: Copy>(from: From, endian: Endian) -> To {
    const { assert!(size_of::<From>() == size_of::<T>() && size_of::<To>() == size_of::<T>()) };
    let swap = endian as u8 != Target::NATIVE.endian as u8;
    // SAFETY: `From` and `To` are a primitive number and its bits in either order (the trait is
    // sealed and both callers are below): of one size, without padding, and any bits are a value.
    unsafe {
        match (size_of::<T>(), swap) {
            (2, true) => transmute_copy(&transmute_copy::<From, u16>(&from).swap_bytes()),
            (4, true) => transmute_copy(&transmute_copy::<From, u32>(&from).swap_bytes()),
            (8, true) => transmute_copy(&transmute_copy::<From, u64>(&from).swap_bytes()),
            _ => transmute_copy(&from),
        }
    }
}

macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident $endian:ident $word:literal,)*) => {$(
        $(#[$doc])*
        ///
        /// # Layout
        /// Size and alignment of `T` in C on this platform; the description names the order, as in
        #[doc = concat!("`uint16_t /* ", $word, " */`.")]
        ///
        /// # Platform behaviour
        /// As a field of a struct an integer is passed by value as C passes one. A struct with a float in it
        /// goes through the call engine, since rustc would take its bits for an integer. By itself it is
        /// no argument: pass the number, `get()`.
        ///
        /// # Python equivalent
        #[doc = concat!("A field of a `", stringify!($endian), "EndianStructure`.")]
        #[derive(Clone, Copy)]
        #[cfg_attr(
            feature = "zerocopy",
            derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable)
        )]
        #[repr(transparent)]
        pub struct $name<T: ByteOrdered>(T::Bits);

        impl<T: ByteOrdered> $name<T> {
            /// Stores the number in that order.
            pub const fn new(value: T) -> $name<T> {
                $name(swapped::<T, T, T::Bits>(value, Endian::$endian))
            }

            /// The number.
            pub const fn get(self) -> T {
                swapped::<T, T::Bits, T>(self.0, Endian::$endian)
            }

            /// Stores another number.
            pub const fn set(&mut self, value: T) {
                *self = $name::new(value);
            }
        }

        impl<T: ByteOrdered> From<T> for $name<T> {
            fn from(value: T) -> $name<T> {
                $name::new(value)
            }
        }

        impl<T: ByteOrdered + Default> Default for $name<T> {
            fn default() -> $name<T> {
                $name::new(T::default())
            }
        }

        impl<T: ByteOrdered + PartialEq> PartialEq for $name<T> {
            fn eq(&self, other: &$name<T>) -> bool {
                self.get() == other.get()
            }
        }

        impl<T: ByteOrdered + Eq> Eq for $name<T> {}

        impl<T: ByteOrdered + PartialOrd> PartialOrd for $name<T> {
            fn partial_cmp(&self, other: &$name<T>) -> Option<Ordering> {
                self.get().partial_cmp(&other.get())
            }
        }

        impl<T: ByteOrdered + Ord> Ord for $name<T> {
            fn cmp(&self, other: &$name<T>) -> Ordering {
                self.get().cmp(&other.get())
            }
        }

        impl<T: ByteOrdered + Hash> Hash for $name<T> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.get().hash(state);
            }
        }

        impl<T: ByteOrdered + fmt::Debug> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        impl<T: ByteOrdered + fmt::Display> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        // SAFETY: the bits have the size and alignment of `T`, which are asserted to be those of the
        // scalar, and any are valid. By value it is never passed; in a record C has a `T` there and Rust
        // its bits, which the description says.
        unsafe impl<T: ByteOrdered> CType for $name<T> {
            const TYPE: &'static Type = &Type::ordered(T::SCALAR, Endian::$endian);
            const BY_VALUE: bool = false;
            const BY_VALUE_IN_RECORD: bool = true;
            const ANY_BITS: bool = true;
        }
    )*};
}

orders! {
    /// A number that is stored with its most significant byte first, as in network headers.
    ///
    /// # Examples
    /// ```
    /// use ctypes_core::{Be, CType};
    ///
    /// const PORT: Be<u16> = Be::new(80);
    /// // SAFETY: the bits of an integer.
    /// assert_eq!(unsafe { core::mem::transmute::<Be<u16>, [u8; 2]>(PORT) }, [0, 80]);
    /// assert_eq!((PORT.get(), format!("{PORT:?}")), (80, "80".to_owned()));
    /// assert_eq!(Be::<u16>::TYPE.declare("port"), "uint16_t /* big-endian */ port");
    /// ```
    #[doc(alias = "BigEndianStructure")]
    #[doc(alias = "BigEndianUnion")]
    #[doc(alias = "htons")]
    #[doc(alias = "htonl")]
    Be Big "big-endian",
    /// A number that is stored with its least significant byte first, as in most file formats of PCs.
    ///
    /// # Examples
    /// ```
    /// use ctypes_core::Le;
    ///
    /// let mut size = Le::new(1_u32);
    /// size.set(size.get() + 1);
    /// // SAFETY: the bits of an integer.
    /// assert_eq!(unsafe { core::mem::transmute::<Le<u32>, [u8; 4]>(size) }, [2, 0, 0, 0]);
    /// ```
    #[doc(alias = "LittleEndianStructure")]
    #[doc(alias = "LittleEndianUnion")]
    Le Little "little-endian",
}

/// The scalar type in that order.
///
/// # Panics
/// If the type is no scalar; the derive names nothing else.
pub(super) const fn ordered(of: &Type, endian: Endian) -> Type {
    match &of.0 {
        Repr::Scalar(scalar) => Type::ordered(*scalar, endian),
        _ => panic!("expected a scalar"),
    }
}

impl Endian {
    /// The word for it, as in C comments and messages.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Endian::Little => "little-endian",
            Endian::Big => "big-endian",
        }
    }
}

impl Type {
    /// A scalar whose bytes stand in that order on every target: what [`Be`] and [`Le`] are in C,
    /// which has no such type itself. It is a type for fields, not for arguments.
    ///
    /// ```
    /// use ctypes_core::{Type, target::Endian, types::Scalar};
    /// let port = Type::ordered(Scalar::UInt16, Endian::Big);
    /// assert_eq!(port.to_string(), "uint16_t /* big-endian */");
    /// assert!(port != Type::U16 && !port.is_compatible(&Type::U16));
    /// ```
    pub const fn ordered(of: Scalar, endian: Endian) -> Type {
        Type::of(Repr::Ordered(of, endian))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_std() {
        macro_rules! check {
            ($($t:ident)*) => {$(
                for n in [$t::MIN, 1 as $t, 77 as $t, $t::MAX] {
                    let (be, le) = (Be::new(n), Le::new(n));
                    // SAFETY: the bits of a number.
                    unsafe {
                        assert_eq!(transmute_copy::<_, [u8; size_of::<$t>()]>(&be), n.to_be_bytes());
                        assert_eq!(transmute_copy::<_, [u8; size_of::<$t>()]>(&le), n.to_le_bytes());
                    }
                    assert_eq!((be.get(), le.get()), (n, n));
                }
                assert_eq!(Be::<$t>::TYPE.size(), size_of::<Be<$t>>());
                assert_eq!(Le::<$t>::TYPE.align(), align_of::<Le<$t>>());
            )*};
        }
        check!(i8 u8 i16 u16 i32 u32 i64 u64 isize usize f32 f64);
        assert!(Be::new(-1_i16) < Be::new(256) && Le::new(f32::NAN) != Le::new(f32::NAN));
    }

    #[test]
    fn the_order_is_part_of_the_type() {
        let (be, le) = (Be::<u32>::TYPE, Le::<u32>::TYPE);
        assert!(be != le && be == &Type::ordered(Scalar::UInt32, Endian::Big));
        let uint = Type::ordered(Scalar::UInt, Endian::Big);
        assert!(be != &uint && be.is_compatible(&uint) && !be.is_compatible(le));
        assert!(!be.is_compatible(&Type::U32) && !Type::U32.is_compatible(be));
        assert_eq!(Be::<f64>::TYPE.at(&Target::I686_LINUX).map(|l| l.align()).ok(), Some(4));
    }
}
