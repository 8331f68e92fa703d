//! [`Complex`]: C's complex numbers, as a pair without arithmetic.

use super::passing::is_passed_as_in_c;
use super::{CType, LongDouble, Type};

/// C's `float _Complex`, `double _Complex` or `long double _Complex`: the real part, then the imaginary one
/// (C11 6.2.5p13).
///
/// It only carries the number to C and back. With the feature `num-complex` it converts from and
/// into `num_complex::Complex`, which calculates.
///
/// # Platform behaviour
/// C passes a complex number as a struct of two floats on some targets and not on others (i386, IBM z).
/// A function that takes or returns one can be called directly where [`CType::BY_VALUE`] says so: with the System V
/// convention of x86-64 and on AArch64, but for `long double _Complex`. Pointers to one, arrays and members are the same
/// everywhere.
///
/// # Examples
/// ```
/// use ctypes_core::{CType, Complex, Type};
/// let z = Complex { re: 3.0, im: -4.0 };
/// assert_eq!(Complex::<f64>::TYPE, &Type::DOUBLE_COMPLEX);
/// assert_eq!(size_of_val(&z), Type::DOUBLE_COMPLEX.size());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "zerocopy", derive(zerocopy::FromBytes, zerocopy::Immutable))]
#[repr(C)]
#[doc(alias = "c_float_complex")]
#[doc(alias = "c_double_complex")]
#[doc(alias = "c_longdouble_complex")]
pub struct Complex<T> {
    /// The real part.
    pub re: T,
    /// The imaginary part.
    pub im: T,
}

/// Where rustc is known to pass a struct of two floats as C passes a complex number: psABI of x86-64, 3.2.3;
/// AAPCS64 5.9.5 (a homogeneous aggregate).
const IS_PAIR: bool = cfg!(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(windows)));

macro_rules! pairs {
    ($($part:ty => $konst:ident,)*) => {$(
        // SAFETY: two numbers of that format, real part first (C11 6.2.5p13), of which any bits are one; size and
        // alignment are asserted below, and by value it is compared.
        unsafe impl CType for Complex<$part> {
            const TYPE: &'static Type = &Type::$konst;
            const BY_VALUE: bool = IS_PAIR && is_passed_as_in_c(&Type::$konst);
            const BY_VALUE_IN_RECORD: bool = true;
            const ANY_BITS: bool = true;
        }
        const _: () = assert!(
            Type::$konst.size() == size_of::<Complex<$part>>()
                && Type::$konst.align() == align_of::<Complex<$part>>()
        );
    )*};
}

pairs! { f32 => FLOAT_COMPLEX, f64 => DOUBLE_COMPLEX, LongDouble => LONGDOUBLE_COMPLEX, }

#[cfg(feature = "num-complex")]
impl<T> From<num_complex::Complex<T>> for Complex<T> {
    fn from(z: num_complex::Complex<T>) -> Complex<T> {
        Complex { re: z.re, im: z.im }
    }
}

#[cfg(feature = "num-complex")]
impl<T> From<Complex<T>> for num_complex::Complex<T> {
    fn from(z: Complex<T>) -> num_complex::Complex<T> {
        num_complex::Complex { re: z.re, im: z.im }
    }
}
