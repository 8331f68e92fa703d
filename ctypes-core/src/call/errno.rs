//! C's `errno` as a call left it.

use std::fmt;

/// The value of C's `errno` right after a call, 0 if the call did not set it.
///
/// # Platform behaviour
/// On Windows this is the thread's last error, as `GetLastError` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "get_errno")]
#[doc(alias = "use_errno")]
pub struct Errno(pub i32);

impl From<Errno> for std::io::Error {
    fn from(e: Errno) -> std::io::Error {
        std::io::Error::from_raw_os_error(e.0)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::io::Error::from(*self).fmt(f)
    }
}

impl std::error::Error for Errno {}
