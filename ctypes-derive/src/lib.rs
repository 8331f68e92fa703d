//! The macros of ctypes for Rust.
//!
//! Most programs get them from `ctypes-wrap`, which depends on this crate. [`macro@foreign_fn`] also works for
//! programs that depend on `ctypes-core` alone.

mod bitfield;
mod common;
mod core_path;
mod enumeration;
mod foreign_fn;
mod library;
mod record;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

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
/// `load` is as visible as the most visible item of the block. Where several blocks stand in one module it would be
/// ambiguous; name theirs: `load = pub(crate) load_zlib`.
///
/// A call is one load and one indirect call. The pointer starts at a stub that looks the symbol up; the stub has the
/// `-unwind` twin of the block's calling convention, so that its panic can be caught. The block is shown to rustc
/// again, with nothing referring to it, so `improper_ctypes` and type errors are rustc's own.
///
/// # Options
///
/// * `lib = "name"`, or the name alone: searched for as `Library::open` does, `"m"` finds `libm.so.6`.
/// * `lib = ["libpulse.so.0", "libpulse.so"]`: file names for the loader, tried as they are, in order.
/// * `linux = […]`, `windows = […]`, `macos = […]`: the same for one system; `lib` is then for the others.
/// * none of these: the running program and what it is linked with.
/// * `load = name`: another name, and visibility, for `load`.
/// * `callbacks`: the functions may run callbacks that panic; the panic then continues in the caller after the call.
///   A function with a function pointer among its parameters, also by an alias, is called so without being told.
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
/// ones, and that functions marked `safe` are so for all arguments. Who declares a single function vouches for the
/// same; if it is not marked `safe`, every call is unsafe too.
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
/// The constructors are those of a trait, so that C functions may have their names. Where one has, say which is meant:
/// `<Handle as Bindings>::open()`.
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

/// Describes a struct to C: implements `CType` for it.
///
/// The struct stays what it is: plain fields, literals, `Copy`. What is added is its description,
/// `CType::TYPE`, from which come reflection, layouts for other targets and dynamic calls. At
/// compile time the description is held against what rustc made of the struct.
///
/// # Layout
///
/// The struct says how it is laid out, as for any use with C: `#[repr(C)]`, together with
/// `packed`, `packed(n)` (`#pragma pack(n)`) or `align(n)` as needed, or `#[repr(transparent)]` for
/// a wrapper that is to be its one field to C. C's layout is computed from the fields' C types; where
/// rustc's differs in the size, alignment or offset of anything, the program does not compile.
///
/// Each field's type is a C type: a number, `bool`, a raw pointer, `NonNull`, an `Option` of these
/// pointers or of an `extern "C"` function pointer, an array of C types, or a struct with this
/// derive. Pointers may lead anywhere, so structs that point at themselves or at each other need
/// nothing special. `PhantomData` fields are not there for C. Type parameters that occur elsewhere
/// are bound by `CType`; const parameters may be array lengths; lifetimes are refused, a description being `'static`.
///
/// An opaque type, of which a program sees only pointers, is `struct sqlite3 { _private: [u8; 0] }`.
///
/// **What a field is called in C** is told by the last segment of its type's path: `c_long`,
/// `libc::size_t` and `wchar_t` are C's `long`, `size_t` and `wchar_t`, whose sizes depend on the
/// target; `i32` and `u64` are C's `int32_t` and `uint64_t`. That holds behind pointers, in arrays and in
/// function pointers too. An alias of another name (`type fd_mask = c_long`) is to the compiler just the integer
/// that it is here, so that a layout for another target would be a guess and is an error; say what
/// it is:
///
/// - `#[ctype("long")]` on the field: the C name of a scalar, specifiers in any order. For an array or
///   a pointer it is what that is made of or leads to. The Rust type must be that scalar on this platform.
///
/// **Byte order.** `Be<u16>` and `Le<f64>` are numbers in an order of their own, on every target;
/// `Be<c_long>` is spelled as `c_long` is.
///
/// **Members without a name.** Two attributes say what a field that is itself a struct or union is to this one:
///
/// - `#[anonymous]`: in C the field has no name, and its members count as those of the struct (C11 6.7.2.1p13), as
///   reflection finds them. `#[anonymous(x: c_int, y: c_int)]` also gives the listed members accessors
///   `x(&self) -> &c_int` and `x_mut(&mut self)`, as visible as the field. Members of a union are marked
///   `unsafe x: c_int`, and so are their accessors.
/// - `#[base]` on the first field: the struct extends that one. The other fields come after all of it, tail padding
///   included, and `Deref` and `DerefMut` lead to it.
///
/// # Options
///
/// In `#[ctypes(…)]` on the struct:
///
/// - `endian = "big"` or `"little"`: every field must be in that order, which is checked through arrays and nested
///   records: `Be<…>` (`Le<…>`), or single bytes. Pointers and bit fields are refused.
/// - `name = "stat"`: the tag in C, if it is not the Rust name.
/// - `remote = libc::stat`: the struct mirrors one of another crate, to which a derive cannot be added.
///   Size and alignment, and the offset and size of each field, are compared with those of the field of the same name
///   there. Fields whose names begin with `_` are padding and are not looked up.
/// - `crate = path`: where `ctypes_core`'s items are found, if neither `ctypes-wrap` nor `ctypes-core` is in Cargo.toml
///   (under whatever name).
///
/// # Errors
///
/// At compile time, on the token to blame: no `repr`; an enum or a union, which have derives of their own; no fields, which C does
/// not know; a field whose type is no C type; a name in `#[ctype]` that is no scalar or not what the Rust
/// type is; a field in another byte order than `endian` says; a layout on which C and rustc disagree; a mirror unlike its original; an unknown option.
///
/// # Safety
///
/// The derive is safe to write: it asserts what it claims. `CType::ANY_BITS` is true if it is for all
/// fields, and C may then put any value into them: what a struct's own methods promise about its fields beyond
/// their types does not survive that.
///
/// # Platform behaviour
///
/// `CType::BY_VALUE` is what it is for the fields, where an array counts as its element: C passes a struct
/// with an array in it, though no array. A struct of no size is not passed by value, and of one with an array of no
/// elements compilers disagree: it is false.
///
/// # Python equivalent
///
/// ```python
/// class POINT(Structure):
///     _fields_ = [("x", c_int), ("y", c_int)]
/// ```
///
/// `BigEndianStructure` is `endian = "big"`, `_anonymous_` is `#[anonymous]`, a subclass has a `#[base]`,
/// `_pack_` is `packed(n)`, `_align_` is `align(n)`, `sizeof(POINT)` is `size_of::<Point>()` or
/// `Point::TYPE.size()`, and `_fields_` need not be assigned late for recursion.
///
/// # Examples
///
/// ```
/// use core::ffi::{c_char, c_int, c_long};
/// use ctypes_core::{CType, Target};
/// use ctypes_derive::CStruct;
///
/// #[derive(CStruct, Debug, Clone, Copy)]
/// #[repr(C)]
/// struct Node {
///     value: c_long,
///     name: *const c_char,
///     compare: Option<unsafe extern "C" fn(*const Node, *const Node) -> c_int>,
///     next: *mut Node,
/// }
///
/// const SIZE: usize = Node::TYPE.size();
/// assert_eq!(SIZE, size_of::<Node>());
///
/// let fields = Node::TYPE.fields();
/// let declared: Vec<String> = fields.iter().map(|f| f.ty().declare(f.name())).collect();
/// assert_eq!(declared[1], "const char *name");
/// assert_eq!(declared[2], "int (*compare)(const struct Node *, const struct Node *)");
/// assert_eq!(fields[3].ty().pointee().as_ref(), Some(Node::TYPE));
///
/// // `long` and pointers have 4 bytes there.
/// assert_eq!(Node::TYPE.at(&Target::I686_WINDOWS_MSVC)?.size(), 16);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// A big-endian file header, members without a name, and a struct that extends another:
/// ```
/// use core::ffi::c_int;
/// use ctypes_core::{Be, CType};
/// use ctypes_derive::{CStruct, CUnion};
///
/// #[derive(CStruct, Clone, Copy)]
/// #[repr(C)]
/// #[ctypes(endian = "big")]
/// struct Header {
///     magic: [u8; 4],
///     length: Be<u32>,
/// }
///
/// #[derive(CUnion, Clone, Copy)]
/// #[repr(C)]
/// union Number {
///     integer: c_int,
///     float: f32,
/// }
///
/// #[derive(CStruct)]
/// #[repr(C)]
/// struct Record {
///     #[base]
///     header: Header,
///     kind: u8,
///     #[anonymous(unsafe integer: c_int, unsafe float: f32)]
///     number: Number,
/// }
///
/// let header = Header { magic: *b"DATA", length: Be::new(12) };
/// let record = Record { header, kind: 1, number: Number { float: 1.0 } };
/// assert_eq!(record.length.get(), 12);
/// // SAFETY: the bytes of the float are an integer.
/// assert_eq!(unsafe { *record.integer() }, 0x3f80_0000);
/// let layout = Record::TYPE.layout()?;
/// assert_eq!(layout.field("float").map(|f| f.offset()), Some(12));
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// Layouts as C has them under `#pragma pack(2)`, and a wrapper that is to C what it wraps:
/// ```
/// use ctypes_core::{CType, Type};
/// use ctypes_derive::CStruct;
///
/// #[derive(CStruct)]
/// #[repr(C, packed(2))]
/// #[ctypes(name = "BITMAPFILEHEADER")]
/// struct BitmapFileHeader {
///     kind: u16,
///     size: u32,
///     reserved: [u16; 2],
///     offset: u32,
/// }
/// assert_eq!(BitmapFileHeader::TYPE.size(), 14);
/// assert_eq!(BitmapFileHeader::TYPE.to_string(), "struct BITMAPFILEHEADER");
///
/// #[derive(CStruct)]
/// #[repr(transparent)]
/// struct Handle(*mut core::ffi::c_void);
/// assert_eq!(Handle::TYPE, &Type::VOID_PTR);
/// ```
#[doc(alias = "Structure")]
#[doc(alias = "_fields_")]
#[doc(alias = "_pack_")]
#[doc(alias = "_anonymous_")]
#[doc(alias = "BigEndianStructure")]
#[doc(alias = "LittleEndianStructure")]
#[proc_macro_derive(CStruct, attributes(anonymous, base, bits, ctype, ctypes))]
pub fn derive_cstruct(input: TokenStream) -> TokenStream {
    record::derive(&parse_macro_input!(input as DeriveInput), record::Kind::Struct).into()
}

/// Describes a union to C: implements `CType` for it.
///
/// The union stays what it is; reading a member is `unsafe`, as of any union in Rust. What is added is what
/// [`macro@CStruct`] adds to a struct, with the same options, attributes, rules for the members' types and assertions;
/// only that a union has no `#[base]`, and lends no members of an `#[anonymous]` one.
///
/// # Layout
///
/// `#[repr(C)]`, together with `packed`, `packed(n)` or `align(n)` as needed: all members at offset 0, the size that of
/// the largest, rounded up to the strictest alignment (C11 6.7.2.1p16). A member that is not `Copy` is
/// `ManuallyDrop<T>`, which is `T` to C.
///
/// # Errors
///
/// As [`macro@CStruct`], at compile time.
///
/// # Safety
///
/// The derive is safe to write. There is no safe way to read a member, also where every member holds any bits:
/// a member that is smaller than the union leaves the rest uninitialised when it is written.
///
/// # Platform behaviour
///
/// `CType::BY_VALUE` is true if it is for all members; arrays count as their elements.
///
/// # Python equivalent
///
/// ```python
/// class NUMBER(Union):
///     _fields_ = [("i", c_int), ("d", c_double)]
/// ```
///
/// # Examples
///
/// ```
/// use core::ffi::{c_double, c_int};
/// use ctypes_core::{CType, Target};
/// use ctypes_derive::CUnion;
///
/// #[derive(CUnion, Clone, Copy)]
/// #[repr(C)]
/// union Number {
///     integer: c_int,
///     double: c_double,
///     bytes: [u8; 12],
/// }
///
/// const SIZE: usize = Number::TYPE.size();
/// assert_eq!(SIZE, 16);
/// assert_eq!(Number::TYPE.to_string(), "union Number");
/// assert_eq!(Number::TYPE.at(&Target::I686_LINUX)?.size(), 12);
///
/// let number = Number { double: 1.0 };
/// // SAFETY: all bytes of the member were written as the double.
/// assert_eq!(unsafe { number.integer }, 0);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[doc(alias = "Union")]
#[proc_macro_derive(CUnion, attributes(anonymous, base, ctype, ctypes))]
pub fn derive_cunion(input: TokenStream) -> TokenStream {
    record::derive(&parse_macro_input!(input as DeriveInput), record::Kind::Union).into()
}

/// Describes an enumeration to C: implements `CType` for it, and conversions from and to its integer.
///
/// The enum stays what it is. An integer that is no variant never becomes one: where C may put any value, write
/// `Raw<Color>` for the field, parameter or result, which has the same layout.
///
/// # Layout
///
/// `#[repr(C)]` is C's `enum color { … }`, whose integer type each platform's compiler picks (C11 6.7.2.2p4);
/// `#[repr(u8)]` and the like are C23's `enum color : uint8_t`, and whatever older C declares as `uint8_t`. That rustc has
/// chosen the same integer as C is asserted.
///
/// # What is generated
///
/// `Bits` stands for the integer: the one that `repr` names, for `#[repr(C)]` mostly `u32`, or `i32` if a value is
/// negative or the compiler is Microsoft's.
///
/// | item | |
/// |---|---|
/// | `const fn to_raw(self) -> Bits` | the value in C |
/// | `const fn try_from_raw(Bits) -> Result<Self, InvalidValue>` | the variant with that value |
/// | `TryFrom<Bits>`; of `c_int` and `c_uint` for `#[repr(C)]` | the same |
/// | `CType`, `Discrete`, `BitField` | for fields, `Raw` and `#[bits(n)]` |
///
/// The enum must be `Copy`.
///
/// # Options
///
/// In `#[ctypes(…)]`: `name = "color"`, the tag in C, if it is not the Rust name; `crate = path`.
///
/// # Errors
///
/// At compile time, on the token to blame: no `repr`, a variant with fields, no variants, generic parameters, an
/// integer of 128 bits. At run time `InvalidValue`, which names the enumeration, the value and what was expected.
///
/// # Python equivalent
///
/// None: `ctypes` passes enumerations as `c_int`; `enum.IntEnum` checks as this does.
///
/// # Examples
///
/// ```
/// use ctypes_core::{CType, Raw};
/// use ctypes_derive::{CEnum, CStruct};
///
/// #[derive(CEnum, Debug, Clone, Copy, PartialEq)]
/// #[repr(C)]
/// enum Color {
///     Red,
///     Green = 5,
/// }
///
/// assert_eq!(Color::Green.to_raw(), 5);
/// assert_eq!(Color::try_from(0), Ok(Color::Red));
/// let error = Color::try_from_raw(1).unwrap_err();
/// assert_eq!(error.to_string(), "1 is no value of `Color`: expected Red = 0, Green = 5");
///
/// #[derive(CStruct)]
/// #[repr(C)]
/// struct Pixel {
///     color: Raw<Color>,
/// }
/// let pixel = Pixel { color: Raw::from_bits(7) };
/// assert!(pixel.color.get().is_err());
/// assert_eq!(Pixel::TYPE.fields()[0].ty().to_string(), "enum Color");
/// ```
#[doc(alias = "enum")]
#[proc_macro_derive(CEnum, attributes(ctypes))]
pub fn derive_cenum(input: TokenStream) -> TokenStream {
    enumeration::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Lets a struct have bit fields, where C has them: `#[bits(n)]`.
///
/// The attribute stands above the derives, of which `CStruct` must be one. Fields without `#[bits]` stay fields; a
/// bit field becomes methods.
///
/// ```
/// use core::ffi::c_uint;
/// use ctypes_core::{CType, Target};
/// use ctypes_derive::{CStruct, bitfield};
///
/// #[bitfield]
/// #[derive(CStruct, Debug, Clone, Copy, PartialEq)]
/// #[repr(C)]
/// pub struct Header {
///     /// The version of the protocol.
///     #[bits(4)]
///     pub version: c_uint,
///     #[bits(4)]
///     pub ihl: c_uint,
///     #[bits(0)]
///     _align: c_uint,
///     pub length: u16,
/// }
///
/// const HEADER: Header = Header::zeroed().with_version(4).with_ihl(5);
/// let mut header = Header { length: 20, ..HEADER };
/// header.set_version(6);
/// assert_eq!((header.version(), header.ihl(), size_of::<Header>()), (6, 5, 8));
/// assert_eq!(
///     header.try_set_ihl(16).unwrap_err().to_string(),
///     "field `ihl` of `Header`: expected a value from 0 to 15 for 4 bits, found 16",
/// );
///
/// // The same declaration, elsewhere: a big-endian compiler starts with the most significant bit.
/// let there = Header::TYPE.at(&Target::S390X_LINUX)?;
/// let ihl = there.field("ihl").and_then(|f| f.bits()).unwrap();
/// assert_eq!(ihl.read(&[0x45], Target::S390X_LINUX.endian), Some(5));
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # What is generated
///
/// For a bit field `x` of type `T`, as visible as the field; all of them are `const fn`:
///
/// | method | |
/// |---|---|
/// | `x(&self) -> T` | the value, signed types extended by their sign; for an enumeration (`CEnum`) `Result<T, InvalidValue>` |
/// | `set_x(&mut self, value: T)` | stores the low bits, as an assignment in C does |
/// | `with_x(self, value: T) -> Self` | the same with another value, for constants |
/// | `try_set_x(&mut self, value: T) -> Result<(), BitOverflow>` | stores it if it fits |
///
/// and `zeroed() -> Self`, as visible as the struct. `Debug`, `Default`, `PartialEq`, `Eq` and `Hash` in the list of
/// derives are implemented so that they see the fields: bits between fields and fields without a name do not
/// count. Any other derive sees the storage; `PartialOrd` and `Ord` are refused.
///
/// The width is a constant of type `u32`. A bit field whose name begins with `_` has no name in C, and may have a
/// width of 0, which ends the storage unit (C11 6.7.2.1p12).
///
/// # Layout
///
/// That of C's compiler on the platform that is compiled for, for `#[repr(C)]` with `packed`
/// (`__attribute__((packed))`), `packed(n)` (`#pragma pack(n)`, which is not the same even for 1) or `align(n)`. A run of
/// bit fields becomes one hidden member, an integer if C's compiler would load one, else bytes. Everything is
/// computed by the layout algorithm of the run-time crate and asserted against what rustc made of it.
///
/// **Packed and aligned.** `#[repr(C, packed, align(8))]` is what rustc refuses (E0587) and C has. Here it is taken, also
/// without any bit field: the fields become bytes, and those whose names do not begin with `_` get accessors `x()`,
/// `set_x(value)` and `with_x(value)`, for which their types must be `Copy`. Such a struct is made by `zeroed()` and `with_x`,
/// and is passed by value by the engine alone, as far as it can.
///
/// ```
/// # use core::ffi::c_int;
/// # use ctypes_core::CType;
/// # use ctypes_derive::{CStruct, bitfield};
/// #[bitfield]
/// #[derive(CStruct, Clone, Copy)]
/// #[repr(C, packed, align(8))]
/// struct Entry {
///     kind: u8,
///     length: c_int,
/// }
/// const ENTRY: Entry = Entry::zeroed().with_kind(1).with_length(-5);
/// assert_eq!((ENTRY.length(), size_of::<Entry>(), align_of::<Entry>()), (-5, 8, 8));
/// assert_eq!(Entry::TYPE.layout()?.field("length").map(|f| f.offset()), Some(1));
/// # Ok::<(), ctypes_core::Error>(())
/// ```
///
/// # Options
///
/// Those of [`macro@CStruct`], and `#[ctypes(layout = "ms")]` or `"gcc"` for the rule that is not the platform's own
/// (`__attribute__((ms_struct))`, `((gcc_struct))`).
///
/// # Errors
///
/// At compile time, on the token to blame: a named field of width 0, one wider than its type, a type that is no
/// integer, `bool` or enumeration, two fields of one name, generic parameters, a union, `#[cfg]` on a field, the
/// attribute below the derives, and all that [`macro@CStruct`] refuses.
///
/// # Platform behaviour
///
/// `CType::BY_VALUE` is true where rustc passes the hidden members as C passes the bit fields; calls with other
/// structs take the engine. It is false for alignments above 8, for fields of no bits (on which compilers differ),
/// and on RISC-V and PowerPC.
///
/// # Python equivalent
///
/// ```python
/// class HEADER(Structure):
///     _fields_ = [("version", c_uint, 4), ("ihl", c_uint, 4), ("length", c_uint16)]
/// ```
///
/// `ctypes` has no unnamed fields, and none of width 0. `_layout_` is `layout = "…"`.
#[doc(alias = "_fields_")]
#[doc(alias = "_layout_")]
#[proc_macro_attribute]
pub fn bitfield(attribute: TokenStream, item: TokenStream) -> TokenStream {
    bitfield::expand(attribute.into(), item.into()).into()
}
