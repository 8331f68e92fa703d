//! The types of Windows' headers, on every platform.
//!
//! They have Windows' sizes everywhere: a `DWORD` is 32 bits, whatever C's `unsigned long` is here. So they describe the
//! functions of a Windows program, and as well the memory of one that is looked at elsewhere ([`CType::TYPE`] with
//! [`Type::at`] and the target that it is from). [`declare`] gives a namespace their names, for declarations as text.
//!
//! Names and members are those of Microsoft's documentation ("Windows Data Types" and the page of each struct); sizes,
//! signs, alignments and offsets for 32 and 64 bits are held against mingw's headers. A member that has no
//! name in C is called `Anonymous`.
//!
//! # Python equivalent
//! `ctypes.wintypes`, where `DWORD` and `LONG` outside of Windows have the size of that platform's `long`.
//!
//! # Examples
//! The rectangle of a window in the memory of a 32-bit process:
//! ```
//! use ctypes_wrap::{CType, CView, Target, wintypes::RECT};
//! let layout = RECT::TYPE.at(&Target::I686_WINDOWS_GNU)?;
//! let bytes = [10, 0, 0, 0, 20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 40, 0, 0, 0];
//! assert_eq!(CView::new(&layout, &bytes)?.get::<i32>("right")?, -1);
//! # Ok::<(), ctypes_wrap::Error>(())
//! ```

// The names are Windows', and so is what there is to say of the members.
#![allow(non_camel_case_types, non_snake_case, missing_docs)]

use crate::error::DefineError;
use crate::{CStruct, CType, CUnion, Type, Types};
use core::ffi::{c_char, c_void};

macro_rules! names {
    ($($name:ident = $rust:ty $(, $konst:ident)?;)*) => {
        $(#[doc = concat!("Windows' `", stringify!($name), "`.")]
        pub type $name = $rust;)*

        /// A name and its C type; of `char` a Rust type does not tell it.
        const NAMES: &[(&str, &Type)] = &[$((stringify!($name), names!(@type $rust $(, $konst)?)),)*];
    };
    (@type $rust:ty) => { <$rust as CType>::TYPE };
    (@type $rust:ty, $konst:ident) => { &Type::$konst };
}

names! {
    ATOM = u16;
    BOOL = i32;
    BOOLEAN = u8;
    BSTR = *mut u16;
    BYTE = u8;
    CHAR = c_char, CHAR;
    COLORREF = u32;
    DOUBLE = f64;
    DWORD = u32;
    DWORDLONG = u64;
    DWORD_PTR = usize;
    FLOAT = f32;
    HACCEL = *mut c_void;
    HANDLE = *mut c_void;
    HBITMAP = *mut c_void;
    HBRUSH = *mut c_void;
    HCOLORSPACE = *mut c_void;
    HCURSOR = *mut c_void;
    HDC = *mut c_void;
    HDESK = *mut c_void;
    HDWP = *mut c_void;
    HENHMETAFILE = *mut c_void;
    HFONT = *mut c_void;
    HGDIOBJ = *mut c_void;
    HGLOBAL = *mut c_void;
    HHOOK = *mut c_void;
    HICON = *mut c_void;
    HINSTANCE = *mut c_void;
    HKEY = *mut c_void;
    HKL = *mut c_void;
    HLOCAL = *mut c_void;
    HMENU = *mut c_void;
    HMETAFILE = *mut c_void;
    HMODULE = *mut c_void;
    HMONITOR = *mut c_void;
    HPALETTE = *mut c_void;
    HPEN = *mut c_void;
    HRESULT = i32;
    HRGN = *mut c_void;
    HRSRC = *mut c_void;
    HSTR = *mut c_void;
    HTASK = *mut c_void;
    HWINSTA = *mut c_void;
    HWND = *mut c_void;
    INT = i32;
    INT_PTR = isize;
    LANGID = u16;
    LARGE_INTEGER = i64;
    LCID = u32;
    LCTYPE = u32;
    LGRPID = u32;
    LONG = i32;
    LONGLONG = i64;
    LONG_PTR = isize;
    LPARAM = isize;
    LPBOOL = *mut i32;
    LPBYTE = *mut u8;
    LPCOLESTR = *const u16;
    LPCSTR = *const c_char, CONST_CHAR_PTR;
    LPCVOID = *const c_void;
    LPCWSTR = *const u16;
    LPDWORD = *mut u32;
    LPHANDLE = *mut *mut c_void;
    LPINT = *mut i32;
    LPLONG = *mut i32;
    LPOLESTR = *mut u16;
    LPSTR = *mut c_char, CHAR_PTR;
    LPVOID = *mut c_void;
    LPWORD = *mut u16;
    LPWSTR = *mut u16;
    LRESULT = isize;
    OLECHAR = u16;
    PBOOL = *mut i32;
    PBYTE = *mut u8;
    PCSTR = *const c_char, CONST_CHAR_PTR;
    PCWSTR = *const u16;
    PDWORD = *mut u32;
    PHANDLE = *mut *mut c_void;
    PSTR = *mut c_char, CHAR_PTR;
    PVOID = *mut c_void;
    PWSTR = *mut u16;
    SCODE = i32;
    SC_HANDLE = *mut c_void;
    SERVICE_STATUS_HANDLE = *mut c_void;
    SHORT = i16;
    SIZE_T = usize;
    SSIZE_T = isize;
    UCHAR = u8;
    UINT = u32;
    UINT_PTR = usize;
    ULARGE_INTEGER = u64;
    ULONG = u32;
    ULONGLONG = u64;
    ULONG_PTR = usize;
    USHORT = u16;
    VARTYPE = u16;
    WCHAR = u16;
    WNDPROC = Option<unsafe extern "system" fn(HWND, u32, WPARAM, LPARAM) -> LRESULT>;
    WORD = u16;
    WPARAM = usize;
}

/// How many units the path of a file may have, the null at its end included, unless it begins with `\\?\`.
pub const MAX_PATH: usize = 260;

/// The truth value of OLE automation: a `short`, -1 if true.
///
/// ```
/// use ctypes_wrap::wintypes::VARIANT_BOOL;
/// assert_eq!(VARIANT_BOOL::from(true), VARIANT_BOOL(-1));
/// // As a program may have left it that wrote 1.
/// assert!(bool::from(VARIANT_BOOL(1)));
/// ```
#[derive(CStruct, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct VARIANT_BOOL(pub i16);

impl VARIANT_BOOL {
    /// `VARIANT_TRUE`.
    pub const TRUE: VARIANT_BOOL = VARIANT_BOOL(-1);
    /// `VARIANT_FALSE`.
    pub const FALSE: VARIANT_BOOL = VARIANT_BOOL(0);
}

impl From<bool> for VARIANT_BOOL {
    fn from(value: bool) -> VARIANT_BOOL {
        if value { VARIANT_BOOL::TRUE } else { VARIANT_BOOL::FALSE }
    }
}

/// False only if it is 0.
impl From<VARIANT_BOOL> for bool {
    fn from(value: VARIANT_BOOL) -> bool {
        value != VARIANT_BOOL::FALSE
    }
}

macro_rules! structs {
    ($($(#[$attr:meta])* $name:ident $tag:literal [$($pointer:ident)*] {
        $($(#[$on:meta])* $member:ident: $ty:ty,)*
    })*) => {
        $(#[doc = concat!("Windows' `", stringify!($name), "`.")]
        #[derive(CStruct, Clone, Copy)]
        #[repr(C)]
        #[ctypes(name = $tag)]
        $(#[$attr])*
        pub struct $name { $($(#[$on])* pub $member: $ty,)* })*

        /// A struct, the names of pointers to it, and its C type.
        const STRUCTS: &[(&str, &[&str], &Type)] =
            &[$((stringify!($name), &[$(stringify!($pointer)),*], <$name as CType>::TYPE),)*];
    };
}

structs! {
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    COORD "_COORD" [PCOORD] { X: i16, Y: i16, }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    FILETIME "_FILETIME" [PFILETIME LPFILETIME] { dwLowDateTime: u32, dwHighDateTime: u32, }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    GUID "_GUID" [] { Data1: u32, Data2: u16, Data3: u16, Data4: [u8; 8], }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    LUID "_LUID" [PLUID] { LowPart: u32, HighPart: i32, }
    #[derive(Debug)]
    MSG "tagMSG" [PMSG LPMSG] {
        hwnd: HWND,
        message: u32,
        wParam: usize,
        lParam: isize,
        time: u32,
        pt: POINT,
    }
    OVERLAPPED "_OVERLAPPED" [LPOVERLAPPED] {
        Internal: usize,
        InternalHigh: usize,
        #[anonymous]
        Anonymous: OVERLAPPED_0,
        hEvent: HANDLE,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    POINT "tagPOINT" [PPOINT LPPOINT] { x: i32, y: i32, }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    POINTL "_POINTL" [PPOINTL] { x: i32, y: i32, }
    #[derive(Debug)]
    PROCESS_INFORMATION "_PROCESS_INFORMATION" [PPROCESS_INFORMATION LPPROCESS_INFORMATION] {
        hProcess: HANDLE,
        hThread: HANDLE,
        dwProcessId: u32,
        dwThreadId: u32,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    RECT "tagRECT" [PRECT LPRECT] { left: i32, top: i32, right: i32, bottom: i32, }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    RECTL "_RECTL" [PRECTL LPRECTL] { left: i32, top: i32, right: i32, bottom: i32, }
    #[derive(Debug)]
    SECURITY_ATTRIBUTES "_SECURITY_ATTRIBUTES" [PSECURITY_ATTRIBUTES LPSECURITY_ATTRIBUTES] {
        nLength: u32,
        lpSecurityDescriptor: LPVOID,
        bInheritHandle: i32,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    SIZE "tagSIZE" [PSIZE LPSIZE] { cx: i32, cy: i32, }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    SMALL_RECT "_SMALL_RECT" [PSMALL_RECT] { Left: i16, Top: i16, Right: i16, Bottom: i16, }
    #[derive(Debug)]
    STARTUPINFOW "_STARTUPINFOW" [LPSTARTUPINFOW] {
        cb: u32,
        lpReserved: LPWSTR,
        lpDesktop: LPWSTR,
        lpTitle: LPWSTR,
        dwX: u32,
        dwY: u32,
        dwXSize: u32,
        dwYSize: u32,
        dwXCountChars: u32,
        dwYCountChars: u32,
        dwFillAttribute: u32,
        dwFlags: u32,
        wShowWindow: u16,
        cbReserved2: u16,
        lpReserved2: LPBYTE,
        hStdInput: HANDLE,
        hStdOutput: HANDLE,
        hStdError: HANDLE,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Default)]
    SYSTEMTIME "_SYSTEMTIME" [PSYSTEMTIME LPSYSTEMTIME] {
        wYear: u16,
        wMonth: u16,
        wDayOfWeek: u16,
        wDay: u16,
        wHour: u16,
        wMinute: u16,
        wSecond: u16,
        wMilliseconds: u16,
    }
    #[derive(Debug)]
    WIN32_FIND_DATAA "_WIN32_FIND_DATAA" [PWIN32_FIND_DATAA LPWIN32_FIND_DATAA] {
        dwFileAttributes: u32,
        ftCreationTime: FILETIME,
        ftLastAccessTime: FILETIME,
        ftLastWriteTime: FILETIME,
        nFileSizeHigh: u32,
        nFileSizeLow: u32,
        dwReserved0: u32,
        dwReserved1: u32,
        cFileName: [c_char; MAX_PATH],
        cAlternateFileName: [c_char; 14],
    }
    #[derive(Debug)]
    WIN32_FIND_DATAW "_WIN32_FIND_DATAW" [PWIN32_FIND_DATAW LPWIN32_FIND_DATAW] {
        dwFileAttributes: u32,
        ftCreationTime: FILETIME,
        ftLastAccessTime: FILETIME,
        ftLastWriteTime: FILETIME,
        nFileSizeHigh: u32,
        nFileSizeLow: u32,
        dwReserved0: u32,
        dwReserved1: u32,
        cFileName: [u16; MAX_PATH],
        cAlternateFileName: [u16; 14],
    }
    WNDCLASSEXW "tagWNDCLASSEXW" [PWNDCLASSEXW LPWNDCLASSEXW] {
        cbSize: u32,
        style: u32,
        lpfnWndProc: WNDPROC,
        cbClsExtra: i32,
        cbWndExtra: i32,
        hInstance: HINSTANCE,
        hIcon: HICON,
        hCursor: HCURSOR,
        hbrBackground: HBRUSH,
        lpszMenuName: LPCWSTR,
        lpszClassName: LPCWSTR,
        hIconSm: HICON,
    }
}

/// What has no name in [`OVERLAPPED`].
#[derive(CUnion, Clone, Copy)]
#[repr(C)]
pub union OVERLAPPED_0 {
    #[anonymous]
    pub Anonymous: OVERLAPPED_0_0,
    pub Pointer: PVOID,
}

/// What has no name in [`OVERLAPPED_0`].
#[derive(CStruct, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(C)]
pub struct OVERLAPPED_0_0 {
    pub Offset: u32,
    pub OffsetHigh: u32,
}

/// Declares all these names in a namespace, as `windows.h` does: typedefs, and for the structs the names of pointers
/// to them (`LPRECT`).
///
/// ```
/// # #[cfg(feature = "decl")] {
/// use ctypes_wrap::{Types, wintypes};
/// let types = Types::new();
/// wintypes::declare(&types)?;
/// types.parse("BOOL GetCursorPos(LPPOINT point);")?;
/// # }
/// # Ok::<(), ctypes_wrap::Error>(())
/// ```
///
/// # Errors
/// If the namespace has one of the names for another type.
pub fn declare(types: &Types) -> Result<(), DefineError> {
    for (name, ty) in all() {
        types.typedef(&name, &ty)?;
    }
    Ok(())
}

/// Every name with its type: what [`declare`] declares.
pub fn all() -> impl Iterator<Item = (String, Type)> {
    let scalars = NAMES.iter().map(|(name, ty)| (String::from(*name), Type::clone(ty)));
    let truth = [("VARIANT_BOOL".to_owned(), VARIANT_BOOL::TYPE.clone())];
    let structs = STRUCTS.iter().flat_map(|(name, pointers, ty)| {
        let to = pointers.iter().map(|name| (String::from(*name), ty.pointer()));
        [(String::from(*name), Type::clone(ty))].into_iter().chain(to)
    });
    scalars.chain(truth).chain(structs)
}
