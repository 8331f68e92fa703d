//! Signatures that cannot be called, calls that are refused.

/// A signature cannot be called on this platform or in this build.
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
    /// A callback needs code that is made at run time, which was forbidden.
    #[error(
        "a callback of type `{signature}` needs code that is made at run time, which \
         `forbid_generated_code` forbids: {reason}"
    )]
    GeneratedCode {
        /// The signature.
        signature: String,
        /// Why no entry in the program's text does.
        reason: String,
    },
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
        "argument {index}{} of `{function}`: expected `{expected}`, found `{found}`{}{hint}",
        named(.parameter),
        if .hint.is_empty() { "" } else { ": " }
    )]
    #[doc(alias = "ArgumentError")]
    ArgumentType {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's name, if the signature has it.
        parameter: Option<Box<str>>,
        /// The parameter's type.
        expected: String,
        /// The argument's type.
        found: String,
        /// What may help, or nothing.
        hint: &'static str,
    },
    /// An argument's value does not fit the parameter's type.
    #[error(
        "argument {index}{} of `{function}`: expected `{expected}`, found {value}, which does not fit{}{hint}",
        named(.parameter),
        if .hint.is_empty() { "" } else { ": " }
    )]
    ArgumentValue {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's name, if the signature has it.
        parameter: Option<Box<str>>,
        /// The parameter's type.
        expected: String,
        /// The value.
        value: Box<str>,
        /// What would fit, or nothing.
        hint: &'static str,
    },
    /// NULL was passed where the signature forbids it.
    #[error("argument {index}{} of `{function}`: expected `{expected}`, found NULL", named(.parameter))]
    NullArgument {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's name, if the signature has it.
        parameter: Option<Box<str>>,
        /// The parameter's type.
        expected: String,
    },
    /// An argument has no form in C.
    #[error("argument {index}{} of `{function}`: expected `{expected}`, found {reason}", named(.parameter))]
    ArgumentForm {
        /// The function.
        function: String,
        /// The position, from 1.
        index: usize,
        /// The parameter's name, if the signature has it.
        parameter: Option<Box<str>>,
        /// The parameter's type.
        expected: String,
        /// What was found, and why it has none.
        reason: String,
    },
    /// The type of function pointer asked for is not that of the function.
    #[error("`{function}` is a `{signature}`, which cannot be called as a `{asked}`: {reason}")]
    PointerType {
        /// The function.
        function: String,
        /// Its type.
        signature: String,
        /// The type asked for.
        asked: String,
        /// What differs.
        reason: String,
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
fn count(expected: usize, variadic: bool, found: usize) -> String {
    let (bound, n) = match variadic {
        true if found > expected => ("at most ", crate::call::MAX_ARGS),
        true => ("at least ", expected),
        false => ("", expected),
    };
    format!("{bound}{n} argument{}", if n == 1 { "" } else { "s" })
}

/// ` (`exp`)`
fn named(parameter: &Option<Box<str>>) -> String {
    parameter.as_ref().map_or_else(String::new, |name| format!(" (`{name}`)"))
}
