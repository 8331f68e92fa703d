//! The macros in a crate of the 2021 edition that has `ctypes-core` and no call engine.
#![deny(warnings, missing_docs, unsafe_op_in_unsafe_fn, clippy::all)]

use core::ffi::{c_double, c_int};
use ctypes_core::CType;
use ctypes_derive::{CStruct, foreign_fn};

/// A record.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
pub struct Pair {
    /// One.
    pub a: c_int,
    /// Another.
    pub next: *mut Pair,
}

#[foreign_fn(lib = "m")]
extern "C" {
    /// The cosine.
    pub fn cos(x: c_double) -> c_double;
}

/// The size of the record on another machine.
pub fn size_on_i686() -> Result<u64, ctypes_core::Error> {
    Ok(Pair::TYPE.at(&ctypes_core::Target::I686_LINUX)?.size())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_macros_find_the_crate() {
        assert_eq!(super::size_on_i686().expect("it has a layout"), 8);
        // SAFETY: the cosine takes any number.
        assert_eq!(unsafe { super::cos(0.0) }, 1.0);
    }
}

/// What only Windows has. The tests there run it; elsewhere CI at least compiles it for that system.
#[cfg(windows)]
pub mod windows {
    use core::ffi::{c_int, c_void};
    use ctypes_core::HResult;
    use ctypes_derive::foreign_fn;

    #[foreign_fn(lib = "kernel32")]
    unsafe extern "system" {
        /// Closes a handle.
        #[last_error(0)]
        pub fn CloseHandle(handle: *mut c_void) -> c_int;
        /// Finds a loaded module.
        #[last_error(null)]
        pub fn GetModuleHandleW(name: *const u16) -> *mut c_void;
        /// Tells the number itself.
        #[last_error]
        pub safe fn GetCurrentProcessId() -> u32;
        /// Counts since the system has started.
        #[last_error(0)]
        pub safe fn QueryPerformanceCounter(#[out] count: *mut i64) -> c_int;
        /// Ends here.
        pub safe fn ExitProcess(code: u32) -> !;
    }

    #[foreign_fn(lib = "advapi32", last_error(result), load = load_registry)]
    unsafe extern "system" {
        /// Closes a key of the registry.
        pub fn RegCloseKey(key: *mut c_void) -> i32;
    }

    #[foreign_fn(lib = "ole32", check, load = load_com)]
    unsafe extern "system" {
        /// Prepares this thread for COM.
        pub fn CoInitializeEx(
            #[default(core::ptr::null_mut())] reserved: *mut c_void,
            model: u32,
        ) -> HResult;
    }

    #[foreign_fn(lib = "ucrtbase", load = load_runtime)]
    unsafe extern "C" {
        /// Closes a file descriptor.
        #[errno(-1)]
        pub safe fn _close(file: c_int) -> c_int;
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use ctypes_core::{Errno, LastError};

        #[test]
        fn error_numbers() {
            const ERROR_INVALID_HANDLE: u32 = 6;
            const ERROR_MOD_NOT_FOUND: u32 = 126;
            // SAFETY: no handle is closed; the name ends with NUL.
            unsafe {
                assert_eq!(
                    CloseHandle(core::ptr::null_mut()),
                    Err(LastError(ERROR_INVALID_HANDLE))
                );
                let name = [u16::from(b'?'), 0];
                assert_eq!(GetModuleHandleW(name.as_ptr()), Err(LastError(ERROR_MOD_NOT_FOUND)));
                assert_eq!(
                    RegCloseKey(core::ptr::null_mut()),
                    Err(LastError(ERROR_INVALID_HANDLE))
                );
                // 9 is no model.
                assert_eq!(CoInitializeEx(9), Err(HResult::E_INVALIDARG));
            }
            assert_eq!(GetCurrentProcessId(), (std::process::id(), LastError(0)));
            assert!(QueryPerformanceCounter().expect("every Windows has it") > 0);
            let error = std::io::Error::from(LastError(2));
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        }

        /// Only where the program has the same C runtime as is asked for.
        #[cfg(target_env = "msvc")]
        #[test]
        fn errno() {
            const EBADF: i32 = 9;
            assert_eq!(_close(-1), Err(Errno(EBADF)));
            let error = std::io::Error::from(Errno(2));
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        }

        #[cfg(not(target_env = "msvc"))]
        #[test]
        fn errno() {
            assert_eq!(_close(-1).map_err(|Errno(_)| ()), Err(()));
        }
    }
}
