//! The macros of ctypes for Rust.

mod core_path;
mod record;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

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
/// # Options
///
/// In `#[ctypes(…)]` on the struct:
///
/// - `name = "stat"`: the tag in C, if it is not the Rust name.
/// - `remote = libc::stat`: the struct mirrors one of another crate, to which a derive cannot be added.
///   Size and alignment, and the offset and size of each field, are compared with those of the field of the same name
///   there. Fields whose names begin with `_` are padding and are not looked up.
/// - `crate = path`: where `ctypes_core`'s items are found, if neither `ctypes-wrap` nor `ctypes-core` is in Cargo.toml
///   (under whatever name).
///
/// # Errors
///
/// At compile time, on the token to blame: no `repr`; an enum or a union; no fields, which C does
/// not know; a field whose type is no C type; a name in `#[ctype]` that is no scalar or not what the Rust
/// type is; a layout on which C and rustc disagree; a mirror unlike its original; an unknown option.
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
/// with an array in it, though no array. A struct of no size is not passed by value.
///
/// # Python equivalent
///
/// ```python
/// class POINT(Structure):
///     _fields_ = [("x", c_int), ("y", c_int)]
/// ```
///
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
#[proc_macro_derive(CStruct, attributes(ctype, ctypes))]
pub fn derive_cstruct(input: TokenStream) -> TokenStream {
    record::derive(&parse_macro_input!(input as DeriveInput)).into()
}
