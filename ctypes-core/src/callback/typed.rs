//! Closures with typed arguments, by their number.

use crate::convert::check_bits;
use crate::types::{CReturn, CType, Type};
use core::ffi::c_void;

/// The argument types of a typed callback with the result `R`, as a tuple.
///
/// # Safety
/// [`CallbackArgs::types`] describes what [`CallbackArgs::read`] reads, and `Pointer` is an
/// `extern "C"` function pointer of those parameters and `R`.
pub unsafe trait CallbackArgs<R>: Sized {
    /// The function pointer's type.
    type Pointer: FnPointer;
    /// The parameters.
    fn types() -> Vec<&'static Type>;
    /// Reads the arguments, each at its address.
    ///
    /// # Safety
    /// `args` holds the addresses of values with the layouts of [`CallbackArgs::types`].
    ///
    /// # Errors
    /// The position and the reason, if an argument's bits are no valid value.
    unsafe fn read(args: &[*const c_void]) -> Result<Self, String>;
}

/// A function pointer type that a callback's code address can become.
///
/// # Safety
/// Implementors are function pointers, or thin raw pointers.
pub unsafe trait FnPointer: Copy + 'static {
    /// The function pointer with that address.
    ///
    /// # Safety
    /// The address is that of a function of this type.
    unsafe fn from_code(code: *const c_void) -> Self;
}

// SAFETY: a thin raw pointer.
unsafe impl FnPointer for *const c_void {
    unsafe fn from_code(code: *const c_void) -> Self {
        code
    }
}

/// A closure that takes the arguments `A` and returns `R`: any `Fn` of up to 12 C types.
#[diagnostic::on_unimplemented(
    message = "this closure cannot be a C function",
    note = "write the types of all parameters: `|a: c_int, b: *const c_void| …`; each must be a `CType`"
)]
pub trait CallbackFn<A, R> {
    /// Calls it.
    fn call(&self, args: A) -> R;
}

/// As [`CallbackFn`], for `FnMut`.
#[diagnostic::on_unimplemented(
    message = "this closure cannot be a C function",
    note = "write the types of all parameters: `|a: c_int, b: *const c_void| …`; each must be a `CType`"
)]
pub trait CallbackFnMut<A, R> {
    /// Calls it.
    fn call_mut(&mut self, args: A) -> R;
}

macro_rules! arities {
    ($(($($t:ident $v:ident $i:tt)*))*) => {$(
        // SAFETY: the types are those of the parameters, in order.
        unsafe impl<Z: CReturn, $($t: CType,)*> CallbackArgs<Z> for ($($t,)*) {
            type Pointer = unsafe extern "C" fn($($t),*) -> Z;
            fn types() -> Vec<&'static Type> {
                vec![$($t::TYPE),*]
            }
            unsafe fn read(_args: &[*const c_void]) -> Result<Self, String> {
                // SAFETY: the caller's promise, for each index.
                Ok(($(unsafe { argument::<$t>(_args, $i)? },)*))
            }
        }

        // SAFETY: a function pointer.
        unsafe impl<Z: 'static, $($t: 'static,)*> FnPointer for unsafe extern "C" fn($($t),*) -> Z {
            unsafe fn from_code(code: *const c_void) -> Self {
                // SAFETY: code and data pointers have one size on every target with a C ABI that
                // this crate supports; the caller's promise.
                unsafe { core::mem::transmute::<*const c_void, Self>(code) }
            }
        }

        impl<Call, Z, $($t,)*> CallbackFn<($($t,)*), Z> for Call
        where
            Call: Fn($($t),*) -> Z,
        {
            fn call(&self, ($($v,)*): ($($t,)*)) -> Z {
                self($($v),*)
            }
        }

        impl<Call, Z, $($t,)*> CallbackFnMut<($($t,)*), Z> for Call
        where
            Call: FnMut($($t),*) -> Z,
        {
            fn call_mut(&mut self, ($($v,)*): ($($t,)*)) -> Z {
                self($($v),*)
            }
        }
    )*};
}

/// # Safety
/// `args[i]` is the address of a value with the layout of T.
unsafe fn argument<T: CType>(args: &[*const c_void], i: usize) -> Result<T, String> {
    let Some(&at) = args.get(i) else {
        return Err(format!("argument {} is missing", i + 1));
    };
    if !T::ANY_BITS {
        // SAFETY: a value of that size is there.
        let bytes = unsafe { core::slice::from_raw_parts(at.cast::<u8>(), size_of::<T>()) };
        check_bits(T::TYPE, bytes).map_err(|e| format!("argument {}: {e}", i + 1))?;
    }
    // SAFETY: a value with T's layout is there; its bits are valid, since any are or they were checked.
    Ok(unsafe { at.cast::<T>().read_unaligned() })
}

arities! {
    ()
    (A a 0)
    (A a 0 B b 1)
    (A a 0 B b 1 C c 2)
    (A a 0 B b 1 C c 2 D d 3)
    (A a 0 B b 1 C c 2 D d 3 E e 4)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9 K k 10)
    (A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9 K k 10 L l 11)
}
