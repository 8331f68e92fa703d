//! The border of a call whose callee may run Rust callbacks.

/// Makes a foreign call during which callbacks may panic.
///
/// This is where a panic that a callback has caught continues after the foreign call has returned.
#[inline(always)]
pub fn guarded<R>(call: impl FnOnce() -> R) -> R {
    call()
}
