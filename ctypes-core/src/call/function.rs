//! [`Function`]: an address with a signature, to be called with checked arguments.

#[cfg(feature = "tracing")]
use super::args::Pass;
use super::args::{Args, Pushed};
use super::result::ResultBuffer;
use super::signature::Signature;
use super::tag::{Slot, Tag};
use super::tuple::Arguments;
use crate::convert::{self, Bytes, Value};
use crate::errno::Errno;
use crate::error::CallError;
use crate::guard;
use crate::types::{CReturn, Type};
use core::ffi::c_void;
use std::fmt;
use std::sync::Arc;

/// A C function whose signature was given at run time.
///
/// Each call compares its arguments with the signature and fails with an error that names the
/// argument before anything is called. A panic in a callback that runs meanwhile continues in the
/// caller of the function.
///
/// # Examples
/// ```
/// use ctypes_core::{CallConv, Library, Signature, Type};
///
/// let sig = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE, &Type::DOUBLE])?;
/// let pow = unsafe { Library::open("m")? }.function("pow", &sig)?;
/// let y = unsafe { pow.call::<f64>((2.0, 10.0))? };
/// assert_eq!(y, 1024.0);
///
/// let error = unsafe { pow.call::<f64>((2.0, "ten".as_ptr())) }.unwrap_err();
/// assert!(error.to_string().contains("argument 2 of `pow`: expected `double`"));
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "CDLL")]
#[doc(alias = "_FuncPtr")]
pub struct Function(Arc<Target>);

#[derive(Clone)]
struct Target {
    name: String,
    address: *const c_void,
    signature: Signature,
    /// Whether each call is reported.
    #[cfg(feature = "tracing")]
    traced: bool,
    // Keeps the library open.
    #[cfg(feature = "load")]
    _symbol: Option<crate::Symbol>,
}

// SAFETY: the address of code is the same for all threads; whether the function may be called from
// several of them is part of what the caller of the `unsafe` call vouches for.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

impl Function {
    /// A function at an address that came from elsewhere; `name` is for messages.
    ///
    /// # Errors
    /// [`CallError::NullFunction`] if the address is null.
    pub fn from_ptr(
        name: &str,
        address: *const c_void,
        signature: &Signature,
    ) -> Result<Function, CallError> {
        if address.is_null() {
            return Err(CallError::NullFunction { function: name.to_owned() });
        }
        Ok(Function(Arc::new(Target {
            name: name.to_owned(),
            address,
            signature: signature.clone(),
            #[cfg(feature = "tracing")]
            traced: false,
            #[cfg(feature = "load")]
            _symbol: None,
        })))
    }

    #[cfg(feature = "load")]
    pub(crate) fn from_symbol(
        symbol: crate::Symbol,
        name: &str,
        signature: &Signature,
    ) -> Function {
        Function(Arc::new(Target {
            name: name.to_owned(),
            address: symbol.as_ptr(),
            signature: signature.clone(),
            #[cfg(feature = "tracing")]
            traced: false,
            _symbol: Some(symbol),
        }))
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.0.signature
    }

    /// The address.
    pub fn as_ptr(&self) -> *const c_void {
        self.0.address
    }

    /// The same function, of which each call is an event of the crate `tracing`, whatever the form of the call.
    ///
    /// The event has the level TRACE, the target `ctypes::call` and the fields of those that `trace` of `#[foreign_fn]`
    /// emits: `function`, `library` (if the function was found in one), `arguments`, `result`, and `error_number` if the
    /// call is one that reads it. A call that is refused, or whose result is no value of the type asked for, has the field
    /// `error` instead of a result. Arguments have the names of the signature's parameters where it has some, else their
    /// positions; they are shown as they were given, before anything is converted. Pointers are
    /// addresses, records the names of their types. If nobody listens nothing is formatted, and a function
    /// that is not traced pays for one test of a bit. A call through which the panic of a callback continues is no event. A function pointer from [`typed`](Function::typed) reports
    /// nothing.
    ///
    /// Arguments may be secrets: keys, tokens and handles that are passed by value are in the log for whoever reads that, and
    /// the message of a refused call has the text or number that was refused. Do not trace such functions.
    ///
    /// ```
    /// use ctypes_core::{CallConv, Library, Signature, Type};
    ///
    /// let sig = Signature::new(CallConv::C, &Type::INT, [&Type::INT])?;
    /// let abs = Library::this().function("abs", &sig)?.traced();
    /// // An event with function=abs, library="the program", arguments="1: -5", result="5".
    /// assert_eq!(unsafe { abs.call::<i32>((-5,))? }, 5);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Python equivalent
    /// `logging=True` of the decorators of 2005.
    #[cfg(feature = "tracing")]
    #[must_use = "the function itself stays as it is"]
    #[doc(alias = "logging")]
    pub fn traced(self) -> Function {
        let target = Arc::unwrap_or_clone(self.0);
        Function(Arc::new(Target { traced: true, ..target }))
    }

    #[cfg(feature = "tracing")]
    pub(super) fn library_name(&self) -> Option<&str> {
        #[cfg(feature = "load")]
        return self.0._symbol.as_ref().map(|symbol| symbol.library().name());
        #[cfg(not(feature = "load"))]
        None
    }

    /// Calls the function and returns its result as `R`.
    ///
    /// # Safety
    /// - The signature is that of the function, and whatever the function itself demands of its
    ///   arguments and of the state of the program holds.
    /// - Arguments that are a `MaybeUninit` are initialised.
    /// - A callback that the function keeps is not called after its end.
    ///
    /// # Errors
    /// Without a call: a wrong number of arguments, one that does not convert, NULL where the
    /// signature forbids it, an `R` that is not the result's type. After the call: a result that is
    /// no valid `R`.
    #[inline]
    pub unsafe fn call<R: CReturn>(&self, args: impl Arguments) -> Result<R, CallError> {
        let mut pushed = Pushed::default();
        args.store(&mut pushed);
        // SAFETY: the caller's promise.
        unsafe { self.returning(&mut pushed, None) }
    }

    /// As [`Function::call`], with what the call left in `errno`, which is 0 before it.
    ///
    /// ```
    /// use ctypes_core::{CallConv, Library, Signature, Type};
    ///
    /// let sig = Signature::new(CallConv::C, &Type::INT, [&Type::CONST_CHAR_PTR])?;
    /// let rmdir = Library::this().function("rmdir", &sig)?;
    /// let (result, errno) = unsafe { rmdir.call_errno::<i32>((c"/no/such/directory",))? };
    /// assert_eq!(result, -1);
    /// assert_eq!(std::io::Error::from(errno).kind(), std::io::ErrorKind::NotFound);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Safety
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`].
    pub unsafe fn call_errno<R: CReturn>(
        &self,
        args: impl Arguments,
    ) -> Result<(R, Errno), CallError> {
        let mut pushed = Pushed::default();
        args.store(&mut pushed);
        let mut errno = 0;
        // SAFETY: the caller's promise.
        let result = unsafe { self.returning(&mut pushed, Some(&mut errno))? };
        Ok((result, Errno(errno)))
    }

    /// Calls the function and drops its result, whatever its type.
    ///
    /// # Safety
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`], for the arguments.
    pub unsafe fn call_void(&self, args: impl Arguments) -> Result<(), CallError> {
        let mut pushed = Pushed::default();
        args.store(&mut pushed);
        // SAFETY: the caller's promise.
        unsafe { self.value(&mut pushed, None) }.map(drop)
    }

    /// Calls the function and returns its result as a [`Value`] of the result's type.
    ///
    /// # Safety
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`], for the arguments.
    pub unsafe fn call_value(&self, args: impl Arguments) -> Result<Value, CallError> {
        let mut pushed = Pushed::default();
        args.store(&mut pushed);
        // SAFETY: the caller's promise.
        unsafe { self.value(&mut pushed, None) }
    }

    /// As [`Function::call_value`], with what the call left in `errno`, which is 0 before it.
    ///
    /// # Safety
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`], for the arguments.
    pub unsafe fn call_value_errno(
        &self,
        args: impl Arguments,
    ) -> Result<(Value, Errno), CallError> {
        let mut pushed = Pushed::default();
        args.store(&mut pushed);
        let mut errno = 0;
        // SAFETY: the caller's promise.
        let value = unsafe { self.value(&mut pushed, Some(&mut errno))? };
        Ok((value, Errno(errno)))
    }

    /// Calls the function with arguments that were pushed one by one.
    ///
    /// The arguments can be used again; those that were converted stay so.
    ///
    /// # Safety
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`], for the arguments.
    pub unsafe fn call_args(&self, args: &mut Args<'_>) -> Result<Value, CallError> {
        // SAFETY: the caller's promise.
        unsafe { self.value(&mut args.pushed, None) }
    }

    /// As [`Function::call_args`], with what the call left in `errno`, which is 0 before it.
    ///
    /// # Safety
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`], for the arguments.
    pub unsafe fn call_args_errno(&self, args: &mut Args<'_>) -> Result<(Value, Errno), CallError> {
        let mut errno = 0;
        // SAFETY: the caller's promise.
        let value = unsafe { self.value(&mut args.pushed, Some(&mut errno))? };
        Ok((value, Errno(errno)))
    }

    /// # Safety
    /// As [`Function::call`].
    unsafe fn returning<R: CReturn>(
        &self,
        args: &mut Pushed<'_>,
        errno: Option<&mut i32>,
    ) -> Result<R, CallError> {
        #[cfg(feature = "tracing")]
        if self.0.traced {
            return super::trace::traced(
                self,
                args,
                errno,
                // SAFETY: the caller's promise.
                |args, errno| unsafe { self.returned(args, errno) },
                super::result::shown::<R>,
            );
        }
        // SAFETY: the caller's promise.
        unsafe { self.returned(args, errno) }
    }

    /// # Safety
    /// As [`Function::call`].
    // Always: it is called from two places if there is tracing, and would otherwise be inlined in neither.
    #[inline(always)]
    unsafe fn returned<R: CReturn>(
        &self,
        args: &mut Pushed<'_>,
        errno: Option<&mut i32>,
    ) -> Result<R, CallError> {
        let signature = &self.0.signature;
        let want = const { Tag::of(R::RESULT) };
        if !signature.gives(R::RESULT, want) {
            return Err(self.wrong_result(R::RESULT));
        }
        signature.check(&self.0.name, args)?;
        if want == signature.result_tag() {
            let mut ret = ResultBuffer::<R>::new();
            if !R::ANY_BITS {
                // Padding, which C need not write, is looked at together with the rest.
                // SAFETY: the buffer has the size of an R.
                unsafe { ret.as_mut_ptr().write_bytes(0, size_of::<R>()) };
            }
            // SAFETY: the caller's promise; the arguments are checked; the buffer has room for an R,
            // which has the size of the result's type.
            unsafe { self.invoke(args, ret.as_mut_ptr(), errno)? };
            if !R::ANY_BITS {
                // SAFETY: the call has written a result of the size of an R.
                let bytes =
                    unsafe { core::slice::from_raw_parts(ret.as_mut_ptr(), size_of::<R>()) };
                convert::check_bits(R::RESULT, bytes).map_err(|reason| self.bad_result(reason))?;
            }
            // SAFETY: written by the call, and its bits are valid: any are, or these were checked.
            return Ok(unsafe { ret.get() });
        }
        let mut ret = ResultBuffer::<Slot>::new();
        // SAFETY: as above, for a result that fits a slot.
        unsafe { self.invoke(args, ret.as_mut_ptr(), errno)? };
        // SAFETY: the call has written a value of the result's tag, which is a number.
        let value = unsafe {
            let slot = ret.get();
            Value::from_slot(signature.result_tag(), &slot)
        };
        let slot = convert::convert(&value, want)
            .map_err(|_| self.bad_result(format!("{value:?} does not fit")))?;
        // SAFETY: the slot holds a value of R's tag, so that its bytes are those of an R.
        Ok(unsafe { slot.0.as_ptr().cast::<R>().read_unaligned() })
    }

    /// # Safety
    /// As [`Function::call`].
    #[inline]
    unsafe fn value(
        &self,
        args: &mut Pushed<'_>,
        errno: Option<&mut i32>,
    ) -> Result<Value, CallError> {
        #[cfg(feature = "tracing")]
        if self.0.traced {
            return super::trace::traced(
                self,
                args,
                errno,
                // SAFETY: the caller's promise.
                |args, errno| unsafe { self.evaluated(args, errno) },
                |value| {
                    let (slot, ty) = value.as_slot();
                    super::trace::text(&Pass { slot, ty, tag: Tag::of(ty.get()) })
                },
            );
        }
        // SAFETY: the caller's promise.
        unsafe { self.evaluated(args, errno) }
    }

    /// # Safety
    /// As [`Function::call`].
    unsafe fn evaluated(
        &self,
        args: &mut Pushed<'_>,
        errno: Option<&mut i32>,
    ) -> Result<Value, CallError> {
        let signature = &self.0.signature;
        signature.check(&self.0.name, args)?;
        if signature.result_tag() == Tag::Bytes {
            let mut bytes = Bytes::zeroed(signature.result(), signature.result().size());
            // SAFETY: the caller's promise; the buffer has the size of the result and at least 16.
            unsafe { self.invoke(args, bytes.as_mut_ptr(), errno)? };
            return Ok(Value::Bytes(bytes));
        }
        let mut ret = ResultBuffer::<Slot>::new();
        // SAFETY: the caller's promise; scalars fit a slot.
        unsafe { self.invoke(args, ret.as_mut_ptr(), errno)? };
        // SAFETY: the call has written a value of the result's tag at the start of the slot.
        Ok(unsafe { Value::from_slot(signature.result_tag(), &ret.get()) })
    }

    /// # Safety
    /// As the engine's `call`.
    #[inline]
    unsafe fn invoke(
        &self,
        args: &mut Pushed<'_>,
        ret: *mut u8,
        errno: Option<&mut i32>,
    ) -> Result<(), CallError> {
        let Target { address, signature, .. } = &*self.0;
        // SAFETY: handed on.
        guard::guarded(|| unsafe { signature.engine().call(*address, signature, args, ret, errno) })
    }

    #[cold]
    fn wrong_result(&self, want: &Type) -> CallError {
        CallError::ResultType {
            function: self.0.name.clone(),
            expected: want.to_string(),
            found: self.0.signature.result().to_string(),
        }
    }

    #[cold]
    fn bad_result(&self, reason: String) -> CallError {
        CallError::ResultValue {
            function: self.0.name.clone(),
            expected: self.0.signature.result().to_string(),
            reason,
        }
    }
}

#[cfg(feature = "load")]
impl crate::Library {
    /// A function of the library with a signature given at run time.
    ///
    /// # Errors
    /// As [`Library::symbol`](crate::Library::symbol), and if the symbol is a variable, where the system tells (it does not on
    /// Apple's).
    ///
    /// # Python equivalent
    /// `lib.name` with `argtypes` and `restype`.
    pub fn function(
        &self,
        name: &str,
        signature: &Signature,
    ) -> Result<Function, crate::error::SymbolError> {
        Ok(Function::from_symbol(self.function_symbol(name)?, name, signature))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({} at {:?})", self.signature().ty().declare(self.name()), self.as_ptr())
    }
}
