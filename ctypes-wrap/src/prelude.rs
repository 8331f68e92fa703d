//! What most programs need: `use ctypes_wrap::prelude::*;`.

pub use crate::{
    Be, CData, CEnum, CStruct, CType, CUnion, CView, CViewMut, CallConv, Errno, Error, Le,
    LongDouble, Raw, Type, Types, bitfield,
};

#[cfg(feature = "load")]
pub use crate::foreign::{ForeignFn, ForeignVar};
#[cfg(feature = "load")]
pub use crate::{Bindings, Library, Symbol, foreign_fn, library};

#[cfg(feature = "dynamic")]
pub use crate::convert::Value;
#[cfg(feature = "dynamic")]
pub use crate::{Args, Callback, Function, Signature, SyncCallback};
