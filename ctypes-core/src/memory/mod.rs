//! Typed memory, read and written by path.
//!
//! [`CData`] is an object of this platform: memory that handles share, which keeps alive what its pointers
//! point at. [`CView`] and [`CViewMut`] see a value of any target in a slice of bytes: a core dump or a file of
//! a machine that differs from this one in sizes, byte order and bit positions.
//!
//! Nothing is read out of bounds, and no alignment is asked for. A safe function follows an address only
//! into memory that is kept alive; what is not checked is whether bytes that came from elsewhere are what
//! the type says: a `_Bool` or an enumeration is looked at when it is read.

mod access;
mod array;
mod block;
mod create;
mod data;
mod error;
pub(crate) mod float;
mod heap;
mod init;
mod keep;
mod part;
#[cfg(feature = "dynamic")]
mod passing;
pub(crate) mod path;
#[cfg(feature = "zerocopy")]
mod plain;
mod pointer;
mod raw;
mod show;
mod text;
mod value;
mod view;

pub use data::CData;
pub use error::{AccessError, AccessFault};
pub use heap::Heap;
pub use init::{Init, KeptAddress};
#[cfg(feature = "dynamic")]
pub use passing::ByRef;
pub use path::ResolvedPath;
pub use raw::{NullPointer, memmove, memset, string_at, wstring_at};
pub use value::{Primitive, ViewValue};
pub use view::{CView, CViewMut};
