//! One error type per failure mode, and [`Error`], which holds any of them.
//!
//! Every message says what failed, where, what was expected and what was found. All of them are
//! `Send + Sync + 'static`, and a cause is reached through [`std::error::Error::source`].

use crate::layout::LayoutFault;
use crate::types::Type;

pub use crate::types::{BitOverflow, InvalidValue};

/// Any failure that this crate reports.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A type cannot be made.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// A type has no layout on a target.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A record cannot be defined so.
    #[error(transparent)]
    Define(#[from] DefineError),
    /// Foreign memory was not read or written.
    #[error(transparent)]
    View(#[from] crate::memory::ViewError),
    /// An integer is no value of an enumeration.
    #[error(transparent)]
    InvalidValue(#[from] InvalidValue),
    /// A value does not fit a bit field.
    #[error(transparent)]
    BitOverflow(#[from] BitOverflow),
    /// A signature cannot be called on this platform or in this build.
    #[cfg(feature = "dynamic")]
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A call was refused, or its result was.
    #[cfg(feature = "dynamic")]
    #[error(transparent)]
    Call(#[from] CallError),
    /// Bytes are no value of a type.
    #[cfg(feature = "dynamic")]
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A library could not be opened.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A library does not export a symbol.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Symbol(#[from] SymbolError),
    /// A library could not be closed.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Close(#[from] CloseError),
    /// A declared function or variable could not be bound.
    #[cfg(feature = "load")]
    #[error(transparent)]
    Bind(#[from] crate::foreign::BindError),
    /// A declared library could not be bound.
    #[cfg(feature = "load")]
    #[error(transparent)]
    BindAll(#[from] crate::foreign::BindErrors),
}

/// A library could not be opened: which one, and every place and reason that was tried.
///
/// `Display` prints one line for the library, one for each attempt and, where some are close enough, one
/// with the names of libraries that exist.
#[cfg(feature = "load")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadError {
    /// The name as the caller gave it; several, joined by commas, if the caller gave several.
    pub name: String,
    /// What was handed to the loader or looked at, in order, each with the reason why it would not do.
    pub attempts: Vec<Attempt>,
    /// Names close to [`name`](Self::name) under which a library exists here; at most five, best first.
    pub similar: Vec<String>,
}

/// One try to open a library, and why it failed.
#[cfg(feature = "load")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The path or name that was tried.
    pub what: String,
    /// Why it did not open: the system's reason, or what the file turned out to be.
    pub reason: String,
}

#[cfg(feature = "load")]
impl core::fmt::Display for LoadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "cannot open library `{}`", self.name)?;
        for Attempt { what, reason } in &self.attempts {
            write!(f, "\n  tried {what}: {reason}")?;
        }
        if !self.similar.is_empty() {
            write!(f, "\n  did you mean {}?", alternatives(&self.similar))?;
        }
        Ok(())
    }
}

#[cfg(feature = "load")]
impl std::error::Error for LoadError {}

/// A library has no usable symbol of the name asked for.
#[cfg(feature = "load")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SymbolError {
    /// The symbol that was asked for.
    pub symbol: String,
    /// The library that was searched, by the name it was opened with.
    pub library: String,
    /// The file of that library, where the system tells.
    pub path: Option<std::path::PathBuf>,
    /// Why there is no address.
    pub reason: String,
    /// Symbols of the library with a name close to the one asked for; at most five, best first.
    pub similar: Vec<String>,
}

#[cfg(feature = "load")]
impl core::fmt::Display for SymbolError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "no symbol `{}` in library `{}`", self.symbol.escape_debug(), self.library)?;
        if let Some(path) = &self.path {
            write!(f, " ({})", path.display())?;
        }
        write!(f, ": {}", self.reason)?;
        if !self.similar.is_empty() {
            write!(f, "\n  did you mean {}?", alternatives(&self.similar))?;
        }
        Ok(())
    }
}

#[cfg(feature = "load")]
impl std::error::Error for SymbolError {}

/// A library was not unloaded.
#[cfg(feature = "load")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("library `{library}` was not closed: {reason}")]
#[non_exhaustive]
pub struct CloseError {
    /// The library, by the name it was opened with.
    pub library: String,
    /// Who still uses it, or what the loader said.
    pub reason: String,
}

/// `` `a`, `b` or `c` ``
#[cfg(feature = "load")]
fn alternatives(names: &[String]) -> String {
    let mut text = String::new();
    for (i, name) in names.iter().enumerate() {
        text += match i {
            0 => "",
            _ if i + 1 == names.len() => " or ",
            _ => ", ",
        };
        text += &format!("`{name}`");
    }
    text
}

/// A type cannot be made of another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot make {wanted}: {cause}")]
#[non_exhaustive]
pub struct TypeError {
    /// What was asked for.
    pub wanted: String,
    /// Why not.
    #[source]
    pub cause: LayoutError,
}

impl TypeError {
    pub(crate) fn of(element: &Type, cause: LayoutError) -> TypeError {
        TypeError { wanted: format!("an array of `{element}`"), cause }
    }

    pub(crate) fn array(element: &Type, len: usize, fault: LayoutFault) -> TypeError {
        TypeError {
            wanted: format!("an array of {len} `{element}`"),
            cause: LayoutError::fault(element, None, fault),
        }
    }
}

/// A type has no layout on a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The type has no size.
    #[error("`{ty}` has no size: {reason}")]
    NoSize {
        /// The type.
        ty: String,
        /// Why not.
        reason: &'static str,
    },
    /// The layout algorithm refuses the type, or one field of it.
    #[error("`{ty}`{}: {fault}", at_field(.field))]
    Fault {
        /// The type.
        ty: String,
        /// The field, if one is to blame.
        field: Option<String>,
        /// What is wrong.
        fault: LayoutFault,
    },
    /// A field's C type is known only for the platform that the program was compiled for.
    #[error(
        "field `{field}` of `{record}` is an alias that here is the same as `{found}`: what it is on {target} \
         depends on its name in C; say it with #[ctype(\"…\")] on the field, e.g. #[ctype(\"long\")]"
    )]
    HostOnly {
        /// The record.
        record: String,
        /// The field.
        field: String,
        /// The scalar that the field is here.
        found: &'static str,
        /// The target asked for.
        target: &'static str,
    },
}

fn at_field(field: &Option<String>) -> String {
    field.as_ref().map(|f| format!(", field `{f}`")).unwrap_or_default()
}

impl LayoutError {
    pub(crate) fn no_size(ty: &Type, reason: &'static str) -> LayoutError {
        LayoutError::NoSize { ty: ty.to_string(), reason }
    }

    pub(crate) fn fault(ty: &Type, field: Option<&str>, fault: LayoutFault) -> LayoutError {
        LayoutError::Fault { ty: ty.to_string(), field: field.map(str::to_owned), fault }
    }
}

/// A record cannot be declared or defined so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefineError {
    /// A name is no C identifier.
    #[error("`{name}` is no C identifier")]
    BadName {
        /// The name.
        name: String,
    },
    /// The tag is in use for a record of the other kind.
    #[error("`{record}` cannot be declared: its tag is in use as a {found}")]
    OtherKind {
        /// What was asked for.
        record: String,
        /// `struct`, `union` or `enum`.
        found: &'static str,
    },
    /// The record has a definition, which is final.
    #[error("`{record}` is already defined, and a definition is final")]
    AlreadyDefined {
        /// The record.
        record: String,
    },
    /// Two fields have one name.
    #[error("`{record}` has two fields of the name `{field}`")]
    DuplicateField {
        /// The record.
        record: String,
        /// The name.
        field: String,
    },
    /// An enumeration has values that no one integer type of the platform holds.
    #[error("`{name}` has values that no one integer type holds")]
    NoEnumType {
        /// The enumeration.
        name: String,
    },
    /// A record has itself as a field.
    #[error(
        "field `{field}` of `{record}` is that record itself: a record can hold a pointer to itself, not itself"
    )]
    ContainsItself {
        /// The record.
        record: String,
        /// The field.
        field: String,
    },
    /// A field's type has no size.
    #[error("field `{field}` of `{record}` cannot be a `{ty}`: {cause}")]
    IncompleteField {
        /// The record.
        record: String,
        /// The field.
        field: String,
        /// Its type.
        ty: String,
        /// Why it has no size.
        #[source]
        cause: Box<LayoutError>,
    },
    /// The layout algorithm refuses the record.
    #[error("`{record}`{}: {fault}", at_field(.field))]
    Layout {
        /// The record.
        record: String,
        /// The field, if one is to blame.
        field: Option<String>,
        /// What is wrong.
        fault: LayoutFault,
    },
}

/// A signature cannot be called on this platform or in this build.
#[cfg(feature = "dynamic")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A parameter cannot be passed by value.
    #[error("parameter {index} of type `{ty}` cannot be passed by value: {reason}")]
    Parameter {
        /// Its position, from 1.
        index: usize,
        /// Its type.
        ty: String,
        /// Why not.
        reason: String,
    },
    /// The result cannot be returned by value.
    #[error("a result of type `{ty}` cannot be returned by value: {reason}")]
    Result {
        /// Its type.
        ty: String,
        /// Why not.
        reason: String,
    },
    /// There are more parameters than a call can have.
    #[error("expected at most {max} parameters, found {found}", max = crate::call::MAX_ARGS)]
    TooManyParameters {
        /// How many there are.
        found: usize,
    },
    /// The type is not that of a function.
    #[error("expected a function type or a pointer to one, found `{found}`")]
    NoFunction {
        /// The type.
        found: String,
    },
    /// The platform has no such calling convention.
    #[error("the calling convention \"{conv}\" does not exist on {}", std::env::consts::ARCH)]
    Convention {
        /// The convention.
        conv: crate::types::CallConv,
    },
    /// The call engine refuses the signature.
    #[error("the call engine refuses the signature (convention \"{conv}\", status {status})")]
    Engine {
        /// The convention.
        conv: crate::types::CallConv,
        /// libffi's status.
        status: u32,
    },
    /// The system gives no memory for a callback's code.
    #[error("no executable memory for a callback: the system forbids it or is out of memory")]
    NoClosureMemory,
    /// A callback cannot be variadic.
    #[error("a callback cannot have the variadic signature `{signature}`")]
    VariadicCallback {
        /// The signature.
        signature: String,
    },
    /// The result chosen for a panic is not of the callback's result type.
    #[error("the result on a panic must be a `{expected}`, found a `{found}`")]
    PanicResult {
        /// The callback's result.
        expected: String,
        /// The chosen result's type.
        found: String,
    },
    /// This build has no call engine.
    #[error(
        "this build has no call engine: enable the feature `libffi` or `libffi-system` of ctypes"
    )]
    NoEngine,
}

/// Bytes are no value of a type.
#[cfg(feature = "dynamic")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot make a value of type `{ty}` from bytes: {reason}")]
#[non_exhaustive]
pub struct BytesError {
    /// The type.
    pub ty: String,
    /// Why not.
    pub reason: String,
}

/// A call was refused, or its result was.
#[cfg(feature = "dynamic")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The number of arguments is not that of the parameters.
    #[error(
        "`{function}` takes {}, found {found}; its type is `{signature}`",
        count(*.expected, *.variadic, *.found)
    )]
    ArgumentCount {
        /// The function.
        function: String,
        /// Its type.
        signature: String,
        /// The number of parameters.
        expected: usize,
        /// Whether more may follow them.
        variadic: bool,
        /// The number of arguments.
        found: usize,
    },
    /// An argument's type does not convert to the parameter's.
    #[error(
        "argument {index} of `{function}`: expected `{expected}`, found `{found}`{}{hint}",
        if .hint.is_empty() { "" } else { ": " }
    )]
    #[doc(alias = "ArgumentError")]
    ArgumentType {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's type.
        expected: String,
        /// The argument's type.
        found: String,
        /// What may help, or nothing.
        hint: &'static str,
    },
    /// An argument's value does not fit the parameter's type.
    #[error(
        "argument {index} of `{function}`: expected `{expected}`, found {value}, which does not fit"
    )]
    ArgumentValue {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's type.
        expected: String,
        /// The value.
        value: String,
    },
    /// NULL was passed where the signature forbids it.
    #[error("argument {index} of `{function}`: expected `{expected}`, found NULL")]
    NullArgument {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's type.
        expected: String,
    },
    /// The Rust type asked for cannot take the result.
    #[error("the result of `{function}` is a `{found}`, which cannot be taken as a `{expected}`")]
    ResultType {
        /// The function.
        function: String,
        /// The type asked for.
        expected: String,
        /// The type that the signature has.
        found: String,
    },
    /// The function returned what is no valid value of the Rust type.
    #[error("the result of `{function}`, a `{expected}`: {reason}")]
    ResultValue {
        /// The function.
        function: String,
        /// The result's type.
        expected: String,
        /// What is wrong with the value.
        reason: String,
    },
    /// The function's address is null.
    #[error("`{function}` has the address NULL")]
    NullFunction {
        /// The function.
        function: String,
    },
    /// The variadic arguments cannot be passed.
    #[error(transparent)]
    Signature(SignatureError),
}

/// `at least 1 argument`
#[cfg(feature = "dynamic")]
fn count(expected: usize, variadic: bool, found: usize) -> String {
    let (bound, n) = match variadic {
        true if found > expected => ("at most ", crate::call::MAX_ARGS),
        true => ("at least ", expected),
        false => ("", expected),
    };
    format!("{bound}{n} argument{}", if n == 1 { "" } else { "s" })
}
