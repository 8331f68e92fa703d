//! [`Callback`]: a Rust closure as a C function pointer.
//!
//! A panic never unwinds into C. It is reported with the callback's name and continues in the Rust
//! caller of the C function if that call was guarded (every dynamic call is); otherwise the program
//! aborts, unless the callback was given a result to return instead.

mod arg;
mod body;
mod context;
mod report;
pub(crate) mod slots;
mod sync;
mod typed;
mod user_data;

pub use arg::{ByReference, ByValue, CallbackArg};
pub(crate) use context::Context;
pub use context::PanicPolicy;
pub use report::PanicReport;
pub use slots::{Recognized, forbid_generated_code, recognize};
pub use sync::SyncCallback;
pub use typed::{CallbackArgs, CallbackFn, CallbackFnMut, CallbackFnOnce, FnPointer};
pub use user_data::{DataArgs, with_data_first, with_data_last};

use crate::call::Signature;
use crate::call::args::{Argument, Pushed, TypeRef};
use crate::call::tag::{Slot, Tag};
use crate::convert::Value;
use crate::error::SignatureError;
use crate::types::{CReturn, CallConv, Type};
use body::Body;
use core::any::TypeId;
use core::ffi::c_void;
use core::marker::PhantomData;
use core::ptr::NonNull;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

/// A Rust closure that C can call; `F` is the type of its function pointer.
///
/// The function pointer works as long as the `Callback` lives, on the thread that made it; a call
/// from another thread aborts with the callback's name. [`SyncCallback`] is for those.
///
/// # Examples
/// C's `qsort` with a closure:
/// ```
/// use core::ffi::c_int;
/// use ctypes_core::{Callback, CallConv, Library, Signature, Type};
///
/// let mut compared = 0;
/// let compare = Callback::new_mut(|a: &i32, b: &i32| -> c_int {
///     compared += 1;
///     a.cmp(b) as c_int
/// })?;
///
/// let sig = Signature::new(
///     CallConv::C,
///     &Type::VOID,
///     [&Type::VOID_PTR, &Type::SIZE, &Type::SIZE, compare.ty()],
/// )?;
/// let qsort = Library::this().function("qsort", &sig)?;
/// let mut numbers = [3, 1, 2];
/// unsafe { qsort.call::<()>((numbers.as_mut_ptr(), numbers.len(), 4_usize, &compare))? };
/// drop(compare);
/// assert_eq!(numbers, [1, 2, 3]);
/// assert!(compared > 0);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[doc(alias = "CFUNCTYPE")]
#[doc(alias = "closure")]
pub struct Callback<'env, F> {
    context: NonNull<Context>,
    ty: Type,
    // The closure may borrow, and it stays on its thread.
    of: PhantomData<(F, *mut (), &'env mut &'env ())>,
}

impl<'env, F> Callback<'env, F> {
    /// A callback from a closure, whose parameters are what C passes: C types by value, and references for pointers
    /// ([`CallbackArg`]).
    ///
    /// # Errors
    /// A parameter or result that cannot be passed by value, no call engine in this build, or no
    /// memory for the function pointer's code.
    ///
    /// # Examples
    /// ```
    /// use core::ffi::c_int;
    /// use ctypes_core::Callback;
    ///
    /// // int (*)(const int *, const int *)
    /// let compare = Callback::new(|a: &c_int, b: &c_int| a.cmp(b) as c_int)?;
    /// assert_eq!(unsafe { compare.as_fn()(&1, &2) }, -1);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn new<A, R, C, M>(closure: C) -> Result<Callback<'env, F>, SignatureError>
    where
        A: CallbackArgs<R, M, Pointer = F>,
        R: CReturn,
        C: CallbackFn<A, R, M> + 'env,
    {
        Callback::make(&signature::<A, R, M>()?, Body::typed(closure), name_of::<C>())
    }

    /// A callback from a closure that changes what it captured.
    ///
    /// If C calls it while it runs, that inner call is reported as a panic would be.
    ///
    /// # Errors
    /// As [`Callback::new`].
    pub fn new_mut<A, R, C, M>(closure: C) -> Result<Callback<'env, F>, SignatureError>
    where
        A: CallbackArgs<R, M, Pointer = F>,
        R: CReturn,
        C: CallbackFnMut<A, R, M> + 'env,
    {
        Callback::make(&signature::<A, R, M>()?, Body::typed_mut(closure), name_of::<C>())
    }

    /// A callback from a closure that gives away what it captured. C calls it once at most: another call is reported
    /// as a panic would be.
    ///
    /// # Errors
    /// As [`Callback::new`].
    pub fn new_once<A, R, C, M>(closure: C) -> Result<Callback<'env, F>, SignatureError>
    where
        A: CallbackArgs<R, M, Pointer = F>,
        R: CReturn,
        C: CallbackFnOnce<A, R, M> + 'env,
    {
        Callback::make(&signature::<A, R, M>()?, Body::typed_once(closure), name_of::<C>())
    }

    fn make(
        signature: &Signature,
        body: Body<'env>,
        name: &str,
    ) -> Result<Callback<'env, F>, SignatureError> {
        let context = Context::new(signature, body, name);
        // SAFETY: alive at its final address; if this fails nothing else has it, and no one has the
        // code's address yet.
        unsafe {
            if let Err(e) = slots::arm(context, signature) {
                Context::free(context);
                return Err(e);
            }
        }
        Ok(Callback { context, ty: signature.ty().pointer(), of: PhantomData })
    }

    fn context(&self) -> &Context {
        // SAFETY: freed only by the drop of self.
        unsafe { self.context.as_ref() }
    }

    /// Names the callback in messages; without this it is the path of the closure.
    pub fn named(self, name: &str) -> Callback<'env, F> {
        self.context().set_name(name);
        self
    }

    /// What C gets if the callback panics, instead of an abort where no guarded call could continue
    /// the panic. Inside a guarded call, C gets it until that call returns.
    ///
    /// The default is all zero bits. A result that must not be zero, such as a `NonNull`, has no
    /// default: without one chosen here a panic aborts.
    ///
    /// # Errors
    /// If the value is not of the result's type.
    pub fn on_panic<R: CReturn>(self, result: R) -> Result<Callback<'env, F>, SignatureError> {
        self.context().set_panic_result(result)?;
        Ok(self)
    }

    /// What becomes of a panic. Without this it is [`PanicPolicy::Propagate`].
    ///
    /// ```
    /// use core::ffi::c_int;
    /// use ctypes_core::{Callback, callback::PanicPolicy};
    ///
    /// let parse = Callback::new(|text: &core::ffi::CStr| -> c_int { text.to_str().unwrap().parse().unwrap() })?
    ///     .on_panic(-1)?
    ///     .panic_policy(PanicPolicy::Contain);
    /// assert_eq!(unsafe { parse.as_fn()(c"12".as_ptr()) }, 12);
    /// assert_eq!(unsafe { parse.as_fn()(c"twelve".as_ptr()) }, -1);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn panic_policy(self, policy: PanicPolicy) -> Callback<'env, F> {
        self.context().set_panic_policy(policy);
        self
    }

    /// Has panics of this callback reported to a function, instead of by a line on stderr. What the program's panic
    /// hook does comes before that.
    ///
    /// A panic that continues through several callbacks is reported once, of the innermost.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use ctypes_core::{Callback, callback::PanicPolicy};
    ///
    /// let reports = Arc::new(Mutex::new(Vec::new()));
    /// let kept = Arc::clone(&reports);
    /// let callback = Callback::new(|n: i32| -> i32 { panic!("no {n}") })?
    ///     .named("filter")
    ///     .panic_policy(PanicPolicy::Contain)
    ///     .report_to(move |report| kept.lock().unwrap().push(report.to_string()));
    /// assert_eq!(unsafe { callback.as_fn()(3) }, 0);
    /// // callback `filter` panicked at src/main.rs:6:47: no 3
    /// assert!(reports.lock().unwrap()[0].starts_with("callback `filter` panicked at "));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn report_to(
        self,
        reporter: impl Fn(&PanicReport<'_>) + Send + Sync + 'static,
    ) -> Callback<'env, F> {
        self.context().set_reporter(Box::new(reporter));
        self
    }

    /// The type of the function pointer.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The address to give to C.
    pub fn as_ptr(&self) -> *const c_void {
        self.context().code()
    }

    /// The function pointer to give to C. Calling it is `unsafe`: it must not outlive the callback,
    /// nor what the closure borrows, even if the callback was forgotten.
    ///
    /// # Platform behaviour
    /// C may call it. Rust may if it passes every parameter and the result as C does
    /// ([`CType::BY_VALUE`](crate::CType::BY_VALUE)), which it does not for a `long double`.
    pub fn as_fn(&self) -> F
    where
        F: FnPointer,
    {
        // SAFETY: the code was made for a signature of just that type: `F` is the `Pointer` of the
        // closure's arguments, or a raw pointer.
        unsafe { F::from_code(self.as_ptr()) }
    }
}

impl<F> Callback<'static, F> {
    /// Never ends the callback: for C functions that never say when they let go of a pointer. Returns what
    /// [`Callback::as_ptr`] does.
    ///
    /// ```
    /// use core::ffi::c_int;
    /// use ctypes_core::Callback;
    ///
    /// let callback = Callback::new(|n: c_int| -> c_int { n + 1 })?;
    /// let increment = callback.as_fn();
    /// callback.leak();
    /// assert_eq!(unsafe { increment(1) }, 2);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn leak(self) -> *const c_void {
        let code = self.as_ptr();
        core::mem::forget(self);
        code
    }
}

impl<'env> Callback<'env, *const c_void> {
    /// A callback whose signature is known only at run time. The closure gets the arguments and
    /// returns the result, which is converted by the rules of [`crate::convert`].
    ///
    /// # Errors
    /// As [`Callback::new`]; a variadic signature.
    ///
    /// # Examples
    /// ```
    /// use ctypes_core::{Callback, CallConv, Function, Signature, Type, convert::Value};
    ///
    /// let sig = Signature::new(CallConv::C, &Type::INT, [&Type::INT, &Type::INT])?;
    /// let add = Callback::dynamic(&sig, |args| match args {
    ///     [Value::Int(a), Value::Int(b)] => Value::Int(a + b),
    ///     _ => Value::Int(-1),
    /// })?;
    /// let f = Function::from_ptr("add", add.as_ptr(), &sig)?;
    /// assert_eq!(unsafe { f.call::<i32>((2, 3))? }, 5);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn dynamic(
        signature: &Signature,
        closure: impl Fn(&[Value]) -> Value + 'env,
    ) -> Result<Callback<'env, *const c_void>, SignatureError> {
        if signature.is_variadic() {
            return Err(SignatureError::VariadicCallback { signature: signature.to_string() });
        }
        Callback::make(signature, Body::dynamic(closure), "dynamic callback")
    }
}

/// The signature of a typed callback, prepared once for all of its type.
fn signature<A: CallbackArgs<R, M>, R: CReturn, M>() -> Result<Signature, SignatureError> {
    static PREPARED: RwLock<BTreeMap<TypeId, Signature>> = RwLock::new(BTreeMap::new());
    let id = TypeId::of::<A::Pointer>();
    if let Some(found) = PREPARED.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Ok(found.clone());
    }
    let made = Signature::by_value(CallConv::C, R::RESULT, A::types())?;
    let mut all = PREPARED.write().unwrap_or_else(PoisonError::into_inner);
    Ok(all.entry(id).or_insert(made).clone())
}

fn name_of<C>() -> &'static str {
    core::any::type_name::<C>()
}

impl<F> Drop for Callback<'_, F> {
    fn drop(&mut self) {
        // SAFETY: the one owner gives the context up, and does not use it again.
        unsafe { Context::end(self.context) };
    }
}

impl<F> Argument for &Callback<'_, F> {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        args.push(Tag::Pointer, Slot::new(self.as_ptr()), TypeRef::Borrowed(&self.ty));
    }
}

impl<F> fmt::Debug for Callback<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({} `{}`)", self.ty, self.context().name())
    }
}
