//! The macros of ctypes for Rust.
//!
//! Most programs get them from `ctypes-wrap`, which depends on this crate. [`macro@foreign_fn`] also works for
//! programs that depend on `ctypes-core` alone.

mod common;
mod core_path;
mod foreign_fn;
mod library;

use proc_macro::TokenStream;

/// Binds foreign functions and variables at run time: an extern block without a linker.
///
/// The attribute stands on an extern block, on one declaration that ends with `;`, or on a function whose body
/// contains extern blocks. The library is opened and a symbol looked up when it is first needed, once, from
/// whatever thread comes first.
///
/// ```
/// use core::ffi::{c_char, c_double, c_int};
/// use ctypes_derive::foreign_fn;
///
/// #[foreign_fn(lib = "m")]
/// unsafe extern "C" {
///     pub safe fn cos(x: c_double) -> c_double;
///     pub fn frexp(x: c_double, exp: *mut c_int) -> c_double;
///     #[optional]
///     pub safe fn cosine_of_the_future(x: c_double) -> c_double;
/// }
///
/// # #[cfg(target_os = "linux")] {
/// assert_eq!(cos(0.0), 1.0);
/// assert_eq!(try_cos(0.0).unwrap(), 1.0);
/// let mut exponent = 0;
/// assert_eq!(unsafe { frexp(48.0, &mut exponent) }, 0.75);
/// assert!(cosine_of_the_future().is_none());
/// load().unwrap();
/// # }
/// ```
///
/// # What is generated
///
/// | declared | generated |
/// |---|---|
/// | `fn f(…) -> R` | `unsafe fn f(…) -> R`, which panics with the whole story if `f` is missing, and `unsafe fn try_f(…) -> Result<R, &'static BindError>` |
/// | `safe fn f(…) -> R` | the same two as safe functions: the author vouches for every call |
/// | `#[optional] fn f(…) -> R` | `fn f() -> Option<unsafe extern "C" fn(…) -> R>` |
/// | `fn f(…, ...) -> R` | a static `ForeignFn<unsafe extern "C" fn(…, ...) -> R>`, called like a function; `f.get()` is the fallible form |
/// | `static v: T`, `static mut v: T` | a static `ForeignVar<T>`: `as_ptr()`, `get()`, unsafe `read()` and `write(…)`, never a reference |
/// | the block | `fn load() -> Result<(), BindErrors>`, which binds all at once and reports all that is missing, except what is `#[optional]` |
///
/// `load` is as visible as the most visible item of the block. A second block in the same module needs another
/// name for its own: `load = pub(crate) load_zlib` (with `the name load is defined multiple times` rustc asks for
/// just that).
///
/// A call is one load and one indirect call. The pointer starts at a stub that looks the symbol up; the stub has the
/// `-unwind` twin of the block's calling convention, so that its panic can be caught. The block is shown to rustc
/// again, with nothing referring to it, so `improper_ctypes` and type errors are rustc's own.
///
/// # Options
///
/// * `lib = "name"`: searched for as `Library::open` does, `"m"` finds `libm.so.6`.
/// * `lib = ["libpulse.so.0", "libpulse.so"]`: file names for the loader, tried as they are, in order.
/// * `linux = […]`, `windows = […]`, `macos = […]`: the same for one system; `lib` is then for the others.
/// * none of these: the running program and what it is linked with.
/// * `load = name`: another name, and visibility, for `load`.
/// * `callbacks`: the functions may run callbacks that panic; the panic then continues in the caller after the call.
///   A function with a function pointer among its parameters is called so without being told.
/// * `crate = path`: where `ctypes-wrap` or `ctypes-core` is, if `Cargo.toml` does not tell.
///
/// On an item: `#[symbol = "name"]` (or `#[link_name = "name"]`) if the symbol is not called as the item is,
/// `#[optional]`, `#[callbacks]`, and of Rust's own `cfg`, `doc`, `must_use`, `deprecated` and lint levels. An item
/// without documentation gets some, an unsafe function without a `# Safety` section that too.
///
/// # A wrapper with a body
///
/// The extern blocks in the body are bound, all else stays as it is written.
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// use core::ffi::{CStr, c_char};
/// use ctypes_derive::foreign_fn;
///
/// /// The value of an environment variable, as C sees it.
/// #[foreign_fn(lib = "c")]
/// pub fn getenv(name: &CStr) -> Option<String> {
///     unsafe extern "C" {
///         fn getenv(name: *const c_char) -> *const c_char;
///     }
///     let value = unsafe { getenv(name.as_ptr()) };
///     (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_string_lossy().into_owned())
/// }
///
/// assert!(getenv(c"PATH").is_some());
/// assert!(getenv(c"NO SUCH VARIABLE").is_none());
/// # }
/// ```
///
/// # One function, variadic functions, variables
///
/// ```
/// # #[cfg(target_os = "linux")]
/// # fn main() {
/// use core::ffi::{c_char, c_double, c_int};
/// use ctypes_derive::foreign_fn;
///
/// #[foreign_fn(lib = "m")]
/// pub safe fn floor(x: c_double) -> c_double;
///
/// #[foreign_fn]
/// unsafe extern "C" {
///     fn snprintf(to: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
///     static mut opterr: c_int;
/// }
///
/// assert_eq!(floor(1.5), 1.0);
/// let mut text = [0; 8];
/// let length = unsafe { snprintf(text.as_mut_ptr(), text.len(), c"%d!".as_ptr(), 42 as c_int) };
/// assert_eq!(length, 3);
/// assert_eq!(unsafe { opterr.read() }, 1);
/// # }
/// # #[cfg(not(target_os = "linux"))]
/// # fn main() {}
/// ```
///
/// # Safety
///
/// Who writes `unsafe extern` vouches that the library may be opened at any time, that the signatures are the real
/// ones, and that functions marked `safe` are so for all arguments.
///
/// # Panics
///
/// The plain form of a function, dereferencing a `ForeignFn` and `ForeignVar::as_ptr` panic if the library or the symbol
/// is missing. The message names the item, the symbol, the library and everything that was tried.
///
/// # Platform behaviour
///
/// A library is never closed. A thread-local variable of a library cannot be declared as a `static`: its address
/// differs between threads. A type that rustc does not pass by value as C does (`long double`, some structs with bit
/// fields) is an error at compile time.
///
/// # Python equivalent
///
/// `CDLL("m").cos` with `argtypes` and `restype` set; the wrapper with a body is the decorator of `ctypes.wrap`.
#[doc(alias = "CDLL")]
#[doc(alias = "argtypes")]
#[doc(alias = "restype")]
#[proc_macro_attribute]
pub fn foreign_fn(attribute: TokenStream, item: TokenStream) -> TokenStream {
    foreign_fn::expand(attribute.into(), item.into()).into()
}

/// Makes a library handle of an extern block: a struct whose methods are the foreign functions.
///
/// The handle is opened through the trait `Bindings` of `ctypes-wrap`, where the examples are: `open`, `open_path`,
/// `from_library`, `from_resolver`. It is `Clone`, `Send` and `Sync`; several handles of one type, of different
/// libraries, live side by side; no library is closed except by `Bindings::close`.
///
/// # What is generated
///
/// | declared | method |
/// |---|---|
/// | `fn f(…) -> R` | `unsafe fn f(&self, …) -> R` |
/// | `safe fn f(…) -> R` | `fn f(&self, …) -> R` |
/// | `#[optional] fn f(…) -> R` | `fn f(&self) -> Option<unsafe extern "C" fn(…) -> R>` |
/// | `fn f(…, ...) -> R` | `fn f(&self) -> unsafe extern "C" fn(…, ...) -> R` |
/// | `static v: T` | `fn v(&self) -> *mut T`, if `#[optional]` in an `Option` |
///
/// The struct holds the addresses, so it is as large as there are functions, and a call is one load and one indirect
/// call. A parameter's lifetime that the result has must be named.
///
/// # Options
///
/// * `"name"`, `["file", …]`, `lib = …`, `linux = …`, `windows = …`, `macos = …`: the library, as for [`macro@foreign_fn`].
/// * `handle = pub Name`: the struct.
/// * `lazy`: a symbol is looked up at its first use, which panics if it is missing. Otherwise all are looked up when
///   the handle is opened, and one error names all that are missing.
/// * `env = "VARIABLE"`: that variable, if set, holds the path to open instead. It is ignored in programs that were
///   started with raised privileges.
/// * `callbacks`, `crate = path`: as for [`macro@foreign_fn`]; the crate is `ctypes-wrap`.
///
/// The attributes of items are those of [`macro@foreign_fn`].
///
/// # Safety
///
/// Opening a handle is `unsafe`: who opens it vouches that the library is the one that the block declares.
///
/// # Python equivalent
///
/// A `CDLL` with `argtypes` and `restype` of every function set.
#[doc(alias = "CDLL")]
#[doc(alias = "LibraryLoader")]
#[proc_macro_attribute]
pub fn library(attribute: TokenStream, item: TokenStream) -> TokenStream {
    library::expand(attribute.into(), item.into()).into()
}
