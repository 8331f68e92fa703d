//! The error number that a call leaves in its thread: C's `errno`, on Windows also `GetLastError`'s.
//!
//! [`watched`] clears a number, calls and reads it with nothing in between. [`kept`] lets what we do ourselves, as
//! looking a symbol up, leave no trace in either.

use core::ffi::c_int;
use std::{fmt, io};

/// The value of C's `errno` right after a call, 0 if the call did not set it.
///
/// # Platform behaviour
/// On Windows each C runtime has an `errno` of its own. This is that of the runtime that the program is linked with,
/// which is the library's if both use `ucrtbase.dll`. What the system's own functions leave is `LastError`.
///
/// # Examples
/// ```
/// use ctypes_core::Errno;
///
/// let errno = Errno(2);
/// assert_eq!(std::io::Error::from(errno).kind(), std::io::ErrorKind::NotFound);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "get_errno")]
#[doc(alias = "use_errno")]
pub struct Errno(pub i32);

#[cfg(not(windows))]
impl From<Errno> for io::Error {
    fn from(e: Errno) -> io::Error {
        io::Error::from_raw_os_error(e.0)
    }
}

#[cfg(not(windows))]
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        io::Error::from(*self).fmt(f)
    }
}

impl std::error::Error for Errno {}

#[cfg(not(windows))]
mod os {
    pub(super) fn errno() -> i32 {
        ::errno::errno().0
    }

    pub(super) fn set_errno(value: i32) {
        ::errno::set_errno(::errno::Errno(value));
    }
}

#[cfg(windows)]
mod os {
    use super::{Errno, LastError};
    use core::ffi::{CStr, c_char, c_int};
    use std::{fmt, io};

    unsafe extern "C" {
        fn _errno() -> *mut c_int;
        fn strerror(number: c_int) -> *const c_char;
    }

    pub(super) fn errno() -> i32 {
        // SAFETY: the C runtime gives the address of the thread's own errno, which is always there.
        unsafe { *_errno() }
    }

    pub(super) fn set_errno(value: i32) {
        // SAFETY: as above; any number may be stored.
        unsafe { *_errno() = value }
    }

    pub(super) fn last_error() -> u32 {
        ::errno::errno().0.cast_unsigned()
    }

    pub(super) fn set_last_error(value: u32) {
        ::errno::set_errno(::errno::Errno(value.cast_signed()));
    }

    // To `io::Error` a raw number is one of `GetLastError`, which counts otherwise.
    impl From<Errno> for io::Error {
        fn from(e: Errno) -> io::Error {
            use io::ErrorKind as Kind;
            let kind = match e.0 {
                libc::ENOENT => Kind::NotFound,
                libc::EPERM | libc::EACCES => Kind::PermissionDenied,
                libc::EINTR => Kind::Interrupted,
                libc::EAGAIN => Kind::WouldBlock,
                libc::ENOMEM => Kind::OutOfMemory,
                libc::EEXIST => Kind::AlreadyExists,
                libc::ENOTDIR => Kind::NotADirectory,
                libc::EISDIR => Kind::IsADirectory,
                libc::EINVAL => Kind::InvalidInput,
                libc::ENOSPC => Kind::StorageFull,
                libc::EPIPE => Kind::BrokenPipe,
                _ => Kind::Other,
            };
            io::Error::new(kind, e)
        }
    }

    impl fmt::Display for Errno {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            // SAFETY: the runtime gives a text for any number, in a buffer of the thread.
            let text = unsafe { CStr::from_ptr(strerror(self.0)) };
            write!(f, "{} (errno {})", text.to_string_lossy(), self.0)
        }
    }

    impl From<LastError> for io::Error {
        fn from(e: LastError) -> io::Error {
            io::Error::from_raw_os_error(e.0.cast_signed())
        }
    }
}

/// What `GetLastError` tells right after a call, 0 if the call did not set it.
///
/// # Platform behaviour
/// Windows only.
#[cfg(windows)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "GetLastError")]
#[doc(alias = "get_last_error")]
#[doc(alias = "use_last_error")]
#[doc(alias = "WinError")]
pub struct LastError(pub u32);

#[cfg(windows)]
impl fmt::Display for LastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        io::Error::from(*self).fmt(f)
    }
}

#[cfg(windows)]
impl std::error::Error for LastError {}

/// The error number that calls leave in their thread.
pub trait LeftByCall: Sized {
    /// Makes it 0.
    fn clear();

    /// What it is now.
    fn left() -> Self;

    /// Makes a call through the engine, which reads C's errno itself, next to the call.
    fn by_engine<R>(call: impl FnOnce(Option<&mut i32>) -> R) -> (R, Self);
}

impl LeftByCall for Errno {
    #[inline]
    fn clear() {
        os::set_errno(0);
    }

    #[inline]
    fn left() -> Errno {
        Errno(os::errno())
    }

    fn by_engine<R>(call: impl FnOnce(Option<&mut i32>) -> R) -> (R, Errno) {
        let mut errno = 0;
        let result = call(Some(&mut errno));
        (result, Errno(errno))
    }
}

#[cfg(windows)]
impl LeftByCall for LastError {
    #[inline]
    fn clear() {
        os::set_last_error(0);
    }

    #[inline]
    fn left() -> LastError {
        LastError(os::last_error())
    }

    fn by_engine<R>(call: impl FnOnce(Option<&mut i32>) -> R) -> (R, LastError) {
        watched(|| call(None))
    }
}

/// Makes a call, and tells what it left.
#[inline(always)]
pub fn watched<E: LeftByCall, R>(call: impl FnOnce() -> R) -> (R, E) {
    E::clear();
    let result = call();
    let left = E::left();
    (result, left)
}

/// Does something that leaves the thread's error numbers as they are.
#[cfg(any(feature = "load", feature = "tracing"))]
pub fn kept<R>(run: impl FnOnce() -> R) -> R {
    struct Restore(i32, #[cfg(windows)] u32);
    impl Drop for Restore {
        fn drop(&mut self) {
            os::set_errno(self.0);
            #[cfg(windows)]
            os::set_last_error(self.1);
        }
    }
    let _restore = Restore(
        os::errno(),
        #[cfg(windows)]
        os::last_error(),
    );
    run()
}

/// A result that is itself an error number of the kind `E`.
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` is no error number",
    note = "`errno(result)` is for functions that return an `int`, `last_error(result)` for those that return a \
            `LONG` or `DWORD`"
)]
pub trait ErrorNumber<E> {
    /// The error; none if the number is 0.
    fn number(self) -> Option<E>;
}

impl ErrorNumber<Errno> for c_int {
    #[inline]
    fn number(self) -> Option<Errno> {
        (self != 0).then_some(Errno(self))
    }
}

#[cfg(windows)]
impl ErrorNumber<LastError> for i32 {
    #[inline]
    fn number(self) -> Option<LastError> {
        (self != 0).then_some(LastError(self.cast_unsigned()))
    }
}

#[cfg(windows)]
impl ErrorNumber<LastError> for u32 {
    #[inline]
    fn number(self) -> Option<LastError> {
        (self != 0).then_some(LastError(self))
    }
}

/// A result that is a pointer, of which null means failure.
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` is never null",
    note = "`null` is for functions that return a raw pointer, or an `Option` of a reference or `NonNull`"
)]
pub trait Nullable {
    /// What is returned if it is not null.
    type Out;

    /// The pointer, unless it is null.
    fn non_null(self) -> Option<Self::Out>;
}

impl<T: ?Sized> Nullable for *const T {
    type Out = *const T;

    #[inline]
    fn non_null(self) -> Option<*const T> {
        (!self.is_null()).then_some(self)
    }
}

impl<T: ?Sized> Nullable for *mut T {
    type Out = *mut T;

    #[inline]
    fn non_null(self) -> Option<*mut T> {
        (!self.is_null()).then_some(self)
    }
}

impl<T> Nullable for Option<T> {
    type Out = T;

    #[inline]
    fn non_null(self) -> Option<T> {
        self
    }
}
