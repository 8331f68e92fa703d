//! Closures with typed arguments, by their number.
//!
//! What a closure takes is what C passes: a [`CType`] by value, or a pointer that arrives as a reference
//! ([`CallbackArg`]). The closure must take a reference of any lifetime, so that it cannot keep it.

use super::arg::CallbackArg;
use crate::types::{CReturn, CType, Type};
use core::ffi::c_void;

/// The argument types of a typed callback with the result `R`, as a tuple; `M` says of each how it arrives.
///
/// # Safety
/// [`CallbackArgs::types`] describes what [`CallbackArgs::read`] reads, and `Pointer` is an
/// `extern "C"` function pointer of those parameters and `R`.
pub unsafe trait CallbackArgs<R, M>: Sized {
    /// The function pointer's type.
    type Pointer: FnPointer;
    /// The arguments of one call, whose references live as long as that.
    type At<'a>;
    /// The parameters.
    fn types() -> Vec<&'static Type>;
    /// Reads the arguments, each at its address.
    ///
    /// # Safety
    /// `args` holds the addresses of values with the layouts of [`CallbackArgs::types`]; pointers that become
    /// references are NULL or valid for `'a`.
    ///
    /// # Errors
    /// The position and the reason, if an argument's bits are no valid value.
    unsafe fn read<'a>(args: &[*const c_void]) -> Result<Self::At<'a>, String>;
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

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $call:ident ($($this:tt)*);)*) => {$(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(
            message = "this closure cannot be a C function",
            note = "write the types of all parameters: `|a: c_int, b: &Item| …`; each must be a `CType`, or a reference \
                    to one for a pointer"
        )]
        pub trait $kind<A: CallbackArgs<R, M>, R, M> {
            /// Calls it.
            fn $call<'a>($($this)*, args: A::At<'a>) -> R;
        }
    )*};
}

kinds! {
    /// A closure that takes the arguments `A` and returns `R`: any `Fn` of up to 12 C types or references.
    CallbackFn call (&self);
    /// As [`CallbackFn`], for `FnMut`.
    CallbackFnMut call_mut (&mut self);
    /// As [`CallbackFn`], for `FnOnce`.
    CallbackFnOnce call_once (self);
}

/// Gives the macro all numbers of parameters: of each its type, how it arrives, a name and its index.
macro_rules! arities {
    ($macro:ident) => { $macro! {
        ()
        (A MA a 0)
        (A MA a 0 B MB b 1)
        (A MA a 0 B MB b 1 C MC c 2)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5 G MG g 6)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5 G MG g 6 H MH h 7)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5 G MG g 6 H MH h 7 I MI i 8)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5 G MG g 6 H MH h 7 I MI i 8 J MJ j 9)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5 G MG g 6 H MH h 7 I MI i 8 J MJ j 9 K MK k 10)
        (A MA a 0 B MB b 1 C MC c 2 D MD d 3 E ME e 4 F MF f 5 G MG g 6 H MH h 7 I MI i 8 J MJ j 9 K MK k 10 L ML l 11)
    } };
}
pub(super) use arities;

macro_rules! implement {
    ($(($($t:ident $m:ident $v:ident $i:tt)*))*) => {$(
        // SAFETY: the types are those of the parameters, in order.
        unsafe impl<Z: CReturn, $($t: CallbackArg<$m>, $m,)*> CallbackArgs<Z, ($($m,)*)> for ($($t,)*) {
            type Pointer = unsafe extern "C" fn($($t::Raw),*) -> Z;
            type At<'a> = ($($t::At<'a>,)*);
            fn types() -> Vec<&'static Type> {
                vec![$(<$t::Raw as CType>::TYPE),*]
            }
            unsafe fn read<'a>(_args: &[*const c_void]) -> Result<Self::At<'a>, String> {
                // SAFETY: the caller's promise, for each index.
                Ok(($(unsafe { argument::<$t, $m>(_args, $i)? },)*))
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

        implement! { @closure CallbackFn call Fn (&self) $($t $m $v)* }
        implement! { @closure CallbackFnMut call_mut FnMut (&mut self) $($t $m $v)* }
        implement! { @closure CallbackFnOnce call_once FnOnce (self) $($t $m $v)* }
    )*};
    // The first bound on the closure says what its parameters are, the second that any lifetime will do.
    (@closure $kind:ident $call:ident $fn:ident ($($this:tt)*) $($t:ident $m:ident $v:ident)*) => {
        impl<Call, Z: CReturn, $($t, $m,)*> $kind<($($t,)*), Z, ($($m,)*)> for Call
        where
            Call: $fn($($t),*) -> Z,
            Call: for<'a> $fn($($t::At<'a>),*) -> Z,
            $($t: CallbackArg<$m>,)*
        {
            implement! { @call $call ($($this)*) Z ($($t $v)*) }
        }
    };
    (@call $call:ident (&self) $z:ident ($($t:ident $v:ident)*)) => {
        fn $call<'a>(&self, ($($v,)*): ($($t::At<'a>,)*)) -> $z {
            self($($v),*)
        }
    };
    (@call $call:ident (&mut self) $z:ident ($($t:ident $v:ident)*)) => {
        fn $call<'a>(&mut self, ($($v,)*): ($($t::At<'a>,)*)) -> $z {
            self($($v),*)
        }
    };
    (@call $call:ident (self) $z:ident ($($t:ident $v:ident)*)) => {
        fn $call<'a>(self, ($($v,)*): ($($t::At<'a>,)*)) -> $z {
            self($($v),*)
        }
    };
}

/// # Safety
/// `args[i]` is the address of a value with the layout of what C passes for T; a pointer that becomes a reference is
/// NULL or valid for `'a`.
unsafe fn argument<'a, T: CallbackArg<M>, M>(
    args: &[*const c_void],
    i: usize,
) -> Result<T::At<'a>, String> {
    let Some(&at) = args.get(i) else {
        return Err(format!("argument {} is missing", i + 1));
    };
    // SAFETY: the caller's promise.
    unsafe { T::read(at) }.map_err(|e| format!("argument {}: {e}", i + 1))
}

arities!(implement);
