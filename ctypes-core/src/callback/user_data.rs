//! Closures for C functions that take a function pointer together with a `void *` that they hand back to it.
//!
//! The function pointer is then an ordinary function, and the `void *` is the address of the closure: there is no code to
//! find for it and nothing to free. C promises to hand back what it was given, which is why calling it is `unsafe`.

use super::arg::CallbackArg;
use super::body::reentered;
use super::context::{die, no_default, this_thread};
use super::report;
use super::typed::{CallbackArgs, CallbackFnMut, arities};
use crate::convert::check_bits;
use crate::guard;
use crate::types::{CReturn, CType};
use core::cell::RefCell;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Gives `call` a C function and the `void *` that it must get as its **last** argument to call the closure.
///
/// The function may be called on this thread until `call` returns. A panic of the closure does not cross C: C gets a result
/// of all zero bits, as it does from further calls, and the panic continues when `call` has returned.
///
/// # Panics
/// With what the closure panicked with. While a panic is on its way, this closure's or another's, a result that must not be
/// zero has no default: the program aborts.
///
/// # Examples
/// GNU's `qsort_r` hands its last argument on:
/// ```
/// # #[cfg(target_os = "linux")] {
/// use core::ffi::{c_int, c_void};
/// use ctypes_core::callback::with_data_last;
///
/// type Compare = unsafe extern "C" fn(*const c_int, *const c_int, *mut c_void) -> c_int;
/// unsafe extern "C" {
///     fn qsort_r(base: *mut c_int, count: usize, size: usize, compare: Compare, data: *mut c_void);
/// }
///
/// let (mut numbers, mut compared) = ([3, 1, 2], 0);
/// let mut compare = |a: &c_int, b: &c_int| {
///     compared += 1;
///     a.cmp(b) as c_int
/// };
/// with_data_last(&mut compare, |function, data| unsafe {
///     qsort_r(numbers.as_mut_ptr(), numbers.len(), 4, function, data);
/// });
/// assert_eq!(numbers, [1, 2, 3]);
/// assert!(compared > 0);
/// # }
/// ```
pub fn with_data_last<A, R, M, C, T>(
    closure: &mut C,
    call: impl FnOnce(A::Last, *mut c_void) -> T,
) -> T
where
    A: DataArgs<R, M>,
    R: CReturn,
    C: CallbackFnMut<A, R, M>,
{
    with(closure, |data| call(A::last::<C>(), data))
}

/// As [`with_data_last`], where the `void *` is the **first** argument of the function.
///
/// # Panics
/// As [`with_data_last`].
///
/// # Examples
/// ```
/// use core::ffi::{c_int, c_void};
/// use ctypes_core::callback::with_data_first;
///
/// let mut sum = 0;
/// let mut add = |n: c_int| sum += n;
/// with_data_first(&mut add, |function: unsafe extern "C" fn(*mut c_void, c_int), data| unsafe {
///     function(data, 3); // Here Rust plays the C side.
///     function(data, 4);
/// });
/// assert_eq!(sum, 7);
/// ```
pub fn with_data_first<A, R, M, C, T>(
    closure: &mut C,
    call: impl FnOnce(A::First, *mut c_void) -> T,
) -> T
where
    A: DataArgs<R, M>,
    R: CReturn,
    C: CallbackFnMut<A, R, M>,
{
    with(closure, |data| call(A::first::<C>(), data))
}

/// What the `void *` points at.
struct State<'c, C> {
    closure: RefCell<&'c mut C>,
    thread: usize,
}

fn with<C, T>(closure: &mut C, call: impl FnOnce(*mut c_void) -> T) -> T {
    let state = State { closure: RefCell::new(closure), thread: this_thread() };
    guard::guarded(|| call(core::ptr::from_ref(&state).cast_mut().cast()))
}

/// The argument types of a closure that is called with a `void *` beside them.
///
/// # Safety
/// The functions hand on what [`CallbackArgs::read`] expects.
pub unsafe trait DataArgs<R, M>: CallbackArgs<R, M> {
    /// A function with the `void *` before the arguments.
    type First: Copy;
    /// A function with the `void *` after the arguments.
    type Last: Copy;
    #[doc(hidden)]
    fn first<C: CallbackFnMut<Self, R, M>>() -> Self::First;
    #[doc(hidden)]
    fn last<C: CallbackFnMut<Self, R, M>>() -> Self::Last;
}

/// Calls the closure that C hands back. Does not unwind.
///
/// # Safety
/// `data` is what [`with`] gave out, of a closure of type C, and has not returned; `args` are the addresses of the
/// arguments.
unsafe fn enter<C, A, R, M>(data: *mut c_void, args: &[*const c_void]) -> R
where
    A: CallbackArgs<R, M>,
    R: CReturn,
    C: CallbackFnMut<A, R, M>,
{
    let name = core::any::type_name::<C>();
    if data.is_null() {
        die(&format!("callback `{name}` was called with NULL in the place of its data"));
    }
    // SAFETY: the caller's promise.
    let state = unsafe { &*data.cast::<State<'_, C>>() };
    if state.thread != this_thread() {
        die(&format!("callback `{name}` was called on another thread than the one that lent it"));
    }
    if guard::is_pending() {
        return zero(name);
    }
    report::begin();
    let run = || {
        // SAFETY: the caller's promise; pointers are as the closure's parameters declare them.
        let args = match unsafe { A::read(args) } {
            Ok(args) => args,
            Err(reason) => panic!("called with an invalid argument: {reason}"),
        };
        let Ok(mut closure) = state.closure.try_borrow_mut() else { reentered() };
        closure.call_mut(args)
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result,
        Err(payload) => {
            report::tell(name, &*payload, None);
            // The call that lent the closure is guarded.
            if guard::keep(payload).is_err() {
                die(&format!("callback `{name}` panicked when its thread had ended"));
            }
            zero(name)
        }
    }
}

/// What C gets while a panic is on its way.
#[cold]
fn zero<R: CReturn>(name: &str) -> R {
    if check_bits(R::RESULT, &vec![0; size_of::<R>()]).is_err() {
        die(&no_default(name, R::RESULT));
    }
    // SAFETY: all bits zero were found to be a value.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

macro_rules! implement {
    ($(($($t:ident $m:ident $v:ident $i:tt)*))*) => {$(
        // SAFETY: the arguments are given in their order.
        unsafe impl<Z: CReturn, $($t: CallbackArg<$m>, $m,)*> DataArgs<Z, ($($m,)*)> for ($($t,)*) {
            type First = unsafe extern "C" fn(*mut c_void, $($t::Raw),*) -> Z;
            type Last = unsafe extern "C" fn($($t::Raw,)* *mut c_void) -> Z;

            #[allow(clippy::useless_transmute, reason = "without arguments it is one")]
            fn first<Call: CallbackFnMut<Self, Z, ($($m,)*)>>() -> Self::First {
                unsafe extern "C" fn function<Call, Z, $($t, $m),*>(
                    data: *mut c_void,
                    $($v: MaybeUninit<$t::Raw>),*
                ) -> Z
                where
                    $($t: CallbackArg<$m>,)*
                    Z: CReturn,
                    Call: CallbackFnMut<($($t,)*), Z, ($($m,)*)>,
                {
                    let args = [$((&raw const $v).cast::<c_void>()),*];
                    // SAFETY: called by C with what it was given, and with the arguments that its type says.
                    unsafe { enter::<Call, ($($t,)*), Z, ($($m,)*)>(data, &args) }
                }
                const { as_in_c(&[Z::IS_RETURNED_AS_IN_C, $(<$t::Raw as CType>::BY_VALUE),*]) };
                type Unchecked<Z, $($t),*> =
                    unsafe extern "C" fn(*mut c_void, $(MaybeUninit<$t>),*) -> Z;
                // SAFETY: a MaybeUninit is passed as what is in it, so that the pointers differ in what Rust knows of their
                // arguments alone: these are checked before they are taken for what they are to be.
                unsafe {
                    core::mem::transmute::<Unchecked<Z, $($t::Raw),*>, Self::First>(function::<Call, Z, $($t, $m),*>)
                }
            }

            #[allow(clippy::useless_transmute, reason = "as above")]
            fn last<Call: CallbackFnMut<Self, Z, ($($m,)*)>>() -> Self::Last {
                unsafe extern "C" fn function<Call, Z, $($t, $m),*>(
                    $($v: MaybeUninit<$t::Raw>,)*
                    data: *mut c_void,
                ) -> Z
                where
                    $($t: CallbackArg<$m>,)*
                    Z: CReturn,
                    Call: CallbackFnMut<($($t,)*), Z, ($($m,)*)>,
                {
                    let args = [$((&raw const $v).cast::<c_void>()),*];
                    // SAFETY: as above.
                    unsafe { enter::<Call, ($($t,)*), Z, ($($m,)*)>(data, &args) }
                }
                const { as_in_c(&[Z::IS_RETURNED_AS_IN_C, $(<$t::Raw as CType>::BY_VALUE),*]) };
                type Unchecked<Z, $($t),*> =
                    unsafe extern "C" fn($(MaybeUninit<$t>,)* *mut c_void) -> Z;
                // SAFETY: as above.
                unsafe {
                    core::mem::transmute::<Unchecked<Z, $($t::Raw),*>, Self::Last>(function::<Call, Z, $($t, $m),*>)
                }
            }
        }
    )*};
}

/// These functions are rustc's, which does not pass every type as C does.
const fn as_in_c(each: &[bool]) {
    let mut i = 0;
    while i < each.len() {
        assert!(
            each[i],
            "rustc passes a parameter or the result in another way than C: use a Callback"
        );
        i += 1;
    }
}

arities!(implement);
