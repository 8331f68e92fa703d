//! The C front end: declarations as text, read without a compiler.
//!
//! [`Types::parse`](crate::Types::parse) reads declarations into a namespace, [`Signature::parse`](crate::Signature::parse)
//! one prototype, [`Library::declare`](crate::Library::declare) makes a function of it that can be
//! called. [`Source`] is the form with options: for another target, for a header that the
//! preprocessor has been over, with everything that had to be skipped in a list.
//!
//! ```
//! use ctypes_core::Types;
//!
//! let types = Types::new();
//! let found = types.parse(
//!     "typedef struct point { int x, y; } point_t;
//!      double length(const point_t *p);
//!      enum { DIMENSIONS = sizeof(point_t) / sizeof(int) };",
//! )?;
//! assert_eq!(types.get("struct point").unwrap().size(), 8);
//! assert_eq!(found.functions[0].ty.declare("length"), "double length(const point_t *)");
//! assert_eq!(found.constants[0].value, 2);
//! # Ok::<(), ctypes_core::decl::ParseError>(())
//! ```
//!
//! # What is read
//! Declarations of C89 to C23 with the extensions of gcc, clang and Microsoft's compiler that occur in
//! headers, and what gcc predeclares for ARM's vectors. Bodies of functions are skipped by their braces;
//! initialisers are evaluated only where they are the value of a `constexpr`, and counted where they are
//! the length of an array. Constant expressions are evaluated with the types of the target and C's
//! conversions (C11 6.3, 6.6); what C leaves undefined, as signed overflow, has no value and is an error
//! where a value is needed.
//!
//! Nothing is preprocessed here. Line markers tell places, `#pragma pack` and its kin are followed,
//! `#define` lines are kept as [`Macro`]s; any other directive is reported, but for the guard around a
//! whole header. C's own typedef names (`size_t`, `uint32_t`, …) are known without a declaration.
//!
//! # What is not supported
//! Declarations with these are skipped, each with its reason: decimal floats, complex integers,
//! `_Complex` of 128-bit floats beside `long double`, the conventions `vectorcall`, `regcall` and (where it
//! means something) `regparm`, pointers of another size than the target's (`__ptr32`),
//! `scalar_storage_order` other than the target's.
//!
//! Of these there are types but no values: `_Float16`, complex numbers, `_BitInt` of more than 128
//! bits. `long double` and `_Float128` are computed as `double`; a value that no `double` comes near
//! (`LDBL_MAX`) is none. An initialiser in braces tells no length where elements that have parts stand
//! without braces of their own. `__alignof__` of a function has no value where gcc's options decide.
//!
//! A tag that a parameter list defines ends with it, as in C (C11 6.2.1p4). One that it only mentions is
//! that of the whole text, defined before or later: C would make another type of it, for which there are no
//! arguments, and compilers warn that this cannot be what was meant.
//!
//! # Limits
//! A text has at most [`MAX_TEXT`] bytes. Expressions, declarators and records are nested at most
//! [`MAX_DEPTH`] deep, which takes less than a megabyte of stack. After
//! [`MAX_SKIPPED`] errors the rest is not read, nor when the types that a text makes, or the members
//! that it asks for, have several million parts. So no text panics, exhausts the stack or takes
//! much longer than its length; what parsed before an error stays in the namespace.
//!
//! # What is not checked
//! That a text is a correct C program: what a compiler would refuse may be read, where its meaning is
//! clear.
#![forbid(unsafe_code)]

mod arithmetic;
mod attributes;
mod builtin;
mod compatible;
mod declaration;
mod declarator;
#[cfg(feature = "dynamic")]
mod declare;
mod directive;
mod enumeration;
mod error;
mod expression;
mod extent;
mod initializer;
mod lexer;
mod literal;
mod operand;
mod output;
mod parser;
mod pragma;
mod predeclared;
mod primary;
mod record;
mod simd;
mod source;
mod specifier;
mod token;

pub use error::ParseError;
pub use output::{
    ConstantDecl, Declarations, FunctionDecl, InlineFunction, MAX_SKIPPED, Macro, Skipped,
    TypedefDecl, VariableDecl,
};
pub use parser::MAX_DEPTH;
pub use source::{Constant, MAX_TEXT, Source};
