//! What the expansions of the macros name. Not part of the public interface: it changes with the macros.

pub use crate::errno::{ErrorNumber, LeftByCall, Nullable, watched};
// Elsewhere the expansion that names it is refused with a message of its own.
#[cfg(not(windows))]
pub use crate::errno::Errno as LastError;
#[cfg(windows)]
pub use crate::errno::LastError;
#[cfg(feature = "load")]
pub use crate::foreign::support::*;
pub use crate::guard::{guarded, guarded_if};
pub use crate::types::bit_field::{check_fit, decode, encode};
pub use crate::types::bit_plan::{BitPlan, Form, Planned};
pub use crate::types::bit_storage::{Align, Aligned, Bits, Choice, Storage, Unaligned};
pub use crate::types::ctype::zeroed;
pub use crate::types::describe::{
    NOTHING_SAID, PLAIN_STRUCT, assert_layout, const_pointer, const_pointer_to, exact, extent_of,
    field, in_order, leads_to, nameless, pointer, pointer_to, spelled, transparent,
};
pub use crate::types::discrete::{assert_enumeration, bits, check, check_number};
pub use crate::types::integer::{OfSize, Size, is_signed};
pub use crate::types::overlay::{Overlay, assert_overlaid};
pub use crate::types::scalar::spelled::*;
pub use crate::types::spelled::{
    Array, BigEndian, CFn, ConstPtr, LittleEndian, Ptr, Spelled, SystemFn,
};
pub use crate::types::verify::{
    FieldOf, Span, assert_mirror, assert_mirror_field, assert_new_members, assert_new_name,
    size_of_field,
};
pub use crate::types::{FieldRole, FieldRules, StaticEnum, StaticRecord};

#[cfg(any(feature = "load", feature = "tracing"))]
pub use crate::errno::kept;
#[cfg(any(feature = "load", feature = "tracing"))]
pub use crate::trace::{Shown, ShownByDebug, ShownByType, push_argument};
#[cfg(feature = "load")]
pub use crate::{__trace_arguments as trace_arguments, __trace_result as trace_result};
#[cfg(feature = "load")]
pub use std::string::String;
#[cfg(feature = "tracing")]
pub use tracing;

#[cfg(feature = "dynamic")]
pub use crate::call::Plan;
#[cfg(feature = "dynamic")]
pub use crate::callback::{with_data_first, with_data_last};
#[cfg(not(feature = "dynamic"))]
pub use absent::{Plan, with_data_first, with_data_last};

/// Whether calls of types that rustc does not pass as C does have an engine.
pub const ENGINE: bool = cfg!(feature = "libffi");

/// Stands for the plan of a call in a build without an engine, where an assertion of the expansion
/// has already refused the call.
#[cfg(not(feature = "dynamic"))]
mod absent {
    use crate::types::{CallConv, Type};
    use core::ffi::c_void;

    /// A closure cannot be lent in this build, which is found when the call is compiled.
    #[track_caller]
    pub fn with_data_last<A, R, M, C, T>(_: &mut C, _: impl FnOnce(M, *mut c_void) -> T) -> T {
        const { panic!("`#[callback]` needs the feature `dynamic` of ctypes") }
    }

    pub use with_data_last as with_data_first;

    #[derive(Debug)]
    pub struct Plan;

    impl Plan {
        pub const fn new(
            _: &'static str,
            _: CallConv,
            _: &'static Type,
            _: &'static [&'static Type],
        ) -> Plan {
            Plan
        }

        /// # Safety
        /// Never called.
        pub unsafe fn call<R>(
            &self,
            _: *const c_void,
            _: &[*const c_void],
            _: Option<&mut i32>,
        ) -> R {
            unreachable!("refused at compile time")
        }
    }
}
