//! What a traced call tells `tracing`: one event after the call, with its arguments as they were before it.
//!
//! The one place that knows the event's level and fields, for functions declared in Rust and for those whose signature
//! is given at run time ([`crate::call`]). Whether somebody listens is asked before anything is formatted. The caller's error
//! numbers are not those that a subscriber leaves behind: what formats and what emits keeps them.
//!
//! Without the feature `tracing` the macros here are the error that says so.

use core::fmt::{Debug, Write};

/// Stands for a value that is to be shown.
///
/// What a pointer or reference leads to is never looked at. Of several methods `shown` the compiler takes the inherent
/// one for references, else that of [`ShownByDebug`], else that of [`ShownByType`].
#[derive(Debug)]
pub struct Shown<'v, T>(pub &'v T);

impl<T: ?Sized> Shown<'_, &T> {
    /// The address.
    pub fn shown(&self) -> String {
        format!("{:p}", *self.0)
    }
}

impl<T: ?Sized> Shown<'_, &mut T> {
    /// The address.
    pub fn shown(&self) -> String {
        format!("{:p}", *self.0)
    }
}

impl<T: ?Sized> Shown<'_, Option<&T>> {
    /// The address, or `None`.
    pub fn shown(&self) -> String {
        format!("{:?}", self.0.map(core::ptr::from_ref))
    }
}

impl<T: ?Sized> Shown<'_, Option<&mut T>> {
    /// The address, or `None`.
    pub fn shown(&self) -> String {
        format!("{:?}", self.0.as_ref().map(|reference| core::ptr::from_ref(&**reference)))
    }
}

/// Shows what has `Debug`, raw and function pointers as their addresses.
pub trait ShownByDebug {
    /// The text.
    fn shown(&self) -> String;
}

impl<T: Debug> ShownByDebug for Shown<'_, T> {
    fn shown(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Names the type of what cannot be shown.
pub trait ShownByType {
    /// The text.
    fn shown(&self) -> String;
}

impl<T> ShownByType for &Shown<'_, T> {
    fn shown(&self) -> String {
        format!("<{}>", core::any::type_name::<T>())
    }
}

/// Adds `name: value` to the text of the arguments.
pub fn push_argument(text: &mut String, name: &str, value: &str) {
    let separator = if text.is_empty() { "" } else { ", " };
    // Writing to a String does not fail.
    let _ = write!(text, "{separator}{name}: {value}");
}

/// Whether somebody listens to the calls of that target.
#[cfg(feature = "tracing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __trace_enabled {
    ($target:expr) => {
        $crate::__private::tracing::enabled!(
            target: $target, $crate::__private::tracing::Level::TRACE
        )
    };
}

/// Emits the event of a call. A field whose value is `None` is left out.
#[cfg(feature = "tracing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __trace_event {
    ($target:expr, $function:expr, $library:expr, $arguments:expr, $($field:ident = $value:expr),+) => {
        $crate::__private::tracing::event!(
            target: $target,
            $crate::__private::tracing::Level::TRACE,
            function = $function,
            library = $library,
            arguments = $arguments,
            $($field = $value),+
        )
    };
}

/// The text of the arguments, if somebody listens.
#[cfg(feature = "tracing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __trace_arguments {
    ($target:expr, $($name:literal: $value:expr),*) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ShownByDebug as _, ShownByType as _};
        if $crate::__trace_enabled!($target) {
            ::core::option::Option::Some($crate::__private::kept(|| {
                #[allow(unused_mut)]
                let mut text = $crate::__private::String::new();
                $($crate::__private::push_argument(
                    &mut text, $name, &(&$crate::__private::Shown(&$value)).shown(),
                );)*
                text
            }))
        } else {
            ::core::option::Option::None
        }
    }};
}

/// Emits the event of a call that was made.
#[cfg(feature = "tracing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __trace_result {
    ($target:expr, $function:literal, $library:expr, $arguments:expr, $result:expr $(, $number:expr)?) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ShownByDebug as _, ShownByType as _};
        if let ::core::option::Option::Some(arguments) = $arguments {
            $crate::__private::kept(|| {
                let result = (&$crate::__private::Shown(&$result)).shown();
                $crate::__trace_event!(
                    $target, $function, $library, arguments.as_str(),
                    result = result.as_str() $(, error_number = $number.0)?
                );
            });
        }
    }};
}

/// Says what is missing.
#[cfg(not(feature = "tracing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __trace_arguments {
    ($($tokens:tt)*) => {
        ::core::compile_error!("`trace` needs the feature `tracing` of ctypes-wrap or ctypes-core")
    };
}

/// Nothing more than what `__trace_arguments` says.
#[cfg(not(feature = "tracing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __trace_result {
    ($($tokens:tt)*) => {};
}
