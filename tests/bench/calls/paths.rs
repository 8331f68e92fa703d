//! The ways of calling: their names, in the order of the report.

use crate::harness::labels;

// The first way of each shape is what the others are compared with.
labels! {
    DIRECT "direct" "direct call, bound by the linker"
    POINTER "pointer" "function pointer"
    SYMBOL "libloading" "libloading Symbol"
    FOREIGN_FN "foreign_fn" "#[foreign_fn]"
    HANDLE "library" "method of a #[library] handle"
    CALL "call" "Function::call"
    CALL_ARGS "call_args" "Function::call_args, same Args"
    CALL_ARGS_REFILLED "call_args_refilled" "Function::call_args, Args refilled"
    LIBFFI_RAW "libffi_raw" "libffi, ffi_call"
    LIBFFI_CRATE "libffi_crate" "libffi crate, Cif::call"
    CALLBACK_PLAIN "callback_plain" "extern \"C\" fn"
    CALLBACK_TYPED "callback_typed" "Callback::new"
    CALLBACK_DYNAMIC "callback_dynamic" "Callback::dynamic"
    CALLBACK_LIBFFI "callback_libffi" "libffi closure"
}

// In the report each follows the way that it is traced of.
#[cfg(feature = "tracing")]
labels! {
    FOREIGN_FN_TRACED "foreign_fn_traced" "#[foreign_fn(trace)], nobody listens"
    CALL_TRACED "call_traced" "Function::traced, nobody listens"
}
