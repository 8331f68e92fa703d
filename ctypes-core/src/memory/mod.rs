//! Reading and writing memory that is described by a [`Layout`](crate::types::Layout): access by path,
//! with the byte order, sizes and bit positions of the layout's target.
//!
//! What is here works on byte slices only: nothing follows an address, nothing is read out of bounds,
//! and no alignment is asked for. A slice may be a core dump or a file of a machine that differs from
//! this one in all of that. What is not checked is whether the bytes are what the layout says.

#![forbid(unsafe_code)]

mod error;
pub(crate) mod float;
mod part;
mod path;
mod value;
mod view;

pub use error::{ViewError, ViewFault};
pub use path::ResolvedPath;
pub use value::{ViewScalar, ViewValue};
pub use view::{CView, CViewMut};
